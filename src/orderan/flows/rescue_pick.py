"""Units that are not in their bin, while a picker stands before it: the best that can be done is done at once.

bin         blocked, and what it should hold is not sold before somebody looked
other bin   the list goes there
elsewhere   another location serves them, where the location's policy lets it
substitute  something else stands in here, where the location's policy, the shop and the buyer let it
left out    they are taken out of the order and what was paid for them is promised back, where the policy lets it
waits       else the task waits, and the exception inbox says what for

What was ordered from elsewhere comes before a substitute: it is what the buyer wants, and a shop that would rather send
one parcel takes nothing from elsewhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, auto
from typing import Any, Final
from uuid import UUID

from orderan.flows.cancel_order import cancel_order
from orderan.flows.pick_task import Within, finish_tasks, lock_work, run_short
from orderan.flows.refund_order import promise_refund
from orderan.flows.substitute_units import put_in_substitute
from orderan.flows.take_elsewhere import places_with, serve_elsewhere, set_aside_missing
from orderan.fulfilment import (
    TASK,
    Task,
    TaskEvent,
    TaskLine,
    TaskState,
    follow_goods,
    lines_of_tasks,
    lock_tasks,
    readiness,
    tasks_of,
    withdraw_missing,
)
from orderan.inventory import Claim, StockKey, StockShort, doubt_bin, where_binned
from orderan.kit.db import Tx
from orderan.orders import Order, Terms, Units, lines_of, owed
from orderan.picking import PickingPolicy, policy_of

EMPTY: Final = "Tidak ada di rak saat diambil."


class Rescue(StrEnum):
    """What was done about units that are missing."""

    FOUND = auto()
    OTHER_BIN = auto()
    ELSEWHERE = auto()
    SUBSTITUTE = auto()
    LEFT_OUT = auto()
    WAITS = auto()


@dataclass(frozen=True, slots=True)
class Missing:
    """Units of a line that a picker looked for."""

    line_no: int
    sku_id: UUID
    owner_id: UUID
    lot_id: UUID
    quantity: int
    bin_id: UUID | None

    def fits(self, line: TaskLine) -> bool:
        return (self.line_no, self.sku_id, self.owner_id, self.lot_id) == (
            line.line_no,
            line.sku_id,
            line.owner_id,
            line.lot_id,
        )


async def rescue(
    tx: Tx, task_id: UUID, gone: Missing, *, within: Within = None, now: datetime
) -> tuple[Rescue, Mapping[str, Any]]:
    """Do what can be done about missing units; returns it with what a picker is told of it.

    Raises:
        TaskNotFound: Not there for this caller.
        IllegalMove: The task is not being picked.
        UnknownBin: The task's location has no such bin.
    """
    orders, [task] = await lock_work(tx, [task_id], within=within)
    TASK.after(TaskState(task.state), TaskEvent.RUN_SHORT)
    left = sum(line.left for line in await lines_of_tasks(tx, [task_id]) if gone.fits(line))
    missing = min(gone.quantity, left)
    if not missing:
        return Rescue.FOUND, {}
    if gone.bin_id is not None:
        await doubt_bin(tx, task.location_id, gone.bin_id, {gone.sku_id}, why=EMPTY, now=now)
        key = StockKey(gone.sku_id, task.location_id, gone.owner_id, gone.lot_id)
        others = await where_binned(tx, [key])
        if sum(one.quantity for one in others) >= missing:
            return Rescue.OTHER_BIN, {"bins": [one.code for one in others]}
    policy = await policy_of(tx, task.location_id)
    channel = orders[task.order_id].channel_id
    done = await _serve_elsewhere(tx, task, gone, missing, policy, channel, now=now)
    done = done or await _substitute(tx, orders[task.order_id], task, gone, missing, policy, now=now)
    done = done or await _leave_out(tx, task, gone, missing, policy, now=now)
    if done is None:
        await run_short(tx, task_id, note=EMPTY, within=within, now=now)
        return Rescue.WAITS, {"units": missing}
    if done[0] is not Rescue.ELSEWHERE:
        key = StockKey(gone.sku_id, task.location_id, gone.owner_id, gone.lot_id)
        lost = Claim(task.order_id, gone.line_no, key, missing)
        await set_aside_missing(tx, [lost], now=now)
    await _finish_rest(tx, task_id, within=within, now=now)
    await follow_goods(tx, list(orders), now=now)
    return done


async def _serve_elsewhere(
    tx: Tx,
    task: Task,
    gone: Missing,
    missing: int,
    policy: PickingPolicy,
    channel_id: UUID,
    *,
    now: datetime,
) -> tuple[Rescue, Mapping[str, Any]] | None:
    if not policy.elsewhere:
        return None
    places = await places_with(tx, [(gone.sku_id, missing)], at=task.location_id, now=now)
    if not places:
        return None
    key = (gone.line_no, gone.sku_id, gone.owner_id, gone.lot_id)
    try:
        async with tx.savepoint():
            claims = await withdraw_missing(tx, task, only={key: missing}, now=now)
            await serve_elsewhere(
                tx,
                claims,
                to_location=places[0].location_id,
                channels={task.order_id: channel_id},
                now=now,
            )
    except StockShort:
        # What lies there does not keep long enough for the order's channel.
        return None
    return Rescue.ELSEWHERE, {"place": places[0].name, "units": missing}


async def _substitute(
    tx: Tx, order: Order, task: Task, gone: Missing, missing: int, policy: PickingPolicy, *, now: datetime
) -> tuple[Rescue, Mapping[str, Any]] | None:
    if not policy.substitute:
        return None
    key = (gone.line_no, gone.sku_id, gone.owner_id, gone.lot_id)
    put = await put_in_substitute(tx, order, task, key, missing, reason=EMPTY, now=now)
    if put is None:
        return None
    refund = await _promise_back(tx, put.order, now=now)
    bins = await where_binned(tx, [claim.key for claim in put.claims])
    return Rescue.SUBSTITUTE, {
        "sku": put.sku,
        "title": put.title,
        "units": missing,
        "bins": list(dict.fromkeys(one.code for one in bins)),
        "refund_minor": refund,
        "currency": put.order.currency,
    }


async def _leave_out(
    tx: Tx, task: Task, gone: Missing, missing: int, policy: PickingPolicy, *, now: datetime
) -> tuple[Rescue, Mapping[str, Any]] | None:
    """Only units of a line that is sold as it lies, picked here alone, of an order of which something is left."""
    lines = await lines_of(tx, task.order_id)
    line = next(line for line in lines if line.line_no == gone.line_no)
    elsewhere = [one.task.id for one in await tasks_of(tx, task.order_id) if one.task.id != task.id]
    also = any(other.line_no == gone.line_no for other in await lines_of_tasks(tx, elsewhere))
    rest = sum(owed(other) for other in lines) - missing
    if not policy.partial or line.sku_id != gone.sku_id or also or rest <= 0:
        return None
    cut = [Units(gone.line_no, missing)]
    order = await cancel_order(tx, task.order_id, units=cut, reason=EMPTY, now=now)
    refund = await _promise_back(tx, order, now=now)
    return Rescue.LEFT_OUT, {"units": missing, "refund_minor": refund, "currency": order.currency}


async def _promise_back(tx: Tx, order: Order, *, now: datetime) -> int:
    """Promise back what was paid beyond what the order costs now; returns how much."""
    if order.terms in {Terms.COD, Terms.INVOICE}:
        return 0
    stands = (await readiness(tx, [order.id]))[order.id]
    over = stands.paid_minor - stands.refunded_minor - stands.asked_minor
    if over <= 0:
        return 0
    await promise_refund(tx, order.id, amount_minor=over, reason=EMPTY, now=now)
    return over


async def _finish_rest(tx: Tx, task_id: UUID, *, within: Within, now: datetime) -> None:
    """What is left of the task is off the shelf already."""
    [task] = (await lock_tasks(tx, [task_id])).values()
    lines = await lines_of_tasks(tx, [task_id])
    if task.state == TaskState.PICKING and lines and not any(line.left for line in lines):
        await finish_tasks(tx, [task_id], within=within, now=now)
