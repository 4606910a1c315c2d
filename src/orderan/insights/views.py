"""Reading the day. Ranges of placed_at and partial indexes of what is open: the cost grows with the
days shown and with the work waiting, not with the orders ever taken.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, LiteralString

from orderan.insights.models import AuditFilter, ByDay, ByHour, Scope, Today
from orderan.insights.rules import HOURS, day_of, day_start
from orderan.kit.db import Tx
from orderan.kit.money import Money
from orderan.orders import SEEN_ORDER, late_before

_SOLD: LiteralString = """
    sales_order.shop_id = %(shop)s AND sales_order.commercial NOT IN ('cancelled', 'expired')
"""


async def today(tx: Tx, scope: Scope, *, now: datetime) -> Today:
    """The tiles of the day that `now` is in by the shop's clock."""
    start = day_start(day_of(now, scope.zone), scope.zone)
    params = _params(tx, scope) | {
        "start": start,
        "now": now,
        "yesterday": day_start(day_of(now, scope.zone) - timedelta(days=1), scope.zone),
        "yesterday_now": now - timedelta(days=1),
        "late": late_before(now),
    }
    sold = await tx.all(_SALES, params)
    waiting = await tx.all(_WAITING, params)
    stuck = await tx.all(_STUCK, params)
    return Today(
        orders=sum(row.orders for row in sold),
        revenue=_sums(sold, scope.currency),
        orders_yesterday=sum(row.orders_before for row in sold),
        revenue_yesterday_minor=sum(int(row.before) for row in sold if row.currency == scope.currency),
        waiting=sum(row.orders for row in waiting),
        waiting_worth=_sums(waiting, scope.currency),
        to_pick=int(await tx.value(_TO_PICK, params)),
        late=int(await tx.value(_LATE, params)),
        low_stock=int(await tx.value(_LOW_STOCK, params)),
        exceptions=sum(row.entries for row in stuck),
        at_stake=_sums(stuck, scope.currency),
    )


def _sums(rows: Sequence[Any], own: str) -> tuple[Money, ...]:
    """One sum per currency, the shop's own first and always there; another that is nothing is left out."""
    minor = {row.currency: int(row.total) for row in rows}
    others = [
        Money(total, currency) for currency, total in sorted(minor.items()) if total and currency != own
    ]
    return (Money(minor.get(own, 0), own), *others)


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
    SELECT currency,
           count(*) FILTER (WHERE placed_at >= %(start)s) AS orders,
           coalesce(sum(total_minor) FILTER (WHERE placed_at >= %(start)s), 0) AS total,
           count(*) FILTER (WHERE placed_at < %(yesterday_now)s) AS orders_before,
           coalesce(sum(total_minor) FILTER (WHERE placed_at < %(yesterday_now)s), 0) AS before
    FROM sales_order
    WHERE sales_order.shop_id = %(shop)s AND placed_at >= %(yesterday)s AND placed_at <= %(now)s AND
    """
    + _SOLD
    + " AND "
    + SEEN_ORDER
    + " GROUP BY currency"
)
_WAITING: LiteralString = (
    """
    SELECT currency, count(*) AS orders, sum(total_minor) AS total
    FROM sales_order
    WHERE sales_order.shop_id = %(shop)s AND headline = 'awaiting_payment' AND
    """
    + SEEN_ORDER
    + " GROUP BY currency"
)
_LATE: LiteralString = (
    """
    SELECT count(*)
    FROM (
        SELECT DISTINCT task.order_id FROM task
        WHERE task.shop_id = %(shop)s AND task.state NOT IN ('handed_over', 'cancelled')
          AND task.planned_at < %(late)s
    ) AS late
    JOIN sales_order ON sales_order.shop_id = %(shop)s AND sales_order.id = late.order_id
    WHERE
    """
    + SEEN_ORDER
)
_TO_PICK: LiteralString = """
    SELECT count(*)
    FROM task
    JOIN sales_order ON sales_order.shop_id = task.shop_id AND sales_order.id = task.order_id
    WHERE task.shop_id = %(shop)s AND task.state IN ('planned', 'released')
      AND (%(locations)s::uuid[] IS NULL OR task.location_id = ANY(%(locations)s))
      AND (%(channels)s::uuid[] IS NULL OR sales_order.channel_id = ANY(%(channels)s))
"""
_STUCK: LiteralString = (
    """
    SELECT exception_entry.currency, count(*) AS entries, sum(exception_entry.money_minor) AS total
    FROM exception_entry
    LEFT JOIN sales_order ON sales_order.shop_id = exception_entry.shop_id
         AND exception_entry.subject_kind = 'order' AND sales_order.id = exception_entry.subject_id
    WHERE exception_entry.shop_id = %(shop)s AND exception_entry.state = 'open' AND
    """
    + SEEN_ORDER
    + " GROUP BY exception_entry.currency"
)
_LOW_STOCK: LiteralString = """
    SELECT count(DISTINCT low.sku_id)
    FROM (
        SELECT stock_policy.sku_id
        FROM stock_policy
        JOIN location ON location.shop_id = stock_policy.shop_id AND location.id = stock_policy.location_id
        LEFT JOIN stock ON stock.shop_id = stock_policy.shop_id AND stock.sku_id = stock_policy.sku_id
             AND stock.location_id = stock_policy.location_id
             AND (stock.expires_on IS NULL
                  OR stock.expires_on > (%(now)s::timestamptz AT TIME ZONE location.time_zone)::date)
        WHERE stock_policy.shop_id = %(shop)s AND stock_policy.reorder_point > 0
          AND (%(locations)s::uuid[] IS NULL OR stock_policy.location_id = ANY(%(locations)s))
        GROUP BY stock_policy.sku_id, stock_policy.location_id
        HAVING coalesce(sum(stock.on_hand - stock.reserved - stock.allocated), 0) <= max(stock_policy.reorder_point)
    ) AS low
    JOIN sku ON sku.shop_id = %(shop)s AND sku.id = low.sku_id
    WHERE sku.is_stocked
      AND (sku.state = 'active' OR EXISTS (
            SELECT FROM stock
            WHERE stock.shop_id = %(shop)s AND stock.sku_id = sku.id
              AND stock.on_hand + stock.damaged + stock.quarantine + stock.incoming > 0))
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
    SELECT (placed_at AT TIME ZONE %(zone)s)::date AS day, count(*) AS orders,
           coalesce(sum(total_minor) FILTER (WHERE currency = %(currency)s), 0) AS revenue
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
    clock_stopped_at, delivered_at.
    """
    return await tx.maybe(
        """
        SELECT id, number, customer_id, headline, money, terms, units, placed_at, hold_until,
               clock_stopped_at, delivered_at
        FROM sales_order
        WHERE shop_id = %(shop)s AND number = %(number)s AND commercial <> 'draft'
        """,
        {"shop": tx.shop_id, "number": number},
    )
