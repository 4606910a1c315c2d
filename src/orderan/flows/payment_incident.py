"""Trouble of payment rails, from the first sight to the review.

open       clocks of orders that are to be paid there stand still, and their buyers are told
meanwhile  whoever begins to pay there after all is caught on the next round
recover    clocks run again, as much later as they stood; who was told of trouble hears of its end
again      trouble that comes back within half an hour is the same incident: clocks stand still again, and who
           was told is not told again
close      by a person, or by itself once the recovery has lasted; what it did to orders is kept

The clock of an order, once stopped, stands until the recovery, even if its buyer goes to another rail:
nobody has less time than they were told. Two incidents that overlap stop it once. Buyers are not
messaged here: every row of `incident_told` is a fact, and a messenger follows facts.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from orderan import incidents
from orderan.incidents import BuyerTold, Incident, IncidentState, Kind, Severity, Told, What
from orderan.kit.db import Tx
from orderan.kit.events import Fact, record_all
from orderan.orders import lock_orders, start_clocks, stop_clocks
from orderan.shops import shop_by_id


@dataclass(frozen=True, slots=True)
class Followed:
    """What was done about an incident: clocks that were stopped or started, buyers told."""

    incident: Incident
    clocks: int
    told: int


async def open_incident(
    tx: Tx,
    rail_ids: Collection[UUID],
    *,
    kind: Kind,
    severity: Severity,
    since: datetime,
    evidence: Mapping[str, Any] | None = None,
    by_itself: bool = False,
    suspected: bool = False,
    now: datetime,
) -> Followed:
    """Say that rails have trouble; said again while they are in an incident, that one is meant.

    Args:
        since: When it began, at the latest now.
        suspected: Nobody is told and no clock stops until somebody confirms it.

    Raises:
        NoRailNamed, BeginsLater: See there.
    """
    shop = await shop_by_id(tx, tx.shop_id)
    found, _ = await incidents.open_incident(
        tx,
        rail_ids,
        kind=kind,
        severity=severity,
        since=since,
        zone=shop.time_zone,
        evidence=evidence,
        by_itself=by_itself,
        suspected=suspected,
        now=now,
    )
    if found.state == IncidentState.SUSPECTED and not suspected:
        found = await incidents.confirm_incident(tx, found, now=now)
    return await _follow(tx, found, now=now)


async def confirm_incident(tx: Tx, incident_id: UUID, *, now: datetime) -> Followed:
    """A suspicion was right.

    Raises:
        IncidentNotFound, IllegalMove: See there.
    """
    found = await incidents.find_incident(tx, incident_id)
    return await _follow(tx, await incidents.confirm_incident(tx, found, now=now), now=now)


async def dismiss_incident(tx: Tx, incident_id: UUID, *, now: datetime) -> None:
    """A suspicion was wrong.

    Raises:
        IncidentNotFound, IllegalMove: See there.
    """
    await incidents.dismiss_incident(tx, await incidents.find_incident(tx, incident_id), now=now)


async def call_false(tx: Tx, incident_id: UUID, *, why: str, now: datetime) -> Followed:
    """A person says that an alarm was none: one that is open ends at once, and whoever was told hears of it.

    Raises:
        IncidentNotFound, FalseWithoutReason, FalseBefore: See there.
    """
    found = await incidents.find_incident(tx, incident_id)
    found = await incidents.call_false(tx, found, why=why, now=now)
    if found.state == IncidentState.OPEN:
        return await recover(tx, incident_id, now=now)
    return Followed(found, 0, 0)


async def tell_buyers(tx: Tx, incident_id: UUID, *, now: datetime) -> int:
    """Tell everybody an open incident concerns and who was not told yet; how many that were.

    Raises:
        IncidentNotFound: See there.
    """
    found = await incidents.find_incident(tx, incident_id)
    return (await _follow(tx, found, now=now)).told


async def recover(tx: Tx, incident_id: UUID, *, now: datetime) -> Followed:
    """Its rails work again.

    Raises:
        IncidentNotFound, IllegalMove: See there.
    """
    found = await incidents.find_incident(tx, incident_id)
    if found.state == IncidentState.OPEN:
        # Whoever began to pay since the last round lost that time too.
        await _stop(tx, found.id, now=now)
    moved = await incidents.recover_incident(tx, found, now=now)
    started = await _start(tx, found.id, now=now)
    told = await incidents.tell_of_recovery(tx, found.id, now=now)
    await _record(tx, found.id, What.RECOVERED, told, now=now)
    return Followed(moved, started, len(told))


async def close(tx: Tx, incident_id: UUID, *, review: str, now: datetime) -> Incident:
    """Nothing is left to do but to remember what was learned.

    Raises:
        IncidentNotFound, IllegalMove, ReviewEmpty: See there.
    """
    found = await incidents.find_incident(tx, incident_id)
    return await incidents.close_incident(tx, found, review=review, now=now)


async def follow_incidents(tx: Tx, *, now: datetime) -> int:
    """One round: catch who began to pay on a rail in trouble, close what has been well for long; how much was done."""
    done = 0
    for incident_id in await incidents.to_follow(tx):
        followed = await _follow(tx, await incidents.find_incident(tx, incident_id), now=now)
        done += followed.clocks + followed.told
    for incident_id in await incidents.due_to_close(tx, now=now):
        found = await incidents.find_incident(tx, incident_id)
        # It may have come back, and ended again, since we looked.
        over_at = found.recovered_at
        if found.state == IncidentState.RECOVERED and over_at and over_at <= now - incidents.CLOSES_AFTER:
            await _close_by_itself(tx, found, over_at, now=now)
            done += 1
    return done


async def _close_by_itself(tx: Tx, found: Incident, recovered_at: datetime, *, now: datetime) -> None:
    impact = await incidents.impact_of(tx, found.id)
    shop = await shop_by_id(tx, tx.shop_id)
    review = incidents.own_review(
        since=found.since, recovered_at=recovered_at, impact=impact, zone=shop.time_zone
    )
    await incidents.close_incident(tx, found, review=review, now=now)


async def _follow(tx: Tx, found: Incident, *, now: datetime) -> Followed:
    if found.state != IncidentState.OPEN:
        return Followed(found, 0, 0)
    stopped = await _stop(tx, found.id, now=now)
    told = await incidents.tell_of_trouble(tx, found.id, now=now)
    await _record(tx, found.id, What.TROUBLE, told, now=now)
    return Followed(found, stopped, len(told))


async def _stop(tx: Tx, incident_id: UUID, *, now: datetime) -> int:
    orders = await lock_orders(tx, await incidents.concerned(tx, incident_id))
    stops = await incidents.hold_clocks(tx, incident_id, list(orders))
    await stop_clocks(tx, orders, stops, now=now)
    return len(stops)


async def _start(tx: Tx, incident_id: UUID, *, now: datetime) -> int:
    orders = await lock_orders(tx, await incidents.held_orders(tx, incident_id))
    free = await incidents.release_clocks(tx, incident_id, list(orders), now=now)
    return len(await start_clocks(tx, orders, free, now=now))


async def _record(tx: Tx, incident_id: UUID, what: What, told: Sequence[Told], *, now: datetime) -> None:
    """Facts of orders, whose rows are locked for it."""
    await lock_orders(tx, [one.order_id for one in told])
    facts = [
        Fact(one.order_id, BuyerTold(incident_id, str(what), one.method, one.attempt_id)) for one in told
    ]
    await record_all(tx, facts, now=now)
