"""The warehouse: the board of tasks per location, and the pick sheet on a phone."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from orderan.access import Permission, Principal
from orderan.flows.pick_task import finish_tasks, pack, release_tasks, run_short, start_picking
from orderan.flows.take_elsewhere import places_elsewhere, take_elsewhere
from orderan.flows.views_work import (
    SheetLine,
    TaskRow,
    pick_sheet,
    task_board,
    task_counts,
    task_named,
    work_places,
)
from orderan.fulfilment import TaskState, obstacles, readiness
from orderan.kit.db import Tx
from orderan.kit.errors import N_, Refusal
from orderan.kit.ids import from_text, to_text
from orderan.kit.text import NumberMistyped, read_number
from orderan.shipping import Booking, bookings_of_tasks
from orderan.web.api.bins import bin_named
from orderan.web.api.tasks import count
from orderan.web.cursors import cursor_of, read_cursor
from orderan.web.dashboard.courier_words import booking_shown, courier_names, typed_of
from orderan.web.dashboard.desk import Flash, Visit, each, reason_told, scope_of, told
from orderan.web.forms import many, one, posted, sent_once, typed_in
from orderan.web.here import place_of
from orderan.web.pages import page
from orderan.web.stock_scope import require_scope

SHOWN: Final = 50
TABS: Final = {
    "planned": N_("Direncanakan"),
    "released": N_("Siap diambil"),
    "picking": N_("Sedang diambil"),
    "short": N_("Kurang barang"),
    "picked": N_("Sudah diambil"),
    "packed": N_("Dikemas"),
}
TO_PICK: Final = ("planned", "released")
"""What nobody has begun to pick: two tabs, which `tab=to_pick` shows as one list."""
STEPS: Final = {
    "planned": ("release", N_("Rilis ke gudang")),
    "released": ("start", N_("Mulai ambil")),
    "picking": ("finish", N_("Semua sudah diambil")),
    "short": ("start", N_("Lanjut ambil")),
    "picked": ("pack", N_("Sudah dikemas")),
}
"""What a tab's tasks need next: (step, words of its button)."""

DONE: Final = {
    "release": lambda spoken, many_: spoken.ngettext(
        "%(num)s tugas dirilis.", "%(num)s tugas dirilis.", many_
    ),
    "start": lambda spoken, many_: spoken.ngettext(
        "%(num)s tugas mulai diambil.", "%(num)s tugas mulai diambil.", many_
    ),
    "finish": lambda spoken, many_: spoken.ngettext(
        "%(num)s tugas sudah diambil.", "%(num)s tugas sudah diambil.", many_
    ),
    "pack": lambda spoken, many_: spoken.ngettext("%(num)s tugas dikemas.", "%(num)s tugas dikemas.", many_),
}


def path_of(task_id: UUID) -> str:
    return f"/warehouse/tasks/{to_text('tsk', task_id)}"


@get("/warehouse", opt={"needs": Permission.FULFILMENT_READ}, include_in_schema=False)
async def board_page(
    visit: NamedDependency[Visit],
    tab: FromQuery[str] = "",
    place: FromQuery[str] = "",
    after: FromQuery[str] = "",
) -> Response[str]:
    """Tasks by what they need next, the oldest first."""
    return await board(visit, tab=tab, place=place, after=after)


async def board(
    visit: Visit,
    *,
    tab: str,
    place: str,
    after: str = "",
    flashes: list[Flash] | None = None,
    status: int = 200,
) -> Response[str]:
    """The board, with what is to be said on top of it."""
    scope = scope_of(visit.principal)
    location = from_text("loc", place) if place else None

    async def read(tx: Tx) -> tuple[dict[str, int], list[Any], str, list[TaskRow]]:
        counts = await task_counts(tx, scope, location_id=location)
        chosen = (
            tab
            if tab in TABS or tab == "to_pick"
            else next((one for one in TABS if counts.get(one)), "planned")
        )
        rows = await task_board(
            tx,
            scope,
            states=TO_PICK if chosen == "to_pick" else [chosen],
            location_id=location,
            after=read_cursor(after),
            limit=SHOWN + 1,
        )
        return counts, await work_places(tx, scope), chosen, rows

    counts, places, chosen, rows = await visit.db.run(visit.caller, read)
    last = rows[SHOWN - 1] if len(rows) > SHOWN else None
    return page(
        visit.request,
        "warehouse/board.html",
        status_code=status,
        now=visit.now,
        flashes=flashes or [],
        tabs=TABS,
        tab=chosen,
        counts=counts,
        places=[(to_text("loc", one.id), one.name) for one in places],
        place=place,
        tasks=[{"id": to_text("tsk", row.id), "row": row} for row in rows[:SHOWN]],
        older=cursor_of(last.planned_at, last.id) if last else None,
        after=after,
        step=STEPS.get(chosen) if visit.principal.may(Permission.FULFILMENT_WRITE) else None,
        may_ship=visit.principal.may(Permission.SHIPPING_WRITE),
        may_see_labels=visit.principal.may(Permission.SHIPPING_READ),
        may_book=chosen == "packed" and visit.principal.may(Permission.SHIPPING_WRITE),
        path_of=path_of,
    )


