"""Settlement files held against the ledger: what fits says nothing, what does not is told apart to the rupiah."""

import time
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from conftest import ShopFloor
from flows.paying import Till, a_till
from flows.settling import (
    account_of,
    another_order,
    balance,
    bring,
    costs,
    day,
    entries,
    faults,
    offered,
    paid,
    read,
)
from inventory.racing import Meeting, race
from orderan.auditor import audit
from orderan.flows import reconcile as flow
from orderan.flows.views_settling import balances
from orderan.gateways import Outcome
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.ids import new_id
from orderan.kit.states import IllegalMove
from orderan.payments import Fee
from orderan.settlements import AccountNotFound, EntryNotFound, WordMissing, explain, settled_of_order
from orderan.settlements import store as settling_store
from orderan.settlements.commands import bring as bringing
from settlements.sheets import midtrans, midtrans_row

pytestmark = pytest.mark.anyio


@pytest.fixture
async def till(floor: ShopFloor, keyring: Keyring, now: datetime) -> Till:
    return await a_till(floor, keyring, now)


async def test_a_payment_that_settled_as_it_should_shows_what_it_came_to(
    till: Till, database_url: str
) -> None:
    await costs(till, Fee(date(2026, 1, 1), fixed_minor=4_000, tax_bp=1_100))
    attempt = await paid(till)

    brought, outcome = await bring(till, midtrans(midtrans_row(attempt.reference)))

    assert (brought.rows, brought.lines, brought.unread) == (1, 1, 0)
    assert outcome == flow.Reconciled(matched=1)
    assert await entries(till, "open", "explained", "gone") == []
    [settled] = await till.floor.run(lambda tx: settled_of_order(tx, till.order.id))
    assert (settled.gross_minor, settled.fee_minor, settled.tax_minor, settled.net_minor) == (
        20_000,
        4_000,
        440,
        15_560,
    )
    assert (settled.paid_out_on, settled.payout_reference, settled.arrived) == (
        date(2026, 11, 12),
        "PO-77001",
        False,
    )
    proof = await balance(till)
    assert (proof.captured_minor, proof.settled_minor, proof.waiting_minor, proof.adrift_minor) == (
        20_000,
        20_000,
        0,
        0,
    )
    assert audit(database_url, now=till.clock.at).findings == []


async def test_the_same_file_again_changes_nothing(till: Till) -> None:
    content = midtrans(midtrans_row((await paid(till)).reference), midtrans_row("1-99-1"))
    first, _ = await bring(till, content)
    tables = ("settlement_file", "settlement_line", "reconciliation_entry", "payout", "audit_entry", "event")
    before = [await till.floor.all("SELECT * FROM " + table) for table in tables]

    till.later(timedelta(hours=1))
    second, outcome = await bring(till, content)

    assert (second.id, outcome) == (first.id, None)
    assert [await till.floor.all("SELECT * FROM " + table) for table in tables] == before


async def test_a_line_that_stands_in_two_files_is_taken_once_and_one_that_stands_twice_in_one_is_two(
    till: Till,
) -> None:
    row = midtrans_row((await paid(till)).reference)
    await bring(till, midtrans(row))

    brought, _ = await bring(till, midtrans(row, row))

    assert (brought.rows, brought.lines, brought.known_before) == (2, 1, 1)
    assert await entries(till) == [("paid_twice", -20_000, -20_000)]
    assert (await balance(till)).adrift_minor == 0


async def test_every_difference_has_its_reason_and_the_account_still_adds_up(
    till: Till, keyring: Keyring, database_url: str
) -> None:
    await costs(till, Fee(date(2026, 1, 1), fixed_minor=4_000, tax_bp=1_100))
    await costs(till, Fee(date(2027, 1, 1), fixed_minor=9_000))
    twice = await paid(till)
    less = await paid(till, await another_order(till, keyring))

    await bring(
        till,
        midtrans(
            midtrans_row(twice.reference),
            midtrans_row(twice.reference, payout="PO-77002"),
            midtrans_row(less.reference, 19_500, net=15_060, fee=5_000, tax=550),
            midtrans_row("1-99-1"),
        ),
    )

    assert await entries(till) == [
        ("amount_differs", 500, 500),
        ("fee_differs", 1_110, 0),
        ("net_does_not_add_up", 1_110, 0),
        ("paid_twice", -20_000, -20_000),
        ("unknown_payment", -20_000, -20_000),
    ]
    proof = await balance(till)
    assert (proof.kept_minor, proof.settled_minor, proof.open_minor, proof.adrift_minor) == (
        40_000,
        79_500,
        -39_500,
        0,
    )
    assert faults(till, database_url) == []


