"""Cancellations waiting to be matched, the sales they may take from, and the returns they become."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import LiteralString, NamedTuple
from uuid import UUID

from psycopg.types.json import Jsonb

from orderan.importing.store.arrays import dates, plain, texts
from orderan.importing.store.runs import Run
from orderan.kit.db import Tx


class Pending(NamedTuple):
    """A cancellation line under the customer of its invoice; units and money counted upwards."""

    customer: str
    number: int
    invoice: str
    sku: str
    price: Decimal
    currency: str
    units: int
    minor: int
    at: datetime


class SaleLine(NamedTuple):
    """An imported order line and what can still come back of it."""

    order_id: UUID
    line_no: int
    customer_id: UUID
    sku: str
    sku_id: UUID
    is_stocked: bool
    price: Decimal
    currency: str
    at: datetime
    units: int
    minor: int
    invoice: str
    number: int


class HistoricReturn(NamedTuple):
    """Goods of one order that came back under one cancelling invoice, inspected and paid back."""

    id: UUID
    order_id: UUID
    number: int
    invoice: str
    refund_id: UUID | None
    minor: int
    currency: str
    order_invoice: str
    at: datetime
    lines: tuple[tuple[int, int], ...]


class Standing(NamedTuple):
    """An order after its returns, as far as its words depend on it."""

    order_id: UUID
    total_minor: int
    paid_minor: int
    refunded_minor: int
    shipped: int
    returned: int
    ordered: int


class Taking(NamedTuple):
    """Units and money one cancellation line takes from one order line."""

    order_id: UUID
    line_no: int
    number: int
    units: int
    minor: int


async def insert_pending(tx: Tx, run: Run, pending: Sequence[Pending]) -> None:
    """Keep cancellations until all sales of the file are in."""
    if not pending:
        return
    await tx.run(
        """
        INSERT INTO import_cancellation (shop_id, run_id, customer, number, invoice, sku, price, currency, units, minor, at)
        SELECT %(shop)s, %(run)s, line.*
        FROM unnest(%(customers)s::text[], %(numbers)s::int[], %(invoices)s::text[], %(skus)s::text[],
                    %(prices)s::numeric[], %(currencies)s::text[], %(units)s::int[], %(minors)s::bigint[],
                    %(times)s::timestamptz[]) AS line
        """,
        {
            "shop": tx.shop_id,
            "run": run.id,
            "customers": texts([line.customer for line in pending]),
            "numbers": plain([line.number for line in pending]),
            "invoices": texts([line.invoice for line in pending]),
            "skus": texts([line.sku for line in pending]),
            "prices": plain([line.price for line in pending]),
            "currencies": plain([line.currency for line in pending]),
            "units": plain([line.units for line in pending]),
            "minors": plain([line.minor for line in pending]),
            "times": dates([line.at for line in pending]),
        },
    )


async def next_pending(tx: Tx, run: Run, *, customers: int) -> list[Pending]:
    """All cancellations of the next customers after the run's position."""
    rows = await tx.all(
        """
        SELECT customer, number, invoice, sku, price, currency, units, minor, at
        FROM import_cancellation
        WHERE shop_id = %(shop)s AND run_id = %(run)s AND customer > %(after)s
          AND customer <= (
              SELECT max(customer) FROM (
                  SELECT DISTINCT customer FROM import_cancellation
                  WHERE shop_id = %(shop)s AND run_id = %(run)s AND customer > %(after)s
                  ORDER BY customer
                  LIMIT %(limit)s) AS coming)
        ORDER BY customer, number
        """,
        {"shop": tx.shop_id, "run": run.id, "after": run.last_customer, "limit": customers},
    )
    return [Pending(**row._asdict()) for row in rows]


