"""Writing incidents, and who they concern."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb

from orderan.incidents.models import Incident, Note, Told, What
from orderan.incidents.rules import CLOSES_AFTER
from orderan.kit.db import Tx

COLUMNS: Final[LiteralString] = """
id, kind, severity, state, by_itself, since, opened_at, opened_by, confirmed_at, recovered_at, closed_at, estimate,
evidence, words_id, words_en, published_at, review, hit_orders, hit_minor, lost_orders, lost_minor,
again_at, false_at, false_by, false_why
"""


async def lock_rails(tx: Tx, rail_ids: Collection[UUID]) -> dict[UUID, str]:
    """Lock rails, so that one hand at a time says what is wrong with them; their methods."""
    rows = await tx.all(
        "SELECT id, method FROM rail WHERE shop_id = %(shop)s AND id = ANY(%(ids)s) ORDER BY id FOR NO KEY UPDATE",
        {"shop": tx.shop_id, "ids": list(rail_ids)},
    )
    return {row.id: row.method for row in rows}


async def under_way_on(tx: Tx, rail_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The incident each of these rails is in, of those that are in one."""
    rows = await tx.all(
        """
        SELECT rail_id, incident_id FROM incident_rail
        WHERE shop_id = %(shop)s AND rail_id = ANY(%(ids)s) AND ended_at IS NULL
        """,
        {"shop": tx.shop_id, "ids": list(rail_ids)},
    )
    return {row.rail_id: row.incident_id for row in rows}


async def recovered_on(tx: Tx, rail_ids: Collection[UUID], *, after: datetime) -> UUID | None:
    """The incident of any of these rails that recovered last, if that was after a moment and nobody closed it since.

    One that was called a false alarm is none: what comes after it is the first trouble.
    """
    row = await tx.maybe(
        """
        SELECT incident.id
        FROM incident
        JOIN incident_rail ON incident_rail.shop_id = incident.shop_id AND incident_rail.incident_id = incident.id
        WHERE incident.shop_id = %(shop)s AND incident.state = 'recovered' AND incident.recovered_at > %(after)s
          AND incident.false_at IS NULL AND incident_rail.rail_id = ANY(%(ids)s)
        ORDER BY incident.recovered_at DESC, incident.id
        LIMIT 1
        """,
        {"shop": tx.shop_id, "ids": list(rail_ids), "after": after},
    )
    return None if row is None else row.id


async def last_ended_on(tx: Tx, rail_ids: Collection[UUID]) -> dict[UUID, datetime]:
    """When the last incident of each of these rails ended for it, of those that had one."""
    rows = await tx.all(
        """
        SELECT rail_id, max(ended_at) AS ended_at FROM incident_rail
        WHERE shop_id = %(shop)s AND rail_id = ANY(%(ids)s) AND ended_at IS NOT NULL
        GROUP BY rail_id
        """,
        {"shop": tx.shop_id, "ids": list(rail_ids)},
    )
    return {row.rail_id: row.ended_at for row in rows}


async def methods_of(tx: Tx, incident_id: UUID) -> list[str]:
    """Methods an incident is about."""
    rows = await tx.all(
        """
        SELECT DISTINCT rail.method
        FROM incident_rail
        JOIN rail ON rail.shop_id = incident_rail.shop_id AND rail.id = incident_rail.rail_id
        WHERE incident_rail.shop_id = %(shop)s AND incident_rail.incident_id = %(id)s
        ORDER BY rail.method
        """,
        {"shop": tx.shop_id, "id": incident_id},
    )
    return [row.method for row in rows]


async def insert_incident(tx: Tx, made: Incident) -> None:
    await tx.run(
        """
        INSERT INTO incident (shop_id, id, kind, severity, state, by_itself, since, opened_at, opened_by,
                              evidence, words_id, words_en)
        VALUES (%(shop)s, %(id)s, %(kind)s, %(severity)s, %(state)s, %(by_itself)s, %(since)s, %(opened)s,
                %(by)s, %(evidence)s, %(words_id)s, %(words_en)s)
        """,
        {
            "shop": tx.shop_id,
            "id": made.id,
            "kind": made.kind,
            "severity": made.severity,
            "state": made.state,
            "by_itself": made.by_itself,
            "since": made.since,
            "opened": made.opened_at,
            "by": made.opened_by,
            "evidence": Jsonb(made.evidence),
            "words_id": made.words_id,
            "words_en": made.words_en,
        },
    )