async def test_a_difference_of_up_to_a_hundred_rupiah_is_nobodys_work_and_stays_in_the_sums(
    till: Till, database_url: str
) -> None:
    attempt = await paid(till)
    await bring(till, midtrans(midtrans_row(attempt.reference, 19_900)))

    assert await entries(till) == []
    assert await entries(till, "explained") == [("amount_differs", 100, 100)]
    assert (await balance(till)).explained_minor == 100
    assert faults(till, database_url) == []


async def test_a_line_about_a_payment_we_do_not_know_as_paid_moves_no_money_and_makes_us_ask(
    till: Till, database_url: str
) -> None:
    attempt = await offered(till)

    _, outcome = await bring(till, midtrans(midtrans_row(attempt.reference)))

    assert outcome is not None
    assert outcome.asked == 1
    assert await till.ledger() == [("pending", 20_000)]
    assert await entries(till) == [("not_known_as_paid", -20_000, -20_000)]

    till.first.says(Outcome.SUCCEEDED, paid=20_000)
    assert await till.cashier.ask_due(till.floor.caller) == 1
    assert (await till.row()).money == "paid"
    till.later(timedelta(days=1))
    assert await till.floor.run(lambda tx: flow.reconcile_nightly(tx, now=till.clock.at)) == 1

    assert await entries(till) == []
    assert await entries(till, "gone") == [("not_known_as_paid", -20_000, -20_000)]
    assert faults(till, database_url) == []


async def test_a_payment_is_missing_once_files_tell_of_the_days_after_its_own(
    till: Till, keyring: Keyring, database_url: str
) -> None:
    lost, found = await paid(till), await paid(till, await another_order(till, keyring))
    await bring(till, midtrans(midtrans_row(found.reference, day=day(till, 1))))
    assert await entries(till) == []
    assert (await balance(till)).waiting_minor == 20_000

    till.later(timedelta(days=1))
    later = await paid(till, await another_order(till, keyring))
    await bring(till, midtrans(midtrans_row(later.reference, day=day(till, 1), payout="PO-77002")))

    assert await entries(till) == [("missing_in_settlement", 20_000, 20_000)]
    assert ((await balance(till)).waiting_minor, (await balance(till)).open_minor) == (0, 20_000)
    assert faults(till, database_url) == []

    await bring(till, midtrans(midtrans_row(lost.reference, day=day(till, 1), payout="PO-77002")))
    assert await entries(till) == []
    assert (await balance(till)).settled_minor == 60_000
    assert faults(till, database_url) == []


async def test_a_shop_that_never_brings_a_file_misses_nothing(till: Till) -> None:
    await paid(till)
    till.later(timedelta(days=30))

    assert await till.floor.run(lambda tx: flow.reconcile_nightly(tx, now=till.clock.at)) == 0
    assert await entries(till) == []
    assert (await balance(till)).waiting_minor == 20_000


async def test_money_taken_back_after_it_settled_is_on_its_way_then_missing_then_settled(
    till: Till, keyring: Keyring, database_url: str
) -> None:
    attempt = await paid(till)
    await bring(till, midtrans(midtrans_row(attempt.reference, day=day(till, 1))))
    till.first.says(Outcome.REVERSED)
    await till.cashier.ask(till.floor.caller, attempt)
    assert await till.ledger() == [
        ("pending", 20_000), ("pending_cleared", 20_000), ("captured", 20_000), ("capture_reversed", 20_000)
    ]  # fmt: skip
    assert (await balance(till)).waiting_minor == -20_000

    till.later(timedelta(days=3))
    await bring(till, midtrans(midtrans_row("1-98-1", day=day(till), payout="PO-77002")))
    assert ("refunded_not_settled", -20_000, -20_000) not in await entries(till)
    till.later(timedelta(days=1))
    assert await till.floor.run(lambda tx: flow.reconcile_nightly(tx, now=till.clock.at)) == 1

    assert ("refunded_not_settled", -20_000, -20_000) in await entries(till)
    assert (await balance(till)).adrift_minor == 0

    back = midtrans_row(attempt.reference, 20_000, 0, 0, net=-20_000, kind="refund", payout="PO-77003")
    await bring(till, midtrans(back))
    assert [reason for reason, _, _ in await entries(till)] == ["unknown_payment"]
    assert faults(till, database_url) == []


async def test_money_a_gateway_took_back_and_we_do_not_know_of_is_asked_about(till: Till) -> None:
    attempt = await paid(till)
    back = midtrans_row(attempt.reference, 20_000, 0, 0, net=-20_000, kind="chargeback")

    _, outcome = await bring(till, midtrans(midtrans_row(attempt.reference), back))

    assert outcome is not None
    assert outcome.asked == 1
    assert await entries(till) == [("refund_not_known", 20_000, 20_000)]
    assert (await till.row()).money == "paid"


