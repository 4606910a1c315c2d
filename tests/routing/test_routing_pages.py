"""The page of routing rules as a browser sees it: edited, tried, put live, refused with words, nothing lost."""

import html
import json
import re
from datetime import datetime
from typing import Any, Final

import pytest
from httpx2 import AsyncClient

from access.conftest import Hire, House, everything, hire, house, password_hash, send, sign_in
from conftest import ShopFloor
from flows.paying import Till, a_till
from orderan.access import ROLES, Permission, Role
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.ids import new_id, to_text
from orderan.payments import GatewayAccount, Rail
from orderan.payments.store_attempts import insert_account, insert_rails
from orderan.routing import Rule, Weight, When, draft, follow_rules, versions, write_rules
from orderan.shops import ChannelKind, add_channel

pytestmark = pytest.mark.anyio
__all__ = ["hire", "house", "password_hash"]

PAGE: Final = "/payments/routing"
RULE: Final = {
    "revision": "0",
    "name": "Besar siang",
    "method": "va_bca",
    "at_least": "5.000.000",
    "from_hour": "8",
    "to_hour": "20",
    "how": "split",
    "parts_xendit": "70",
    "parts_midtrans": "30",
}


@pytest.fixture
async def till(floor: ShopFloor, keyring: Keyring, now: datetime) -> Till:
    return await a_till(floor, keyring, now)


@pytest.fixture
async def browser(till: Till, house: House, hire: Hire) -> Any:
    await hire(name="Rina")
    async with house.browser() as client:
        await sign_in(client)
        yield client


def words(answer: Any) -> str:
    """What a page says, in one line."""
    text = re.sub(r"<(script|style|svg)[^>]*>.*?</\1>", " ", answer.text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text)))


async def pay(till: Till, times: int = 1) -> None:
    for _ in range(times):
        await till.cashier.charge(till.floor.caller, till.order.id, "va_bca", anew=True)


async def add(browser: AsyncClient, **fields: Any) -> Any:
    return await send(browser, f"{PAGE}/rules/new", {**RULE, **fields})


async def draft_rules(floor: ShopFloor) -> tuple[Rule, ...]:
    rules: tuple[Rule, ...] = (await floor.run(draft)).rules
    return rules


async def test_a_rule_is_typed_read_as_a_sentence_tried_and_put_live(
    till: Till, browser: AsyncClient
) -> None:
    await pay(till, 2)
    assert "Belum ada aturan" in words(await browser.get(PAGE))

    added = await add(browser)
    assert (added.status_code, added.headers["location"]) == (303, f"{PAGE}?said=rule")
    assert await draft_rules(till.floor) == (
        Rule(
            "Besar siang",
            When(methods=("va_bca",), at_least_minor=5_000_000, from_hour=8, to_hour=20),
            split=(Weight("xendit", 70), Weight("midtrans", 30)),
        ),
    )
    said = words(await browser.get(PAGE))
    assert "VA BCA, mulai Rp5.000.000, 08.00–20.00: Xendit 70 %, Midtrans 30 %" in said
    assert "Coba draf pada pembayaran lalu" in said

    second = {"revision": "1", "name": "Sisanya", "how": "prefer", "order_xendit": "1", "order_midtrans": "2"}
    await send(browser, f"{PAGE}/rules/new", second)
    tried = await send(browser, f"{PAGE}/trial", {"revision": "2", "days": "7"})
    assert tried.headers["location"] == f"{PAGE}?said=tried"
    said = words(await browser.get(PAGE))
    assert "2 dari 2 pembayaran akan lewat jalur lain." in said
    assert "Dulu lewat → Xendit Midtrans 2" in said
    assert "Berlaku untuk 0 pembayaran yang dicoba" in said
    assert "Berlaku untuk 2 pembayaran yang dicoba" in said
    assert f"/orders/{to_text('ord', till.order.id)}" in (await browser.get(PAGE)).text
    assert "Paling banyak 20.000 pembayaran dihitung." in said

    done = await send(browser, f"{PAGE}/live", {"revision": "2", "note": "Xendit lebih murah"})
    assert done.headers["location"] == f"{PAGE}?said=live"
    said = words(await browser.get(PAGE))
    assert "Aturan yang berjalan · versi 1" in said
    assert "Xendit lebih murah" in said
    assert "Rina" in said
    english = words(await browser.get(PAGE, headers={"cookie": _cookies(browser, "en")}))
    assert "VA BCA, from Rp5,000,000, 08:00–20:00: Xendit 70%, Midtrans 30%" in english
    assert "Live rules · version 1" in english