async def add_rails(tx: Tx, incident_id: UUID, rail_ids: Collection[UUID]) -> None:
    """Let an incident be about these locked rails too, or again.

    Raises:
        psycopg.errors.UniqueViolation: `incident_rail_one_open`: one is in another incident.
    """
    await tx.run(
        """
        INSERT INTO incident_rail (shop_id, incident_id, rail_id)
        SELECT %(shop)s, %(incident)s, added.id
        FROM unnest(%(ids)s::uuid[]) AS added (id)
        ORDER BY added.id
        ON CONFLICT (shop_id, incident_id, rail_id) DO UPDATE SET ended_at = NULL
        """,
        {"shop": tx.shop_id, "incident": incident_id, "ids": list(rail_ids)},
    )


async def lock_incident(tx: Tx, incident_id: UUID) -> Incident | None:
    row = await tx.maybe(
        "SELECT " + COLUMNS + " FROM incident WHERE shop_id = %(shop)s AND id = %(id)s FOR NO KEY UPDATE",
        {"shop": tx.shop_id, "id": incident_id},
    )
    return None if row is None else Incident(*row)


async def save_incident(tx: Tx, incident: Incident, *, was: str) -> bool:
    """Write a locked incident as it stands now; False when it was not in the state it had to be in."""
    return (
        await tx.run(
            """
            UPDATE incident
            SET kind = %(kind)s, severity = %(severity)s, state = %(state)s, confirmed_at = %(confirmed)s,
                recovered_at = %(recovered)s, closed_at = %(closed)s, estimate = %(estimate)s,
                evidence = %(evidence)s, words_id = %(words_id)s, words_en = %(words_en)s,
                published_at = %(published)s, review = %(review)s, hit_orders = %(hit_orders)s,
                hit_minor = %(hit_minor)s, lost_orders = %(lost_orders)s, lost_minor = %(lost_minor)s,
                again_at = %(again)s, false_at = %(false_at)s, false_by = %(false_by)s, false_why = %(false_why)s
            WHERE shop_id = %(shop)s AND id = %(id)s AND state = %(was)s
            """,
            {
                "shop": tx.shop_id,
                "id": incident.id,
                "was": was,
                "kind": incident.kind,
                "severity": incident.severity,
                "state": incident.state,
                "confirmed": incident.confirmed_at,
                "recovered": incident.recovered_at,
                "closed": incident.closed_at,
                "estimate": incident.estimate,
                "evidence": Jsonb(incident.evidence),
                "words_id": incident.words_id,
                "words_en": incident.words_en,
                "published": incident.published_at,
                "review": incident.review,
                "hit_orders": incident.hit_orders,
                "hit_minor": incident.hit_minor,
                "lost_orders": incident.lost_orders,
                "lost_minor": incident.lost_minor,
                "again": incident.again_at,
                "false_at": incident.false_at,
                "false_by": incident.false_by,
                "false_why": incident.false_why,
            },
        )
        == 1
    )


async def end_rails(tx: Tx, incident_id: UUID, *, now: datetime) -> None:
    """From now on its rails may be in another incident."""
    await tx.run(
        """
        UPDATE incident_rail SET ended_at = %(now)s
        WHERE shop_id = %(shop)s AND incident_id = %(id)s AND ended_at IS NULL
        """,
        {"shop": tx.shop_id, "id": incident_id, "now": now},
    )


async def to_follow(tx: Tx) -> list[UUID]:
    """Incidents that concern buyers now."""
    rows = await tx.all(
        "SELECT id FROM incident WHERE shop_id = %(shop)s AND state = 'open' ORDER BY id",
        {"shop": tx.shop_id},
    )
    return [row.id for row in rows]


async def to_close(tx: Tx, *, before: datetime) -> list[UUID]:
    """Incidents whose recovery has lasted since before a moment."""
    rows = await tx.all(
        """
        SELECT id FROM incident
        WHERE shop_id = %(shop)s AND state = 'recovered' AND recovered_at <= %(before)s
        ORDER BY id
        """,
        {"shop": tx.shop_id, "before": before},
    )
    return [row.id for row in rows]


# A buyer is concerned by a try that can still end in a payment there; an instrument that had run out
# before the trouble began concerns nobody.
_CONCERNED: Final[LiteralString] = """
FROM incident
JOIN incident_rail ON incident_rail.shop_id = incident.shop_id AND incident_rail.incident_id = incident.id
JOIN payment_attempt ON payment_attempt.shop_id = incident.shop_id
     AND payment_attempt.rail_id = incident_rail.rail_id
     AND payment_attempt.state IN ('asking', 'unknown', 'offered', 'held')
     AND (payment_attempt.state <> 'offered'
          OR payment_attempt.expires_at > coalesce(incident.again_at, incident.since))
JOIN sales_order ON sales_order.shop_id = incident.shop_id AND sales_order.id = payment_attempt.order_id
WHERE incident.shop_id = %(shop)s AND incident.id = %(incident)s AND incident_rail.ended_at IS NULL
"""