async def test_a_payment_of_another_account_is_told_as_that(till: Till) -> None:
    attempt = await paid(till)

    await bring(till, midtrans(midtrans_row(attempt.reference)), gateway="xendit")

    assert await entries(till) == [("other_account", -20_000, -20_000)]
    assert ((await balance(till)).adrift_minor, (await balance(till, "xendit")).adrift_minor) == (0, 0)


async def test_a_line_without_our_reference_is_known_by_the_gateways_id(till: Till) -> None:
    attempt = await paid(till)
    row = list(midtrans_row(attempt.reference, gateway_id="midtrans-1"))
    row[0] = ""

    _, outcome = await bring(till, midtrans(row))

    assert outcome is not None
    assert (outcome.matched, await entries(till)) == (1, [])


async def test_rows_that_cannot_be_read_wait_with_what_they_said(till: Till, database_url: str) -> None:
    row = list(midtrans_row((await paid(till)).reference))
    row[5] = "=HYPERLINK(1)"

    brought, _ = await bring(till, midtrans(row))

    assert (brought.rows, brought.lines, brought.unread) == (1, 0, 1)
    [entry] = await till.floor.all("SELECT reason, state, payload FROM reconciliation_entry")
    assert (entry.reason, entry.state, entry.payload["why"]) == (
        "row_unreadable",
        "open",
        "amount_unreadable",
    )
    assert entry.payload["cells"]["Gross amount"] == "=HYPERLINK(1)"
    assert faults(till, database_url) == []


async def test_a_person_explains_a_difference_once_and_with_a_word(till: Till, database_url: str) -> None:
    await bring(till, midtrans(midtrans_row("1-99-1")))
    entry = await till.floor.value("SELECT id FROM reconciliation_entry")

    with pytest.raises(WordMissing):
        await till.floor.run(lambda tx: explain(tx, entry, "  ", now=till.clock.at))
    with pytest.raises(EntryNotFound):
        await till.floor.run(lambda tx: explain(tx, new_id(), "ya", now=till.clock.at))
    assert await entries(till) == [("unknown_payment", -20_000, -20_000)]

    await till.floor.run(lambda tx: explain(tx, entry, "Uang muka toko lama", now=till.clock.at))
    with pytest.raises(IllegalMove):
        await till.floor.run(lambda tx: explain(tx, entry, "lagi", now=till.clock.at))

    assert (await entries(till), await entries(till, "explained")) == (
        [],
        [("unknown_payment", -20_000, -20_000)],
    )
    [trace] = await till.floor.all("SELECT after FROM audit_entry WHERE action = 'settlement.explain'")
    assert trace.after == {"state": "explained", "word": "Uang muka toko lama"}
    proof = await balance(till)
    assert (proof.explained_minor, proof.open_minor, proof.adrift_minor) == (-20_000, 0, 0)

    till.later(timedelta(days=1))
    await till.floor.run(lambda tx: flow.reconcile_nightly(tx, now=till.clock.at))
    assert await entries(till) == [], "what is explained stays so"
    assert faults(till, database_url) == []


async def test_what_was_explained_opens_again_when_it_is_another_amount(till: Till) -> None:
    attempt = await paid(till)
    await bring(till, midtrans(midtrans_row(attempt.reference, 19_000)))
    entry = await till.floor.value("SELECT id FROM reconciliation_entry")
    await till.floor.run(lambda tx: explain(tx, entry, "Potongan promo", now=till.clock.at))

    await bring(till, midtrans(midtrans_row(attempt.reference, 500, 0, 0, payout="PO-77002")))

    assert await entries(till) == [("amount_differs", 500, 500)]


async def test_an_account_that_does_not_exist_is_refused_and_nothing_is_kept(till: Till) -> None:
    with pytest.raises(AccountNotFound):
        await till.floor.run(
            lambda tx: flow.settle_file(
                tx, new_id(), "x.csv", read(midtrans(midtrans_row("1-1-1"))), now=till.clock.at
            )
        )
    assert await till.floor.value("SELECT count(*) FROM settlement_file") == 0
    assert await till.floor.value("SELECT count(*) FROM settlement_book") == 0