def _cookies(browser: AsyncClient, language: str) -> str:
    kept = "; ".join(f"{name}={value}" for name, value in browser.cookies.items() if name != "bahasa")
    return f"{kept}; bahasa={language}"


async def test_rules_are_moved_rewritten_and_taken_out_on_the_page(till: Till, browser: AsyncClient) -> None:
    await add(browser)
    await add(browser, revision="1", name="Kedua")
    await send(browser, f"{PAGE}/rules/2/up", {"revision": "2"})
    assert [rule.name for rule in await draft_rules(till.floor)] == ["Kedua", "Besar siang"]

    form = (await browser.get(f"{PAGE}/rules/1")).text
    for value in ('value="Kedua"', 'value="5.000.000"', 'value="70"', 'name="revision" value="3"'):
        assert value in form
    await send(browser, f"{PAGE}/rules/1", {**RULE, "revision": "3", "name": "Kedua", "how": "cheapest"})
    [first, _] = await draft_rules(till.floor)
    assert (first.cheapest, first.split) == (True, ())

    await send(browser, f"{PAGE}/rules/2/remove", {"revision": "4"})
    assert [rule.name for rule in await draft_rules(till.floor)] == ["Kedua"]
    assert "“Kedua” ditambah" in words(await browser.get(PAGE))
    await send(browser, f"{PAGE}/discard", {"revision": "5"})
    assert await draft_rules(till.floor) == ()


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ({"name": " "}, "name", "Beri nama, paling panjang 80 huruf."),
        ({"name": "x" * 81}, "name", "Beri nama, paling panjang 80 huruf."),
        ({"at_least": "banyak"}, "at_least", "Bukan jumlah uang."),
        ({"at_most": "1.000"}, "at_least", "Batas bawah lebih besar daripada batas atas."),
        ({"fee_above": "-4"}, "fee_above", "Bukan jumlah uang."),
        ({"to_hour": ""}, "to_hour", "Isi jam mulai dan jam selesai, atau kosongkan keduanya."),
        ({"to_hour": "8"}, "to_hour", "Jam mulai dan selesai sama"),
        ({"from_hour": "25"}, "from_hour", "Bukan jam: 0 sampai 24."),
        ({"from_hour": "pagi"}, "from_hour", "Bukan jam: 0 sampai 24."),
        ({"weekday": "8"}, "weekday", "Bukan hari."),
        ({"method": "va_mars"}, "method", "Cara bayar itu tidak dikenal."),
        ({"bank": "mars"}, "bank", "Bank itu tidak dikenal."),
        ({"parts_xendit": "0"}, "split", "Setiap bagian angka bulat 1 sampai 100."),
        ({"parts_xendit": "setengah"}, "split", "Setiap bagian angka bulat 1 sampai 100."),
        ({"parts_doku": "5"}, "split", "Toko ini tidak punya akun di gateway itu."),
        ({"last": "doku"}, "last", "Toko ini tidak punya akun di gateway itu."),
        ({"parts_xendit": "", "parts_midtrans": ""}, "how", "Pilih gateway yang didahulukan"),
        ({"how": "none"}, "how", "Pilih gateway yang didahulukan"),
        (
            {"how": "prefer", "order_xendit": "1", "order_midtrans": "1"},
            "prefer",
            "Setiap gateway butuh nomor",
        ),
        ({"how": "prefer", "order_xendit": "satu"}, "prefer", "Setiap gateway butuh nomor"),
    ],
)
async def test_what_is_wrong_is_said_beside_its_field_and_all_that_was_typed_stays(
    till: Till, browser: AsyncClient, fields: dict[str, str], field: str, said: str
) -> None:
    await browser.get(PAGE)
    before = await everything(till.floor)

    answer = await add(browser, **fields)

    assert answer.status_code == 422
    assert await everything(till.floor) == before
    page = answer.text
    beside = re.search(
        rf'id="f-{field}(?:-errors)?".*?(?=<div class="o-field|<fieldset|<label|</form>|</table>)',
        page,
        re.DOTALL,
    )
    assert beside, field
    assert f'href="#f-{field}"' in page
    assert said in html.unescape(page)
    typed = {**RULE, **fields}
    assert f'value="{html.escape(typed["name"].strip() or typed["name"])}"' in page
    for name in ("parts_midtrans", "at_least"):
        assert f'value="{typed[name]}"' in page
    assert re.search(rf'name="how" value="{typed["how"]}" checked', page)


