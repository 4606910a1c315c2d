"""Writing and reading what returns are sent with, what came, and disputes. The return's order is locked first."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from orderan.kit.db import Tx
from orderan.returns.models_dispute import (
    Dispute,
    DisputeNote,
    Extra,
    ReceivedLine,
    Reception,
    ReturnShipment,
    Seen,
)
from orderan.returns.rules_dispute import plain_difference, read_difference


async def put_shipment(tx: Tx, made: ReturnShipment) -> bool:
    """Write what a return is sent with, instead of what was written before; False where another has the number."""
    taken = await tx.maybe(
        "SELECT FROM return_shipment WHERE shop_id = %(shop)s AND awb = %(awb)s AND return_id <> %(id)s",
        {"shop": tx.shop_id, "awb": made.awb, "id": made.return_id},
    )
    if taken is not None:
        return False
    return (
        await tx.run(
            """
            INSERT INTO return_shipment (shop_id, return_id, courier, awb, weight_g, origin, issued_by, issued_at)
            VALUES (%(shop)s, %(id)s, %(courier)s, %(awb)s, %(weight)s, %(origin)s, %(by)s, %(at)s)
            ON CONFLICT (shop_id, return_id) DO UPDATE
            SET courier = excluded.courier, awb = excluded.awb, issued_by = excluded.issued_by,
                issued_at = excluded.issued_at
            """,
            {
                "shop": tx.shop_id,
                "id": made.return_id,
                "courier": made.courier,
                "awb": made.awb,
                "weight": made.weight_g,
                "origin": made.origin,
                "by": made.issued_by,
                "at": made.issued_at,
            },
        )
        == 1
    )


async def shipment_of(tx: Tx, return_id: UUID) -> ReturnShipment | None:
    """What a return is sent with."""
    row = await tx.maybe(
        """
        SELECT return_id, courier, awb, weight_g, origin, issued_by, issued_at FROM return_shipment
        WHERE shop_id = %(shop)s AND return_id = %(id)s
        """,
        {"shop": tx.shop_id, "id": return_id},
    )
    return None if row is None else ReturnShipment(*row)


async def insert_reception(
    tx: Tx,
    return_id: UUID,
    lines: Sequence[ReceivedLine],
    seen: Seen,
    *,
    location_id: UUID,
    now: datetime,
) -> None:
    named = {
        "shop": tx.shop_id,
        "id": return_id,
        "location": location_id,
        "awb": seen.awb,
        "weight": seen.weight_g,
        "origin": seen.origin,
        "by": tx.actor,
        "now": now,
    }
    await tx.run(
        """
        INSERT INTO return_reception (shop_id, return_id, location_id, awb, weight_g, origin, received_by, received_at)
        VALUES (%(shop)s, %(id)s, %(location)s, %(awb)s, %(weight)s, %(origin)s, %(by)s, %(now)s)
        """,
        named,
    )
    await tx.run(
        """
        INSERT INTO return_reception_line (shop_id, return_id, line_no, expected, received, damaged)
        SELECT %(shop)s, %(id)s, line_no, expected, received, damaged
        FROM unnest(%(lines)s::int[], %(expected)s::int[], %(received)s::int[], %(damaged)s::int[])
             AS came (line_no, expected, received, damaged)
        """,
        {
            "shop": tx.shop_id,
            "id": return_id,
            "lines": [line.line_no for line in lines],
            "expected": [line.expected for line in lines],
            "received": [line.received for line in lines],
            "damaged": [line.damaged for line in lines],
        },
    )
    if seen.extras:
        await tx.run(
            """
            INSERT INTO return_extra (shop_id, return_id, what, units)
            SELECT %(shop)s, %(id)s, what, sum(units)::int
            FROM unnest(%(whats)s::text[], %(units)s::int[]) AS came (what, units)
            GROUP BY what
            """,
            {
                "shop": tx.shop_id,
                "id": return_id,
                "whats": [one.what for one in seen.extras],
                "units": [one.units for one in seen.extras],
            },
        )


async def reception_of(tx: Tx, return_id: UUID) -> Reception | None:
    """What was seen when a return came."""
    asked = {"shop": tx.shop_id, "id": return_id}
    row = await tx.maybe(
        """
        SELECT return_id, location_id, awb, weight_g, origin, received_by, received_at FROM return_reception
        WHERE shop_id = %(shop)s AND return_id = %(id)s
        """,
        asked,
    )
    if row is None:
        return None
    lines = await tx.all(
        """
        SELECT line_no, expected, received, damaged FROM return_reception_line
        WHERE shop_id = %(shop)s AND return_id = %(id)s
        ORDER BY line_no
        """,
        asked,
    )
    extras = await tx.all(
        "SELECT what, units FROM return_extra WHERE shop_id = %(shop)s AND return_id = %(id)s ORDER BY what",
        asked,
    )
    return Reception(
        row.return_id,
        row.location_id,
        row.awb,
        row.weight_g,
        row.origin,
        row.received_by,
        row.received_at,
        [ReceivedLine(*line) for line in lines],
        [Extra(*extra) for extra in extras],
    )


async def insert_inspection(tx: Tx, return_id: UUID, *, now: datetime) -> None:
    await tx.run(
        """
        INSERT INTO return_inspection (shop_id, return_id, inspected_by, inspected_at)
        VALUES (%(shop)s, %(id)s, %(by)s, %(now)s)
        """,
        {"shop": tx.shop_id, "id": return_id, "by": tx.actor, "now": now},
    )


async def insert_dispute(tx: Tx, made: Dispute) -> None:
    await tx.run(
        """
        INSERT INTO return_dispute (shop_id, id, state, found, opened_by, opened_at, deadline, moved_at)
        VALUES (%(shop)s, %(id)s, %(state)s, %(found)s, %(by)s, %(at)s, %(deadline)s, %(at)s)
        """,
        {
            "shop": tx.shop_id,
            "id": made.id,
            "state": made.state,
            "found": Jsonb([plain_difference(one) for one in made.found]),
            "by": made.opened_by,
            "at": made.opened_at,
            "deadline": made.deadline,
        },
    )


def _dispute(row: Any) -> Dispute:
    return Dispute(row.id, row.state, tuple(read_difference(one) for one in row.found), *row[3:])


async def dispute_of(tx: Tx, return_id: UUID) -> Dispute | None:
    """The file of a return, if there is one."""
    row = await tx.maybe(
        """
        SELECT id, state, found, opened_by, opened_at, deadline, moved_at, decided_by, decided_at, note
        FROM return_dispute
        WHERE shop_id = %(shop)s AND id = %(id)s
        """,
        {"shop": tx.shop_id, "id": return_id},
    )
    return None if row is None else _dispute(row)


async def set_dispute(
    tx: Tx, return_id: UUID, *, was: str, becomes: str, decided: bool, note: str | None, now: datetime
) -> bool:
    """Move a dispute; False when it is no longer in the state it had to be in."""
    return (
        await tx.run(
            """
            UPDATE return_dispute
            SET state = %(becomes)s, moved_at = %(now)s, note = coalesce(%(note)s, note),
                decided_by = CASE WHEN %(decided)s THEN %(by)s END,
                decided_at = CASE WHEN %(decided)s THEN %(now)s::timestamptz END
            WHERE shop_id = %(shop)s AND id = %(id)s AND state = %(was)s
            """,
            {
                "shop": tx.shop_id,
                "id": return_id,
                "was": was,
                "becomes": becomes,
                "decided": decided,
                "note": note,
                "by": tx.actor,
                "now": now,
            },
        )
        == 1
    )


async def insert_note(tx: Tx, return_id: UUID, made: DisputeNote) -> None:
    await tx.run(
        """
        INSERT INTO return_dispute_note (shop_id, id, return_id, words, written_by, written_at)
        VALUES (%(shop)s, %(id)s, %(return)s, %(words)s, %(by)s, %(at)s)
        """,
        {
            "shop": tx.shop_id,
            "id": made.id,
            "return": return_id,
            "words": made.words,
            "by": made.written_by,
            "at": made.written_at,
        },
    )


async def notes_of(tx: Tx, return_id: UUID) -> list[DisputeNote]:
    """What was written for a dispute, oldest first."""
    rows = await tx.all(
        """
        SELECT id, words, written_by, written_at FROM return_dispute_note
        WHERE shop_id = %(shop)s AND return_id = %(return)s
        ORDER BY written_at, id
        """,
        {"shop": tx.shop_id, "return": return_id},
    )
    return [DisputeNote(*row) for row in rows]


async def history_of(tx: Tx, customer_id: UUID) -> Mapping[str, int]:
    """What is known of a buyer's way with orders: how many were delivered, and disputes and returns that went wrong."""
    row = await tx.one(
        """
        SELECT (SELECT count(*) FROM sales_order
                WHERE shop_id = %(shop)s AND customer_id = %(customer)s AND delivered_at IS NOT NULL)::int AS delivered,
               (SELECT count(*) FROM goods_return
                JOIN sales_order ON sales_order.shop_id = goods_return.shop_id AND sales_order.id = goods_return.order_id
                LEFT JOIN return_dispute ON return_dispute.shop_id = goods_return.shop_id
                     AND return_dispute.id = goods_return.id
                WHERE goods_return.shop_id = %(shop)s AND sales_order.customer_id = %(customer)s
                  AND (return_dispute.state IN ('open', 'evidence', 'for_shop')
                       OR (goods_return.trusted_at IS NOT NULL AND goods_return.state = 'closed'
                           AND goods_return.received_at IS NULL)))::int AS broken
        """,
        {"shop": tx.shop_id, "customer": customer_id},
    )
    return {"delivered": row.delivered, "broken": row.broken}


