"""Warehouse work over the API."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter
from pydantic import Field

from orderan.access import Permission, Principal
from orderan.catalog import gtin_key, scanned_gtin
from orderan.flows.pick_task import finish_tasks, pack, pick, release_tasks, start_picking
from orderan.flows.views_work import SheetLine, TaskRow, pick_sheet, task_board
from orderan.fulfilment import NothingLikeThatToPick, Pick, TaskState
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import from_text, to_text
from orderan.kit.runner import Runner
from orderan.web.api.answering import READ, Cursor, PageSize, once, scope_of
from orderan.web.api.bins import bin_named
from orderan.web.api.shapes import REFUSED, Asked, IdempotencyKey, Told
from orderan.web.cursors import cursor_of, read_cursor

MOST_TASKS = 500


LocationId = Annotated[str, Field(min_length=1, max_length=40, description="`loc_...`")]


TaskId = Annotated[str, Field(min_length=1, max_length=40, description="`tsk_...`")]


Sku = Annotated[str, Field(min_length=1, max_length=64)]


Units = Annotated[int, Field(ge=1, le=1_000_000)]


class TasksAsked(Asked):
    """Tasks to move, all or none."""

    tasks: Annotated[list[TaskId], Field(min_length=1, max_length=MOST_TASKS)]


class FinishAsked(TasksAsked):
    """Tasks whose goods are all off the shelf; `take_all` counts what was not scanned as picked too."""

    take_all: bool = False


class PickAsked(Asked):
    """Units off the shelf: by sku code or by the barcode on the product."""

    sku: Sku
    quantity: Units = 1
    line: Annotated[int | None, Field(ge=1, le=100_000)] = None
    bin: Annotated[
        str | None,
        Field(min_length=1, max_length=32, description="Where they were taken; none is as the sheet says"),
    ] = None


class TaskTold(Told):
    """A task; `holds` is how many things stand in the way of picking it."""

    id: str
    order_id: str
    order_number: str
    state: TaskState
    location_id: str
    location: str
    planned_at: datetime
    moved_at: datetime
    assigned_to: str | None
    units: int
    picked: int
    holds: int


class TaskBinTold(Told):
    """Units to take from a bin."""

    bin: str
    units: int


class TaskLineTold(Told):
    """Units of a sku to pick for an order line, and the bins where what is left lies."""

    line: int
    sku: str
    title: str
    barcode: str | None
    lot: str | None
    expires_on: date | None
    quantity: int
    picked: int
    packed: int
    bins: list[TaskBinTold]


class TaskWholeTold(TaskTold):
    """A task with its lines."""

    lines: list[TaskLineTold]


class TasksTold(Told):
    """A page of tasks."""

    data: list[TaskTold]
    next_cursor: str | None


class TaskMovedTold(Told):
    """Tasks as they stand now."""

    data: list[TaskTold]


@get("/", summary="List warehouse tasks", opt={"needs": Permission.FULFILMENT_READ}, responses=READ)
async def tasks_listed(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    standing_in: Annotated[TaskState | None, QueryParameter(name="state")] = None,
    location_id: FromQuery[str | None] = None,
    cursor: Cursor = "",
    limit: PageSize = 50,
) -> TasksTold:
    """The oldest first."""
    states = [standing_in] if standing_in else list(TaskState)
    place = from_text("loc", location_id) if location_id else None

    async def read(tx: Tx) -> TasksTold:
        rows = await task_board(
            tx,
            scope_of(principal),
            states=states,
            location_id=place,
            after=read_cursor(cursor),
            limit=limit + 1,
        )
        more = cursor_of(rows[limit - 1].planned_at, rows[limit - 1].id) if len(rows) > limit else None
        return TasksTold(data=[task_told(row) for row in rows[:limit]], next_cursor=more)

    return await db.run(caller, read)


@get("/{task_id:str}", summary="A warehouse task", opt={"needs": Permission.FULFILMENT_READ}, responses=READ)
async def task_read(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    task_id: FromPath[str],
) -> TaskWholeTold:
    """What to pick for it."""
    task = from_text("tsk", task_id)

    async def read(tx: Tx) -> TaskWholeTold:
        return whole(*await pick_sheet(tx, scope_of(principal), task))

    return await db.run(caller, read)


def task_told(row: TaskRow) -> TaskTold:
    return TaskTold(**_facts(row))


def _facts(row: TaskRow) -> dict[str, Any]:
    return {
        "id": to_text("tsk", row.id),
        "order_id": to_text("ord", row.order_id),
        "order_number": str(row.number),
        "state": TaskState(row.state),
        "location_id": to_text("loc", row.location_id),
        "location": row.place,
        "planned_at": row.planned_at,
        "moved_at": row.moved_at,
        "assigned_to": row.assigned_to,
        "units": row.units,
        "picked": row.picked,
        "holds": row.holds,
    }


def whole(row: TaskRow, lines: list[SheetLine]) -> TaskWholeTold:
    return TaskWholeTold(
        **_facts(row),
        lines=[
            TaskLineTold(
                line=line.line_no,
                sku=line.sku,
                title=line.title,
                barcode=line.gtin,
                lot=line.lot,
                expires_on=line.expires_on,
                quantity=line.quantity,
                picked=line.picked,
                packed=line.packed,
                bins=[TaskBinTold(bin=code, units=units) for code, units in line.bins],
            )
            for line in lines
        ],
    )


Step = Callable[[Tx, list[UUID]], Awaitable[None]]


async def _moved(
    request: Request[Any, Any, Any],
    principal: Principal,
    runner: Runner,
    key: str,
    tasks: list[str],
    step: Step,
    now: datetime,
) -> TaskMovedTold:
    async def command(tx: Tx) -> TaskMovedTold:
        ids = list(dict.fromkeys(from_text("tsk", task) for task in tasks))
        for task in ids:
            await pick_sheet(tx, scope_of(principal), task)
        await step(tx, ids)
        return TaskMovedTold(
            data=[task_told((await pick_sheet(tx, scope_of(principal), task))[0]) for task in ids]
        )

    return await once(request, principal, runner, key, command, now=now)


@post(
    "/release",
    summary="Give tasks to the pickers",
    opt={"needs": Permission.FULFILMENT_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def tasks_released(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    data: TasksAsked,
    idempotency_key: IdempotencyKey,
) -> TaskMovedTold:
    """All of them or none."""

    async def step(tx: Tx, ids: list[UUID]) -> None:
        await release_tasks(tx, ids, within=principal.location_ids, now=now)

    return await _moved(request, principal, runner, idempotency_key, data.tasks, step, now)


@post(
    "/start",
    summary="Begin picking",
    opt={"needs": Permission.FULFILMENT_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def tasks_started(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    data: TasksAsked,
    idempotency_key: IdempotencyKey,
) -> TaskMovedTold:
    """Refused as `picking_blocked` with every reason of every order that is not ready."""

    async def step(tx: Tx, ids: list[UUID]) -> None:
        await start_picking(tx, ids, within=principal.location_ids, now=now)

    return await _moved(request, principal, runner, idempotency_key, data.tasks, step, now)


@post(
    "/finish",
    summary="Everything is off the shelf",
    opt={"needs": Permission.FULFILMENT_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def tasks_finished(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    data: FinishAsked,
    idempotency_key: IdempotencyKey,
) -> TaskMovedTold:
    """Refused as `pick_incomplete` with what is missing, unless `take_all` is said."""

    async def step(tx: Tx, ids: list[UUID]) -> None:
        await finish_tasks(tx, ids, take_all=data.take_all, within=principal.location_ids, now=now)

    return await _moved(request, principal, runner, idempotency_key, data.tasks, step, now)


@post(
    "/pack",
    summary="Goods are in boxes",
    opt={"needs": Permission.FULFILMENT_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def tasks_packed(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    data: TasksAsked,
    idempotency_key: IdempotencyKey,
) -> TaskMovedTold:
    """What is packed can be handed over."""

    async def step(tx: Tx, ids: list[UUID]) -> None:
        await pack(tx, ids, within=principal.location_ids, now=now)

    return await _moved(request, principal, runner, idempotency_key, data.tasks, step, now)


@post(
    "/{task_id:str}/pick",
    summary="Count units off the shelf",
    opt={"needs": Permission.FULFILMENT_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def units_picked(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    task_id: FromPath[str],
    data: PickAsked,
    idempotency_key: IdempotencyKey,
) -> TaskWholeTold:
    """What a scanner reads: a sku code or a product's barcode."""

    async def command(tx: Tx) -> TaskWholeTold:
        task = from_text("tsk", task_id)
        await count(tx, principal, task, data.sku, data.quantity, data.line, bin_code=data.bin, now=now)
        return whole(*await pick_sheet(tx, scope_of(principal), task))

    return await once(request, principal, runner, idempotency_key, command, now=now)


