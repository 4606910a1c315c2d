"""Work in the warehouse, from released to packed; every step takes many tasks at once.

    release   the pickers may see it
    start     only if nothing stands in the way; the refusal names everything that does
    pick      units off the shelf, scanned or counted
    short     something is not there: a person decides what happens to it
    finish    everything is off the shelf
    pack      in boxes; what is packed can be handed over

Order rows are locked before task rows, always, so that a hold, a cancellation or a payment either
comes before a step or waits for it.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from orderan.flows.packed_right import require_off_the_table
from orderan.fulfilment import (
    Pick,
    PickingBlocked,
    Reason,
    Task,
    TaskEvent,
    TaskLine,
    TaskNotFound,
    behind,
    finish_picking,
    follow_goods,
    lines_of_tasks,
    lock_tasks,
    missing_units,
    move_tasks,
    obstacles,
    pack_tasks,
    pick_units,
    readiness,
    start_tasks,
)
from orderan.inventory import StockKey, Take, doubt_bin, has_bins, take_from_bins
from orderan.kit import inbox
from orderan.kit.db import Tx
from orderan.kit.errors import N_
from orderan.kit.ids import to_text
from orderan.kit.inbox import Stuck
from orderan.orders import Order, lock_orders, refresh_headline

Within = Collection[UUID] | None


async def lock_work(
    tx: Tx, ids: Collection[UUID], *, within: Within = None
) -> tuple[dict[UUID, Order], list[Task]]:
    """Lock the orders of these tasks, then the tasks.

    Raises:
        TaskNotFound: One is not the shop's, or is at a location outside `within`.
    """
    found = await behind(tx, ids)
    if missing := set(ids) - set(found):
        raise TaskNotFound(to_text("tsk", min(missing)))
    orders = await lock_orders(tx, set(found.values()))
    tasks = await lock_tasks(tx, ids, within=within)
    return orders, [tasks[task_id] for task_id in sorted(tasks)]


async def release_tasks(tx: Tx, ids: Collection[UUID], *, within: Within = None, now: datetime) -> None:
    """Put planned tasks on the pickers' list.

    What stands in the way of picking is asked when it starts, except for one thing: an order whose buyer has not
    said that they mean it is on no list at all.

    Raises:
        TaskNotFound, IllegalMove: Of any of them; none was released.
        PickingBlocked: Buyers have yet to give their word; none was released.
    """
    orders, tasks = await lock_work(tx, ids, within=within)
    if unsaid := [order for order in orders.values() if not order.cleared]:
        raise PickingBlocked(
            tuple(
                (order.id, order.number, (Reason("verification", what=order.verification),))
                for order in unsaid
            )
        )
    await move_tasks(tx, tasks, TaskEvent.RELEASE, now=now)
    await refresh_headline(tx, list(orders))


async def start_picking(tx: Tx, ids: Collection[UUID], *, within: Within = None, now: datetime) -> None:
    """Begin, or go on after a shortage, with tasks whose orders are ready.

    Raises:
        TaskNotFound, IllegalMove: Of any of them.
        PickingBlocked: With every reason of every order that is not ready; nothing was started.
    """
    orders, tasks = await lock_work(tx, ids, within=within)
    ready = await readiness(tx, orders)
    blocked = {order_id: reasons for order_id in orders if (reasons := obstacles(ready[order_id]))}
    if blocked:
        raise PickingBlocked(
            tuple((order_id, orders[order_id].number, reasons) for order_id, reasons in blocked.items())
        )
    if held := await start_tasks(tx, tasks, now=now):
        message = f"the rule lets these tasks start and the statement does not: {held}"
        raise AssertionError(message)
    await inbox.settle(tx, [f"task_short:{task.id}" for task in tasks], note="picking goes on", now=now)
    await refresh_headline(tx, list(orders))


async def pick(
    tx: Tx,
    task_id: UUID,
    picks: Sequence[Pick],
    *,
    bin_id: UUID | None = None,
    within: Within = None,
    now: datetime,
) -> None:
    """Count units off the shelf.

    Args:
        bin_id: Where they were taken from; None is wherever the sheet says.

    Raises:
        TaskNotFound: Not there for this caller.
        IllegalMove: It is not being picked.
        NothingLikeThatToPick: A sku is not on its list, or fewer units are; nothing was counted.
        UnknownBin, BinBlocked, BinShort: Of the bin that was named.
    """
    orders, [task] = await lock_work(tx, [task_id], within=within)
    await _off_the_shelf(tx, {task.id: task}, await pick_units(tx, task, picks), bin_id=bin_id, now=now)
    await follow_goods(tx, list(orders), now=now)


async def finish_tasks(
    tx: Tx, ids: Collection[UUID], *, take_all: bool = False, within: Within = None, now: datetime
) -> None:
    """Everything of these tasks is off the shelf; `take_all` counts what was not scanned too.

    Raises:
        TaskNotFound, IllegalMove: Of any of them; none was finished.
        PickIncomplete: Units are missing and `take_all` was not said.
    """

    async def step(tasks: Sequence[Task]) -> None:
        counted = await finish_picking(tx, tasks, take_all=take_all, now=now)
        await _off_the_shelf(tx, {task.id: task for task in tasks}, counted, now=now)

    await _each(tx, ids, step, within=within, now=now)


async def _off_the_shelf(
    tx: Tx,
    tasks: Mapping[UUID, Task],
    counted: Sequence[tuple[TaskLine, int]],
    *,
    bin_id: UUID | None = None,
    now: datetime,
) -> None:
    takes = [
        Take(
            StockKey(line.sku_id, tasks[line.task_id].location_id, line.owner_id, line.lot_id), units, bin_id
        )
        for line, units in counted
    ]
    if takes and (bin_id or await has_bins(tx, {task.location_id for task in tasks.values()})):
        await take_from_bins(tx, takes, now=now)


async def pack(tx: Tx, ids: Collection[UUID], *, within: Within = None, now: datetime) -> None:
    """What was picked is in boxes, without the packing table.

    Raises:
        TaskNotFound, IllegalMove: Of any of them; none was packed.
        PackedWrong: One is on the table, or the shop asks for it; none was packed.
    """
    orders, tasks = await lock_work(tx, ids, within=within)
    await require_off_the_table(tx, orders, tasks)
    await pack_tasks(tx, tasks, now=now)
    await follow_goods(tx, list(orders), now=now)


async def _each(
    tx: Tx,
    ids: Collection[UUID],
    step: Callable[[Sequence[Task]], Awaitable[None]],
    *,
    within: Within,
    now: datetime,
) -> None:
    orders, tasks = await lock_work(tx, ids, within=within)
    await step(tasks)
    await follow_goods(tx, list(orders), now=now)


async def run_short(
    tx: Tx,
    task_id: UUID,
    *,
    note: str,
    bin_id: UUID | None = None,
    within: Within = None,
    now: datetime,
) -> None:
    """Something is not on the shelf: the task waits and the inbox says what for.

    Args:
        bin_id: Where it was looked for; the bin is blocked, and what it should hold is not sold before somebody looked.

    Raises:
        TaskNotFound: Not there for this caller.
        IllegalMove: It is not being picked.
        UnknownBin: The task's location has no such bin.
    """
    orders, [task] = await lock_work(tx, [task_id], within=within)
    order = orders[task.order_id]
    await move_tasks(tx, [task], TaskEvent.RUN_SHORT, reason=note, now=now)
    missing = missing_units(await lines_of_tasks(tx, [task_id]))
    if bin_id is not None:
        skus = {sku for sku, _ in missing}
        await doubt_bin(tx, task.location_id, bin_id, skus, why=note, now=now)
    entry = Stuck(
        kind="task_short",
        reason="not_on_the_shelf",
        subject_kind="order",
        subject_id=order.id,
        dedupe_key=f"task_short:{task.id}",
        payload={
            "number": order.number,
            "task": to_text("tsk", task.id),
            "note": note,
            "missing": [{"sku_id": str(sku), "units": units} for sku, units in missing],
        },
        money_minor=order.total_minor,
        currency=order.currency,
        deadline=None,
        next_step=N_("Cari barangnya, ambil dari lokasi lain, atau batalkan bagian yang kurang."),
    )
    await inbox.report(tx, [entry], now=now)
    await refresh_headline(tx, list(orders))
