"""Orders, changes and holds that have stood still since before the moment given for their state.

Each answers one machine with one statement, however many states it has. Columns: id, order_id,
state, since, number, money_minor, currency. States are named in the statements, beside those that
are asked for, where an index has only some of them: it is used for no other question.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, LiteralString

from orderan.kit.db import Tx


async def orders_waiting(tx: Tx, befores: Mapping[str, datetime]) -> list[Any]:
    """Orders by their commercial state; one awaiting payment waits from the end of its hold on."""
    return await tx.all(
        """
        SELECT stood.id, stood.id AS order_id, stood.state, stood.since, stood.number,
               stood.total_minor AS money_minor, stood.currency
        FROM (
            SELECT id, commercial AS state, hold_until AS since, number, total_minor, currency
            FROM sales_order
            WHERE shop_id = %(shop)s AND commercial = 'awaiting_payment' AND hold_until <= %(awaiting_payment)s
              AND clock_stopped_at IS NULL
            UNION ALL
            SELECT id, commercial, accepted_at, number, total_minor, currency
            FROM sales_order
            WHERE shop_id = %(shop)s AND commercial = 'accepted' AND accepted_at <= %(accepted)s
            UNION ALL
            SELECT id, commercial, placed_at, number, total_minor, currency
            FROM sales_order
            WHERE shop_id = %(shop)s AND commercial = 'draft' AND headline = 'awaiting_payment'
              AND placed_at <= %(draft)s
        ) AS stood
        """,
        {"shop": tx.shop_id} | {state: befores[state] for state in ("awaiting_payment", "accepted", "draft")},
    )


async def verifications_waiting(tx: Tx, befores: Mapping[str, datetime]) -> list[Any]:
    """Open orders by where the confirmation of their buyer stands."""
    return await tx.all(
        """
        SELECT sales_order.id, sales_order.id AS order_id, sales_order.verification AS state,
               coalesce(moved.at, sales_order.placed_at) AS since, sales_order.number,
               sales_order.total_minor AS money_minor, sales_order.currency
        FROM unnest(%(states)s::text[], %(befores)s::timestamptz[]) AS allowed (state, before)
        JOIN sales_order ON sales_order.shop_id = %(shop)s AND sales_order.verification = allowed.state
             AND sales_order.commercial = 'accepted'
        LEFT JOIN LATERAL (SELECT max(order_move.at) AS at FROM order_move
                           WHERE order_move.shop_id = sales_order.shop_id
                             AND order_move.order_id = sales_order.id
                             AND order_move.axis = 'verification') AS moved ON true
        WHERE coalesce(moved.at, sales_order.placed_at) <= allowed.before
        """,
        {"shop": tx.shop_id, "states": list(befores), "befores": list(befores.values())},
    )


CASH_HELD: LiteralString = """
(SELECT coalesce(sum(CASE payment_event.kind WHEN 'cod_collected' THEN payment_event.amount_minor
                                             WHEN 'cod_remitted' THEN -payment_event.amount_minor ELSE 0 END), 0)
 FROM payment_event
 WHERE payment_event.shop_id = sales_order.shop_id AND payment_event.order_id = sales_order.id)"""
"""Of `sales_order`: cash the courier collected and has not remitted, whatever the buyer was paid back since."""


async def moneys_waiting(tx: Tx, befores: Mapping[str, datetime]) -> list[Any]:
    """Delivered orders by where their cash stands, and orders whose money is still in between."""
    return await tx.all(
        """
        SELECT stood.id, stood.id AS order_id, stood.state, stood.since, stood.number,
               stood.total_minor AS money_minor, stood.currency
        FROM (
            SELECT id, money AS state, delivered_at AS since, number, total_minor, currency
            FROM sales_order
            WHERE shop_id = %(shop)s AND money IN ('cod_due', 'cod_collected') AND delivered_at IS NOT NULL
            UNION ALL
            SELECT id, 'cod_collected', delivered_at, number, total_minor, currency
            FROM sales_order
            WHERE shop_id = %(shop)s AND money IN ('overpaid', 'partly_refunded', 'refunded') AND terms = 'cod'
              AND delivered_at IS NOT NULL
              AND """
        + CASH_HELD
        + """ > 0
            UNION ALL
            SELECT id, money, coalesce(delivered_at, moved.at), number, total_minor, currency
            FROM sales_order
            LEFT JOIN LATERAL (SELECT max(order_move.at) AS at FROM order_move
                               WHERE order_move.shop_id = %(shop)s AND order_move.order_id = sales_order.id
                                 AND order_move.axis = 'money') AS moved ON true
            WHERE shop_id = %(shop)s AND money IN ('pending', 'unknown')
            UNION ALL
            SELECT id, money, accepted_at, number, total_minor, currency
            FROM sales_order
            WHERE shop_id = %(shop)s AND money = 'partly_paid' AND commercial = 'accepted'
              AND deposit_minor IS NOT NULL
        ) AS stood
        JOIN unnest(%(states)s::text[], %(befores)s::timestamptz[]) AS allowed (state, before)
             ON allowed.state = stood.state AND stood.since <= allowed.before
        """,
        {"shop": tx.shop_id, "states": list(befores), "befores": list(befores.values())},
    )


async def changes_waiting(tx: Tx, befores: Mapping[str, datetime]) -> list[Any]:
    """Change sets nobody confirmed or declined; picking waits for them."""
    return await tx.all(
        """
        SELECT order_change.id, order_change.order_id, order_change.state, order_change.opened_at AS since,
               sales_order.number, sales_order.total_minor AS money_minor, sales_order.currency
        FROM unnest(%(states)s::text[], %(befores)s::timestamptz[]) AS allowed (state, before)
        JOIN order_change ON order_change.shop_id = %(shop)s AND order_change.state = allowed.state
             AND order_change.state = 'open' AND order_change.opened_at <= allowed.before
        JOIN sales_order ON sales_order.shop_id = order_change.shop_id
             AND sales_order.id = order_change.order_id
        """,
        {"shop": tx.shop_id, "states": list(befores), "befores": list(befores.values())},
    )


async def holds_waiting(tx: Tx, befores: Mapping[str, datetime]) -> list[Any]:
    """Open holds; one with an expiry waits from that moment on, because it should be gone by then."""
    return await tx.all(
        """
        SELECT order_hold.id, order_hold.order_id, 'open' AS state,
               coalesce(order_hold.expires_at, order_hold.placed_at) AS since, sales_order.number,
               sales_order.total_minor AS money_minor, sales_order.currency
        FROM order_hold
        JOIN sales_order ON sales_order.shop_id = order_hold.shop_id AND sales_order.id = order_hold.order_id
        WHERE order_hold.shop_id = %(shop)s AND order_hold.released_at IS NULL
          AND coalesce(order_hold.expires_at, order_hold.placed_at) <= %(before)s
        """,
        {"shop": tx.shop_id, "before": befores["open"]},
    )
