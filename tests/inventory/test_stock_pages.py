"""Stock pages as a person uses them, without JavaScript."""

from datetime import datetime

import pytest

from conftest import ShopFloor
from given import World
from inventory.conftest import Person
from inventory.stocked import claimed, key_of
from orderan.inventory import set_policy
from orderan.kit.ids import to_text

pytestmark = pytest.mark.anyio


def loc(world: World, place: str) -> str:
    return to_text("loc", world.locations[place])


async def test_every_page_opens_in_both_languages(person: Person, world: World) -> None:
    sku = to_text("sku", world.skus["kopi"])
    pages = {
        "/stock": ("Tersedia", "Available"),
        "/stock?low=1": ("Tidak ada yang cocok", "Nothing found"),
        f"/stock/items/{sku}": ("Per lokasi dan lot", "By location and lot"),
        "/stock/movements": ("Barang masuk", "Goods received"),
        "/stock/receive": ("Diterima di", "Received at"),
        "/stock/adjust": ("Perubahan", "Change"),
        "/stock/count": ("Unduh lembar hitung", "Download count sheet"),
        "/stock/transfers": ("Belum ada transfer", "No transfers yet"),
        "/stock/transfers/new": ("Simpan draf transfer", "Save draft transfer"),
        "/stock/locations": ("Akun pembukuan", "Bookkeeping account"),
        "/stock/locations/new": ("Simpan lokasi", "Save location"),
        f"/stock/locations/{loc(world, 'JKT')}": ("Tutup lokasi", "Close location"),
    }
    for path, (indonesian, english) in pages.items():
        first = await person.open(path, **{"accept-language": "id"})
        second = await person.open(path, **{"accept-language": "en"})
        assert (first.status_code, second.status_code) == (200, 200), path
        assert indonesian in first.text, path
        if english != "Nothing found":
            assert english in second.text, path


async def test_a_scan_adds_a_row_and_the_same_scan_again_adds_to_it(person: Person, world: World) -> None:
    scanned = {"location": loc(world, "SBY"), "verb": "more", "sku": ["kopi", "kopi", "gula"]}

    answer = await person.send("/stock/receive", scanned)

    assert answer.status_code == 200
    assert answer.text.count('name="sku" value="kopi"') == 1
    assert 'name="quantity" value="2"' in answer.text
    assert await world.stock("kopi") == (10, 0, 0)


async def test_received_goods_are_in_stock_and_a_wrong_row_keeps_what_was_typed(
    person: Person, world: World, floor: ShopFloor
) -> None:
    typed = {
        "location": loc(world, "SBY"),
        "verb": "save",
        "sku": ["kopi", "teh"],
        "lot": ["L1", ""],
        "expires_on": ["2027-01-31", ""],
        "quantity": ["5", "1"],
    }
    wrong = await person.send("/stock/receive", typed)
    right = await person.send("/stock/receive", typed | {"sku": ["kopi", "gula"]})

    assert wrong.status_code == 422
    assert 'value="L1"' in wrong.text
    assert "SKU atau barcode ini tidak dikenal." in wrong.text
    assert (right.status_code, right.headers["location"]) == (303, "/stock?said=received")
    assert await world.stock("kopi") == (15, 0, 0)
    assert await floor.value("SELECT code FROM lot") == "L1"


async def test_an_adjustment_needs_a_reason_and_free_units(
    person: Person, world: World, now: datetime
) -> None:
    await claimed(world, "kopi", 8, now=now)
    typed = {"location": loc(world, "JKT"), "verb": "save", "sku": "kopi", "quantity": "-3"}

    bare = await person.send("/stock/adjust", typed)
    short = await person.send("/stock/adjust", typed | {"reason": "hilang"})
    done = await person.send("/stock/adjust", typed | {"reason": "hilang", "quantity": "-2"})

    assert (bare.status_code, short.status_code, done.status_code) == (422, 422, 303)
    assert "Isian ini wajib diisi." in bare.text
    assert "Hanya 2 unit yang bebas." in short.text
    assert await world.stock("kopi") == (8, 0, 8)


async def test_a_transfer_is_drafted_sent_and_received_in_parts(
    person: Person, world: World, floor: ShopFloor
) -> None:
    typed = {
        "location": loc(world, "JKT"),
        "to": loc(world, "SBY"),
        "verb": "save",
        "sku": "kopi",
        "quantity": "4",
    }
    opened = await person.send("/stock/transfers/new", typed)
    path = opened.headers["location"].partition("?")[0]

    sent = await person.send(f"{path}/dispatch", {})
    wrong = await person.send(f"{path}/receive", {"received-1": "5"})
    part = await person.send(f"{path}/receive", {"received-1": "3"})
    bare = await person.send(f"{path}/receive", {"lost-1": "1"})
    rest = await person.send(f"{path}/receive", {"lost-1": "1", "reason-1": "jatuh"})

    assert (sent.status_code, wrong.status_code, part.status_code) == (303, 422, 303)
    assert "hanya 4 yang dalam perjalanan" in wrong.text
    assert 'name="received-1" value="5"' in wrong.text
    assert (bare.status_code, rest.status_code) == (422, 303)
    assert await floor.value("SELECT state FROM transfer") == "received"
    assert await world.stock("kopi") == (9, 0, 0)


