"""Historic orders, written a few hundred at a time with one statement per table.

These rows belong to other domains, whose commands place one order of today at a time: price it,
hold stock, ask for payment. Nothing of that applies to an order that was paid and delivered last
year, so its rows are written as they stand at the end, under the same constraints; the audit reads
them like any other.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from psycopg.types.json import Jsonb

from orderan.importing.store.arrays import dates, plain, texts
from orderan.importing.store.runs import Run
from orderan.kit.db import Tx
from orderan.kit.ids import NIL, new_id

# Ids are text here: each is written many times, and turning a UUID into text is the dearest part.


class Article(NamedTuple):
    """A sku as the import must know it."""

    id: str
    is_stocked: bool


class HistoricOrder(NamedTuple):
    """An order that was placed, paid and delivered; amounts in minor units."""

    id: str
    number: int
    invoice: str
    customer_id: str | None
    currency: str
    total_minor: int
    units: int
    at: datetime


class HistoricLine(NamedTuple):
    """A line of it; `at` is the line's own time."""

    order_id: str
    line_no: int
    sku: Article
    sku_code: str
    title: str
    unit_price_minor: int
    quantity: int
    goods_minor: int
    at: datetime


class NewSku(NamedTuple):
    """A code the catalogue does not know."""

    code: str
    name: str
    is_stocked: bool


async def customer_ids(
    tx: Tx, first_seen: Mapping[str, datetime], *, now: datetime
) -> tuple[dict[str, UUID], int]:
    """Customers by external reference, those unknown made; also returns how many were.

    They have a reference and nothing personal, so there is nothing to encrypt. A reference whose
    customer was merged leads to the survivor.
    """
    references = sorted(first_seen)
    ids = [new_id(first_seen[known]) for known in references]
    # Invoices do not come in order of time, so a customer may turn out to be older than thought.
    touched = await tx.all(
        """
        INSERT INTO customer (shop_id, id, external_id, state, created_at, updated_at)
        SELECT %(shop)s, id, reference, 'active', at, %(now)s
        FROM unnest(%(ids)s::uuid[], %(references)s::text[], %(times)s::timestamptz[]) AS made (id, reference, at)
        ON CONFLICT (shop_id, external_id) WHERE external_id IS NOT NULL
        DO UPDATE SET created_at = excluded.created_at WHERE excluded.created_at < customer.created_at
        RETURNING id
        """,
        {
            "shop": tx.shop_id,
            "now": now,
            "ids": ids,
            "references": references,
            "times": [first_seen[known] for known in references],
        },
    )
    made = len({row.id for row in touched} & set(ids))
    rows = await tx.all(
        """
        SELECT external_id, coalesce(merged_into, id) AS id FROM customer
        WHERE shop_id = %(shop)s AND external_id = ANY(%(references)s) AND external_id IS NOT NULL
        """,
        {"shop": tx.shop_id, "references": references},
    )
    return {row.external_id: row.id for row in rows}, made


async def articles(tx: Tx, codes: Collection[str]) -> dict[str, Article]:
    """Skus the catalogue knows."""
    rows = await tx.all(
        "SELECT code, id::text AS id, is_stocked FROM sku WHERE shop_id = %(shop)s AND code = ANY(%(codes)s)",
        {"shop": tx.shop_id, "codes": list(codes)},
    )
    return {row.code: Article(row.id, row.is_stocked) for row in rows}