async def count_pending(tx: Tx, run: Run) -> tuple[int, int]:
    """Cancellations of the run, and those the matching has passed."""
    row = await tx.one(
        """
        SELECT count(*) AS whole, count(*) FILTER (WHERE customer <= %(after)s) AS done
        FROM import_cancellation WHERE shop_id = %(shop)s AND run_id = %(run)s
        """,
        {"shop": tx.shop_id, "run": run.id, "after": run.last_customer},
    )
    return row.whole, row.done


async def lock_orders_of(tx: Tx, run: Run, customers: Collection[UUID]) -> None:
    """Lock the imported orders of these customers, in id order, before anybody reads what is left of them."""
    await tx.run(
        """
        SELECT 1 FROM sales_order
        WHERE shop_id = %(shop)s AND channel_id = %(channel)s AND customer_id = ANY(%(customers)s)
        ORDER BY id
        FOR NO KEY UPDATE
        """,
        {"shop": tx.shop_id, "channel": run.channel_id, "customers": list(customers)},
    )


async def customers_by_reference(tx: Tx, references: Collection[str]) -> dict[str, UUID]:
    """Customers among these references; a merged one leads to its survivor."""
    rows = await tx.all(
        """
        SELECT external_id, coalesce(merged_into, id) AS id FROM customer
        WHERE shop_id = %(shop)s AND external_id = ANY(%(references)s) AND external_id IS NOT NULL
        """,
        {"shop": tx.shop_id, "references": list(references)},
    )
    return {row.external_id: row.id for row in rows}


async def sale_lines(tx: Tx, run: Run, wanted: Collection[tuple[UUID, str]]) -> list[SaleLine]:
    """Imported lines of these (customer, sku) with their exact price and what is left of them.

    The exact price is that of the source line: an order line knows it rounded to the minor unit.
    Money left is what the line cost, less what earlier cancellations took, less the unit price of
    units that came back some other way.
    """
    rows = await tx.all(
        """
        SELECT o.id AS order_id, l.line_no, o.customer_id, l.sku_code AS sku, l.sku_id, sku.is_stocked, src.price,
               o.currency, src.at,
               greatest(l.quantity - l.cancelled - l.returned, 0) AS units,
               greatest(l.goods_minor - coalesce(taken.minor, 0)
                        - l.unit_price_minor * (l.cancelled + l.returned - coalesce(taken.units, 0)), 0)::bigint AS minor,
               o.external_id AS invoice, src.number
        FROM unnest(%(customers)s::uuid[], %(skus)s::text[]) AS asked (customer_id, code)
        JOIN sku ON sku.shop_id = %(shop)s AND sku.code = asked.code
        JOIN sales_order AS o ON o.shop_id = %(shop)s AND o.customer_id = asked.customer_id
             AND o.channel_id = %(channel)s
        JOIN order_line AS l ON l.shop_id = %(shop)s AND l.order_id = o.id AND l.sku_id = sku.id
        JOIN import_line AS src ON src.shop_id = %(shop)s AND src.channel_id = o.channel_id
             AND src.invoice = o.external_id AND src.sku = asked.code
        JOIN import_outcome AS became ON became.shop_id = %(shop)s AND became.run_id = src.run_id
             AND became.number = src.number AND became.order_id = o.id AND became.line_no = l.line_no
             AND became.outcome = 'ordered' AND NOT became.known
        LEFT JOIN LATERAL (
            SELECT sum(units) AS units, sum(minor) AS minor FROM import_taken AS t
            WHERE t.shop_id = %(shop)s AND t.order_id = o.id AND t.line_no = l.line_no) AS taken ON true
        """,
        {
            "shop": tx.shop_id,
            "channel": run.channel_id,
            "customers": plain([customer for customer, _ in wanted]),
            "skus": texts([sku for _, sku in wanted]),
        },
    )
    return [SaleLine(**row._asdict()) for row in rows]


