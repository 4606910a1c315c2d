"""A try to send a part of a refund back, from before its gateway is asked to what became of it.

Whoever calls has the order locked. Every command tells what stands now; booking is the flow's part.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from orderan.gateways import Refunding, RefundOutcome, Truth
from orderan.kit import inbox
from orderan.kit.db import Tx
from orderan.kit.errors import N_
from orderan.kit.ids import new_id, to_text
from orderan.kit.inbox import Stuck
from orderan.payments import rules_refunds as rules
from orderan.payments import store_refunds as store
from orderan.payments.commands.refunds import require_agreement, require_here
from orderan.payments.errors_refunds import RefundNotFound
from orderan.payments.models import MoneyEvent, MoneyKind, Refund
from orderan.payments.refund_tries import Piece, RefundTry
from orderan.payments.states import REFUND, REFUND_TRY, RefundEvent, RefundState, TryEvent, TryState

MOVED = {
    RefundOutcome.NOT_YET: TryEvent.PUT_OFF,
    RefundOutcome.PENDING: TryEvent.WAIT,
    RefundOutcome.DONE: TryEvent.FINISH,
    RefundOutcome.FAILED: TryEvent.FAIL,
}


@dataclass(frozen=True, slots=True)
class RefundNoted:
    """A try as it stands now, and what the order's ledger lacks or has too much of it.

    Attributes:
        kind: `refunded` or `refund_reversed`, None when the ledger says the same.
    """

    tried: RefundTry
    kind: MoneyKind | None


async def begin_tries(tx: Tx, refund: Refund, pieces: Sequence[Piece], *, now: datetime) -> list[RefundTry]:
    """Write down how a refund goes back, before any gateway hears of it.

    Raises:
        IllegalMove: It is not granted any more.
        ApprovalNeeded: A second person has to agree first.
        RefundInTheAir, PayoutOpen: It may be on its way already.
    """
    REFUND.after(RefundState(refund.state), RefundEvent.EXECUTE)
    await require_agreement(tx, refund)
    await require_here(tx, refund.id)
    before = await store.tries_begun(tx, [piece.attempt.id for piece in pieces])
    tries = [
        RefundTry(
            id=new_id(),
            refund_id=refund.id,
            order_id=refund.order_id,
            attempt_id=piece.attempt.id,
            key=f"{piece.attempt.reference}-r{before.get(piece.attempt.id, 0) + 1}",
            amount_minor=piece.amount_minor,
            currency=refund.currency,
            state=REFUND_TRY.initial,
            gateway_id=None,
            reason=None,
            booked_minor=0,
            began_by=tx.actor,
            began_at=now,
            moved_at=now,
            ask_at=rules.next_ask(REFUND_TRY.initial, 0, now=now),
            asked=0,
        )
        for piece in pieces
    ]
    if tries:
        await store.insert_tries(tx, tries)
    return tries


async def note_refunding(tx: Tx, try_id: UUID, told: Refunding, *, now: datetime) -> RefundNoted:
    """What the gateway says of it. Another amount than was asked is no answer, and a person looks at it."""
    one = await _locked(tx, try_id)
    if told.outcome is not RefundOutcome.FAILED and told.amount_minor != one.amount_minor:
        await inbox.report(tx, [_differing(one, told)], now=now)
        return await _unsure(tx, replace(one, reason="amount_differs"), now=now)
    if told.outcome is not RefundOutcome.NOT_YET:
        one = replace(one, gateway_id=told.gateway_id)
    return await _moved(tx, one, MOVED[told.outcome], now=now)


async def note_refund_failed(tx: Tx, try_id: UUID, reason: str, *, now: datetime) -> RefundNoted:
    """Asked for the first time, the gateway said that nothing happened."""
    return await _moved(tx, replace(await _locked(tx, try_id), reason=reason), TryEvent.FAIL, now=now)


async def note_refund_unknown(tx: Tx, try_id: UUID, reason: str, *, now: datetime) -> RefundNoted:
    """The gateway may have sent it, or did not answer: it is asked again with the same key."""
    return await _unsure(tx, replace(await _locked(tx, try_id), reason=reason), now=now)


async def note_refund_refused(
    tx: Tx, try_id: UUID, reason: str, truth: Truth, *, now: datetime
) -> RefundNoted:
    """Asked again, the gateway refused: what it says of the payment tells whether it had been sent before.

    Where it paid back all that was ever ordered of it, this one is in it: so it is of a card that was voided
    while parts of it waited. Where it paid back less, others that are under way leave this one open.
    """
    one = await _locked(tx, try_id)
    if one.state == TryState.DONE:
        return await _unsure(tx, one, now=now)
    done, under_way = await store.sent_over(tx, one.attempt_id, but=one.id)
    sent = truth.refunded_minor >= done + under_way + one.amount_minor
    if (under_way and not sent) or truth.currency != one.currency:
        return await _unsure(tx, replace(one, reason=reason), now=now)
    return await _moved(
        tx,
        replace(one, reason=None if sent else reason),
        TryEvent.FINISH if sent else TryEvent.FAIL,
        now=now,
    )


async def note_booked(tx: Tx, one: RefundTry, booked_minor: int) -> RefundTry:
    """The order's ledger has it, or has it no more."""
    after = replace(one, booked_minor=booked_minor)
    await store.save_try(tx, after)
    return after


