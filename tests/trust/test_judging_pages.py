"""Pages of trust: a held order with its evidence, a denial and its appeal, the lists, the rules, who may open them."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pytest
from httpx2 import AsyncClient

from access.conftest import Hire, House, hire, house, password_hash, send, sign_in
from conftest import ShopFloor
from flows.test_score_orders import cod, one, order_of
from given import World, a_shop
from orderan.access import Role
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.ids import from_text
from orderan.shops import list_channels
from orderan.trust import TermsDenied, draft, followed
from orders.test_order_pages import words
from trust.doubted import doubted
from web.test_forms_keep_what_was_typed import stands_in

pytestmark = pytest.mark.anyio
__all__ = ["hire", "house", "password_hash"]


@dataclass(frozen=True)
class Desk:
    """A person of the shop at the pages, and what stands there."""

    floor: ShopFloor
    world: World
    owner: AsyncClient
    names: dict[str, str]

    async def sends(self, address: str, fields: dict[str, Any]) -> Any:
        return await send(self.owner, address.format(**self.names), fields)

    async def shows(self, address: str) -> str:
        answer = await self.owner.get(address.format(**self.names))
        assert answer.status_code == 200, address
        return words(answer)


@pytest.fixture
async def desk(
    floor: ShopFloor, keyring: Keyring, house: House, hire: Hire, now: datetime
) -> AsyncIterator[Desk]:
    world = await a_shop(floor, now, stock={"kopi": 50})
    names = await doubted(world, keyring, now)
    await hire()
    async with house.browser() as owner:
        await sign_in(owner)
        yield Desk(floor, world, owner, names)


async def test_a_held_order_shows_its_evidence_and_goes_on_once_it_is_judged(desk: Desk) -> None:
    held = desk.names["review"]
    answer = await desk.owner.get(f"/trust/reviews/{held}")
    shown = words(answer)

    assert "Pesanan lain dari nomor ini dalam sehari: 1 (+50)" in shown
    assert "Sama dengan pesanan ini – telepon, rumah" in shown
    assert "0856-****-0001" in shown
    assert f"/orders/{desk.names['first']}" in answer.text
    assert re.search(r"<svg [^>]*role=\"group\".*?</svg>", answer.text, re.DOTALL)
    assert answer.text.count('class="o-graph-main"') == 1

    wordless = await desk.sends("/trust/reviews/{review}", {"verdict": "clear", "note": "  "})
    undecided = await desk.sends("/trust/reviews/{review}", {"note": "sudah ditelepon"})
    assert (wordless.status_code, undecided.status_code) == (422, 422)
    assert stands_in(undecided.text, "note", "sudah ditelepon")
    cleared = await desk.sends("/trust/reviews/{review}", {"verdict": "clear", "note": "sudah ditelepon"})
    assert cleared.headers["location"] == "/trust?said=cleared"
    again = await desk.sends("/trust/reviews/{review}", {"verdict": "refuse", "note": "lain lagi"})
    assert again.status_code == 422

    rows = await desk.floor.all(
        "SELECT open_holds FROM sales_order WHERE id = %(id)s", id=from_text("ord", held)
    )
    assert rows[0].open_holds == 0
    assert "Dilanjutkan" in await desk.shows("/trust/reviews/{review}")
    assert "nomornya palsu" in await desk.shows("/trust/reviews/{review_over}")
    assert (await desk.owner.get(f"/trust/reviews/{desk.names['first']}")).status_code == 404


async def test_a_held_order_that_is_refused_is_cancelled_and_its_traces_go_on_the_list(
    desk: Desk, keyring: Keyring, now: datetime
) -> None:
    refused = await desk.sends("/trust/reviews/{review}", {"verdict": "refuse", "note": "nomor palsu"})
    assert refused.status_code == 303
    order = from_text("ord", desk.names["review"])
    assert (
        await desk.floor.value("SELECT commercial FROM sales_order WHERE id = %(id)s", id=order)
        == "cancelled"
    )

    nothing = await desk.sends("/trust/reviews/{review}/list", {"reason": "menipu", "until": "2027-01-31"})
    assert nothing.status_code == 422
    assert stands_in(nothing.text, "reason", "menipu")
    listed = {"kind": ["phone", "address"], "verdict": "block", "reason": "menipu"}
    assert (await desk.sends("/trust/reviews/{review}/list", listed)).status_code == 303
    twice = await desk.sends("/trust/reviews/{review}/list", listed)
    assert "Ini sudah ada di daftar." in words(twice)

    house_mate = await one(desk.world, keyring, cod("+6285699999999"), now)
    assert isinstance(house_mate, TermsDenied)
    assert house_mate.reasons[0] == "blocked_address"


async def test_a_denial_tells_its_reasons_and_an_appeal_that_is_granted_lets_the_buyer_through(
    desk: Desk, keyring: Keyring, now: datetime
) -> None:
    assert "Pesanan lain dari nomor ini dalam sehari: 2" in await desk.shows("/trust/denials/{denial}")
    early = await desk.sends("/trust/denials/{denial}/judge", {"verdict": "overturn", "words": "benar"})
    assert early.status_code == 422
    silent = await desk.sends("/trust/denials/{denial}/appeal", {"words": ""})
    assert silent.status_code == 422
    said = await desk.sends("/trust/denials/{denial}/appeal", {"words": "Itu dua hadiah"})
    assert said.headers["location"].endswith("?said=appealed")
    assert "Itu dua hadiah" in await desk.shows("/trust/denials/{denial}")
    assert "Keberatan menunggu jawaban" in await desk.shows("/trust")

    undecided = await desk.sends("/trust/denials/{denial}/judge", {"words": "Benar dua hadiah"})
    assert undecided.status_code == 422
    assert stands_in(undecided.text, "words", "Benar dua hadiah")
    await desk.sends("/trust/denials/{denial}/judge", {"verdict": "overturn", "words": "Benar dua hadiah"})
    await desk.sends("/trust/denials/{denial_appealed}/judge", {"verdict": "uphold", "words": "Sudah cukup"})

    assert order_of(await one(desk.world, keyring, cod("+6285600000001"), now)).order.open_holds == 0
    assert "Keberatan diterima" in await desk.shows("/trust/denials/{denial}")
    assert "Sudah cukup" in await desk.shows("/trust/denials/{denial_appealed}")
    lists = {
        tab: (await desk.owner.get(f"/trust/denials?tab={tab}")).text for tab in ("upheld", "overturned")
    }
    assert [desk.names["denial"] in listed for listed in lists.values()] == [False, True]


async def test_what_is_typed_goes_on_a_list_masked_and_comes_off_again(
    desk: Desk, keyring: Keyring, now: datetime
) -> None:
    assert "0856-****-8888" in await desk.shows("/trust/lists")
    typed = {
        "phone": ("0811 2222 3333", "0811-****-3333"),
        "email": ("Budi.Palsu@Mailinator.com", "b***@mailinator.com"),
        "domain": ("temp-toko.example", "temp-toko.example"),
        "device": ("perangkat-rahasia-9", "pe***-9"),
        "network": ("203.0.113.77", "203.0.113.0/24"),
        "card": ("4111 1111", "41111111**"),
        "address": ("Jl. Mawar No. 1", "Jl. ***, Gambir"),
    }
    for kind, (text, shown) in typed.items():
        fields = {
            "verdict": "block",
            "kind": kind,
            "text": text,
            "reason": "menipu",
            "village": "31.71.01.1001",
        }
        made = await desk.sends("/trust/lists", fields)
        assert made.status_code == 303, (kind, words(made))
        assert shown in await desk.shows("/trust/lists")
    for kind, text in (
        ("phone", "dua"),
        ("email", "budi"),
        ("domain", "x"),
        ("network", "203.0.113.0/8"),
        ("card", "41"),
    ):
        fields = {"verdict": "allow", "kind": kind, "text": text, "reason": "keliru", "until": "2027-02-01"}
        wrong = await desk.sends("/trust/lists", fields)
        assert wrong.status_code == 422, kind
        assert all(stands_in(wrong.text, name, value) for name, value in fields.items()), kind
    over = {
        "verdict": "allow",
        "kind": "phone",
        "text": "0813 1111 2222",
        "reason": "baik",
        "until": "2020-01-01",
    }
    assert (await desk.sends("/trust/lists", over)).status_code == 422

    kept = await desk.floor.all("SELECT entry::text AS told FROM trust_entry AS entry")
    assert not any(secret in row.told for row in kept for secret in ("22223333", "Palsu", "rahasia", "Mawar"))
    neighbour = await one(desk.world, keyring, cod("+6285611110000", line="jl mawar 1"), now)
    assert isinstance(neighbour, TermsDenied)
    assert (await desk.sends("/trust/lists/{entry}/remove", {})).status_code == 303
    assert (await desk.sends("/trust/lists/{entry}/remove", {})).status_code == 422
    assert "0856-****-8888" not in await desk.shows("/trust/lists")


async def test_a_domain_whose_mailboxes_are_thrown_away_is_a_sign_the_shop_adds_itself(
    desk: Desk, keyring: Keyring, now: datetime
) -> None:
    fields = {"verdict": "disposable", "kind": "phone", "text": "0811 2222 3333", "reason": "iseng"}
    assert (await desk.sends("/trust/lists", fields)).status_code == 422
    fields |= {"kind": "domain", "text": "Surat-Iseng.example"}
    assert (await desk.sends("/trust/lists", fields)).status_code == 303
    shown = await desk.shows("/trust/lists")
    assert "surat-iseng.example" in shown
    assert "Email sekali pakai" in shown

    placement = cod("+6285611117777")
    assert placement.buyer is not None
    mailed = replace(placement, buyer=replace(placement.buyer, email="siapa@surat-iseng.example"))
    placed = await one(desk.world, keyring, mailed, now)
    assert not isinstance(placed, TermsDenied)
    inputs = await desk.floor.value(
        "SELECT inputs FROM decision WHERE kind = 'trust' ORDER BY decided_at DESC, id DESC LIMIT 1"
    )
    assert inputs["measures"]["email_disposable"] == 1
    assert inputs.get("blocked", []) == []


def _form(page: str) -> dict[str, str]:
    """The fields of the form of rules, as a browser would send them unchanged."""
    fields = {}
    for tag in re.findall(r"<input [^>]*>", page):
        name = re.search(r'name="([^"]+)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        ticks = 'type="checkbox"' in tag or 'type="radio"' in tag
        if name and name[1] not in {"_once", "_csrf_token", "q"} and (not ticks or " checked" in tag):
            fields[name[1]] = value[1] if value else ""
    return fields


async def test_rules_are_edited_tried_on_the_past_and_put_into_force(desk: Desk) -> None:
    shown = await desk.shows("/trust/rules")
    assert "Bayar di tempat (COD), tanya pembeli dulu: mulai 50 poin, dulu tidak pernah" in shown
    assert "Jalankan draf sebagai versi 2" in shown

    fields = _form((await desk.owner.get("/trust/rules/edit")).text)
    assert fields["points_2"] == "60"
    turned = {name: value for name, value in fields.items() if name != "on_1"}
    new = {"name_3": "Rumah ramai", "measure_3": "address_orders_day", "at_least_3": "2", "points_3": "-5"}
    wrong = await desk.sends("/trust/rules/edit", {**turned, **new, "cod_ask": "tiga"})
    assert wrong.status_code == 422
    assert "ukuran ini memberatkan, jadi poinnya di atas nol" in words(wrong)
    assert "butuh angka bulat, 1 sampai 1.000, atau kosong" in words(wrong)
    assert stands_in(wrong.text, "name_3", "Rumah ramai")
    right = {**turned, **new, "points_3": "110", "cod_ask": "", "remove_2": "yes"}
    assert (await desk.sends("/trust/rules/edit", right)).headers["location"] == "/trust/rules?said=saved"
    stale = await desk.sends("/trust/rules/edit", right)
    assert stale.status_code == 409
    assert stands_in(stale.text, "name_3", "Rumah ramai")

    editing = await desk.floor.run(draft)
    assert [(rule.name, rule.points, rule.off) for rule in editing.rules.rules] == [
        ("cepat", 50, True),
        ("Rumah ramai", 110, False),
    ]
    seen = {"revision": str(editing.revision)}
    untried = await desk.sends("/trust/rules/live", {**seen, "note": "sepi"})
    assert untried.status_code == 409
    assert (await desk.sends("/trust/rules/trial", {**seen, "days": "0"})).status_code == 422
    assert (await desk.sends("/trust/rules/trial", {**seen, "days": "7"})).status_code == 303
    tried = await desk.shows("/trust/rules")
    # Six orders came: of one house the third and fourth were denied, and the same two are with the draft.
    assert "Pesanan dicoba 6" in tried
    assert "Dimatikan: cepat" in tried
    assert "Dihapus: lebih cepat" in tried
    unexplained = await desk.sends("/trust/rules/live", {**seen, "note": " "})
    assert unexplained.status_code == 422
    assert (await desk.sends("/trust/rules/live", {**seen, "note": "rumah, bukan nomor"})).status_code == 303

    policy, version = await desk.floor.run(followed)
    assert (version, policy) == (2, editing.rules)
    back = await desk.sends("/trust/rules/versions/1/restore", seen)
    assert back.headers["location"] == "/trust/rules?said=restored"
    gone = await desk.sends("/trust/rules/discard", {"revision": str(editing.revision + 1)})
    assert gone.headers["location"] == "/trust/rules?said=discarded"
    assert (await desk.floor.run(draft)).rules == policy


async def test_who_sees_only_a_part_of_the_shop_is_shown_no_way_there_and_may_not_go(
    desk: Desk, house: House, hire: Hire
) -> None:
    channels = await desk.floor.run(list_channels)
    await hire("cabang@toko.test", Role.OWNER, channel_ids=frozenset({channels[0].id}))
    await hire("gudang@toko.test", Role.WAREHOUSE)
    await hire("layanan@toko.test", Role.CARE)
    pages = (
        "/trust",
        "/trust/denials",
        "/trust/lists",
        "/trust/rules",
        "/trust/rules/edit",
        "/trust/reviews/{review}",
    )
    for person in ("cabang", "gudang"):
        async with house.browser() as browser:
            await sign_in(browser, f"{person}@toko.test")
            assert 'href="/trust"' not in (await browser.get("/orders")).text
            for address in pages:
                assert (await browser.get(address.format(**desk.names))).status_code == 403, (person, address)
            for address in (
                "/trust/reviews/{review}",
                "/trust/lists",
                "/trust/denials/{denial_appealed}/judge",
            ):
                sent = await send(browser, address.format(**desk.names), {"verdict": "clear", "note": "x"})
                assert sent.status_code == 403
    async with house.browser() as browser:
        await sign_in(browser, "layanan@toko.test")
        assert 'href="/trust"' in (await browser.get("/orders")).text
        assert (await browser.get("/trust/rules/edit")).status_code == 403
        cleared = await send(
            browser, "/trust/reviews/{review}".format(**desk.names), {"verdict": "clear", "note": "ditelepon"}
        )
        assert cleared.status_code == 303

    async def waiting(tx: Tx) -> list[Any]:
        return await tx.all(
            "SELECT state FROM trust_review WHERE shop_id = %(shop)s ORDER BY state", {"shop": tx.shop_id}
        )

    assert [row.state for row in await desk.floor.run(waiting)] == ["cleared", "refused"]
