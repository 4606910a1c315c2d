"""Handing parcels to couriers: one task with its boxes, or one parcel after the other with a scanner."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from orderan.access import Permission
from orderan.flows.hand_over import hand_over
from orderan.flows.views_work import SheetLine, pick_sheet, task_board, task_named
from orderan.fulfilment import Box
from orderan.kit.db import Tx
from orderan.kit.errors import N_, Refusal
from orderan.kit.ids import from_text
from orderan.kit.text import read_number
from orderan.shipping import COURIERS, Content
from orderan.web.dashboard.courier_words import courier_names
from orderan.web.dashboard.desk import Flash, Visit, scope_of, told, whole
from orderan.web.dashboard.warehouse import path_of, sheet
from orderan.web.forms import count_typed, one, posted
from orderan.web.here import place_of
from orderan.web.pages import page

MOST_BOXES = 10
COUNTER_SHOWN = 50


@post(
    "/warehouse/tasks/{task_id:str}/hand-over",
    opt={"needs": Permission.SHIPPING_WRITE},
    include_in_schema=False,
    status_code=200,
)
async def boxes_handed_over(
    visit: NamedDependency[Visit],
    task_id: FromPath[str],
) -> Response[Any]:
    """The boxes of one task, each with its courier and tracking number."""
    task = from_text("tsk", task_id)
    form = await posted(visit.request)
    typed = {name: value for name, value in form.items() if isinstance(value, str)}
    count = max(1, min(whole(typed.get("boxes", "1")) or 1, MOST_BOXES))

    async def command(tx: Tx) -> None:
        _, lines = await pick_sheet(tx, scope_of(visit.principal), task)
        boxes = [_box(typed, turn, count, lines) for turn in range(1, count + 1)]
        await hand_over(tx, task, boxes, within=visit.principal.location_ids, now=visit.now)

    try:
        await visit.db.run(visit.caller, command)
    except Refusal as refusal:
        flashes = [("loss", told(refusal, place_of(visit.request).words))]
        return await sheet(visit, task, boxes=count, flashes=flashes, typed=typed, status=409)
    return Redirect(path_of(task), status_code=303)


def _box(typed: dict[str, str], turn: int, count: int, lines: list[SheetLine]) -> Box:
    contents = None
    if count > 1:
        contents = [
            Content(line.line_no, line.sku_id, line.owner_id, line.lot_id, units)
            for at, line in enumerate(lines)
            if (units := count_typed(typed.get(f"units_{turn}_{at}", "")))
        ]
    return Box(
        courier=typed.get(f"courier_{turn}", ""),
        awb=typed.get(f"awb_{turn}", ""),
        service=typed.get(f"service_{turn}", "")[:40],
        weight_g=count_typed(typed.get(f"weight_{turn}", "")),
        contents=contents,
    )


@get("/warehouse/hand-over", opt={"needs": Permission.SHIPPING_WRITE}, include_in_schema=False)
async def counter_page(
    visit: NamedDependency[Visit],
    courier: FromQuery[str] = "",
) -> Response[str]:
    """A courier is at the door: scan the order, scan the number, next."""
    return await counter(visit, courier=courier)


async def counter(
    visit: Visit,
    *,
    courier: str,
    order: str = "",
    awb: str = "",
    flashes: list[Flash] | None = None,
    scanned: str = "",
    status: int = 200,
) -> Response[str]:
    """The counter; with an order already scanned the field for its tracking number is the next."""
    scope = scope_of(visit.principal)
    waiting = await visit.db.run(
        visit.caller, lambda tx: task_board(tx, scope, states=["packed"], limit=COUNTER_SHOWN)
    )
    return page(
        visit.request,
        "warehouse/counter.html",
        block="counter",
        status_code=status,
        now=visit.now,
        flashes=flashes or [],
        couriers=list(courier_names(place_of(visit.request).words).items()),
        courier=courier if courier in COURIERS else next(iter(COURIERS)),
        order=order,
        awb=awb,
        waiting=waiting,
        scanned=scanned,
        path_of=path_of,
    )


@post(
    "/warehouse/hand-over", opt={"needs": Permission.SHIPPING_WRITE}, include_in_schema=False, status_code=200
)
async def parcel_scanned(
    visit: NamedDependency[Visit],
) -> Response[Any]:
    """Both scanned: it is handed over. Only the order scanned: its number is asked for next."""
    form = await posted(visit.request)
    courier, order, awb = one(form, "courier"), one(form, "order").strip(), one(form, "awb").strip()
    spoken = place_of(visit.request).words
    if order and not awb and courier != "own":
        return await counter(visit, courier=courier, order=order)

    async def command(tx: Tx) -> UUID | None:
        task = await task_named(tx, scope_of(visit.principal), read_number(order))
        if task is not None:
            await hand_over(tx, task, [Box(courier, awb)], within=visit.principal.location_ids, now=visit.now)
        return task

    try:
        task = await visit.db.run(visit.caller, command)
    except Refusal as refusal:
        flashes = [("loss", told(refusal, spoken))]
        return await counter(
            visit,
            courier=courier,
            order=order,
            awb=awb,
            flashes=flashes,
            scanned="bad",
            status=409,
        )
    if task is None:
        said = spoken.gettext(N_("Tidak ada tugas terbuka untuk pesanan %(number)s."), number=order)
        return await counter(
            visit,
            courier=courier,
            order=order,
            awb=awb,
            flashes=[("loss", said)],
            scanned="bad",
            status=404,
        )
    said = spoken.gettext(N_("Pesanan %(number)s diserahkan."), number=order)
    return await counter(visit, courier=courier, flashes=[("done", said)], scanned="ok")


handlers = [counter_page, parcel_scanned, boxes_handed_over]
