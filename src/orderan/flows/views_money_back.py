"""Lists of money that leaves the shop or is fought for: where refunds stand, payouts, chargebacks."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from orderan.flows.views_work import Place
from orderan.kit.db import Tx
from orderan.orders import SEEN_ORDER, Scope

SHOWN = 50
"""Rows of a page."""
PAID_OR_NOT = frozenset({"paid", "cancelled"})
DECIDED = frozenset({"won", "lost"})


@dataclass(frozen=True, slots=True)
class RefundStands:
    """How far a granted refund is on its way.

    Attributes:
        asked: A second person was asked and has not spoken.
        in_the_air: A gateway has it, and its end is not known.
        failed: The last a gateway said is that it did not send it.
        payout: How its open payout stands; None without one.
    """

    id: UUID
    amount_minor: int
    approval: str
    in_the_air: bool
    failed: bool
    payout: str | None


async def stands_of_refunds(tx: Tx, ids: Collection[UUID]) -> dict[UUID, RefundStands]:
    """How far these refunds are, by id."""
    rows = await tx.all(
        """
        SELECT refund.id, refund.amount_minor, refund.approval,
               EXISTS (SELECT FROM refund_try
                       WHERE refund_try.shop_id = refund.shop_id AND refund_try.refund_id = refund.id
                         AND refund_try.state IN ('asking', 'unknown', 'waiting', 'pending')) AS in_the_air,
               EXISTS (SELECT FROM refund_try
                       WHERE refund_try.shop_id = refund.shop_id AND refund_try.refund_id = refund.id
                         AND refund_try.state = 'failed') AS failed,
               (SELECT refund_payout.state FROM refund_payout
                WHERE refund_payout.shop_id = refund.shop_id AND refund_payout.refund_id = refund.id
                  AND refund_payout.state IN ('waiting', 'entered', 'approved', 'exported')) AS payout
        FROM refund
        WHERE refund.shop_id = %(shop)s AND refund.id = ANY(%(ids)s)
        """,
        {"shop": tx.shop_id, "ids": list(ids)},
    )
    return {row.id: RefundStands(*row) for row in rows}


@dataclass(frozen=True, slots=True)
class PayoutRow:
    """A payout as a list shows it; the account stays sealed."""

    id: UUID
    order_id: UUID
    number: int
    amount_minor: int
    currency: str
    state: str
    bank: str | None
    holder_differs: bool
    opened_at: datetime
    moved_at: datetime
    reference: str | None
    listed_at: datetime


_PAYOUTS_OPEN: LiteralString = """
          AND (%(at)s::timestamptz IS NULL
               OR (refund_payout.opened_at, refund_payout.id) > (%(at)s::timestamptz, %(last)s::uuid))
        ORDER BY refund_payout.opened_at, refund_payout.id
        LIMIT %(limit)s
"""
_PAYOUTS_OVER: LiteralString = """
          AND (%(at)s::timestamptz IS NULL
               OR (refund_payout.moved_at, refund_payout.id) < (%(at)s::timestamptz, %(last)s::uuid))
        ORDER BY refund_payout.moved_at DESC, refund_payout.id DESC
        LIMIT %(limit)s
