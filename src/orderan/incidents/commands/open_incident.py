"""Say that rails have trouble; the same trouble seen again adds to what is known of it."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from orderan.incidents import rules, store
from orderan.incidents.commands.move import find_incident, tell_of_move
from orderan.incidents.errors import BeginsLater, NoRailNamed
from orderan.incidents.models import Incident, Kind, Severity
from orderan.incidents.states import INCIDENT
from orderan.kit.db import Tx
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
    now: datetime,
) -> tuple[Incident, bool]:
    """Open an incident of rails, suspected at first; whether it is new.

    While any of the rails is in an incident, that one is it: it is about all of them from now on and
    keeps the evidence too.

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
    if taken := await store.under_way_on(tx, rail_ids):
        found = await find_incident(tx, min(taken.values()))
        more = replace(found, evidence=[*found.evidence, *seen])
        await store.save_incident(tx, more, was=found.state)
        await store.add_rails(tx, found.id, set(rail_ids) - set(taken))
        return more, False
    words = {
        language: rules.draft(
            kind, sorted(set(methods.values())), since=since, estimate=None, zone=zone, language=language
        )
        for language in rules.LANGUAGES
    }
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
