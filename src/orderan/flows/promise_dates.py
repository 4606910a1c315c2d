"""The day an order arrives: promised when it is accepted, and of each parcel again when it leaves.

    placed, accepted   the order's day: packing, then the road from where it is picked; a payment that comes later
                       moves it, as long as nothing left
    handed over        the parcel's day, by its courier and service; the later of two days is told (`watch_promises`)
    kept               with what was known and which terms held, so that "Kenapa?" has an answer

Facts are read in order, a batch at a time; a fact heard again promises nothing new.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from orderan.kit import decisions
from orderan.kit.clock import Clock
from orderan.kit.db import Tx
from orderan.kit.decisions import Decision, Replayed
from orderan.kit.events import Consumer, Recorded
from orderan.kit.ids import new_id
from orderan.shipping import (
    Estimate,
    LeadTime,
    Promise,
    PromiseTerms,
    Road,
    estimate,
    keep_promises,
    keys_of,
    lead_times,
    leaves_on,
    plain_lead,
    plain_terms,
    promise_terms,
    read_leads,
    read_terms,
)
from orderan.shops import shop_by_id

PROMISING: Final = "promise"
PROMISING_RULE: Final = "share_of_parcels@1"
NAME: Final = "promise_dates"
SHIPPED: Final = "shipping.parcel_shipped.v1"
FOLLOWED: Final = frozenset({"orders.placed.v1", "orders.accepted.v1", SHIPPED})


@dataclass(frozen=True, slots=True)
class Going:
    """An order or a parcel of it that a day is to be promised for.

    Attributes:
        leaving: The day it leaves.
        at: When the promise is made.
    """

    order_id: UUID
    parcel_id: UUID | None
    road: Road
    leaving: date
    at: datetime


def promiser(clock: Clock) -> Consumer:
    """Who follows the log and promises days."""

    async def handle(tx: Tx, facts: Sequence[Recorded]) -> None:
        await promise_of(tx, facts, now=clock.now())

    return Consumer(NAME, FOLLOWED, handle)


async def promise_of(tx: Tx, facts: Sequence[Recorded], *, now: datetime) -> int:
    """Promise days for what facts tell of; returns how many promises are new or moved."""
    _, terms = await promise_terms(tx)
    zone = (await shop_by_id(tx, tx.shop_id)).time_zone
    accepted = {fact.entity_id: fact.occurred_at for fact in facts if fact.kind != SHIPPED}
    shipped = {UUID(fact.payload["parcel_id"]) for fact in facts if fact.kind == SHIPPED}
    going = await _orders(tx, accepted, terms, zone) if accepted else []
    going += await _parcels(tx, shipped, zone) if shipped else []
    known = await lead_times(tx, [key for one in going for key in keys_of(one.road)])
    made = []
    for one in going:
        found = estimate(one.road, one.leaving, terms, known)
        promise = Promise(
            new_id(), one.order_id, one.parcel_id, found.leaves_on, found.promised_on, found.source, one.at
        )
        made.append((promise, _decided(one, found, terms, known)))
    kept = await keep_promises(tx, [promise for promise, _ in made])
    await decisions.keep(
        tx, [told for promise, told in made if (promise.order_id, promise.parcel_id) in kept], now=now
    )
    return len(kept)


async def estimates(tx: Tx, roads: Sequence[Road], *, now: datetime) -> list[Estimate]:
    """When something accepted now would arrive by each of these roads; nothing is promised."""
    _, terms = await promise_terms(tx)
    zone = (await shop_by_id(tx, tx.shop_id)).time_zone
    known = await lead_times(tx, [key for road in roads for key in keys_of(road)])
    leaving = leaves_on(now, terms, zone)
    return [estimate(road, leaving, terms, known) for road in roads]


def promise_again(inputs: Mapping[str, Any]) -> Replayed:
    """What today's rule promises from the inputs of a promise."""
    found = estimate(
        Road(**inputs["road"]),
        date.fromisoformat(inputs["leaves_on"]),
        read_terms(inputs["terms"]),
        read_leads(inputs["leads"]),
    )
    return Replayed(PROMISING_RULE, _outcome(found), _reasons(found))


