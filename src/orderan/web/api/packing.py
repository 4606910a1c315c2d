"""The packing table over the API: scans, weights, and what keeps a parcel from leaving."""

from datetime import datetime
from typing import Annotated, Any

from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from pydantic import Field

from orderan.access import Permission, Principal
from orderan.flows.pack_goods import finish_packing, lock_table, look_again, open_packing, scan_into_parcel
from orderan.flows.views_packing import Table, packing_table
from orderan.flows.views_work import pick_sheet
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import from_text, to_text
from orderan.kit.runner import Runner
from orderan.packing import (
    CARTON_PREFIX,
    PackingState,
    Scanned,
    ScanOutcome,
    add_parcel,
    choose_carton,
    packed_of,
    weigh_parcel,
)
from orderan.web.api.answering import READ, once, scope_of
from orderan.web.api.shapes import REFUSED, Asked, IdempotencyKey, Told

WRITE = {"needs": Permission.FULFILMENT_WRITE}
ParcelNo = Annotated[int, Field(ge=1, le=20)]


class UnitScanAsked(Asked):
    """What a scanner read: a GTIN, a SKU, or a symbol of GS1; without a parcel the last one is meant."""

    code: Annotated[str, Field(min_length=1, max_length=4_300)]
    parcel: ParcelNo | None = None


class ParcelWeightAsked(Asked):
    """What the scale shows of a parcel, and what it is packed in."""

    parcel: ParcelNo
    weight_g: Annotated[int, Field(ge=1, le=1_000_000)]
    carton: Annotated[str | None, Field(max_length=40, description="`ctn_...`")] = None


class PackingCloseAsked(Asked):
    """Close it; `reason` says why it may leave although something is not as it should be."""

    reason: Annotated[str | None, Field(min_length=5, max_length=300)] = None


class PackingGoodsTold(Told):
    """Units that belong in, and how many are."""

    line: int
    sku: str
    title: str
    lot: str | None
    quantity: int
    inside: int


class PackingContentTold(Told):
    """Units in a parcel."""

    line: int
    sku: str
    lot: str | None
    quantity: int


class PackingParcelTold(Told):
    """A parcel; `expected_g` is null where a unit's weight is not known, `proposed` the smallest carton that holds it."""

    parcel: int
    carton: str | None
    proposed: str | None
    weight_g: int | None
    expected_g: int | None
    photographed: bool
    contents: list[PackingContentTold]


class PackingObstacleTold(Told):
    """Something that keeps it from being closed: `units_missing`, `units_surplus`, `parcel_empty`, `not_weighed`,
    `weight_off` or `no_photo`; `parcel` 0 is of none alone.
    """

    code: str
    parcel: int
    sku: str
    units: int


class PackingTold(Told):
    """A task at the packing table; `state` is null before it is put there."""

    task_id: str
    order_number: str
    state: PackingState | None
    override_reason: str | None
    goods: list[PackingGoodsTold]
    parcels: list[PackingParcelTold]
    obstacles: list[PackingObstacleTold]


class PackingScannedTold(PackingTold):
    """What a scan was, and how things stand after it; a refused one changed nothing and is kept."""

    outcome: ScanOutcome
    sku: str | None


def _told(table: Table) -> dict[str, Any]:
    packed, names = packed_of(table.inside), {one.key: one for one in table.goods}
    parcels = []
    for parcel in table.parcels:
        proposal = table.proposed(parcel)
        parcels.append(
            PackingParcelTold(
                parcel=parcel.no,
                carton=to_text(CARTON_PREFIX, parcel.carton_id) if parcel.carton_id else None,
                proposed=to_text(CARTON_PREFIX, proposal.id) if proposal else None,
                weight_g=parcel.weight_g,
                expected_g=table.expected_g(parcel),
                photographed=parcel.has_photo,
                contents=[
                    PackingContentTold(
                        line=unit.line_no,
                        sku=names[unit.key].sku if unit.key in names else "",
                        lot=names[unit.key].lot if unit.key in names else None,
                        quantity=unit.quantity,
                    )
                    for unit in table.within(parcel.no)
                ],
            )
        )
    return {
        "task_id": to_text("tsk", table.row.id),
        "order_number": str(table.row.number),
        "state": PackingState(table.packing.state) if table.packing else None,
        "override_reason": table.packing.override_why if table.packing else None,
        "goods": [
            PackingGoodsTold(
                line=one.line_no,
                sku=one.sku,
                title=one.title,
                lot=one.lot,
                quantity=one.quantity,
                inside=packed.get(one.key, 0),
            )
            for one in table.goods
        ],
        "parcels": parcels,
        "obstacles": [
            PackingObstacleTold(code=one.code, parcel=one.parcel_no, sku=one.sku, units=one.units)
            for one in table.obstacles
        ],
    }


@get(
    "/{task_id:str}/packing",
    summary="A task at the packing table",
    opt={"needs": Permission.FULFILMENT_READ},
    responses=READ,
)
async def packing_read(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    task_id: FromPath[str],
) -> PackingTold:
    """What belongs in, what is in, and what keeps it from being closed."""
    task = from_text("tsk", task_id)
    table = await db.run(caller, lambda tx: packing_table(tx, scope_of(principal), task))
    return PackingTold(**_told(table))


