"""What settlements are held against: tries by the names a gateway has for them, and the ledger's part of each.

A refund through the gateway is one whose method is a gateway's; it is counted with the order's first try
that took money by that method.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from orderan.kit.db import Tx
from orderan.payments import BY_HAND


async def attempts_by_name(tx: Tx, *, references: Collection[str], gateway_ids: Collection[str]) -> list[Any]:
    """Tries known by any of these names. Columns: id, order_id, account_id, reference, gateway_id."""
    return await tx.all(
        """
        SELECT payment_attempt.id, payment_attempt.order_id, rail.account_id, payment_attempt.reference,
               payment_attempt.gateway_id
        FROM payment_attempt
        JOIN rail ON rail.shop_id = payment_attempt.shop_id AND rail.id = payment_attempt.rail_id
        WHERE payment_attempt.shop_id = %(shop)s
          AND (payment_attempt.reference = ANY(%(references)s) OR payment_attempt.gateway_id = ANY(%(gateway_ids)s))
        """,
        {"shop": tx.shop_id, "references": list(references), "gateway_ids": list(gateway_ids)},
    )


async def attempts_unsettled(tx: Tx, account_id: UUID, *, since: datetime) -> set[UUID]:
    """Tries of an account that took money since then and stand in no settlement."""
    rows = await tx.all(
        """
        SELECT payment_attempt.id
        FROM payment_attempt
        JOIN rail ON rail.shop_id = payment_attempt.shop_id AND rail.id = payment_attempt.rail_id
        WHERE payment_attempt.shop_id = %(shop)s AND rail.account_id = %(account)s
          AND payment_attempt.moved_at >= %(since)s
          AND payment_attempt.booked_minor > payment_attempt.returned_minor
          AND NOT EXISTS (SELECT FROM settlement_line
                          WHERE settlement_line.shop_id = payment_attempt.shop_id
                            AND settlement_line.attempt_id = payment_attempt.id)
        """,
        {"shop": tx.shop_id, "account": account_id, "since": since},
    )
    return {row.id for row in rows}


async def attempts_touched(
    tx: Tx, account_id: UUID, *, since: datetime, returned_since: datetime
) -> set[UUID]:
    """Settled tries of an account whose order's ledger has news since then, or money taken back since long."""
    rows = await tx.all(
        """
        SELECT DISTINCT settlement_line.attempt_id
        FROM settlement_line
        JOIN payment_event ON payment_event.shop_id = settlement_line.shop_id
             AND payment_event.order_id = settlement_line.order_id
             AND ((payment_event.kind = 'captured' AND payment_event.at >= %(since)s)
                  OR (payment_event.kind IN ('capture_reversed', 'refunded', 'refund_reversed')
                      AND payment_event.at >= %(returned_since)s))
        WHERE settlement_line.shop_id = %(shop)s AND settlement_line.account_id = %(account)s
          AND settlement_line.settled_on >= %(returned_since)s::date AND settlement_line.attempt_id IS NOT NULL
        """,
        {"shop": tx.shop_id, "account": account_id, "since": since, "returned_since": returned_since},
    )
    return {row.attempt_id for row in rows}


