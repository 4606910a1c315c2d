"""A refund through gateways that refuse, keep silent, take it back days later, or die with us in the middle."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from conftest import ShopFloor
from flows.paying import Died, Scripted, Till, a_till
from orderan.auditor import audit
from orderan.flows import execute_refund as flow
from orderan.flows.execute_refund import Refunder
from orderan.flows.refund_order import execute_refund, promise_refund, withdraw_refund
from orderan.gateways import (
    Fault,
    Gateway,
    GatewayFailed,
    GatewayRefused,
    OutcomeUnknown,
    RefundAsked,
    Refunding,
    RefundOutcome,
    Truth,
)
from orderan.gateways.models import Outcome
from orderan.gateways.ports import Offer
from orderan.kit.crypto import Keyring
from orderan.kit.db import refuse_outside_call
from orderan.kit.states import IllegalMove
from orderan.payments import (
    NoWayBack,
    Rail,
    Refund,
    RefundInTheAir,
    RefundPartlyPaid,
    RefundTry,
    attempts_of,
    find_refund,
    tries_of,
)

pytestmark = pytest.mark.anyio

VA = "va_bca"


@dataclass
class PayingBack:
    """A gateway that does what `how` says when it is asked to send money back.

    Attributes:
        how: `ok`, `pending`, `not_yet`, `refused`, `failed` (nothing happened), `lost_before`, `lost_after`, `died_after`,
            `other_amount`, `later_failed`.
        forgetful: A repeated key is refused as used, as some gateways do, and not answered.
        there: What it sent back, by key: what the buyer has.
    """

    front: Scripted
    offers: dict[str, Offer]
    how: str = "ok"
    forgetful: bool = False
    there: dict[str, int] = field(default_factory=dict)
    asked: list[RefundAsked] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.front.name

    async def refund(self, asked: RefundAsked) -> Refunding:
        refuse_outside_call(self.name)
        self.asked.append(asked)
        if self.how == "refused":
            raise GatewayRefused(self.name, "too_late")
        if self.how == "not_yet":
            return Refunding(asked.key, "", RefundOutcome.NOT_YET, asked.amount_minor, b"")
        if self.how == "failed":
            raise GatewayFailed(self.name, "bank_away", fault=Fault.BANK)
        if self.how == "lost_before":
            raise OutcomeUnknown(self.name, "no_answer_in_time", fault=Fault.TIMEOUT)
        if self.how == "later_failed":
            self.there.pop(asked.key, None)
            return Refunding(asked.key, "R-1", RefundOutcome.FAILED, asked.amount_minor, b"{}")
        if self.forgetful and asked.key in self.there:
            raise GatewayRefused(self.name, "key_used")
        self.there[asked.key] = asked.amount_minor
        if self.how == "lost_after":
            raise OutcomeUnknown(self.name, "cut_off", fault=Fault.SERVER)
        if self.how == "died_after":
            raise Died
        amount = asked.amount_minor - (1 if self.how == "other_amount" else 0)
        outcome = RefundOutcome.PENDING if self.how == "pending" else RefundOutcome.DONE
        return Refunding(asked.key, f"R-{len(self.there)}", outcome, amount, b"{}")

    async def look_up(
        self, *, reference: str, gateway_id: str | None, method: str, since: datetime | None = None
    ) -> Truth:
        truth = await self.front.look_up(
            reference=reference, gateway_id=gateway_id, method=method, since=since
        )
        back = sum(amount for key, amount in self.there.items() if key.startswith(f"{reference}-"))
        return Truth(
            truth.reference,
            truth.gateway_id,
            truth.outcome,
            truth.amount_minor,
            "IDR",
            truth.paid_minor,
            back,
        )


@dataclass
class Counter:
    """A till whose order is paid, and a hand that sends money back."""

    till: Till
    gateways: dict[str, PayingBack]
    refunder: Refunder
    database_url: str

    @property
    def first(self) -> PayingBack:
        return self.gateways["midtrans"]

    @property
    def second(self) -> PayingBack:
        return self.gateways["xendit"]

    @property
    def sent(self) -> int:
        return sum(sum(gateway.there.values()) for gateway in self.gateways.values())

    async def promise(self, amount: int) -> UUID:
        refund: Refund = await self.till.floor.run(
            lambda tx: promise_refund(
                tx, self.till.order.id, amount_minor=amount, reason="maaf", now=self.till.clock.at
            )
        )
        return refund.id

    async def send(self, refund: UUID) -> list[RefundTry]:
        return await self.refunder.send(self.till.floor.caller, refund)

    async def next_round(self) -> int:
        """The clock moves to the next asking, and asks."""
        [row] = await self.till.floor.all("SELECT min(ask_at) AS at FROM refund_try")
        self.till.clock.at = max(self.till.clock.at, row.at)
        return await self.refunder.ask_due(self.till.floor.caller)

    async def stands(self, refund: UUID) -> tuple[str, int]:
        found = await self.till.floor.run(lambda tx: find_refund(tx, refund))
        return found.state, found.paid_minor

    async def tries(self, refund: UUID) -> list[tuple[str, int, str | None]]:
        found = await self.till.floor.run(lambda tx: tries_of(tx, refund))
        return [(one.state, one.amount_minor, one.reason) for one in found]

    async def booked(self) -> list[tuple[str, int]]:
        rows = await self.till.ledger()
        return [(kind, amount) for kind, amount in rows if kind.startswith("refund")]

    async def inbox(self) -> list[tuple[str, int]]:
        rows = await self.till.floor.all(
            "SELECT kind, money_minor FROM exception_entry WHERE state = 'open' ORDER BY kind"
        )
        return [(row.kind, row.money_minor) for row in rows if row.kind.startswith("refund")]

    def sound(self) -> None:
        """No check of money finds anything; nothing else ran that puts facts in order while days go by."""
        found = audit(self.database_url, now=self.till.clock.at).findings
        assert [one for one in found if one.check.startswith("money.")] == []


async def paid(till: Till, scripted: Scripted, amount: int = 20_000) -> None:
    attempt = await till.cashier.charge(till.floor.caller, till.order.id, VA)
    assert attempt.gateway == scripted.name
    scripted.says(Outcome.SUCCEEDED, paid=amount)
    await till.cashier.ask(till.floor.caller, attempt)


async def a_counter(till: Till, database_url: str) -> Counter:
    offers = {VA: Offer("bca", refundable=True, refund_days=30)}
    gateways = {one.name: PayingBack(one, dict(offers)) for one in (till.first, till.second)}

    async def opened(_: Any, rail: Rail) -> Gateway:
        return gateways[rail.gateway]  # type: ignore[return-value]

    return Counter(till, gateways, Refunder(till.floor.db, till.clock, opened), database_url)


@pytest.fixture
async def counter(floor: ShopFloor, keyring: Keyring, now: datetime, database_url: str) -> Counter:
    till = await a_till(floor, keyring, now)
    await paid(till, till.first)
    return await a_counter(till, database_url)


@pytest.fixture
async def split(floor: ShopFloor, keyring: Keyring, now: datetime, database_url: str) -> Counter:
    """12,000 came through one gateway and 8,000 through the other."""
    till = await a_till(floor, keyring, now)
    first = await till.cashier.charge(till.floor.caller, till.order.id, VA)
    till.first.says(Outcome.PENDING, paid=12_000)
    await till.cashier.ask(till.floor.caller, first)
    till.first.says(Outcome.SUCCEEDED, paid=12_000)
    await till.cashier.ask(till.floor.caller, first)
    till.first.how = "failed"
    await paid(till, till.second, 8_000)
    till.first.how = "ok"
    return await a_counter(till, database_url)


async def test_a_refund_goes_back_the_way_it_came_and_is_booked_once(counter: Counter) -> None:
    refund = await counter.promise(7_000)

    [one] = await counter.send(refund)

    assert (one.state, one.amount_minor, one.booked_minor) == ("done", 7_000, 7_000)
    [asked] = counter.first.asked
    assert (asked.amount_minor, asked.method, asked.gateway_id) == (7_000, VA, "midtrans-1")
    assert await counter.stands(refund) == ("executed", 7_000)
    assert await counter.booked() == [("refunded", 7_000)]
    assert (await counter.till.row()).refunded_minor == 7_000
    counter.sound()
    with pytest.raises(IllegalMove):
        await counter.send(refund)
    assert await counter.next_round() == 1
    assert await counter.booked() == [("refunded", 7_000)]
    assert counter.sent == 7_000


async def test_what_is_pending_is_asked_by_the_same_key_until_it_is_there(counter: Counter) -> None:
    counter.first.how = "pending"
    refund = await counter.promise(7_000)
    [one] = await counter.send(refund)
    assert (one.state, one.booked_minor) == ("pending", 0)
    assert await counter.stands(refund) == ("granted", 0)
    await counter.next_round()
    assert await counter.booked() == []

    counter.first.how = "ok"
    await counter.next_round()

    assert await counter.stands(refund) == ("executed", 7_000)
    assert {asked.key for asked in counter.first.asked} == {one.key}
    assert await counter.booked() == [("refunded", 7_000)]


async def test_what_has_to_wait_for_the_settlement_is_sent_by_itself_and_goes_no_other_way(
    counter: Counter,
) -> None:
    counter.first.how = "not_yet"
    refund = await counter.promise(7_000)
    [one] = await counter.send(refund)
    assert (one.state, one.gateway_id, one.booked_minor) == ("waiting", None, 0)
    with pytest.raises(RefundInTheAir):
        await counter.send(refund)
    for _ in range(20):
        await counter.next_round()
    assert counter.till.clock.at - one.began_at > timedelta(hours=19)
    assert (await counter.stands(refund), counter.sent, await counter.inbox()) == (("granted", 0), 0, [])

    counter.first.how = "lost_after"
    await counter.next_round()
    assert await counter.tries(refund) == [("unknown", 7_000, "cut_off")]
    counter.first.how = "ok"
    await counter.next_round()

    assert await counter.stands(refund) == ("executed", 7_000)
    assert {(asked.key, asked.taken) for asked in counter.first.asked} == {(one.key, False)}
    assert (await counter.booked(), counter.sent) == ([("refunded", 7_000)], 7_000)
    counter.sound()


async def test_parts_that_wait_while_the_whole_is_voided_are_sent_with_it(counter: Counter) -> None:
    """On the gateway's own page: it refuses each part afterwards, and nobody pays them out again."""
    counter.first.how = "not_yet"
    parts = [await counter.promise(amount) for amount in (12_000, 8_000)]
    for refund in parts:
        await counter.send(refund)
    counter.till.first.says(Outcome.CANCELLED)
    counter.first.how = "refused"
    await counter.next_round()

    assert [await counter.stands(refund) for refund in parts] == [("executed", 12_000), ("executed", 8_000)]
    assert sorted(await counter.booked()) == [("refunded", 8_000), ("refunded", 12_000)]
    assert await counter.inbox() == []
    [attempt] = await counter.till.floor.run(lambda tx: attempts_of(tx, counter.till.order.id))
    assert (await counter.till.cashier.ask(counter.till.floor.caller, attempt)).state == "refunded"
    assert await counter.till.floor.all("SELECT FROM exception_entry WHERE kind = 'payment_differs'") == []
    counter.sound()


