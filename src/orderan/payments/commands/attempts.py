"""A try to get money through a rail, from before its gateway is asked to what became of it.

Whoever calls has the order locked. Every command tells what is to be booked; booking is the flow's part.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import psycopg

from orderan.gateways import Charged, Instrument, Outcome
from orderan.kit.db import Tx
from orderan.kit.ids import new_id, to_text
from orderan.payments import rules_attempts as rules
from orderan.payments import store_attempts as store
from orderan.payments.attempts import Attempt, Blame, Rail
from orderan.payments.errors_accounts import RailPaused
from orderan.payments.errors_attempts import AttemptInTheAir, NoSuchAttempt
from orderan.payments.models import MoneyEvent, MoneyKind
from orderan.payments.states import ATTEMPT, AttemptEvent, AttemptState
from orderan.payments.store_pauses import hold_rail


@dataclass(frozen=True, slots=True)
class Noted:
    """A try as it stands now, and what of that the order's ledger lacks.

    Attributes:
        beyond_minor: What was taken back of it although the ledger had no more of that: it had been refunded.
    """

    attempt: Attempt
    events: tuple[MoneyEvent, ...]
    beyond_minor: int = 0


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
    return await _saved(tx, moved(known, attempt, rules.moves(state_of(attempt), charged.outcome), now=now))


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
    return await _saved(tx, moved(known, attempt, _if_allowed(attempt, AttemptEvent.FAIL), now=now))


async def note_unknown(
    tx: Tx, known: Attempt, reason: str, *, took_ms: int | None = None, now: datetime
) -> Noted:
    """The gateway may have taken the charge and did not say."""
    attempt = replace(await _told(tx, known, Blame.UNKNOWN, took_ms, now=now), reason=reason)
    return await _saved(tx, moved(known, attempt, _if_allowed(attempt, AttemptEvent.LOSE), now=now))


async def _told(
    tx: Tx, known: Attempt, blame: Blame | None, took_ms: int | None, *, now: datetime
) -> Attempt:
    """The try, locked, with how the call that charged it ended."""
    return replace(await _locked(tx, known), charged_at=now, took_ms=took_ms, blame=blame)


async def _locked(tx: Tx, known: Attempt) -> Attempt:
    attempt = (await store.lock_attempts(tx, [known.id])).get(known.id)
    if attempt is None:
        raise NoSuchAttempt(to_text("pay", known.id))
    return attempt


async def _saved(tx: Tx, noted: Noted) -> Noted:
    await store.save_attempts(tx, [noted.attempt])
    return noted


def state_of(attempt: Attempt) -> AttemptState:
    return AttemptState(attempt.state)


def _if_allowed(attempt: Attempt, event: AttemptEvent) -> tuple[AttemptEvent, ...]:
    """The move, unless the clock asked the gateway first and knows better."""
    return (event,) if ATTEMPT.allows(state_of(attempt), event) else ()


def not_later(known: Attempt, attempt: Attempt, ask_at: datetime | None) -> datetime | None:
    """When to ask next; news that called for asking while we asked is not forgotten."""
    called = attempt.ask_at is not None and (known.ask_at is None or attempt.ask_at < known.ask_at)
    return attempt.ask_at if called else ask_at


def moved(
    known: Attempt,
    attempt: Attempt,
    moves: Sequence[AttemptEvent],
    events: Sequence[MoneyEvent] = (),
    *,
    now: datetime,
) -> Noted:
    """A locked try after its moves, when it is asked about next, and what its ledger lacks.

    Args:
        known: As it was before its gateway was asked.
        events: What is booked besides, of its money.
    """
    was = becomes = state_of(attempt)
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
        ask_at=not_later(known, attempt, ask_at),
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
        told.append(event_of(attempt, before[1], attempt.amount_minor, attempt.reference))
    if after is not None:
        told.append(event_of(attempt, after[0], attempt.amount_minor, attempt.reference))
    return told


def event_of(attempt: Attempt, kind: MoneyKind, amount_minor: int, reference: str) -> MoneyEvent:
    """Of a try's money, under its name."""
    return MoneyEvent(
        attempt.order_id, kind, attempt.method, amount_minor, attempt.currency, reference, attempt.gateway
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