async def insert_takings(tx: Tx, run: Run, takings: Sequence[Taking]) -> None:
    """Write down what was taken, and count the units as returned on the order lines."""
    columns = {
        "shop": tx.shop_id,
        "run": run.id,
        "orders": plain([taking.order_id for taking in takings]),
        "line_nos": plain([taking.line_no for taking in takings]),
        "numbers": plain([taking.number for taking in takings]),
        "units": plain([taking.units for taking in takings]),
        "minors": plain([taking.minor for taking in takings]),
    }
    await tx.run(
        """
        INSERT INTO import_taken (shop_id, run_id, order_id, line_no, number, units, minor)
        SELECT %(shop)s, %(run)s, taken.*
        FROM unnest(%(orders)s::uuid[], %(line_nos)s::int[], %(numbers)s::int[], %(units)s::int[],
                    %(minors)s::bigint[]) AS taken
        """,
        columns,
    )
    await tx.run(
        """
        UPDATE order_line SET returned = order_line.returned + back.units
        FROM (SELECT order_id, line_no, sum(units)::int AS units
              FROM unnest(%(orders)s::uuid[], %(line_nos)s::int[], %(units)s::int[]) AS taken (order_id, line_no, units)
              GROUP BY order_id, line_no) AS back
        WHERE order_line.shop_id = %(shop)s AND order_line.order_id = back.order_id
          AND order_line.line_no = back.line_no
        """,
        columns,
    )


async def last_return_numbers(tx: Tx, orders: Collection[UUID]) -> dict[UUID, int]:
    """The highest return number of each order that has a return."""
    rows = await tx.all(
        """
        SELECT order_id, max(number) AS number FROM goods_return
        WHERE shop_id = %(shop)s AND order_id = ANY(%(orders)s)
        GROUP BY order_id
        """,
        {"shop": tx.shop_id, "orders": list(orders)},
    )
    return {row.order_id: row.number for row in rows}


async def insert_returns(tx: Tx, run: Run, returns: Sequence[HistoricReturn]) -> None:
    """Returns that were closed long ago, their lines, their refunds and the money that went back."""
    columns = {
        "shop": tx.shop_id,
        "actor": tx.actor,
        "channel": str(run.channel_id),
        "ids": [back.id for back in returns],
        "orders": [back.order_id for back in returns],
        "numbers": [back.number for back in returns],
        "invoices": [back.invoice for back in returns],
        "refunds": [back.refund_id for back in returns],
        "minors": [back.minor for back in returns],
        "currencies": [back.currency for back in returns],
        "order_invoices": [back.order_invoice for back in returns],
        "times": [back.at for back in returns],
        "contents": [
            Jsonb([{"line_no": line_no, "quantity": units} for line_no, units in back.lines])
            for back in returns
        ],
    }
    await tx.run(
        """
        INSERT INTO refund (shop_id, id, order_id, amount_minor, currency, reason, lines, state, granted_by, granted_at,
                            closed_by, closed_at, method, reference, paid_minor)
        SELECT %(shop)s, refund_id, order_id, minor, currency, 'imported_cancellation', contents, 'executed', %(actor)s,
               at, %(actor)s, at, 'historic', invoice, minor
        FROM unnest(%(refunds)s::uuid[], %(orders)s::uuid[], %(minors)s::bigint[], %(currencies)s::text[],
                    %(invoices)s::text[], %(contents)s::jsonb[], %(times)s::timestamptz[])
             AS back (refund_id, order_id, minor, currency, invoice, contents, at)
        WHERE minor > 0
        """,
        columns,
    )
    await tx.run(
        """
        INSERT INTO goods_return (shop_id, id, number, order_id, state, reason, refund_id, requested_by, requested_at,
                                  received_at, inspected_at, closed_at)
        SELECT %(shop)s, id, number, order_id, 'closed', 'imported_cancellation', refund_id, %(actor)s, at, at, at, at
        FROM unnest(%(ids)s::uuid[], %(numbers)s::bigint[], %(orders)s::uuid[], %(refunds)s::uuid[],
                    %(times)s::timestamptz[]) AS back (id, number, order_id, refund_id, at)
        """,
        columns,
    )
    flat = [(back.id, line_no, units) for back in returns for line_no, units in back.lines]
    await tx.run(
        """
        INSERT INTO return_line (shop_id, return_id, line_no, quantity, received, reason)
        SELECT %(shop)s, return_id, line_no, units, units, 'imported_cancellation'
        FROM unnest(%(returns)s::uuid[], %(line_nos)s::int[], %(units)s::int[]) AS back (return_id, line_no, units)
        """,
        {
            "shop": tx.shop_id,
            "returns": [line[0] for line in flat],
            "line_nos": [line[1] for line in flat],
            "units": [line[2] for line in flat],
        },
    )
    await tx.run(
        """
        INSERT INTO payment_event (shop_id, order_id, seq, kind, method, amount_minor, currency, reference, actor, at)
        SELECT %(shop)s, back.order_id,
               coalesce((SELECT max(seq) FROM payment_event AS earlier
                         WHERE earlier.shop_id = %(shop)s AND earlier.order_id = back.order_id), 0)
               + row_number() OVER (PARTITION BY back.order_id ORDER BY back.at, back.number),
               'refunded', 'historic', minor, currency,
               %(channel)s || '/' || back.invoice || '/' || back.order_invoice || '/' || back.number, %(actor)s, back.at
        FROM unnest(%(orders)s::uuid[], %(minors)s::bigint[], %(currencies)s::text[], %(invoices)s::text[],
                    %(order_invoices)s::text[], %(numbers)s::bigint[], %(times)s::timestamptz[])
             AS back (order_id, minor, currency, invoice, order_invoice, number, at)
        WHERE minor > 0
        """,
        columns,
    )


