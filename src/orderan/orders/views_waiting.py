"""Orders, changes and holds that have stood still since before the moment given for their state.

Each answers one machine with one statement, however many states it has. Columns: id, order_id,
state, since, number, money_minor, currency.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from orderan.kit.db import Tx


async def orders_waiting(tx: Tx, befores: Mapping[str, datetime]) -> list[Any]:
    """Orders by their commercial state; one awaiting payment waits from the end of its hold on."""
    return await tx.all(
        """
        SELECT sales_order.id, sales_order.id AS order_id, sales_order.commercial AS state, stood.since,
               sales_order.number, sales_order.total_minor AS money_minor, sales_order.currency
        FROM unnest(%(states)s::text[], %(befores)s::timestamptz[]) AS allowed (state, before)
        JOIN sales_order ON sales_order.shop_id = %(shop)s AND sales_order.commercial = allowed.state
        CROSS JOIN LATERAL (SELECT CASE sales_order.commercial
                                   WHEN 'awaiting_payment' THEN sales_order.hold_until
                                   WHEN 'accepted' THEN sales_order.accepted_at
                                   ELSE sales_order.placed_at END AS since) AS stood
        WHERE stood.since <= allowed.before
        """,
        {"shop": tx.shop_id, "states": list(befores), "befores": list(befores.values())},
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


async def moneys_waiting(tx: Tx, befores: Mapping[str, datetime]) -> list[Any]:
    """Delivered orders by where their cash stands, and orders whose money is still in between."""
    return await tx.all(
        """
        SELECT sales_order.id, sales_order.id AS order_id, sales_order.money AS state,
               coalesce(sales_order.delivered_at, moved.at) AS since, sales_order.number,
               sales_order.total_minor AS money_minor, sales_order.currency
        FROM unnest(%(states)s::text[], %(befores)s::timestamptz[]) AS allowed (state, before)
        JOIN sales_order ON sales_order.shop_id = %(shop)s AND sales_order.money = allowed.state
             AND (sales_order.delivered_at IS NOT NULL OR allowed.state IN ('pending', 'unknown'))
        LEFT JOIN LATERAL (SELECT max(order_move.at) AS at FROM order_move
                           WHERE order_move.shop_id = sales_order.shop_id
                             AND order_move.order_id = sales_order.id AND order_move.axis = 'money') AS moved ON true
        WHERE coalesce(sales_order.delivered_at, moved.at) <= allowed.before
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
             AND order_change.opened_at <= allowed.before
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
