"""What finance works from: orders that wait for a transfer, cash at couriers, refunds to pay."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from orderan.flows.views_split_cash import CARRIED, OWING, split_cash
from orderan.flows.views_work import Place
from orderan.kit.db import Tx
from orderan.orders import CASH_HELD, SEEN_ORDER, Scope


@dataclass(frozen=True, slots=True)
class Awaited:
    """An order that waits for money."""

    id: UUID
    number: int
    channel: str
    money: str
    currency: str
    total_minor: int
    paid_minor: int
    placed_at: datetime
    hold_until: datetime
    covered_minor: int = 0

    @property
    def due_minor(self) -> int:
        return self.total_minor - self.covered_minor - self.paid_minor


async def awaited_payments(
    tx: Tx, scope: Scope, *, number: int | None = None, after: Place | None = None, limit: int = 50
) -> list[Awaited]:
    """Orders awaiting payment, those that expire first on top."""
    rows = await tx.all(
        """
        SELECT sales_order.id, sales_order.number, channel.name AS channel, sales_order.money,
               sales_order.currency, sales_order.total_minor, sales_order.paid_minor, sales_order.placed_at,
               sales_order.hold_until, sales_order.covered_minor
        FROM sales_order
        JOIN channel ON channel.shop_id = sales_order.shop_id AND channel.id = sales_order.channel_id
        WHERE sales_order.shop_id = %(shop)s AND sales_order.commercial = 'awaiting_payment'
          AND (%(number)s::bigint IS NULL OR sales_order.number = %(number)s::bigint)
          AND """
        + SEEN_ORDER
        + """
          AND (%(at)s::timestamptz IS NULL
               OR (sales_order.hold_until, sales_order.id) > (%(at)s::timestamptz, %(last)s::uuid))
        ORDER BY sales_order.hold_until, sales_order.id
        LIMIT %(limit)s
        """,
        {
            "shop": tx.shop_id,
            "number": number,
            "at": after[0] if after else None,
            "last": after[1] if after else None,
            "limit": limit,
        }
        | scope.bounds(),
    )
    return [Awaited(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class CourierCash:
    """Cash of one courier: still with buyers, with the courier, delivered but not even noted.

    An order of which only some parcels were collected counts in both, each with its part.
    """

    courier: str
    currency: str
    due_orders: int
    due_minor: int
    delivered_minor: int
    collected_orders: int
    collected_minor: int
    oldest_at: datetime | None


async def cash_by_courier(tx: Tx, scope: Scope) -> list[CourierCash]:
    """What each courier owes us or will; of an order that travels with several each has its own parcels' part.

    Money given back to the buyer takes nothing off what the courier has.
    """
    split = await split_cash(tx, scope)
    rows = await tx.all(
        f"""
        WITH standing AS (
            SELECT sales_order.id, carried.courier, sales_order.currency, owed.minor AS owed, held.minor AS held,
                   sales_order.delivered_at
            FROM sales_order {CARRIED}
            CROSS JOIN LATERAL (
                SELECT CASE WHEN sales_order.money IN ('cod_due', 'partly_paid')
                            THEN sales_order.total_minor - sales_order.forgone_minor - sales_order.covered_minor
                                 - sales_order.paid_minor END AS minor) AS owed
            WHERE {OWING} AND carried.couriers = 1 AND {SEEN_ORDER}
            UNION ALL
            SELECT id, courier, currency, nullif(owed, 0), held, delivered_at
            FROM unnest(%(ids)s::uuid[], %(couriers)s::text[], %(currencies)s::text[], %(owed)s::bigint[],
                        %(held)s::bigint[], %(delivered)s::timestamptz[])
                 AS part (id, courier, currency, owed, held, delivered_at)
        )
        SELECT courier, currency, count(DISTINCT id) FILTER (WHERE owed IS NOT NULL)::int AS due_orders,
               coalesce(sum(owed), 0)::bigint AS due_minor,
               coalesce(sum(owed) FILTER (WHERE delivered_at IS NOT NULL), 0)::bigint AS delivered_minor,
               count(DISTINCT id) FILTER (WHERE held > 0)::int AS collected_orders,
               sum(held)::bigint AS collected_minor, min(delivered_at) AS oldest_at
        FROM standing
        GROUP BY courier, currency
        ORDER BY courier, currency
        """,
        {
            "shop": tx.shop_id,
            "ids": [part.order_id for part in split],
            "couriers": [part.courier for part in split],
            "currencies": [part.currency for part in split],
            "owed": [part.due_minor for part in split],
            "held": [part.held_minor for part in split],
            "delivered": [part.delivered_at for part in split],
        }
        | scope.bounds(),
    )
    return [CourierCash(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class CashRow:
    """An order's cash, with the first parcel it travels with.

    Attributes:
        due_minor: Not collected yet.
        collected_minor: Collected, whether remitted or not.
    """

    order_id: UUID
    number: int
    courier: str
    awb: str
    parcel: str
    money: str
    currency: str
    due_minor: int
    collected_minor: int
    shipped_at: datetime
    delivered_at: datetime | None


async def cash_rows(
    tx: Tx,
    scope: Scope,
    *,
    money: Collection[str],
    courier: str | None = None,
    after: Place | None = None,
    limit: int = 50,
) -> list[CashRow]:
    """Orders paid at the door by where their cash stands, the longest under way first.

    An order of which only some parcels were collected stands among those that are due; one of which
    money was given back since, among those that are collected, as long as the courier has the cash.
    """
    rows = await tx.all(
        """
        SELECT sales_order.id, sales_order.number, carried.courier, carried.awb, carried.state AS parcel,
               sales_order.money, sales_order.currency,
               sales_order.total_minor - sales_order.forgone_minor - sales_order.covered_minor - sales_order.paid_minor AS due_minor,
               sales_order.paid_minor, carried.created_at, sales_order.delivered_at
        FROM sales_order
        CROSS JOIN LATERAL (
            SELECT parcel.courier, parcel.awb, parcel.state, parcel.created_at FROM parcel
            WHERE parcel.shop_id = sales_order.shop_id AND parcel.order_id = sales_order.id
            ORDER BY parcel.created_at, parcel.id LIMIT 1) AS carried
        WHERE sales_order.shop_id = %(shop)s AND sales_order.money = ANY(%(money)s)
          AND (sales_order.money IN ('cod_due', 'cod_collected', 'cod_remitted')
               OR (sales_order.money = 'partly_paid' AND sales_order.terms = 'cod'
                   AND sales_order.commercial = 'accepted')
               OR (sales_order.money IN ('overpaid', 'partly_refunded', 'refunded')
                   AND """
        + CASH_HELD
        + """ > 0))
          AND (%(courier)s::text IS NULL OR carried.courier = %(courier)s::text)
          AND """
        + SEEN_ORDER
        + """
          AND (%(at)s::timestamptz IS NULL
               OR (carried.created_at, sales_order.id) > (%(at)s::timestamptz, %(last)s::uuid))
        ORDER BY carried.created_at, sales_order.id
        LIMIT %(limit)s
        """,
        {
            "shop": tx.shop_id,
            "money": [
                *money,
                *(["partly_paid"] if "cod_due" in money else []),
                *(["overpaid", "partly_refunded", "refunded"] if "cod_collected" in money else []),
            ],
            "courier": courier,
            "at": after[0] if after else None,
            "last": after[1] if after else None,
            "limit": limit,
        }
        | scope.bounds(),
    )
    return [CashRow(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class RefundRow:
    """A refund with its order's number."""

    id: UUID
    order_id: UUID
    number: int
    amount_minor: int
    currency: str
    reason: str
    state: str
    granted_by: str
    granted_at: datetime
    closed_by: str | None
    closed_at: datetime | None
    method: str | None
    reference: str | None


