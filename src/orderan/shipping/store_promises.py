"""Promises of days and what they rest on, in SQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from orderan.kit.db import Tx
from orderan.shipping.promises import LeadTime, Promise, PromiseSource, PromiseTerms, Risk, TermsVersion
from orderan.shipping.rules_promises import Key, read_terms


async def promise_terms(tx: Tx) -> tuple[int, PromiseTerms]:
    """What holds for promises to come, and its version; 0 is what a shop begins with."""
    row = await tx.maybe(
        """
        SELECT version, terms FROM promise_terms
        WHERE shop_id = %(shop)s
        ORDER BY version DESC
        LIMIT 1
        """,
        {"shop": tx.shop_id},
    )
    return (0, PromiseTerms()) if row is None else (row.version, read_terms(row.terms))


async def promise_terms_versions(tx: Tx, *, limit: int = 50) -> list[TermsVersion]:
    """Versions of the terms, the newest first."""
    rows = await tx.all(
        """
        SELECT version, terms, made_by, made_at FROM promise_terms
        WHERE shop_id = %(shop)s
        ORDER BY version DESC
        LIMIT %(limit)s
        """,
        {"shop": tx.shop_id, "limit": limit},
    )
    return [TermsVersion(row.version, read_terms(row.terms), row.made_by, row.made_at) for row in rows]


async def lead_times(tx: Tx, keys: Collection[Key]) -> dict[Key, LeadTime]:
    """What is known under these keys."""
    if not keys:
        return {}
    asked = sorted(set(keys))
    rows = await tx.all(
        """
        SELECT lead_time.courier, lead_time.service, lead_time.origin, lead_time.area, parcels, days
        FROM lead_time
        JOIN unnest(%(couriers)s::text[], %(services)s::text[], %(origins)s::text[], %(areas)s::text[])
             AS asked (courier, service, origin, area)
             ON (lead_time.courier, lead_time.service, lead_time.origin, lead_time.area)
                = (asked.courier, asked.service, asked.origin, asked.area)
        WHERE lead_time.shop_id = %(shop)s
        """,
        {
            "shop": tx.shop_id,
            "couriers": [key[0] for key in asked],
            "services": [key[1] for key in asked],
            "origins": [key[2] for key in asked],
            "areas": [key[3] for key in asked],
        },
    )
    return {(row[0], row[1], row[2], row[3]): _lead(row) for row in rows}


async def lead_times_known(tx: Tx, *, limit: int = 50) -> list[LeadTime]:
    """What was learned of couriers by city, those with most parcels first."""
    rows = await tx.all(
        """
        SELECT courier, service, origin, area, parcels, days
        FROM lead_time
        WHERE shop_id = %(shop)s AND courier <> '' AND service <> '' AND length(origin) = 5 AND length(area) = 5
        ORDER BY parcels DESC, courier, service, origin, area
        LIMIT %(limit)s
        """,
        {"shop": tx.shop_id, "limit": limit},
    )
    return [_lead(row) for row in rows]


def _lead(row: Any) -> LeadTime:
    return LeadTime(row.courier, row.service, row.origin, row.area, row.parcels, tuple(row.days))


async def keep_promises(tx: Tx, promises: Sequence[Promise]) -> set[tuple[UUID, UUID | None]]:
    """Keep promises; an order's first is made again as long as nothing left. Returns whose are new or moved."""
    rows = sorted(promises, key=lambda one: (str(one.order_id), str(one.parcel_id or "")))
    kept: set[tuple[UUID, UUID | None]] = set()
    for of_parcels in (False, True):
        some = [one for one in rows if (one.parcel_id is not None) == of_parcels]
        if not some:
            continue
        # A promise about a parcel is made once; the order's follows its acceptance, until a parcel of it left.
        done = (
            "ON CONFLICT (shop_id, parcel_id) WHERE parcel_id IS NOT NULL DO NOTHING"
            if of_parcels
            else """
            ON CONFLICT (shop_id, order_id) WHERE parcel_id IS NULL DO UPDATE
            SET leaves_on = excluded.leaves_on, promised_on = excluded.promised_on, source = excluded.source,
                made_at = excluded.made_at
            WHERE kept.closed_at IS NULL AND kept.risk IS NULL AND kept.made_at < excluded.made_at
              AND (kept.leaves_on, kept.promised_on) <> (excluded.leaves_on, excluded.promised_on)"""
        )
        found = await tx.all(
            """
            INSERT INTO delivery_promise AS kept (shop_id, id, order_id, parcel_id, leaves_on, promised_on, source,
                                                  made_at)
            SELECT %(shop)s, made.*
            FROM unnest(%(ids)s::uuid[], %(orders)s::uuid[], %(parcels)s::uuid[], %(leave)s::date[],
                        %(arrive)s::date[], %(sources)s::text[], %(ats)s::timestamptz[]) AS made
            """
            + done
            + " RETURNING order_id, parcel_id",
            {
                "shop": tx.shop_id,
                "ids": [one.id for one in some],
                "orders": [one.order_id for one in some],
                "parcels": [one.parcel_id for one in some],
                "leave": [one.leaves_on for one in some],
                "arrive": [one.promised_on for one in some],
                "sources": [str(one.source) for one in some],
                "ats": [one.made_at for one in some],
            },
        )
        kept |= {(row.order_id, row.parcel_id) for row in found}
    return kept


async def promises_of(tx: Tx, orders: Collection[UUID]) -> list[Promise]:
    """What was promised for these orders: of each the order's own first, then its parcels' as they were made."""
    rows = await tx.all(
        """
        SELECT id, order_id, parcel_id, leaves_on, promised_on, source, made_at, risk, risk_at, closed_at, kept
        FROM delivery_promise
        WHERE shop_id = %(shop)s AND order_id = ANY(%(orders)s)
        ORDER BY order_id, parcel_id IS NOT NULL, made_at, id
        """,
        {"shop": tx.shop_id, "orders": list(orders)},
    )
    return [_promise(row) for row in rows]


def _promise(row: Any) -> Promise:
    return Promise(
        row.id,
        row.order_id,
        row.parcel_id,
        row.leaves_on,
        row.promised_on,
        PromiseSource(row.source),
        row.made_at,
        None if row.risk is None else Risk(row.risk),
        row.risk_at,
        row.closed_at,
        row.kept,
    )


async def note_risks(tx: Tx, risks: Sequence[tuple[UUID, Risk]], *, now: datetime) -> set[UUID]:
    """Note why promises are in danger; returns those that were in none before."""
    if not risks:
        return set()
    rows = sorted(risks, key=lambda one: str(one[0]))
    found = await tx.all(
        """
        WITH found AS (
            SELECT promise.id, promise.risk IS NULL AS first, told.risk
            FROM unnest(%(ids)s::uuid[], %(risks)s::text[]) AS told (id, risk)
            JOIN delivery_promise AS promise ON promise.shop_id = %(shop)s AND promise.id = told.id
            WHERE promise.closed_at IS NULL
            ORDER BY promise.id
            FOR UPDATE OF promise
        )
        UPDATE delivery_promise AS promise
        SET risk = found.risk, risk_at = coalesce(promise.risk_at, %(now)s)
        FROM found
        WHERE promise.shop_id = %(shop)s AND promise.id = found.id
        RETURNING promise.id, found.first
        """,
        {
            "shop": tx.shop_id,
            "now": now,
            "ids": [one[0] for one in rows],
            "risks": [str(one[1]) for one in rows],
        },
    )
    return {row.id for row in found if row.first}
