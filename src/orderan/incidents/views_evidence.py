"""What incidents can be shown by: tries that failed, when buyers were told; and alarms that were none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, LiteralString
from uuid import UUID

from orderan.kit.db import Tx

_FAILED: Final[LiteralString] = """
FROM incident
JOIN incident_rail ON incident_rail.shop_id = incident.shop_id AND incident_rail.incident_id = incident.id
JOIN payment_attempt ON payment_attempt.shop_id = incident.shop_id
     AND payment_attempt.rail_id = incident_rail.rail_id AND payment_attempt.charged_at >= incident.since
     AND (incident_rail.ended_at IS NULL OR payment_attempt.charged_at <= incident_rail.ended_at)
     AND payment_attempt.blame IN ('gateway', 'bank', 'unknown')
WHERE incident.shop_id = %(shop)s AND incident.id = %(incident)s
"""


@dataclass(frozen=True, slots=True)
class FailedTry:
    """A charge that failed on a rail of an incident, as a provider can look it up.

    Attributes:
        reference, gateway_id: Our name for it, and the gateway's where it gave one.
        reason: What the gateway called it, or our word where it said nothing.
        blame: gateway, bank, or unknown: nobody knew whether it happened.
    """

    at: datetime
    rail_id: UUID
    reference: str
    gateway_id: str | None
    reason: str
    blame: str
    took_ms: int | None


async def failed_tries(tx: Tx, incident_id: UUID, *, limit: int = 10) -> list[FailedTry]:
    """Charges that failed on its rails while it lasted, the newest first."""
    rows = await tx.all(
        """
        SELECT payment_attempt.charged_at, payment_attempt.rail_id, payment_attempt.reference,
               payment_attempt.gateway_id, coalesce(payment_attempt.reason, ''), payment_attempt.blame,
               payment_attempt.took_ms
        """
        + _FAILED
        + """
        ORDER BY payment_attempt.charged_at DESC, payment_attempt.id
        LIMIT %(limit)s
        """,
        {"shop": tx.shop_id, "incident": incident_id, "limit": limit},
    )
    return [FailedTry(*row) for row in rows]


async def why_tries_failed(tx: Tx, incident_id: UUID) -> Sequence[tuple[str, int]]:
    """What gateways called it, and how often, the most frequent first."""
    rows = await tx.all(
        "SELECT coalesce(payment_attempt.reason, '') AS reason, count(*)::int AS many"
        + _FAILED
        + "GROUP BY reason ORDER BY many DESC, reason",
        {"shop": tx.shop_id, "incident": incident_id},
    )
    return [(row.reason, row.many) for row in rows]


async def first_told(tx: Tx, incident_id: UUID) -> dict[str, datetime]:
    """When the first buyer was told of trouble, and of its end."""
    rows = await tx.all(
        """
        SELECT what, min(told_at) AS at FROM incident_told
        WHERE shop_id = %(shop)s AND incident_id = %(incident)s
        GROUP BY what
        """,
        {"shop": tx.shop_id, "incident": incident_id},
    )
    return {row.what: row.at for row in rows}


@dataclass(frozen=True, slots=True)
class Alarms:
    """How often the watch of a rail raised an alarm by itself in a month, and how often that was called false.

    Attributes:
        month: Its first day, in the shop's zone.
        raised: With those that went by themselves before anybody had judged them.
    """

    rail_id: UUID
    month: date
    raised: int
    false: int


async def alarms_by_month(tx: Tx, *, since: datetime, zone: str, rail_id: UUID | None = None) -> list[Alarms]:
    """Alarms the watch raised since a moment, the newest month first; of one rail, or of every one that had any."""
    rows = await tx.all(
        """
        SELECT incident_rail.rail_id, date_trunc('month', incident.opened_at AT TIME ZONE %(zone)s)::date AS month,
               count(*)::int AS raised, count(incident.false_at)::int AS false
        FROM incident
        JOIN incident_rail ON incident_rail.shop_id = incident.shop_id AND incident_rail.incident_id = incident.id
        WHERE incident.shop_id = %(shop)s AND incident.by_itself AND incident.since > %(since)s
          AND (%(rail)s::uuid IS NULL OR incident_rail.rail_id = %(rail)s)
        GROUP BY 1, 2
        ORDER BY 2 DESC, 1
        """,
        {"shop": tx.shop_id, "since": since, "zone": zone, "rail": rail_id},
    )
    return [Alarms(*row) for row in rows]


async def alarms_since(tx: Tx, *, since: datetime) -> tuple[int, int]:
    """Alarms the watch raised since a moment, each rail of one counted, and those of them that were called false."""
    row = await tx.one(
        """
        SELECT count(*)::int AS raised, count(incident.false_at)::int AS false
        FROM incident
        JOIN incident_rail ON incident_rail.shop_id = incident.shop_id AND incident_rail.incident_id = incident.id
        WHERE incident.shop_id = %(shop)s AND incident.by_itself AND incident.since > %(since)s
        """,
        {"shop": tx.shop_id, "since": since},
    )
    return row.raised, row.false
