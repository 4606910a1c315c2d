"""Incidents and contacts as pages and other parts ask for them, and what buyers are told."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from orderan.incidents.models import Banner, Contact, Impact, Incident, Note, Place
from orderan.incidents.store import COLUMNS
from orderan.kit.db import Tx


async def incident_by_id(tx: Tx, incident_id: UUID) -> Incident | None:
    row = await tx.maybe(
        "SELECT " + COLUMNS + " FROM incident WHERE shop_id = %(shop)s AND id = %(id)s",
        {"shop": tx.shop_id, "id": incident_id},
    )
    return None if row is None else Incident(*row)


async def unfinished(tx: Tx) -> list[Incident]:
    """Incidents that are neither closed nor dismissed, the newest first."""
    rows = await tx.all(
        "SELECT "
        + COLUMNS
        + """
        FROM incident
        WHERE shop_id = %(shop)s AND state IN ('suspected', 'open', 'recovered')
        ORDER BY since DESC, id DESC
        """,
        {"shop": tx.shop_id},
    )
    return [Incident(*row) for row in rows]


async def finished(tx: Tx, *, limit: int, after: tuple[datetime, UUID] | None = None) -> list[Incident]:
    """Incidents that are over, the newest first.

    Args:
        after: Begin and id of the last one seen.
    """
    at, last = after or (None, None)
    rows = await tx.all(
        "SELECT "
        + COLUMNS
        + """
        FROM incident
        WHERE shop_id = %(shop)s AND state IN ('closed', 'dismissed')
          AND (%(at)s::timestamptz IS NULL OR (since, id) < (%(at)s::timestamptz, %(last)s::uuid))
        ORDER BY since DESC, id DESC
        LIMIT %(limit)s
        """,
        {"shop": tx.shop_id, "at": at, "last": last, "limit": limit},
    )
    return [Incident(*row) for row in rows]


async def published_since(tx: Tx, moment: datetime) -> list[Incident]:
    """Published incidents that are not over or ended after a moment, the newest first."""
    rows = await tx.all(
        "SELECT "
        + COLUMNS
        + """
        FROM incident
        WHERE shop_id = %(shop)s AND published_at IS NOT NULL
          AND (state = 'open' OR recovered_at > %(moment)s)
        ORDER BY since DESC, id DESC
        """,
        {"shop": tx.shop_id, "moment": moment},
    )
    return [Incident(*row) for row in rows]


async def places_of(tx: Tx, incident_ids: Collection[UUID]) -> dict[UUID, list[Place]]:
    """The rails of incidents, as people name them."""
    rows = await tx.all(
        """
        SELECT incident_rail.incident_id, rail.id, rail.method, gateway_account.id AS account_id,
               gateway_account.name, gateway_account.gateway
        FROM incident_rail
        JOIN rail ON rail.shop_id = incident_rail.shop_id AND rail.id = incident_rail.rail_id
        JOIN gateway_account ON gateway_account.shop_id = rail.shop_id AND gateway_account.id = rail.account_id
        WHERE incident_rail.shop_id = %(shop)s AND incident_rail.incident_id = ANY(%(ids)s)
        ORDER BY gateway_account.name, rail.method, rail.id
        """,
        {"shop": tx.shop_id, "ids": list(incident_ids)},
    )
    found: dict[UUID, list[Place]] = {incident_id: [] for incident_id in incident_ids}
    for incident_id, *place in rows:
        found[incident_id].append(Place(*place))
    return found


async def every_place(tx: Tx) -> list[Place]:
    """Every rail of open accounts."""
    rows = await tx.all(
        """
        SELECT rail.id, rail.method, gateway_account.id AS account_id, gateway_account.name, gateway_account.gateway
        FROM rail
        JOIN gateway_account ON gateway_account.shop_id = rail.shop_id AND gateway_account.id = rail.account_id
        WHERE rail.shop_id = %(shop)s AND gateway_account.state = 'open'
        ORDER BY gateway_account.name, gateway_account.id, rail.method, rail.id
        """,
        {"shop": tx.shop_id},
    )
    return [Place(*row) for row in rows]


async def impact_of(tx: Tx, incident_id: UUID) -> Impact:
    """What an incident did to orders, as it stands now."""
    row = await tx.one(
        """
        WITH hit AS (
            SELECT order_id FROM incident_told WHERE shop_id = %(shop)s AND incident_id = %(id)s
            UNION
            SELECT order_id FROM incident_clock WHERE shop_id = %(shop)s AND incident_id = %(id)s
        ), stood AS (
            SELECT sales_order.commercial, sales_order.paid_minor,
                   sales_order.total_minor - sales_order.forgone_minor - sales_order.covered_minor AS minor
            FROM hit
            JOIN sales_order ON sales_order.shop_id = %(shop)s AND sales_order.id = hit.order_id
        )
        SELECT count(*)::int AS hit_orders, coalesce(sum(minor), 0)::bigint AS hit_minor,
               count(*) FILTER (WHERE paid_minor >= minor)::int AS paid_orders,
               coalesce(sum(minor) FILTER (WHERE paid_minor >= minor), 0)::bigint AS paid_minor,
               count(*) FILTER (WHERE paid_minor < minor AND commercial IN ('expired', 'cancelled'))::int
                   AS lost_orders,
               coalesce(sum(minor) FILTER (WHERE paid_minor < minor AND commercial IN ('expired', 'cancelled')),
                        0)::bigint AS lost_minor,
               (SELECT count(*)::int FROM incident_told
                WHERE shop_id = %(shop)s AND incident_id = %(id)s AND what = 'trouble') AS told,
               (SELECT count(*)::int FROM incident_told
                WHERE shop_id = %(shop)s AND incident_id = %(id)s AND what = 'recovered') AS told_recovered
        FROM stood
        """,
        {"shop": tx.shop_id, "id": incident_id},
    )
    return Impact(*row)


async def notes_of(tx: Tx, incident_id: UUID) -> list[Note]:
    """The conversation with the provider, oldest first."""
    rows = await tx.all(
        """
        SELECT id, incident_id, at, written_by, heard, who, question, words
        FROM incident_note
        WHERE shop_id = %(shop)s AND incident_id = %(id)s
        ORDER BY at, id
        """,
        {"shop": tx.shop_id, "id": incident_id},
    )
    return [Note(*row) for row in rows]


async def contacts_of(tx: Tx, account_ids: Collection[UUID]) -> list[Contact]:
    """Whom to reach, in the order of reaching."""
    rows = await tx.all(
        """
        SELECT id, account_id, name, phone, email, hours
        FROM gateway_contact
        WHERE shop_id = %(shop)s AND account_id = ANY(%(ids)s)
        ORDER BY account_id, rank, id
        """,
        {"shop": tx.shop_id, "ids": list(account_ids)},
    )
    return [Contact(*row) for row in rows]


async def banner_for(
    tx: Tx,
    *,
    now: datetime,
    methods: Collection[str] = (),
    rails: Collection[UUID] = (),
    ahead: timedelta = timedelta(),
) -> list[Banner]:
    """What a page has to say above these methods, or above a try on one of these rails.

    One per rail that has trouble, incidents before maintenance; nothing for a rail that is well.

    Args:
        ahead: Maintenance that begins before this is over is told too.
    """
    rows = await tx.all(
        """
        SELECT rail.method, rail.id AS rail_id, false AS maintenance, true AS begun, incident.since, incident.estimate,
               CASE WHEN incident.published_at IS NOT NULL
                    THEN jsonb_build_object('id', incident.words_id, 'en', incident.words_en)
                    ELSE '{}'::jsonb END AS words
        FROM rail
        JOIN incident_rail ON incident_rail.shop_id = rail.shop_id AND incident_rail.rail_id = rail.id
             AND incident_rail.ended_at IS NULL
        JOIN incident ON incident.shop_id = rail.shop_id AND incident.id = incident_rail.incident_id
             AND incident.state = 'open'
        WHERE rail.shop_id = %(shop)s AND (rail.method = ANY(%(methods)s) OR rail.id = ANY(%(rails)s))
        UNION ALL
        SELECT rail.method, rail.id, true, maintenance_window.starts_at <= %(now)s, maintenance_window.starts_at,
               maintenance_window.ends_at, '{}'::jsonb
        FROM rail
        JOIN maintenance_window ON maintenance_window.shop_id = rail.shop_id
             AND maintenance_window.account_id = rail.account_id
             AND maintenance_window.cancelled_at IS NULL AND maintenance_window.flag IS NULL
             AND maintenance_window.starts_at <= %(soon)s AND maintenance_window.ends_at > %(now)s
             AND (maintenance_window.methods = '{}' OR rail.method = ANY(maintenance_window.methods))
        WHERE rail.shop_id = %(shop)s AND (rail.method = ANY(%(methods)s) OR rail.id = ANY(%(rails)s))
        ORDER BY method, maintenance, rail_id, since
        """,
        {
            "shop": tx.shop_id,
            "methods": list(methods),
            "rails": list(rails),
            "now": now,
            "soon": now + ahead,
        },
    )
    return [Banner(*row) for row in rows]


async def how_methods_stand(tx: Tx, *, now: datetime) -> dict[str, str]:
    """Each method of open rails as the public is told: `well`, `trouble` or `maintenance`.

    A method is well as long as one of its rails is.
    """
    rows = await tx.all(
        """
        SELECT rail.method,
               EXISTS (SELECT FROM incident_rail
                       JOIN incident ON incident.shop_id = incident_rail.shop_id
                            AND incident.id = incident_rail.incident_id AND incident.state = 'open'
                       WHERE incident_rail.shop_id = %(shop)s AND incident_rail.rail_id = rail.id
                         AND incident_rail.ended_at IS NULL) AS trouble,
               EXISTS (SELECT FROM maintenance_window
                       WHERE maintenance_window.shop_id = %(shop)s
                         AND maintenance_window.account_id = rail.account_id
                         AND maintenance_window.cancelled_at IS NULL AND maintenance_window.flag IS NULL
                         AND maintenance_window.starts_at <= %(now)s AND maintenance_window.ends_at > %(now)s
                         AND (maintenance_window.methods = '{}'
                              OR rail.method = ANY(maintenance_window.methods))) AS maintenance
        FROM rail
        JOIN gateway_account ON gateway_account.shop_id = rail.shop_id AND gateway_account.id = rail.account_id
        WHERE rail.shop_id = %(shop)s AND rail.state = 'open' AND gateway_account.state = 'open'
        """,
        {"shop": tx.shop_id, "now": now},
    )
    worst = {"well": 0, "maintenance": 1, "trouble": 2}
    stands: dict[str, str] = {}
    for row in rows:
        one = "trouble" if row.trouble else "maintenance" if row.maintenance else "well"
        stands[row.method] = min(stands.get(row.method, one), one, key=worst.__getitem__)
    return stands


async def incidents_waiting(tx: Tx, befores: Mapping[str, datetime]) -> list[Any]:
    """Incidents that have been in a state since before the moment given for it.

    Columns: id, state, since.
    """
    return await tx.all(
        """
        SELECT incident.id, incident.state,
               coalesce(incident.recovered_at, incident.again_at, incident.confirmed_at, incident.opened_at)
                   AS since
        FROM unnest(%(states)s::text[], %(befores)s::timestamptz[]) AS allowed (state, before)
        JOIN incident ON incident.shop_id = %(shop)s AND incident.state = allowed.state
             AND incident.state IN ('suspected', 'open', 'recovered')
             AND coalesce(incident.recovered_at, incident.again_at, incident.confirmed_at, incident.opened_at)
                 <= allowed.before
        """,
        {"shop": tx.shop_id, "states": list(befores), "befores": list(befores.values())},
    )
