"""Lines a person's repair adds to a historic order that is already there."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from orderan.importing.store.runs import Run
from orderan.kit.db import Tx
from orderan.kit.ids import new_id


class ThatOrder(NamedTuple):
    """An imported order, locked."""

    id: UUID
    customer: str | None
    currency: str
    lines: int


class Addition(NamedTuple):
    """What new lines add to an order, and the words it has after them."""

    order_id: UUID
    minor: int
    units: int
    currency: str
    money: str
    headline: str
    reference: str
    at: datetime


async def order_of_invoice(tx: Tx, run: Run, invoice: str) -> ThatOrder | None:
    """The order an invoice became, locked; None if none of its lines was a sale."""
    row = await tx.maybe(
        """
        SELECT o.id, customer.external_id AS customer, o.currency,
               coalesce((SELECT max(line_no) FROM order_line AS l
                         WHERE l.shop_id = o.shop_id AND l.order_id = o.id), 0) AS lines
        FROM import_invoice AS claimed
        JOIN sales_order AS o ON o.shop_id = claimed.shop_id AND o.id = claimed.order_id
        LEFT JOIN customer ON customer.shop_id = o.shop_id AND customer.id = o.customer_id
        WHERE claimed.shop_id = %(shop)s AND claimed.channel_id = %(channel)s AND claimed.invoice = %(invoice)s
        FOR NO KEY UPDATE OF o
        """,
        {"shop": tx.shop_id, "channel": run.channel_id, "invoice": invoice},
    )
    return ThatOrder(*row) if row is not None else None


async def add_to_order(tx: Tx, added: Addition, *, note: str, now: datetime) -> None:
    """Add amount, units and payment of lines already written, and say so on the order."""
    columns = {
        "shop": tx.shop_id,
        "actor": tx.actor,
        "now": now,
        "note": note,
        "id": new_id(),
    } | added._asdict()
    await tx.run(
        """
        UPDATE sales_order
        SET goods_minor = goods_minor + %(minor)s, total_minor = total_minor + %(minor)s,
            paid_minor = paid_minor + %(minor)s, units = units + %(units)s, money = %(money)s, headline = %(headline)s,
            version = version + 1
        WHERE shop_id = %(shop)s AND id = %(order_id)s
        """,
        columns,
    )
    await tx.run(
        """
        INSERT INTO order_note (shop_id, order_id, id, body, author, at)
        VALUES (%(shop)s, %(order_id)s, %(id)s, %(note)s, %(actor)s, %(now)s)
        """,
        columns,
    )
    if added.minor > 0:
        await tx.run(
            """
            INSERT INTO payment_event (shop_id, order_id, seq, kind, method, amount_minor, currency, reference, actor, at)
            SELECT %(shop)s, made.order_id, 1 + coalesce((
                       SELECT max(seq) FROM payment_event WHERE shop_id = %(shop)s AND order_id = %(order_id)s
                   ), 0), 'captured', 'historic', %(minor)s, %(currency)s, %(reference)s, %(actor)s, %(at)s
            FROM unnest(ARRAY[%(order_id)s]::uuid[]) AS made (order_id)
            """,
            columns,
        )