async def test_a_name_twice_is_refused_beside_the_name(till: Till, browser: AsyncClient) -> None:
    await add(browser)
    await add(browser, revision="1", name="Kedua")
    before = await everything(till.floor)

    answer = await send(browser, f"{PAGE}/rules/1", {**RULE, "revision": "2", "name": "Kedua"})

    assert answer.status_code == 422
    assert 'href="#f-name">Sudah ada aturan dengan nama ini.' in answer.text
    assert await everything(till.floor) == before


async def test_the_second_of_two_editors_is_told_what_changed_and_keeps_what_was_typed(
    till: Till, browser: AsyncClient, house: House, hire: Hire
) -> None:
    await add(browser)
    await add(browser, revision="1", name="Kedua", how="cheapest")
    await hire("budi@toko.test", name="Budi")
    async with house.browser() as other:
        await sign_in(other, "budi@toko.test")
        await send(other, f"{PAGE}/rules/1/remove", {"revision": "2"})
    before = await everything(till.floor)

    late = {**RULE, "revision": "2", "was": "Kedua", "name": "Kedua malam", "how": "cheapest"}
    answer = await send(browser, f"{PAGE}/rules/2", late)

    assert answer.status_code == 409
    assert await everything(till.floor) == before
    said = words(answer)
    assert "Draf sudah diubah orang lain sejak Anda membukanya. Tidak ada yang disimpan." in said
    assert "Budi: “Besar siang” dihapus" in said
    assert 'value="Kedua malam"' in answer.text
    # The rule is at another place by now; the form knows, and sending it again keeps what was typed.
    assert f'action="{PAGE}/rules/1"' in answer.text
    assert 'name="revision" value="3"' in answer.text
    await send(browser, f"{PAGE}/rules/1", {**late, "revision": "3"})
    assert [rule.name for rule in await draft_rules(till.floor)] == ["Kedua malam"]


async def test_a_rule_that_is_gone_comes_back_as_a_new_one(till: Till, browser: AsyncClient) -> None:
    await add(browser)
    await send(browser, f"{PAGE}/rules/1/remove", {"revision": "1"})

    answer = await send(browser, f"{PAGE}/rules/1", {**RULE, "revision": "1", "was": "Besar siang"})

    assert answer.status_code == 409
    assert f'action="{PAGE}/rules/new"' in answer.text
    assert 'value="Besar siang"' in answer.text


async def test_what_was_not_tried_is_not_put_live_and_the_page_says_why(
    till: Till, browser: AsyncClient
) -> None:
    await add(browser)
    before = await everything(till.floor)

    async def refused(status: int, said: str, **fields: str) -> None:
        answer = await send(browser, f"{PAGE}/live", {"revision": "1", "note": "Coba saja", **fields})
        assert (answer.status_code, said in words(answer)) == (status, True), words(answer)
        assert await everything(till.floor) == before
        # What was typed is on the page even where its field is not.
        assert fields.get("note", "Coba saja").strip() in words(answer)

    await refused(409, "Draf ini belum dicoba pada pembayaran lalu.")
    await refused(409, "Draf sudah diubah orang lain", revision="0")
    await refused(409, "Draf sudah diubah orang lain", revision="abc")
    await refused(422, "Tulis alasan perubahannya", note=" ")
    await send(browser, f"{PAGE}/trial", {"revision": "1", "days": "1"})

    version = await till.floor.run(
        lambda tx: write_rules(tx, [{"name": "Lain", "cheapest": True}], note="", now=till.clock.at)
    )
    await till.floor.run(lambda tx: follow_rules(tx, version, now=till.clock.at))
    before = await everything(till.floor)
    await refused(409, "Aturan yang berjalan berubah sejak draf ini dicoba (sekarang versi 1).")