@post(
    "/{task_id:str}/packing",
    summary="Put a picked task on the packing table",
    opt=WRITE,
    status_code=200,
    responses=REFUSED,
)
async def packing_opened(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    task_id: FromPath[str],
    idempotency_key: IdempotencyKey,
) -> PackingTold:
    """One that is there already stays as it is; a closed one is opened again by `reopen`."""
    task = from_text("tsk", task_id)

    async def command(tx: Tx) -> PackingTold:
        await pick_sheet(tx, scope_of(principal), task)
        await open_packing(tx, task, within=principal.location_ids, now=now)
        return PackingTold(**_told(await packing_table(tx, scope_of(principal), task)))

    return await once(request, principal, runner, idempotency_key, command, now=now)


@post(
    "/{task_id:str}/packing/scans",
    summary="Scan a unit into a parcel",
    opt=WRITE,
    status_code=200,
    responses=REFUSED,
)
async def unit_scanned_in(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    task_id: FromPath[str],
    data: UnitScanAsked,
    idempotency_key: IdempotencyKey,
) -> PackingScannedTold:
    """Answers 200 whatever the scan was; `outcome` says whether the unit is in. Every scan has its own key."""
    task = from_text("tsk", task_id)

    async def command(tx: Tx) -> PackingScannedTold:
        await pick_sheet(tx, scope_of(principal), task)
        scan: Scanned = await scan_into_parcel(
            tx, task, data.code, parcel_no=data.parcel, within=principal.location_ids, now=now
        )
        table = await packing_table(tx, scope_of(principal), task)
        return PackingScannedTold(
            **_told(table), outcome=scan.outcome, sku=scan.goods.sku if scan.goods else None
        )

    return await once(request, principal, runner, idempotency_key, command, now=now)


@post(
    "/{task_id:str}/packing/parcels",
    summary="One more parcel for a task",
    opt=WRITE,
    status_code=200,
    responses=REFUSED,
)
async def parcel_added(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    task_id: FromPath[str],
    idempotency_key: IdempotencyKey,
) -> PackingTold:
    """An empty one that is last is it already."""
    task = from_text("tsk", task_id)

    async def command(tx: Tx) -> PackingTold:
        await pick_sheet(tx, scope_of(principal), task)
        await lock_table(tx, task, within=principal.location_ids)
        await add_parcel(tx, task)
        return PackingTold(**_told(await packing_table(tx, scope_of(principal), task)))

    return await once(request, principal, runner, idempotency_key, command, now=now)


@post(
    "/{task_id:str}/packing/weigh",
    summary="Weigh a parcel",
    opt=WRITE,
    status_code=200,
    responses=REFUSED,
)
async def parcel_weighed(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    task_id: FromPath[str],
    data: ParcelWeightAsked,
    idempotency_key: IdempotencyKey,
) -> PackingTold:
    """A weight that is off is kept, and stands among the obstacles until it is mended or overridden."""
    task = from_text("tsk", task_id)

    async def command(tx: Tx) -> PackingTold:
        await pick_sheet(tx, scope_of(principal), task)
        await lock_table(tx, task, within=principal.location_ids)
        if data.carton is not None:
            await choose_carton(tx, task, data.parcel, from_text(CARTON_PREFIX, data.carton))
        await weigh_parcel(tx, task, data.parcel, data.weight_g)
        return PackingTold(**_told(await packing_table(tx, scope_of(principal), task)))

    return await once(request, principal, runner, idempotency_key, command, now=now)


@post(
    "/{task_id:str}/packing/close",
    summary="Close a packing",
    opt=WRITE,
    status_code=200,
    responses=REFUSED,
)
async def packing_closed(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    task_id: FromPath[str],
    data: PackingCloseAsked,
    idempotency_key: IdempotencyKey,
) -> PackingTold:
    """The task is packed by it. Refused as `packing_blocked` with everything in the way; a reason overrides that for
    whoever has `packing.override`.
    """
    task = from_text("tsk", task_id)

    async def command(tx: Tx) -> PackingTold:
        await pick_sheet(tx, scope_of(principal), task)
        await finish_packing(
            tx,
            task,
            why=data.reason,
            may_override=principal.may(Permission.PACKING_OVERRIDE),
            within=principal.location_ids,
            now=now,
        )
        return PackingTold(**_told(await packing_table(tx, scope_of(principal), task)))

    return await once(request, principal, runner, idempotency_key, command, now=now)


@post(
    "/{task_id:str}/packing/reopen",
    summary="Open a closed packing again",
    opt=WRITE,
    status_code=200,
    responses=REFUSED,
)
async def packing_reopened(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    task_id: FromPath[str],
    idempotency_key: IdempotencyKey,
) -> PackingTold:
    """Nothing of it may leave before it is closed again."""
    task = from_text("tsk", task_id)

    async def command(tx: Tx) -> PackingTold:
        await pick_sheet(tx, scope_of(principal), task)
        await look_again(tx, task, within=principal.location_ids, now=now)
        return PackingTold(**_told(await packing_table(tx, scope_of(principal), task)))

    return await once(request, principal, runner, idempotency_key, command, now=now)


handlers = [
    Router(
        "/api/v1/tasks",
        route_handlers=[
            packing_read,
            packing_opened,
            unit_scanned_in,
            parcel_added,
            parcel_weighed,
            packing_closed,
            packing_reopened,
        ],
        tags=["tasks"],
    )
]