def money_of_try(one: RefundTry, kind: MoneyKind, *, method: str, gateway: str) -> MoneyEvent:
    """What is booked of a try: once each way, by its key."""
    return MoneyEvent(one.order_id, kind, method, one.amount_minor, one.currency, one.key, gateway)


async def _locked(tx: Tx, try_id: UUID) -> RefundTry:
    one = await store.lock_try(tx, try_id)
    if one is None:
        raise RefundNotFound(to_text("rft", try_id))
    return one


async def _unsure(tx: Tx, one: RefundTry, *, now: datetime) -> RefundNoted:
    """No news: a try nobody knows the end of becomes unknown, any other stays; it is asked again."""
    state = TryState(one.state)
    if REFUND_TRY.allows(state, TryEvent.LOSE):
        return await _moved(tx, one, TryEvent.LOSE, now=now)
    return await _stayed(tx, one, now=now)


async def _stayed(tx: Tx, one: RefundTry, *, now: datetime) -> RefundNoted:
    asked = one.asked + 1
    after = replace(one, asked=asked, ask_at=rules.next_ask(TryState(one.state), asked, now=now))
    await store.save_try(tx, after)
    return RefundNoted(after, _lacking(after))


async def _moved(tx: Tx, one: RefundTry, event: TryEvent, *, now: datetime) -> RefundNoted:
    """Make the move, unless it is no news: an older word, or the same again."""
    state = TryState(one.state)
    if not REFUND_TRY.allows(state, event):
        return await _stayed(tx, one, now=now)
    becomes = REFUND_TRY.after(state, event)
    after = replace(one, state=becomes, moved_at=now, asked=0, ask_at=rules.next_ask(becomes, 0, now=now))
    await store.save_try(tx, after)
    if becomes is TryState.FAILED:
        await inbox.report(tx, [_failed(after)], now=now)
    return RefundNoted(after, _lacking(after))


def _lacking(one: RefundTry) -> MoneyKind | None:
    if one.state == TryState.DONE and not one.booked_minor:
        return MoneyKind.REFUNDED
    if one.state == TryState.FAILED and one.booked_minor:
        return MoneyKind.REFUND_REVERSED
    return None


def failed_key(refund_id: UUID) -> str:
    """Key of the inbox entry about a refund whose gateway did not send it."""
    return f"refund_failed:{refund_id}"


def _failed(one: RefundTry) -> Stuck:
    return Stuck(
        kind="refund_failed",
        reason=one.reason or "failed",
        subject_kind="order",
        subject_id=one.order_id,
        dedupe_key=failed_key(one.refund_id),
        payload={"refund": to_text("rfd", one.refund_id), "key": one.key, "amount_minor": one.amount_minor},
        money_minor=one.amount_minor,
        currency=one.currency,
        deadline=None,
        next_step=N_(
            "Gateway tidak mengirim pengembalian dana ini: coba lagi, atau bayar ke rekening pembeli."
        ),
    )


def _differing(one: RefundTry, told: Refunding) -> Stuck:
    return Stuck(
        kind="refund_differs",
        reason=told.outcome,
        subject_kind="order",
        subject_id=one.order_id,
        dedupe_key=f"refund_differs:{one.id}",
        payload={
            "refund": to_text("rfd", one.refund_id),
            "key": one.key,
            "asked_minor": one.amount_minor,
            "told_minor": told.amount_minor,
        },
        money_minor=one.amount_minor,
        currency=one.currency,
        deadline=None,
        next_step=N_("Cocokkan dengan dasbor gateway: jumlah yang dikembalikan lain dari yang diminta."),
    )
