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
from orderan.flows.hand_over import hand_over
from orderan.flows.pick_task import finish_tasks, pack, pick, release_tasks, run_short, start_picking
from orderan.flows.take_elsewhere import places_elsewhere, take_elsewhere
from orderan.flows.views_work import SheetLine, TaskRow, pick_sheet, task_board
from orderan.fulfilment import Box, NothingLikeThatToPick, Pick, TaskState
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import from_text, to_text
from orderan.kit.runner import Runner
from orderan.shipping import Content
from orderan.web.api.answering import READ, Cursor, PageSize, once, scope_of
from orderan.web.api.parcels import ParcelTold, parcel_by_id
from orderan.web.api.shapes import REFUSED, Asked, IdempotencyKey, Told
from orderan.web.cursors import cursor_of, read_cursor
from orderan.web.stock_scope import require_scope

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


class ShortAsked(Asked):
    """Something is not on the shelf."""

    note: Annotated[str, Field(min_length=1, max_length=300)]


class ElsewhereAsked(Asked):
    """Where what is missing is taken from."""

    location_id: LocationId


class ContentAsked(Asked):
    """Units of a line in a box."""

    line: Annotated[int, Field(ge=1, le=100_000)]
    sku: Sku
    quantity: Units
    lot: Annotated[str | None, Field(min_length=1, max_length=64)] = None


class BoxAsked(Asked):
    """A box; without contents it holds everything that was packed."""

    courier: Annotated[str, Field(min_length=1, max_length=40)]
    awb: Annotated[str, Field(max_length=60, description="May be empty for the shop's own riders")] = ""
    service: Annotated[str, Field(max_length=40)] = ""
    weight_g: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    contents: Annotated[tuple[ContentAsked, ...] | None, Field(max_length=500)] = None


class HandOverAsked(Asked):
    """The boxes of a packed task."""

    parcels: Annotated[list[BoxAsked], Field(min_length=1, max_length=50)]


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


class TaskLineTold(Told):
    """Units of a sku to pick for an order line."""

    line: int
    sku: str
    title: str
    barcode: str | None
    lot: str | None
    expires_on: date | None
    quantity: int
    picked: int
    packed: int


class TaskWholeTold(TaskTold):
    """A task with its lines."""

    lines: list[TaskLineTold]


class TasksTold(Told):
    """A page of tasks."""

    data: list[TaskTold]
    next_cursor: str | None


class ElsewhereTold(Told):
    """A place with what the next order could have there, by sku."""

    location_id: str
    location: str
    available: dict[str, int]


class ElsewheresTold(Told):
    """Places that could serve a task instead."""

    data: list[ElsewhereTold]


class MovedTold(Told):
    """Tasks as they stand now."""

    data: list[TaskTold]


class HandedOverTold(Told):
    """The parcels that left."""

    data: list[ParcelTold]


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
) -> MovedTold:
    async def command(tx: Tx) -> MovedTold:
        ids = list(dict.fromkeys(from_text("tsk", task) for task in tasks))
        for task in ids:
            await pick_sheet(tx, scope_of(principal), task)
        await step(tx, ids)
        return MovedTold(
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
) -> MovedTold:
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
) -> MovedTold:
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
) -> MovedTold:
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
) -> MovedTold:
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
        await count(tx, principal, task, data.sku, data.quantity, data.line, now=now)
        return whole(*await pick_sheet(tx, scope_of(principal), task))

    return await once(request, principal, runner, idempotency_key, command, now=now)


async def count(
    tx: Tx, principal: Principal, task: UUID, code: str, quantity: int, line: int | None, *, now: datetime
) -> SheetLine:
    """Count units of whatever a scanned code stands for on a task; returns the line it was on.

    Raises:
        TaskNotFound: Not there for this person.
        NothingLikeThatToPick: The code is on no open line.
        IllegalMove: The task is not being picked.
    """
    _, lines = await pick_sheet(tx, scope_of(principal), task)
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
    await pick(tx, task, [picked], within=principal.location_ids, now=now)
    return meant[0]


