"""Keep on the order what the money ledger says of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from orderan.kit.db import Tx
from orderan.orders import store
from orderan.orders.models import Order


@dataclass(frozen=True, slots=True)
class Noted:
    """What the ledger says of a locked order now; amounts in minor units."""

    order: Order
    money: str
    paid_minor: int
    refunded_minor: int
    forgone_minor: int
    credited_minor: int
    covered_minor: int = 0


async def note_moneys(tx: Tx, noted: Sequence[Noted], *, now: datetime) -> None:
    """Store the derived money states, with a history row where the word changed."""
    if not noted:
        return
    await store.set_money(
        tx,
        [
            (
                one.order.id,
                one.money,
                one.paid_minor,
                one.refunded_minor,
                one.forgone_minor,
                one.credited_minor,
                one.covered_minor,
            )
            for one in noted
        ],
    )
    moved = [
        (one.order.id, one.order.money, "derive", one.money) for one in noted if one.money != one.order.money
    ]
    if moved:
        await store.insert_moves(tx, "money", moved, now=now)
