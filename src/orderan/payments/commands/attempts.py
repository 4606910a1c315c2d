"""A try to get money through a rail, from before its gateway is asked to what became of it.

Whoever calls has the order locked. Every command tells what is to be booked; booking is the flow's part.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import psycopg

from orderan.gateways import Charged, Instrument, Outcome, Truth
from orderan.kit import inbox
from orderan.kit.db import Tx
from orderan.kit.errors import N_
from orderan.kit.ids import new_id, to_text
from orderan.kit.inbox import Stuck
from orderan.payments import rules_attempts as rules
from orderan.payments import store_attempts as store
from orderan.payments.attempts import Attempt, Blame, Rail
from orderan.payments.errors_accounts import RailPaused
from orderan.payments.errors_attempts import AttemptInTheAir, NoSuchAttempt
from orderan.payments.models import MoneyEvent, MoneyKind
from orderan.payments.states import ATTEMPT, AttemptEvent, AttemptState
from orderan.payments.store import sums
from orderan.payments.store_pauses import hold_rail
from orderan.payments.store_refunds import open_back


@dataclass(frozen=True, slots=True)
class Noted:
    """A try as it stands now, and what of that the order's ledger lacks."""

    attempt: Attempt
    events: tuple[MoneyEvent, ...]


async def begin_attempt(
    tx: Tx,
    order_id: UUID,
    rail: Rail,
    *,
    number: int,
    known: int | None = None,
    amount_minor: int,
    due_minor: int | None = None,
    currency: str,
    expires_at: datetime,
    now: datetime,
) -> Attempt:
    """Write a try down, before its gateway hears of it.

    Args:
        known: How many tries there were when it was decided on; None whatever there were.
        due_minor: What the order has due; None is the amount.

    Raises:
        AttemptInTheAir: What became of another try for this order is not known yet, or one was begun
            since it was decided on this one.
        RailPaused: Somebody took the rail out of use.
    """
    if await hold_rail(tx, rail.id) != "open":
        raise RailPaused(to_text("ral", rail.id))
    before = await store.attempts_of(tx, order_id)
    if known is not None and len(before) != known:
        raise AttemptInTheAir(str(number))
    attempt = Attempt(
        id=new_id(),
        order_id=order_id,
        rail_id=rail.id,
        method=rail.method,
        gateway=rail.gateway,
        reference=f"{tx.shop_id}-{number}-{len(before) + 1}",
        amount_minor=amount_minor,
        currency=currency,
        state=AttemptState.ASKING,
        gateway_id=None,
        instrument=None,
        reason=None,
        booked_minor=0,
        returned_minor=0,
        began_at=now,
        expires_at=expires_at,
        moved_at=now,
        ask_at=rules.next_ask(AttemptState.ASKING, 0, expires_at=expires_at, now=now),
        asked=0,
        due_minor=amount_minor if due_minor is None else due_minor,
    )
    try:
        async with tx.savepoint():
            await store.insert_attempt(tx, attempt)
    except psycopg.errors.UniqueViolation as taken:
        raise AttemptInTheAir(str(number)) from taken
    return attempt


async def note_charged(
    tx: Tx, known: Attempt, charged: Charged, *, took_ms: int | None = None, now: datetime
) -> Noted:
    """The gateway took the charge; a buyer may have something to pay with.

    Args:
        known: The try as it was before the gateway was asked; news that came since then counts.
        took_ms: How long the call took.
    """
    blame = Blame.CUSTOMER if charged.outcome is Outcome.DECLINED else None
    attempt = replace(await _told(tx, known, blame, took_ms, now=now), gateway_id=charged.gateway_id)
    if charged.instrument is not None:
        attempt = replace(attempt, instrument=_plain(charged.instrument))
        if charged.instrument.expires_at is not None:
            attempt = replace(attempt, expires_at=charged.instrument.expires_at)
    return await _saved(tx, _moved(known, attempt, rules.moves(_state(attempt), charged.outcome), now=now))


async def note_failed(
    tx: Tx,
    known: Attempt,
    reason: str,
    *,
    blame: Blame = Blame.GATEWAY,
    took_ms: int | None = None,
    now: datetime,
) -> Noted:
    """Nothing happened at the gateway."""
    attempt = replace(await _told(tx, known, blame, took_ms, now=now), reason=reason)
    return await _saved(tx, _moved(known, attempt, _if_allowed(attempt, AttemptEvent.FAIL), now=now))


async def note_unknown(
    tx: Tx, known: Attempt, reason: str, *, took_ms: int | None = None, now: datetime
) -> Noted:
    """The gateway may have taken the charge and did not say."""
    attempt = replace(await _told(tx, known, Blame.UNKNOWN, took_ms, now=now), reason=reason)
    return await _saved(tx, _moved(known, attempt, _if_allowed(attempt, AttemptEvent.LOSE), now=now))


async def _told(
    tx: Tx, known: Attempt, blame: Blame | None, took_ms: int | None, *, now: datetime
) -> Attempt:
    """The try, locked, with how the call that charged it ended."""
    return replace(await _locked(tx, known), charged_at=now, took_ms=took_ms, blame=blame)


