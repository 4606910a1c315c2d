"""Writing returns."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from orderan.kit.db import Tx
from orderan.returns.models import GoodsReturn, Inspected, ReturnLine, Wanted

_COLUMNS: LiteralString = """
id, number, order_id, state, reason, location_id, refund_id, requested_by, requested_at, received_at,
inspected_at, closed_at, moved_at, note, parcel_id, policy_version, way_paid_by, way, trusted_at
"""


async def next_number(tx: Tx, order_id: UUID) -> int:
    """The number of the next return of a locked order."""
    number: int = await tx.value(
        "SELECT coalesce(max(number), 0) + 1 FROM goods_return WHERE shop_id = %(shop)s AND order_id = %(order)s",
        {"shop": tx.shop_id, "order": order_id},
    )
    return number


async def insert_return(tx: Tx, made: GoodsReturn, wanted: Sequence[Wanted]) -> None:
    await tx.run(
        """
        INSERT INTO goods_return (shop_id, id, number, order_id, state, reason, requested_by, requested_at,
                                  location_id, moved_at, parcel_id, policy_version, way_paid_by, way)
        VALUES (%(shop)s, %(id)s, %(number)s, %(order)s, %(state)s, %(reason)s, %(by)s, %(at)s, %(location)s,
                %(at)s, %(parcel)s, %(policy)s, %(payer)s, %(way)s)
        """,
        {
            "shop": tx.shop_id,
            "id": made.id,
            "number": made.number,
            "order": made.order_id,
            "state": made.state,
            "reason": made.reason,
            "by": made.requested_by,
            "at": made.requested_at,
            "location": made.location_id,
            "parcel": made.parcel_id,
            "policy": made.policy_version,
            "payer": made.way_paid_by,
            "way": made.way,
        },
    )
    await tx.run(
        """
        INSERT INTO return_line (shop_id, return_id, line_no, quantity, reason, cause)
        SELECT %(shop)s, %(id)s, line_no, sum(quantity)::int, min(reason), min(cause)
        FROM unnest(%(lines)s::int[], %(quantities)s::int[], %(reasons)s::text[], %(causes)s::text[])
             AS wanted (line_no, quantity, reason, cause)
        GROUP BY line_no
        """,
        {
            "shop": tx.shop_id,
            "id": made.id,
            "lines": [want.line_no for want in wanted],
            "quantities": [want.quantity for want in wanted],
            "reasons": [want.reason or made.reason for want in wanted],
            "causes": [want.cause for want in wanted],
        },
    )


async def behind(tx: Tx, return_id: UUID) -> UUID | None:
    """The order of a return, read without a lock: whoever moves a return locks its order first."""
    row = await tx.maybe(
        "SELECT order_id FROM goods_return WHERE shop_id = %(shop)s AND id = %(id)s",
        {"shop": tx.shop_id, "id": return_id},
    )
    return None if row is None else row.order_id


async def find(tx: Tx, return_id: UUID) -> GoodsReturn | None:
    row = await tx.maybe(
        "SELECT "
        + _COLUMNS
        + " FROM goods_return WHERE shop_id = %(shop)s AND id = %(id)s FOR NO KEY UPDATE",
        {"shop": tx.shop_id, "id": return_id},
    )
    return None if row is None else GoodsReturn(*row)


async def lines_of(tx: Tx, return_id: UUID) -> list[ReturnLine]:
    rows = await tx.all(
        """
        SELECT return_id, line_no, quantity, received, to_stock, to_quarantine, reason, condition, cause
        FROM return_line
        WHERE shop_id = %(shop)s AND return_id = %(id)s
        ORDER BY line_no
        """,
        {"shop": tx.shop_id, "id": return_id},
    )
    return [ReturnLine(*row) for row in rows]


async def coming_back(tx: Tx, order_id: UUID) -> dict[int, int]:
    """Units per line asked back and not arrived yet, in returns that may still bring them."""
    rows = await tx.all(
        """
        SELECT return_line.line_no, sum(return_line.quantity)::int AS units
        FROM goods_return
        JOIN return_line ON return_line.shop_id = goods_return.shop_id AND return_line.return_id = goods_return.id
        WHERE goods_return.shop_id = %(shop)s AND goods_return.order_id = %(order)s
          AND goods_return.state IN ('requested', 'approved', 'in_transit')
        GROUP BY return_line.line_no
        """,
        {"shop": tx.shop_id, "order": order_id},
    )
    return {row.line_no: row.units for row in rows}


async def received_before(tx: Tx, order_id: UUID, return_id: UUID) -> dict[int, int]:
    """Units per line that arrived in returns received before this one; all that did while it has not.

    Of two returns one is always the earlier, in whatever turn they are judged and resolved, so that
    their shares of a line's goods and money add up to the line. What was refused at a door has its turn from that
    moment on, and for all of its units, since nothing is asked for them any more; so has what was paid back
    before it was seen.
    """
    rows = await tx.all(
        """
        WITH turn AS (
            SELECT id, parcel_id IS NOT NULL OR trusted_at IS NOT NULL AS whole,
                   CASE WHEN parcel_id IS NOT NULL THEN requested_at
                        ELSE coalesce(trusted_at, received_at) END AS at
            FROM goods_return
            WHERE shop_id = %(shop)s AND order_id = %(order)s
        )
        SELECT return_line.line_no,
               sum(CASE WHEN turn.whole THEN return_line.quantity ELSE return_line.received END)::int AS units
        FROM turn
        JOIN return_line ON return_line.shop_id = %(shop)s AND return_line.return_id = turn.id
        JOIN turn AS this ON this.id = %(id)s
        WHERE turn.id <> this.id AND (this.at IS NULL OR (turn.at, turn.id) < (this.at, this.id))
        GROUP BY return_line.line_no
        """,
        {"shop": tx.shop_id, "order": order_id, "id": return_id},
    )
    return {row.line_no: row.units for row in rows}


async def set_state(
    tx: Tx,
    return_id: UUID,
    *,
    was: str,
    becomes: str,
    note: str | None,
    location_id: UUID | None,
    now: datetime,
) -> bool:
    """Move a return; False when it is no longer in the state it had to be in."""
    return (
        await tx.run(
            """
        UPDATE goods_return
        SET state = %(becomes)s, moved_at = %(now)s, note = coalesce(%(note)s, note),
            location_id = coalesce(%(location)s, location_id),
            received_at = CASE WHEN %(becomes)s = 'received' THEN %(now)s ELSE received_at END,
            inspected_at = CASE WHEN %(becomes)s = 'inspected' THEN %(now)s ELSE inspected_at END,
            closed_at = CASE WHEN %(becomes)s IN ('closed', 'rejected') THEN %(now)s ELSE closed_at END
        WHERE shop_id = %(shop)s AND id = %(id)s AND state = %(was)s
        """,
            {
                "shop": tx.shop_id,
                "id": return_id,
                "was": was,
                "becomes": becomes,
                "note": note,
                "location": location_id,
                "now": now,
            },
        )
        == 1
    )


async def set_received(tx: Tx, return_id: UUID, received: Collection[tuple[int, int]]) -> None:
    await tx.run(
        """
        UPDATE return_line SET received = came.units
        FROM unnest(%(lines)s::int[], %(units)s::int[]) AS came (line_no, units)
        WHERE return_line.shop_id = %(shop)s AND return_line.return_id = %(id)s
          AND return_line.line_no = came.line_no
        """,
        {
            "shop": tx.shop_id,
            "id": return_id,
            "lines": [line for line, _ in received],
            "units": [units for _, units in received],
        },
    )


async def set_inspected(tx: Tx, return_id: UUID, inspected: Collection[Inspected]) -> None:
    await tx.run(
        """
        UPDATE return_line
        SET to_stock = seen.to_stock, to_quarantine = seen.to_quarantine, condition = seen.condition
        FROM unnest(%(lines)s::int[], %(stock)s::int[], %(quarantine)s::int[], %(conditions)s::text[])
             AS seen (line_no, to_stock, to_quarantine, condition)
        WHERE return_line.shop_id = %(shop)s AND return_line.return_id = %(id)s
          AND return_line.line_no = seen.line_no
        """,
        {
            "shop": tx.shop_id,
            "id": return_id,
            "lines": [one.line_no for one in inspected],
            "stock": [one.to_stock for one in inspected],
            "quarantine": [one.to_quarantine for one in inspected],
            "conditions": [one.condition for one in inspected],
        },
    )


async def set_refund(tx: Tx, return_id: UUID, refund_id: UUID) -> None:
    await tx.run(
        "UPDATE goods_return SET refund_id = %(refund)s WHERE shop_id = %(shop)s AND id = %(id)s",
        {"shop": tx.shop_id, "id": return_id, "refund": refund_id},
    )


async def credited_by(tx: Tx, refund_id: UUID) -> bool:
    """Whether a refund is for goods that came back, or that its buyer is trusted to send back."""
    row = await tx.maybe(
        """
        SELECT FROM goods_return
        WHERE shop_id = %(shop)s AND refund_id = %(refund)s
          AND (state = 'resolved' OR (trusted_at IS NOT NULL AND state <> 'closed'))
        """,
        {"shop": tx.shop_id, "refund": refund_id},
    )
    return row is not None


async def waiting_for_refund(tx: Tx, refund_id: UUID) -> list[UUID]:
    """Resolved returns this refund was granted for."""
    rows = await tx.all(
        """
        SELECT id FROM goods_return
        WHERE shop_id = %(shop)s AND refund_id = %(refund)s AND state = 'resolved'
        ORDER BY id
        """,
        {"shop": tx.shop_id, "refund": refund_id},
    )
    return [row.id for row in rows]


async def forget_words(tx: Tx, orders: Collection[UUID], gone: str) -> list[UUID]:
    """Take notes, reasons and conditions out of the returns of orders; returns which those are."""
    asked = {"shop": tx.shop_id, "ids": list(orders), "gone": gone}
    await tx.run(
        """
        UPDATE return_line
        SET reason = %(gone)s, condition = CASE WHEN condition IS NULL THEN NULL ELSE %(gone)s END
        FROM goods_return
        WHERE return_line.shop_id = %(shop)s AND goods_return.shop_id = %(shop)s
          AND goods_return.id = return_line.return_id AND goods_return.order_id = ANY(%(ids)s)
        """,
        asked,
    )
    rows = await tx.all(
        """
        UPDATE goods_return SET reason = %(gone)s, note = NULL
        WHERE shop_id = %(shop)s AND order_id = ANY(%(ids)s)
        RETURNING id
        """,
        asked,
    )
    return [row.id for row in rows]
