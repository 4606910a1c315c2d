"""Keep on the order what the money ledger says of it."""

from datetime import datetime

from orderan.kit.db import Tx
from orderan.orders import store
from orderan.orders.models import Order


async def note_money(
    tx: Tx, order: Order, *, money: str, paid_minor: int, refunded_minor: int, now: datetime
) -> None:
    """Store the derived money state of a locked order, with a history row when the word changed."""
    await store.set_money(tx, order.id, money=money, paid_minor=paid_minor, refunded_minor=refunded_minor)
    if money != order.money:
        await store.insert_moves(tx, "money", [(order.id, order.money, "derive", money)], now=now)
