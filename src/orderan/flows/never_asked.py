"""Buyers who were to be asked and never were: their orders wait for a person, not for a word."""

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from orderan.kit import inbox
from orderan.kit.db import Tx
from orderan.kit.errors import N_
from orderan.kit.inbox import Stuck
from orderan.orders import Order

KIND: Final = "buyer_not_asked"
NEXT_STEP: Final = N_("Periksa akun telepon dan pesan toko, lalu tanya lagi atau telepon sendiri pembelinya.")


async def report_never_asked(tx: Tx, order: Order, *, now: datetime) -> None:
    """Tell that no way to ask the buyer of a locked order worked until there was no time left to ask."""
    entry = Stuck(
        kind=KIND,
        reason="no_way_worked",
        subject_kind="order",
        subject_id=order.id,
        dedupe_key=_key(order.id),
        payload={"order": str(order.number)},
        money_minor=order.total_minor,
        currency=order.currency,
        deadline=None,
        next_step=NEXT_STEP,
    )
    await inbox.report(tx, [entry], now=now)


async def settle_never_asked(tx: Tx, orders: Collection[UUID], *, note: str, now: datetime) -> None:
    """Close what was told of locked orders, because somebody decided."""
    await inbox.settle(tx, [_key(order_id) for order_id in orders], note=note, now=now)


def _key(order_id: UUID) -> str:
    return f"{KIND}:{order_id}"
