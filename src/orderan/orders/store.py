"""Writing orders: their rows, how they stand, how long they may take."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from psycopg.types.json import Jsonb

from orderan.kit.db import Tx
from orderan.kit.ids import new_id
from orderan.orders.models import Line, Order

_COLUMNS = [
    "id",
    "number",
    "channel_id",
    "external_id",
    "cart_id",
    "kind",
    "terms",
    "customer_id",
    "address_id",
    "currency",
    "commercial",
    "money",
    "verification",
    "headline",
    "goods_minor",
    "discount_minor",
    "shipping_minor",
    "tax_minor",
    "rounding_minor",
    "total_minor",
    "tax_included",
    "shipping_service",
    "units",
    "note",
    "placed_by",
    "placed_at",
    "hold_until",
    "accepted_at",
]


async def insert_orders(tx: Tx, orders: Sequence[Order]) -> None:
    await tx.send(
        """
        INSERT INTO sales_order (shop_id, id, number, channel_id, external_id, cart_id, kind, terms, customer_id,
                                 address_id, currency, commercial, money, verification, headline, goods_minor,
                                 discount_minor, shipping_minor, tax_minor, rounding_minor, total_minor,
                                 tax_included, shipping_service, units, note, placed_by, placed_at, hold_until,
                                 accepted_at)
        SELECT %(shop)s, made.*
        FROM unnest(%(id)s::uuid[], %(number)s::bigint[], %(channel_id)s::uuid[], %(external_id)s::text[],
                    %(cart_id)s::text[], %(kind)s::text[], %(terms)s::text[], %(customer_id)s::uuid[],
                    %(address_id)s::uuid[], %(currency)s::text[], %(commercial)s::text[], %(money)s::text[],
                    %(verification)s::text[], %(headline)s::text[], %(goods_minor)s::bigint[],
                    %(discount_minor)s::bigint[], %(shipping_minor)s::bigint[], %(tax_minor)s::bigint[],
                    %(rounding_minor)s::bigint[], %(total_minor)s::bigint[], %(tax_included)s::boolean[],
                    %(shipping_service)s::text[], %(units)s::int[], %(note)s::text[], %(placed_by)s::text[],
                    %(placed_at)s::timestamptz[], %(hold_until)s::timestamptz[],
                    %(accepted_at)s::timestamptz[]) AS made
        """,
        {"shop": tx.shop_id} | {name: [getattr(order, name) for order in orders] for name in _COLUMNS},
    )


_LINE = [
    "order_id",
    "line_no",
    "sku_id",
    "sku_code",
    "title",
    "unit_price_minor",
    "quantity",
    "allocated",
    "goods_minor",
    "discount_minor",
    "tax_minor",
    "tax_class",
    "tax_rate_bp",
    "tax_base_numerator",
    "tax_base_denominator",
    "may_substitute",
]


async def insert_lines(tx: Tx, lines: Sequence[Line]) -> None:
    await tx.send(
        """
        INSERT INTO order_line (shop_id, order_id, line_no, sku_id, sku_code, title, unit_price_minor, quantity,
                                allocated, goods_minor, discount_minor, tax_minor, tax_class, tax_rate_bp,
                                tax_base_numerator, tax_base_denominator, may_substitute, discounts)
        SELECT %(shop)s, made.*
        FROM unnest(%(order_id)s::uuid[], %(line_no)s::int[], %(sku_id)s::uuid[], %(sku_code)s::text[],
                    %(title)s::text[], %(unit_price_minor)s::bigint[], %(quantity)s::int[], %(allocated)s::int[],
                    %(goods_minor)s::bigint[], %(discount_minor)s::bigint[], %(tax_minor)s::bigint[],
                    %(tax_class)s::text[], %(tax_rate_bp)s::int[], %(tax_base_numerator)s::int[],
                    %(tax_base_denominator)s::int[], %(may_substitute)s::boolean[],
                    %(discounts)s::jsonb[]) AS made
        """,
        {
            "shop": tx.shop_id,
            "discounts": [Jsonb(line.discounts) if line.discounts else None for line in lines],
        }
        | {name: [getattr(line, name) for line in lines] for name in _LINE},
    )


async def known_orders(
    tx: Tx, externals: Collection[tuple[UUID, str]], carts: Collection[str]
) -> tuple[dict[tuple[UUID, str], UUID], dict[str, UUID]]:
    """Orders that exist already for these (channel, external id) pairs and carts."""
    by_external, by_cart = {}, {}
    if externals:
        rows = await tx.all(
            """
            SELECT sales_order.channel_id, sales_order.external_id, sales_order.id
            FROM unnest(%(channels)s::uuid[], %(externals)s::text[]) AS asked (channel_id, external_id)
            JOIN sales_order ON sales_order.shop_id = %(shop)s AND sales_order.channel_id = asked.channel_id
                 AND sales_order.external_id = asked.external_id
            """,
            {
                "shop": tx.shop_id,
                "channels": [pair[0] for pair in externals],
                "externals": [pair[1] for pair in externals],
            },
        )
        by_external = {(row.channel_id, row.external_id): row.id for row in rows}
    if carts:
        rows = await tx.all(
            "SELECT cart_id, id FROM sales_order WHERE shop_id = %(shop)s AND cart_id = ANY(%(carts)s)",
            {"shop": tx.shop_id, "carts": list(carts)},
        )
        by_cart = {row.cart_id: row.id for row in rows}
    return by_external, by_cart


async def lock_orders(tx: Tx, ids: Collection[UUID]) -> dict[UUID, Order]:
    """Lock these orders in id order; those that do not exist are missing from the answer."""
    rows = await tx.all(
        "SELECT * FROM sales_order WHERE shop_id = %(shop)s AND id = ANY(%(ids)s) ORDER BY id FOR NO KEY UPDATE",
        {"shop": tx.shop_id, "ids": list(ids)},
    )
    return {row.id: Order(**row._asdict()) for row in rows}


async def orders_by_id(tx: Tx, ids: Collection[UUID]) -> dict[UUID, Order]:
    """These orders as they stand, not locked; those that do not exist are missing from the answer."""
    rows = await tx.all(
        "SELECT * FROM sales_order WHERE shop_id = %(shop)s AND id = ANY(%(ids)s)",
        {"shop": tx.shop_id, "ids": list(ids)},
    )
    return {row.id: Order(**row._asdict()) for row in rows}


async def order_numbered(tx: Tx, number: int) -> UUID | None:
    """The order with this number."""
    row = await tx.maybe(
        "SELECT id FROM sales_order WHERE shop_id = %(shop)s AND number = %(number)s",
        {"shop": tx.shop_id, "number": number},
    )
    return None if row is None else row.id


async def lines_of(tx: Tx, order_id: UUID) -> list[Line]:
    """The lines of an order, by number."""
    rows = await tx.all(
        """
        SELECT order_id, line_no, sku_id, sku_code, title, unit_price_minor, quantity, goods_minor,
               discount_minor, tax_minor, tax_class, tax_rate_bp, discounts, allocated, picked, packed,
               shipped, delivered, returned, cancelled, tax_base_numerator, tax_base_denominator, may_substitute
        FROM order_line
        WHERE shop_id = %(shop)s AND order_id = %(order)s
        ORDER BY line_no
        """,
        {"shop": tx.shop_id, "order": order_id},
    )
    return [Line(*row) for row in rows]


async def insert_moves(
    tx: Tx,
    axis: str,
    moves: Sequence[tuple[UUID, str, str, str]],
    *,
    reason: str | None = None,
    now: datetime,
) -> None:
    """History rows of one axis: (order, from, event, to)."""
    await tx.run(
        """
        INSERT INTO order_move (shop_id, order_id, id, axis, from_state, event, to_state, actor, reason, at)
        SELECT %(shop)s, order_id, id, %(axis)s, from_state, event, to_state, %(actor)s, %(reason)s, %(now)s
        FROM unnest(%(orders)s::uuid[], %(ids)s::uuid[], %(froms)s::text[], %(events)s::text[], %(tos)s::text[])
             AS moved (order_id, id, from_state, event, to_state)
        """,
        {
            "shop": tx.shop_id,
            "axis": axis,
            "actor": tx.actor,
            "reason": reason,
            "now": now,
            "orders": [move[0] for move in moves],
            "ids": [new_id() for _ in moves],
            "froms": [move[1] for move in moves],
            "events": [move[2] for move in moves],
            "tos": [move[3] for move in moves],
        },
    )


async def set_commercial(
    tx: Tx, ids: Sequence[UUID], *, was: str, becomes: str, headline: str, now: datetime
) -> int:
    """Move locked orders on the commercial axis; returns how many were in the state they had to be in."""
    return await tx.run(
        """
        UPDATE sales_order
        SET commercial = %(becomes)s, headline = %(headline)s,
            hold_until = CASE WHEN %(becomes)s = 'awaiting_payment' THEN hold_until END,
            clock_stopped_at = CASE WHEN %(becomes)s = 'awaiting_payment' THEN clock_stopped_at END,
            accepted_at = CASE WHEN %(becomes)s = 'accepted' THEN %(now)s ELSE accepted_at END,
            closed_at = CASE WHEN %(becomes)s IN ('completed', 'cancelled', 'expired') THEN %(now)s END
        WHERE shop_id = %(shop)s AND id = ANY(%(ids)s) AND commercial = %(was)s
        """,
        {
            "shop": tx.shop_id,
            "ids": list(ids),
            "was": was,
            "becomes": becomes,
            "headline": headline,
            "now": now,
        },
    )


async def set_verification(tx: Tx, ids: Sequence[UUID], *, was: str, becomes: str) -> int:
    """Move locked orders on the axis of verification; returns how many were in the state they had to be in."""
    return await tx.run(
        """
        UPDATE sales_order SET verification = %(becomes)s
        WHERE shop_id = %(shop)s AND id = ANY(%(ids)s) AND verification = %(was)s
        """,
        {"shop": tx.shop_id, "ids": list(ids), "was": was, "becomes": becomes},
    )


async def overdue(tx: Tx, *, now: datetime, limit: int) -> list[UUID]:
    """Lock unpaid orders past their hold, oldest first; rows others hold are left to them."""
    rows = await tx.all(
        """
        SELECT id
        FROM sales_order
        WHERE shop_id = %(shop)s AND commercial = 'awaiting_payment' AND hold_until <= %(now)s
          AND clock_stopped_at IS NULL
        ORDER BY hold_until
        LIMIT %(limit)s
        FOR NO KEY UPDATE SKIP LOCKED
        """,
        {"shop": tx.shop_id, "now": now, "limit": limit},
    )
    return [row.id for row in rows]


async def stop_clocks(tx: Tx, stops: Sequence[tuple[UUID, datetime]]) -> list[UUID]:
    """Let the limits of locked orders stand still from a moment on, the earliest of several; whose were running."""
    rows = await tx.all(
        """
        UPDATE sales_order
        SET clock_stopped_at = least(sales_order.clock_stopped_at, stops.at)
        FROM unnest(%(ids)s::uuid[], %(ats)s::timestamptz[]) AS stops (id, at)
        WHERE sales_order.shop_id = %(shop)s AND sales_order.id = stops.id
          AND sales_order.commercial = 'awaiting_payment'
          AND (sales_order.clock_stopped_at IS NULL OR sales_order.clock_stopped_at > stops.at)
        RETURNING sales_order.id
        """,
        {"shop": tx.shop_id, "ids": [stop[0] for stop in stops], "ats": [stop[1] for stop in stops]},
    )
    return [row.id for row in rows]


async def start_clocks(tx: Tx, ids: Collection[UUID], *, now: datetime) -> dict[UUID, datetime]:
    """Let the limits of locked orders run again, as much later as they stood; the new limits."""
    rows = await tx.all(
        """
        UPDATE sales_order
        SET hold_until = hold_until + greatest(%(now)s - clock_stopped_at, interval '0'), clock_stopped_at = NULL
        WHERE shop_id = %(shop)s AND id = ANY(%(ids)s) AND clock_stopped_at IS NOT NULL
        RETURNING id, hold_until
        """,
        {"shop": tx.shop_id, "ids": list(ids), "now": now},
    )
    return {row.id: row.hold_until for row in rows}


async def move_holds(tx: Tx, limits: Mapping[UUID, datetime]) -> None:
    """Write until when locked orders may be paid and keep their stock."""
    await tx.run(
        """
        UPDATE sales_order SET hold_until = limits.until
        FROM unnest(%(ids)s::uuid[], %(untils)s::timestamptz[]) AS limits (id, until)
        WHERE sales_order.shop_id = %(shop)s AND sales_order.id = limits.id
          AND sales_order.commercial = 'awaiting_payment'
        """,
        {"shop": tx.shop_id, "ids": list(limits), "untils": list(limits.values())},
    )


async def set_pay_limit(tx: Tx, order_id: UUID, until: datetime) -> bool:
    """Write until when a locked order may be paid; False where it does not wait for money, or its clock stands."""
    return (
        await tx.run(
            """
            UPDATE sales_order SET hold_until = %(until)s
            WHERE shop_id = %(shop)s AND id = %(order)s AND commercial = 'awaiting_payment'
              AND clock_stopped_at IS NULL
            """,
            {"shop": tx.shop_id, "order": order_id, "until": until},
        )
        == 1
    )


async def set_deposit(tx: Tx, order_id: UUID, amount_minor: int | None, *, until: datetime | None) -> None:
    """Write the deposit of a locked order, and until when it may be paid."""
    await tx.run(
        """
        UPDATE sales_order SET deposit_minor = %(amount)s, hold_until = %(until)s
        WHERE shop_id = %(shop)s AND id = %(order)s
        """,
        {"shop": tx.shop_id, "order": order_id, "amount": amount_minor, "until": until},
    )


async def set_money(tx: Tx, stands: Sequence[tuple[UUID, str, int, int, int, int, int]]) -> None:
    """Keep what the money ledger says of locked orders: (order, money, paid, refunded, forgone, credited, covered)."""
    await tx.run(
        """
        UPDATE sales_order
        SET money = stands.money, paid_minor = stands.paid, refunded_minor = stands.refunded,
            forgone_minor = stands.forgone, credited_minor = stands.credited, covered_minor = stands.covered
        FROM unnest(%(ids)s::uuid[], %(moneys)s::text[], %(paid)s::bigint[], %(refunded)s::bigint[],
                    %(forgone)s::bigint[], %(credited)s::bigint[], %(covered)s::bigint[])
             AS stands (id, money, paid, refunded, forgone, credited, covered)
        WHERE sales_order.shop_id = %(shop)s AND sales_order.id = stands.id
        """,
        {
            "shop": tx.shop_id,
            "ids": [order[0] for order in stands],
            "moneys": [order[1] for order in stands],
            "paid": [order[2] for order in stands],
            "refunded": [order[3] for order in stands],
            "forgone": [order[4] for order in stands],
            "credited": [order[5] for order in stands],
            "covered": [order[6] for order in stands],
        },
    )
