"""Writing the money ledger; it is only ever appended to."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from orderan.kit.db import Tx
from orderan.payments.models import MoneyEvent, MoneyKind, Refund, RefundLine


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


async def used_references(tx: Tx, events: Sequence[MoneyEvent]) -> set[tuple[str, str, str]]:
    """Which of these (method, kind, reference) are in the ledger already."""
    told = [event for event in events if event.reference is not None]
    if not told:
        return set()
    rows = await tx.all(
        """
        SELECT payment_event.method, payment_event.kind, payment_event.reference
        FROM unnest(%(methods)s::text[], %(kinds)s::text[], %(references)s::text[])
             AS asked (method, kind, reference)
        JOIN payment_event ON payment_event.shop_id = %(shop)s AND payment_event.method = asked.method
             AND payment_event.kind = asked.kind AND payment_event.reference = asked.reference
        """,
        {
            "shop": tx.shop_id,
            "methods": [event.method for event in told],
            "kinds": [event.kind for event in told],
            "references": [event.reference for event in told],
        },
    )
    return {(row.method, row.kind, row.reference) for row in rows}


async def booked(tx: Tx, kind: MoneyKind, *, method: str, references: Collection[str]) -> dict[str, int]:
    """What the ledger has of a kind under each of these references; one that has nothing is missing."""
    rows = await tx.all(
        """
        SELECT reference, sum(amount_minor)::bigint AS amount
        FROM payment_event
        WHERE shop_id = %(shop)s AND method = %(method)s AND kind = %(kind)s AND reference = ANY(%(references)s)
        GROUP BY reference
        """,
        {"shop": tx.shop_id, "method": method, "kind": kind, "references": list(references)},
    )
    return {row.reference: row.amount for row in rows}


async def events_of(tx: Tx, orders: Collection[UUID], kinds: Collection[MoneyKind]) -> list[Any]:
    """What the ledger has of these kinds for these orders, oldest first.

    Columns: order_id, kind, reference, amount_minor.
    """
    return await tx.all(
        """
        SELECT order_id, kind, reference, amount_minor
        FROM payment_event
        WHERE shop_id = %(shop)s AND order_id = ANY(%(orders)s) AND kind = ANY(%(kinds)s)
        ORDER BY order_id, seq
        """,
        {"shop": tx.shop_id, "orders": list(orders), "kinds": [str(kind) for kind in kinds]},
    )


async def promised(tx: Tx, orders: Collection[UUID]) -> dict[UUID, int]:
    """What of refunds granted and neither executed nor withdrawn did not leave the shop yet, per order that has any."""
    rows = await tx.all(
        """
        SELECT order_id, sum(amount_minor - paid_minor)::bigint AS amount
        FROM refund
        WHERE shop_id = %(shop)s AND order_id = ANY(%(orders)s) AND state = 'granted'
        GROUP BY order_id
        """,
        {"shop": tx.shop_id, "orders": list(orders)},
    )
    return {row.order_id: row.amount for row in rows}


async def insert_refund(tx: Tx, refund: Refund) -> bool:
    """Write a granted refund unless it would promise more than there is; whether it was written.

    The room is computed again by the statement that writes: a caller that forgot to ask, or was
    told something else a moment ago, cannot promise a rupiah too much. It relies on the lock of
    the order's row, as every writer of its money does.
    """
    return (
        await tx.run(
            """
        INSERT INTO refund (shop_id, id, order_id, amount_minor, currency, reason, lines, state, approval,
                            granted_by, granted_at, shipping_minor)
        SELECT %(shop)s, made.id, %(order)s, %(amount)s, %(currency)s, %(reason)s, %(lines)s, %(state)s,
               %(approval)s, %(actor)s, %(at)s, %(shipping)s
        FROM unnest(ARRAY[%(id)s]::uuid[]) AS made (id)
        WHERE %(amount)s <= (
            SELECT coalesce(sum(CASE WHEN kind IN ('captured', 'cod_collected', 'refund_reversed') THEN amount_minor
                                     WHEN kind IN ('capture_reversed', 'refunded') THEN -amount_minor
                                     ELSE 0 END), 0)
            FROM payment_event
            WHERE shop_id = %(shop)s AND order_id = %(order)s
        ) - (
            SELECT coalesce(sum(amount_minor - paid_minor), 0)
            FROM refund
            WHERE shop_id = %(shop)s AND order_id = %(order)s AND state = 'granted'
        )
        """,
            {
                "shop": tx.shop_id,
                "id": refund.id,
                "order": refund.order_id,
                "amount": refund.amount_minor,
                "currency": refund.currency,
                "reason": refund.reason,
                "lines": Jsonb([_line(line) for line in refund.lines]),
                "state": refund.state,
                "approval": refund.approval,
                "actor": refund.granted_by,
                "at": refund.granted_at,
                "shipping": refund.shipping_minor,
            },
        )
        == 1
    )


def _line(line: RefundLine) -> dict[str, int]:
    return {"line_no": line.line_no, "quantity": line.quantity, "amount_minor": line.amount_minor}


async def refund_by_id(tx: Tx, refund_id: UUID) -> Refund | None:
    """A refund as it stands; whoever wants to move it locks its order first."""
    row = await tx.maybe(
        "SELECT * FROM refund WHERE shop_id = %(shop)s AND id = %(id)s", {"shop": tx.shop_id, "id": refund_id}
    )
    return None if row is None else as_refund(row)


def as_refund(row: Any) -> Refund:
    """A row of the refund table."""
    columns = row._asdict()
    del columns["shop_id"]
    return Refund(**columns | {"lines": tuple(RefundLine(**line) for line in row.lines)})


async def close_refund(
    tx: Tx,
    refund_id: UUID,
    *,
    was: str,
    becomes: str,
    method: str | None,
    reference: str | None,
    now: datetime,
) -> bool:
    """Move a refund; False when it is no longer in the state it had to be in."""
    return (
        await tx.run(
            """
        UPDATE refund
        SET state = %(becomes)s, method = %(method)s, reference = %(reference)s, closed_by = %(actor)s,
            closed_at = %(now)s,
            paid_minor = CASE WHEN %(becomes)s = 'executed' THEN amount_minor ELSE paid_minor END
        WHERE shop_id = %(shop)s AND id = %(id)s AND state = %(was)s
        """,
            {
                "shop": tx.shop_id,
                "id": refund_id,
                "was": was,
                "becomes": becomes,
                "method": method,
                "reference": reference,
                "actor": tx.actor,
                "now": now,
            },
        )
        == 1
    )


async def forget_words(tx: Tx, orders: Collection[UUID], gone: str) -> list[UUID]:
    """Take notes and reasons out of the money of orders; returns their refunds.

    The ledger keeps every amount, method and reference: the bank's statement is matched by them.
    """
    asked = {"shop": tx.shop_id, "ids": list(orders), "gone": gone}
    await tx.run(
        "UPDATE payment_event SET note = NULL WHERE shop_id = %(shop)s AND order_id = ANY(%(ids)s) AND note IS NOT NULL",
        asked,
    )
    rows = await tx.all(
        "UPDATE refund SET reason = %(gone)s WHERE shop_id = %(shop)s AND order_id = ANY(%(ids)s) RETURNING id",
        asked,
    )
    return [row.id for row in rows]