@pytest.mark.parametrize(
    "theft",
    [
        "UPDATE settlement_line SET gross_minor = gross_minor - 1 WHERE attempt_id IS NOT NULL",
        "UPDATE payment_event SET amount_minor = amount_minor - 1 WHERE kind = 'captured'",
        "UPDATE reconciliation_entry SET gap_minor = gap_minor + 1 WHERE reason = 'amount_differs'",
        "UPDATE reconciliation_entry SET gap_minor = gap_minor + 1 WHERE reason = 'unknown_payment'",
        "DELETE FROM reconciliation_entry WHERE reason = 'unknown_payment'",
        "UPDATE settlement_line SET gross_minor = gross_minor - 1 WHERE attempt_id IS NULL",
    ],
)
async def test_the_proof_fails_when_a_rupiah_is_taken_away(till: Till, database_url: str, theft: str) -> None:
    attempt = await paid(till)
    await bring(till, midtrans(midtrans_row(attempt.reference, 19_000), midtrans_row("1-99-1")))
    await till.floor.run(lambda tx: flow.reconcile_nightly(tx, now=till.clock.at))
    assert ((await balance(till)).adrift_minor, faults(till, database_url)) == (0, [])

    async def steal(tx: Tx) -> None:
        await tx.connection.execute(theft.encode())

    await till.floor.run(steal)

    assert (await balance(till)).adrift_minor != 0
    assert [check for check, _ in faults(till, database_url)] != []


async def test_ten_thousand_lines_are_one_go(till: Till, database_url: str) -> None:
    attempt = await paid(till)
    rows = [midtrans_row(f"1-{number}-9", payout=f"PO-{number % 7}") for number in range(10_000)]
    content = midtrans(*rows, midtrans_row(attempt.reference))
    statements = 0
    real = Tx.all

    async def counted(self: Tx, *args: Any, **kwargs: Any) -> list[Any]:
        nonlocal statements
        statements += 1
        return await real(self, *args, **kwargs)

    began = time.perf_counter()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Tx, "all", counted)
        brought, outcome = await bring(till, content)
    took = time.perf_counter() - began

    assert (brought.lines, brought.unread) == (10_001, 0)
    assert outcome is not None
    assert (outcome.matched, outcome.changed) == (1, 10_000)
    assert statements < 40
    assert took < 60
    assert (await balance(till)).open_minor == -200_000_000
    assert faults(till, database_url) == []


async def test_two_uploads_of_one_file_at_once_take_it_once(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = midtrans(midtrans_row((await paid(till)).reference))
    account = await account_of(till)
    Meeting(till.floor).after(monkeypatch, settling_store, "insert_file")

    def work(tx: Tx) -> Any:
        return flow.settle_file(tx, account, "settlement.csv", read(content), now=till.clock.at)

    outcomes = await race(till.floor, work, work)

    assert sorted(outcome is None for _, outcome in outcomes) == [False, True]
    assert await till.floor.value("SELECT count(*) FROM settlement_file") == 1
    assert await till.floor.value("SELECT count(*) FROM settlement_line") == 1


async def test_control_without_the_books_lock_and_the_constraints_the_file_is_taken_twice(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = midtrans(midtrans_row((await paid(till)).reference))
    account = await account_of(till)
    meeting = Meeting(till.floor)

    async def unguarded(tx: Tx) -> None:
        await tx.connection.execute("ALTER TABLE settlement_file DROP CONSTRAINT settlement_file_once")
        await tx.connection.execute("ALTER TABLE settlement_line DROP CONSTRAINT settlement_line_once")

    await till.floor.run(unguarded)
    real = Tx.run

    async def plain(self: Tx, sql: Any, params: Any = None) -> int:
        for guard in (
            "ON CONFLICT (shop_id, kind, digest) DO NOTHING",
            "ON CONFLICT (shop_id, account_id, fingerprint, nth) DO NOTHING",
        ):
            sql = sql.replace(guard, "")
        return await real(self, sql, params)

    async def unlocked(tx: Tx, account_id: Any) -> None:
        return None

    monkeypatch.setattr(Tx, "run", plain)
    monkeypatch.setattr(settling_store, "lock_book", unlocked)
    meeting.after(monkeypatch, settling_store, "insert_file")

    def work(tx: Tx) -> Any:
        return bringing.bring_settlement(
            tx, account, "settlement.csv", read(content), currency="IDR", now=till.clock.at
        )

    outcomes = await race(till.floor, work, work)

    assert [outcome for outcome in outcomes if isinstance(outcome, BaseException)] == []
    assert await till.floor.value("SELECT count(*) FROM settlement_file") == 2
    assert await till.floor.value("SELECT count(*) FROM settlement_line") == 2


async def test_every_account_has_its_proof(till: Till) -> None:
    assert [one.gateway for one in await till.floor.run(balances)] == ["midtrans", "xendit"]