async def refund_list(
    tx: Tx,
    scope: Scope,
    *,
    states: Collection[str],
    order_id: UUID | None = None,
    after: Place | None = None,
    limit: int = 50,
) -> list[RefundRow]:
    """Refunds in these states, the longest promised first."""
    rows = await tx.all(
        """
        SELECT refund.id, refund.order_id, sales_order.number, refund.amount_minor, refund.currency, refund.reason,
               refund.state, refund.granted_by, refund.granted_at, refund.closed_by, refund.closed_at,
               refund.method, refund.reference
        FROM refund
        JOIN sales_order ON sales_order.shop_id = refund.shop_id AND sales_order.id = refund.order_id
        WHERE refund.shop_id = %(shop)s AND refund.state = ANY(%(states)s)
          AND (%(order)s::uuid IS NULL OR refund.order_id = %(order)s::uuid)
          AND """
        + SEEN_ORDER
        + """
          AND (%(at)s::timestamptz IS NULL OR (refund.granted_at, refund.id) > (%(at)s::timestamptz, %(last)s::uuid))
        ORDER BY refund.granted_at, refund.id
        LIMIT %(limit)s
        """,
        {
            "shop": tx.shop_id,
            "states": list(states),
            "order": order_id,
            "at": after[0] if after else None,
            "last": after[1] if after else None,
            "limit": limit,
        }
        | scope.bounds(),
    )
    return [RefundRow(*row) for row in rows]
