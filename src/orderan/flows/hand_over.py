"""Parcels leave the building: from this moment the goods are the courier's to bring.

    in one transaction   the task is handed over, its stock leaves the ledger's location for the
                         customer, a parcel exists per box, order lines and headline follow; a booking
                         whose number is on a box is used, any other of the task is taken back

Two clerks who scan the same task wait for each other's order row; the second finds the task
handed over and is told so. A tracking number can be on one parcel only.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from orderan.flows.book_courier import settle_not_booked
from orderan.flows.packed_right import as_packed, require_packed_right
from orderan.flows.pick_task import Within, lock_work
from orderan.flows.shipments import cash_of_tasks
from orderan.fulfilment import (
    TASK,
    Box,
    ContentsDiffer,
    Task,
    TaskEvent,
    TaskLine,
    TaskState,
    follow_goods,
    lines_of_tasks,
    misfits,
    move_tasks,
)
from orderan.inventory import Part, dispatch_claims
from orderan.kit.db import Tx
from orderan.kit.ids import new_id
from orderan.orders import Order, insert_moves
from orderan.shipping import (
    OWN_FLEET,
    PARCEL,
    STANDING,
    Booking,
    BookingOutdated,
    BookingState,
    Content,
    NumberTakenBack,
    Parcel,
    ParcelEvent,
    ParcelState,
    book_out,
    lock_bookings_of_tasks,
    numbers_taken_back,
    outdated,
    read_awb,
    ship_parcels,
)


async def hand_over(
    tx: Tx, task_id: UUID, boxes: Sequence[Box], *, within: Within = None, now: datetime
) -> list[Parcel]:
    """Give a packed task's boxes to their couriers; returns the parcels.

    Args:
        boxes: At least one. They may leave their contents unsaid: they hold what the packing table put into them, in
            its order; a single one that was not there holds everything.

    Raises:
        TaskNotFound: Not there for this caller.
        IllegalMove: It is not packed, or was handed over before.
        PackedWrong, ParcelsDiffer: The packing table has not let go of it, or packed another number of parcels.
        UnknownCourier, AwbMistyped, AwbUsed: Of a box; nothing was handed over.
        BookingOutdated: Its courier was told to collect another amount than is due by now.
        NumberTakenBack: Its number was booked and taken back since; no courier carries it.
        ContentsDiffer: The boxes together do not hold exactly what was packed.
        ClaimMissing, StockShort: The stock to ship is not there; nothing was handed over.
    """
    return await _hand_over(tx, {task_id: list(boxes)}, within=within, now=now)


async def hand_over_many(
    tx: Tx, boxes: Collection[tuple[UUID, Box]], *, within: Within = None, now: datetime
) -> list[Parcel]:
    """Many packed tasks, all or none, a statement per table; refusals as `hand_over`'s."""
    by_task: dict[UUID, list[Box]] = {}
    for task_id, box in boxes:
        by_task.setdefault(task_id, []).append(box)
    return await _hand_over(tx, by_task, within=within, now=now)


