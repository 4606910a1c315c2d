"""Incidents follow what the watch of rails says: they open, grow, and end by themselves.

down       an incident is open at once: buyers are told, their clocks stand still
degraded   it is suspected: nobody is told until it is down or a person confirms it
worse      what is open as less than an outage and becomes one is said to be one: kind, words and all
well       what opened by itself is over once every rail it is about is well; a suspicion goes by itself

What a person dismissed or called over stays so until the watch of the rail changes its word again.
Rails of one account that fail together are one incident. Nothing is remembered from one round to the
next: whoever dies in between leaves it to the next round.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import reduce
from typing import Final
from uuid import UUID

from orderan.flows.payment_incident import dismiss_incident, open_incident, recover
from orderan.health import RailWatch, Test, Word, watches
from orderan.incidents import (
    Incident,
    IncidentState,
    Kind,
    Severity,
    find_incident,
    graver,
    last_ended_on,
    places_of,
    unfinished,
    worse,
)
from orderan.kit.db import Tx
from orderan.payments import Rail, rails

KINDS: Final = {
    Test.OUTAGE: Kind.DOWN,
    Test.DEGRADATION: Kind.DECLINES,
    Test.LEAK: Kind.DECLINES,
    Test.SLOW: Kind.SLOW,
    Test.LATE: Kind.SILENT,
    Test.SILENCE: Kind.DECLINES,
}
"""Of a rail that still does something; one that is down is down by whatever test."""


async def follow_health(tx: Tx, *, now: datetime) -> int:
    """One round; returns how many incidents opened, became certain or worse, or ended."""
    watched = await watches(tx)
    known = {rail.id: rail for rail in await rails(tx)}
    done = 0
    there = {
        incident.id: incident
        for incident in await unfinished(tx)
        if incident.state in (IncidentState.SUSPECTED, IncidentState.OPEN)
    }
    places = await places_of(tx, list(there))
    in_one = {place.rail_id: there[where] for where, found in places.items() for place in found}
    ended = await last_ended_on(tx, list(watched))
    for together in _by_account(watched, known).values():
        down = [one for one in together if one.word is Word.DOWN]
        told = down or together
        fresh = [
            one
            for one in told
            if one.rail_id not in in_one and (one.rail_id not in ended or one.changed_at > ended[one.rail_id])
        ]
        certain = [one for one in down if one.rail_id in in_one and _suspected(in_one[one.rail_id])]
        grows = [one for one in down if one.rail_id in in_one and _worse(one, in_one[one.rail_id])]
        if fresh or certain or grows:
            about = fresh + [one for one in told if one.rail_id in in_one]
            await _open(tx, about, suspected=not down, now=now)
            done += 1
    for where, found in places.items():
        words = [watched[place.rail_id].word for place in found if place.rail_id in watched]
        if not there[where].by_itself or not words or any(word is not Word.WELL for word in words):
            continue
        # Another worker, or a person, may have ended it since we looked.
        incident = await find_incident(tx, where)
        if incident.state != there[where].state:
            continue
        if _suspected(incident):
            await dismiss_incident(tx, where, now=now)
        else:
            await recover(tx, where, now=now)
        done += 1
    return done


def _suspected(incident: Incident) -> bool:
    return bool(incident.state == IncidentState.SUSPECTED)


def _worse(one: RailWatch, there: Incident) -> bool:
    return there.state == IncidentState.OPEN and worse(_kind(one), Kind(there.kind))


def _kind(one: RailWatch) -> Kind:
    if one.word is Word.DOWN:
        return Kind.DOWN
    return KINDS.get(Test(one.reasons[0]["test"]), Kind.OTHER) if one.reasons else Kind.OTHER


def _by_account(watched: Mapping[UUID, RailWatch], known: Mapping[UUID, Rail]) -> dict[UUID, list[RailWatch]]:
    """Rails in trouble, by the account they are of; the worst first."""
    found: dict[UUID, list[RailWatch]] = defaultdict(list)
    for one in watched.values():
        if one.word is not Word.WELL and one.rail_id in known:
            found[known[one.rail_id].account_id].append(one)
    for together in found.values():
        together.sort(key=lambda one: (one.word is not Word.DOWN, one.rail_id))
    return found


async def _open(tx: Tx, about: Sequence[RailWatch], *, suspected: bool, now: datetime) -> None:
    began = [one.since for one in about if one.since is not None]
    await open_incident(
        tx,
        [one.rail_id for one in about],
        kind=reduce(graver, (_kind(one) for one in about)),
        severity=Severity.MAJOR if len(about) == 1 else Severity.CRITICAL,
        since=min([*began, now]),
        evidence={str(one.rail_id): list(one.reasons) for one in about},
        by_itself=True,
        suspected=suspected,
        now=now,
    )
