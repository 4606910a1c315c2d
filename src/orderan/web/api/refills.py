"""Pick faces over the API: what they hold ready, and what to bring them. Goods are moved as between any bins."""

from datetime import date, datetime
from typing import Annotated

from litestar import Router, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath
from pydantic import Field

from orderan.access import Permission, Principal
from orderan.inventory import hold_ready, pick_faces, refills
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import from_text
from orderan.web.api.bins import BinCode, bins_named
from orderan.web.api.shapes import REFUSED, Asked, Told
from orderan.web.api.stock_naming import MOST_ROWS, MOST_UNITS, Code, Cursor, Limit, one_sku
from orderan.web.stock_scope import LOCATION, cursor, read_code, require_scope

Ready = Annotated[int, Field(ge=0, le=MOST_UNITS)]


class PickFaceAsked(Asked):
    """Below `least` units the bin is filled up to `most`; both 0 forgets it."""

    bin: BinCode
    sku: Code
    least: Ready
    most: Ready


class PickFacesAsked(Asked):
    """Pick faces of a location, all or none."""

    faces: Annotated[list[PickFaceAsked], Field(min_length=1, max_length=MOST_ROWS)]


class PickFaceTold(Told):
    """A bin that holds a sku ready, and how many units are in it."""

    bin: str
    sku: str
    least: int
    most: int
    units: int


class PickFacePageTold(Told):
    """Pick faces by code."""

    data: list[PickFaceTold]
    next_cursor: str | None


class RefillTold(Told):
    """Units to bring from a reserve bin to a pick face that holds `there`."""

    from_bin: str
    to_bin: str
    sku: str
    lot: str | None
    expires_on: date | None
    there: int
    units: int


class RefillsTold(Told):
    """The emptiest pick face first."""

    data: list[RefillTold]


@get(
    "/locations/{location_id:str}/pick-faces",
    summary="Pick faces of a location",
    opt={"needs": Permission.INVENTORY_READ},
    responses=REFUSED,
)
async def pick_faces_listed(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    location_id: FromPath[str],
    after: Cursor = "",
    limit: Limit = 50,
) -> PickFacePageTold:
    """By code of bin and sku."""
    place = from_text(LOCATION, location_id)
    require_scope(principal, place)
    begin = read_code(after) or ""
    found = await db.run(caller, lambda tx: pick_faces(tx, place, after=begin, limit=limit + 1))
    last = found[limit - 1] if len(found) > limit else None
    return PickFacePageTold(
        data=[
            PickFaceTold(bin=one.bin, sku=one.sku, least=one.least, most=one.most, units=one.units)
            for one in found[:limit]
        ],
        next_cursor=cursor(f"{last.bin}/{last.sku}") if last else None,
    )


@put(
    "/locations/{location_id:str}/pick-faces",
    summary="Say what pick faces hold ready",
    opt={"needs": Permission.INVENTORY_WRITE},
    responses=REFUSED,
)
async def pick_faces_put(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    location_id: FromPath[str],
    data: PickFacesAsked,
) -> PickFacePageTold:
    """Those that are named; answers with them as they are then."""
    place = from_text(LOCATION, location_id)
    require_scope(principal, place)

    async def command(tx: Tx) -> list[PickFaceTold]:
        bins = await bins_named(tx, place, {face.bin for face in data.faces})
        for face in data.faces:
            sku = await one_sku(tx, face.sku)
            await hold_ready(tx, place, bins[face.bin].id, sku.id, least=face.least, most=face.most, now=now)
        named = {face.bin for face in data.faces}
        every = await pick_faces(tx, place, limit=10 * MOST_ROWS)
        return [
            PickFaceTold(bin=one.bin, sku=one.sku, least=one.least, most=one.most, units=one.units)
            for one in every
            if one.bin in named
        ]

    return PickFacePageTold(data=await db.run(caller, command), next_cursor=None)


@get(
    "/locations/{location_id:str}/refills",
    summary="What to bring to pick faces",
    opt={"needs": Permission.INVENTORY_READ},
    responses=REFUSED,
)
async def refills_listed(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    location_id: FromPath[str],
) -> RefillsTold:
    """What expires first is brought first; tell `bin-shifts` what was done."""
    place = from_text(LOCATION, location_id)
    require_scope(principal, place)
    found = await db.run(caller, lambda tx: refills(tx, place))
    return RefillsTold(
        data=[
            RefillTold(
                from_bin=one.from_code,
                to_bin=one.to_code,
                sku=one.sku,
                lot=one.lot,
                expires_on=one.expires_on,
                there=one.there,
                units=one.units,
            )
            for one in found
        ]
    )


handlers = [
    Router("/api/v1", route_handlers=[pick_faces_listed, pick_faces_put, refills_listed], tags=["stock"])
]
