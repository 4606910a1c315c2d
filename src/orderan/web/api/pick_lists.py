"""Pick lists over the API: taken, walked, put back."""

from datetime import date, datetime
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from pydantic import Field

from orderan.access import Permission, Principal
from orderan.flows.release_wave import begin_list, stop_list
from orderan.flows.views_waves import ListRow, Stop, list_rows, list_sheet
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import from_text, to_text
from orderan.kit.runner import Runner
from orderan.picking import ListNotFound, ListState, Method, find_list
from orderan.web.api.answering import READ, once, scope_of, told_after
from orderan.web.api.shapes import REFUSED, Asked, IdempotencyKey, Told

LIST: Final = "pkl"
MOST_LISTS: Final = 200


class PickListTold(Told):
    """What one picker walks at once; an empty `zone` is everywhere.

    `picker` is the person who has it or had it last; null is nobody, or a program.
    """

    id: str
    wave_id: str
    no: int
    zone: str
    state: ListState
    location: str
    method: Method
    courier: str
    cutoff_at: datetime | None
    picker: str | None
    mine: bool
    walk_cm: int
    orders: int
    units: int
    picked: int
    moved_at: datetime


class PickListsTold(Told):
    """Lists, those that have to be ready first on top."""

    data: list[PickListTold]


class StopTakeTold(Told):
    """Units of a stop for one line of one task, and the slot of the trolley they go into."""

    task_id: str
    line: int
    number: str
    slot: int
    units: int


class PickStopTold(Told):
    """Units of a sku that are taken at one place; an empty `bin` is the floor."""

    bin: str
    sku: str
    title: str
    barcode: str | None
    lot: str | None
    expires_on: date | None
    units: int
    takes: list[StopTakeTold]


class PickListWholeTold(PickListTold):
    """A list with what is left to walk, in the order it is walked; `waiting` are numbers of orders that are short."""

    stops: list[PickStopTold]
    waiting: list[str]


class ListTakeAsked(Asked):
    """How to take it."""

    over: Annotated[bool, Field(description="From whoever has it")] = False


@get("/", summary="List pick lists", opt={"needs": Permission.FULFILMENT_READ}, responses=READ)
async def lists_listed(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    standing_in: Annotated[ListState | None, QueryParameter(name="state")] = None,
) -> PickListsTold:
    """Those that wait or are being walked, up to 200; of another state where it is named."""
    states = [standing_in] if standing_in else [ListState.OPEN, ListState.TAKEN]

    async def read(tx: Tx) -> PickListsTold:
        rows = await list_rows(tx, scope_of(principal), states=states, limit=MOST_LISTS)
        return PickListsTold(data=[list_told(row) for row in rows])

    return await db.run(caller, read)


@get("/{list_id:str}", summary="A pick list", opt={"needs": Permission.FULFILMENT_READ}, responses=READ)
async def list_read(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    list_id: FromPath[str],
) -> PickListWholeTold:
    """What is left to walk."""
    wanted = from_text(LIST, list_id)
    return await db.run(caller, lambda tx: _whole(tx, principal, wanted))


@post(
    "/{list_id:str}/take",
    summary="Walk a pick list",
    opt={"needs": Permission.FULFILMENT_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def list_taken(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    list_id: FromPath[str],
    data: ListTakeAsked,
    idempotency_key: IdempotencyKey,
) -> PickListWholeTold:
    """Picking of its tasks begins; what something stands in the way of is left out of the list."""
    wanted = from_text(LIST, list_id)

    async def take(tx: Tx) -> None:
        await begin_list(tx, wanted, over=data.over, within=principal.location_ids, now=now)

    command = told_after(take, lambda tx: _whole(tx, principal, wanted))
    return await once(request, principal, runner, idempotency_key, command, now=now)


@post(
    "/{list_id:str}/put-back",
    summary="Put a pick list back",
    opt={"needs": Permission.FULFILMENT_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def list_put_back(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    list_id: FromPath[str],
    idempotency_key: IdempotencyKey,
) -> PickListWholeTold:
    """For another picker to go on with, whoever has it."""
    wanted = from_text(LIST, list_id)

    async def stop(tx: Tx) -> None:
        await stop_list(tx, wanted, within=principal.location_ids, now=now)

    command = told_after(stop, lambda tx: _whole(tx, principal, wanted))
    return await once(request, principal, runner, idempotency_key, command, now=now)


async def _whole(tx: Tx, principal: Principal, list_id: UUID) -> PickListWholeTold:
    rows = await list_rows(tx, scope_of(principal), only=list_id)
    one = await find_list(tx, list_id)
    if not rows or one is None:
        raise ListNotFound(to_text(LIST, list_id))
    sheet = await list_sheet(tx, one.id, one.location_id, one.zone)
    return PickListWholeTold(
        **_facts(rows[0]),
        stops=[_stop(stop) for stop in sheet.stops],
        waiting=[str(number) for number, _ in sheet.waiting],
    )


def list_told(row: ListRow) -> PickListTold:
    return PickListTold(**_facts(row))


def _facts(row: ListRow) -> dict[str, Any]:
    return {
        "id": to_text(LIST, row.id),
        "wave_id": to_text("wav", row.wave_id),
        "no": row.no,
        "zone": row.zone,
        "state": ListState(row.state),
        "location": row.place,
        "method": Method(row.method),
        "courier": row.courier,
        "cutoff_at": row.cutoff_at,
        "picker": row.picker,
        "mine": row.mine,
        "walk_cm": row.walk_cm,
        "orders": row.orders,
        "units": row.units,
        "picked": row.picked,
        "moved_at": row.moved_at,
    }


def _stop(stop: Stop) -> PickStopTold:
    return PickStopTold(
        bin=stop.bin,
        sku=stop.sku,
        title=stop.title,
        barcode=stop.gtin,
        lot=stop.lot,
        expires_on=stop.expires_on,
        units=stop.units,
        takes=[
            StopTakeTold(
                task_id=to_text("tsk", take.task_id),
                line=take.line_no,
                number=str(take.number),
                slot=take.slot,
                units=take.units,
            )
            for take in stop.takes
        ],
    )


handlers = [
    Router(
        "/api/v1/pick-lists",
        route_handlers=[lists_listed, list_read, list_taken, list_put_back],
        tags=["warehouse"],
    )
]
