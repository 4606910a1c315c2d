"""Finance through HTTP: a file goes in, what differs is listed, explained and taken along."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from httpx2 import AsyncClient

from access.conftest import Hire, House, hire, house, password_hash, send, sign_in
from conftest import ShopFloor
from fulfilment.working import an_order, pay
from given import World, a_shop
from orderan.auditor import audit
from orderan.flows.reconcile import settle_file
from orderan.flows.settle_payment import settle_payments
from orderan.flows.views_received import Wanted as Received
from orderan.flows.views_received import received
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.ids import from_text, new_id, to_text
from orderan.orders import Order, Terms
from orderan.payments import MoneyEvent, MoneyKind
from orderan.settlements import (
    FORMATS,
    BankMoneyNotFound,
    BankMoneyPlaced,
    PayoutNotWaiting,
    place_bank_money,
    read_settlement,
)
from settlements.furnishing import ZONE, settlements
from settlements.sheets import camt, camt_entry, midtrans, midtrans_row, sheet

pytestmark = pytest.mark.anyio
__all__ = ["hire", "house", "password_hash"]


@pytest.fixture
async def world(floor: ShopFloor, now: datetime) -> World:
    return await a_shop(floor, now, stock={"kopi": 50})


@pytest.fixture
async def order(world: World, keyring: Keyring, now: datetime) -> Order:
    return await an_order(world, keyring, ("kopi", 2), now=now, terms=Terms.PREPAID)


@pytest.fixture
async def named(floor: ShopFloor, order: Order, now: datetime) -> dict[str, str]:
    return await settlements(floor, order, now=now)


@pytest.fixture
async def owner(house: House, hire: Hire, named: dict[str, str]) -> AsyncIterator[AsyncClient]:
    await hire()
    async with house.browser() as browser:
        await sign_in(browser)
        yield browser


async def upload(browser: AsyncClient, address: str, content: bytes, **fields: str) -> Any:
    await browser.get("/payments/settlements")
    token = browser.cookies.get("orderan_csrf", "")
    return await browser.post(
        f"/payments/settlements/{address}",
        data={"_csrf_token": token, "_once": new_id().hex, **fields},
        files={"file": ("berkas.csv", content, "text/csv")},
        follow_redirects=False,
    )


async def rows_of(browser: AsyncClient, address: str) -> list[dict[str, str]]:
    answer = await browser.get(address)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.text)))


async def test_a_file_is_brought_in_and_its_report_counts_every_row(
    owner: AsyncClient, floor: ShopFloor, named: dict[str, str]
) -> None:
    content = midtrans(midtrans_row("1-800-1"), midtrans_row("1-702-1", payout="PO-88001"))

    answer = await upload(owner, "files", content, account=named["gateway_account"], format="midtrans")
    again = await upload(owner, "files", content, account=named["gateway_account"], format="midtrans")

    assert answer.status_code == 303
    report = await owner.get(answer.headers["location"])
    assert "Sudah ada dari berkas lain" in report.text
    [file] = await floor.all("SELECT lines, known_before FROM settlement_file WHERE name = 'berkas.csv'")
    assert (file.lines, file.known_before) == (1, 1)
    assert again.headers["location"] == answer.headers["location"] + "?again=1"
    assert "tidak ada yang berubah" in (await owner.get(again.headers["location"])).text


@pytest.mark.parametrize(
    ("content", "fields", "said"),
    [
        (b"PK\x03\x04", {"format": "midtrans"}, "Berkas XLSX-nya tidak utuh."),
        (b"%PDF-1.7", {"format": "midtrans"}, "Isinya bukan teks CSV dan bukan XLSX."),
        (sheet(("Order ID", "Warna"), ("1", "2")), {"format": "midtrans"}, "Jumlah kotor, Tanggal pencairan"),
        (midtrans(), {"format": "mapping:tidak ada"}, "tidak ditemukan"),
        (midtrans(), {"format": "midtrans", "account": "gwa_x"}, "tidak ditemukan"),
    ],
)
async def test_a_file_that_cannot_be_read_is_told_and_nothing_is_kept(
    owner: AsyncClient,
    floor: ShopFloor,
    named: dict[str, str],
    content: bytes,
    fields: dict[str, str],
    said: str,
) -> None:
    before = await floor.value("SELECT count(*) FROM settlement_file")

    answer = await upload(owner, "files", content, **{"account": named["gateway_account"], **fields})

    assert answer.status_code == 422
    assert said in answer.text
    assert await floor.value("SELECT count(*) FROM settlement_file") == before


async def test_a_mapping_is_kept_and_reads_the_next_file(
    owner: AsyncClient, floor: ShopFloor, named: dict[str, str]
) -> None:
    columns = {"column_reference": "no", "column_gross": "duit", "column_settled_on": "tgl"}
    kept = await send(
        owner,
        "/payments/settlements/mappings",
        {"name": "Bank kami", "kind": "settlement", "decimal_sign": "auto", **columns},
    )
    assert kept.status_code in {200, 303}
    assert "Bank kami" in (await owner.get("/payments/settlements/files")).text

    content = sheet(("no", "duit", "tgl"), ("1-900-1", "1500", "2026-11-12"))
    answer = await upload(
        owner, "files", content, account=named["gateway_account"], format="mapping:Bank kami"
    )

    assert answer.status_code == 303
    assert await floor.value("SELECT gross_minor FROM settlement_line WHERE reference = '1-900-1'") == 1500


async def test_a_statement_shows_which_payouts_arrived(owner: AsyncClient) -> None:
    answer = await upload(
        owner, "statements", camt(camt_entry(15_560, words="TRF PO-88001")), format="camt053", bank_account=""
    )
    assert answer.status_code == 303

    waiting = (await owner.get("/payments/payouts")).text
    arrived = (await owner.get("/payments/payouts?tab=arrived")).text
    strange = (await owner.get("/payments/payouts?tab=bank")).text

    assert ("PO-99001" in waiting, "PO-88001" in waiting) == (True, False)
    assert ("PO-77001" in arrived, "PO-88001" in arrived) == (True, True)
    assert "SETORAN TUNAI" in strange


async def test_a_payout_the_bank_shortened_is_placed_by_hand(
    owner: AsyncClient, floor: ShopFloor, database_url: str, now: datetime
) -> None:
    await upload(owner, "statements", camt(camt_entry(13_060, words="TRF LAIN")), format="camt053")
    line = await floor.value("SELECT id FROM bank_line WHERE words = 'TRF LAIN'")
    payout = await floor.value("SELECT id FROM payout WHERE reference = 'PO-88001'")
    path = f"/payments/payouts/bank/{to_text('bnk', line)}"
    assert path in (await owner.get("/payments/payouts?tab=bank")).text
    choices = (await owner.get(path)).text
    # The nearest sum is on top: 15.560 is 2.500 away, 5.000 is further.
    assert choices.index("PO-88001") < choices.index("PO-99001")
    assert "PO-77001" not in choices

    wordless = await send(owner, path, {"payout": to_text("gpo", payout), "word": " "})
    nothing = await send(owner, path, {"payout": "", "word": "?"})
    kept = await send(owner, path, {"payout": to_text("gpo", payout), "word": "biaya RTGS"})
    again = await send(owner, path, {"payout": to_text("gpo", payout), "word": "biaya RTGS"})

    assert (wordless.status_code, nothing.status_code, kept.status_code) == (409, 409, 303)
    assert again.status_code in {404, 409}
    assert await floor.all(
        "SELECT payout_id, matched_by, word FROM bank_line WHERE id = %(id)s", id=line
    ) == [(payout, "hand", "biaya RTGS")]
    arrived = (await owner.get("/payments/payouts?tab=arrived")).text
    assert "Rp13.060" in arrived
    assert "biaya RTGS" in arrived
    assert "settlements.payout_is_its_lines" not in {
        finding.check for finding in audit(database_url, now=now).findings
    }


async def test_money_that_is_no_payout_leaves_the_list_with_a_word(
    owner: AsyncClient, floor: ShopFloor, named: dict[str, str]
) -> None:
    path = f"/payments/payouts/bank/{named['bank_line']}"

    answer = await send(owner, path, {"payout": "none", "word": "setoran pemilik"})

    assert answer.status_code == 303
    assert "SETORAN TUNAI" not in (await owner.get("/payments/payouts?tab=bank")).text
    assert (await owner.get(path)).status_code == 404
    [trail] = await floor.all("SELECT after FROM audit_entry WHERE action = 'settlement.place'")
    assert trail.after == {"payout": None, "difference_minor": 0, "word": "setoran pemilik"}


async def test_a_payout_is_placed_once_and_a_later_file_leaves_it(
    floor: ShopFloor, named: dict[str, str], now: datetime
) -> None:
    line = from_text("bnk", named["bank_line"])
    arrived = await floor.value("SELECT payout_id FROM bank_line WHERE payout_id IS NOT NULL")
    free = await floor.value("SELECT id FROM payout WHERE reference = 'PO-99001'")
    for wrong in (arrived, UUID(int=9)):
        with pytest.raises(PayoutNotWaiting):
            await floor.run(partial(place_bank_money, line_id=line, payout_id=wrong, word="itu", now=now))
    with pytest.raises(BankMoneyNotFound):
        await floor.run(lambda tx: place_bank_money(tx, UUID(int=9), None, "itu", now=now))

    await floor.run(lambda tx: place_bank_money(tx, line, free, "sisanya menyusul", now=now))
    with pytest.raises(BankMoneyPlaced):
        await floor.run(lambda tx: place_bank_money(tx, line, None, "bukan", now=now))
    more = read_settlement(
        "b.csv", midtrans(midtrans_row("1-704-1", 3_000, payout="PO-99001")), FORMATS["midtrans"], zone=ZONE
    )
    account = from_text("gwa", named["gateway_account"])
    await floor.run(lambda tx: settle_file(tx, account, "b.csv", more, now=now))

    assert await floor.value("SELECT payout_id FROM bank_line WHERE id = %(id)s", id=line) == free


async def test_a_bomb_is_refused_with_a_word(owner: AsyncClient, floor: ShopFloor) -> None:
    bomb = b'<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><Document>&b;</Document>'

    answer = await upload(owner, "statements", bomb, format="camt053")

    assert answer.status_code == 422
    assert "DOCTYPE" in answer.text
    assert await floor.value("SELECT count(*) FROM settlement_file WHERE kind = 'statement'") == 1


async def test_differences_are_listed_narrowed_and_explained(
    owner: AsyncClient, floor: ShopFloor, named: dict[str, str]
) -> None:
    everything = (await owner.get("/payments/settlements")).text
    for reason in ("Pembayaran tidak dikenal", "Belum tercatat lunas", "Baris tidak terbaca", "1-702-1"):
        assert reason in everything
    assert "1-703-1" not in (await owner.get("/payments/settlements?least=10.000")).text
    assert "1-702-1" not in (await owner.get("/payments/settlements?reason=not_known_as_paid")).text
    assert "1-702-1" not in (await owner.get("/payments/settlements?gateway=xendit")).text

    address = f"/payments/settlements/{named['difference']}/explain"
    blank = await send(owner, address, {"word": "  "})
    assert (blank.status_code, "Tulis singkat apa penjelasannya." in blank.text) == (422, True)
    assert await floor.value("SELECT count(*) FROM reconciliation_entry WHERE state = 'explained'") == 0

    await send(owner, address, {"word": "Pesanan lama di toko lain"})

    told = (await owner.get("/payments/settlements?tab=explained")).text
    assert "Pesanan lama di toko lain" in told
    assert await floor.value("SELECT count(*) FROM reconciliation_entry WHERE state = 'explained'") == 1


async def test_everything_is_taken_along_as_a_file_no_spreadsheet_runs(
    owner: AsyncClient, named: dict[str, str]
) -> None:
    evil = midtrans(midtrans_row('=HYPERLINK("http://x")', payout="@SUM(1)"))
    answer = await upload(owner, "files", evil, account=named["gateway_account"], format="midtrans")
    assert answer.status_code == 303
    await upload(owner, "statements", camt(camt_entry(5, words="=1+1")), format="camt053")

    listed = await rows_of(owner, "/payments/settlements/export.csv?reason=unknown_payment")
    paid_out = await rows_of(owner, "/payments/payouts/export.csv")
    bank = await rows_of(owner, "/payments/payouts/export.csv?tab=bank")
    fees = await rows_of(owner, "/payments/fees/export.csv")
    pending = await rows_of(owner, "/payments/ageing/export.csv")

    assert listed[0]["reference"] == '\'=HYPERLINK("http://x")'
    assert {row["reference"] for row in paid_out} == {"'@SUM(1)", "PO-77001", "PO-88001", "PO-99001"}
    assert [row["words"] for row in bank] == ["'=1+1", "SETORAN TUNAI"]
    assert [(row["method"], row["fee"], row["tax"]) for row in fees] == [
        ("bank_transfer", "12000", "1320"),
        ("va_bca", "4000", "440"),
    ]
    assert [(row["method"], row["up_to_360m"], row["payments"], row["amount"]) for row in pending] == [
        ("va_bca", "1", "1", "20000")
    ]


async def test_money_that_came_in_is_listed_with_what_it_cost_and_when_it_is_paid_out(
    owner: AsyncClient, floor: ShopFloor, order: Order, world: World, keyring: Keyring, now: datetime
) -> None:
    by_hand = await an_order(world, keyring, ("kopi", 3), now=now, terms=Terms.PREPAID)
    await pay(world, by_hand, now=now)

    async def paid_in_two_steps(tx: Tx) -> None:
        events = [
            MoneyEvent(order.id, MoneyKind.CAPTURED, "va_bca", amount, "IDR", f"1-700-1:{step}", "midtrans")
            for amount, step in ((15_000, 15_000), (5_000, 20_000))
        ]
        await settle_payments(tx, events, now=now + timedelta(minutes=5))

    await floor.run(paid_in_two_steps)

    listed = await rows_of(owner, "/payments/received/export.csv")
    # What files say of a payment stands once, however many steps it came in.
    assert [(row["method"], row["amount"], row["fee"], row["tax"], row["net"]) for row in listed] == [
        ("va_bca", "5000", "", "", ""),
        ("va_bca", "15000", "4000", "440", "15560"),
        ("bank_transfer", "30000", "", "", ""),
    ]
    assert [(row["account"], row["paid_out_on"], row["in_bank"]) for row in listed[1:]] == [
        ("Midtrans toko", "2026-11-12", "yes"),
        ("", "", ""),
    ]
    for query, orders in (
        ("method=bank_transfer", [by_hand.number]),
        ("settled=by_hand", [by_hand.number]),
        ("settled=yes", [order.number] * 2),
        ("settled=no", []),
        (f"q={order.number}", [order.number] * 2),
        ("until=2026-11-10", []),
        ("from=2026-11-11&until=2026-11-11", [order.number] * 2 + [by_hand.number]),
    ):
        narrowed = await rows_of(owner, f"/payments/received/export.csv?{query}")
        assert [int(row["order"]) for row in narrowed] == orders, query

    page = (await owner.get("/payments/received")).text
    for said in ("Rp50.000", "Rp4.440", "3 pembayaran", "Midtrans toko", "sudah di bank"):
        assert said in page
    assert (await owner.get("/payments/received?q=zzz")).status_code == 200


async def test_a_long_list_of_money_is_walked_and_nothing_is_shown_twice_or_left_out(
    floor: ShopFloor, order: Order, now: datetime
) -> None:
    """Money that came at once for one order is never torn apart by the end of a page."""

    async def much(tx: Tx) -> None:
        events = [
            MoneyEvent(order.id, MoneyKind.CAPTURED, "cash", 10, "IDR", f"r{turn}", None) for turn in range(9)
        ]
        for turn, event in enumerate(events):
            await settle_payments(tx, [event], now=now + timedelta(minutes=turn // 3))

    await floor.run(much)
    wanted = Received(since=now - timedelta(days=1), until=now + timedelta(days=1))
    seen: list[str | None] = []
    after = None
    while rows := await floor.run(lambda tx, after=after: received(tx, wanted, after=after, limit=2)):
        assert len(rows) == 3
        seen += [row.reference for row in rows]
        after = rows[-1].at, rows[-1].order_id
    assert sorted(seen, key=str) == [f"r{turn}" for turn in range(9)]


async def test_an_orders_page_shows_what_its_payment_came_to(owner: AsyncClient, order: Order) -> None:
    text = (await owner.get(f"/payments/orders/{to_text('ord', order.id)}")).text

    for said in ("PO-77001", "15.560", "4.000", "440"):
        assert said in text


async def test_whoever_sees_only_some_channels_sees_no_settlement(
    house: House, hire: Hire, named: dict[str, str], floor: ShopFloor
) -> None:
    await hire()
    channel = await floor.value("SELECT id FROM channel LIMIT 1")
    async with house.browser() as browser:
        await sign_in(browser)
        await floor.all("UPDATE staff SET channel_ids = ARRAY[%(id)s]::uuid[] RETURNING id", id=channel)
        for address in ("settlements", "fees", "payouts", "ageing", "settlements/files"):
            assert (await browser.get(f"/payments/{address}")).status_code == 403
        assert "/payments/settlements" not in (await browser.get("/payments")).text
