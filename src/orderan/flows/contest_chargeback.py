"""A buyer's bank takes a payment back; the shop answers, and wins or loses.

open     from a payment its gateway calls disputed, whose money the ledger took back with that word, or
         typed in from the bank's letter, while the money is still there
answer   evidence is written down and sent before the deadline; the inbox says so days before
won      money that was taken comes back
lost     money that was still there goes
gateway  where the gateway tells the end first, the case follows it; nothing is booked twice
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from orderan.flows.follow_promotion import follow_attempt
from orderan.flows.return_promotion import withdraw_in_proportion
from orderan.flows.settle_payment import settle_payments
from orderan.gateways import Outcome, Truth
from orderan.kit import inbox
from orderan.kit.db import Tx
from orderan.kit.errors import N_, Refusal
from orderan.kit.ids import to_text
from orderan.kit.inbox import Stuck
from orderan.orders import OrderNotFound, lock_orders
from orderan.payments import (
    Attempt,
    AttemptState,
    Chargeback,
    ChargebackEvent,
    Evidence,
    EvidenceKind,
    KeptFile,
    MoneyEvent,
    MoneyKind,
    NoSuchAttempt,
    add_evidence,
    attempts_of,
    chargebacks_due_before,
    chargebacks_overdue,
    decide_chargeback,
    decided_chargebacks,
    disputed_attempts,
    events_of,
    find_chargeback,
    note_truths,
    open_chargeback,
)
from orderan.trust import Ended, note_ends

ANSWER_WITHIN: Final = timedelta(days=7)
"""How long a bank waits for the shop where nobody said otherwise; card schemes give more, wallets no less."""
WARN_BEFORE: Final = timedelta(days=3)
DUE: Final = "chargeback_due"
QUIET: Final = timedelta(days=1)
BATCH: Final = 50
GONE_TWICE: Final = "gone_twice"
"""Why a person looks: the money had been paid back before the bank took it."""


async def report_chargeback(
    tx: Tx,
    order_id: UUID,
    *,
    attempt_id: UUID | None,
    amount_minor: int,
    reason: str,
    deadline: datetime,
    now: datetime,
) -> Chargeback:
    """Type in what a bank wrote; of money that is gone already, the amount is what was taken.

    Raises:
        OrderNotFound: No such order.
        NoSuchAttempt: The order has no such payment.
        AmountNotPositive, ReasonMissing, ChargebackOpen: As `open_chargeback` has them.
    """
    order = (await lock_orders(tx, [order_id])).get(order_id)
    if order is None:
        raise OrderNotFound(str(order_id))
    attempt = await _attempt(tx, order_id, attempt_id)
    taken = attempt is not None and attempt.state == AttemptState.DISPUTED
    await note_ends(tx, [(order_id, Ended.DISPUTED, now)])
    return await open_chargeback(
        tx,
        order_id,
        attempt_id=attempt_id,
        amount_minor=(await _taken(tx, attempt) or attempt.amount_minor)
        if taken and attempt
        else amount_minor,
        currency=order.currency,
        reason=reason,
        taken=taken,
        deadline=deadline,
        now=now,
    )


async def add_to_chargeback(
    tx: Tx,
    chargeback_id: UUID,
    kind: EvidenceKind,
    words: str,
    *,
    kept: KeptFile | None = None,
    now: datetime,
) -> Evidence:
    """Raises ChargebackNotFound, IllegalMove, EvidenceMissing, EvidenceFilesTooMany."""
    return await add_evidence(tx, await _locked(tx, chargeback_id), kind, words, kept=kept, now=now)


async def answer_chargeback(tx: Tx, chargeback_id: UUID, *, now: datetime) -> Chargeback:
    """The evidence went to the bank. Raises ChargebackNotFound, IllegalMove, EvidenceMissing."""
    one = await decide_chargeback(tx, await _locked(tx, chargeback_id), ChargebackEvent.SEND, now=now)
    await inbox.settle(tx, [due_key(one)], note="answered", now=now)
    return one


async def win_chargeback(tx: Tx, chargeback_id: UUID, *, now: datetime) -> Chargeback:
    """The bank decided for the shop: what was taken comes back.

    Raises:
        ChargebackNotFound, IllegalMove: See there.
    """
    one = await _locked(tx, chargeback_id)
    attempt = await _attempt(tx, one.order_id, one.attempt_id)
    won = await _end(tx, one, ChargebackEvent.WIN, now=now)
    if attempt is not None and attempt.state == AttemptState.DISPUTED:
        # What stands there as kept before it was taken is kept again.
        await _believe(tx, attempt, Outcome.SUCCEEDED, await _taken(tx, attempt), now=now)
    return won


async def lose_chargeback(tx: Tx, chargeback_id: UUID, *, now: datetime) -> Chargeback:
    """The bank decided for its customer: what was still there goes.

    What was refunded as well the ledger has no more to take: the case is lost, and a person looks at what
    the shop paid twice.

    Raises:
        ChargebackNotFound, IllegalMove: See there.
    """
    one = await _locked(tx, chargeback_id)
    attempt = await _attempt(tx, one.order_id, one.attempt_id)
    lost = await _end(tx, one, ChargebackEvent.LOSE, now=now)
    if attempt is not None and attempt.state == AttemptState.DISPUTED:
        taken = await _taken(tx, attempt)
        kept = attempt.booked_minor - attempt.returned_minor
        await _believe(tx, attempt, Outcome.REVERSED, taken, now=now)
        if kept > 0 and taken:
            await _let_promotions_follow(tx, one.order_id, taken, kept, now=now)
    elif not one.taken:
        await _take(tx, one, attempt, now=now)
    return lost


async def tend_chargebacks(tx: Tx, *, now: datetime) -> int:
    """Open what gateways call disputed, follow what they decided, let deadlines pass and warn of them."""
    done = 0
    for attempt in await disputed_attempts(tx, limit=BATCH):
        await lock_orders(tx, [attempt.order_id])
        await note_ends(tx, [(attempt.order_id, Ended.DISPUTED, now)])
        await open_chargeback(
            tx,
            attempt.order_id,
            attempt_id=attempt.id,
            # Money that was paid back before is the buyer's already: then the bank wants the payment's amount.
            amount_minor=await _taken(tx, attempt) or attempt.amount_minor,
            currency=attempt.currency,
            reason=attempt.reason or "disputed",
            taken=True,
            deadline=attempt.moved_at + ANSWER_WITHIN,
            now=now,
        )
        done += 1
    for one, stands in await decided_chargebacks(tx):
        await lock_orders(tx, [one.order_id])
        event = ChargebackEvent.LOSE if stands == AttemptState.REVERSED else ChargebackEvent.WIN
        await _end(tx, one, event, now=now)
        done += 1
    for one in await chargebacks_overdue(tx, now=now):
        await lock_orders(tx, [one.order_id])
        await decide_chargeback(tx, one, ChargebackEvent.EXPIRE, now=now)
        done += 1
    near = await chargebacks_due_before(tx, now + WARN_BEFORE)
    opened, closed = await inbox.watch(tx, DUE, [_due(one) for one in near], quiet_for=QUIET, now=now)
    return done + opened + closed


async def _end(tx: Tx, one: Chargeback, event: ChargebackEvent, *, now: datetime) -> Chargeback:
    ended = await decide_chargeback(tx, one, event, now=now)
    await inbox.settle(tx, [due_key(one)], note="decided", now=now)
    return ended


async def _let_promotions_follow(
    tx: Tx, order_id: UUID, part_minor: int, kept_minor: int, *, now: datetime
) -> None:
    """A part of a payment is gone for good: its promotions go in proportion to what is left of it.

    Args:
        kept_minor: What the gateway took in and the bank did not take; some of it may have been paid back.
    """
    order = (await lock_orders(tx, [order_id]))[order_id]
    left = min(kept_minor, max(order.paid_minor - order.refunded_minor, 0))
    events = await withdraw_in_proportion(tx, order, part_minor, part_minor + left, now=now)
    for answer in await settle_payments(tx, events, now=now):
        if isinstance(answer, Refusal):
            raise answer


async def _believe(tx: Tx, attempt: Attempt, outcome: Outcome, taken_minor: int, *, now: datetime) -> None:
    """Take a person's word for the gateway's, so that hearing it from there as well books nothing more.

    Args:
        taken_minor: What the bank took of it, which comes back or is gone.
    """
    truth = Truth(
        attempt.reference,
        attempt.gateway_id,
        outcome,
        attempt.amount_minor,
        attempt.currency,
        paid_minor=attempt.booked_minor - attempt.returned_minor + taken_minor,
        disputed_minor=taken_minor if outcome is Outcome.REVERSED else None,
    )
    [noted] = await note_truths(tx, [(attempt, truth)], now=now)
    promoted = await follow_attempt(tx, noted.attempt, now=now)
    for answer in await settle_payments(tx, [*noted.events, *promoted], now=now):
        if isinstance(answer, Refusal):
            raise answer


async def _take(tx: Tx, one: Chargeback, attempt: Attempt | None, *, now: datetime) -> None:
    if attempt is not None and one.amount_minor == attempt.booked_minor - attempt.returned_minor:
        taken = Truth(
            attempt.reference, attempt.gateway_id, Outcome.REVERSED, attempt.amount_minor, attempt.currency
        )
        [noted] = await note_truths(tx, [(attempt, taken)], now=now)
        events = [*noted.events, *await follow_attempt(tx, noted.attempt, now=now)]
        beyond = noted.beyond_minor
    else:
        method = attempt.method if attempt is not None else "bank_transfer"
        name = to_text("cbk", one.id)
        order = (await lock_orders(tx, [one.order_id]))[one.order_id]
        kept = max(order.paid_minor - order.refunded_minor, 0)
        there = min(one.amount_minor, kept)
        beyond, events = one.amount_minor - there, []
        if there:
            kind = MoneyKind.CAPTURE_REVERSED
            events.append(MoneyEvent(one.order_id, kind, method, there, one.currency, name))
            events += await withdraw_in_proportion(tx, order, there, kept, now=now)
    if beyond:
        await inbox.report(tx, [_beyond(one, beyond, GONE_TWICE)], now=now)
    for answer in await settle_payments(tx, events, now=now):
        if isinstance(answer, Refusal):
            await inbox.report(tx, [_beyond(one, one.amount_minor, answer.code)], now=now)


async def _locked(tx: Tx, chargeback_id: UUID) -> Chargeback:
    await lock_orders(tx, [(await find_chargeback(tx, chargeback_id)).order_id])
    return await find_chargeback(tx, chargeback_id)


async def _attempt(tx: Tx, order_id: UUID, attempt_id: UUID | None) -> Attempt | None:
    if attempt_id is None:
        return None
    found = {attempt.id: attempt for attempt in await attempts_of(tx, order_id)}
    if attempt_id not in found:
        raise NoSuchAttempt(to_text("pay", attempt_id))
    return found[attempt_id]


async def _taken(tx: Tx, attempt: Attempt) -> int:
    """What the last dispute took of a payment; of one that was never seen paid, what it was for.

    Nothing of one that had been paid back: the ledger had no more of it.
    """
    taken = 0
    for row in await events_of(tx, [attempt.order_id], [MoneyKind.CAPTURED, MoneyKind.CAPTURE_REVERSED]):
        if (row.reference or "").partition(":")[0] == attempt.reference:
            taken = taken + row.amount_minor if row.kind == MoneyKind.CAPTURE_REVERSED else 0
    return taken or (0 if attempt.booked_minor else attempt.amount_minor)


def due_key(one: Chargeback) -> str:
    """Key of the inbox entry about a deadline that comes near."""
    return f"{DUE}:{one.id}"


def _due(one: Chargeback) -> Stuck:
    return Stuck(
        kind=DUE,
        reason=one.state,
        subject_kind="order",
        subject_id=one.order_id,
        dedupe_key=due_key(one),
        payload={"chargeback": to_text("cbk", one.id)},
        money_minor=one.amount_minor,
        currency=one.currency,
        deadline=one.deadline,
        next_step=N_("Kirim bukti ke bank sebelum batas waktunya."),
    )


def _beyond(one: Chargeback, money_minor: int, reason: str) -> Stuck:
    return Stuck(
        kind="chargeback_beyond",
        reason=reason,
        subject_kind="order",
        subject_id=one.order_id,
        dedupe_key=f"chargeback_beyond:{one.id}",
        payload={"chargeback": to_text("cbk", one.id)},
        money_minor=money_minor,
        currency=one.currency,
        deadline=None,
        next_step=N_("Uang ini ditarik bank, padahal sudah dikembalikan ke pembeli: tagih kembali."),
    )
