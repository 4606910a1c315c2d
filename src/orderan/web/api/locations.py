"""Places and accounts over the API."""

from datetime import datetime
from typing import Annotated, Any, Literal

from litestar import Request, Router, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath
from pydantic import Field

from orderan.access import Permission, Principal
from orderan.inventory import (
    Location,
    LocationKind,
    UnknownLocation,
    add_location,
    change_location,
    close_location,
    list_locations,
    reopen_location,
)
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import from_text, new_id, to_text
from orderan.kit.runner import Runner
from orderan.web.api.answering import once
from orderan.web.api.shapes import REFUSED, Asked, IdempotencyKey, Told
from orderan.web.stock_scope import LOCATION, require_scope


class LocationTold(Told):
    """A place or an account."""

    id: str
    code: str
    name: str
    kind: LocationKind
    village_code: str | None
    address: str
    time_zone: str
    sells: bool
    rank: int
    active: bool


class LocationsTold(Told):
    """Every location the key may see."""

    data: list[LocationTold]


class LocationAsked(Asked):
    """A location; its kind is chosen once."""

    code: Annotated[str, Field(min_length=1, max_length=32, pattern=r"^[A-Za-z0-9._-]+$")]
    name: Annotated[str, Field(min_length=1, max_length=120)]
    kind: Literal["warehouse", "store", "quarantine"]
    village_code: Annotated[str | None, Field(pattern=r"^\d\d\.\d\d\.\d\d\.\d{4}$")] = None
    address: Annotated[str, Field(max_length=300)] = ""
    time_zone: Literal["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"] = "Asia/Jakarta"
    sells: bool = True
    rank: Annotated[int, Field(ge=0, le=1000)] = 0
    active: bool = True


@get("/locations", summary="Locations", opt={"needs": Permission.INVENTORY_READ}, responses=REFUSED)
async def locations_listed(
    db: NamedDependency[Database], caller: NamedDependency[Caller], principal: NamedDependency[Principal]
) -> LocationsTold:
    """Places and accounts, the ones that serve first on top."""
    found = await db.run(caller, list_locations)
    seen = principal.location_ids
    return LocationsTold(data=[located(one) for one in found if seen is None or one.id in seen])


@post("/locations", summary="Add a location", opt={"needs": Permission.SETTINGS_WRITE}, responses=REFUSED)
async def location_added(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    data: LocationAsked,
    idempotency_key: IdempotencyKey,
) -> LocationTold:
    """A warehouse, a store or a quarantine room."""

    async def command(tx: Tx) -> LocationTold:
        location = Location(
            shop_id=tx.shop_id,
            id=new_id(),
            kind=LocationKind(data.kind),
            **data.model_dump(exclude={"kind"}),
        )
        await add_location(tx, location, now=now)
        return located(location)

    return await once(request, principal, runner, idempotency_key, command, now=now, status=201)


@put(
    "/locations/{location_id:str}",
    summary="Change a location",
    opt={"needs": Permission.SETTINGS_WRITE},
    responses=REFUSED,
)
async def location_changed(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    location_id: FromPath[str],
    data: LocationAsked,
) -> LocationTold:
    """All of it but its kind; `active` false closes it, which open promises or transfers prevent."""

    async def command(tx: Tx) -> LocationTold:
        place = from_text(LOCATION, location_id)
        require_scope(principal, place)
        told = data.model_dump(exclude={"kind", "active"})
        changed = await change_location(tx, place, **told, now=now)
        if changed.kind != data.kind:
            raise UnknownLocation(location_id)
        if changed.active != data.active:
            turn = reopen_location if data.active else close_location
            changed = await turn(tx, place, now=now)
        return located(changed)

    return await db.run(caller, command)


def located(location: Location) -> LocationTold:
    return LocationTold(
        id=to_text(LOCATION, location.id),
        code=location.code,
        name=location.name,
        kind=location.kind,
        village_code=location.village_code,
        address=location.address,
        time_zone=location.time_zone,
        sells=location.sells,
        rank=location.rank,
        active=location.active,
    )


handlers = [
    Router("/api/v1", route_handlers=[locations_listed, location_added, location_changed], tags=["stock"])
]
