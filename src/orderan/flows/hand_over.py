"""Parcels leave the building: from this moment the goods are the courier's to bring.

    in one transaction   the task is handed over, its stock leaves the ledger's location for the
                         customer, a parcel exists per box, order lines and headline follow

Two clerks who scan the same task wait for each other's order row; the second finds the task
handed over and is told so. A tracking number can be on one parcel only.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from orderan.flows.pick_task import Within, lock_work
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
    Content,
    Parcel,
    ParcelEvent,
    ParcelState,
    read_awb,
    ship_parcels,
)


async def hand_over(
    tx: Tx, task_id: UUID, boxes: Sequence[Box], *, within: Within = None, now: datetime
) -> list[Parcel]:
    """Give a packed task's boxes to their couriers; returns the parcels.

    Args:
        boxes: At least one. A single box may leave its contents unsaid: it holds everything.

    Raises:
        TaskNotFound: Not there for this caller.
        IllegalMove: It is not packed, or was handed over before.
        UnknownCourier, AwbMistyped, AwbUsed: Of a box; nothing was handed over.
        ContentsDiffer: The boxes together do not hold exactly what was packed.
        ClaimMissing, StockShort: The stock to ship is not there; nothing was handed over.
    """
    orders, [task] = await lock_work(tx, [task_id], within=within)
    order = orders[task.order_id]
    TASK.after(TaskState(task.state), TaskEvent.HAND_OVER)
    lines = [line for line in await lines_of_tasks(tx, [task_id]) if line.packed]
    parcels = _parcels(order, task, lines, boxes, now=now)
    await move_tasks(tx, [task], TaskEvent.HAND_OVER, now=now)
    parts = [
        Part(order.id, line.line_no, line.sku_id, line.packed, task.location_id, line.lot_id)
        for line in lines
    ]
    await dispatch_claims(tx, parts, now=now)
    await ship_parcels(tx, parcels, now=now)
    moved = [(order.id, str(PARCEL.initial), str(ParcelEvent.PICK_UP), parcel.state) for parcel in parcels]
    await insert_moves(tx, "parcel", moved, now=now)
    await follow_goods(tx, [order.id], now=now)
    return parcels


def _parcels(
    order: Order, task: Task, lines: Sequence[TaskLine], boxes: Sequence[Box], *, now: datetime
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
            service=box.service,
            awb=_awb(box, order, task, turn),
            contents=contents,
            weight_g=box.weight_g,
        )
        for turn, (box, contents) in enumerate(zip(boxes, said, strict=True), 1)
    ]


def _awb(box: Box, order: Order, task: Task, turn: int) -> str:
    """What was typed; our own riders have no numbers of their own, so theirs is made from the order's."""
    if box.courier == OWN_FLEET and not box.awb.strip():
        return f"OWN-{order.number}-{task.id.hex[-6:].upper()}-{turn}"
    return read_awb(box.courier, box.awb)


async def hand_over_many(
    tx: Tx, boxes: Collection[tuple[UUID, Box]], *, within: Within = None, now: datetime
) -> list[Parcel]:
    """Many packed tasks, one box each, all or none; refusals as `hand_over`'s."""
    # All rows at once and in order: one by one, two clerks with overlapping lists could deadlock.
    await lock_work(tx, {task_id for task_id, _ in boxes}, within=within)
    parcels = []
    for task_id, box in boxes:
        parcels += await hand_over(tx, task_id, [box], within=within, now=now)
    return parcels