async def concerned(tx: Tx, incident_id: UUID) -> list[UUID]:
    """Orders with a try on its rails that is not over and that wait for a payment, and are not held by it yet."""
    rows = await tx.all(
        """
        SELECT DISTINCT sales_order.id
        """
        + _CONCERNED
        + """
          AND sales_order.commercial = 'awaiting_payment'
          AND NOT EXISTS (SELECT FROM incident_clock
                          WHERE incident_clock.shop_id = %(shop)s AND incident_clock.incident_id = %(incident)s
                            AND incident_clock.order_id = sales_order.id AND incident_clock.started_at IS NULL)
        """,
        {"shop": tx.shop_id, "incident": incident_id},
    )
    return [row.id for row in rows]


async def hold_clocks(tx: Tx, incident_id: UUID, order_ids: Collection[UUID]) -> list[tuple[UUID, datetime]]:
    """Note which locked orders' clocks an incident stops, and from when on.

    That is from when the trouble began, but not before the order was placed, and not before another
    trouble that was already made good; an order whose time was over by then is left to end.
    """
    rows = await tx.all(
        """
        INSERT INTO incident_clock (shop_id, incident_id, order_id, stopped_at)
        SELECT hit.shop_id, %(incident)s, hit.id, hit.stopped_at
        FROM (
            SELECT sales_order.shop_id, sales_order.id, sales_order.hold_until,
                   greatest(coalesce(incident.again_at, incident.since), sales_order.placed_at,
                            (SELECT max(earlier.started_at) FROM incident_clock AS earlier
                             WHERE earlier.shop_id = %(shop)s AND earlier.order_id = sales_order.id))
                       AS stopped_at
            FROM sales_order
            JOIN incident ON incident.shop_id = sales_order.shop_id AND incident.id = %(incident)s
            WHERE sales_order.shop_id = %(shop)s AND sales_order.id = ANY(%(orders)s)
              AND sales_order.commercial = 'awaiting_payment'
        ) AS hit
        WHERE hit.hold_until > hit.stopped_at
        ORDER BY hit.id
        ON CONFLICT (shop_id, incident_id, order_id) DO UPDATE
        SET stopped_at = excluded.stopped_at, started_at = NULL
        WHERE incident_clock.started_at IS NOT NULL
        RETURNING order_id, stopped_at
        """,
        {"shop": tx.shop_id, "incident": incident_id, "orders": list(order_ids)},
    )
    return [(row.order_id, row.stopped_at) for row in rows]


async def held_orders(tx: Tx, incident_id: UUID) -> list[UUID]:
    """Orders whose clocks an incident keeps standing."""
    rows = await tx.all(
        """
        SELECT order_id FROM incident_clock
        WHERE shop_id = %(shop)s AND incident_id = %(incident)s AND started_at IS NULL
        """,
        {"shop": tx.shop_id, "incident": incident_id},
    )
    return [row.order_id for row in rows]


async def release_clocks(
    tx: Tx, incident_id: UUID, order_ids: Collection[UUID], *, now: datetime
) -> list[UUID]:
    """Take an incident's hand off the clocks of locked orders; those that no other incident holds."""
    asked = {"shop": tx.shop_id, "incident": incident_id, "orders": list(order_ids), "now": now}
    await tx.run(
        """
        UPDATE incident_clock SET started_at = %(now)s
        WHERE shop_id = %(shop)s AND incident_id = %(incident)s AND order_id = ANY(%(orders)s)
          AND started_at IS NULL
        """,
        asked,
    )
    rows = await tx.all(
        """
        SELECT id FROM unnest(%(orders)s::uuid[]) AS freed (id)
        WHERE NOT EXISTS (SELECT FROM incident_clock
                          WHERE incident_clock.shop_id = %(shop)s AND incident_clock.order_id = freed.id
                            AND incident_clock.started_at IS NULL)
        """,
        asked,
    )
    return [row.id for row in rows]