async def test_policies_are_saved_per_place_and_a_wrong_one_saves_none(
    person: Person, world: World, floor: ShopFloor
) -> None:
    path = f"/stock/items/{to_text('sku', world.skus['kopi'])}/policy"
    jakarta, surabaya = loc(world, "JKT"), loc(world, "SBY")
    typed = {f"safety-{jakarta}": "2", f"reorder-{jakarta}": "12", f"safety-{surabaya}": "x"}

    wrong = await person.send(path, typed)
    none = await floor.value("SELECT count(*) FROM stock_policy")
    right = await person.send(path, typed | {f"safety-{surabaya}": "0"})
    low = await person.open("/stock?low=1")

    assert (wrong.status_code, none, right.status_code) == (422, 0, 303)
    rows = await floor.all("SELECT safety, reorder_point FROM stock_policy")
    assert [(row.safety, row.reorder_point) for row in rows] == [(2, 12)]
    assert "kopi" in low.text


async def test_a_count_sheet_is_downloaded_corrected_and_uploaded(person: Person, world: World) -> None:
    sheet = (await person.open("/stock/count.csv")).text
    corrected = sheet.replace("kopi,JKT,,,10", "kopi,JKT,,,8") + "teh,JKT,,,1\r\n"

    answer = await person.send("/stock/count", {"reason": "opname"}, {"sheet": ("stok.csv", corrected)})

    assert answer.status_code == 200
    assert "1 baris mengubah stok, 1 sudah cocok, 1 ditolak." in answer.text
    assert await world.stock("kopi") == (8, 0, 0)


async def test_a_location_is_opened_and_a_busy_one_stays_open(
    person: Person, world: World, floor: ShopFloor, now: datetime
) -> None:
    await claimed(world, "kopi", 1, now=now)
    typed = {"code": "MKS", "name": "Makassar", "kind": "store", "time_zone": "Asia/Makassar", "sells": "yes"}

    opened = await person.send("/stock/locations/new", typed)
    again = await person.send("/stock/locations/new", typed)
    busy = await person.send(f"/stock/locations/{loc(world, 'JKT')}/close", {})

    assert (opened.status_code, again.status_code, busy.status_code) == (303, 422, 422)
    assert "Kode lokasi “MKS” sudah dipakai." in again.text
    assert await floor.value("SELECT count(*) FROM location WHERE NOT active") == 0


async def test_a_form_without_its_token_changes_nothing(person: Person, world: World) -> None:
    answer = await person.client.post(
        "/stock/adjust",
        data={"location": loc(world, "JKT"), "verb": "save", "sku": "kopi", "quantity": "-1", "reason": "x"},
    )

    assert answer.status_code == 403
    assert await world.stock("kopi") == (10, 0, 0)


async def test_what_was_typed_by_others_is_shown_as_text(
    person: Person, world: World, floor: ShopFloor, now: datetime
) -> None:
    typed = {"location": loc(world, "JKT"), "verb": "save", "sku": "kopi", "quantity": "-1"}
    await person.send("/stock/adjust", typed | {"reason": "<script>alert(1)</script>"})
    key = key_of(world, "kopi")
    await floor.run(
        lambda tx: set_policy(tx, key.sku_id, key.location_id, safety=0, reorder_point=1, now=now)
    )

    history = await person.open("/stock/movements")

    assert "<script>alert(1)" not in history.text
    assert "&lt;script&gt;alert(1)" in history.text


async def test_goods_and_corrections_sent_twice_are_booked_once(person: Person, world: World) -> None:
    goods = {
        "location": loc(world, "SBY"),
        "verb": "save",
        "sku": ["gula"],
        "lot": [""],
        "expires_on": [""],
        "quantity": ["5"],
        "_once": "terima-1",
    }
    before, _, _ = await world.stock("gula")

    first = await person.send("/stock/receive", goods)
    second = await person.send("/stock/receive", goods)

    assert (first.status_code, second.status_code) == (303, 422)
    assert "Tidak ada yang dicatat dua kali." in second.text
    assert await world.stock("gula") == (before + 5, 0, 0)

    correction = goods | {"quantity": ["-2"], "reason": "opname", "_once": "ubah-1"}
    first = await person.send("/stock/adjust", correction)
    second = await person.send("/stock/adjust", correction)

    assert (first.status_code, second.status_code) == (303, 422)
    assert await world.stock("gula") == (before + 3, 0, 0)


async def test_promised_goods_are_incoming_until_they_are_received_or_given_up(
    person: Person, world: World, floor: ShopFloor
) -> None:
    async def incoming() -> int:
        found: int = await floor.value(
            "SELECT coalesce(sum(incoming), 0)::int FROM stock WHERE sku_id = %(sku)s", sku=world.skus["gula"]
        )
        return found

    promise = {"location": loc(world, "SBY"), "sku": ["gula"], "quantity": ["8"]}
    before, _, _ = await world.stock("gula")

    wrong = await person.send("/stock/expected", promise | {"verb": "save", "sku": ["tiada"]})
    done = await person.send("/stock/expected", promise | {"verb": "save", "_once": "janji-1"})
    twice = await person.send("/stock/expected", promise | {"verb": "save", "_once": "janji-1"})

    assert (wrong.status_code, done.status_code, twice.status_code) == (422, 303, 422)
    assert await incoming() == 8
    assert await world.stock("gula") == (before, 0, 0)

    more = await person.send("/stock/expected", promise | {"verb": "forget", "quantity": ["9"]})
    assert more.status_code == 422
    assert (
        await person.send("/stock/expected", promise | {"verb": "forget", "quantity": ["3"]})
    ).status_code == 303
    assert await incoming() == 5

    arrived = promise | {"verb": "save", "quantity": ["4"], "lot": [""], "expires_on": [""], "expected": "1"}
    assert (await person.send("/stock/receive", arrived)).status_code == 303
    assert await incoming() == 1
    assert await world.stock("gula") == (before + 4, 0, 0)
