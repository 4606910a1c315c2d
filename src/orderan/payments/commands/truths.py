"""What gateways say of tries, asked by us: the only thing that moves money, and what of it a person has to see.

Whoever calls has the orders locked. Every command tells what is to be booked; booking is the flow's part.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from orderan.gateways import Truth
from orderan.kit import inbox
from orderan.kit.db import Tx
from orderan.kit.errors import N_
from orderan.kit.ids import to_text
from orderan.kit.inbox import Stuck
from orderan.payments import rules_attempts as rules
from orderan.payments import store_attempts as store
from orderan.payments.attempts import Attempt
from orderan.payments.commands.attempts import Noted, event_of, moved, not_later, state_of
from orderan.payments.errors_attempts import NoSuchAttempt
from orderan.payments.models import MoneyKind
from orderan.payments.rules import room_for
from orderan.payments.states import AttemptEvent
from orderan.payments.store import sums
from orderan.payments.store_refunds import open_back

OTHER_THAN_ASKED: Final = N_(
    "Cocokkan dengan dasbor gateway: jumlah atau mata uangnya lain dari yang diminta."
)
NO_LONGER_PAID: Final = N_(
    "Gateway tidak lagi menyebut uang ini lunas: tahan barangnya, lalu cocokkan dengan dasbor gateway."
)
NOTE_THE_REFUND: Final = N_(
    "Gateway sudah mengembalikan uang ini di luar sistem: tahan barangnya, lalu catat pengembaliannya."
)


async def note_truths(tx: Tx, heard: Sequence[tuple[Attempt, Truth | None]], *, now: datetime) -> list[Noted]:
    """What gateways say of tries, asked by us; the only thing that moves money. A batch is its unit.

    A gateway that gave no answer (None) is asked again, later each time.

    Args:
        heard: Each try as it was before its gateway was asked, with what the gateway says.
    """
    heard = [(known, None if truth is None else rules.understood(known, truth)) for known, truth in heard]
    locked = await store.lock_attempts(tx, {known.id for known, _ in heard})
    room = await _room_to_take_back(tx, heard)
    noted, odd = [], []
    for known, truth in heard:
        attempt = locked.get(known.id)
        if attempt is None:
            raise NoSuchAttempt(to_text("pay", known.id))
        if truth is not None and rules.differs(attempt, truth):
            odd.append(_differing(attempt, truth))
        if truth is None or rules.too_early(attempt, truth, now=now):
            after = _unasked(known, attempt, now=now)
        else:
            if rules.unsays(known, truth):
                odd.append(_differing(attempt, truth, next_step=NO_LONGER_PAID))
            after = _heard(known, attempt, truth, room, now=now)
        locked[known.id] = after.attempt
        noted.append(after)
    await store.save_attempts(tx, list(locked.values()))
    odd += await _refunded_elsewhere(tx, heard)
    # Of one try only the gravest is told, which comes last.
    await inbox.report(tx, list({one.dedupe_key: one for one in odd}.values()), now=now)
    return noted


async def _room_to_take_back(tx: Tx, heard: Sequence[tuple[Attempt, Truth | None]]) -> dict[UUID, int]:
    """What of orders' money can still be taken back: what was refunded is not there any more."""
    of = {known.order_id for known, truth in heard if truth is not None and truth.outcome in rules.TAKEN_BACK}
    if not of:
        return {}
    ledger = await sums(tx, of)
    return {order_id: room_for(MoneyKind.CAPTURE_REVERSED, ledger[order_id]) or 0 for order_id in of}


async def _refunded_elsewhere(tx: Tx, heard: Sequence[tuple[Attempt, Truth | None]]) -> list[Stuck]:
    """Money a gateway says it paid back that neither the ledger nor a try of ours knows of.

    Somebody did it on the gateway's own page; it is not booked by itself, because a person who notes it
    by hand afterwards would book it again.
    """
    told = [(known, truth) for known, truth in heard if truth is not None and truth.refunded_minor > 0]
    if not told:
        return []
    ledger = await sums(tx, {known.order_id for known, _ in told})
    under_way = await open_back(tx, {known.order_id for known, _ in told})
    return [
        _differing(known, truth, reason="refunded_elsewhere", next_step=NOTE_THE_REFUND)
        for known, truth in told
        if truth.refunded_minor
        > ledger[known.order_id].get(MoneyKind.REFUNDED, 0)
        - ledger[known.order_id].get(MoneyKind.REFUND_REVERSED, 0)
        + under_way.get(known.order_id, 0)
    ]


def _unasked(known: Attempt, attempt: Attempt, *, now: datetime) -> Noted:
    asked, ask_at = rules.ask_after_silence(
        state_of(attempt), attempt.asked, expires_at=attempt.expires_at, now=now
    )
    return Noted(replace(attempt, asked=asked, ask_at=not_later(known, attempt, ask_at)), ())


def _heard(known: Attempt, attempt: Attempt, truth: Truth, room: dict[UUID, int], *, now: datetime) -> Noted:
    """The try as a gateway has it.

    Args:
        room: What of each order can still be taken back; what this takes is taken off.
    """
    moves = rules.moves(state_of(attempt), truth.outcome)
    if rules.ran_out(attempt, truth, now=now):
        moves = (AttemptEvent.EXPIRE,)
    if AttemptEvent.PAY in moves and attempt.paid_at is None:
        attempt = replace(attempt, paid_there_at=truth.at)
    attempt = replace(
        attempt, gateway_id=truth.gateway_id or attempt.gateway_id, reason=truth.reason or attempt.reason
    )
    events, beyond = [], 0
    if booked := rules.booking(attempt, truth):
        kind, amount = booked
        if kind is MoneyKind.CAPTURED:
            attempt = replace(attempt, booked_minor=attempt.booked_minor + amount)
            step = attempt.booked_minor
        else:
            there = min(amount, room[attempt.order_id])
            room[attempt.order_id] -= there
            amount, beyond = there, amount - there
            attempt = replace(attempt, returned_minor=attempt.returned_minor + amount)
            step = attempt.returned_minor
        if amount:
            events.append(event_of(attempt, kind, amount, f"{attempt.reference}:{step}"))
    return replace(moved(known, attempt, moves, events, now=now), beyond_minor=beyond)


def _differing(
    attempt: Attempt, truth: Truth, *, reason: str | None = None, next_step: str = OTHER_THAN_ASKED
) -> Stuck:
    return Stuck(
        kind="payment_differs",
        reason=reason or truth.outcome,
        subject_kind="order",
        subject_id=attempt.order_id,
        dedupe_key=f"payment_differs:{attempt.id}",
        payload={
            "reference": attempt.reference,
            "gateway": attempt.gateway,
            "asked_minor": attempt.amount_minor,
            "told_minor": truth.amount_minor,
            "told_currency": truth.currency,
            "refunded_minor": truth.refunded_minor,
        },
        money_minor=attempt.amount_minor,
        currency=attempt.currency,
        deadline=None,
        next_step=next_step,
    )
