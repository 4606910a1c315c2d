"""A buyer's bank takes a payment back: the shop answers in time, wins or loses, and the ledger says so once."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from conftest import ShopFloor
from flows.paying import Till, a_till
from flows.test_execute_refund import paid
from orderan.flows.contest_chargeback import (
    ANSWER_WITHIN,
    WARN_BEFORE,
    add_to_chargeback,
    answer_chargeback,
    lose_chargeback,
    report_chargeback,
    tend_chargebacks,
    win_chargeback,
)
from orderan.flows.refund_order import execute_refund, promise_refund
from orderan.gateways import Outcome
from orderan.kit.crypto import Keyring
from orderan.kit.states import IllegalMove
from orderan.payments import (
    AmountNotPositive,
    Attempt,
    Chargeback,
    ChargebackOpen,
    EvidenceKind,
    EvidenceMissing,
    NoSuchAttempt,
    ReasonMissing,
    attempts_of,
    evidence_of,
)

pytestmark = pytest.mark.anyio


class Bank:
    """A paid order whose payment a bank may take back."""

    def __init__(self, till: Till) -> None:
        self.till = till

    async def attempt(self) -> Attempt:
        found: list[Attempt] = await self.till.floor.run(lambda tx: attempts_of(tx, self.till.order.id))
        return found[0]

    async def says(self, outcome: Outcome, **others: Any) -> None:
        self.till.first.says(outcome, paid=20_000, **others)
        await self.till.cashier.ask(self.till.floor.caller, await self.attempt())

    async def tend(self) -> int:
        done: int = await self.till.floor.run(lambda tx: tend_chargebacks(tx, now=self.till.clock.at))
        return done

    async def disputed(self) -> Any:
        await self.says(Outcome.DISPUTED)
        await self.tend()
        return await self.case()

    async def typed_in(self, amount: int = 20_000, *, attempt: UUID | None = None) -> Chargeback:
        one: Chargeback = await self.till.floor.run(
            lambda tx: report_chargeback(
                tx,
                self.till.order.id,
                attempt_id=attempt,
                amount_minor=amount,
                reason="Barang tidak sampai",
                deadline=self.till.clock.at + ANSWER_WITHIN,
                now=self.till.clock.at,
            )
        )
        return one

    async def does(self, verb: Callable[..., Awaitable[Chargeback]], case: UUID) -> None:
        await self.till.floor.run(lambda tx: verb(tx, case, now=self.till.clock.at))

    async def proves(self, case: UUID, words: str = "JNE 123, diterima Budi") -> None:
        await self.till.floor.run(
            lambda tx: add_to_chargeback(tx, case, EvidenceKind.DELIVERY, words, now=self.till.clock.at)
        )

    async def case(self) -> Any:
        [row] = await self.till.floor.all("SELECT * FROM chargeback")
        return row

    async def money(self) -> list[tuple[str, int]]:
        return [
            (kind, amount)
            for kind, amount in await self.till.ledger()
            if kind in {"captured", "capture_reversed", "refunded"}
        ]

    async def inbox(self) -> list[str]:
        rows = await self.till.floor.all(
            "SELECT kind FROM exception_entry WHERE state = 'open' AND kind LIKE 'chargeback%%' ORDER BY kind"
        )
        return [row.kind for row in rows]


@pytest.fixture
async def bank(floor: ShopFloor, keyring: Keyring, now: datetime) -> Bank:
    till = await a_till(floor, keyring, now)
    await paid(till, till.first)
    return Bank(till)


GONE = [("captured", 20_000), ("capture_reversed", 20_000)]


async def test_a_payment_its_gateway_calls_disputed_opens_one_case(bank: Bank) -> None:
    case = await bank.disputed()
    assert (case.state, case.amount_minor, case.taken) == ("open", 20_000, True)
    assert case.deadline == bank.till.clock.at + ANSWER_WITHIN
    assert await bank.tend() == 0
    assert await bank.money() == GONE
    attempt = await bank.attempt()
    with pytest.raises(ChargebackOpen):
        await bank.typed_in(attempt=attempt.id)
    assert (await bank.case()).state == "open"


async def test_winning_gives_back_what_was_taken_once(bank: Bank) -> None:
    case = await bank.disputed()
    await bank.proves(case.id)
    await bank.does(answer_chargeback, case.id)
    await bank.does(win_chargeback, case.id)

    assert (await bank.case()).state == "won"
    assert await bank.money() == [*GONE, ("captured", 20_000)]
    assert ((await bank.till.row()).paid_minor, (await bank.attempt()).state) == (20_000, "paid")
    with pytest.raises(IllegalMove):
        await bank.does(win_chargeback, case.id)
    await bank.says(Outcome.SUCCEEDED)
    assert await bank.tend() == 0
    assert await bank.money() == [*GONE, ("captured", 20_000)]


async def test_losing_takes_nothing_that_was_taken_already(bank: Bank) -> None:
    case = await bank.disputed()
    await bank.does(lose_chargeback, case.id)
    assert (await bank.case()).state == "lost"
    assert await bank.money() == GONE
    assert ((await bank.till.row()).paid_minor, (await bank.attempt()).state) == (0, "reversed")


@pytest.mark.parametrize(("outcome", "state"), [(Outcome.SUCCEEDED, "won"), (Outcome.REVERSED, "lost")])
async def test_the_case_follows_a_gateway_that_tells_the_end_first(
    bank: Bank, outcome: Outcome, state: str
) -> None:
    case = await bank.disputed()
    await bank.says(outcome)
    money = await bank.money()
    assert await bank.tend() == 1
    assert (await bank.case()).state == state
    with pytest.raises(IllegalMove):
        await bank.does(lose_chargeback, case.id)
    assert await bank.money() == money


PART = [("captured", 20_000), ("capture_reversed", 5_000)]


@pytest.mark.parametrize(
    ("end", "money", "stands"),
    [(win_chargeback, [*PART, ("captured", 5_000)], "paid"), (lose_chargeback, PART, "reversed")],
)
async def test_a_part_a_bank_takes_is_a_part_until_its_end_and_after(
    bank: Bank, end: Any, money: list[tuple[str, int]], stands: str
) -> None:
    await bank.says(Outcome.DISPUTED, disputed_minor=5_000)
    await bank.says(Outcome.DISPUTED, disputed_minor=5_000)
    await bank.tend()
    assert ((await bank.case()).amount_minor, await bank.money()) == (5_000, PART)
    assert (await bank.till.row()).paid_minor == 15_000

    await bank.does(end, (await bank.case()).id)

    assert await bank.money() == money
    assert (await bank.attempt()).state == stands
    assert await bank.tend() == 0


async def test_a_part_that_grows_into_all_of_it_is_all_of_it(bank: Bank) -> None:
    await bank.says(Outcome.DISPUTED, disputed_minor=5_000)
    await bank.tend()
    await bank.says(Outcome.DISPUTED, disputed_minor=None)
    assert await bank.money() == [*PART, ("capture_reversed", 15_000)]

    await bank.does(win_chargeback, (await bank.case()).id)

    assert (await bank.till.row()).paid_minor == 20_000


async def test_what_is_won_can_be_disputed_again(bank: Bank) -> None:
    case = await bank.disputed()
    await bank.does(win_chargeback, case.id)
    bank.till.later(timedelta(days=1))
    await bank.says(Outcome.DISPUTED)
    assert await bank.tend() == 1
    rows = await bank.till.floor.all("SELECT id, state, amount_minor FROM chargeback ORDER BY opened_at")
    assert [(row.state, row.amount_minor) for row in rows] == [("won", 20_000), ("open", 20_000)]
    await bank.does(win_chargeback, rows[1].id)
    assert (await bank.till.row()).paid_minor == 20_000


async def test_a_case_typed_in_takes_the_money_when_it_is_lost_and_not_before(bank: Bank) -> None:
    attempt = await bank.attempt()
    case = await bank.typed_in(attempt=attempt.id)
    assert (case.taken, await bank.money()) == (False, [("captured", 20_000)])

    await bank.does(lose_chargeback, case.id)

    assert await bank.money() == GONE
    assert (await bank.attempt()).state == "reversed"
    await bank.says(Outcome.DISPUTED)
    assert await bank.money() == GONE


async def test_a_case_typed_in_that_is_won_moves_nothing(bank: Bank) -> None:
    case = await bank.typed_in()
    await bank.does(win_chargeback, case.id)
    assert await bank.money() == [("captured", 20_000)]


async def test_a_part_that_is_lost_is_a_part(bank: Bank) -> None:
    case = await bank.typed_in(5_000)
    await bank.does(lose_chargeback, case.id)
    assert await bank.money() == [("captured", 20_000), ("capture_reversed", 5_000)]


async def test_what_the_shop_refunded_as_well_is_lost_and_a_person_looks(bank: Bank) -> None:
    case = await bank.typed_in()
    now = bank.till.clock.at
    refund = await bank.till.floor.run(
        lambda tx: promise_refund(tx, bank.till.order.id, amount_minor=20_000, reason="x", now=now)
    )
    await bank.till.floor.run(
        lambda tx: execute_refund(tx, refund.id, method="cash", reference=None, now=now)
    )
    await bank.does(lose_chargeback, case.id)
    assert (await bank.case()).state == "lost"
    assert await bank.money() == [("captured", 20_000), ("refunded", 20_000)]
    assert await bank.inbox() == ["chargeback_beyond"]


async def paid_back(bank: Bank, amount: int) -> None:
    """So much went back to the buyer, and their gateway says so."""
    now = bank.till.clock.at
    refund = await bank.till.floor.run(
        lambda tx: promise_refund(tx, bank.till.order.id, amount_minor=amount, reason="x", now=now)
    )
    await bank.till.floor.run(
        lambda tx: execute_refund(tx, refund.id, method="va_bca", reference=None, now=now)
    )
    await bank.says(Outcome.REFUNDED, refunded_minor=amount)
    assert (await bank.attempt()).state == "refunded"


@pytest.mark.parametrize(("end", "left"), [(win_chargeback, 15_000), (lose_chargeback, 0)])
async def test_what_is_left_of_a_payment_that_was_paid_back_in_part_can_be_disputed(
    bank: Bank, end: Any, left: int
) -> None:
    await paid_back(bank, 5_000)
    await bank.says(Outcome.DISPUTED, refunded_minor=5_000, disputed_minor=15_000)
    assert await bank.tend() == 1

    case = await bank.case()
    assert (case.state, case.amount_minor, case.taken) == ("open", 15_000, True)
    assert (await bank.till.row()).paid_minor == 5_000
    await bank.does(end, case.id)

    row = await bank.till.row()
    assert row.paid_minor - row.refunded_minor == left
    stands = Outcome.REFUNDED if left else Outcome.REVERSED
    await bank.says(stands, refunded_minor=5_000, disputed_minor=None if left else 15_000)
    assert (await bank.till.row()).paid_minor == row.paid_minor
    assert await bank.tend() == 0


@pytest.mark.parametrize(("back", "room"), [(5_000, 15_000), (20_000, 0)])
async def test_a_dispute_over_money_that_was_paid_back_opens_a_case_and_takes_what_is_there(
    bank: Bank, back: int, room: int
) -> None:
    await paid_back(bank, back)
    await bank.says(Outcome.DISPUTED, refunded_minor=back)
    await bank.tend()

    case = await bank.case()
    assert (case.state, case.amount_minor) == ("open", room or 20_000)
    reversals = [amount for kind, amount in await bank.money() if kind == "capture_reversed"]
    assert reversals == ([room] if room else [])
    [entry] = await bank.till.floor.all(
        "SELECT reason, money_minor FROM exception_entry WHERE kind = 'payment_differs' AND state = 'open'"
    )
    assert (entry.reason, entry.money_minor) == ("gone_twice", back)

    await bank.does(win_chargeback, case.id)
    row = await bank.till.row()
    assert (row.paid_minor, row.refunded_minor) == (20_000, back)


async def test_an_answer_has_something_in_it(bank: Bank) -> None:
    case = await bank.typed_in()
    with pytest.raises(EvidenceMissing):
        await bank.does(answer_chargeback, case.id)
    with pytest.raises(EvidenceMissing):
        await bank.proves(case.id, "  ")
    assert (await bank.case()).state == "open"

    await bank.proves(case.id)
    await bank.does(answer_chargeback, case.id)
    [evidence] = await bank.till.floor.run(lambda tx: evidence_of(tx, case.id))
    assert (evidence.kind, evidence.words) == ("delivery", "JNE 123, diterima Budi")
    with pytest.raises(IllegalMove):
        await bank.proves(case.id)


async def test_the_inbox_says_so_before_the_deadline_and_no_more_once_it_was_answered(bank: Bank) -> None:
    case = await bank.typed_in()
    bank.till.clock.at = case.deadline - WARN_BEFORE - timedelta(seconds=1)
    assert await bank.tend() == 0
    assert await bank.inbox() == []
    bank.till.later(timedelta(seconds=1))
    await bank.tend()
    assert await bank.inbox() == ["chargeback_due"]
    await bank.proves(case.id)
    await bank.does(answer_chargeback, case.id)
    assert await bank.inbox() == []
    await bank.tend()
    assert await bank.inbox() == []


async def test_a_deadline_passes_and_the_bank_may_still_decide(bank: Bank) -> None:
    case = await bank.typed_in()
    bank.till.clock.at = case.deadline
    await bank.tend()
    assert (await bank.case()).state == "expired"
    with pytest.raises(IllegalMove):
        await bank.proves(case.id)
    await bank.does(lose_chargeback, case.id)
    assert await bank.money() == GONE


@pytest.mark.parametrize("wrong", ["amount", "reason", "attempt"])
async def test_what_cannot_be_a_case_opens_none(bank: Bank, wrong: str) -> None:
    refusal = {"amount": AmountNotPositive, "reason": ReasonMissing, "attempt": NoSuchAttempt}[wrong]
    with pytest.raises(refusal):
        await bank.till.floor.run(
            lambda tx: report_chargeback(
                tx,
                bank.till.order.id,
                attempt_id=bank.till.order.id if wrong == "attempt" else None,
                amount_minor=0 if wrong == "amount" else 1,
                reason=" " if wrong == "reason" else "x",
                deadline=bank.till.clock.at,
                now=bank.till.clock.at,
            )
        )
    assert await bank.till.floor.all("SELECT id FROM chargeback") == []
