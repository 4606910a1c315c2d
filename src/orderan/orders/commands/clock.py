"""The time an order has to be paid stands still while paying is not possible.

Its stock is held as long as it waits, so both stand still together.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx
from orderan.kit.events import Fact, record_all
from orderan.orders import store
from orderan.orders.events import ClockStarted, ClockStopped
from orderan.orders.models import Order


async def stop_clocks(
    tx: Tx, orders: Mapping[UUID, Order], stops: Sequence[tuple[UUID, datetime]], *, now: datetime
) -> None:
    """Stop the clocks of locked orders, each from its moment on; one that stands already stands from the earlier.

    An order that does not wait for a payment has no clock and is left alone.
    """
    if not stops:
        return
    stopped = set(await store.stop_clocks(tx, stops))
    facts = [
        Fact(order_id, ClockStopped(orders[order_id].number, at))
        for order_id, at in stops
        if order_id in stopped
    ]
    await record_all(tx, facts, now=now)


async def start_clocks(
    tx: Tx, orders: Mapping[UUID, Order], ids: Collection[UUID], *, now: datetime
) -> dict[UUID, datetime]:
    """Start the clocks of locked orders again; returns the limits they have now."""
    limits = await store.start_clocks(tx, ids, now=now)
    facts = [
        Fact(order_id, ClockStarted(orders[order_id].number, limit)) for order_id, limit in limits.items()
    ]
    await record_all(tx, facts, now=now)
    return limits


async def limit_payment(tx: Tx, order: Order, until: datetime, *, now: datetime) -> None:
    """Say until when a locked order may be paid; one that waits for no money, or whose clock stands, keeps its own."""
    if await store.set_pay_limit(tx, order.id, until):
        await record_all(tx, [Fact(order.id, ClockStarted(order.number, until))], now=now)
