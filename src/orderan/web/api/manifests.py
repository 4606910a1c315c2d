"""Pick-ups of couriers over the API: open, scan labels, close."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from pydantic import Field

from orderan.access import Permission, Principal
from orderan.flows.manifest import (
    close_manifest,
    drop_manifest,
    manifest_at,
    ready_for,
    scan_labels,
    take_label_off,
)
from orderan.inventory import UnknownLocation
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import from_text, to_text
from orderan.kit.runner import Runner
from orderan.shipping import (
    MANIFEST_PREFIX,
    ManifestNotFound,
    ManifestState,
    ScanVerdict,
    list_manifests,
    open_manifest,
    scans_on,
)
from orderan.web.api.answering import READ, Cursor, PageSize, once
from orderan.web.api.shapes import REFUSED, Asked, IdempotencyKey, Told
from orderan.web.cursors import cursor_of, read_cursor
from orderan.web.stock_scope import LOCATION, places_of

WRITE = {"needs": Permission.SHIPPING_WRITE}
MOST_LABELS = 500

Awb = Annotated[str, Field(min_length=1, max_length=200)]


class ManifestAsked(Asked):
    """A courier's driver is at a location."""

    location_id: Annotated[str, Field(min_length=1, max_length=40, description="`loc_...`")]
    courier: Annotated[str, Field(min_length=1, max_length=40)]


class ManifestLabelsAsked(Asked):
    """Labels as scanners read them."""

    awbs: Annotated[list[Awb], Field(min_length=1, max_length=MOST_LABELS)]


class LabelOffAsked(Asked):
    """A label whose parcel stays."""

    awb: Awb


class ManifestCloseAsked(Asked):
    """Hand over what was scanned; `left_behind` are tracking numbers that are ready and stay here."""

    left_behind: Annotated[tuple[Awb, ...], Field(max_length=5_000)] = ()


class ManifestLabelTold(Told):
    """A label that was scanned, and what it is."""

    awb: str
    verdict: ScanVerdict
    scanned_at: datetime


class ManifestTold(Told):
    """A pick-up."""

    id: str
    location_id: str
    courier: str
    state: ManifestState
    opened_at: datetime
    moved_at: datetime
    parcels: int


class ManifestWholeTold(ManifestTold):
    """A pick-up with every label, and what is ready for its courier and was not scanned."""

    labels: list[ManifestLabelTold]
    missing: list[str]


class ManifestsTold(Told):
    """A page of pick-ups."""

    data: list[ManifestTold]
    next_cursor: str | None


def require_every_channel(principal: Principal, manifest: str) -> None:
    """A pick-up is of every channel, so who is limited to some finds none.

    Raises:
        ManifestNotFound: They are.
    """
    if principal.channel_ids is not None:
        raise ManifestNotFound(manifest)


async def _whole(tx: Tx, principal: Principal, manifest_id: UUID) -> ManifestWholeTold:
    require_every_channel(principal, to_text(MANIFEST_PREFIX, manifest_id))
    found = await manifest_at(tx, manifest_id, within=principal.location_ids)
    scans = await scans_on(tx, manifest_id)
    aboard = {scan.awb for scan in scans if scan.verdict is ScanVerdict.READY}
    ready = await ready_for(tx, found) if found.state == ManifestState.OPEN else []
    return ManifestWholeTold(
        id=to_text(MANIFEST_PREFIX, found.id),
        location_id=to_text(LOCATION, found.location_id),
        courier=found.courier,
        state=ManifestState(found.state),
        opened_at=found.opened_at,
        moved_at=found.moved_at,
        parcels=len(aboard),
        labels=[
            ManifestLabelTold(awb=scan.awb, verdict=scan.verdict, scanned_at=scan.scanned_at)
            for scan in scans
        ],
        missing=[one.awb for one in ready if one.awb not in aboard],
    )


@get("/", summary="List pick-ups of couriers", opt={"needs": Permission.SHIPPING_READ}, responses=READ)
async def manifests_listed(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    cursor: Cursor = "",
    limit: PageSize = 50,
) -> ManifestsTold:
    """The newest first."""

    async def read(tx: Tx) -> ManifestsTold:
        if principal.channel_ids is not None:
            return ManifestsTold(data=[], next_cursor=None)
        rows = await list_manifests(tx, principal.location_ids, after=read_cursor(cursor), limit=limit + 1)
        last = rows[limit - 1][0] if len(rows) > limit else None
        return ManifestsTold(
            data=[
                ManifestTold(
                    id=to_text(MANIFEST_PREFIX, one.id),
                    location_id=to_text(LOCATION, one.location_id),
                    courier=one.courier,
                    state=ManifestState(one.state),
                    opened_at=one.opened_at,
                    moved_at=one.moved_at,
                    parcels=parcels,
                )
                for one, parcels in rows[:limit]
            ],
            next_cursor=cursor_of(last.opened_at, last.id) if last else None,
        )

    return await db.run(caller, read)


