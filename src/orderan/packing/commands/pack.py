"""Put units into parcels, weigh and photograph these; the caller has locked the task, and with it the packing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from orderan.kit.db import Tx
from orderan.kit.ids import new_id
from orderan.packing import rules, store, views
from orderan.packing.errors import (
    CartonNotFound,
    PackingNotOpen,
    ParcelNotPacked,
    UnitNotInside,
    WeightUnreadable,
)
from orderan.packing.models import (
    MOST_PARCELS,
    Goods,
    PackedParcel,
    PackedUnit,
    Packing,
    Scanned,
    ScanOutcome,
)
from orderan.packing.states import PACKING, PackingState

HEAVIEST_G: Final = 1_000_000


async def begin_packing(
    tx: Tx, task_id: UUID, order_id: UUID, location_id: UUID, *, now: datetime
) -> Packing:
    """Put a locked task on the table, with one empty parcel; one that is there already stays as it is."""
    there = (await store.lock_packings(tx, [task_id])).get(task_id)
    if there is not None:
        return there
    made = Packing(
        new_id(),
        task_id,
        order_id,
        location_id,
        PACKING.initial,
        tx.actor,
        now,
        now,
        closed_by=None,
        override_why=None,
    )
    await store.insert_packing(tx, made)
    await store.insert_parcel(tx, made.id, 1)
    return made


async def open_parcels(tx: Tx, task_id: UUID) -> tuple[Packing, list[PackedParcel]]:
    """The open packing of a locked task, and its parcels.

    Raises:
        PackingNotOpen: It is not on the table, or was closed.
    """
    packing = (await store.lock_packings(tx, [task_id])).get(task_id)
    if packing is None or packing.state != PackingState.OPEN:
        raise PackingNotOpen
    return packing, await views.parcels_in(tx, [packing.id])


async def scan_unit(
    tx: Tx, task_id: UUID, goods: Sequence[Goods], sent: str, *, parcel_no: int | None = None, now: datetime
) -> Scanned:
    """A unit was scanned: it is in its parcel now, or it is said what is wrong with it; both are kept.

    Args:
        parcel_no: Into which; None is the last.

    Raises:
        PackingNotOpen, ParcelNotPacked: Nothing was kept.
    """
    packing, parcels = await open_parcels(tx, task_id)
    no = parcels[-1].no if parcel_no is None else parcel_no
    _require(parcels, no)
    inside = await views.units_inside(tx, [packing.id])
    serials = await views.serials_inside(tx, packing.id)
    scan = rules.understand(sent, goods, inside, serials=serials, today=now.date())
    if scan.outcome is ScanOutcome.RIGHT and scan.goods is not None:
        await store.add_units(tx, [PackedUnit(packing.id, no, *scan.goods.key, scan.quantity)])
        await store.set_weight(tx, packing.id, no, None)
    await store.insert_scan(tx, packing.id, no, scan, now=now)
    return scan


async def put_in_rest(tx: Tx, packing: Packing, goods: Sequence[Goods], no: int) -> None:
    """Put what nobody scanned into a parcel: somebody says that it is there."""
    inside = await views.units_inside(tx, [packing.id])
    rest = [PackedUnit(packing.id, no, *one.key, left) for one, left in rules.missing(goods, inside)]
    if rest:
        await store.add_units(tx, rest)


async def take_out(tx: Tx, task_id: UUID, sku_id: UUID, *, sku: str, parcel_no: int, now: datetime) -> None:
    """A unit of a sku is out of its parcel again.

    Raises:
        PackingNotOpen: It is not on the table.
        UnitNotInside: The parcel holds none.
    """
    packing, _ = await open_parcels(tx, task_id)
    inside = await views.units_inside(tx, [packing.id])
    found = next((unit for unit in inside if (unit.parcel_no, unit.sku_id) == (parcel_no, sku_id)), None)
    if found is None:
        raise UnitNotInside(sku)
    await store.take_unit(tx, found, 1)
    await store.forget_serials(tx, packing.id, sku_id)
    await store.set_weight(tx, packing.id, parcel_no, None)
    await store.insert_scan(tx, packing.id, parcel_no, Scanned(ScanOutcome.TAKEN_OUT, sku), now=now)


async def add_parcel(tx: Tx, task_id: UUID) -> int:
    """One more parcel for what does not fit; an empty one that is last is it already. Returns its number.

    Raises:
        PackingNotOpen: It is not on the table.
        ParcelNotPacked: There are as many as may be.
    """
    packing, parcels = await open_parcels(tx, task_id)
    inside = await views.units_inside(tx, [packing.id])
    last = parcels[-1].no
    if not any(unit.parcel_no == last for unit in inside):
        return last
    if last >= MOST_PARCELS:
        raise ParcelNotPacked(last + 1)
    await store.insert_parcel(tx, packing.id, last + 1)
    return last + 1


async def drop_parcel(tx: Tx, task_id: UUID, parcel_no: int) -> None:
    """The last parcel is not needed after all; its units are out of it.

    Raises:
        PackingNotOpen: It is not on the table.
        ParcelNotPacked: It is not the last, or the only one.
    """
    packing, parcels = await open_parcels(tx, task_id)
    if parcel_no != parcels[-1].no or len(parcels) == 1:
        raise ParcelNotPacked(parcel_no)
    for unit in await views.units_inside(tx, [packing.id]):
        if unit.parcel_no == parcel_no:
            await store.take_unit(tx, unit, unit.quantity)
            await store.forget_serials(tx, packing.id, unit.sku_id)
    await store.delete_parcel(tx, packing.id, parcel_no)


async def choose_carton(tx: Tx, task_id: UUID, parcel_no: int, carton_id: UUID | None) -> None:
    """What the parcel is packed in; None is no box of the shop's.

    Raises:
        PackingNotOpen, ParcelNotPacked: It is not on the table.
        CartonNotFound: The shop has no such carton in use.
    """
    packing, parcels = await open_parcels(tx, task_id)
    _require(parcels, parcel_no)
    if carton_id is not None and carton_id not in {one.id for one in await views.cartons(tx) if one.active}:
        raise CartonNotFound(str(carton_id))
    await store.set_carton(tx, packing.id, parcel_no, carton_id)


async def weigh_parcel(tx: Tx, task_id: UUID, parcel_no: int, weight_g: int) -> None:
    """What the scale shows.

    Raises:
        PackingNotOpen, ParcelNotPacked: It is not on the table.
        WeightUnreadable: Nothing, or more than a ton.
    """
    packing, parcels = await open_parcels(tx, task_id)
    _require(parcels, parcel_no)
    if not 0 < weight_g <= HEAVIEST_G:
        raise WeightUnreadable(str(weight_g))
    await store.set_weight(tx, packing.id, parcel_no, weight_g)


async def keep_photo(tx: Tx, task_id: UUID, parcel_no: int, sealed: bytes) -> None:
    """The picture of an opened parcel, sealed; the last one is kept.

    Raises:
        PackingNotOpen, ParcelNotPacked: It is not on the table.
    """
    packing, parcels = await open_parcels(tx, task_id)
    _require(parcels, parcel_no)
    await store.set_photo(tx, packing.id, parcel_no, sealed)


def _require(parcels: Sequence[PackedParcel], no: int) -> None:
    if no not in {parcel.no for parcel in parcels}:
        raise ParcelNotPacked(no)
