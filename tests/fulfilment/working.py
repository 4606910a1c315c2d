"""An order at each stage of its way through the warehouse, in one line each."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from given import World, a_buyer, asked, place
from orderan.flows.deliver import deliver_parcels
from orderan.flows.hand_over import hand_over
from orderan.flows.pick_task import finish_tasks, pack, release_tasks, start_picking
from orderan.flows.place_order import Placed
from orderan.flows.settle_payment import settle_payment
from orderan.fulfilment import Box
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.ids import NIL
from orderan.orders import Order, Terms
from orderan.payments import MoneyEvent, MoneyKind, Standing
from orderan.shipping import Content, Parcel

AWB = "002589984055"


async def an_order(
    world: World, keyring: Keyring, *lines: tuple[str, int], now: datetime, terms: Terms = Terms.PREPAID
) -> Order:
    [placed] = await place(world, keyring, asked(*lines, buyer=a_buyer(), terms=terms), now=now)
    assert isinstance(placed, Placed)
    return placed.order


def money(
    order: Order,
    amount_minor: int,
    *,
    kind: MoneyKind = MoneyKind.CAPTURED,
    reference: str | None = None,
    method: str = "bank_transfer",
) -> MoneyEvent:
    return MoneyEvent(order.id, kind, method, amount_minor, order.currency, reference)


async def pay(
    world: World,
    order: Order,
    amount_minor: int | None = None,
    *,
    reference: str | None = None,
    now: datetime,
) -> Standing:
    async def command(tx: Tx) -> Standing:
        paid = money(order, amount_minor or order.total_minor, reference=reference)
        return await settle_payment(tx, paid, now=now)

    stands: Standing = await world.floor.run(command)
    return stands


async def tasks(world: World, order: Order) -> list[UUID]:
    rows = await world.floor.all(
        "SELECT id FROM task WHERE shop_id = %(shop)s AND order_id = %(order)s ORDER BY id", order=order.id
    )
    return [row.id for row in rows]


async def the_task(world: World, order: Order) -> UUID:
    [task] = await tasks(world, order)
    return task


async def packed(world: World, order: Order, *, now: datetime) -> UUID:
    """The order's only task, packed."""
    task = await the_task(world, order)
    for step in (release_tasks, start_picking):
        await world.floor.run(lambda tx, step=step: step(tx, [task], now=now))
    await world.floor.run(lambda tx: finish_tasks(tx, [task], take_all=True, now=now))
    await world.floor.run(lambda tx: pack(tx, [task], now=now))
    return task


async def shipped(
    world: World, order: Order, *, awb: str = AWB, boxes: Sequence[Box] | None = None, now: datetime
) -> list[Parcel]:
    task = await packed(world, order, now=now)
    wanted = boxes or [Box("sicepat", awb)]
    parcels: list[Parcel] = await world.floor.run(lambda tx: hand_over(tx, task, wanted, now=now))
    return parcels


async def delivered(world: World, order: Order, *, awb: str = AWB, now: datetime) -> list[Parcel]:
    parcels = await shipped(world, order, awb=awb, now=now)
    await world.floor.run(lambda tx: deliver_parcels(tx, [parcel.id for parcel in parcels], now=now))
    return parcels


async def two_parcels(world: World, order: Order, now: datetime) -> tuple[str, str]:
    """The order of two units leaves in two boxes, a unit in each."""
    awbs = ("002589984055", "002589984063")
    boxes = [Box("sicepat", awb, contents=[Content(1, world.skus["kopi"], NIL, NIL, 1)]) for awb in awbs]
    task = await packed(world, order, now=now)
    await world.floor.run(lambda tx: hand_over(tx, task, boxes, now=now))
    return awbs


async def line_of(world: World, order: Order, line_no: int = 1) -> tuple[int, ...]:
    """(picked, packed, shipped, delivered, returned) of a line."""
    [row] = await world.floor.all(
        """
        SELECT picked, packed, shipped, delivered, returned
        FROM order_line WHERE shop_id = %(shop)s AND order_id = %(order)s AND line_no = %(line)s
        """,
        order=order.id,
        line=line_no,
    )
    return tuple(row)


async def order_row(world: World, order: Order) -> Any:
    [row] = await world.floor.all(
        "SELECT * FROM sales_order WHERE shop_id = %(shop)s AND id = %(order)s", order=order.id
    )
    return row


async def inbox(world: World, state: str = "open") -> list[tuple[str, str, int]]:
    """(kind, reason, money at stake) of entries, oldest first."""
    rows = await world.floor.all(
        """
        SELECT kind, reason, money_minor FROM exception_entry
        WHERE shop_id = %(shop)s AND state = %(state)s ORDER BY id
        """,
        state=state,
    )
    return [tuple(row) for row in rows]