async def tell_of_trouble(tx: Tx, incident_id: UUID, *, now: datetime) -> list[Told]:
    """Note everybody an incident concerns who was not told yet, in one statement; returns those.

    Who was told of trouble of the same rail that was over only a moment before this began knows of it.
    """
    rows = await tx.all(
        """
        WITH knowing AS MATERIALIZED (
            SELECT earlier.order_id, tried.rail_id
            FROM incident AS past
            JOIN incident_told AS earlier ON earlier.shop_id = past.shop_id AND earlier.incident_id = past.id
            JOIN payment_attempt AS tried ON tried.shop_id = earlier.shop_id AND tried.id = earlier.attempt_id
            WHERE past.shop_id = %(shop)s AND past.id <> %(incident)s AND earlier.what = %(what)s
              AND past.recovered_at > (SELECT opened_at FROM incident
                                       WHERE shop_id = %(shop)s AND id = %(incident)s) - %(within)s::interval
        ), told AS (
            INSERT INTO incident_told (shop_id, incident_id, order_id, what, attempt_id, told_at)
            SELECT DISTINCT ON (payment_attempt.order_id) incident.shop_id, %(incident)s, payment_attempt.order_id,
                   %(what)s, payment_attempt.id, %(now)s
            """
        + _CONCERNED
        + """
              AND sales_order.commercial IN ('awaiting_payment', 'accepted')
              AND sales_order.total_minor - sales_order.forgone_minor - sales_order.covered_minor > sales_order.paid_minor
              AND (payment_attempt.order_id, payment_attempt.rail_id) NOT IN (SELECT order_id, rail_id FROM knowing)
            ORDER BY payment_attempt.order_id, payment_attempt.began_at DESC, payment_attempt.id
            ON CONFLICT DO NOTHING
            RETURNING order_id, attempt_id
        )
        SELECT told.order_id, told.attempt_id, payment_attempt.method
        FROM told
        JOIN payment_attempt ON payment_attempt.shop_id = %(shop)s AND payment_attempt.id = told.attempt_id
        ORDER BY told.order_id
        """,
        {
            "shop": tx.shop_id,
            "incident": incident_id,
            "what": What.TROUBLE,
            "within": CLOSES_AFTER,
            "now": now,
        },
    )
    return [Told(*row) for row in rows]


async def tell_of_recovery(tx: Tx, incident_id: UUID, *, now: datetime) -> list[Told]:
    """Note everybody who was told of trouble and still has to pay, in one statement; returns those new to it."""
    rows = await tx.all(
        """
        WITH told AS (
            INSERT INTO incident_told (shop_id, incident_id, order_id, what, attempt_id, told_at)
            SELECT before.shop_id, %(incident)s, before.order_id, %(what)s, before.attempt_id, %(now)s
            FROM incident_told AS before
            JOIN sales_order ON sales_order.shop_id = before.shop_id AND sales_order.id = before.order_id
            WHERE before.shop_id = %(shop)s AND before.incident_id = %(incident)s AND before.what = %(before)s
              AND sales_order.commercial IN ('awaiting_payment', 'accepted')
              AND sales_order.total_minor - sales_order.forgone_minor - sales_order.covered_minor > sales_order.paid_minor
            ORDER BY before.order_id
            ON CONFLICT DO NOTHING
            RETURNING order_id, attempt_id
        )
        SELECT told.order_id, told.attempt_id, payment_attempt.method
        FROM told
        JOIN payment_attempt ON payment_attempt.shop_id = %(shop)s AND payment_attempt.id = told.attempt_id
        ORDER BY told.order_id
        """,
        {
            "shop": tx.shop_id,
            "incident": incident_id,
            "what": What.RECOVERED,
            "before": What.TROUBLE,
            "now": now,
        },
    )
    return [Told(*row) for row in rows]


async def insert_note(tx: Tx, note: Note) -> None:
    await tx.run(
        """
        INSERT INTO incident_note (shop_id, id, incident_id, at, written_by, heard, who, question, words)
        VALUES (%(shop)s, %(id)s, %(incident)s, %(at)s, %(by)s, %(heard)s, %(who)s, %(question)s, %(words)s)
        """,
        {
            "shop": tx.shop_id,
            "id": note.id,
            "incident": note.incident_id,
            "at": note.at,
            "by": note.written_by,
            "heard": note.heard,
            "who": note.who,
            "question": note.question,
            "words": note.words,
        },
    )


async def account_methods(tx: Tx, account_id: UUID) -> Sequence[str] | None:
    """Methods an account carries; None when the shop has no such account. The account is locked."""
    account: Any = await tx.maybe(
        "SELECT id FROM gateway_account WHERE shop_id = %(shop)s AND id = %(id)s FOR NO KEY UPDATE",
        {"shop": tx.shop_id, "id": account_id},
    )
    if account is None:
        return None
    rows = await tx.all(
        "SELECT method FROM rail WHERE shop_id = %(shop)s AND account_id = %(id)s ORDER BY method",
        {"shop": tx.shop_id, "id": account_id},
    )
    return [row.method for row in rows]