async def add_articles(tx: Tx, skus: Sequence[NewSku], *, mark: str, now: datetime) -> int:
    """Put codes into the catalogue, each a product of its own, marked with where they came from."""
    skus = sorted(skus)
    products = [new_id() for _ in skus]
    marked = Jsonb({"imported": mark})
    added = await tx.all(
        """
        INSERT INTO product (shop_id, id, name, description, brand, category, tax_class, state, images, created_at)
        SELECT %(shop)s, id, name, '', '', %(category)s, 'standard', 'active', '[]', %(now)s
        FROM unnest(%(products)s::uuid[], %(names)s::text[], %(codes)s::text[]) AS made (id, name, code)
        WHERE NOT EXISTS (SELECT 1 FROM sku WHERE sku.shop_id = %(shop)s AND sku.code = made.code)
        RETURNING id
        """,
        {
            "shop": tx.shop_id,
            "now": now,
            "category": "Impor",
            "products": products,
            "names": [sku.name for sku in skus],
            "codes": [sku.code for sku in skus],
        },
    )
    await tx.run(
        """
        INSERT INTO sku (shop_id, id, product_id, code, name, options, unit, weight_g, length_mm, width_mm, height_mm,
                         is_bundle, is_stocked, lot_tracked, state, created_at)
        SELECT %(shop)s, made.id, product, code, name, %(options)s, 'pcs', 0, 0, 0, 0, false, is_stocked, false,
               'active', %(now)s
        FROM unnest(%(ids)s::uuid[], %(products)s::uuid[], %(codes)s::text[], %(names)s::text[], %(stocked)s::boolean[])
             AS made (id, product, code, name, is_stocked)
        WHERE made.product = ANY(%(added)s)
        """,
        {
            "shop": tx.shop_id,
            "now": now,
            "options": marked,
            "ids": [new_id() for _ in skus],
            "products": products,
            "codes": [sku.code for sku in skus],
            "names": [sku.name for sku in skus],
            "stocked": [sku.is_stocked for sku in skus],
            "added": [row.id for row in added],
        },
    )
    return len(added)


async def insert_orders(tx: Tx, run: Run, orders: Sequence[HistoricOrder], *, note: str) -> None:
    """Orders, the move that made each, and the payment of each that cost anything."""
    columns = {
        "shop": tx.shop_id,
        "actor": tx.actor,
        "note": note,
        "channel": run.channel_id,
        "ids": plain([order.id for order in orders]),
        "numbers": plain([order.number for order in orders]),
        "invoices": texts([order.invoice for order in orders]),
        "customers": plain([order.customer_id for order in orders]),
        "currencies": plain([order.currency for order in orders]),
        "totals": plain([order.total_minor for order in orders]),
        "units": plain([order.units for order in orders]),
        "times": dates([order.at for order in orders]),
    }
    await tx.run(
        """
        INSERT INTO sales_order (shop_id, id, number, channel_id, external_id, kind, terms, customer_id, currency,
                                 commercial, money, verification, headline, goods_minor, discount_minor,
                                 shipping_minor, tax_minor, rounding_minor, total_minor, paid_minor, tax_included,
                                 units, note, placed_by, placed_at, accepted_at, delivered_at, closed_at)
        SELECT %(shop)s, id, number, %(channel)s, invoice, 'b2c', 'prepaid', customer_id, currency, 'completed',
               'paid', 'not_needed', 'completed', total, 0, 0, 0, 0, total, total, true, units, %(note)s, %(actor)s,
               at, at, at, at
        FROM unnest(%(ids)s::uuid[], %(numbers)s::bigint[], %(invoices)s::text[], %(customers)s::uuid[],
                    %(currencies)s::text[], %(totals)s::bigint[], %(units)s::int[], %(times)s::timestamptz[])
             AS placed (id, number, invoice, customer_id, currency, total, units, at)
        """,
        columns,
    )
    await tx.run(
        """
        INSERT INTO payment_event (shop_id, order_id, seq, kind, method, amount_minor, currency, reference, actor, at)
        SELECT %(shop)s, id, 1, 'captured', 'historic', total, currency, %(channel)s::text || '/' || invoice, %(actor)s, at
        FROM unnest(%(ids)s::uuid[], %(invoices)s::text[], %(currencies)s::text[], %(totals)s::bigint[],
                    %(times)s::timestamptz[]) AS placed (id, invoice, currency, total, at)
        WHERE total > 0
        """,
        columns,
    )
    # One move of its own kind: an order of the past did not go through the machine here.
    await tx.run(
        """
        INSERT INTO order_move (shop_id, order_id, id, axis, from_state, event, to_state, actor, reason, at)
        SELECT %(shop)s, id, move_id, 'commercial', 'draft', 'import', 'completed', %(actor)s, %(note)s, at
        FROM unnest(%(ids)s::uuid[], %(times)s::timestamptz[], %(moves)s::uuid[]) AS placed (id, at, move_id)
        """,
        columns | {"moves": plain([new_id() for _ in orders])},
    )
    await tx.run(
        """
        UPDATE import_invoice SET order_id = placed.id
        FROM unnest(%(ids)s::uuid[], %(invoices)s::text[]) AS placed (id, invoice)
        WHERE import_invoice.shop_id = %(shop)s AND import_invoice.channel_id = %(channel)s
          AND import_invoice.invoice = placed.invoice
        """,
        columns,
    )


