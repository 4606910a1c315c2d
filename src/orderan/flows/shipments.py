"""Packed tasks as a courier sees them: from where, to where, how heavy, worth what, and how much cash.

address    opened for as long as a courier is asked, and the reading is logged
worth      what the buyer pays for the goods, of a bundle the share of its parts
cash       what is due of a COD order, by the worth of what each of its tasks sends; together it is what is due
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from orderan.couriers import Asked, Box, Item, Place
from orderan.customers import Destination, atlas, open_destinations
from orderan.flows.courier_rates import RateQuery
from orderan.fulfilment import TaskState
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.errors import Refusal
from orderan.kit.money import split_minor
from orderan.orders import Order, Terms, orders_by_id
from orderan.shipping import (
    Booking,
    Carrier,
    DestinationMissing,
    NotPacked,
    Sender,
    SenderMissing,
    senders,
)

PURPOSE: Final = "pesan kurir"
LIGHTEST_G: Final = 100
"""Of a parcel whose goods have no weight."""


@dataclass(frozen=True, slots=True)
class Shipment:
    """One task's goods in one box.

    Attributes:
        origin_area, destination_area: The kecamatan's code, or the postcode where no area is known.
        village_code: Of the destination, for the shop's own table of fees.
    """

    order: Order
    task_id: UUID
    location_id: UUID
    origin: Place
    destination: Place
    origin_area: str
    destination_area: str
    village_code: str | None
    weight_g: int
    value_minor: int
    cod_minor: int
    items: tuple[Item, ...]

    def query(self, *, insured: bool) -> RateQuery:
        """What its carriers are asked for."""
        return RateQuery(
            self.origin,
            self.destination,
            self.origin_area,
            self.destination_area,
            self.village_code,
            self.weight_g,
            self.value_minor,
            self.cod_minor,
            insured,
        )

    def asked(self, booking: Booking, carrier: Carrier) -> Asked:
        """As it is booked."""
        return Asked(
            key=booking.key,
            order_number=str(self.order.number),
            courier=carrier.courier,
            service=carrier.service,
            origin=self.origin,
            destination=self.destination,
            box=Box(booking.weight_g or self.weight_g),
            items=self.items,
            value_minor=self.value_minor,
            cod_minor=booking.cod_minor,
            insured=booking.insured,
            cost_minor=carrier.cost_minor or 0,
            serial=booking.serial,
        )


async def shipments(
    tx: Tx,
    keyring: Keyring,
    tasks: Collection[UUID],
    *,
    weights: Mapping[UUID, int] | None = None,
    now: datetime,
) -> dict[UUID, Shipment | Refusal]:
    """These tasks ready to be carried, each with what keeps it from that; those of no task are missing.

    Args:
        weights: As weighed, by task; else the goods' own weights.
    """
    goods = await _goods(tx, tasks)
    if not goods:
        return {}
    orders = await orders_by_id(tx, {rows[0].order_id for rows in goods.values()})
    cash = await cash_of_tasks(tx, list(orders.values()))
    known = await senders(tx, {rows[0].location_id for rows in goods.values()})
    addresses = {order.address_id for order in orders.values() if order.address_id is not None}
    opened = await open_destinations(tx, keyring, addresses, purpose=PURPOSE, now=now)
    found: dict[UUID, Shipment | Refusal] = {}
    for task_id, rows in goods.items():
        order = orders[rows[0].order_id]
        destination = opened.get(order.address_id) if order.address_id else None
        found[task_id] = _shipment(
            order,
            task_id,
            rows,
            known.get(rows[0].location_id),
            destination,
            cod_minor=cash.get(task_id, 0),
            weight_g=(weights or {}).get(task_id, 0),
        )
    return found


async def cash_of_tasks(tx: Tx, orders: Collection[Order]) -> dict[UUID, int]:
    """What the couriers of these orders' tasks are to collect, by task; of orders that are no COD orders nothing.

    What is due is split by the worth of goods over the tasks that are not over and what no task has yet; what a task
    of which every parcel came to an end collected is not due any more.
    """
    due = {order.id: max(order.due_minor, 0) for order in orders if order.terms == Terms.COD}
    if not due:
        return {}
    rows = await tx.all(
        """
        WITH part AS (
            SELECT task.order_id, task.id, task.state, task_line.line_no, task_line.quantity,
                   sum(task_line.quantity) OVER (PARTITION BY task.order_id, task_line.line_no) AS of_units
            FROM task
            JOIN task_line ON task_line.shop_id = task.shop_id AND task_line.task_id = task.id
            WHERE task.shop_id = %(shop)s AND task.order_id = ANY(%(orders)s) AND task.state <> 'cancelled'
        ), line AS (
            SELECT order_id, line_no, goods_minor - discount_minor AS minor, allocated,
                   greatest(quantity - cancelled, 1) AS owed
            FROM order_line
            WHERE shop_id = %(shop)s AND order_id = ANY(%(orders)s)
        )
        SELECT part.order_id, part.id,
               sum(line.minor * least(line.allocated, line.owed) / line.owed * part.quantity / part.of_units)::bigint
                   AS minor
        FROM part
        JOIN line ON line.order_id = part.order_id AND line.line_no = part.line_no
        WHERE part.state <> 'handed_over' OR EXISTS (
              SELECT FROM parcel WHERE parcel.shop_id = %(shop)s AND parcel.task_id = part.id
                AND parcel.state NOT IN ('delivered', 'returned', 'lost', 'damaged'))
        GROUP BY part.order_id, part.id
        UNION ALL
        SELECT line.order_id, NULL, sum(line.minor * greatest(line.owed - line.allocated, 0) / line.owed)::bigint
        FROM line
        GROUP BY line.order_id
        ORDER BY 1, 2 NULLS LAST
        """,
        {"shop": tx.shop_id, "orders": list(due)},
    )
    by_order: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        by_order[row.order_id].append(row)
    return {
        row.id: part
        for order_id, group in by_order.items()
        for row, part in zip(group, split_minor(due[order_id], [row.minor for row in group]), strict=True)
        if row.id is not None
    }


async def _goods(tx: Tx, tasks: Collection[UUID]) -> dict[UUID, list[Any]]:
    """What these tasks packed, line by line; a task that packed nothing has one row without goods."""
    rows = await tx.all(
        """
        SELECT task.id AS task_id, task.order_id, task.location_id, task.state, location.name AS place,
               location.address, location.village_code, task_line.line_no, coalesce(task_line.packed, 0) AS packed,
               CASE WHEN sku.name = '' THEN product.name ELSE product.name || ' – ' || sku.name END AS title,
               coalesce(sku.weight_g, 0) AS weight_g,
               (order_line.goods_minor - order_line.discount_minor + CASE WHEN sales_order.tax_included THEN 0
                ELSE order_line.tax_minor END) AS line_minor,
               sum(task_line.quantity) OVER (PARTITION BY task.order_id, task_line.line_no) AS of_units
        FROM task
        JOIN sales_order ON sales_order.shop_id = task.shop_id AND sales_order.id = task.order_id
        JOIN location ON location.shop_id = task.shop_id AND location.id = task.location_id
        LEFT JOIN task_line ON task_line.shop_id = task.shop_id AND task_line.task_id = task.id
        LEFT JOIN sku ON sku.shop_id = task_line.shop_id AND sku.id = task_line.sku_id
        LEFT JOIN product ON product.shop_id = sku.shop_id AND product.id = sku.product_id
        LEFT JOIN order_line ON order_line.shop_id = task.shop_id AND order_line.order_id = task.order_id
             AND order_line.line_no = task_line.line_no
        WHERE task.shop_id = %(shop)s AND task.state <> 'cancelled'
          AND task.order_id IN (SELECT asked.order_id FROM task AS asked
                                WHERE asked.shop_id = %(shop)s AND asked.id = ANY(%(tasks)s))
        ORDER BY task.id, task_line.line_no, task_line.sku_id, task_line.lot_id
        """,
        {"shop": tx.shop_id, "tasks": list(tasks)},
    )
    asked = set(tasks)
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        if row.task_id in asked:
            found[row.task_id].append(row)
    return found


def _shipment(
    order: Order,
    task_id: UUID,
    rows: list[Any],
    sender: Sender | None,
    destination: Destination | None,
    *,
    cod_minor: int,
    weight_g: int,
) -> Shipment | Refusal:
    packed = [row for row in rows if row.packed]
    if rows[0].state != TaskState.PACKED or not packed:
        return NotPacked(order.number, rows[0].state)
    if sender is None or rows[0].village_code is None:
        return SenderMissing(rows[0].place)
    if destination is None or not (destination.village_code or destination.postcode):
        return DestinationMissing(order.number)
    origin = place_of(
        sender.name, sender.phone, rows[0].address or rows[0].place, rows[0].village_code, sender.postcode
    )
    goal = place_of(
        destination.recipient,
        destination.phone,
        destination.line,
        destination.village_code,
        destination.postcode or "",
        area=destination.area,
    )
    items = tuple(
        Item(row.title, row.packed, int(row.line_minor // max(int(row.of_units), 1)), row.weight_g)
        for row in packed
    )
    own_g = sum(item.weight_g * item.quantity for item in items)
    return Shipment(
        order=order,
        task_id=task_id,
        location_id=rows[0].location_id,
        origin=origin,
        destination=goal,
        origin_area=area_of(rows[0].village_code, sender.postcode),
        destination_area=area_of(destination.village_code, destination.postcode or ""),
        village_code=destination.village_code,
        weight_g=weight_g or own_g or LIGHTEST_G,
        value_minor=sum(int(row.line_minor * row.packed // max(int(row.of_units), 1)) for row in packed),
        cod_minor=cod_minor,
        items=items,
    )


def place_of(
    name: str, phone: str, line: str, village_code: str | None, postcode: str, *, area: str = ""
) -> Place:
    """A place in the words of couriers; names of areas by their code where it has one."""
    there = atlas().place(village_code) if village_code else None
    if there is None:
        return Place(name, phone, f"{line}, {area}".rstrip(", "), "", "", "", postcode)
    return Place(
        name,
        phone,
        f"{line}, {there.village.name}",
        there.district.name,
        there.city.name,
        there.province.name,
        postcode,
    )


def area_of(village_code: str | None, postcode: str) -> str:
    """What offers are kept by: the kecamatan, or the postcode where no area is known."""
    return village_code.rpartition(".")[0] if village_code else postcode
