"""What the returns desk works from."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from orderan.flows.views_work import Place
from orderan.kit.db import Tx
from orderan.kit.ids import to_text
from orderan.orders import AT_LOCATIONS, Scope
from orderan.returns import ReturnNotFound, plain_awb


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """A return with its order's number; `number` counts returns of the order.

    Attributes:
        replacement_id, replacement_number, exchange: The order it is exchanged for, and where that stands.
    """

    id: UUID
    number: int
    order_id: UUID
    order_number: int
    state: str
    reason: str
    note: str | None
    location_id: UUID | None
    place: str | None
    refund_id: UUID | None
    requested_by: str
    requested_at: datetime
    moved_at: datetime
    units: int
    currency: str
    way: str
    replacement_id: UUID | None
    replacement_number: int | None
    exchange: str | None


_RETURN = (
    """
SELECT goods_return.id, goods_return.number, goods_return.order_id, sales_order.number AS order_number,
       goods_return.state, goods_return.reason, goods_return.note, goods_return.location_id,
       location.name AS place, goods_return.refund_id, goods_return.requested_by, goods_return.requested_at,
       coalesce(goods_return.moved_at, goods_return.requested_at) AS moved_at,
       (SELECT coalesce(sum(return_line.quantity), 0)::int FROM return_line
        WHERE return_line.shop_id = goods_return.shop_id AND return_line.return_id = goods_return.id) AS units,
       sales_order.currency, goods_return.way, replacement.id AS replacement_id,
       replacement.number AS replacement_number, return_exchange.state AS exchange
FROM goods_return
JOIN sales_order ON sales_order.shop_id = goods_return.shop_id AND sales_order.id = goods_return.order_id
LEFT JOIN return_exchange ON return_exchange.shop_id = goods_return.shop_id
     AND return_exchange.return_id = goods_return.id
LEFT JOIN sales_order AS replacement ON replacement.shop_id = return_exchange.shop_id
     AND replacement.id = return_exchange.order_id
LEFT JOIN location ON location.shop_id = goods_return.shop_id AND location.id = goods_return.location_id
WHERE goods_return.shop_id = %(shop)s
  AND (%(channels)s::uuid[] IS NULL OR sales_order.channel_id = ANY(%(channels)s::uuid[]))
  AND (%(locations)s::uuid[] IS NULL OR goods_return.location_id = ANY(%(locations)s::uuid[])
       OR (goods_return.location_id IS NULL AND """
    + AT_LOCATIONS
    + "))"
)


async def return_list(
    tx: Tx,
    scope: Scope,
    *,
    states: Collection[str],
    order_id: UUID | None = None,
    after: Place | None = None,
    limit: int = 50,
) -> list[ReturnRow]:
    """Returns in these states, the oldest first."""
    rows = await tx.all(
        _RETURN
        + """
          AND goods_return.state = ANY(%(states)s)
          AND (%(order)s::uuid IS NULL OR goods_return.order_id = %(order)s::uuid)
          AND (%(at)s::timestamptz IS NULL
               OR (goods_return.requested_at, goods_return.id) > (%(at)s::timestamptz, %(last)s::uuid))
        ORDER BY goods_return.requested_at, goods_return.id
        LIMIT %(limit)s
        """,
        {
            "shop": tx.shop_id,
            "states": list(states),
            "order": order_id,
            "at": after[0] if after else None,
            "last": after[1] if after else None,
            "limit": limit,
        }
        | scope.bounds(),
    )
    return [ReturnRow(*row) for row in rows]


async def return_with_awb(tx: Tx, scope: Scope, awb: str) -> UUID | None:
    """The return that is sent with a number, as a scanner reads it or somebody types it."""
    row = await tx.maybe(
        "SELECT seen.id FROM ("
        + _RETURN
        + """) AS seen
        JOIN return_shipment ON return_shipment.shop_id = %(shop)s AND return_shipment.return_id = seen.id
        WHERE return_shipment.awb = %(awb)s
        """,
        {"shop": tx.shop_id, "awb": plain_awb(awb)} | scope.bounds(),
    )
    return None if row is None else row.id


async def return_counts(tx: Tx, scope: Scope) -> dict[str, int]:
    """How many returns stand in each state that is not an end."""
    rows = await tx.all(
        "SELECT state, count(*)::int AS many FROM (" + _RETURN + ") AS seen GROUP BY state",
        {"shop": tx.shop_id} | scope.bounds(),
    )
    return {row.state: row.many for row in rows if row.state not in {"rejected", "closed"}}


@dataclass(frozen=True, slots=True)
class ReturnedLine:
    """A line of a return with what was ordered."""

    line_no: int
    sku: str
    title: str
    quantity: int
    received: int
    to_stock: int
    to_quarantine: int
    reason: str
    condition: str | None


async def one_return(tx: Tx, scope: Scope, return_id: UUID) -> tuple[ReturnRow, list[ReturnedLine]]:
    """A return with its lines.

    Raises:
        ReturnNotFound: The shop has no such return, or it is outside the scope.
    """
    row = await tx.maybe(
        _RETURN + " AND goods_return.id = %(id)s", {"shop": tx.shop_id, "id": return_id} | scope.bounds()
    )
    if row is None:
        raise ReturnNotFound(to_text("ret", return_id))
    lines = await tx.all(
        """
        SELECT return_line.line_no, order_line.sku_code, order_line.title, return_line.quantity,
               return_line.received, return_line.to_stock, return_line.to_quarantine, return_line.reason,
               return_line.condition
        FROM return_line
        JOIN order_line ON order_line.shop_id = return_line.shop_id AND order_line.order_id = %(order)s
             AND order_line.line_no = return_line.line_no
        WHERE return_line.shop_id = %(shop)s AND return_line.return_id = %(id)s
        ORDER BY return_line.line_no
        """,
        {"shop": tx.shop_id, "id": return_id, "order": row.order_id},
    )
    return ReturnRow(*row), [ReturnedLine(*line) for line in lines]
