"""What couriers say of parcels, in SQL."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from orderan.couriers import Status
from orderan.kit.db import Tx
from orderan.kit.ids import new_id
from orderan.shipping.accounts import DueParcel, Following, ParcelStep, Source


async def add_steps(
    tx: Tx, steps: Sequence[ParcelStep], *, now: datetime
) -> set[tuple[UUID, datetime, str, str]]:
    """Keep steps that are news; returns which: parcel, time, word, code.

    A word that was unknown and now is known is news as well.
    """
    if not steps:
        return set()
    rows = list({(one.parcel_id, one.at, one.word, one.code): one for one in steps}.values())
    found = await tx.all(
        """
        INSERT INTO parcel_step AS kept (shop_id, id, parcel_id, at, status, word, code, place, refused, source,
                                         account_id, heard_at)
        SELECT %(shop)s, told.id, told.parcel, told.at, told.status, told.word, told.code, told.place, told.refused,
               told.source, told.account, %(now)s
        FROM unnest(%(ids)s::uuid[], %(parcels)s::uuid[], %(ats)s::timestamptz[], %(statuses)s::text[],
                    %(words)s::text[], %(codes)s::text[], %(places)s::text[], %(refused)s::bool[],
                    %(sources)s::text[], %(accounts)s::uuid[])
             AS told (id, parcel, at, status, word, code, place, refused, source, account)
        ORDER BY told.parcel, told.at, told.word, told.code
        ON CONFLICT ON CONSTRAINT parcel_step_once DO UPDATE SET status = excluded.status
        WHERE kept.status IS DISTINCT FROM excluded.status AND excluded.status IS NOT NULL
        RETURNING parcel_id, at, word, code
        """,
        {
            "shop": tx.shop_id,
            "now": now,
            "ids": [new_id() for _ in rows],
            "parcels": [row.parcel_id for row in rows],
            "ats": [row.at for row in rows],
            "statuses": [None if row.status is None else str(row.status) for row in rows],
            "words": [row.word for row in rows],
            "codes": [row.code for row in rows],
            "places": [row.place for row in rows],
            "refused": [row.refused for row in rows],
            "sources": [str(row.source) for row in rows],
            "accounts": [row.account_id for row in rows],
        },
    )
    return {(row.parcel_id, row.at, row.word, row.code) for row in found}


async def steps_of(tx: Tx, parcels: Collection[UUID]) -> list[ParcelStep]:
    """What couriers said of these parcels, oldest first."""
    rows = await tx.all(
        """
        SELECT parcel_id, at, status, word, code, place, refused, source, account_id
        FROM parcel_step
        WHERE shop_id = %(shop)s AND parcel_id = ANY(%(ids)s)
        ORDER BY parcel_id, at, heard_at, id
        """,
        {"shop": tx.shop_id, "ids": list(parcels)},
    )
    return [
        ParcelStep(
            row.parcel_id,
            row.at,
            None if row.status is None else Status(row.status),
            row.word,
            row.code,
            row.place,
            row.refused,
            Source(row.source),
            row.account_id,
        )
        for row in rows
    ]


async def followings(tx: Tx, parcels: Collection[UUID]) -> dict[UUID, Following]:
    """How far these parcels are followed; of those nothing was heard of there is none."""
    rows = await tx.all(
        """
        SELECT parcel_id, told_at, heard_at, ask_at, asks
        FROM parcel_follow
        WHERE shop_id = %(shop)s AND parcel_id = ANY(%(ids)s)
        """,
        {"shop": tx.shop_id, "ids": list(parcels)},
    )
    return {row.parcel_id: Following(row.told_at, row.heard_at, row.ask_at, row.asks) for row in rows}


async def keep_followings(tx: Tx, rows: Mapping[UUID, Following]) -> None:
    """Write how far parcels are followed; the later of two times of what happened holds."""
    if not rows:
        return
    ordered = sorted(rows.items())
    await tx.run(
        """
        INSERT INTO parcel_follow AS kept (shop_id, parcel_id, told_at, heard_at, ask_at, asks)
        SELECT %(shop)s, made.*
        FROM unnest(%(ids)s::uuid[], %(tolds)s::timestamptz[], %(heards)s::timestamptz[], %(asks_at)s::timestamptz[],
                    %(asks)s::int[]) AS made
        ON CONFLICT ON CONSTRAINT parcel_follow_pkey DO UPDATE
        SET told_at = greatest(kept.told_at, excluded.told_at), heard_at = greatest(kept.heard_at, excluded.heard_at),
            ask_at = excluded.ask_at, asks = excluded.asks
        """,
        {
            "shop": tx.shop_id,
            "ids": [parcel_id for parcel_id, _ in ordered],
            "tolds": [one.told_at for _, one in ordered],
            "heards": [one.heard_at for _, one in ordered],
            "asks_at": [one.ask_at for _, one in ordered],
            "asks": [one.asks for _, one in ordered],
        },
    )


async def take_due(
    tx: Tx, couriers: Collection[str], *, silent_since: datetime, until: datetime, limit: int, now: datetime
) -> list[DueParcel]:
    """Parcels under way of these couriers that are to be asked about; nobody else takes them before `until`.

    Args:
        silent_since: Those that nothing was heard of, and which were handed over before, are due too.
    """
    rows = await tx.all(
        """
        WITH due AS MATERIALIZED (
            SELECT parcel.id, parcel.order_id, parcel.courier, parcel.awb, parcel.state,
                   coalesce(parcel_follow.asks, 0) AS asks
            FROM parcel
            LEFT JOIN parcel_follow ON parcel_follow.shop_id = parcel.shop_id AND parcel_follow.parcel_id = parcel.id
            WHERE parcel.shop_id = %(shop)s AND parcel.state NOT IN ('delivered', 'returned', 'lost', 'damaged')
              AND parcel.courier = ANY(%(couriers)s)
              AND CASE WHEN parcel_follow.ask_at IS NULL THEN parcel.shipped_at <= %(silent)s
                       ELSE parcel_follow.ask_at <= %(now)s END
            ORDER BY parcel_follow.ask_at NULLS LAST, parcel.shipped_at, parcel.id
            LIMIT %(limit)s
        ), taken AS (
            INSERT INTO parcel_follow AS kept (shop_id, parcel_id, ask_at, asks)
            SELECT %(shop)s, due.id, %(until)s, due.asks FROM due ORDER BY due.id
            ON CONFLICT ON CONSTRAINT parcel_follow_pkey DO UPDATE SET ask_at = excluded.ask_at
            WHERE kept.ask_at <= %(now)s
            RETURNING parcel_id
        )
        SELECT due.id, due.order_id, due.courier, due.awb, due.state, due.asks
        FROM due
        JOIN taken ON taken.parcel_id = due.id
        """,
        {
            "shop": tx.shop_id,
            "couriers": sorted(couriers),
            "silent": silent_since,
            "until": until,
            "limit": limit,
            "now": now,
        },
    )
    return [DueParcel(row.id, row.order_id, row.courier, row.awb, row.state, row.asks) for row in rows]


async def parcels_silent(tx: Tx, befores: Mapping[str, datetime]) -> list[Any]:
    """Parcels whose courier was asked and has said nothing new since the moment given for their state.

    Columns: id, order_id, state, since, courier, awb, number, money_minor, currency.
    """
    return await tx.all(
        """
        SELECT parcel.id, parcel.order_id, parcel.state,
               coalesce(parcel_follow.heard_at, parcel.shipped_at, parcel.created_at) AS since, parcel.courier,
               parcel.awb, sales_order.number, sales_order.total_minor AS money_minor, sales_order.currency
        FROM unnest(%(states)s::text[], %(befores)s::timestamptz[]) AS allowed (state, before)
        JOIN parcel ON parcel.shop_id = %(shop)s AND parcel.state = allowed.state
             AND parcel.state NOT IN ('delivered', 'returned', 'lost', 'damaged')
        JOIN parcel_follow ON parcel_follow.shop_id = parcel.shop_id AND parcel_follow.parcel_id = parcel.id
             AND parcel_follow.asks > 0
             AND coalesce(parcel_follow.heard_at, parcel.shipped_at, parcel.created_at) <= allowed.before
        JOIN sales_order ON sales_order.shop_id = parcel.shop_id AND sales_order.id = parcel.order_id
        """,
        {"shop": tx.shop_id, "states": list(befores), "befores": list(befores.values())},
    )
