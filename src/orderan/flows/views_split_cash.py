"""Cash at the door of orders that travel with several couriers: each has the part that lies in its own parcels.

What is due and lies in no parcel, since its goods did not leave yet or less was collected than was due, and cash that
was noted for the order alone, stand with the courier of the first parcel.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final, LiteralString
from uuid import UUID

from orderan.flows.parcel_cash import OrderCash, cash_of, reference_of
from orderan.kit.db import Tx
from orderan.orders import CASH_HELD, SEEN_ORDER, Order, Scope, load_orders
from orderan.payments import MoneyKind, events_of
from orderan.returns import refused_at_doors
from orderan.shipping import Parcel, parcels_of_orders

OWING: Final[LiteralString] = """
sales_order.shop_id = %(shop)s
AND (sales_order.money IN ('cod_due', 'cod_collected')
     OR (sales_order.money = 'partly_paid' AND sales_order.terms = 'cod' AND sales_order.commercial = 'accepted')
     OR (sales_order.money IN ('overpaid', 'partly_refunded', 'refunded') AND held.minor > 0))"""
"""Of `sales_order` and the cash a courier holds of it, `held`: cash is due, or was collected and not paid to us."""
CARRIED: Final[LiteralString] = (
    """
CROSS JOIN LATERAL (
    SELECT (array_agg(parcel.courier ORDER BY parcel.created_at, parcel.id))[1] AS courier,
           count(DISTINCT parcel.courier) AS couriers
    FROM parcel
    WHERE parcel.shop_id = sales_order.shop_id AND parcel.order_id = sales_order.id
    HAVING count(*) > 0) AS carried
CROSS JOIN LATERAL (SELECT """
    + CASH_HELD
    + """ AS minor) AS held"""
)
"""Of `sales_order`: the courier of its first parcel, how many couriers it travels with, and the cash held."""
_DUE: Final = frozenset({"cod_due", "partly_paid"})


@dataclass(frozen=True, slots=True)
class Part:
    """What a courier has to do with one order's cash, by one of its parcels; minor units.

    Attributes:
        due_minor: Not collected yet.
        held_minor: Collected and not paid to us.
        delivered_at: Of the parcel.
    """

    order_id: UUID
    courier: str
    currency: str
    due_minor: int
    held_minor: int
    delivered_at: datetime | None


async def split_cash(tx: Tx, scope: Scope) -> list[Part]:
    """Every part that is due or held, of the orders that travel with more than one courier."""
    rows = await tx.all(
        f"SELECT sales_order.id FROM sales_order {CARRIED} WHERE {OWING} AND carried.couriers > 1 AND {SEEN_ORDER}",
        {"shop": tx.shop_id} | scope.bounds(),
    )
    orders = [row.id for row in rows]
    if not orders:
        return []
    books = await cash_books(tx, orders)
    parcels: dict[UUID, list[Parcel]] = {order_id: [] for order_id in orders}
    for parcel in await parcels_of_orders(tx, orders):
        parcels[parcel.order_id].append(parcel)
    return [
        part
        for order_id, (order, cash) in books.items()
        for part in parts_of(order, cash, parcels[order_id])
        if part.due_minor or part.held_minor
    ]


def parts_of(order: Order, cash: OrderCash, parcels: Collection[Parcel]) -> list[Part]:
    """What lies in each parcel; the first, in the order they were made, has also what lies in none."""
    in_turn = sorted(parcels, key=lambda parcel: (parcel.created_at, parcel.id))
    due = cash.due_parts() if order.money in _DUE else {}
    found = []
    for place, parcel in enumerate(in_turn):
        name = reference_of(parcel)
        owed, held = due.pop(name, 0), max(cash.with_courier(name), 0)
        found.append((place, parcel, owed, held))
    in_none = sum(due.values())
    return [
        Part(
            order.id,
            parcel.courier,
            order.currency,
            owed + (in_none if place == 0 else 0),
            held + (cash.loose_minor if place == 0 else 0),
            parcel.delivered_at,
        )
        for place, parcel, owed, held in found
    ]


async def cash_books(tx: Tx, orders: Collection[UUID]) -> dict[UUID, tuple[Order, OrderCash]]:
    """Each order with how its cash lies in its parcels."""
    parcels: dict[UUID, list[Parcel]] = {order_id: [] for order_id in orders}
    for parcel in await parcels_of_orders(tx, orders):
        parcels[parcel.order_id].append(parcel)
    events: dict[UUID, list[tuple[MoneyKind, str | None, int]]] = {order_id: [] for order_id in orders}
    for event in await events_of(tx, orders, (MoneyKind.COD_COLLECTED, MoneyKind.COD_REMITTED)):
        events[event.order_id].append((MoneyKind(event.kind), event.reference, event.amount_minor))
    refused = await refused_at_doors(tx, orders)
    return {
        order_id: (order, cash_of(order, lines, parcels[order_id], events[order_id], refused))
        for order_id, (order, lines) in (await load_orders(tx, orders)).items()
    }