async def test_a_refund_that_breaks_us_holds_up_no_other(counter: Counter) -> None:
    counter.first.how = "pending"
    bad, good = await counter.promise(7_000), await counter.promise(3_000)
    [stuck], [one] = await counter.send(bad), await counter.send(good)
    counter.first.how = "ok"
    answer = counter.first.refund

    async def breaks(asked: RefundAsked) -> Refunding:
        if asked.key == stuck.key:
            raise KeyError
        return await answer(asked)

    counter.first.refund = breaks  # type: ignore[method-assign]
    with pytest.raises(KeyError):
        await counter.next_round()

    assert await counter.stands(good) == ("executed", one.amount_minor)
    assert await counter.stands(bad) == ("granted", 0)
    counter.first.refund = answer  # type: ignore[method-assign]
    await counter.next_round()
    assert await counter.stands(bad) == ("executed", 7_000)


@pytest.mark.parametrize("how", ["refused", "failed"])
async def test_what_was_not_sent_waits_for_a_person_and_can_be_tried_again(
    counter: Counter, how: str
) -> None:
    counter.first.how = how
    refund = await counter.promise(7_000)
    [one] = await counter.send(refund)
    assert one.state == "failed"
    assert await counter.stands(refund) == ("granted", 0)
    assert await counter.inbox() == [("refund_failed", 7_000)]
    assert await counter.booked() == []

    counter.first.how = "ok"
    [again] = await counter.send(refund)

    assert again.key != one.key
    assert await counter.stands(refund) == ("executed", 7_000)
    assert await counter.inbox() == []
    assert counter.sent == 7_000


