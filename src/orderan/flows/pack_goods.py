"""At the packing table: an order's goods go into its parcels, each unit seen, before the task counts as packed.

    open    a picked task is put on the table; one that was packed without it may be, too
    scan    a unit is in its parcel, or is named as wrong, one too many, twice the same, of another lot, expired
    weigh   held to what the goods and the carton weigh
    close   all is as it should be, or somebody who may says why it leaves all the same: the task is packed
    reopen  it is looked at once more; nothing of it leaves meanwhile, and a courier that is booked is left booked

Order rows are locked before task rows, as everywhere in the warehouse; two who scan for one task wait for each other.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from orderan.catalog import recognise
from orderan.customers import CustomerNotActive, UnknownCustomer, seal_for, seals_for
from orderan.flows.pick_task import Within, lock_work
from orderan.flows.views_packing import goods_of_task
from orderan.fulfilment import TASK, Task, TaskEvent, TaskState, follow_goods, pack_tasks
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.orders import Order, orders_by_id
from orderan.packing import (
    Packing,
    Scanned,
    begin_packing,
    close_packing,
    keep_photo,
    photo_of,
    reopen_packing,
    scan_unit,
)

PICTURE: Final = "packing_parcel"
"""Table of sealed pictures, as it is bound into their ciphertext."""


@dataclass(frozen=True, slots=True)
class OnTable:
    """A task on the table, its order locked before it."""

    order: Order
    task: Task


async def lock_table(tx: Tx, task_id: UUID, *, within: Within = None) -> OnTable:
    """Lock a task with its order before anything of its packing is looked at.

    Raises:
        TaskNotFound: Not there for this caller.
    """
    orders, [task] = await lock_work(tx, [task_id], within=within)
    return OnTable(orders[task.order_id], task)


async def open_packing(tx: Tx, task_id: UUID, *, within: Within = None, now: datetime) -> Packing:
    """Put a task on the table; one that is there stays as it is.

    Raises:
        TaskNotFound: Not there for this caller.
        IllegalMove: It is not wholly picked, or left already.
    """
    task = (await lock_table(tx, task_id, within=within)).task
    if task.state != TaskState.PACKED:
        TASK.after(TaskState(task.state), TaskEvent.PACK)
    return await begin_packing(tx, task.id, task.order_id, task.location_id, now=now)


async def scan_into_parcel(
    tx: Tx, task_id: UUID, sent: str, *, parcel_no: int | None = None, within: Within = None, now: datetime
) -> Scanned:
    """A unit was scanned; it is in, or is named for what is wrong with it. Both are kept.

    Args:
        sent: As the scanner sent it.
        parcel_no: Into which parcel; None is the last.

    Raises:
        TaskNotFound: Not there for this caller.
        IllegalMove: It is not picked, or left already.
        PackingNotOpen: It was closed.
        ParcelNotPacked: There is no such parcel.
    """
    await open_packing(tx, task_id, within=within, now=now)
    goods = await goods_of_task(tx, task_id)
    return await scan_unit(tx, task_id, goods, sent, parcel_no=parcel_no, now=now)


async def finish_packing(
    tx: Tx,
    task_id: UUID,
    *,
    why: str | None = None,
    may_override: bool = False,
    within: Within = None,
    now: datetime,
) -> None:
    """Close the packing; the task is packed by that, and can be booked and handed over.

    Args:
        why: Why it may leave although something is not as it should be.
        may_override: Whether whoever asks may say so.

    Raises:
        TaskNotFound: Not there for this caller.
        IllegalMove: The task was cancelled or left meanwhile.
        PackingNotOpen, PackingBlocked, OverrideNotAllowed, OverrideUnexplained: See `close_packing`.
    """
    table = await lock_table(tx, task_id, within=within)
    if table.task.state != TaskState.PACKED:
        TASK.after(TaskState(table.task.state), TaskEvent.PACK)
    goods = await goods_of_task(tx, task_id)
    await close_packing(tx, task_id, goods, why=why, may_override=may_override, now=now)
    if table.task.state != TaskState.PACKED:
        await pack_tasks(tx, [table.task], now=now)
        await follow_goods(tx, [table.order.id], now=now)


async def look_again(tx: Tx, task_id: UUID, *, within: Within = None, now: datetime) -> None:
    """Open a closed packing.

    Raises:
        TaskNotFound: Not there for this caller.
        IllegalMove: It is open, or left already.
        PackingNotOpen: It was never on the table.
    """
    task = (await lock_table(tx, task_id, within=within)).task
    if task.state != TaskState.PACKED:
        TASK.after(TaskState(task.state), TaskEvent.PACK)
    await reopen_packing(tx, task_id, now=now)


async def photograph(
    tx: Tx,
    keyring: Keyring,
    task_id: UUID,
    parcel_no: int,
    photo: bytes,
    *,
    within: Within = None,
) -> None:
    """Keep the picture of an opened parcel under the key of its buyer; of one who was erased, that it was taken.

    Args:
        photo: JPEG, PNG or WebP, told by its bytes.

    Raises:
        NotAnImage, ImageTooLarge: Of the photo.
        TaskNotFound, PackingNotOpen, ParcelNotPacked: It is not on the table.
    """
    kind = recognise(photo).kind
    order = (await lock_table(tx, task_id, within=within)).order
    seals = await seals_for(tx, keyring, [order.customer_id] if order.customer_id else [])
    seal = seals.get(order.customer_id) if order.customer_id else None
    sealed = seal.shut(PICTURE, "photo", f"{kind}:{photo.hex()}") if seal else b""
    await keep_photo(tx, task_id, parcel_no, sealed)


async def picture_of_parcel(
    tx: Tx, keyring: Keyring, packing: Packing, parcel_no: int
) -> tuple[str, bytes] | None:
    """The picture of an opened parcel as (kind, bytes); None where there is none or its buyer was erased."""
    sealed = await photo_of(tx, packing.id, parcel_no)
    order = (await orders_by_id(tx, [packing.order_id]))[packing.order_id]
    if not sealed or order.customer_id is None:
        return None
    try:
        seal = await seal_for(tx, keyring, order.customer_id)
    except (UnknownCustomer, CustomerNotActive):
        return None
    opened = seal.open(PICTURE, "photo", sealed)
    if opened is None:
        return None
    kind, _, content = opened.partition(":")
    return kind, bytes.fromhex(content)
