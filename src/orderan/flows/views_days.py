"""Parcels whose buyers are asked whether somebody is home: which come, whom they go to, and what was said."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum, auto
from typing import Final, LiteralString
from uuid import UUID

from orderan.customers import zone_of
from orderan.kit.db import Tx
from orderan.orders import SEEN_ORDER, Scope
from orderan.verification import Attempt, Way, attempts_named


@dataclass(frozen=True, slots=True)
class Door:
    """Where a parcel under way goes.

    Attributes:
        known: Whether there is a buyer who could be asked.
        alone: Whether it is all its order has under way, so that it brings all the cash that is due.
        deliver_on: The day its buyer named.
    """

    parcel_id: UUID
    order_id: UUID
    state: str
    terms: str
    known: bool
    zone: str
    alone: bool
    deliver_on: date | None


_DOOR: Final[LiteralString] = """
SELECT parcel.id, parcel.order_id, parcel.state, sales_order.terms, sales_order.customer_id IS NOT NULL AS known,
       customer_address.village_code AS area,
       NOT EXISTS (SELECT FROM parcel AS other
                   WHERE other.shop_id = parcel.shop_id AND other.order_id = parcel.order_id
                     AND other.id <> parcel.id) AS alone,
       parcel.deliver_on
FROM parcel
JOIN sales_order ON sales_order.shop_id = parcel.shop_id AND sales_order.id = parcel.order_id
LEFT JOIN customer_address ON customer_address.shop_id = sales_order.shop_id
     AND customer_address.id = sales_order.address_id
WHERE parcel.shop_id = %(shop)s"""


async def doors_of(tx: Tx, parcels: Collection[UUID]) -> dict[UUID, Door]:
    """Where these parcels go, by parcel."""
    rows = await tx.all(
        _DOOR + " AND parcel.id = ANY(%(parcels)s)", {"shop": tx.shop_id, "parcels": list(parcels)}
    )
    return {
        row.id: Door(
            row.id,
            row.order_id,
            row.state,
            row.terms,
            row.known,
            zone_of(row.area),
            row.alone,
            row.deliver_on,
        )
        for row in rows
    }


async def promised_parcels(tx: Tx, *, first: date, last: date, limit: int) -> dict[UUID, UUID]:
    """Parcels on the road that come on one of these days, by their buyer's wish, and were not asked about for it.

    Returns:
        Parcel -> its order, the earliest day first.
    """
    rows = await tx.all(
        """
        SELECT parcel.id, parcel.order_id FROM parcel
        WHERE parcel.shop_id = %(shop)s AND parcel.deliver_on BETWEEN %(first)s AND %(last)s
          AND parcel.state IN ('picked_up', 'in_transit', 'out_for_delivery', 'attempt_failed')
          AND NOT EXISTS (SELECT FROM delivery_day
                          WHERE delivery_day.shop_id = %(shop)s AND delivery_day.parcel_id = parcel.id
                            AND delivery_day.day = parcel.deliver_on)
        ORDER BY parcel.deliver_on, parcel.id
        LIMIT %(limit)s
        """,
        {"shop": tx.shop_id, "first": first, "last": last, "limit": limit},
    )
    return {row.id: row.order_id for row in rows}


async def answerable_days_of(tx: Tx, way: Way, customer_id: UUID, *, since: datetime) -> list[Attempt]:
    """Of each parcel's day without a word, the last attempt to have one by one way; see `answerable_attempts_of`."""
    rows = await tx.all(
        """
        SELECT DISTINCT ON (attempt.day_id) attempt.id
        FROM customer AS person
        JOIN sales_order ON sales_order.shop_id = %(shop)s AND sales_order.customer_id = person.id
        JOIN delivery_day ON delivery_day.shop_id = %(shop)s AND delivery_day.order_id = sales_order.id
             AND delivery_day.state IN ('waiting', 'asked', 'unreachable')
        JOIN parcel ON parcel.shop_id = %(shop)s AND parcel.id = delivery_day.parcel_id
             AND parcel.state IN ('picked_up', 'in_transit', 'out_for_delivery', 'attempt_failed')
        JOIN verification_attempt AS attempt ON attempt.shop_id = %(shop)s AND attempt.day_id = delivery_day.id
             AND attempt.way = %(way)s AND attempt.state IN ('asked', 'unknown', 'missed')
             AND attempt.began_at > %(since)s
        WHERE person.shop_id = %(shop)s AND (person.id = %(id)s OR person.merged_into = %(id)s)
        ORDER BY attempt.day_id, attempt.began_at DESC, attempt.id DESC
        """,
        {"shop": tx.shop_id, "way": way, "id": customer_id, "since": since},
    )
    return list((await attempts_named(tx, way, [row.id for row in rows])).values())


