"""Orders whose buyer's word a person has to get, or to read: nobody could be asked, or what they wrote is no yes and no no."""

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from orderan.kit import inbox
from orderan.kit.db import Tx
from orderan.kit.errors import N_
from orderan.kit.inbox import Stuck
from orderan.orders import Order

NOT_ASKED: Final = "buyer_not_asked"
WROTE: Final = "buyer_wrote"
NEXT_STEPS: Final = {
    NOT_ASKED: N_("Periksa akun telepon dan pesan toko, lalu tanya lagi atau telepon sendiri pembelinya."),
    WROTE: N_("Baca kata pembelinya di halaman konfirmasi, lalu catat jawabannya atau telepon pembelinya."),
}


async def report_never_asked(tx: Tx, order: Order, *, now: datetime) -> None:
    """Tell that no way to ask the buyer of a locked order worked until there was no time left to ask."""
    await _report(tx, order, NOT_ASKED, "no_way_worked", deadline=None, now=now)


async def report_wrote(tx: Tx, order: Order, *, deadline: datetime | None, now: datetime) -> None:
    """Tell that the buyer of a locked order answered in words of their own, which stand with the attempt.

    Args:
        deadline: When their silence has its consequence; None where it had.
    """
    await _report(tx, order, WROTE, "own_words", deadline=deadline, now=now)


async def settle_waits(tx: Tx, orders: Collection[UUID], *, note: str, now: datetime) -> None:
    """Close what was told of locked orders, because somebody decided."""
    keys = [_key(kind, order_id) for order_id in orders for kind in NEXT_STEPS]
    await inbox.settle(tx, keys, note=note, now=now)


async def _report(
    tx: Tx, order: Order, kind: str, reason: str, *, deadline: datetime | None, now: datetime
) -> None:
    entry = Stuck(
        kind=kind,
        reason=reason,
        subject_kind="order",
        subject_id=order.id,
        dedupe_key=_key(kind, order.id),
        payload={"order": str(order.number)},
        money_minor=order.total_minor,
        currency=order.currency,
        deadline=deadline,
        next_step=NEXT_STEPS[kind],
    )
    await inbox.report(tx, [entry], now=now)


def _key(kind: str, order_id: UUID) -> str:
    return f"{kind}:{order_id}"
