"""Stock-takes as people with phones and programs use them."""

from datetime import datetime

import pytest

from given import World
from inventory.conftest import PASSWORD, STOCK, Api, Person
from inventory.stocked import key_of
from orderan.access import Permission, add_staff, hashed
from orderan.inventory import BinAsked, PutAway, draw_bins, put_away
from orderan.kit.crypto import Keyring
from orderan.kit.ids import to_text

pytestmark = pytest.mark.anyio

COUNTS = (*STOCK, Permission.INVENTORY_APPROVE)


@pytest.fixture
async def shelved(world: World, now: datetime) -> World:
    """Seven kopi in A1, the rest of kopi and all of gula on the floor of JKT."""
    place = world.locations["JKT"]
    [one] = await world.floor.run(lambda tx: draw_bins(tx, place, [BinAsked("A1")], now=now))
    puts = [PutAway(one.id, key_of(world, "kopi"), 7)]
    await world.floor.run(lambda tx: put_away(tx, puts, in_hand={}, now=now))
    return world


async def as_somebody(person: Person, keyring: Keyring, now: datetime, email: str, role: str) -> None:
    """Sign in as a new colleague."""
    fingerprint = await hashed(PASSWORD)
    await person.world.floor.run(
        lambda tx: add_staff(
            tx,
            email=email,
            name=email.partition("@")[0].title(),
            roles=(role,),
            password_hash=fingerprint,
            keyring=keyring,
            now=now,
        )
    )
    await person.send("/logout", {})
    person.client.cookies.clear()
    await person.open("/login")
    answer = await person.send("/login", {"email": email, "password": PASSWORD})
    assert answer.status_code == 303, answer.text


async def test_a_bin_is_counted_on_a_phone_again_by_another_and_approved_by_a_third(
    person: Person, shelved: World, keyring: Keyring, now: datetime
) -> None:
    jkt = to_text("loc", shelved.locations["JKT"])
    opened = await person.send(
        "/stock/takes/new",
        {"location": jkt, "scope": "bins", "named": "A1", "units": "0", "note": "Akhir bulan"},
    )
    assert opened.status_code == 303
    take = opened.headers["location"].partition("?")[0]

    await as_somebody(person, keyring, now, "ani@toko.test", "warehouse")
    area = (
        (await person.open("/stock/counting")).text.split("/stock/counting/")[1].split('"')[0].split("/")[0]
    )
    path = f"/stock/counting/{area}"
    assert (await person.send(f"{path}/begin", {})).status_code == 303
    blind = (await person.open(path)).text
    assert "Kopi" not in blind
    once = {"code": "kopi", "many": "4", "_once": "satu"}
    assert (await person.send(f"{path}/scan", once)).status_code == 303
    twice = await person.send(f"{path}/scan", once)
    assert "Tidak ada yang dicatat dua kali" in twice.text
    wrong = await person.send(f"{path}/scan", {"code": "tidak-ada", "many": "3"})
    assert wrong.status_code == 422
    assert 'value="tidak-ada"' in wrong.text
    odd = await person.send(f"{path}/figures", {"sku_1": "kopi", "units_1": "banyak", "then": "finish"})
    assert odd.status_code == 422
    assert 'value="banyak"' in odd.text
    ended = await person.send(f"{path}/figures", {"sku_1": "kopi", "units_1": "5", "then": "finish"})
    assert ended.headers["location"] == "/stock/counting?said=recount"
    assert "Hitung ulang dilakukan orang lain" in (await person.send(f"{path}/begin", {})).text
    # Who counts is not told what the book says, nor what the count came to.
    seen = (await person.open(take)).text
    assert "Perlu hitung ulang" in seen
    assert "Selisih" not in seen
    assert (await person.send(f"{take}/approve", {})).status_code == 403

    await as_somebody(person, keyring, now, "budi@toko.test", "warehouse")
    await person.send(f"{path}/begin", {})
    named = (await person.open(path)).text
    assert "kopi" in named
    assert 'value="5"' not in named
    ended = await person.send(f"{path}/figures", {"sku_1": "kopi", "units_1": "6", "then": "finish"})
    assert ended.headers["location"] == "/stock/counting?said=counted"

    await as_somebody(person, keyring, now, "citra@toko.test", "operations")
    shown = (await person.open(take)).text
    assert "sebelumnya 5" in shown
    assert "Setujui hasil hitung" in shown
    approved = await person.send(f"{take}/approve", {})
    assert approved.headers["location"] == f"{take}?said=approved"
    assert (await shelved.stock("kopi"))[0] == 9
    assert "Disetujui" in (await person.open(f"{take}?said=approved")).text
    moved = (await person.open(f"/stock/movements?cause={take.rpartition('/')[2]}")).text
    assert "Stok opname: Akhir bulan" in moved