async def test_nothing_else_pays_it_while_nobody_knows_whether_it_was_sent(counter: Counter) -> None:
    counter.first.how = "lost_after"
    refund = await counter.promise(7_000)
    [one] = await counter.send(refund)
    assert (one.state, one.reason) == ("unknown", "cut_off")
    now = counter.till.clock.at
    with pytest.raises(RefundInTheAir):
        await counter.send(refund)
    with pytest.raises(RefundInTheAir):
        await counter.till.floor.run(
            lambda tx: execute_refund(tx, refund, method="cash", reference=None, now=now)
        )
    with pytest.raises(RefundInTheAir):
        await counter.till.floor.run(lambda tx: withdraw_refund(tx, refund, reason="x", now=now))
    assert await counter.stands(refund) == ("granted", 0)
    assert await counter.booked() == []

    counter.first.how = "ok"
    await counter.next_round()

    assert await counter.stands(refund) == ("executed", 7_000)
    assert counter.sent == 7_000
    counter.sound()


@pytest.mark.parametrize(
    ("how", "state", "sent"), [("lost_after", "done", 7_000), ("lost_before", "failed", 0)]
)
async def test_a_gateway_that_refuses_a_key_it_saw_is_asked_what_it_sent(
    counter: Counter, how: str, state: str, sent: int
) -> None:
    counter.first.how, counter.first.forgetful = how, True
    refund = await counter.promise(7_000)
    await counter.send(refund)
    counter.first.how = "ok" if sent else "refused"

    await counter.next_round()

    [(stands, _, _)] = await counter.tries(refund)
    assert stands == state
    assert counter.sent == sent
    assert await counter.booked() == ([("refunded", sent)] if sent else [])


