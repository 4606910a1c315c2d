"""A buyer kept a part of a parcel at the door: how many of what, and what is left to collect."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.params import FromPath

from orderan.access import Permission
from orderan.flows.accept_part import BeyondParcel, NotAPart, accept_part, may_be_kept_in_part
from orderan.flows.parcel_goods import units_in
from orderan.flows.views_work import one_parcel
from orderan.kit.db import Tx
from orderan.kit.errors import Refusal
from orderan.kit.ids import from_text, to_text
from orderan.orders import Terms, load_orders
from orderan.returns import coming_back
from orderan.shipping import ParcelNotFound, parcels_of
from orderan.web.dashboard.courier_words import courier_name
from orderan.web.dashboard.desk import Visit, scope_of
from orderan.web.dashboard.order_looks import path_of
from orderan.web.forms import CountUnreadable, Sent, count_typed, numbered, posted, refused
from orderan.web.here import place_of
from orderan.web.once import once
from orderan.web.pages import page

WRITE: Final = {"needs": Permission.SHIPPING_WRITE}
NOTHING_SENT: Final = Sent()
BESIDE: Final[Mapping[type[Refusal], str]] = {
    CountUnreadable: "units",
    BeyondParcel: "units",
    NotAPart: "units",
}


def part_path(parcel_id: UUID) -> str:
    """Where it is written down that a part of a parcel was kept."""
    return f"/shipping/{to_text('pcl', parcel_id)}/part"


@get("/shipping/{parcel:str}/part", opt=WRITE, include_in_schema=False)
async def part_page(visit: NamedDependency[Visit], parcel: FromPath[str]) -> Response[str]:
    """What is in the parcel, each with how many were kept."""
    return await _page(visit, parcel)


@post("/shipping/{parcel:str}/part", opt=WRITE, include_in_schema=False)
async def part_taken(visit: NamedDependency[Visit], parcel: FromPath[str]) -> Response[Any]:
    """Note it; the rest is on its way back."""
    form = await posted(visit.request)

    async def work(tx: Tx) -> str:
        row = await one_parcel(tx, scope_of(visit.principal), from_text("pcl", parcel))
        await accept_part(tx, row.id, _kept(form), within=visit.principal.location_ids, now=visit.now)
        return path_of(row.order_id) + "?said=part"

    try:
        return await once(visit.request, visit.db, visit.caller, form, work, now=visit.now)
    except ParcelNotFound:
        raise
    except Refusal as refusal:
        return await _page(visit, parcel, sent=refused(visit.request, "part", form, refusal, BESIDE))


def _kept(form: FormMultiDict) -> dict[int, int]:
    return {line_no: count_typed(typed) for line_no, typed in numbered(form, "units_").items()}


async def _page(visit: Visit, text: str, *, sent: Sent = NOTHING_SENT) -> Response[str]:
    async def read(tx: Tx) -> dict[str, Any]:
        row = await one_parcel(tx, scope_of(visit.principal), from_text("pcl", text))
        order, lines = (await load_orders(tx, [row.order_id]))[row.order_id]
        parcels = await parcels_of(tx, order.id)
        parcel = next(one for one in parcels if one.id == row.id)
        inside = units_in(parcel, parcels, list(lines), await coming_back(tx, order.id))
        return {
            "row": row,
            "order": order,
            "lines": [(line, inside[line.line_no]) for line in lines if line.line_no in inside],
            "may_part": order.terms == Terms.COD and await may_be_kept_in_part(tx, order, parcel),
        }

    found = await visit.db.run(visit.caller, read)
    row = found["row"]
    return page(
        visit.request,
        "shipping/part.html",
        status_code=422 if sent.refused else 200,
        now=visit.now,
        sent=sent,
        path=part_path(row.id),
        order_path=path_of(row.order_id),
        courier=courier_name(row.courier, place_of(visit.request).words),
        **found,
    )


handlers: list[Any] = [part_page, part_taken]