@post(
    "/{task_id:str}/short",
    summary="Something is not on the shelf",
    opt={"needs": Permission.FULFILMENT_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def task_short(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    task_id: FromPath[str],
    data: ShortAsked,
    idempotency_key: IdempotencyKey,
) -> TaskWholeTold:
    """The task waits, and the exception inbox says what for."""

    async def command(tx: Tx) -> TaskWholeTold:
        task = from_text("tsk", task_id)
        await pick_sheet(tx, scope_of(principal), task)
        await run_short(tx, task, note=data.note, within=principal.location_ids, now=now)
        return whole(*await pick_sheet(tx, scope_of(principal), task))

    return await once(request, principal, runner, idempotency_key, command, now=now)


@get(
    "/{task_id:str}/elsewhere",
    summary="Where else there is enough of what is missing",
    opt={"needs": Permission.FULFILMENT_READ},
    responses=READ,
)
async def elsewhere_listed(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    task_id: FromPath[str],
) -> ElsewheresTold:
    """Places that have all of it, the ones that serve first on top; none for a task that misses nothing."""

    async def read(tx: Tx) -> ElsewheresTold:
        row, lines = await pick_sheet(tx, scope_of(principal), from_text("tsk", task_id))
        codes = {line.sku_id: line.sku for line in lines}
        found = await places_elsewhere(tx, row.id, at=row.location_id, within=principal.location_ids, now=now)
        return ElsewheresTold(
            data=[
                ElsewhereTold(
                    location_id=to_text("loc", place.location_id),
                    location=place.name,
                    available={codes[sku]: units for sku, units in place.units},
                )
                for place in found
            ]
        )

    return await db.run(caller, read)


@post(
    "/{task_id:str}/elsewhere",
    summary="Take what is missing from another location",
    opt={"needs": Permission.FULFILMENT_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def task_taken_elsewhere(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    task_id: FromPath[str],
    data: ElsewhereAsked,
    idempotency_key: IdempotencyKey,
) -> MovedTold:
    """A task of its own there; here the units are set aside. The order's tasks as they stand now."""

    async def command(tx: Tx) -> MovedTold:
        row, _ = await pick_sheet(tx, scope_of(principal), from_text("tsk", task_id))
        place = from_text("loc", data.location_id)
        require_scope(principal, place)
        await take_elsewhere(tx, row.id, to_location=place, within=principal.location_ids, now=now)
        there = await task_board(
            tx, scope_of(principal), states=list(TaskState), order_id=row.order_id, limit=MOST_TASKS
        )
        return MovedTold(data=[task_told(one) for one in there])

    return await once(request, principal, runner, idempotency_key, command, now=now)


@post(
    "/{task_id:str}/hand_over",
    summary="Give boxes to their couriers",
    opt={"needs": Permission.SHIPPING_WRITE},
    status_code=201,
    responses=REFUSED,
)
async def task_handed_over(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    task_id: FromPath[str],
    data: HandOverAsked,
    idempotency_key: IdempotencyKey,
) -> HandedOverTold:
    """A parcel per box; stock leaves the location in the same transaction."""

    async def command(tx: Tx) -> HandedOverTold:
        task = from_text("tsk", task_id)
        _, lines = await pick_sheet(tx, scope_of(principal), task)
        boxes = [_box(box, lines) for box in data.parcels]
        parcels = await hand_over(tx, task, boxes, within=principal.location_ids, now=now)
        return HandedOverTold(data=[await parcel_by_id(tx, principal, parcel.id) for parcel in parcels])

    return await once(request, principal, runner, idempotency_key, command, now=now, status=201)


def _box(asked: BoxAsked, lines: list[SheetLine]) -> Box:
    if asked.contents is None:
        return Box(asked.courier, asked.awb, asked.service, asked.weight_g)
    return Box(
        asked.courier,
        asked.awb,
        asked.service,
        asked.weight_g,
        [_content(content, lines) for content in asked.contents],
    )


def _content(asked: ContentAsked, lines: list[SheetLine]) -> Content:
    for line in lines:
        if (line.line_no, line.sku) == (asked.line, asked.sku) and asked.lot in {None, line.lot}:
            return Content(line.line_no, line.sku_id, line.owner_id, line.lot_id, asked.quantity)
    raise NothingLikeThatToPick(asked.sku, asked.quantity, 0)


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
            task_short,
            elsewhere_listed,
            task_taken_elsewhere,
            task_handed_over,
        ],
        tags=["tasks"],
    )
]