async def test_a_gateway_that_stays_silent_is_asked_ever_more_rarely(counter: Counter) -> None:
    counter.first.how = "lost_before"
    refund = await counter.promise(7_000)
    await counter.send(refund)
    waits = []
    for _ in range(6):
        [row] = await counter.till.floor.all("SELECT ask_at FROM refund_try")
        waits.append((row.ask_at - counter.till.clock.at).total_seconds())
        await counter.next_round()
    assert waits == [5, 30, 120, 900, 3600, 3600]
    assert await counter.stands(refund) == ("granted", 0)
    assert {asked.key for asked in counter.first.asked} == {counter.first.asked[0].key}


async def test_another_amount_than_was_asked_is_no_answer(counter: Counter) -> None:
    counter.first.how = "other_amount"
    refund = await counter.promise(7_000)
    [one] = await counter.send(refund)
    assert (one.state, one.reason) == ("unknown", "amount_differs")
    assert await counter.inbox() == [("refund_differs", 7_000)]
    assert await counter.booked() == []


async def test_a_bank_that_sends_it_back_days_later_makes_it_owed_again(counter: Counter) -> None:
    refund = await counter.promise(7_000)
    await counter.send(refund)
    counter.first.how = "later_failed"

    await counter.next_round()

    assert await counter.stands(refund) == ("granted", 0)
    assert await counter.booked() == [("refunded", 7_000), ("refund_reversed", 7_000)]
    assert (await counter.till.row()).refunded_minor == 0
    assert await counter.inbox() == [("refund_failed", 7_000)]
    assert counter.sent == 0
    counter.sound()

    counter.first.how = "ok"
    await counter.send(refund)
    assert await counter.stands(refund) == ("executed", 7_000)
    assert [kind for kind, _ in await counter.booked()] == ["refunded", "refund_reversed", "refunded"]
    assert counter.sent == 7_000
    counter.sound()


