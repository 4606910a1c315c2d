"""Short ways to bring an order somewhere, and to look at what it became."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from given import World, place
from orderan.flows.place_order import Placed, Placement
from orderan.flows.settle_payment import settle_payment
from orderan.fulfilment import follow_goods
from orderan.inventory import Part, dispatch_claims
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.orders import Line, Order, load_orders
from orderan.payments import MoneyEvent, MoneyKind


async def placed(world: World, keyring: Keyring, placement: Placement, now: datetime) -> Order:
    """An order that was placed."""
    [answer] = await place(world, keyring, placement, now=now)
    assert isinstance(answer, Placed), answer
    return answer.order


async def pay(
    world: World, order: Order, amount_minor: int, now: datetime, *, reference: str = "TRX-1"
) -> None:
    event = MoneyEvent(order.id, MoneyKind.CAPTURED, "bank_transfer", amount_minor, "IDR", reference)
    await world.floor.run(lambda tx: settle_payment(tx, event, now=now))


async def look(world: World, order_id: UUID) -> tuple[Order, list[Line]]:
    """The order as it stands."""
    found: dict[UUID, tuple[Order, list[Line]]] = await world.floor.run(
        lambda tx: load_orders(tx, [order_id])
    )
    return found[order_id]


async def worked(
    world: World, order_id: UUID, *, picked: int = 0, packed: int = 0, place: str = "JKT", now: datetime
) -> None:
    """The task at a place came this far: its first units picked, of them some packed."""

    async def work(tx: Tx) -> None:
        await tx.run(
            """
            UPDATE task_line SET picked = %(picked)s, packed = %(packed)s
            FROM task
            WHERE task.shop_id = %(shop)s AND task_line.shop_id = %(shop)s AND task.id = task_line.task_id
              AND task.order_id = %(order)s AND task.location_id = %(place)s
            """,
            {
                "shop": tx.shop_id,
                "order": order_id,
                "place": world.locations[place],
                "picked": picked,
                "packed": packed,
            },
        )
        await _task(tx, world, order_id, place, "picking")
        await follow_goods(tx, [order_id], now=now)

    await world.floor.run(work)


async def shipped(
    world: World, order_id: UUID, parts: Sequence[tuple[int, str, int]], *, place: str = "JKT", now: datetime
) -> None:
    """The whole task at a place was handed over: (line, sku, units) of it."""

    async def work(tx: Tx) -> None:
        await tx.run(
            """
            UPDATE task_line SET picked = quantity, packed = quantity
            FROM task
            WHERE task.shop_id = %(shop)s AND task_line.shop_id = %(shop)s AND task.id = task_line.task_id
              AND task.order_id = %(order)s AND task.location_id = %(place)s
            """,
            {"shop": tx.shop_id, "order": order_id, "place": world.locations[place]},
        )
        await _task(tx, world, order_id, place, "handed_over")
        gone = [
            Part(order_id, line_no, world.skus[code], units, world.locations[place])
            for line_no, code, units in parts
        ]
        await dispatch_claims(tx, gone, now=now)
        await follow_goods(tx, [order_id], now=now)

    await world.floor.run(work)


async def delivered(world: World, order_id: UUID, now: datetime) -> None:
    """Everything shipped has arrived."""

    async def work(tx: Tx) -> None:
        key = {"shop": tx.shop_id, "order": order_id, "now": now}
        await tx.run(
            "UPDATE order_line SET delivered = shipped WHERE shop_id = %(shop)s AND order_id = %(order)s", key
        )
        await tx.run(
            "UPDATE sales_order SET delivered_at = %(now)s WHERE shop_id = %(shop)s AND id = %(order)s", key
        )

    await world.floor.run(work)


async def _task(tx: Tx, world: World, order_id: UUID, place: str, state: str) -> None:
    await tx.run(
        "UPDATE task SET state = %(state)s, order_cleared = TRUE WHERE shop_id = %(shop)s AND order_id = %(order)s AND location_id = %(place)s",
        {"shop": tx.shop_id, "order": order_id, "place": world.locations[place], "state": state},
    )


async def open_entries(world: World) -> list[tuple[str, int]]:
    """(kind, money) of what waits in the exception inbox."""
    rows: list[Any] = await world.floor.all(
        "SELECT kind, money_minor FROM exception_entry WHERE shop_id = %(shop)s AND state = 'open' ORDER BY kind"
    )
    return [(row.kind, row.money_minor) for row in rows]