async def set_trusted(tx: Tx, return_id: UUID, now: datetime) -> None:
    """Note that a return's refund was granted before its goods were seen."""
    await tx.run(
        "UPDATE goods_return SET trusted_at = %(now)s WHERE shop_id = %(shop)s AND id = %(id)s",
        {"shop": tx.shop_id, "id": return_id, "now": now},
    )


async def forget_dispute_words(tx: Tx, orders: Collection[UUID], gone: str) -> None:
    """Take what was written of parcels and in disputes out of the returns of orders."""
    asked = {"shop": tx.shop_id, "ids": list(orders), "gone": gone}
    await tx.run(
        """
        UPDATE return_dispute_note SET words = %(gone)s
        FROM goods_return
        WHERE return_dispute_note.shop_id = %(shop)s AND goods_return.shop_id = %(shop)s
          AND goods_return.id = return_dispute_note.return_id AND goods_return.order_id = ANY(%(ids)s)
        """,
        asked,
    )
    await tx.run(
        """
        UPDATE return_dispute SET note = CASE WHEN return_dispute.note IS NULL THEN NULL ELSE %(gone)s END
        FROM goods_return
        WHERE return_dispute.shop_id = %(shop)s AND goods_return.shop_id = %(shop)s
          AND goods_return.id = return_dispute.id AND goods_return.order_id = ANY(%(ids)s)
        """,
        asked,
    )
