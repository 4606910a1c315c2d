"""Days on which parcels come, in SQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID

from orderan.kit.db import Tx
from orderan.verification.models import Attempt, DeliveryDay
from orderan.verification.states import OPEN, DayState
from orderan.verification.store import ATTEMPT, as_attempt

DAY: Final[
    LiteralString
] = """id, order_id, parcel_id, day, state, policy_version, step, tries, next_at, opened_at, deadline, put_off_to,
       answered_at, answered_by"""
_OPEN: Final = [str(state) for state in OPEN]


def as_day(row: Any) -> DeliveryDay:
    """A row of the table of days."""
    columns = row._asdict()
    return DeliveryDay(**columns | {"state": DayState(columns["state"])})


async def insert_days(tx: Tx, days: Sequence[DeliveryDay]) -> list[DeliveryDay]:
    """Write days that are not there yet, each once per parcel; returns those that were written."""
    rows = await tx.all(
        f"""
        INSERT INTO delivery_day (shop_id, id, order_id, parcel_id, day, state, policy_version, step, tries, next_at,
                                  opened_at, deadline)
        SELECT %(shop)s, made.*
        FROM unnest(%(ids)s::uuid[], %(orders)s::uuid[], %(parcels)s::uuid[], %(days)s::date[], %(states)s::text[],
                    %(versions)s::int[], %(steps)s::int[], %(tries)s::int[], %(nexts)s::timestamptz[],
                    %(opened)s::timestamptz[], %(deadlines)s::timestamptz[]) AS made
        ON CONFLICT (shop_id, parcel_id, day) DO NOTHING
        RETURNING {DAY}
        """,
        {
            "shop": tx.shop_id,
            "ids": [one.id for one in days],
            "orders": [one.order_id for one in days],
            "parcels": [one.parcel_id for one in days],
            "days": [one.day for one in days],
            "states": [str(one.state) for one in days],
            "versions": [one.policy_version for one in days],
            "steps": [one.step for one in days],
            "tries": [one.tries for one in days],
            "nexts": [one.next_at for one in days],
            "opened": [one.opened_at for one in days],
            "deadlines": [one.deadline for one in days],
        },
    )
    return [as_day(row) for row in rows]


async def days_due(tx: Tx, *, now: datetime, limit: int) -> dict[UUID, UUID]:
    """Days of which something is due, each with its order, the longest due first; looked at without a lock."""
    rows = await tx.all(
        """
        SELECT id, order_id FROM delivery_day
        WHERE shop_id = %(shop)s AND next_at <= %(now)s
        ORDER BY next_at, id
        LIMIT %(limit)s
        """,
        {"shop": tx.shop_id, "now": now, "limit": limit},
    )
    return {row.id: row.order_id for row in rows}


async def lock_days(tx: Tx, days: Collection[UUID]) -> dict[UUID, DeliveryDay]:
    """Lock days, whose orders the caller locked before."""
    rows = await tx.all(
        f"""
        SELECT {DAY} FROM delivery_day
        WHERE shop_id = %(shop)s AND id = ANY(%(days)s)
        ORDER BY id
        FOR NO KEY UPDATE
        """,
        {"shop": tx.shop_id, "days": list(days)},
    )
    return {row.id: as_day(row) for row in rows}


async def lock_last_days(tx: Tx, parcels: Collection[UUID]) -> dict[UUID, DeliveryDay]:
    """Lock the last day of each parcel, whose order the caller locked before; by parcel."""
    rows = await tx.all(
        f"""
        SELECT {DAY} FROM delivery_day
        WHERE shop_id = %(shop)s AND parcel_id = ANY(%(parcels)s)
          AND NOT EXISTS (SELECT FROM delivery_day AS later
                          WHERE later.shop_id = %(shop)s AND later.parcel_id = delivery_day.parcel_id
                            AND later.day > delivery_day.day)
        ORDER BY id
        FOR NO KEY UPDATE
        """,
        {"shop": tx.shop_id, "parcels": list(parcels)},
    )
    return {row.parcel_id: as_day(row) for row in rows}


async def save_days(tx: Tx, days: Sequence[DeliveryDay]) -> None:
    """Write locked days as they stand now."""
    await tx.run(
        """
        UPDATE delivery_day AS kept
        SET state = made.state, step = made.step, tries = made.tries, next_at = made.next_at,
            put_off_to = made.put_off_to, answered_at = made.answered_at, answered_by = made.answered_by
        FROM unnest(%(ids)s::uuid[], %(states)s::text[], %(steps)s::int[], %(tries)s::int[], %(nexts)s::timestamptz[],
                    %(offs)s::date[], %(answered)s::timestamptz[], %(answerers)s::text[])
             AS made (id, state, step, tries, next_at, put_off_to, answered_at, answered_by)
        WHERE kept.shop_id = %(shop)s AND kept.id = made.id
        """,
        {
            "shop": tx.shop_id,
            "ids": [one.id for one in days],
            "states": [str(one.state) for one in days],
            "steps": [one.step for one in days],
            "tries": [one.tries for one in days],
            "nexts": [one.next_at for one in days],
            "offs": [one.put_off_to for one in days],
            "answered": [one.answered_at for one in days],
            "answerers": [one.answered_by for one in days],
        },
    )


async def lock_attempts_of_days(tx: Tx, days: Collection[UUID]) -> dict[UUID, Attempt]:
    """Lock the attempt of each day that is not over; at most one is."""
    rows = await tx.all(
        f"""
        SELECT {ATTEMPT} FROM verification_attempt
        WHERE shop_id = %(shop)s AND day_id = ANY(%(days)s) AND state = ANY(%(open)s)
        ORDER BY id
        FOR NO KEY UPDATE
        """,
        {"shop": tx.shop_id, "days": list(days), "open": _OPEN},
    )
    return {row.day_id: as_attempt(row) for row in rows}
