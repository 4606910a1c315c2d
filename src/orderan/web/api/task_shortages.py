"""What is not on the shelf, over the API: said, and taken from another location."""

from datetime import datetime
from typing import Annotated, Any

from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from pydantic import Field

from orderan.access import Permission, Principal
from orderan.flows.pick_task import run_short
from orderan.flows.take_elsewhere import places_elsewhere, take_elsewhere
from orderan.flows.views_work import pick_sheet, task_board
from orderan.fulfilment import TaskState
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import from_text, to_text
from orderan.kit.runner import Runner
from orderan.web.api.answering import READ, once, scope_of
from orderan.web.api.bins import bin_named
from orderan.web.api.shapes import REFUSED, Asked, IdempotencyKey, Told
from orderan.web.api.tasks import MOST_TASKS, LocationId, TaskMovedTold, TaskWholeTold, task_told, whole
from orderan.web.stock_scope import require_scope


class ShortAsked(Asked):
    """Something is not on the shelf; the bin it was looked for in is blocked."""

    note: Annotated[str, Field(min_length=1, max_length=300)]
    bin: Annotated[str | None, Field(min_length=1, max_length=32)] = None


class ElsewhereAsked(Asked):
    """Where what is missing is taken from."""

    location_id: LocationId


class ElsewhereTold(Told):
    """A place with what the next order could have there, by sku."""

    location_id: str
    location: str
    available: dict[str, int]


class ElsewheresTold(Told):
    """Places that could serve a task instead."""

    data: list[ElsewhereTold]


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
        row, _ = await pick_sheet(tx, scope_of(principal), task)
        bin_id = await bin_named(tx, row.location_id, data.bin)
        await run_short(tx, task, note=data.note, bin_id=bin_id, within=principal.location_ids, now=now)
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
) -> TaskMovedTold:
    """A task of its own there; here the units are set aside. The order's tasks as they stand now."""

    async def command(tx: Tx) -> TaskMovedTold:
        row, _ = await pick_sheet(tx, scope_of(principal), from_text("tsk", task_id))
        place = from_text("loc", data.location_id)
        require_scope(principal, place)
        await take_elsewhere(tx, row.id, to_location=place, within=principal.location_ids, now=now)
        there = await task_board(
            tx, scope_of(principal), states=list(TaskState), order_id=row.order_id, limit=MOST_TASKS
        )
        return TaskMovedTold(data=[task_told(one) for one in there])

    return await once(request, principal, runner, idempotency_key, command, now=now)


handlers = [
    Router(
        "/api/v1/tasks",
        route_handlers=[
            task_short,
            elsewhere_listed,
            task_taken_elsewhere,
        ],
        tags=["tasks"],
    )
]
