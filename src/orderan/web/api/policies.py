"""What a shop decides about a sku at a place, over the API."""

from datetime import datetime

from litestar import Router, put
from litestar.di import NamedDependency
from litestar.params import FromPath

from orderan.access import Permission, Principal
from orderan.inventory import (
    set_policy,
)
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import from_text
from orderan.web.api.shapes import REFUSED, Asked
from orderan.web.api.stock_naming import Counts, one_sku
from orderan.web.stock_scope import LOCATION, require_scope


class PolicyAsked(Asked):
    """Units kept back from sale, and the level at which a person is told (0: never)."""

    safety: Counts
    reorder_point: Counts


@put(
    "/stock-policies/{sku:str}/{location_id:str}",
    summary="Set safety stock and reorder point",
    opt={"needs": Permission.INVENTORY_WRITE},
    responses=REFUSED,
    status_code=204,
)
async def policy_set(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    sku: FromPath[str],
    location_id: FromPath[str],
    data: PolicyAsked,
) -> None:
    """Of a sku (code) at a location; the same request again changes nothing."""

    async def command(tx: Tx) -> None:
        place = from_text(LOCATION, location_id)
        require_scope(principal, place)
        found = await one_sku(tx, sku)
        await set_policy(tx, found.id, place, safety=data.safety, reorder_point=data.reorder_point, now=now)

    await db.run(caller, command)


handlers = [Router("/api/v1", route_handlers=[policy_set], tags=["stock"])]