def _step(name: str, principal: Principal, now: datetime) -> Callable[[Tx, UUID], Awaitable[None]]:
    within = principal.location_ids

    async def run(tx: Tx, task: UUID) -> None:
        await pick_sheet(tx, scope_of(principal), task)
        match name:
            case "release":
                await release_tasks(tx, [task], within=within, now=now)
            case "start":
                await start_picking(tx, [task], within=within, now=now)
            case "finish":
                await finish_tasks(tx, [task], take_all=True, within=within, now=now)
            case _:
                await pack(tx, [task], within=within, now=now)

    return run


@post("/warehouse/bulk", opt={"needs": Permission.FULFILMENT_WRITE}, include_in_schema=False, status_code=200)
async def board_moved(
    visit: NamedDependency[Visit],
) -> Response[str]:
    """The next step for every task that was ticked; each stands alone, and each refusal is named."""
    form = await posted(visit.request)
    name = one(form, "step")
    tasks = [from_text("tsk", task) for task in many(form, "task")]
    flashes: list[Flash] = []
    if name in DONE:
        outcome = await each(
            visit.request, visit.db, visit.caller, tasks, _step(name, visit.principal, visit.now)
        )
        flashes = outcome.flashes(visit.request, DONE[name])
    return await board(visit, tab=one(form, "tab"), place=one(form, "place"), flashes=flashes)


@get("/warehouse/scan", opt={"needs": Permission.FULFILMENT_READ}, include_in_schema=False)
async def order_scanned(
    visit: NamedDependency[Visit],
    code: FromQuery[str] = "",
) -> Response[Any]:
    """To the open task of an order number that was typed or scanned."""
    spoken = place_of(visit.request).words
    try:
        number = read_number(code)
    except NumberMistyped as refusal:
        flashes = [("loss", told(refusal, spoken))]
        return await board(visit, tab="", place="", flashes=flashes, status=422)
    task = await visit.db.run(visit.caller, lambda tx: task_named(tx, scope_of(visit.principal), number))
    if task is None:
        said = spoken.gettext(N_("Tidak ada tugas terbuka untuk pesanan %(number)s."), number=number)
        return await board(visit, tab="", place="", flashes=[("loss", said)], status=404)
    return Redirect(path_of(task), status_code=303)


@get("/warehouse/tasks/{task_id:str}", opt={"needs": Permission.FULFILMENT_READ}, include_in_schema=False)
async def sheet_page(
    visit: NamedDependency[Visit],
    task_id: FromPath[str],
    boxes: FromQuery[int] = 1,
) -> Response[str]:
    """What to take from the shelves, with one field for the scanner."""
    return await sheet(visit, from_text("tsk", task_id), boxes=boxes)


async def sheet(
    visit: Visit,
    task_id: UUID,
    *,
    boxes: int = 1,
    flashes: list[Flash] | None = None,
    scanned: str = "",
    typed: dict[str, str] | None = None,
    status: int = 200,
) -> Response[str]:
    """A pick sheet; `scanned` is `ok` or `bad` right after a scan, for sound and vibration."""
    spoken = place_of(visit.request).words

    async def read(
        tx: Tx,
    ) -> tuple[TaskRow, list[SheetLine], list[str], list[tuple[str, str]], list[Booking]]:
        row, lines = await pick_sheet(tx, scope_of(visit.principal), task_id)
        stands = []
        if row.state in {TaskState.PLANNED, TaskState.RELEASED, TaskState.SHORT}:
            ready = (await readiness(tx, [row.order_id]))[row.order_id]
            stands = [reason_told(reason, spoken) for reason in obstacles(ready)]
        places: list[tuple[str, str]] = []
        if row.state == TaskState.SHORT:
            within = visit.principal.location_ids
            found = await places_elsewhere(tx, row.id, at=row.location_id, within=within, now=visit.now)
            places = [(to_text("loc", place.location_id), place.name) for place in found]
        booked = await bookings_of_tasks(tx, [row.id]) if row.state == TaskState.PACKED else []
        return row, lines, stands, places, booked

    row, lines, stands, places, booked = await visit.db.run(visit.caller, read)
    return page(
        visit.request,
        "warehouse/task.html",
        block="sheet",
        status_code=status,
        now=visit.now,
        flashes=flashes or [],
        task=row,
        task_path=path_of(row.id),
        packing_path=f"/warehouse/packing/{to_text('tsk', row.id)}",
        order_path=f"/orders/{to_text('ord', row.order_id)}",
        lines=lines,
        left=sum(line.left for line in lines),
        stands=stands,
        step=STEPS.get(row.state) if visit.principal.may(Permission.FULFILMENT_WRITE) else None,
        places=places,
        may_ship=visit.principal.may(Permission.SHIPPING_WRITE),
        couriers=list(courier_names(place_of(visit.request).words).items()),
        boxes=max(1, min(boxes, 10)),
        scanned=scanned,
        typed=typed or typed_of(booked),
        **booking_shown(booked),
    )


