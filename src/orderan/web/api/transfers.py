"""Transfers between our own places over the API."""

from datetime import datetime
from typing import Annotated, Any

from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from pydantic import Field

from orderan.access import Permission, Principal
from orderan.inventory import (
    Arrival,
    Transfer,
    TransferState,
    Travel,
    cancel_transfer,
    dispatch_transfer,
    list_transfers,
    names_of,
    open_transfer,
    read_transfer,
    receive_transfer,
)
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import from_text, to_text
from orderan.kit.runner import Runner
from orderan.web.api.answering import once
from orderan.web.api.shapes import REFUSED, Asked, IdempotencyKey, Told
from orderan.web.api.stock_naming import (
    MOST_ROWS,
    Code,
    Counts,
    Cursor,
    Limit,
    LocationId,
    Units,
    key_named,
)
from orderan.web.stock_scope import LOCATION, TRANSFER, OutsideScope, cursor, read_moment, require_scope


class TravelAsked(Asked):
    """Units to send."""

    sku: Code
    quantity: Units
    lot: Annotated[str | None, Field(min_length=1, max_length=64)] = None


class TransferAsked(Asked):
    """A transfer to draft."""

    from_location_id: LocationId
    to_location_id: LocationId
    goods: Annotated[list[TravelAsked], Field(min_length=1, max_length=MOST_ROWS)]
    note: Annotated[str, Field(max_length=500)] = ""


class ArrivalAsked(Asked):
    """What became of a line now."""

    line: Annotated[int, Field(ge=1, le=MOST_ROWS)]
    received: Counts
    lost: Counts = 0
    loss_reason: Annotated[str | None, Field(max_length=300)] = None


class ArrivalsAsked(Asked):
    """What arrived; lines not named stay under way."""

    lines: Annotated[list[ArrivalAsked], Field(min_length=1, max_length=MOST_ROWS)]


class TransferLineTold(Told):
    """What travels on a line, what arrived and what was lost."""

    line: int
    sku: str
    title: str
    lot: str | None
    quantity: int
    received: int
    lost: int
    loss_reason: str | None


class TransferTold(Told):
    """A transfer."""

    id: str
    from_location_id: str
    to_location_id: str
    state: TransferState
    note: str
    created_by: str
    created_at: datetime
    dispatched_at: datetime | None
    received_at: datetime | None
    lines: list[TransferLineTold]


class TransferSummaryTold(Told):
    """A transfer in a list."""

    id: str
    from_location_id: str
    to_location_id: str
    state: TransferState
    created_at: datetime
    units: int
    received: int
    lost: int


class TransfersTold(Told):
    """A page of transfers, newest first."""

    data: list[TransferSummaryTold]
    next_cursor: str | None


@get("/", summary="Transfers", opt={"needs": Permission.INVENTORY_READ}, responses=REFUSED)
async def transfers_listed(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    states: Annotated[list[TransferState] | None, QueryParameter(name="state")] = None,
    after: Cursor = "",
    limit: Limit = 50,
) -> TransfersTold:
    """Newest first."""
    begin = read_moment(after)
    found = await db.run(
        caller,
        lambda tx: list_transfers(
            tx, states=states, locations=principal.location_ids, after=begin, limit=limit + 1
        ),
    )
    last = found[limit - 1] if len(found) > limit else None
    return TransfersTold(
        data=[
            TransferSummaryTold(
                id=to_text(TRANSFER, one.id),
                from_location_id=to_text(LOCATION, one.from_location),
                to_location_id=to_text(LOCATION, one.to_location),
                state=TransferState(one.state),
                created_at=one.created_at,
                units=one.units,
                received=one.received,
                lost=one.lost,
            )
            for one in found[:limit]
        ],
        next_cursor=cursor(last.created_at, last.id) if last else None,
    )


@post("/", summary="Draft a transfer", opt={"needs": Permission.INVENTORY_WRITE}, responses=REFUSED)
async def transfer_opened(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    data: TransferAsked,
    idempotency_key: IdempotencyKey,
) -> TransferTold:
    """No stock moves before it is dispatched."""

    async def command(tx: Tx) -> TransferTold:
        sender, receiver = (
            from_text(LOCATION, data.from_location_id),
            from_text(LOCATION, data.to_location_id),
        )
        require_scope(principal, sender)
        goods = []
        for one in data.goods:
            key = await key_named(tx, one.sku, data.from_location_id, one.lot, now=now)
            goods.append(Travel(key.sku_id, one.quantity, lot_id=key.lot_id))
        opened = await open_transfer(
            tx, from_location=sender, to_location=receiver, goods=goods, note=data.note, now=now
        )
        return await told(tx, opened)

    return await once(request, principal, runner, idempotency_key, command, now=now, status=201)


