"""Rows for a file of money that goes back or is fought for: refunds with what they are for, chargebacks with what was
said to the bank.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx
from orderan.orders import SEEN_ORDER, Scope


@dataclass(frozen=True, slots=True)
class RefundKept:
    """A refund, whole.

    Attributes:
        units: Of the order's lines, all of them together.
        goods_minor: What of the amount is for them; what is neither this nor shipping is goodwill.
        paid_minor: What of it left the shop.
    """

    id: UUID
    number: int
    state: str
    amount_minor: int
    units: int
    goods_minor: int
    shipping_minor: int
    paid_minor: int
    currency: str
    reason: str
    granted_by: str
    granted_at: datetime
    approval: str
    judged_by: str | None
    closed_by: str | None
    closed_at: datetime | None
    method: str | None
    reference: str | None


async def refund_rows(tx: Tx, scope: Scope, *, states: Collection[str], limit: int) -> list[RefundKept]:
    """Refunds in these states, the longest promised first."""
    rows = await tx.all(
        """
        SELECT refund.id, sales_order.number, refund.state, refund.amount_minor, part.units, part.goods_minor,
               refund.shipping_minor, refund.paid_minor, refund.currency, refund.reason, refund.granted_by,
               refund.granted_at, refund.approval, refund.judged_by, refund.closed_by, refund.closed_at,
               refund.method, refund.reference
        FROM refund
        JOIN sales_order ON sales_order.shop_id = refund.shop_id AND sales_order.id = refund.order_id
        CROSS JOIN LATERAL (
            SELECT coalesce(sum((line ->> 'quantity')::bigint), 0)::bigint AS units,
                   coalesce(sum((line ->> 'amount_minor')::bigint), 0)::bigint AS goods_minor
            FROM jsonb_array_elements(refund.lines) AS line
        ) AS part
        WHERE refund.shop_id = %(shop)s AND refund.state = ANY(%(states)s) AND """
        + SEEN_ORDER
        + """
        ORDER BY refund.granted_at, refund.id
        LIMIT %(limit)s
        """,
        {"shop": tx.shop_id, "states": list(states), "limit": limit} | scope.bounds(),
    )
    return [RefundKept(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class ChargebackKept:
    """A chargeback, whole.

    Attributes:
        reference: Of the payment it is about; None for money that came another way.
        taken: Whether the bank took the money before it was decided.
        evidence, files: How much was said to the bank, and how many files of it.
    """

    id: UUID
    number: int
    state: str
    amount_minor: int
    currency: str
    reason: str
    taken: bool
    reference: str | None
    opened_by: str
    opened_at: datetime
    deadline: datetime
    moved_at: datetime
    evidence: int
    files: int


async def chargeback_rows(
    tx: Tx, scope: Scope, *, states: Collection[str], limit: int
) -> list[ChargebackKept]:
    """Chargebacks in these states, the nearest deadline first."""
    rows = await tx.all(
        """
        SELECT chargeback.id, sales_order.number, chargeback.state, chargeback.amount_minor, chargeback.currency,
               chargeback.reason, chargeback.taken, payment_attempt.reference, chargeback.opened_by,
               chargeback.opened_at, chargeback.deadline, chargeback.moved_at,
               (SELECT count(*) FROM chargeback_evidence AS said
                WHERE said.shop_id = chargeback.shop_id AND said.chargeback_id = chargeback.id) AS evidence,
               (SELECT count(*) FROM chargeback_file AS kept
                WHERE kept.shop_id = chargeback.shop_id AND kept.chargeback_id = chargeback.id) AS files
        FROM chargeback
        JOIN sales_order ON sales_order.shop_id = chargeback.shop_id AND sales_order.id = chargeback.order_id
        LEFT JOIN payment_attempt ON payment_attempt.shop_id = chargeback.shop_id
                  AND payment_attempt.id = chargeback.attempt_id
        WHERE chargeback.shop_id = %(shop)s AND chargeback.state = ANY(%(states)s) AND """
        + SEEN_ORDER
        + """
        ORDER BY chargeback.deadline, chargeback.id
        LIMIT %(limit)s
        """,
        {"shop": tx.shop_id, "states": list(states), "limit": limit} | scope.bounds(),
    )
    return [ChargebackKept(*row) for row in rows]