class Sort(StrEnum):
    """Whose move it is of a parcel that comes.

    CALL  an agent is to call its buyer now
    DOOR  nobody will be there, or nobody answered: somebody decides before the courier is there
    ASKED its buyer is being asked another way
    SAID  somebody is home, or it is wanted on another day
    """

    CALL = auto()
    DOOR = auto()
    ASKED = auto()
    SAID = auto()


@dataclass(frozen=True, slots=True)
class DayRow:
    """A parcel on the road with its day, the last one it was asked about."""

    parcel_id: UUID
    order_id: UUID
    number: int
    customer_id: UUID | None
    courier: str
    awb: str
    parcel: str
    day: date
    state: str
    put_off_to: date | None
    area: str | None
    deadline: datetime
    answered_at: datetime | None
    answered_by: str | None
    attempts: int
    sort: Sort


_SORT: Final[LiteralString] = """
CASE WHEN delivery_day.state IN ('nobody', 'unreachable') THEN 'door'
     WHEN delivery_day.state IN ('home', 'another_day') THEN 'said'
     WHEN open_attempt.way = 'agent' THEN 'call'
     ELSE 'asked' END"""
_DAYS: Final[LiteralString] = (
    """
FROM parcel
JOIN sales_order ON sales_order.shop_id = parcel.shop_id AND sales_order.id = parcel.order_id
JOIN delivery_day ON delivery_day.shop_id = parcel.shop_id AND delivery_day.parcel_id = parcel.id
     AND delivery_day.state <> 'overtaken'
LEFT JOIN verification_attempt AS open_attempt ON open_attempt.shop_id = parcel.shop_id
     AND open_attempt.day_id = delivery_day.id AND open_attempt.state IN ('sending', 'asked', 'unknown')
LEFT JOIN customer_address ON customer_address.shop_id = sales_order.shop_id
     AND customer_address.id = sales_order.address_id
WHERE parcel.shop_id = %(shop)s AND parcel.state IN ('picked_up', 'in_transit', 'out_for_delivery', 'attempt_failed')
  AND NOT EXISTS (SELECT FROM delivery_day AS later
                  WHERE later.shop_id = parcel.shop_id AND later.parcel_id = parcel.id
                    AND later.day > delivery_day.day)
  AND """
    + SEEN_ORDER
)


async def day_counts(tx: Tx, scope: Scope) -> Mapping[Sort, int]:
    """How many parcels there are of each sort."""
    rows = await tx.all(
        f"SELECT {_SORT} AS sort, count(*)::int AS parcels {_DAYS} GROUP BY 1",
        {"shop": tx.shop_id} | scope.bounds(),
    )
    found = {Sort(row.sort): row.parcels for row in rows}
    return {sort: found.get(sort, 0) for sort in Sort}


async def day_list(
    tx: Tx,
    scope: Scope,
    *,
    sort: Sort | None = None,
    after: tuple[datetime, UUID] | None = None,
    limit: int,
) -> list[DayRow]:
    """Those of a sort, or all, the first to be too late first.

    Args:
        after: Where the page before ended: the deadline of its last day, and its parcel.
    """
    rows = await tx.all(
        f"""
        SELECT parcel.id AS parcel_id, sales_order.id AS order_id, sales_order.number, sales_order.customer_id,
               parcel.courier, parcel.awb, parcel.state AS parcel, delivery_day.day, delivery_day.state,
               delivery_day.put_off_to, customer_address.village_code AS area, delivery_day.deadline,
               delivery_day.answered_at, delivery_day.answered_by,
               (SELECT count(*)::int FROM verification_attempt
                WHERE verification_attempt.shop_id = parcel.shop_id
                  AND verification_attempt.day_id = delivery_day.id) AS attempts,
               {_SORT} AS sort
        {_DAYS}
          AND (%(sort)s::text IS NULL OR {_SORT} = %(sort)s::text)
          AND (%(at)s::timestamptz IS NULL
               OR (delivery_day.deadline, parcel.id) > (%(at)s::timestamptz, %(last)s::uuid))
        ORDER BY delivery_day.deadline, parcel.id
        LIMIT %(limit)s
        """,
        {
            "shop": tx.shop_id,
            "sort": sort,
            "at": after[0] if after else None,
            "last": after[1] if after else None,
            "limit": limit,
        }
        | scope.bounds(),
    )
    return [DayRow(**row._asdict() | {"sort": Sort(row.sort)}) for row in rows]