async def standings(tx: Tx, orders: Collection[UUID]) -> list[Standing]:
    """Orders with the units of their lines summed."""
    rows = await tx.all(
        """
        SELECT o.id AS order_id, o.total_minor, o.paid_minor, o.refunded_minor, sum(l.shipped)::bigint AS shipped,
               sum(l.returned)::bigint AS returned, sum(l.quantity)::bigint AS ordered
        FROM sales_order AS o
        JOIN order_line AS l ON l.shop_id = o.shop_id AND l.order_id = o.id
        WHERE o.shop_id = %(shop)s AND o.id = ANY(%(orders)s)
        GROUP BY o.shop_id, o.id
        """,
        {"shop": tx.shop_id, "orders": list(orders)},
    )
    return [Standing(**row._asdict()) for row in rows]


async def update_orders(tx: Tx, words: Sequence[tuple[UUID, int, str, str]]) -> None:
    """Set (order, refunded, money, headline) of locked orders."""
    await tx.run(
        """
        UPDATE sales_order
        SET refunded_minor = now.refunded, money = now.money, headline = now.headline
        FROM unnest(%(orders)s::uuid[], %(refunded)s::bigint[], %(money)s::text[], %(headlines)s::text[])
             AS now (order_id, refunded, money, headline)
        WHERE sales_order.shop_id = %(shop)s AND sales_order.id = now.order_id
        """,
        {
            "shop": tx.shop_id,
            "orders": [word[0] for word in words],
            "refunded": [word[1] for word in words],
            "money": [word[2] for word in words],
            "headlines": [word[3] for word in words],
        },
    )


async def refresh_statistics(tx: Tx) -> None:
    """Tell the planner about rows just written by the hundred thousand, before it joins them."""
    for statement in _ANALYZE:
        await tx.run(statement)


async def refresh_small_statistics(tx: Tx) -> None:
    """The same for the tables every batch looks its customers and skus up in, while they grow."""
    await tx.run("ANALYZE customer")
    await tx.run("ANALYZE sku")


_ANALYZE: tuple[LiteralString, ...] = (
    "ANALYZE import_line",
    "ANALYZE import_outcome",
    "ANALYZE sales_order",
    "ANALYZE order_line",
    "ANALYZE import_cancellation",
)
