"""What may stand in for a sku over the API."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from litestar import Router, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath
from pydantic import Field

from orderan.access import Permission
from orderan.catalog import (
    MOST_SUBSTITUTES,
    SKU_PREFIX,
    Sku,
    set_substitutes,
    sku_by_id,
    substitutes_of,
)
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import from_text, to_text
from orderan.web.api.answering import READ
from orderan.web.api.shapes import REFUSED, Asked, Told
from orderan.web.api.skus import Code


class SubstitutesAsked(Asked):
    """All that may stand in, the best first; none is nothing."""

    codes: Annotated[list[Code], Field(max_length=MOST_SUBSTITUTES)]


class SubstituteTold(Told):
    """A sku that may stand in; an archived one does not until it is sold again."""

    id: str
    code: str
    state: str


class SubstitutesTold(Told):
    """All that may stand in, the best first."""

    data: list[SubstituteTold]


@get(
    "/{sku_id:str}/substitutes",
    summary="What may stand in for a sku",
    opt={"needs": Permission.CATALOG_READ},
    responses=READ,
)
async def substitutes_read(
    db: NamedDependency[Database], caller: NamedDependency[Caller], sku_id: FromPath[str]
) -> SubstitutesTold:
    """For units that a picker does not find, of orders whose buyers let something stand in."""
    sku = from_text(SKU_PREFIX, sku_id)

    async def read(tx: Tx) -> Sequence[Sku]:
        await sku_by_id(tx, sku)
        return (await substitutes_of(tx, [sku])).get(sku, [])

    return _told(await db.run(caller, read))


@put(
    "/{sku_id:str}/substitutes",
    summary="Say what may stand in for a sku",
    opt={"needs": Permission.CATALOG_WRITE},
    responses=REFUSED,
)
async def substitutes_named(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    now: NamedDependency[datetime],
    sku_id: FromPath[str],
    data: SubstitutesAsked,
) -> SubstitutesTold:
    """Replaces the whole list; a code that is named twice counts where it stands first."""
    sku = from_text(SKU_PREFIX, sku_id)
    return _told(await db.run(caller, lambda tx: set_substitutes(tx, sku, data.codes, now=now)))


def _told(skus: Sequence[Sku]) -> SubstitutesTold:
    return SubstitutesTold(
        data=[SubstituteTold(id=to_text(SKU_PREFIX, sku.id), code=sku.code, state=sku.state) for sku in skus]
    )


handlers: list[Any] = [
    Router("/api/v1/skus", route_handlers=[substitutes_read, substitutes_named], tags=["catalog"])
]