async def count(
    tx: Tx,
    principal: Principal,
    task: UUID,
    code: str,
    quantity: int,
    line: int | None,
    *,
    bin_code: str | None = None,
    now: datetime,
) -> SheetLine:
    """Count units of whatever a scanned code stands for on a task; returns the line it was on.

    Raises:
        TaskNotFound: Not there for this person.
        NothingLikeThatToPick: The code is on no open line.
        IllegalMove: The task is not being picked.
        UnknownBin, BinBlocked, BinShort: Of the bin that was named.
    """
    row, lines = await pick_sheet(tx, scope_of(principal), task)
    gtin = scanned_gtin(code)
    meant = [
        one
        for one in lines
        if one.sku.casefold() == code.casefold() or (one.gtin and gtin_key(one.gtin) == gtin)
    ]
    if not meant:
        raise NothingLikeThatToPick(code, quantity, 0)
    left = sum(one.left for one in meant)
    if quantity > left:
        raise NothingLikeThatToPick(code, quantity, left)
    picked = Pick(meant[0].sku_id, quantity, line_no=line)
    bin_id = await bin_named(tx, row.location_id, bin_code)
    await pick(tx, task, [picked], bin_id=bin_id, within=principal.location_ids, now=now)
    return meant[0]


handlers = [
    Router(
        "/api/v1/tasks",
        route_handlers=[
            tasks_listed,
            task_read,
            tasks_released,
            tasks_started,
            tasks_finished,
            tasks_packed,
            units_picked,
        ],
        tags=["tasks"],
    )
]
