"""Reading the day. Ranges of placed_at and partial indexes of what is open: the cost grows with the
days shown and with the work waiting, not with the orders ever taken.
"""

from datetime import date, datetime, timedelta
from typing import Any, LiteralString

from orderan.insights.models import AuditFilter, ByDay, ByHour, Scope, Today
from orderan.insights.rules import HOURS, day_of, day_start
from orderan.kit.db import Tx
from orderan.orders import SEEN_ORDER

LATE_AFTER = timedelta(days=1)

_SOLD: LiteralString = """
    sales_order.shop_id = %(shop)s AND sales_order.commercial NOT IN ('draft', 'cancelled', 'expired')
    AND sales_order.currency = %(currency)s
"""


async def today(tx: Tx, scope: Scope, *, now: datetime) -> Today:
    """The tiles of the day that `now` is in by the shop's clock."""
    start = day_start(day_of(now, scope.zone), scope.zone)
    params = _params(tx, scope) | {
        "start": start,
        "now": now,
        "yesterday": day_start(day_of(now, scope.zone) - timedelta(days=1), scope.zone),
        "yesterday_now": now - timedelta(days=1),
        "late": now - LATE_AFTER,
    }
    sold = await tx.one(_SALES, params)
    waiting = await tx.one(_WAITING, params)
    tasks = await tx.one(_TASKS, params)
    stuck = await tx.one(_STUCK, params)
    return Today(
        orders=sold.orders,
        revenue_minor=int(sold.revenue),
        orders_yesterday=sold.orders_before,
        revenue_yesterday_minor=int(sold.revenue_before),
        waiting=waiting.orders,
        waiting_minor=int(waiting.total),
        to_pick=tasks.to_pick,
        late=tasks.late,
        low_stock=int(await tx.value(_LOW_STOCK, params)),
        exceptions=stuck.entries,
        at_stake_minor=int(stuck.money),
    )