async def test_a_large_refund_is_split_over_the_tries_its_money_came_by(split: Counter) -> None:
    refund = await split.promise(15_000)
    tries = await split.send(refund)
    assert sorted((one.amount_minor, one.state) for one in tries) == [(3_000, "done"), (12_000, "done")]
    assert (split.first.asked[0].amount_minor, split.second.asked[0].amount_minor) == (12_000, 3_000)
    assert await split.stands(refund) == ("executed", 15_000)
    assert split.sent == 15_000
    split.sound()

    rest = await split.promise(5_000)
    [one] = await split.send(rest)
    assert (one.amount_minor, split.second.asked[-1].amount_minor) == (5_000, 5_000)
    assert split.sent == 20_000
    split.sound()


async def test_one_that_covers_it_all_is_taken_before_several(split: Counter) -> None:
    refund = await split.promise(8_000)
    [one] = await split.send(refund)
    assert (one.amount_minor, len(split.second.asked)) == (8_000, 0)


async def test_of_a_split_refund_a_part_that_failed_is_sent_alone(split: Counter) -> None:
    split.second.how = "refused"
    refund = await split.promise(15_000)
    await split.send(refund)
    assert await split.stands(refund) == ("granted", 12_000)
    assert (await split.till.row()).refunded_minor == 12_000
    split.sound()
    now = split.till.clock.at
    with pytest.raises(RefundPartlyPaid):
        await split.till.floor.run(lambda tx: withdraw_refund(tx, refund, reason="x", now=now))
    assert await split.stands(refund) == ("granted", 12_000)

    await split.till.floor.run(
        lambda tx: execute_refund(tx, refund, method="bank_transfer", reference="T-1", now=now)
    )

    assert await split.stands(refund) == ("executed", 15_000)
    assert await split.booked() == [("refunded", 12_000), ("refunded", 3_000)]
    assert split.sent == 12_000
    split.sound()


@pytest.mark.parametrize(
    "offer",
    [
        Offer("bca"),
        Offer("bca", refundable=True, refund_days=3),
        Offer("bca", refundable=True, partly=False),
    ],
)
async def test_what_no_gateway_can_send_is_paid_out(counter: Counter, offer: Offer) -> None:
    counter.first.offers = {VA: offer}
    refund = await counter.promise(7_000)
    counter.till.later(timedelta(days=4))
    with pytest.raises(NoWayBack) as none:
        await counter.send(refund)
    assert none.value.left_minor == 7_000
    assert counter.first.asked == []
    assert await counter.tries(refund) == []
    assert await counter.stands(refund) == ("granted", 0)


async def test_money_that_goes_back_only_whole_goes_back_whole(counter: Counter) -> None:
    counter.first.offers = {VA: Offer("bca", refundable=True, partly=False)}
    refund = await counter.promise(20_000)
    await counter.send(refund)
    assert await counter.stands(refund) == ("executed", 20_000)


