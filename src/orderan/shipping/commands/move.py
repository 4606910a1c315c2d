"""Parcels leave and travel; the caller has locked their orders."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from psycopg.errors import UniqueViolation

from orderan.kit.db import Tx
from orderan.kit.events import Fact, record_all
from orderan.kit.ids import to_text
from orderan.shipping import store
from orderan.shipping.errors import AwbUsed, ParcelNotFound
from orderan.shipping.events import ParcelMoved, ParcelShipped
from orderan.shipping.models import Parcel
from orderan.shipping.states import PARCEL, ParcelEvent, ParcelState


async def ship_parcels(tx: Tx, parcels: Sequence[Parcel], *, now: datetime) -> None:
    """Write parcels the courier has just taken.

    Raises:
        AwbUsed: A courier's number is on another parcel already; nothing was written.
    """
    try:
        async with tx.savepoint():
            await store.insert_parcels(tx, parcels)
    except UniqueViolation as fault:
        if fault.diag.constraint_name != "parcel_awb_once":
            raise
        raise AwbUsed(parcels[0].awb, parcels[0].courier) from fault
    facts = [
        Fact(
            parcel.order_id,
            ParcelShipped(parcel.id, parcel.courier, parcel.service, parcel.awb, parcel.weight_g),
        )
        for parcel in parcels
    ]
    await record_all(tx, facts, now=now)


async def move_parcels(
    tx: Tx,
    ids: Collection[UUID],
    event: ParcelEvent,
    *,
    now: datetime,
    reason: str | None = None,
) -> list[Parcel]:
    """Move parcels by one event, all or none; returns them as they were, by id.

    Raises:
        ParcelNotFound: One is not the shop's.
        IllegalMove: One is in a state this event does not happen in.
    """
    parcels = await store.lock_parcels(tx, ids)
    if missing := set(ids) - set(parcels):
        raise ParcelNotFound(to_text("pcl", min(missing)))
    by_state: dict[ParcelState, list[Parcel]] = defaultdict(list)
    for parcel in parcels.values():
        PARCEL.after(ParcelState(parcel.state), event)
        by_state[ParcelState(parcel.state)].append(parcel)
    for was, group in by_state.items():
        becomes = PARCEL.after(was, event)
        moved = await store.set_state(tx, [parcel.id for parcel in group], was=was, becomes=becomes, now=now)
        if moved != len(group):
            message = "parcels moved while they were locked"
            raise AssertionError(message)
    facts = [
        Fact(
            parcel.order_id,
            ParcelMoved(
                parcel.id,
                parcel.courier,
                parcel.awb,
                parcel.state,
                PARCEL.after(ParcelState(parcel.state), event),
            ),
            reason,
        )
        for parcel in parcels.values()
    ]
    await record_all(tx, facts, now=now)
    return list(parcels.values())
