"""Say that rails have trouble; the same trouble seen again adds to what is known of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from orderan.incidents import rules, store
from orderan.incidents.commands.move import find_incident, reopen_incident, tell_of_move
from orderan.incidents.errors import BeginsLater, NoRailNamed
from orderan.incidents.events import IncidentWorsened
from orderan.incidents.models import Incident, Kind, Severity
from orderan.incidents.states import INCIDENT, IncidentState
from orderan.kit.db import Tx
from orderan.kit.events import record
from orderan.kit.ids import new_id


async def open_incident(
    tx: Tx,
    rail_ids: Collection[UUID],
    *,
    kind: Kind,
    severity: Severity,
    since: datetime,
    zone: str,
    evidence: Mapping[str, Any] | None = None,
    by_itself: bool = False,
    suspected: bool = False,
    now: datetime,
) -> tuple[Incident, bool]:
    """Open an incident of rails, suspected at first; whether it is new.

    While any of the rails is in an incident, that one is it, and so is one that any of them got over within the
    last half hour, unless this is only a suspicion: it is about all of them from now on, keeps the evidence too,
    and is as bad as the worst that was said of it. Its announcement follows, unless a person wrote it.

    Raises:
        NoRailNamed: No rail, or one the shop does not have.
        BeginsLater: It is to have begun after now.
    """
    if since > now:
        raise BeginsLater(since)
    methods = await store.lock_rails(tx, rail_ids)
    if not rail_ids or set(methods) != set(rail_ids):
        raise NoRailNamed
    seen = [{"at": now.isoformat(), **evidence}] if evidence else []
    found = await _under_way(tx, rail_ids)
    if found is None and not suspected:
        found = await _relapsed(tx, rail_ids, since=since, zone=zone, now=now)
    if found is not None:
        return await _grown(
            tx, found, rail_ids, seen, kind=kind, severity=severity, zone=zone, now=now
        ), False
    words = rules.drafts(kind, sorted(set(methods.values())), since=since, estimate=None, zone=zone)
    made = Incident(
        id=new_id(),
        kind=kind,
        severity=severity,
        state=INCIDENT.initial,
        by_itself=by_itself,
        since=since,
        opened_at=now,
        opened_by=tx.actor,
        confirmed_at=None,
        recovered_at=None,
        closed_at=None,
        estimate=None,
        evidence=seen,
        words_id=words["id"],
        words_en=words["en"],
        published_at=None,
        review=None,
        hit_orders=None,
        hit_minor=None,
        lost_orders=None,
        lost_minor=None,
    )
    await store.insert_incident(tx, made)
    await store.add_rails(tx, made.id, rail_ids)
    await tell_of_move(tx, "", made, now=now)
    return made, True


async def _under_way(tx: Tx, rail_ids: Collection[UUID]) -> Incident | None:
    """The incident any of these rails is in, locked; one that ended while we waited for it is none."""
    taken = await store.under_way_on(tx, rail_ids)
    if not taken:
        return None
    found = await find_incident(tx, min(taken.values()))
    return found if found.state in (IncidentState.SUSPECTED, IncidentState.OPEN) else None


async def _relapsed(
    tx: Tx, rail_ids: Collection[UUID], *, since: datetime, zone: str, now: datetime
) -> Incident | None:
    lately = await store.recovered_on(tx, rail_ids, after=now - rules.CLOSES_AFTER)
    if lately is None:
        return None
    found = await find_incident(tx, lately)
    if found.state != IncidentState.RECOVERED:
        # Somebody closed it while we waited: that was its end.
        return None
    return await reopen_incident(tx, found, since=since, zone=zone, now=now)


async def _grown(
    tx: Tx,
    found: Incident,
    rail_ids: Collection[UUID],
    seen: list[dict[str, Any]],
    *,
    kind: Kind,
    severity: Severity,
    zone: str,
    now: datetime,
) -> Incident:
    before = await store.methods_of(tx, found.id)
    inside = await store.under_way_on(tx, rail_ids)
    await store.add_rails(tx, found.id, set(rail_ids) - set(inside))
    methods = await store.methods_of(tx, found.id)
    becomes = rules.graver(Kind(found.kind), kind)
    worst = max(Severity(found.severity), severity, key=list(Severity).index)
    worsened = becomes != found.kind or worst != found.severity
    if worsened and seen:
        seen = [{**seen[0], "became": str(becomes)}]
    more = replace(found, evidence=[*found.evidence, *seen], kind=becomes, severity=worst)
    more = _worded(found, more, before, methods, zone=zone)
    await store.save_incident(tx, more, was=found.state)
    if worsened:
        fact = IncidentWorsened(found.kind, becomes, found.severity, worst, methods)
        await record(tx, found.id, fact, now=now)
    return more


def _worded(
    was: Incident, now_is: Incident, methods: Sequence[str], methods_now: Sequence[str], *, zone: str
) -> Incident:
    """An incident whose announcement follows what it became."""
    words = rules.followed(
        {"id": was.words_id, "en": was.words_en},
        rules.drafts(Kind(was.kind), methods, since=was.since, estimate=was.estimate, zone=zone),
        rules.drafts(Kind(now_is.kind), methods_now, since=was.since, estimate=was.estimate, zone=zone),
    )
    return replace(now_is, words_id=words["id"], words_en=words["en"])
