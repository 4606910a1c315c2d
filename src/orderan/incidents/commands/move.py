"""Move an incident from one state to the next."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from orderan.incidents import rules, store
from orderan.incidents.errors import FalseBefore, FalseWithoutReason, IncidentNotFound, ReviewEmpty
from orderan.incidents.events import CalledFalse, IncidentMoved
from orderan.incidents.models import Incident
from orderan.incidents.states import INCIDENT, IncidentEvent, IncidentState
from orderan.incidents.views import impact_of
from orderan.kit.db import Tx
from orderan.kit.events import record
from orderan.kit.ids import to_text


async def find_incident(tx: Tx, incident_id: UUID) -> Incident:
    """An incident, locked.

    Raises:
        IncidentNotFound: The shop has no such incident.
    """
    found = await store.lock_incident(tx, incident_id)
    if found is None:
        raise IncidentNotFound(to_text("inc", incident_id))
    return found


async def confirm_incident(tx: Tx, found: Incident, *, now: datetime) -> Incident:
    """It is trouble indeed.

    Raises:
        IllegalMove: It was confirmed or dismissed before.
    """
    return await _moved(tx, found, IncidentEvent.CONFIRM, replace(found, confirmed_at=now), now=now)


async def dismiss_incident(tx: Tx, found: Incident, *, now: datetime) -> Incident:
    """Nothing was wrong.

    Raises:
        IllegalMove: It was confirmed or dismissed before.
    """
    moved = await _moved(tx, found, IncidentEvent.DISMISS, replace(found, closed_at=now), now=now)
    await store.end_rails(tx, found.id, now=now)
    return moved


async def recover_incident(tx: Tx, found: Incident, *, now: datetime) -> Incident:
    """Its rails work again; clocks and messages are the flow's part.

    Raises:
        IllegalMove: It is not open.
    """
    moved = await _moved(tx, found, IncidentEvent.RECOVER, replace(found, recovered_at=now), now=now)
    await store.end_rails(tx, found.id, now=now)
    return moved


async def reopen_incident(tx: Tx, found: Incident, *, since: datetime, zone: str, now: datetime) -> Incident:
    """It was not over: trouble came back; which of its rails have it is the caller's part.

    What was thought of its end is not known any more, and words nobody has touched follow that.

    Args:
        since: When it came back; taken for the end of the recovery where it is earlier.

    Raises:
        IllegalMove: It has not recovered, or is closed.
    """
    over_at = found.recovered_at or since
    again = max(since, over_at)
    seen = {"at": now.isoformat(), "recovered": over_at.isoformat(), "again": again.isoformat()}
    methods = await store.methods_of(tx, found.id)
    words = rules.estimated(found, None, methods, zone=zone)
    after = replace(
        found,
        recovered_at=None,
        again_at=again,
        estimate=None,
        evidence=[*found.evidence, seen],
        words_id=words["id"],
        words_en=words["en"],
    )
    return await _moved(tx, found, IncidentEvent.RELAPSE, after, now=now)


async def close_incident(tx: Tx, found: Incident, *, review: str, now: datetime) -> Incident:
    """Nothing is left to do; what it did to orders is kept with the review.

    Raises:
        IllegalMove: It has not recovered, or was closed before.
        ReviewEmpty: Nothing was learned.
    """
    INCIDENT.after(IncidentState(found.state), IncidentEvent.CLOSE)
    words = review.strip()[: rules.LONGEST_WORDS]
    if not words:
        raise ReviewEmpty
    impact = await impact_of(tx, found.id)
    after = replace(
        found,
        closed_at=now,
        review=words,
        hit_orders=impact.hit_orders,
        hit_minor=impact.hit_minor,
        lost_orders=impact.lost_orders,
        lost_minor=impact.lost_minor,
    )
    return await _moved(tx, found, IncidentEvent.CLOSE, after, now=now)


async def call_false(tx: Tx, found: Incident, *, why: str, now: datetime) -> Incident:
    """A person says that nothing was wrong: it counts against the watch, and not against the provider.

    A suspicion is dismissed with it; ending one that is open is the caller's part.

    Raises:
        FalseWithoutReason: Nothing says how they know.
        FalseBefore: It was called so before.
    """
    said = " ".join(why.split())[: rules.LONGEST_REASON]
    if not said:
        raise FalseWithoutReason
    if found.false_at is not None:
        raise FalseBefore
    after = replace(found, false_at=now, false_by=tx.actor, false_why=said)
    await store.save_incident(tx, after, was=found.state)
    methods = await store.methods_of(tx, found.id)
    await record(tx, found.id, CalledFalse(found.by_itself, methods), now=now)
    return await dismiss_incident(tx, after, now=now) if found.state == IncidentState.SUSPECTED else after


async def due_to_close(tx: Tx, *, now: datetime) -> Sequence[UUID]:
    """Incidents whose recovery has lasted long enough."""
    return await store.to_close(tx, before=now - rules.CLOSES_AFTER)


async def tell_of_move(tx: Tx, was: str, incident: Incident, *, now: datetime) -> None:
    """Record that a locked incident came into its state."""
    methods = await store.methods_of(tx, incident.id)
    fact = IncidentMoved(was, incident.state, incident.severity, incident.since, methods)
    await record(tx, incident.id, fact, now=now)


async def _moved(
    tx: Tx, found: Incident, event: IncidentEvent, after: Incident, *, now: datetime
) -> Incident:
    becomes = INCIDENT.after(IncidentState(found.state), event)
    moved = replace(after, state=becomes)
    if not await store.save_incident(tx, moved, was=found.state):
        message = "an incident moved while it was locked"
        raise AssertionError(message)
    await tell_of_move(tx, found.state, moved, now=now)
    return moved