async def standing_of_attempts(tx: Tx, attempts: Collection[UUID], *, zone: str) -> list[Any]:
    """The ledger's part of tries.

    Columns: id, order_id, rail_id, reference, method, currency, captured, returned, paid_on, returned_on.
    """
    if not attempts:
        return []
    return await tx.all(
        """
        WITH wanted AS (
            SELECT id, order_id, rail_id, reference, method, currency
            FROM payment_attempt
            WHERE shop_id = %(shop)s AND id = ANY(%(ids)s)
        ), taken AS (
            SELECT wanted.id,
                   coalesce(sum(amount_minor) FILTER (WHERE kind = 'captured'), 0)::bigint AS captured,
                   coalesce(sum(amount_minor) FILTER (WHERE kind = 'capture_reversed'), 0)::bigint AS reversed,
                   min(at) FILTER (WHERE kind = 'captured') AS captured_at,
                   max(at) FILTER (WHERE kind = 'capture_reversed') AS reversed_at
            FROM wanted
            JOIN payment_event ON payment_event.shop_id = %(shop)s AND payment_event.order_id = wanted.order_id
                 AND payment_event.method = wanted.method
                 AND split_part(payment_event.reference, ':', 1) = wanted.reference
            WHERE payment_event.kind IN ('captured', 'capture_reversed')
            GROUP BY wanted.id
        ), bearer AS (
            SELECT DISTINCT ON (order_id, method) order_id, method, id
            FROM payment_attempt
            WHERE shop_id = %(shop)s AND order_id IN (SELECT order_id FROM wanted) AND booked_minor > 0
            ORDER BY order_id, method, began_at, id
        ), refunded AS (
            SELECT bearer.id,
                   sum(CASE kind WHEN 'refunded' THEN amount_minor ELSE -amount_minor END)::bigint AS amount,
                   max(at) AS at
            FROM bearer
            JOIN payment_event ON payment_event.shop_id = %(shop)s AND payment_event.order_id = bearer.order_id
                 AND payment_event.method = bearer.method
            WHERE payment_event.kind IN ('refunded', 'refund_reversed')
              AND NOT payment_event.method = ANY(%(by_hand)s)
            GROUP BY bearer.id
        )
        SELECT wanted.id, wanted.order_id, wanted.rail_id, wanted.reference, wanted.method, wanted.currency,
               coalesce(taken.captured, 0) AS captured,
               coalesce(taken.reversed, 0) + coalesce(refunded.amount, 0) AS returned,
               (taken.captured_at AT TIME ZONE %(zone)s)::date AS paid_on,
               (greatest(taken.reversed_at, refunded.at) AT TIME ZONE %(zone)s)::date AS returned_on
        FROM wanted
        LEFT JOIN taken ON taken.id = wanted.id
        LEFT JOIN refunded ON refunded.id = wanted.id
        """,
        {"shop": tx.shop_id, "ids": list(attempts), "zone": zone, "by_hand": sorted(BY_HAND)},
    )


@dataclass(frozen=True, slots=True)
class Balance:
    """The sum of an account: captured - reversed - refunded is the six after it, to the rupiah.

    Attributes:
        waiting_minor: Still to be settled.
        explained_minor, open_minor: Gaps a person explained, and those nobody did.
        adrift_minor: What is left over: nothing accounts for it.
    """

    account_id: UUID
    gateway: str
    name: str
    captured_minor: int
    reversed_minor: int
    refunded_minor: int
    settled_minor: int
    waiting_minor: int
    explained_minor: int
    open_minor: int

    @property
    def kept_minor(self) -> int:
        return self.captured_minor - self.reversed_minor - self.refunded_minor

    @property
    def adrift_minor(self) -> int:
        accounted = self.settled_minor + self.waiting_minor + self.explained_minor + self.open_minor
        return self.kept_minor - accounted


