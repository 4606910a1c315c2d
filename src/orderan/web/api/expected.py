"""Goods on their way from a supplier, over the API: promised, or not coming after all."""

from datetime import date, datetime
from typing import Annotated, Any

from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from pydantic import Field

from orderan.access import Permission, Principal
from orderan.inventory import Receipt, UnknownSku, expect_stock, expected_goods, forget_expected, stocked_skus
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import from_text, to_text
from orderan.kit.runner import Runner
from orderan.web.api.answering import once
from orderan.web.api.shapes import REFUSED, Asked, IdempotencyKey, Told
from orderan.web.api.stock_naming import MOST_ROWS, Code, LocationId, Units
from orderan.web.stock_scope import LOCATION, require_scope


class PromiseAsked(Asked):
    """Units a supplier promised; `sku` is a code or a barcode."""

    sku: Code
    quantity: Units


class PromisesAsked(Asked):
    """Promises for a location, all or nothing."""

    location_id: LocationId
    goods: Annotated[list[PromiseAsked], Field(min_length=1, max_length=MOST_ROWS)]
    supplier: Annotated[str, Field(max_length=120, description="Who promised them")] = ""
    due_on: Annotated[date | None, Field(description="When they should arrive")] = None
    given_up: Annotated[bool, Field(description="They will not come after all")] = False


class ExpectedTold(Told):
    """Units still to come of what was promised at once."""

    sku: str
    title: str
    location_id: str
    quantity: int
    open: int
    supplier: str
    due_on: date | None
    noted_at: datetime


class ExpectedsTold(Told):
    """What is still to come, what is due first on top; 200 at most."""

    data: list[ExpectedTold]


class PromisesTold(Told):
    """What was noted."""

    units: int
    rows: int


async def promised(tx: Tx, asked: list[tuple[str, int]], location_id: Any) -> list[Receipt]:
    """The rows such goods will be counted on.

    Raises:
        UnknownSku: Names every sku that is not there or holds no stock.
    """
    known = await stocked_skus(tx, {sku for sku, _ in asked})
    if missing := tuple(dict.fromkeys(sku for sku, _ in asked if sku not in known)):
        raise UnknownSku(missing)
    return [Receipt(known[sku].id, location_id, units) for sku, units in asked]


@get(
    "/stock-expectations",
    summary="Goods on their way",
    opt={"needs": Permission.INVENTORY_READ},
    responses=REFUSED,
)
async def expected_listed(
    db: NamedDependency[Database], caller: NamedDependency[Caller], principal: NamedDependency[Principal]
) -> ExpectedsTold:
    """What suppliers promised that neither came nor was given up."""
    found = await db.run(caller, lambda tx: expected_goods(tx, locations=principal.location_ids))
    return ExpectedsTold(
        data=[
            ExpectedTold(
                sku=one.sku,
                title=one.title,
                location_id=to_text(LOCATION, one.location_id),
                quantity=one.quantity,
                open=one.open,
                supplier=one.supplier,
                due_on=one.due_on,
                noted_at=one.noted_at,
            )
            for one in found
        ]
    )


@post(
    "/stock-expectations",
    summary="Note goods on their way",
    opt={"needs": Permission.INVENTORY_WRITE},
    responses=REFUSED,
)
async def goods_expected(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    data: PromisesAsked,
    idempotency_key: IdempotencyKey,
) -> PromisesTold:
    """Counted as incoming, not for sale; a receipt with `expected` lessens it by what arrived."""

    async def command(tx: Tx) -> PromisesTold:
        place = from_text(LOCATION, data.location_id)
        require_scope(principal, place)
        rows = await promised(tx, [(one.sku, one.quantity) for one in data.goods], place)
        if data.given_up:
            await forget_expected(tx, rows, now=now)
        else:
            await expect_stock(tx, rows, supplier=data.supplier, due_on=data.due_on, now=now)
        return PromisesTold(units=sum(row.quantity for row in rows), rows=len(rows))

    return await once(request, principal, runner, idempotency_key, command, now=now, status=201)


handlers = [Router("/api/v1", route_handlers=[expected_listed, goods_expected], tags=["stock"])]
