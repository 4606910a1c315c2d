"""Parcels that are brought to a door nobody may open: a person decides before the courier is there."""

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from orderan.kit import inbox
from orderan.kit.db import Tx
from orderan.kit.errors import N_
from orderan.kit.inbox import Stuck
from orderan.orders import Order
from orderan.shipping import Parcel

KIND: Final = "nobody_home"
NEXT_STEP: Final = N_(
    "Hubungi pembeli, lalu kabari kurir: antar hari lain, atau titipkan dengan izin pembeli."
)


async def report_nobody_home(
    tx: Tx, order: Order, parcel: Parcel, why: str, *, deadline: datetime, now: datetime
) -> None:
    """Tell that nobody will be there, that nobody answered, or that no way to ask worked.

    Args:
        why: `nobody`, `unreachable` or `never_asked`.
        deadline: When the day is over.
    """
    entry = Stuck(
        kind=KIND,
        reason=why,
        subject_kind="order",
        subject_id=order.id,
        dedupe_key=_key(parcel.id),
        payload={"number": order.number, "courier": parcel.courier, "awb": parcel.awb},
        money_minor=max(order.due_minor, 0),
        currency=order.currency,
        deadline=deadline,
        next_step=NEXT_STEP,
    )
    await inbox.report(tx, [entry], now=now)


async def settle_nobody_home(tx: Tx, parcels: Collection[UUID], *, note: str, now: datetime) -> None:
    """Close what was told of parcels, because it is known what to do, or too late."""
    await inbox.settle(tx, [_key(parcel_id) for parcel_id in parcels], note=note, now=now)


def _key(parcel_id: UUID) -> str:
    return f"{KIND}:{parcel_id}"
