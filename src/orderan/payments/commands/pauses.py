"""Taking a rail out of use by hand, and putting it to use again."""

from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from orderan.kit import audit
from orderan.kit.audit import Trace
from orderan.kit.db import Tx
from orderan.kit.ids import new_id, to_text
from orderan.payments import store_attempts, store_pauses
from orderan.payments.attempts import Rail
from orderan.payments.errors_accounts import (
    NoSuchRail,
    PauseOverBefore,
    PauseReasonMissing,
    RailNotPaused,
    RailPaused,
)
from orderan.payments.pauses import Pause

OPEN: Final = "open"
PAUSED: Final = "paused"
LONGEST_REASON: Final = 500


async def pause_rail(
    tx: Tx, rail_id: UUID, *, reason: str, until: datetime | None = None, now: datetime
) -> Pause:
    """No new payment begins on a rail from now on; what is under way there goes on.

    Args:
        until: When it is put to use again by itself; None when a person has to say so.

    Raises:
        NoSuchRail: The shop has no such rail.
        PauseReasonMissing: Nobody would know why.
        PauseOverBefore: It would be over before it begins.
        RailPaused: It is paused already.
    """
    why = reason.strip()[:LONGEST_REASON]
    if not why:
        raise PauseReasonMissing
    if until is not None and until <= now:
        raise PauseOverBefore
    rail = await _locked(tx, rail_id)
    if rail.state != OPEN:
        raise RailPaused(to_text("ral", rail_id))
    pause = Pause(new_id(), rail_id, now, tx.actor, why, until, None, None)
    await store_pauses.insert_pause(tx, pause)
    await store_attempts.save_rails(tx, [replace(rail, state=PAUSED)])
    after = _told(rail, PAUSED) | {"reason": why, "until": None if until is None else until.isoformat()}
    await audit.leave(
        tx, Trace("rail.pause", "rail", str(rail_id), before=_told(rail, OPEN), after=after), now=now
    )
    return pause


async def open_rail(tx: Tx, rail_id: UUID, *, now: datetime) -> None:
    """A paused rail takes payments again.

    Raises:
        NoSuchRail: The shop has no such rail.
        RailNotPaused: It is open.
    """
    rail = await _locked(tx, rail_id)
    if rail.state != PAUSED:
        raise RailNotPaused(to_text("ral", rail_id))
    await _open(tx, rail, now=now)


async def open_rails_due(tx: Tx, *, now: datetime) -> int:
    """Put to use again what was paused until now; returns how many rails."""
    opened = 0
    for rail_id in await store_pauses.pauses_over(tx, now=now):
        rail = await _locked(tx, rail_id)
        # Another worker, or a person, may have opened it, and paused it anew, since we looked.
        if rail.state == PAUSED and rail_id in await store_pauses.pauses_over(tx, now=now):
            await _open(tx, rail, now=now)
            opened += 1
    return opened


async def _open(tx: Tx, rail: Rail, *, now: datetime) -> None:
    pause = await store_pauses.end_pause(tx, rail.id, now=now)
    await store_attempts.save_rails(tx, [replace(rail, state=OPEN)])
    before = _told(rail, PAUSED) | ({"reason": pause.reason} if pause else {})
    await audit.leave(
        tx, Trace("rail.open", "rail", str(rail.id), before=before, after=_told(rail, OPEN)), now=now
    )


async def _locked(tx: Tx, rail_id: UUID) -> Rail:
    found = {rail.id: rail for rail in await store_attempts.lock_rails_of_method(tx, rail_id)}
    if rail_id not in found:
        raise NoSuchRail(to_text("ral", rail_id))
    return found[rail_id]


def _told(rail: Rail, state: str) -> dict[str, str | None]:
    return {"method": rail.method, "gateway": rail.gateway, "state": state}
