"""Boxes over the API: what is in them, and giving them to their couriers."""

from datetime import datetime
from typing import Annotated, Any

from litestar import Request, Router, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from pydantic import Field

from orderan.access import Permission, Principal
from orderan.flows.hand_over import hand_over
from orderan.flows.views_work import SheetLine, pick_sheet
from orderan.fulfilment import Box, NothingLikeThatToPick
from orderan.kit.db import Tx
from orderan.kit.ids import from_text
from orderan.kit.runner import Runner
from orderan.shipping import Content
from orderan.web.api.answering import once, scope_of
from orderan.web.api.parcels import ParcelTold, parcel_by_id
from orderan.web.api.shapes import REFUSED, Asked, IdempotencyKey, Told
from orderan.web.api.tasks import Sku, Units


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


class HandedOverTold(Told):
    """The parcels that left."""

    data: list[ParcelTold]


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
            task_handed_over,
        ],
        tags=["tasks"],
    )
]