async def _hand_over(
    tx: Tx, boxes: Mapping[UUID, Sequence[Box]], *, within: Within, now: datetime
) -> list[Parcel]:
    orders, tasks = await lock_work(tx, boxes.keys(), within=within)
    for task in tasks:
        TASK.after(TaskState(task.state), TaskEvent.HAND_OVER)
    packed: dict[UUID, list[TaskLine]] = {task_id: [] for task_id in boxes}
    lines = await lines_of_tasks(tx, list(boxes))
    for line in lines:
        if line.packed:
            packed[line.task_id].append(line)
    seen = await require_packed_right(tx, orders, tasks, lines)
    boxes = {
        task_id: as_packed(said, seen[task_id]) if task_id in seen else said
        for task_id, said in boxes.items()
    }
    standing = await lock_bookings_of_tasks(tx, boxes.keys(), STANDING)
    booked = await _booked(tx, orders, boxes, standing)
    parcels = [
        parcel
        for task in tasks
        for parcel in _parcels(
            orders[task.order_id], task, packed[task.id], boxes[task.id], booked.get(task.id), now=now
        )
    ]
    if dead := await numbers_taken_back(tx, [(one.courier, one.awb) for one in parcels]):
        raise NumberTakenBack(dead[0])
    await move_tasks(tx, tasks, TaskEvent.HAND_OVER, now=now)
    parts = [
        Part(task.order_id, line.line_no, line.sku_id, line.packed, task.location_id, line.lot_id)
        for task in tasks
        for line in packed[task.id]
    ]
    await dispatch_claims(tx, parts, now=now)
    await ship_parcels(tx, parcels, now=now)
    await book_out(tx, parcels, standing, now=now)
    await settle_not_booked(tx, [task.id for task in tasks], note="handed over", now=now)
    moved = [(one.order_id, str(PARCEL.initial), str(ParcelEvent.PICK_UP), one.state) for one in parcels]
    await insert_moves(tx, "parcel", moved, now=now)
    await follow_goods(tx, list(orders), now=now)
    return parcels


async def _booked(
    tx: Tx, orders: Mapping[UUID, Order], boxes: Mapping[UUID, Sequence[Box]], standing: Sequence[Booking]
) -> dict[UUID, Booking]:
    """What is booked for these tasks and leaves with one of their boxes, by task.

    Raises:
        BookingOutdated: Its courier was told to collect another amount than is due by now.
    """
    found = {
        one.task_id: one
        for one in standing
        if one.state == BookingState.BOOKED and any(_is_of(one, box) for box in boxes[one.task_id])
    }
    if not found:
        return {}
    cash = await cash_of_tasks(tx, list(orders.values()))
    for one in found.values():
        if outdated(one, due_minor := cash.get(one.task_id, 0)):
            raise BookingOutdated(one.awb or "", one.cod_minor, due_minor, orders[one.order_id].currency)
    return found


def _is_of(booking: Booking, box: Box) -> bool:
    """Whether a box bears a booking's number; one without any bears that of its courier's booking."""
    typed = "".join(box.awb.split()).upper()
    return booking.awb is not None and booking.courier == box.courier and typed in {"", booking.awb}


def _parcels(
    order: Order,
    task: Task,
    lines: Sequence[TaskLine],
    boxes: Sequence[Box],
    booking: Booking | None,
    *,
    now: datetime,
) -> list[Parcel]:
    whole = tuple(
        Content(line.line_no, line.sku_id, line.owner_id, line.lot_id, line.packed) for line in lines
    )
    said = [whole if box.contents is None else tuple(box.contents) for box in boxes]
    if found := misfits(lines, [content for contents in said for content in contents]):
        raise ContentsDiffer(found)
    made = Parcel(
        id=new_id(),
        order_id=order.id,
        task_id=task.id,
        courier="",
        service="",
        awb="",
        state=PARCEL.after(ParcelState(PARCEL.initial), ParcelEvent.PICK_UP),
        contents=(),
        weight_g=0,
        created_at=now,
        shipped_at=now,
        moved_at=now,
    )
    return [
        replace(
            made,
            id=new_id(),
            courier=box.courier,
            service=box.service or (theirs.service or "" if theirs else ""),
            awb=theirs.awb or "" if theirs else _awb(box, order, task, turn),
            contents=contents,
            weight_g=box.weight_g or (theirs.weight_g if theirs else 0),
        )
        for turn, (box, contents) in enumerate(zip(boxes, said, strict=True), 1)
        for theirs in [booking if booking is not None and _is_of(booking, box) else None]
    ]


def _awb(box: Box, order: Order, task: Task, turn: int) -> str:
    """What was typed; our own riders have no numbers of their own, so theirs is made from the order's."""
    if box.courier == OWN_FLEET and not box.awb.strip():
        return f"OWN-{order.number}-{task.id.hex[-6:].upper()}-{turn}"
    return read_awb(box.courier, box.awb)