async def test_days_that_cannot_be_tried_are_refused_beside_the_days(
    till: Till, browser: AsyncClient
) -> None:
    await add(browser)
    before = await everything(till.floor)
    for days in ("", "0", "91", "-1", "seminggu", "9" * 30):
        answer = await send(browser, f"{PAGE}/trial", {"revision": "1", "days": days})
        assert answer.status_code == 422
        assert "Percobaan mencakup 1 sampai 90 hari ke belakang." in words(answer)
    assert await everything(till.floor) == before


async def test_an_older_version_is_used_again_through_the_draft(till: Till, browser: AsyncClient) -> None:
    for number, name in enumerate(("Satu", "Dua")):
        if number:
            await send(browser, f"{PAGE}/rules/1/remove", {"revision": "1"})
        await add(browser, revision=str(number * 2), name=name)
        last = str(number * 2 + 1)
        await send(browser, f"{PAGE}/trial", {"revision": last, "days": "1"})
        await send(browser, f"{PAGE}/live", {"revision": last, "note": f"Alasan {name}"})
    assert [one.note for one in await till.floor.run(versions)] == ["Alasan Dua", "Alasan Satu"]

    restored = await send(browser, f"{PAGE}/versions/1/restore", {"revision": "3"})
    assert restored.headers["location"] == f"{PAGE}?said=restored"
    assert [rule.name for rule in await draft_rules(till.floor)] == ["Satu"]
    assert [one.version for one in await till.floor.run(versions) if one.active] == [2]
    assert (await send(browser, f"{PAGE}/versions/9/restore", {"revision": "4"})).status_code == 404


async def test_hostile_names_do_no_harm_and_a_rule_more_than_there_may_be_is_refused(
    till: Till, browser: AsyncClient
) -> None:
    await add(browser, name='<img src=x onerror="alert(1)">')
    page = (await browser.get(PAGE)).text
    assert "<img" not in page
    assert "&lt;img" in page
    many = [{"name": f"Aturan {number}", "cheapest": True} for number in range(100)]

    async def full(tx: Any) -> None:
        await tx.run(
            "INSERT INTO routing_draft (shop_id, revision, rules, made_by, made_at) "
            "VALUES (%(shop)s, 2, %(rules)s::jsonb, 'staff:test', %(now)s)",
            {"shop": tx.shop_id, "rules": json.dumps(many), "now": till.clock.at},
        )

    await till.floor.run(full)
    assert (await browser.get(PAGE)).status_code == 200
    before = await everything(till.floor)
    answer = await add(browser, revision="2")
    assert answer.status_code == 422
    assert "Terlalu banyak: paling banyak 100." in words(answer)
    assert await everything(till.floor) == before


