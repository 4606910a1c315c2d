"""Writing the money ledger; it is only ever appended to."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx
from orderan.payments.models import MoneyEvent, MoneyKind


async def append(tx: Tx, events: Sequence[MoneyEvent], *, now: datetime) -> None:
    """Append events, numbered on from the last of each order, whose row the caller has locked."""
    await tx.run(
        """
        INSERT INTO payment_event (shop_id, order_id, seq, kind, method, amount_minor, currency, reference, note,
                                   actor, at)
        SELECT %(shop)s, made.order_id,
               coalesce((SELECT max(seq) FROM payment_event AS earlier
                         WHERE earlier.shop_id = %(shop)s AND earlier.order_id = made.order_id), 0)
               + row_number() OVER (PARTITION BY made.order_id ORDER BY made.turn),
               made.kind, made.method, made.amount_minor, made.currency, made.reference, made.note,
               %(actor)s, %(now)s
        FROM unnest(%(orders)s::uuid[], %(kinds)s::text[], %(methods)s::text[], %(amounts)s::bigint[],
                    %(currencies)s::text[], %(references)s::text[], %(notes)s::text[])
             WITH ORDINALITY AS made (order_id, kind, method, amount_minor, currency, reference, note, turn)
        """,
        {
            "shop": tx.shop_id,
            "actor": tx.actor,
            "now": now,
            "orders": [event.order_id for event in events],
            "kinds": [event.kind for event in events],
            "methods": [event.method for event in events],
            "amounts": [event.amount_minor for event in events],
            "currencies": [event.currency for event in events],
            "references": [event.reference for event in events],
            "notes": [event.note for event in events],
        },
    )


async def sums(tx: Tx, orders: Collection[UUID]) -> dict[UUID, dict[MoneyKind, int]]:
    """Amounts per order and kind."""
    rows = await tx.all(
        """
        SELECT order_id, kind, sum(amount_minor)::bigint AS amount
        FROM payment_event
        WHERE shop_id = %(shop)s AND order_id = ANY(%(orders)s)
        GROUP BY order_id, kind
        """,
        {"shop": tx.shop_id, "orders": list(orders)},
    )
    found: dict[UUID, dict[MoneyKind, int]] = {order: {} for order in orders}
    for row in rows:
        found[row.order_id][MoneyKind(row.kind)] = row.amount
    return found