async def note_truths(tx: Tx, heard: Sequence[tuple[Attempt, Truth | None]], *, now: datetime) -> list[Noted]:
    """What gateways say of tries, asked by us; the only thing that moves money. A batch is its unit.

    A gateway that gave no answer (None) is asked again, later each time.

    Args:
        heard: Each try as it was before its gateway was asked, with what the gateway says.
    """
    locked = await store.lock_attempts(tx, {known.id for known, _ in heard})
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
            after = _heard(known, attempt, truth, now=now)
        locked[known.id] = after.attempt
        noted.append(after)
    await store.save_attempts(tx, list(locked.values()))
    odd += await _refunded_elsewhere(tx, heard)
    await inbox.report(tx, odd, now=now)
    return noted


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
        _differing(known, truth, reason="refunded_elsewhere")
        for known, truth in told
        if truth.refunded_minor
        > ledger[known.order_id].get(MoneyKind.REFUNDED, 0)
        - ledger[known.order_id].get(MoneyKind.REFUND_REVERSED, 0)
        + under_way.get(known.order_id, 0)
    ]


def _unasked(known: Attempt, attempt: Attempt, *, now: datetime) -> Noted:
    asked, ask_at = rules.ask_after_silence(
        _state(attempt), attempt.asked, expires_at=attempt.expires_at, now=now
    )
    return Noted(replace(attempt, asked=asked, ask_at=_not_later(known, attempt, ask_at)), ())


def _heard(known: Attempt, attempt: Attempt, truth: Truth, *, now: datetime) -> Noted:
    moves = rules.moves(_state(attempt), truth.outcome)
    if rules.ran_out(attempt, truth, now=now):
        moves = (AttemptEvent.EXPIRE,)
    if AttemptEvent.PAY in moves and attempt.paid_at is None:
        attempt = replace(attempt, paid_there_at=truth.at)
    attempt = replace(
        attempt, gateway_id=truth.gateway_id or attempt.gateway_id, reason=truth.reason or attempt.reason
    )
    events = []
    if booked := rules.booking(attempt, truth):
        kind, amount = booked
        if kind is MoneyKind.CAPTURED:
            attempt = replace(attempt, booked_minor=attempt.booked_minor + amount)
            step = attempt.booked_minor
        else:
            attempt = replace(attempt, returned_minor=attempt.returned_minor + amount)
            step = attempt.returned_minor
        events.append(_event(attempt, kind, amount, f"{attempt.reference}:{step}"))
    return _moved(known, attempt, moves, events, now=now)


async def _locked(tx: Tx, known: Attempt) -> Attempt:
    attempt = (await store.lock_attempts(tx, [known.id])).get(known.id)
    if attempt is None:
        raise NoSuchAttempt(to_text("pay", known.id))
    return attempt


async def _saved(tx: Tx, noted: Noted) -> Noted:
    await store.save_attempts(tx, [noted.attempt])
    return noted


def _state(attempt: Attempt) -> AttemptState:
    return AttemptState(attempt.state)


def _if_allowed(attempt: Attempt, event: AttemptEvent) -> tuple[AttemptEvent, ...]:
    """The move, unless the clock asked the gateway first and knows better."""
    return (event,) if ATTEMPT.allows(_state(attempt), event) else ()


def _not_later(known: Attempt, attempt: Attempt, ask_at: datetime | None) -> datetime | None:
    """When to ask next; news that called for asking while we asked is not forgotten."""
    called = attempt.ask_at is not None and (known.ask_at is None or attempt.ask_at < known.ask_at)
    return attempt.ask_at if called else ask_at


def _moved(
    known: Attempt,
    attempt: Attempt,
    moves: Sequence[AttemptEvent],
    events: Sequence[MoneyEvent] = (),
    *,
    now: datetime,
) -> Noted:
    was = becomes = _state(attempt)
    for event in moves:
        becomes = ATTEMPT.after(becomes, event)
    asked = 0 if becomes != was else attempt.asked + 1
    ask_at = rules.next_ask(becomes, asked, expires_at=attempt.expires_at, now=now)
    after = replace(
        attempt,
        state=becomes,
        moved_at=now if becomes != was else attempt.moved_at,
        paid_at=attempt.paid_at or (now if AttemptEvent.PAY in moves else None),
        asked=asked,
        ask_at=_not_later(known, attempt, ask_at),
    )
    return Noted(after, (*_waiting(after, was, becomes), *events))


_WAITING = {
    AttemptState.OFFERED: (MoneyKind.PENDING, MoneyKind.PENDING_CLEARED),
    AttemptState.HELD: (MoneyKind.PENDING, MoneyKind.PENDING_CLEARED),
    AttemptState.UNKNOWN: (MoneyKind.UNKNOWN, MoneyKind.UNKNOWN_CLEARED),
}
"""What the ledger says while a try stands so, and when it no longer does."""


def _waiting(attempt: Attempt, was: AttemptState, becomes: AttemptState) -> list[MoneyEvent]:
    before, after = _WAITING.get(was), _WAITING.get(becomes)
    if before == after:
        return []
    told = []
    if before is not None:
        told.append(_event(attempt, before[1], attempt.amount_minor, attempt.reference))
    if after is not None:
        told.append(_event(attempt, after[0], attempt.amount_minor, attempt.reference))
    return told


def _event(attempt: Attempt, kind: MoneyKind, amount_minor: int, reference: str) -> MoneyEvent:
    return MoneyEvent(
        attempt.order_id, kind, attempt.method, amount_minor, attempt.currency, reference, attempt.gateway
    )


def _differing(attempt: Attempt, truth: Truth, *, reason: str | None = None) -> Stuck:
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
        next_step=N_("Cocokkan dengan dasbor gateway: jumlah atau mata uangnya lain dari yang diminta."),
    )


def _plain(instrument: Instrument) -> dict[str, str]:
    values = {
        "kind": str(instrument.kind),
        "number": instrument.number,
        "biller": instrument.biller,
        "qr": instrument.qr,
        "url": instrument.url,
    }
    return {name: value for name, value in values.items() if value is not None}