async def test_who_may_only_look_sees_the_rules_and_no_form_and_who_may_not_sees_nothing(
    till: Till, house: House, hire: Hire, browser: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add(browser)
    await hire("lihat@toko.test", Role.VIEWER)
    async with house.browser() as viewer:
        await sign_in(viewer, "lihat@toko.test")
        assert (await viewer.get(PAGE)).status_code == 403

        reads = ROLES[Role.VIEWER] | {Permission.SETTINGS_READ}
        monkeypatch.setitem(ROLES, Role.VIEWER, reads)
        page = await viewer.get(PAGE)
        assert "Besar siang" in page.text
        assert f'action="{PAGE}' not in page.text
        assert f'href="{PAGE}/rules' not in page.text
        before = await everything(till.floor)
        assert (await viewer.get(f"{PAGE}/rules/1")).status_code == 403
        assert (await send(viewer, f"{PAGE}/discard", {"revision": "1"}, page="/account")).status_code == 403
        assert await everything(till.floor) == before


async def test_the_order_says_which_rail_was_chosen_and_what_today_would_choose(
    till: Till, browser: AsyncClient
) -> None:
    await till.floor.run(lambda tx: tx.run("UPDATE sales_order SET number = 1"))
    await pay(till)
    order = f"/orders/{to_text('ord', till.order.id)}"

    said = words(await browser.get(order))
    assert "Jalur pembayaran dipilih: Midtrans" in said
    assert "VA BCA · Rp20.000" in said
    assert "Midtrans dipilih: paling menguntungkan, 98 % diperkirakan dibayar, biaya Rp0." in said
    assert "Xendit tidak didahulukan: sama baiknya, tetapi urutannya di belakang." in said
    assert "Dengan aturan hari ini jalur yang dipilih sama." in said

    version = await till.floor.run(
        lambda tx: write_rules(
            tx, [{"name": "Xendit dulu", "prefer": ["xendit"]}], note="", now=till.clock.at
        )
    )
    await till.floor.run(lambda tx: follow_rules(tx, version, now=till.clock.at))
    assert "Dengan aturan hari ini yang dipilih Xendit, menurut “Xendit dulu”." in words(
        await browser.get(order)
    )

    await pay(till)
    await till.floor.all("UPDATE rail SET state = 'paused' WHERE rank = 0 RETURNING 1")
    await pay(till)
    said = words(await browser.get(order))
    assert "Xendit dipilih karena aturan “Xendit dulu” (versi 1)." in said
    assert "Midtrans tidak didahulukan: aturannya mendahulukan yang lain." in said
    assert "Xendit dipilih: tidak ada jalur lain untuk cara bayar ini." in said
    assert "Midtrans dilewati: sedang dijeda." in said
    english = words(await browser.get(order, headers={"cookie": _cookies(browser, "en")}))
    assert "Xendit was chosen by the rule “Xendit dulu” (version 1)." in english
    assert "Midtrans was passed over: it is paused." in english

    money = words(await browser.get(f"/payments{order}"))
    assert "Jalur yang dipilih" in money
    assert "Xendit dipilih karena aturan “Xendit dulu” (versi 1)." in money

    await till.floor.all("UPDATE decision SET inputs = '{}' WHERE kind = 'routing' RETURNING 1")
    assert "keputusan ini tidak bisa diulang" in words(await browser.get(order))


async def test_examples_are_of_orders_that_the_reader_may_see(
    till: Till, browser: AsyncClient, house: House, hire: Hire
) -> None:
    await pay(till)
    await add(browser, at_least="", from_hour="", to_hour="", parts_midtrans="", parts_xendit="1")
    await send(browser, f"{PAGE}/trial", {"revision": "1", "days": "1"})
    order = f"/orders/{to_text('ord', till.order.id)}"
    assert order in (await browser.get(PAGE)).text

    other = await till.floor.run(
        lambda tx: add_channel(tx, code="pasar", name="Pasar", kind=ChannelKind.CHAT, now=till.clock.at)
    )
    await hire("pasar@toko.test", channel_ids=frozenset({other.id}))
    async with house.browser() as limited:
        await sign_in(limited, "pasar@toko.test")
        page = await limited.get(PAGE)
        assert "1 dari 1 pembayaran akan lewat jalur lain." in words(page)
        assert order not in page.text


async def test_two_accounts_at_one_gateway_are_told_apart_by_their_names(
    till: Till, browser: AsyncClient
) -> None:
    async def second(tx: Tx) -> None:
        account = GatewayAccount(new_id(), "midtrans", "Midtrans cabang", "https://gateway.test", b"", b"")
        await insert_account(tx, account, now=till.clock.at)
        await insert_rails(tx, [Rail(new_id(), "va_bca", account.id, "midtrans", 5, "open")])

    await till.floor.run(second)
    await till.floor.run(lambda tx: tx.run("UPDATE sales_order SET number = 1"))
    await pay(till)

    said = words(await browser.get(f"/orders/{to_text('ord', till.order.id)}"))
    assert "Jalur pembayaran dipilih: Midtrans (midtrans)" in said
    assert "Midtrans (Midtrans cabang) tidak didahulukan" in said


async def test_of_very_many_versions_the_newest_are_shown(till: Till, browser: AsyncClient) -> None:
    await till.floor.run(
        lambda tx: tx.run(
            """
            INSERT INTO routing_rules (shop_id, version, rules, note, made_by, made_at, active)
            SELECT %(shop)s, number, '[]', 'Alasan ' || number, 'staff:test', %(now)s, number = 1
            FROM generate_series(1, 33) AS number
            """,
            {"shop": tx.shop_id, "now": till.clock.at},
        )
    )

    said = words(await browser.get(PAGE))
    assert "3 versi yang lebih lama tidak ditampilkan." in said
    assert "Alasan 33 " in said
    assert "Alasan 3 " not in said
    assert "Aturan yang berjalan · versi 1" in said