async def balances(tx: Tx) -> list[Balance]:
    """The proof of every account of the shop that took money or told of settlements."""
    rows = await tx.all(
        """
        WITH taken AS (
            SELECT payment_attempt.id,
                   sum(payment_event.amount_minor) FILTER (WHERE payment_event.kind = 'captured') AS captured,
                   sum(payment_event.amount_minor) FILTER (WHERE payment_event.kind = 'capture_reversed') AS reversed
            FROM payment_attempt
            JOIN payment_event ON payment_event.shop_id = payment_attempt.shop_id
                 AND payment_event.order_id = payment_attempt.order_id
                 AND payment_event.method = payment_attempt.method
                 AND split_part(payment_event.reference, ':', 1) = payment_attempt.reference
            WHERE payment_attempt.shop_id = %(shop)s AND payment_event.kind IN ('captured', 'capture_reversed')
            GROUP BY payment_attempt.id
        ), bearer AS (
            SELECT DISTINCT ON (order_id, method) order_id, method, id
            FROM payment_attempt
            WHERE shop_id = %(shop)s AND booked_minor > 0
            ORDER BY order_id, method, began_at, id
        ), refunded AS (
            SELECT bearer.id, sum(CASE kind WHEN 'refunded' THEN amount_minor ELSE -amount_minor END) AS amount
            FROM bearer
            JOIN payment_event ON payment_event.shop_id = %(shop)s AND payment_event.order_id = bearer.order_id
                 AND payment_event.method = bearer.method
            WHERE payment_event.kind IN ('refunded', 'refund_reversed')
              AND NOT payment_event.method = ANY(%(by_hand)s)
            GROUP BY bearer.id
        ), settled AS (
            SELECT attempt_id, sum(gross_minor) FILTER (WHERE kind = 'payment') AS paid,
                   coalesce(sum(-gross_minor) FILTER (WHERE kind = 'refund'), 0) AS returned
            FROM settlement_line
            WHERE shop_id = %(shop)s AND attempt_id IS NOT NULL
            GROUP BY attempt_id
        ), told AS (
            SELECT attempt_id,
                   bool_or(reason IN ('refunded_not_settled', 'refund_not_known')) AS of_returns,
                   bool_or(reason NOT IN ('refunded_not_settled', 'refund_not_known') AND gap_minor <> 0) AS of_paid
            FROM reconciliation_entry
            WHERE shop_id = %(shop)s AND state IN ('open', 'explained') AND attempt_id IS NOT NULL
            GROUP BY attempt_id
        ), position AS (
            SELECT rail.account_id, coalesce(taken.captured, 0) AS captured, coalesce(taken.reversed, 0) AS reversed,
                   coalesce(refunded.amount, 0) AS refunded,
                   CASE
                       WHEN settled.attempt_id IS NULL THEN
                           CASE WHEN told.of_paid THEN 0
                                ELSE coalesce(taken.captured, 0) - coalesce(taken.reversed, 0)
                                     - coalesce(refunded.amount, 0) END
                       ELSE
                           CASE WHEN settled.paid IS NULL AND told.of_paid IS NOT TRUE
                                THEN coalesce(taken.captured, 0) ELSE 0 END
                           - CASE WHEN told.of_returns IS TRUE THEN 0
                                  ELSE greatest(coalesce(taken.reversed, 0) + coalesce(refunded.amount, 0)
                                                - settled.returned, 0) END
                   END AS waiting
            FROM payment_attempt
            JOIN rail ON rail.shop_id = payment_attempt.shop_id AND rail.id = payment_attempt.rail_id
            LEFT JOIN taken ON taken.id = payment_attempt.id
            LEFT JOIN refunded ON refunded.id = payment_attempt.id
            LEFT JOIN settled ON settled.attempt_id = payment_attempt.id
            LEFT JOIN told ON told.attempt_id = payment_attempt.id
            WHERE payment_attempt.shop_id = %(shop)s
        ), ledger AS (
            SELECT account_id, sum(captured) AS captured, sum(reversed) AS reversed, sum(refunded) AS refunded,
                   sum(waiting) AS waiting
            FROM position GROUP BY account_id
        ), file AS (
            SELECT account_id, sum(gross_minor) AS gross
            FROM settlement_line WHERE shop_id = %(shop)s GROUP BY account_id
        ), gap AS (
            SELECT account_id, sum(gap_minor) FILTER (WHERE state = 'explained') AS explained,
                   sum(gap_minor) FILTER (WHERE state = 'open') AS open
            FROM reconciliation_entry
            WHERE shop_id = %(shop)s AND account_id IS NOT NULL
            GROUP BY account_id
        )
        SELECT gateway_account.id, gateway_account.gateway, gateway_account.name,
               coalesce(ledger.captured, 0)::bigint AS captured, coalesce(ledger.reversed, 0)::bigint AS reversed,
               coalesce(ledger.refunded, 0)::bigint AS refunded, coalesce(file.gross, 0)::bigint AS settled,
               coalesce(ledger.waiting, 0)::bigint AS waiting, coalesce(gap.explained, 0)::bigint AS explained, coalesce(gap.open, 0)::bigint AS open_gaps
        FROM gateway_account
        LEFT JOIN ledger ON ledger.account_id = gateway_account.id
        LEFT JOIN file ON file.account_id = gateway_account.id
        LEFT JOIN gap ON gap.account_id = gateway_account.id
        WHERE gateway_account.shop_id = %(shop)s
        ORDER BY gateway_account.gateway, gateway_account.name, gateway_account.id
        """,
        {"shop": tx.shop_id, "by_hand": sorted(BY_HAND)},
    )
    return [Balance(*row) for row in rows]
