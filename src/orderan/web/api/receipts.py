"""Goods that arrive, over the API."""

from datetime import date, datetime
from typing import Annotated, Any

from litestar import Request, Router, post
from litestar.di import NamedDependency
from pydantic import Field

from orderan.access import Permission, Principal
from orderan.inventory import (
    Goods,
    receive_goods,
)
from orderan.kit.db import Tx
from orderan.kit.ids import from_text
from orderan.kit.runner import Runner
from orderan.web.api.answering import once
from orderan.web.api.shapes import REFUSED, Asked, IdempotencyKey, Told
from orderan.web.api.stock_naming import MOST_ROWS, Code, LocationId, Lot, Units
from orderan.web.stock_scope import LOCATION, require_scope


class GoodsAsked(Asked):
    """Units that arrived; `sku` is a code or a barcode."""

    sku: Code
    quantity: Units
    lot: Lot = None
    expires_on: date | None = None


class ReceiptAsked(Asked):
    """Goods that arrived at a location, all or nothing."""

    location_id: LocationId
    goods: Annotated[list[GoodsAsked], Field(min_length=1, max_length=MOST_ROWS)]
    expected: Annotated[bool, Field(description="Lessen what is incoming by what arrived")] = False


class ReceiptTold(Told):
    """What was booked in."""

    units: int
    rows: int


@post(
    "/stock-receipts", summary="Receive goods", opt={"needs": Permission.INVENTORY_WRITE}, responses=REFUSED
)
async def goods_received(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    data: ReceiptAsked,
    idempotency_key: IdempotencyKey,
) -> ReceiptTold:
    """Free for sale at once; lots that are not known yet are made."""

    async def command(tx: Tx) -> ReceiptTold:
        place = from_text(LOCATION, data.location_id)
        require_scope(principal, place)
        goods = [Goods(one.sku, one.quantity, one.lot, one.expires_on) for one in data.goods]
        booked = await receive_goods(tx, goods, location_id=place, expected=data.expected, now=now)
        return ReceiptTold(units=sum(one.quantity for one in booked), rows=len(booked))

    return await once(request, principal, runner, idempotency_key, command, now=now, status=201)


handlers = [Router("/api/v1", route_handlers=[goods_received], tags=["stock"])]