async def test_a_form_that_cannot_be_used_says_why_beside_the_field(person: Person, shelved: World) -> None:
    jkt = to_text("loc", shelved.locations["JKT"])
    for named, told in (("", "Isian ini wajib diisi."), ("Z9", "Z9")):
        answer = await person.send(
            "/stock/takes/new", {"location": jkt, "scope": "bins", "named": named, "units": "0"}
        )
        assert answer.status_code == 422
        assert told in answer.text
    nothing = await person.send(
        "/stock/takes/new", {"location": jkt, "scope": "zones", "named": "Z", "units": "0"}
    )
    assert "Tidak ada yang bisa dihitung" in nothing.text


async def test_programs_count_and_approve_and_a_repeat_gets_the_first_answer(
    api: Api, shelved: World
) -> None:
    await api.may(COUNTS)
    jkt = to_text("loc", shelved.locations["JKT"])
    body = {"location_id": jkt, "tolerance_units": 5}
    opened = await api.ask("POST", "/stock-takes", body, key="buka")
    assert opened.status_code == 201
    assert (await api.ask("POST", "/stock-takes", body, key="buka")).json() == opened.json()
    assert (await api.ask("POST", "/stock-takes", body)).json()["code"] == "counted_elsewhere"
    take = f"/stock-takes/{opened.json()['id']}"
    areas = (await api.ask("GET", f"{take}/areas")).json()["data"]
    assert [one["label"] for one in areas] == ["A1", "gula – kopi"]

    async def count(area: int, *rows: tuple[str, int]) -> str:
        told = {"area_id": areas[area]["id"], "rows": [{"sku": sku, "units": units} for sku, units in rows]}
        return str((await api.ask("POST", f"{take}/counts", told)).json()["state"])

    assert await count(0, ("kopi", 8)) == "counted"
    assert await count(1, ("kopi", 3), ("gula", 9)) == "counted"
    refused = await api.ask("POST", f"{take}/approvals", {})
    assert refused.json()["code"] == "approved_by_counter"

    await api.may(COUNTS)
    told = (await api.ask("GET", f"{take}/differences")).json()["data"]
    assert sorted((one["sku"], one["book_after"], one["counted"], one["difference"]) for one in told) == [
        ("gula", 10, 9, -1),
        ("kopi", 7, 8, 1),
    ]
    first = (await api.ask("GET", f"{take}/differences", limit=1)).json()
    rest = (await api.ask("GET", f"{take}/differences", cursor=first["next_cursor"])).json()
    assert first["data"] + rest["data"] == told
    done = await api.ask("POST", f"{take}/approvals", {}, key="setuju")
    assert done.json()["state"] == "posted"
    assert (await api.ask("POST", f"{take}/approvals", {}, key="setuju")).json() == done.json()
    assert ((await shelved.stock("kopi"))[0], (await shelved.stock("gula"))[0]) == (11, 9)
    [listed] = (await api.ask("GET", "/stock-takes")).json()["data"]
    assert (listed["state"], listed["settled"], listed["held"]) == ("posted", 2, 0)


async def test_who_may_not_approve_is_told_no_difference_and_books_nothing(api: Api, shelved: World) -> None:
    await api.may(STOCK)
    jkt = to_text("loc", shelved.locations["JKT"])
    opened = (
        await api.ask("POST", "/stock-takes", {"location_id": jkt, "scope": "bins", "named": ["A1"]})
    ).json()
    for method, way in (("GET", "differences"), ("POST", "approvals"), ("POST", "cancellations")):
        answer = await api.ask(method, f"/stock-takes/{opened['id']}/{way}", {} if method == "POST" else None)
        assert answer.status_code == 403
