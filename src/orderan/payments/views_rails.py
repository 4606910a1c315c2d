"""What rails did, told from the tries that went over them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from orderan.kit.db import Tx


class Doing(NamedTuple):
    """What a rail did in a stretch that ended at a moment.

    A charge counts when its answer came, a payment when we learned of it. What a gateway refused for what we
    asked is not counted at all; that it takes nothing of our account is a failure of the gateway's.
    """

    rail_id: UUID
    at: datetime
    made: int
    customer: int
    gateway: int
    bank: int
    unknown: int
    slow: int
    issued: int
    paid: int
    late: int


class ChargeSpeed(NamedTuple):
    """How long the calls that charge took, in milliseconds."""

    rail_id: UUID
    calls: int
    p50_ms: int
    p95_ms: int


class Lag(NamedTuple):
    """How long after the payment a gateway sent word, in seconds, and how many payments it sent none of."""

    rail_id: UUID
    told: int
    untold: int
    p50_s: float | None
    p95_s: float | None


class Open(NamedTuple):
    """Tries that wait for their buyer, or for their gateway to say what became of them."""

    rail_id: UUID
    waiting: int
    unknown: int
    oldest: datetime


async def doings(
    tx: Tx,
    since: Mapping[UUID, datetime],
    *,
    until: datetime,
    slow_ms: Mapping[UUID, int],
    late_s: int,
    stretch_s: int,
) -> list[Doing]:
    """What rails did after a moment of each, in stretches of so many seconds, in the order of time.

    A payment is late that we learned of later than `late_s` after it was made; where its gateway does not
    say when that was, one of which it sent no word.
    """
    rows = await tx.all(
        """
        WITH asked AS (
            SELECT * FROM unnest(%(rails)s::uuid[], %(since)s::timestamptz[], %(slow)s::int[])
                          AS asked (rail_id, since, slow_ms)
        ), told AS (
            SELECT asked.rail_id, charge.charged_at AS at, charge.blame,
                   (charge.took_ms > asked.slow_ms) IS TRUE AS slow,
                   charge.blame IS NULL AND charge.instrument IS NOT NULL AS issued,
                   FALSE AS paid, FALSE AS late
            FROM asked
            JOIN payment_attempt AS charge ON charge.shop_id = %(shop)s AND charge.rail_id = asked.rail_id
                 AND charge.charged_at > asked.since AND charge.charged_at <= %(until)s
            WHERE charge.blame IS DISTINCT FROM 'ours'
            UNION ALL
            SELECT asked.rail_id, payment.paid_at, NULL, FALSE, FALSE, TRUE,
                   CASE WHEN payment.paid_there_at IS NOT NULL
                        THEN payment.paid_at > payment.paid_there_at + make_interval(secs => %(late_s)s)
                        ELSE NOT EXISTS (SELECT FROM gateway_notice
                                         WHERE gateway_notice.shop_id = %(shop)s
                                           AND gateway_notice.attempt_id = payment.id)
                   END
            FROM asked
            JOIN payment_attempt AS payment ON payment.shop_id = %(shop)s AND payment.rail_id = asked.rail_id
                 AND payment.paid_at > asked.since AND payment.paid_at <= %(until)s
        )
        SELECT rail_id,
               to_timestamp(ceil(extract(epoch FROM at) / %(stretch)s) * %(stretch)s) AS ended,
               count(*) FILTER (WHERE NOT paid AND blame IS NULL) AS made,
               count(*) FILTER (WHERE blame = 'customer') AS customer,
               count(*) FILTER (WHERE blame = 'gateway') AS gateway,
               count(*) FILTER (WHERE blame = 'bank') AS bank,
               count(*) FILTER (WHERE blame = 'unknown') AS unknown,
               count(*) FILTER (WHERE slow) AS slow,
               count(*) FILTER (WHERE issued) AS issued,
               count(*) FILTER (WHERE paid) AS paid,
               count(*) FILTER (WHERE late) AS late
        FROM told
        GROUP BY rail_id, ended
        ORDER BY ended, rail_id
        """,
        {
            "shop": tx.shop_id,
            "rails": list(since),
            "since": list(since.values()),
            "slow": [slow_ms[rail_id] for rail_id in since],
            "until": until,
            "late_s": late_s,
            "stretch": stretch_s,
        },
    )
    return [Doing(*row) for row in rows]


async def refused_of_ours(tx: Tx, rail_ids: Sequence[UUID], *, since: datetime) -> dict[UUID, int]:
    """How many charges gateways refused for what we asked, by rail; a rail without any is missing."""
    rows = await tx.all(
        """
        SELECT rail_id, count(*) AS refused
        FROM payment_attempt
        WHERE shop_id = %(shop)s AND rail_id = ANY(%(rails)s) AND charged_at > %(since)s AND blame = 'ours'
        GROUP BY rail_id
        """,
        {"shop": tx.shop_id, "rails": list(rail_ids), "since": since},
    )
    return {row.rail_id: row.refused for row in rows}


async def charge_speeds(tx: Tx, rail_ids: Sequence[UUID], *, since: datetime) -> dict[UUID, ChargeSpeed]:
    """How long charging took on each rail; a rail that charged nothing is missing."""
    rows = await tx.all(
        """
        SELECT rail_id, count(*) AS calls,
               percentile_disc(0.5) WITHIN GROUP (ORDER BY took_ms) AS p50,
               percentile_disc(0.95) WITHIN GROUP (ORDER BY took_ms) AS p95
        FROM payment_attempt
        WHERE shop_id = %(shop)s AND rail_id = ANY(%(rails)s) AND charged_at > %(since)s AND took_ms IS NOT NULL
        GROUP BY rail_id
        """,
        {"shop": tx.shop_id, "rails": list(rail_ids), "since": since},
    )
    return {row.rail_id: ChargeSpeed(*row) for row in rows}


async def lags(tx: Tx, rail_ids: Sequence[UUID], *, since: datetime) -> dict[UUID, Lag]:
    """How long gateways took to send word of payments we learned of since a moment."""
    rows = await tx.all(
        """
        SELECT paid.rail_id, count(word.came) AS told, count(*) - count(word.came) AS untold,
               percentile_cont(0.5) WITHIN GROUP (ORDER BY word.lag) AS p50,
               percentile_cont(0.95) WITHIN GROUP (ORDER BY word.lag) AS p95
        FROM payment_attempt AS paid
        LEFT JOIN LATERAL (
            SELECT min(received_at) AS came,
                   extract(epoch FROM min(received_at) - paid.paid_there_at) AS lag
            FROM gateway_notice
            WHERE gateway_notice.shop_id = %(shop)s AND gateway_notice.attempt_id = paid.id
              AND gateway_notice.received_at >= paid.paid_there_at
        ) AS word ON TRUE
        WHERE paid.shop_id = %(shop)s AND paid.rail_id = ANY(%(rails)s) AND paid.paid_at > %(since)s
          AND paid.paid_there_at IS NOT NULL
        GROUP BY paid.rail_id
        """,
        {"shop": tx.shop_id, "rails": list(rail_ids), "since": since},
    )
    return {
        row.rail_id: Lag(row.rail_id, row.told, row.untold, _seconds(row.p50), _seconds(row.p95))
        for row in rows
    }


async def open_tries(tx: Tx) -> dict[UUID, Open]:
    """Tries that are not over, by rail."""
    rows = await tx.all(
        """
        SELECT rail_id, count(*) FILTER (WHERE state IN ('offered', 'held')) AS waiting,
               count(*) FILTER (WHERE state IN ('asking', 'unknown')) AS unknown, min(began_at) AS oldest
        FROM payment_attempt
        WHERE shop_id = %(shop)s AND ask_at IS NOT NULL AND state IN ('asking', 'unknown', 'offered', 'held')
        GROUP BY rail_id
        """,
        {"shop": tx.shop_id},
    )
    return {row.rail_id: Open(*row) for row in rows}


async def pay_delays(tx: Tx, rail_ids: Sequence[UUID], *, since: datetime) -> dict[UUID, float]:
    """How many seconds buyers took on average from the instrument to our knowing of their payment."""
    rows = await tx.all(
        """
        SELECT rail_id, avg(extract(epoch FROM paid_at - charged_at)) AS delay
        FROM payment_attempt
        WHERE shop_id = %(shop)s AND rail_id = ANY(%(rails)s) AND paid_at > %(since)s
          AND charged_at IS NOT NULL AND paid_at > charged_at
        GROUP BY rail_id
        """,
        {"shop": tx.shop_id, "rails": list(rail_ids), "since": since},
    )
    return {row.rail_id: float(row.delay) for row in rows}


def _seconds(value: object) -> float | None:
    return None if value is None else float(str(value))
