"""Nothing leaves that the packing table has not let go: not into a bulk step, not to a label, not to a courier.

open       it is on the table
unchecked  the shop asks for the table, and it was never there
outdated   units were cancelled after it was packed, so that its parcels hold too much
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from orderan.fulfilment import Box, Task, TaskLine, lines_of_tasks
from orderan.kit.db import Tx
from orderan.orders import Order
from orderan.packing import (
    PackedParcel,
    PackedUnit,
    PackedWrong,
    PackingState,
    ParcelsDiffer,
    UnitKey,
    packed_of,
    packing_policy,
    packings_of,
    parcels_in,
    units_inside,
)
from orderan.shipping import Content


async def require_off_the_table(tx: Tx, orders: Mapping[UUID, Order], tasks: Sequence[Task]) -> None:
    """Let locked tasks be said to be packed without the table.

    Raises:
        PackedWrong: One is on it, or has to be.
    """
    found = await packings_of(tx, [task.id for task in tasks])
    required = (await packing_policy(tx)).required
    wrong = [
        (task.id, orders[task.order_id].number, "open" if task.id in found else "unchecked")
        for task in tasks
        if task.id in found or required
    ]
    if wrong:
        raise PackedWrong(tuple(wrong))


@dataclass(frozen=True, slots=True)
class Seen:
    """What the table says of a task.

    Attributes:
        why: Why it may not leave: `open`, `unchecked`, `outdated`; "" where it may.
        parcels, inside: As it was packed; none where it was not on the table.
    """

    why: str = ""
    parcels: Sequence[PackedParcel] = ()
    inside: Sequence[PackedUnit] = ()


async def seen_at_table(tx: Tx, tasks: Collection[UUID], lines: Sequence[TaskLine]) -> dict[UUID, Seen]:
    """What the table says of these packed tasks.

    Args:
        lines: Of the tasks.
    """
    found = await packings_of(tx, tasks)
    required = (await packing_policy(tx)).required
    if not found and not required:
        return {task: Seen() for task in tasks}
    ids = [packing.id for packing in found.values()]
    parcels, inside = await parcels_in(tx, ids), await units_inside(tx, ids)
    boxes: dict[UUID, list[PackedParcel]] = defaultdict(list)
    units: dict[UUID, list[PackedUnit]] = defaultdict(list)
    packed: dict[UUID, dict[UnitKey, int]] = defaultdict(dict)
    for parcel in parcels:
        boxes[parcel.packing_id].append(parcel)
    for unit in inside:
        units[unit.packing_id].append(unit)
    for line in lines:
        if line.packed:
            packed[line.task_id][line.line_no, line.sku_id, line.owner_id, line.lot_id] = line.packed
    told = {}
    for task in tasks:
        packing = found.get(task)
        if packing is None:
            told[task] = Seen("unchecked" if required else "")
            continue
        is_right = packed_of(units[packing.id]) == packed[task]
        why = "open" if packing.state != PackingState.CLOSED else "" if is_right else "outdated"
        told[task] = Seen(why, boxes[packing.id], units[packing.id])
    return told


async def held_at_table(tx: Tx, tasks: Collection[UUID]) -> set[UUID]:
    """Those of these tasks that are packed and that the table has not let go of."""
    seen = await seen_at_table(tx, tasks, await lines_of_tasks(tx, tasks))
    return {task for task, one in seen.items() if one.why}


async def require_packed_right(
    tx: Tx, orders: Mapping[UUID, Order], tasks: Sequence[Task], lines: Sequence[TaskLine]
) -> dict[UUID, Seen]:
    """What the table put into the parcels of these locked tasks; one that was not on it is left out.

    Raises:
        PackedWrong: Any of them may not leave; nothing was done.
    """
    told = await seen_at_table(tx, [task.id for task in tasks], lines)
    wrong = [
        (task.id, orders[task.order_id].number, told[task.id].why) for task in tasks if told[task.id].why
    ]
    if wrong:
        raise PackedWrong(tuple(wrong))
    return {task: seen for task, seen in told.items() if seen.parcels}


def as_packed(boxes: Sequence[Box], seen: Seen) -> list[Box]:
    """Boxes that say nothing of their contents hold what the table put into them, in its order, and weigh what it weighed.

    Raises:
        ParcelsDiffer: There are more or fewer than the table packed.
    """
    if any(box.contents is not None for box in boxes):
        return list(boxes)
    if len(boxes) != len(seen.parcels):
        raise ParcelsDiffer(len(seen.parcels), len(boxes))
    return [
        replace(
            box,
            weight_g=box.weight_g or parcel.weight_g or 0,
            contents=[
                Content(*unit.key, unit.quantity) for unit in seen.inside if unit.parcel_no == parcel.no
            ],
        )
        for box, parcel in zip(boxes, seen.parcels, strict=True)
    ]


def weight_packed_g(parcels: Sequence[PackedParcel]) -> int:
    """What the parcels weigh together; 0 where one was not weighed."""
    weights = [parcel.weight_g for parcel in parcels]
    return sum(weight or 0 for weight in weights) if all(weights) else 0
