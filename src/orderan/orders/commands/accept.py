"""Accept orders: paid, or due later by their terms."""

from collections.abc import Sequence
from datetime import datetime

from orderan.kit.db import Tx
from orderan.kit.events import Fact, record_all
from orderan.orders import store
from orderan.orders.events import OrderAccepted
from orderan.orders.headlines import Headline
from orderan.orders.models import Order
from orderan.orders.states import COMMERCIAL, Commercial, CommercialEvent


async def accept_orders(
    tx: Tx, orders: Sequence[Order], *, event: CommercialEvent = CommercialEvent.ACCEPT, now: datetime
) -> None:
    """Move locked orders to accepted.

    Raises:
        IllegalMove: An order is in a state that cannot be accepted; none was moved.
    """
    by_state: dict[Commercial, list[Order]] = {}
    for order in orders:
        COMMERCIAL.after(Commercial(order.commercial), event)
        by_state.setdefault(Commercial(order.commercial), []).append(order)
    for was, group in by_state.items():
        becomes = COMMERCIAL.after(was, event)
        ids = [order.id for order in group]
        await store.set_commercial(tx, ids, was=was, becomes=becomes, headline=Headline.ACCEPTED, now=now)
        moves = [(order.id, str(was), str(event), str(becomes)) for order in group]
        await store.insert_moves(tx, "commercial", moves, now=now)
        await record_all(tx, [Fact(order.id, OrderAccepted(order.number)) for order in group], now=now)
