"""Tie a return to the order it is exchanged for; the caller has locked the return's order."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx
from orderan.kit.events import record
from orderan.returns import store_exchange as store
from orderan.returns.events import ExchangeMoved
from orderan.returns.models import Exchange
from orderan.returns.states import EXCHANGE, ExchangeEvent, ExchangeState


async def open_exchange(
    tx: Tx, return_id: UUID, order_id: UUID, lines: Mapping[int, int], *, now: datetime
) -> Exchange:
    """An order was placed for what a return brings back, and holds its stock.

    Args:
        lines: Line of the replacement by the line that comes back.
    """
    made = Exchange(return_id, order_id, EXCHANGE.initial, dict(lines))
    await store.insert_exchange(tx, made, now=now)
    await record(tx, order_id, ExchangeMoved(return_id, "", made.state), now=now)
    return made


async def move_exchange(tx: Tx, found: Exchange, event: ExchangeEvent, *, now: datetime) -> None:
    """Settle or drop an exchange whose return's order is locked.

    Raises:
        IllegalMove: It was settled or dropped before.
    """
    becomes = EXCHANGE.after(ExchangeState(found.state), event)
    if not await store.set_exchange(tx, found.return_id, was=found.state, becomes=becomes, now=now):
        message = "an exchange moved while its return's order was locked"
        raise AssertionError(message)
    await record(tx, found.order_id, ExchangeMoved(found.return_id, found.state, becomes), now=now)
