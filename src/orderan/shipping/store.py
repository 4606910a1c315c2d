"""Writing parcels."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from orderan.kit.db import Tx
from orderan.shipping.models import Content, Parcel


def as_parcel(row: Any) -> Parcel:
    """A row of the parcel table."""
    return Parcel(
        id=row.id,
        order_id=row.order_id,
        task_id=row.task_id,
        courier=row.courier,
        service=row.service,
        awb=row.awb,
        state=row.state,
        contents=tuple(Content.read(stored) for stored in row.contents),
        weight_g=row.weight_g,
        created_at=row.created_at,
        shipped_at=row.shipped_at,
        delivered_at=row.delivered_at,
        moved_at=row.moved_at,
        deliver_on=row.deliver_on,
    )


async def insert_parcels(tx: Tx, parcels: Sequence[Parcel]) -> None:
    await tx.run(
        """
        INSERT INTO parcel (shop_id, id, order_id, task_id, courier, service, awb, state, contents, weight_g,
                            created_at, shipped_at, moved_at)
        SELECT %(shop)s, made.*
        FROM unnest(%(ids)s::uuid[], %(orders)s::uuid[], %(tasks)s::uuid[], %(couriers)s::text[],
                    %(services)s::text[], %(awbs)s::text[], %(states)s::text[], %(contents)s::jsonb[],
                    %(weights)s::int[], %(created)s::timestamptz[], %(shipped)s::timestamptz[],
                    %(moved)s::timestamptz[]) AS made
        """,
        {
            "shop": tx.shop_id,
            "ids": [parcel.id for parcel in parcels],
            "orders": [parcel.order_id for parcel in parcels],
            "tasks": [parcel.task_id for parcel in parcels],
            "couriers": [parcel.courier for parcel in parcels],
            "services": [parcel.service for parcel in parcels],
            "awbs": [parcel.awb for parcel in parcels],
            "states": [parcel.state for parcel in parcels],
            "contents": [Jsonb([content.plain() for content in parcel.contents]) for parcel in parcels],
            "weights": [parcel.weight_g for parcel in parcels],
            "created": [parcel.created_at for parcel in parcels],
            "shipped": [parcel.shipped_at for parcel in parcels],
            "moved": [parcel.moved_at for parcel in parcels],
        },
    )


async def behind(tx: Tx, parcels: Collection[UUID]) -> dict[UUID, tuple[UUID, UUID]]:
    """(order, task) of these parcels, read without a lock: whoever moves them locks their orders first."""
    rows = await tx.all(
        "SELECT id, order_id, task_id FROM parcel WHERE shop_id = %(shop)s AND id = ANY(%(ids)s)",
        {"shop": tx.shop_id, "ids": list(parcels)},
    )
    return {row.id: (row.order_id, row.task_id) for row in rows}


async def lock_parcels(tx: Tx, parcels: Collection[UUID]) -> dict[UUID, Parcel]:
    """Lock parcels in id order; those that do not exist are missing from the answer."""
    rows = await tx.all(
        """
        SELECT *
        FROM parcel
        WHERE shop_id = %(shop)s AND id = ANY(%(ids)s)
        ORDER BY id
        FOR NO KEY UPDATE
        """,
        {"shop": tx.shop_id, "ids": list(parcels)},
    )
    return {row.id: as_parcel(row) for row in rows}


async def set_state(tx: Tx, parcels: Collection[UUID], *, was: str, becomes: str, now: datetime) -> int:
    """Move parcels that are in the state they have to be in; returns how many."""
    return await tx.run(
        """
        UPDATE parcel
        SET state = %(becomes)s, moved_at = %(now)s,
            delivered_at = CASE WHEN %(becomes)s = 'delivered' THEN %(now)s ELSE delivered_at END
        WHERE shop_id = %(shop)s AND id = ANY(%(ids)s) AND state = %(was)s
        """,
        {"shop": tx.shop_id, "ids": list(parcels), "was": was, "becomes": becomes, "now": now},
    )


async def set_deliver_on(tx: Tx, parcel_id: UUID, deliver_on: date | None) -> None:
    await tx.run(
        "UPDATE parcel SET deliver_on = %(on)s WHERE shop_id = %(shop)s AND id = %(id)s",
        {"shop": tx.shop_id, "id": parcel_id, "on": deliver_on},
    )