@get("/{manifest_id:str}", summary="A pick-up", opt={"needs": Permission.SHIPPING_READ}, responses=READ)
async def manifest_read(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    manifest_id: FromPath[str],
) -> ManifestWholeTold:
    """Every label that was scanned, and what is missing."""
    wanted = from_text(MANIFEST_PREFIX, manifest_id)
    return await db.run(caller, lambda tx: _whole(tx, principal, wanted))


@post("/", summary="Open a pick-up", opt=WRITE, status_code=200, responses=REFUSED)
async def manifest_begun(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    data: ManifestAsked,
    idempotency_key: IdempotencyKey,
) -> ManifestWholeTold:
    """One that is open for this courier and location already is the one."""

    async def command(tx: Tx) -> ManifestWholeTold:
        require_every_channel(principal, "")
        place = from_text(LOCATION, data.location_id)
        if place not in {one.id for one in await places_of(tx, principal) if one.active}:
            raise UnknownLocation(data.location_id)
        made = await open_manifest(tx, place, data.courier, now=now)
        return await _whole(tx, principal, made.id)

    return await once(request, principal, runner, idempotency_key, command, now=now)


@post(
    "/{manifest_id:str}/scans",
    summary="Scan labels onto a pick-up",
    opt=WRITE,
    status_code=200,
    responses=REFUSED,
)
async def labels_scanned(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    manifest_id: FromPath[str],
    data: ManifestLabelsAsked,
    idempotency_key: IdempotencyKey,
) -> ManifestWholeTold:
    """Each counts once; `verdict` of its label says whether it goes along, or why not."""
    wanted = from_text(MANIFEST_PREFIX, manifest_id)

    async def command(tx: Tx) -> ManifestWholeTold:
        require_every_channel(principal, manifest_id)
        await scan_labels(tx, wanted, data.awbs, within=principal.location_ids, now=now)
        return await _whole(tx, principal, wanted)

    return await once(request, principal, runner, idempotency_key, command, now=now)


@post(
    "/{manifest_id:str}/off",
    summary="Take a label off a pick-up",
    opt=WRITE,
    status_code=200,
    responses=REFUSED,
)
async def label_taken_off(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    manifest_id: FromPath[str],
    data: LabelOffAsked,
    idempotency_key: IdempotencyKey,
) -> ManifestWholeTold:
    """Its parcel stays here."""
    wanted = from_text(MANIFEST_PREFIX, manifest_id)

    async def command(tx: Tx) -> ManifestWholeTold:
        require_every_channel(principal, manifest_id)
        await take_label_off(tx, wanted, data.awb, within=principal.location_ids)
        return await _whole(tx, principal, wanted)

    return await once(request, principal, runner, idempotency_key, command, now=now)


@post(
    "/{manifest_id:str}/close",
    summary="Hand over what was scanned",
    opt=WRITE,
    status_code=200,
    responses=REFUSED,
)
async def manifest_closed(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    manifest_id: FromPath[str],
    data: ManifestCloseAsked,
    idempotency_key: IdempotencyKey,
) -> ManifestWholeTold:
    """All of it in one transaction. Refused as `parcels_missing` with what is ready and neither scanned nor said to
    stay, and as `parcels_changed` with what may not leave any more.
    """
    wanted = from_text(MANIFEST_PREFIX, manifest_id)

    async def command(tx: Tx) -> ManifestWholeTold:
        require_every_channel(principal, manifest_id)
        await close_manifest(tx, wanted, left_behind=data.left_behind, within=principal.location_ids, now=now)
        return await _whole(tx, principal, wanted)

    return await once(request, principal, runner, idempotency_key, command, now=now)


@post(
    "/{manifest_id:str}/drop",
    summary="Drop a pick-up",
    opt=WRITE,
    status_code=200,
    responses=REFUSED,
)
async def manifest_dropped(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    manifest_id: FromPath[str],
    idempotency_key: IdempotencyKey,
) -> ManifestWholeTold:
    """The driver left without it."""
    wanted = from_text(MANIFEST_PREFIX, manifest_id)

    async def command(tx: Tx) -> ManifestWholeTold:
        require_every_channel(principal, manifest_id)
        await drop_manifest(tx, wanted, within=principal.location_ids, now=now)
        return await _whole(tx, principal, wanted)

    return await once(request, principal, runner, idempotency_key, command, now=now)


handlers = [
    Router(
        "/api/v1/manifests",
        route_handlers=[
            manifests_listed,
            manifest_read,
            manifest_begun,
            labels_scanned,
            label_taken_off,
            manifest_closed,
            manifest_dropped,
        ],
        tags=["parcels"],
    )
]