@post(
    "/warehouse/tasks/{task_id:str}/pick",
    opt={"needs": Permission.FULFILMENT_WRITE},
    include_in_schema=False,
    status_code=200,
)
async def unit_scanned(
    visit: NamedDependency[Visit],
    task_id: FromPath[str],
) -> Response[Any]:
    """One unit, or as many as were typed, of what a scanner read. Picking begins by itself with the first."""
    task = from_text("tsk", task_id)
    form = await posted(visit.request)
    code, typed = one(form, "code").strip(), one(form, "quantity").strip()
    quantity = int(typed) if typed.isdecimal() and 0 < int(typed) <= 1_000_000 else 1

    async def command(tx: Tx) -> str:
        await sent_once(tx, form, now=visit.now)
        row, _ = await pick_sheet(tx, scope_of(visit.principal), task)
        if row.state == TaskState.RELEASED:
            await start_picking(tx, [task], within=visit.principal.location_ids, now=visit.now)
        line = await count(tx, visit.principal, task, code, quantity, None, now=visit.now)
        return line.title

    try:
        title = await visit.db.run(visit.caller, command)
    except Refusal as refusal:
        said = told(refusal, place_of(visit.request).words)
        flashes = [("loss", said)]
        return await sheet(
            visit,
            task,
            flashes=flashes,
            scanned="bad",
            typed=typed_in(form),
            status=409,
        )
    said = place_of(visit.request).words.gettext(
        N_("%(quantity)s × %(title)s diambil."), quantity=quantity, title=title
    )
    return await sheet(visit, task, flashes=[("done", said)], scanned="ok")


@post(
    "/warehouse/tasks/{task_id:str}/step",
    opt={"needs": Permission.FULFILMENT_WRITE},
    include_in_schema=False,
    status_code=200,
)
async def sheet_moved(
    visit: NamedDependency[Visit],
    task_id: FromPath[str],
) -> Response[Any]:
    """The next step of one task, or the report that something is missing."""
    task = from_text("tsk", task_id)
    form = await posted(visit.request)
    name = one(form, "step")

    async def command(tx: Tx) -> None:
        if name == "short":
            row, _ = await pick_sheet(tx, scope_of(visit.principal), task)
            note = one(form, "note").strip()[:300]
            bin_id = await bin_named(tx, row.location_id, one(form, "bin"))
            within = visit.principal.location_ids
            await run_short(tx, task, note=note, bin_id=bin_id, within=within, now=visit.now)
        elif name in DONE:
            await _step(name, visit.principal, visit.now)(tx, task)

    try:
        await visit.db.run(visit.caller, command)
    except Refusal as refusal:
        flashes = [("loss", told(refusal, place_of(visit.request).words))]
        typed = typed_in(form)
        return await sheet(visit, task, flashes=flashes, typed=typed, status=409)
    return Redirect(path_of(task), status_code=303)


@post(
    "/warehouse/tasks/{task_id:str}/elsewhere",
    opt={"needs": Permission.FULFILMENT_WRITE},
    include_in_schema=False,
    status_code=200,
)
async def missing_taken_elsewhere(
    visit: NamedDependency[Visit],
    task_id: FromPath[str],
) -> Response[Any]:
    """What is missing is picked at another place; on to the task there, when nothing is left to do here."""
    task = from_text("tsk", task_id)
    form = await posted(visit.request)

    async def command(tx: Tx) -> UUID:
        row, _ = await pick_sheet(tx, scope_of(visit.principal), task)
        place = from_text("loc", one(form, "place"))
        require_scope(visit.principal, place)
        await take_elsewhere(tx, task, to_location=place, within=visit.principal.location_ids, now=visit.now)
        after, _ = await pick_sheet(tx, scope_of(visit.principal), task)
        if after.state != TaskState.CANCELLED:
            return task
        [new, *_] = await task_board(
            tx,
            scope_of(visit.principal),
            states=[TaskState.PLANNED],
            location_id=place,
            order_id=row.order_id,
        )
        return new.id

    try:
        then = await visit.db.run(visit.caller, command)
    except Refusal as refusal:
        flashes = [("loss", told(refusal, place_of(visit.request).words))]
        typed = typed_in(form)
        return await sheet(visit, task, flashes=flashes, typed=typed, status=409)
    return Redirect(path_of(then), status_code=303)


handlers = [
    board_page,
    board_moved,
    order_scanned,
    sheet_page,
    unit_scanned,
    sheet_moved,
    missing_taken_elsewhere,
]