@get(
    "/{transfer_id:str}", summary="One transfer", opt={"needs": Permission.INVENTORY_READ}, responses=REFUSED
)
async def transfer_read(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    transfer_id: FromPath[str],
) -> TransferTold:
    """With its lines."""

    async def read(tx: Tx) -> TransferTold:
        transfer = await read_transfer(tx, from_text(TRANSFER, transfer_id))
        require_either_end(principal, transfer)
        return await told(tx, transfer)

    return await db.run(caller, read)


def require_either_end(principal: Principal, transfer: Transfer) -> None:
    """Raises OutsideScope unless one of the ends is a place the principal may see."""
    seen = principal.location_ids
    if seen is not None and not seen & {transfer.from_location, transfer.to_location}:
        raise OutsideScope(to_text(LOCATION, transfer.from_location))


@post(
    "/{transfer_id:str}/dispatch",
    summary="Send a transfer on its way",
    opt={"needs": Permission.INVENTORY_WRITE},
    responses=REFUSED,
    status_code=200,
)
async def transfer_dispatched(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    transfer_id: FromPath[str],
    idempotency_key: IdempotencyKey,
) -> TransferTold:
    """Its units leave the sender's free stock."""

    async def command(tx: Tx) -> TransferTold:
        found = await read_transfer(tx, from_text(TRANSFER, transfer_id))
        require_scope(principal, found.from_location)
        return await told(tx, await dispatch_transfer(tx, found.id, now=now))

    return await once(request, principal, runner, idempotency_key, command, now=now, status=200)


@post(
    "/{transfer_id:str}/receive",
    summary="Book in what arrived",
    opt={"needs": Permission.INVENTORY_WRITE},
    responses=REFUSED,
    status_code=200,
)
async def transfer_received(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    transfer_id: FromPath[str],
    data: ArrivalsAsked,
    idempotency_key: IdempotencyKey,
) -> TransferTold:
    """In parts, if need be; what is lost needs a reason."""

    async def command(tx: Tx) -> TransferTold:
        found = await read_transfer(tx, from_text(TRANSFER, transfer_id))
        require_scope(principal, found.to_location)
        arrivals = [Arrival(one.line, one.received, one.lost, one.loss_reason) for one in data.lines]
        return await told(tx, await receive_transfer(tx, found.id, arrivals, now=now))

    return await once(request, principal, runner, idempotency_key, command, now=now, status=200)


@post(
    "/{transfer_id:str}/cancel",
    summary="Drop a draft",
    opt={"needs": Permission.INVENTORY_WRITE},
    responses=REFUSED,
    status_code=200,
)
async def transfer_cancelled(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    transfer_id: FromPath[str],
    idempotency_key: IdempotencyKey,
) -> TransferTold:
    """What is in transit cannot be cancelled."""

    async def command(tx: Tx) -> TransferTold:
        found = await read_transfer(tx, from_text(TRANSFER, transfer_id))
        require_scope(principal, found.from_location)
        return await told(tx, await cancel_transfer(tx, found.id, now=now))

    return await once(request, principal, runner, idempotency_key, command, now=now, status=200)


async def told(tx: Tx, transfer: Transfer) -> TransferTold:
    names = await names_of(tx, transfer.id)
    return TransferTold(
        id=to_text(TRANSFER, transfer.id),
        from_location_id=to_text(LOCATION, transfer.from_location),
        to_location_id=to_text(LOCATION, transfer.to_location),
        state=transfer.state,
        note=transfer.note,
        created_by=transfer.created_by,
        created_at=transfer.created_at,
        dispatched_at=transfer.dispatched_at,
        received_at=transfer.received_at,
        lines=[
            TransferLineTold(
                line=line.line_no,
                sku=names[line.line_no].code,
                title=names[line.line_no].title,
                lot=names[line.line_no].lot,
                quantity=line.quantity,
                received=line.received,
                lost=line.lost,
                loss_reason=line.loss_reason,
            )
            for line in transfer.lines
        ],
    )


handlers = [
    Router(
        "/api/v1/stock-transfers",
        route_handlers=[
            transfers_listed,
            transfer_opened,
            transfer_read,
            transfer_dispatched,
            transfer_received,
            transfer_cancelled,
        ],
        tags=["stock"],
    )
]