async def test_two_clicks_at_once_send_it_once(counter: Counter) -> None:
    refund = await counter.promise(7_000)
    answers = await asyncio.gather(*(counter.send(refund) for _ in range(4)), return_exceptions=True)
    assert sum(isinstance(answer, list) for answer in answers) == 1
    assert all(isinstance(answer, list | RefundInTheAir | IllegalMove) for answer in answers)
    assert (len(counter.first.asked), counter.sent) == (1, 7_000)
    assert await counter.booked() == [("refunded", 7_000)]


async def test_the_same_news_heard_at_once_is_booked_once(counter: Counter) -> None:
    counter.first.how = "pending"
    refund = await counter.promise(7_000)
    [one] = await counter.send(refund)
    counter.first.how = "ok"
    await asyncio.gather(*(counter.refunder.ask(counter.till.floor.caller, one) for _ in range(6)))
    assert await counter.booked() == [("refunded", 7_000)]
    assert await counter.stands(refund) == ("executed", 7_000)


async def test_money_the_bank_took_back_before_the_refund_arrived_is_told_and_not_booked(
    counter: Counter,
) -> None:
    counter.first.how = "pending"
    refund = await counter.promise(7_000)
    await counter.send(refund)
    [attempt] = await counter.till.floor.run(lambda tx: attempts_of(tx, counter.till.order.id))
    counter.till.first.says(Outcome.DISPUTED, paid=20_000)
    await counter.till.cashier.ask(counter.till.floor.caller, attempt)
    counter.first.how = "ok"

    await counter.next_round()

    assert await counter.booked() == []
    assert await counter.stands(refund) == ("granted", 0)
    assert ("refund_beyond", 7_000) in await counter.inbox()
    with pytest.raises(RefundInTheAir):
        await counter.send(refund)


def _after_begin(patch: pytest.MonkeyPatch, _: Counter) -> None:
    async def dies(*_: Any, **__: Any) -> Any:
        raise Died

    patch.setattr(Refunder, "_ask", dies)


def _after_gateway(patch: pytest.MonkeyPatch, counter: Counter) -> None:
    patch.setattr(counter.first, "how", "died_after")


def _before_note(patch: pytest.MonkeyPatch, _: Counter) -> None:
    async def dies(*_: Any, **__: Any) -> Any:
        raise Died

    patch.setattr(Refunder, "_note", dies)


def _inside_note(name: str) -> Callable[[pytest.MonkeyPatch, Counter], None]:
    def kill(patch: pytest.MonkeyPatch, _: Counter) -> None:
        async def dies(*_: Any, **__: Any) -> Any:
            raise Died

        patch.setattr(flow, name, dies)

    return kill


@pytest.mark.parametrize(
    "kill",
    [
        _after_begin,
        _after_gateway,
        _before_note,
        _inside_note("note_refunding"),
        _inside_note("book_part"),
        _inside_note("note_booked"),
    ],
    ids=["after_begin", "after_gateway", "before_note", "noting", "booking", "marking"],
)
async def test_a_process_that_dies_anywhere_neither_forgets_it_nor_sends_it_twice(
    counter: Counter, kill: Callable[[pytest.MonkeyPatch, Counter], None]
) -> None:
    refund = await counter.promise(7_000)
    with pytest.MonkeyPatch.context() as patch:
        kill(patch, counter)
        with pytest.raises(Died):
            await counter.send(refund)
    assert await counter.stands(refund) == ("granted", 0)
    assert await counter.booked() == []
    [(state, _, _)] = await counter.tries(refund)
    assert state == "asking"
    with pytest.raises(RefundInTheAir):
        await counter.send(refund)

    assert await counter.next_round() == 1

    assert await counter.stands(refund) == ("executed", 7_000)
    assert await counter.booked() == [("refunded", 7_000)]
    assert counter.sent == 7_000
    counter.sound()