async def sales_by_hour(tx: Tx, scope: Scope, *, now: datetime) -> ByHour:
    """Orders per hour today and on the same weekday a week ago."""
    day = day_of(now, scope.zone)
    params = _params(tx, scope)
    counted = [
        await tx.all(
            _BY_HOUR,
            params
            | {"start": day_start(one, scope.zone), "end": day_start(one + timedelta(days=1), scope.zone)},
        )
        for one in (day, day - timedelta(days=7))
    ]
    by_hour: list[dict[int, int]] = [{int(row.hour): row.orders for row in rows} for rows in counted]
    begun = int((now - day_start(day, scope.zone)).total_seconds() // 3600)
    return ByHour(
        today=[by_hour[0].get(hour, 0) if hour <= begun else None for hour in range(HOURS)],
        week_ago=[by_hour[1].get(hour, 0) for hour in range(HOURS)],
    )


async def revenue_by_day(tx: Tx, scope: Scope, *, now: datetime, days: int = 30) -> ByDay:
    """Revenue of the last `days` days, today included."""
    last = day_of(now, scope.zone)
    shown = [last - timedelta(days=days - 1 - step) for step in range(days)]
    rows = await tx.all(
        _BY_DAY,
        _params(tx, scope)
        | {
            "start": day_start(shown[0], scope.zone),
            "end": day_start(last + timedelta(days=1), scope.zone),
        },
    )
    found: dict[date, Any] = {row.day: row for row in rows}
    return ByDay(
        days=shown,
        revenue_minor=[int(found[day].revenue) if day in found else 0 for day in shown],
        orders=[found[day].orders if day in found else 0 for day in shown],
    )


def _params(tx: Tx, scope: Scope) -> dict[str, Any]:
    return {
        "shop": tx.shop_id,
        "zone": scope.zone,
        "currency": scope.currency,
        "channels": scope.channels,
        "locations": scope.locations,
    }


_SALES: LiteralString = (
    """
    SELECT count(*) FILTER (WHERE placed_at >= %(start)s) AS orders,
           coalesce(sum(total_minor) FILTER (WHERE placed_at >= %(start)s), 0) AS revenue,
           count(*) FILTER (WHERE placed_at < %(yesterday_now)s) AS orders_before,
           coalesce(sum(total_minor) FILTER (WHERE placed_at < %(yesterday_now)s), 0) AS revenue_before
    FROM sales_order
    WHERE sales_order.shop_id = %(shop)s AND placed_at >= %(yesterday)s AND placed_at <= %(now)s AND
    """
    + _SOLD
    + " AND "
    + SEEN_ORDER
)
_WAITING: LiteralString = (
    """
    SELECT count(*) AS orders, coalesce(sum(total_minor), 0) AS total
    FROM sales_order
    WHERE sales_order.shop_id = %(shop)s AND headline = 'awaiting_payment' AND currency = %(currency)s AND
    """
    + SEEN_ORDER
)
_TASKS: LiteralString = """
    SELECT count(*) FILTER (WHERE task.state IN ('planned', 'released')) AS to_pick,
           count(DISTINCT task.order_id) FILTER (WHERE task.planned_at < %(late)s) AS late
    FROM task
    JOIN sales_order ON sales_order.shop_id = task.shop_id AND sales_order.id = task.order_id
    WHERE task.shop_id = %(shop)s AND task.state NOT IN ('handed_over', 'cancelled')
      AND (%(locations)s::uuid[] IS NULL OR task.location_id = ANY(%(locations)s))
      AND (%(channels)s::uuid[] IS NULL OR sales_order.channel_id = ANY(%(channels)s))
"""
_STUCK: LiteralString = (
    """
    SELECT count(*) AS entries,
           coalesce(sum(exception_entry.money_minor) FILTER (WHERE exception_entry.currency = %(currency)s), 0) AS money
    FROM exception_entry
    LEFT JOIN sales_order ON sales_order.shop_id = exception_entry.shop_id
         AND exception_entry.subject_kind = 'order' AND sales_order.id = exception_entry.subject_id
    WHERE exception_entry.shop_id = %(shop)s AND exception_entry.state = 'open' AND
    """
    + SEEN_ORDER
)
_LOW_STOCK: LiteralString = """
    SELECT count(*)
    FROM (
        SELECT FROM stock_policy
        LEFT JOIN stock ON stock.shop_id = stock_policy.shop_id AND stock.sku_id = stock_policy.sku_id
                       AND stock.location_id = stock_policy.location_id
        WHERE stock_policy.shop_id = %(shop)s AND stock_policy.reorder_point > 0
          AND (%(locations)s::uuid[] IS NULL OR stock_policy.location_id = ANY(%(locations)s))
        GROUP BY stock_policy.sku_id, stock_policy.location_id, stock_policy.reorder_point
        HAVING coalesce(sum(stock.on_hand - stock.reserved - stock.allocated), 0) <= stock_policy.reorder_point
    ) AS low
"""
_BY_HOUR: LiteralString = (
    """
    SELECT extract(hour FROM placed_at AT TIME ZONE %(zone)s) AS hour, count(*) AS orders
    FROM sales_order
    WHERE sales_order.shop_id = %(shop)s AND placed_at >= %(start)s AND placed_at < %(end)s AND
    """
    + _SOLD
    + " AND "
    + SEEN_ORDER
    + " GROUP BY 1"
)
_BY_DAY: LiteralString = (
    """
    SELECT (placed_at AT TIME ZONE %(zone)s)::date AS day, count(*) AS orders, sum(total_minor) AS revenue
    FROM sales_order
    WHERE sales_order.shop_id = %(shop)s AND placed_at >= %(start)s AND placed_at < %(end)s AND
    """
    + _SOLD
    + " AND "
    + SEEN_ORDER
    + " GROUP BY 1"
)


async def find_order(tx: Tx, number: int) -> Any:
    """The order of a number: a row of id, channel_id, location_ids it touches; None when there is none."""
    return await tx.maybe(
        """
        SELECT sales_order.id, sales_order.channel_id,
               array(SELECT task.location_id FROM task
                     WHERE task.shop_id = sales_order.shop_id AND task.order_id = sales_order.id
                     UNION
                     SELECT claim.location_id FROM claim
                     WHERE claim.shop_id = sales_order.shop_id AND claim.holder_id = sales_order.id) AS location_ids
        FROM sales_order
        WHERE sales_order.shop_id = %(shop)s AND sales_order.number = %(number)s
        """,
        {"shop": tx.shop_id, "number": number},
    )


async def audit_trail(tx: Tx, chosen: AuditFilter, *, limit: int) -> list[Any]:
    """Entries of the audit trail, newest first, from below `after`; ids are in order of time."""
    return await tx.all(
        """
        SELECT id, at, actor, action, entity_kind, entity_id, before, after, request_id
        FROM audit_entry
        WHERE shop_id = %(shop)s
          AND (%(after)s::uuid IS NULL OR id < %(after)s)
          AND (%(actor)s = '' OR actor = %(actor)s)
          AND (%(action)s = '' OR action = %(action)s)
          AND (%(entity)s = '' OR entity_id = %(entity)s)
          AND (%(whole)s OR entity_kind <> 'exception')
        ORDER BY id DESC
        LIMIT %(limit)s
        """,
        {
            "shop": tx.shop_id,
            "after": chosen.after,
            "actor": chosen.actor,
            "action": chosen.action,
            "entity": chosen.entity_id,
            "whole": chosen.whole,
            "limit": limit,
        },
    )


async def audit_actions(tx: Tx) -> list[str]:
    """Every action there is in the trail, found by skipping along its index."""
    rows = await tx.all(
        """
        WITH RECURSIVE step AS (
            (SELECT action FROM audit_entry WHERE shop_id = %(shop)s ORDER BY action LIMIT 1)
            UNION ALL
            SELECT (SELECT entry.action FROM audit_entry AS entry
                    WHERE entry.shop_id = %(shop)s AND entry.action > step.action
                    ORDER BY entry.action LIMIT 1)
            FROM step
            WHERE step.action IS NOT NULL
        )
        SELECT action FROM step WHERE action IS NOT NULL
        """,
        {"shop": tx.shop_id},
    )
    return [row.action for row in rows]


async def order_for_buyer(tx: Tx, number: int) -> Any:
    """What a buyer may be told of an order; None when the shop has none of this number.

    A row of id, number, customer_id, headline, money, terms, units, placed_at, hold_until,
    delivered_at.
    """
    return await tx.maybe(
        """
        SELECT id, number, customer_id, headline, money, terms, units, placed_at, hold_until, delivered_at
        FROM sales_order
        WHERE shop_id = %(shop)s AND number = %(number)s AND commercial <> 'draft'
        """,
        {"shop": tx.shop_id, "number": number},
    )
