"""Keep on the order what the money ledger says of it."""

from collections.abc import Sequence
from datetime import datetime

from orderan.kit.db import Tx
from orderan.orders import store
from orderan.orders.models import Order


async def note_money(
    tx: Tx, order: Order, *, money: str, paid_minor: int, refunded_minor: int, now: datetime
) -> None:
    """Store the derived money state of a locked order, with a history row when the word changed."""
    await note_moneys(tx, [(order, money, paid_minor, refunded_minor)], now=now)


async def note_moneys(tx: Tx, stands: Sequence[tuple[Order, str, int, int]], *, now: datetime) -> None:
    """The same for many locked orders at once: (order, money, paid minor, refunded minor)."""
    if not stands:
        return
    await store.set_money(tx, [(order.id, money, paid, refunded) for order, money, paid, refunded in stands])
    moved = [
        (order.id, order.money, "derive", money) for order, money, _, _ in stands if money != order.money
    ]
    if moved:
        await store.insert_moves(tx, "money", moved, now=now)
