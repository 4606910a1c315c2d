"""Let unpaid orders go when their time is over."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx
from orderan.kit.events import Fact, record_all
from orderan.orders import store
from orderan.orders.commands.change import decline_open
from orderan.orders.events import OrderExpired
from orderan.orders.headlines import Headline
from orderan.orders.models import Order
from orderan.orders.states import COMMERCIAL, Commercial, CommercialEvent


async def overdue(tx: Tx, *, now: datetime, limit: int = 500) -> list[Order]:
    """Lock unpaid orders whose hold is over; those somebody else is working on are skipped."""
    ids = await store.overdue(tx, now=now, limit=limit)
    return list((await store.lock_orders(tx, ids)).values())


async def keep_holding(tx: Tx, limits: Mapping[UUID, datetime]) -> None:
    """Keep locked unpaid orders and their stock until later moments."""
    if limits:
        await store.move_holds(tx, limits)


async def close_unpaid(tx: Tx, orders: Sequence[Order], *, now: datetime) -> None:
    """Expire locked orders; releasing their stock is the flow's part.

    Raises:
        IllegalMove: An order is not awaiting payment.
    """
    if not orders:
        return
    for order in orders:
        COMMERCIAL.after(Commercial(order.commercial), CommercialEvent.EXPIRE)
    was, becomes = Commercial.AWAITING_PAYMENT, Commercial.EXPIRED
    ids = [order.id for order in orders]
    await store.set_commercial(tx, ids, was=was, becomes=becomes, headline=Headline.CANCELLED, now=now)
    moves = [(order.id, str(was), str(CommercialEvent.EXPIRE), str(becomes)) for order in orders]
    await store.insert_moves(tx, "commercial", moves, now=now)
    await decline_open(tx, ids, now=now)
    facts = [Fact(order.id, OrderExpired(order.number, order.hold_until)) for order in orders]
    await record_all(tx, facts, now=now)