async def insert_lines(tx: Tx, lines: Sequence[HistoricLine]) -> None:
    """Order lines whose every unit was delivered."""
    await tx.run(
        """
        INSERT INTO order_line (shop_id, order_id, line_no, sku_id, sku_code, title, unit_price_minor, quantity,
                                allocated, picked, packed, shipped, delivered, goods_minor, discount_minor, tax_minor,
                                tax_class, tax_rate_bp)
        SELECT %(shop)s, order_id, line_no, sku_id, sku_code, title, unit_price_minor, quantity,
               quantity, quantity, quantity, quantity, quantity, goods_minor, 0, 0, 'standard', 0
        FROM unnest(%(orders)s::uuid[], %(line_nos)s::int[], %(skus)s::uuid[], %(codes)s::text[], %(titles)s::text[],
                    %(prices)s::bigint[], %(quantities)s::int[], %(goods)s::bigint[])
             AS sold (order_id, line_no, sku_id, sku_code, title, unit_price_minor, quantity, goods_minor)
        """,
        {
            "shop": tx.shop_id,
            "orders": plain([line.order_id for line in lines]),
            "line_nos": plain([line.line_no for line in lines]),
            "skus": plain([line.sku.id for line in lines]),
            "codes": texts([line.sku_code for line in lines]),
            "titles": texts([line.title for line in lines]),
            "prices": plain([line.unit_price_minor for line in lines]),
            "quantities": plain([line.quantity for line in lines]),
            "goods": plain([line.goods_minor for line in lines]),
        },
    )


class Moved(NamedTuple):
    """Units that went from one account to another, long ago."""

    sku_id: str
    quantity: int
    cause_id: str
    at: datetime


async def insert_movements(tx: Tx, moved: Sequence[Moved], *, source: UUID, target: UUID) -> None:
    """Ledger entries between two accounts that keep no counters: today's stock is not touched."""
    if not moved:
        return
    await tx.run(
        """
        INSERT INTO movement (shop_id, id, sku_id, owner_id, lot_id, quantity, from_location, from_bucket,
                              to_location, to_bucket, kind, cause_id, actor, occurred_at)
        SELECT %(shop)s, id, sku_id, %(nil)s, %(nil)s, quantity, %(source)s, 'free', %(target)s, 'free', 'historic',
               cause_id, %(actor)s, at
        FROM unnest(%(ids)s::uuid[], %(skus)s::uuid[], %(quantities)s::bigint[], %(causes)s::uuid[],
                    %(times)s::timestamptz[]) AS moved (id, sku_id, quantity, cause_id, at)
        """,
        {
            "shop": tx.shop_id,
            "actor": tx.actor,
            "nil": NIL,
            "source": source,
            "target": target,
            "ids": plain(_ids([move.at for move in moved])),
            "skus": plain([move.sku_id for move in moved]),
            "quantities": plain([move.quantity for move in moved]),
            "causes": plain([move.cause_id for move in moved]),
            "times": dates([move.at for move in moved]),
        },
    )


def _ids(times: Sequence[datetime]) -> Iterable[str]:
    """Version 7 ids of these instants, as text; all randomness is drawn at once."""
    noise = os.urandom(10 * len(times)).hex()
    for place, at in enumerate(times):
        tail = noise[20 * place : 20 * place + 20]
        variant = "89ab"[int(tail[3], 16) & 3]
        yield f"{max(int(at.timestamp() * 1000), 0):012x}7{tail[:3]}{variant}{tail[4:7]}{tail[7:19]}"


async def account(tx: Tx, kind: str) -> UUID | None:
    """The shop's account of a kind (supplier, customer), the oldest if there are several."""
    row = await tx.maybe(
        "SELECT id FROM location WHERE shop_id = %(shop)s AND kind = %(kind)s ORDER BY created_at, id LIMIT 1",
        {"shop": tx.shop_id, "kind": kind},
    )
    found: UUID | None = row.id if row is not None else None
    return found