def _decided(one: Going, found: Estimate, terms: PromiseTerms, known: Mapping[Any, LeadTime]) -> Decision:
    return Decision(
        subject_id=one.order_id,
        kind=PROMISING,
        rule=PROMISING_RULE,
        inputs={
            "parcel_id": None if one.parcel_id is None else str(one.parcel_id),
            "road": asdict(one.road),
            "leaves_on": one.leaving.isoformat(),
            "terms": plain_terms(terms),
            "leads": [plain_lead(known[key]) for key in keys_of(one.road) if key in known],
        },
        outcome=_outcome(found),
        reasons=_reasons(found),
    )


def _outcome(found: Estimate) -> dict[str, Any]:
    return {
        "promised_on": found.promised_on.isoformat(),
        "days": found.days,
        "source": str(found.source),
        "rests_on": None if found.rests_on is None else plain_lead(found.rests_on),
    }


def _reasons(found: Estimate) -> list[str]:
    return [str(found.source)]


async def _orders(tx: Tx, accepted: Mapping[UUID, datetime], terms: PromiseTerms, zone: str) -> list[Going]:
    """Orders that will be sent to somebody, from where their first task is picked or from the first location."""
    rows = await tx.all(
        """
        SELECT sales_order.id, coalesce(address.village_code, '') AS area,
               coalesce(place.village_code, first.village_code, '') AS origin
        FROM sales_order
        JOIN customer_address AS address ON address.shop_id = sales_order.shop_id
             AND address.id = sales_order.address_id
        LEFT JOIN LATERAL (
            SELECT location.village_code
            FROM task
            JOIN location ON location.shop_id = task.shop_id AND location.id = task.location_id
            WHERE task.shop_id = sales_order.shop_id AND task.order_id = sales_order.id AND task.state <> 'cancelled'
            ORDER BY task.planned_at, task.id
            LIMIT 1
        ) AS place ON TRUE
        LEFT JOIN LATERAL (
            SELECT village_code FROM location
            WHERE shop_id = sales_order.shop_id AND active AND kind IN ('warehouse', 'store')
            ORDER BY rank, id
            LIMIT 1
        ) AS first ON TRUE
        WHERE sales_order.shop_id = %(shop)s AND sales_order.id = ANY(%(orders)s)
          AND sales_order.commercial IN ('awaiting_payment', 'accepted') AND sales_order.delivered_at IS NULL
        """,
        {"shop": tx.shop_id, "orders": list(accepted)},
    )
    return [
        Going(
            row.id,
            None,
            Road(row.origin, row.area),
            leaves_on(accepted[row.id], terms, zone),
            accepted[row.id],
        )
        for row in rows
    ]


async def _parcels(tx: Tx, parcels: Collection[UUID], zone: str) -> list[Going]:
    """Parcels that left, with who carries them and what that courier said."""
    rows = await tx.all(
        """
        SELECT parcel.id, parcel.order_id, parcel.courier, lower(parcel.service) AS service, parcel.shipped_at,
               coalesce(address.village_code, '') AS area, coalesce(location.village_code, '') AS origin,
               coalesce(courier_booking.most_days, courier_booking.least_days) AS said
        FROM parcel
        JOIN task ON task.shop_id = parcel.shop_id AND task.id = parcel.task_id
        JOIN location ON location.shop_id = task.shop_id AND location.id = task.location_id
        JOIN sales_order ON sales_order.shop_id = parcel.shop_id AND sales_order.id = parcel.order_id
        LEFT JOIN customer_address AS address ON address.shop_id = sales_order.shop_id
             AND address.id = sales_order.address_id
        LEFT JOIN courier_booking ON courier_booking.shop_id = parcel.shop_id
             AND courier_booking.parcel_id = parcel.id
        WHERE parcel.shop_id = %(shop)s AND parcel.id = ANY(%(parcels)s) AND parcel.shipped_at IS NOT NULL
        """,
        {"shop": tx.shop_id, "parcels": list(parcels)},
    )
    return [
        Going(
            row.order_id,
            row.id,
            Road(row.origin, row.area, row.courier, row.service, row.said),
            row.shipped_at.astimezone(ZoneInfo(zone)).date(),
            row.shipped_at,
        )
        for row in rows
    ]
