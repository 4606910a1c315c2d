"""What a shop decides about a sku at a place, over the API."""

from datetime import datetime

from litestar import Router, put
from litestar.di import NamedDependency
from litestar.params import FromPath

from orderan.access import Permission, Principal
from orderan.inventory import (
    permit_oversell,
    set_policy,
)
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import from_text
from orderan.web.api.shapes import REFUSED, Asked
from orderan.web.api.stock_naming import Counts, key_named, one_sku
from orderan.web.stock_scope import LOCATION, require_scope


class PolicyAsked(Asked):
    """Units kept back from sale, and the level at which a person is told (0: never)."""

    safety: Counts
    reorder_point: Counts


class OversellAsked(Asked):
    """Units that may be sold beyond what is on hand; 0 forbids it."""

    units: Counts


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


@put(
    "/stock-oversell/{sku:str}/{location_id:str}",
    summary="Permit selling beyond what is on hand",
    opt={"needs": Permission.INVENTORY_WRITE},
    responses=REFUSED,
    status_code=204,
)
async def oversell_set(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    sku: FromPath[str],
    location_id: FromPath[str],
    data: OversellAsked,
) -> None:
    """Of our own goods without lots; orders of kinds that may wait, such as pre-orders, draw on it."""

    async def command(tx: Tx) -> None:
        key = await key_named(tx, sku, location_id, None, now=now)
        require_scope(principal, key.location_id)
        await permit_oversell(tx, key, units=data.units, now=now)

    await db.run(caller, command)


handlers = [Router("/api/v1", route_handlers=[policy_set, oversell_set], tags=["stock"])]