"""


async def payout_list(
    tx: Tx,
    scope: Scope,
    *,
    states: Collection[str],
    refund_id: UUID | None = None,
    order_id: UUID | None = None,
    after: Place | None = None,
    limit: int = SHOWN,
) -> list[PayoutRow]:
    """Payouts in these states, the longest open first; of those that are over, the newest.

    Args:
        after: The `listed_at` and the id of the last one of the page before.
    """
    over = set(states) <= PAID_OR_NOT
    rows = await tx.all(
        """
        SELECT refund_payout.id, refund_payout.order_id, sales_order.number, refund_payout.amount_minor,
               refund_payout.currency, refund_payout.state, refund_payout.bank, refund_payout.holder_differs,
               refund_payout.opened_at, refund_payout.moved_at, refund_payout.reference,
               CASE WHEN %(over)s THEN refund_payout.moved_at ELSE refund_payout.opened_at END AS listed_at
        FROM refund_payout
        JOIN sales_order ON sales_order.shop_id = refund_payout.shop_id AND sales_order.id = refund_payout.order_id
        WHERE refund_payout.shop_id = %(shop)s AND refund_payout.state = ANY(%(states)s)
          AND (%(refund)s::uuid IS NULL OR refund_payout.refund_id = %(refund)s::uuid)
          AND (%(order)s::uuid IS NULL OR refund_payout.order_id = %(order)s::uuid)
          AND """
        + SEEN_ORDER
        + (_PAYOUTS_OVER if over else _PAYOUTS_OPEN),
        {
            "over": over,
            "at": after[0] if after else None,
            "last": after[1] if after else None,
            "shop": tx.shop_id,
            "states": list(states),
            "refund": refund_id,
            "order": order_id,
            "limit": limit,
        }
        | scope.bounds(),
    )
    return [PayoutRow(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class ChargebackRow:
    """A chargeback as a list shows it."""

    id: UUID
    number: int
    amount_minor: int
    currency: str
    reason: str
    state: str
    deadline: datetime
    listed_at: datetime


_CASES_OPEN: LiteralString = """
          AND (%(at)s::timestamptz IS NULL
               OR (chargeback.deadline, chargeback.id) > (%(at)s::timestamptz, %(last)s::uuid))
        ORDER BY chargeback.deadline, chargeback.id
        LIMIT %(limit)s
"""
_CASES_OVER: LiteralString = """
          AND (%(at)s::timestamptz IS NULL
               OR (chargeback.moved_at, chargeback.id) < (%(at)s::timestamptz, %(last)s::uuid))
        ORDER BY chargeback.moved_at DESC, chargeback.id DESC
        LIMIT %(limit)s
"""


async def chargeback_list(
    tx: Tx,
    scope: Scope,
    *,
    states: Collection[str],
    order_id: UUID | None = None,
    after: Place | None = None,
    limit: int = SHOWN,
) -> list[ChargebackRow]:
    """Chargebacks in these states, the nearest deadline first; of those that are decided, the newest.

    Args:
        after: The `listed_at` and the id of the last one of the page before.
    """
    over = set(states) <= DECIDED
    rows = await tx.all(
        """
        SELECT chargeback.id, sales_order.number, chargeback.amount_minor, chargeback.currency, chargeback.reason,
               chargeback.state, chargeback.deadline,
               CASE WHEN %(over)s THEN chargeback.moved_at ELSE chargeback.deadline END AS listed_at
        FROM chargeback
        JOIN sales_order ON sales_order.shop_id = chargeback.shop_id AND sales_order.id = chargeback.order_id
        WHERE chargeback.shop_id = %(shop)s AND chargeback.state = ANY(%(states)s)
          AND (%(order)s::uuid IS NULL OR chargeback.order_id = %(order)s::uuid)
          AND """
        + SEEN_ORDER
        + (_CASES_OVER if over else _CASES_OPEN),
        {
            "shop": tx.shop_id,
            "states": list(states),
            "order": order_id,
            "over": over,
            "at": after[0] if after else None,
            "last": after[1] if after else None,
            "limit": limit,
        }
        | scope.bounds(),
    )
    return [ChargebackRow(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Arrived:
    """A parcel that reached its buyer."""

    courier: str
    awb: str


async def parcels_arrived(tx: Tx, order_id: UUID) -> list[Arrived]:
    """Parcels of an order that arrived, to be named to a bank."""
    rows = await tx.all(
        """
        SELECT courier, awb FROM parcel
        WHERE shop_id = %(shop)s AND order_id = %(order)s AND state = 'delivered'
        ORDER BY created_at, id
        """,
        {"shop": tx.shop_id, "order": order_id},
    )
    return [Arrived(*row) for row in rows]
