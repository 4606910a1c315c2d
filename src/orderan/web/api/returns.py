"""Returns over the API."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter
from pydantic import Field

from orderan.access import Permission, Principal
from orderan.flows.settle_return import (
    ask_return,
    close_return,
    decide_return,
    inspect_goods,
    propose_refund,
    receive_goods_back,
    resolve_return,
)
from orderan.flows.views_returns import ReturnRow, one_return, return_list
from orderan.inventory import UnknownLocation
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import from_text, to_text
from orderan.kit.runner import Runner
from orderan.orders import require_sight
from orderan.returns import ExchangeState, Extra, Inspected, Remedy, ReturnEvent, ReturnState, Seen, Wanted
from orderan.web.api.answering import MOST_MINOR, READ, Cursor, PageSize, once, scope_of
from orderan.web.api.shapes import REFUSED, Asked, IdempotencyKey, Told
from orderan.web.cursors import cursor_of, read_cursor

LineNo = Annotated[int, Field(ge=1, le=100_000)]
Units = Annotated[int, Field(ge=0, le=1_000_000)]
Words = Annotated[str, Field(max_length=300)]


class WantedAsked(Asked):
    """Units of an order line that come back."""

    line: LineNo
    quantity: Annotated[int, Field(ge=1, le=1_000_000)]
    reason: Words = ""
    sku: Annotated[str, Field(max_length=100, description="What it is exchanged for")] = ""


class ReturnAsked(Asked):
    """A return to open."""

    order_id: Annotated[str, Field(min_length=1, max_length=40)]
    reason: Annotated[str, Field(min_length=1, max_length=300)]
    way: Annotated[
        Remedy, Field(description="What the buyer gets for it; a replacement's stock is held at once")
    ] = Remedy.REFUND
    lines: Annotated[list[WantedAsked], Field(min_length=1, max_length=200)]


class DecidedAsked(Asked):
    """What was decided: approve, reject, send (the buyer sent it), give_up (it never came)."""

    decision: Literal["approve", "reject", "send", "give_up"]
    note: Words | None = None


class ReceivedLineAsked(Asked):
    """Units of a line that arrived."""

    line: LineNo
    received: Units
    damaged: Annotated[int, Field(ge=0, le=1_000_000, description="Of these, damaged to the eye")] = 0


class ReturnExtraAsked(Asked):
    """Something in the parcel that is not in its return."""

    what: Annotated[str, Field(min_length=1, max_length=100)]
    units: Annotated[int, Field(ge=1, le=1_000_000)]


class ReceivedAsked(Asked):
    """Goods on the receiving table of a location."""

    location_id: Annotated[str, Field(min_length=1, max_length=40)]
    lines: Annotated[list[ReceivedLineAsked], Field(min_length=1, max_length=200)]
    awb: Annotated[
        str, Field(max_length=60, description="As the parcel says; compared with what was issued")
    ] = ""
    weight_g: Annotated[int | None, Field(ge=0, le=10_000_000)] = None
    origin: Annotated[str, Field(max_length=100, description="City it was sent from, as the label says")] = ""
    extras: Annotated[list[ReturnExtraAsked], Field(default_factory=list, max_length=50)]


class InspectedLineAsked(Asked):
    """Where received units go."""

    line: LineNo
    to_stock: Units
    to_quarantine: Units
    condition: Words = ""


class InspectedAsked(Asked):
    """The judgement of everything that was received."""

    lines: Annotated[list[InspectedLineAsked], Field(min_length=1, max_length=200)]
    note: Words | None = None


class ResolvedAsked(Asked):
    """The refund granted for it; zero grants none and closes the return."""

    amount: Annotated[int, Field(ge=0, le=MOST_MINOR)]
    note: Words | None = None


class ReturnLineTold(Told):
    """A line of a return with what became of it."""

    line: int
    sku: str
    title: str
    quantity: int
    received: int
    to_stock: int
    to_quarantine: int
    reason: str
    condition: str | None


class ReplacementTold(Told):
    """The order a return is exchanged for: its stock is held, then the return pays for it, or nothing came of it."""

    order_id: str
    order_number: str
    state: ExchangeState


class ReturnTold(Told):
    """A return; `number` counts returns of its order."""

    id: str
    number: int
    order_id: str
    order_number: str
    state: ReturnState
    reason: str
    note: str | None
    location_id: str | None
    refund_id: str | None
    requested_by: str
    requested_at: datetime
    units: int
    way: Remedy
    replacement: ReplacementTold | None


class ReturnWholeTold(ReturnTold):
    """A return with its lines and what its inspected goods are worth."""

    lines: list[ReturnLineTold]
    worth: int


class ReturnsTold(Told):
    """A page of returns."""

    data: list[ReturnTold]
    next_cursor: str | None


def _facts(row: ReturnRow) -> dict[str, Any]:
    return {
        "id": to_text("ret", row.id),
        "number": row.number,
        "order_id": to_text("ord", row.order_id),
        "order_number": str(row.order_number),
        "state": ReturnState(row.state),
        "reason": row.reason,
        "note": row.note,
        "location_id": to_text("loc", row.location_id) if row.location_id else None,
        "refund_id": to_text("rfd", row.refund_id) if row.refund_id else None,
        "requested_by": row.requested_by,
        "requested_at": row.requested_at,
        "units": row.units,
        "way": Remedy(row.way),
        "replacement": ReplacementTold(
            order_id=to_text("ord", row.replacement_id),
            order_number=str(row.replacement_number),
            state=ExchangeState(row.exchange),
        )
        if row.replacement_id and row.exchange
        else None,
    }


async def whole(tx: Tx, principal: Principal, return_id: UUID) -> ReturnWholeTold:
    row, lines = await one_return(tx, scope_of(principal), return_id)
    return ReturnWholeTold(
        **_facts(row),
        worth=sum(part.amount_minor for part in await propose_refund(tx, return_id)),
        lines=[
            ReturnLineTold(
                line=line.line_no,
                sku=line.sku,
                title=line.title,
                quantity=line.quantity,
                received=line.received,
                to_stock=line.to_stock,
                to_quarantine=line.to_quarantine,
                reason=line.reason,
                condition=line.condition,
            )
            for line in lines
        ],
    )


@get("/", summary="List returns", opt={"needs": Permission.RETURNS_READ}, responses=READ)
async def returns_listed(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    standing_in: Annotated[ReturnState | None, QueryParameter(name="state")] = None,
    order_id: FromQuery[str | None] = None,
    cursor: Cursor = "",
    limit: PageSize = 50,
) -> ReturnsTold:
    """The oldest first."""
    states = [standing_in] if standing_in else list(ReturnState)
    order = from_text("ord", order_id) if order_id else None

    async def read(tx: Tx) -> ReturnsTold:
        rows = await return_list(
            tx, scope_of(principal), states=states, order_id=order, after=read_cursor(cursor), limit=limit + 1
        )
        more = cursor_of(rows[limit - 1].requested_at, rows[limit - 1].id) if len(rows) > limit else None
        return ReturnsTold(data=[ReturnTold(**_facts(row)) for row in rows[:limit]], next_cursor=more)

    return await db.run(caller, read)


@get("/{return_id:str}", summary="A return", opt={"needs": Permission.RETURNS_READ}, responses=READ)
async def return_read(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    return_id: FromPath[str],
) -> ReturnWholeTold:
    """With its lines."""
    found = from_text("ret", return_id)
    return await db.run(caller, lambda tx: whole(tx, principal, found))


@post(
    "/",
    summary="Ask for goods back",
    opt={"needs": Permission.RETURNS_WRITE},
    status_code=201,
    responses=REFUSED,
)
async def return_asked(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    data: ReturnAsked,
    idempotency_key: IdempotencyKey,
) -> ReturnWholeTold:
    """Of units that were shipped and are not coming back already."""

    async def command(tx: Tx) -> ReturnWholeTold:
        order = from_text("ord", data.order_id)
        await require_sight(tx, scope_of(principal), [order])
        wanted = [Wanted(line.line, line.quantity, line.reason, sku=line.sku) for line in data.lines]
        made = await ask_return(tx, order, wanted, reason=data.reason, way=data.way, now=now)
        return await whole(tx, principal, made.id)

    return await once(request, principal, runner, idempotency_key, command, now=now, status=201)


Step = Callable[[Tx, UUID], Awaitable[object]]


async def _step(
    request: Request[Any, Any, Any],
    principal: Principal,
    runner: Runner,
    key: str,
    return_id: str,
    step: Step,
    now: datetime,
) -> ReturnWholeTold:
    async def command(tx: Tx) -> ReturnWholeTold:
        found = from_text("ret", return_id)
        await one_return(tx, scope_of(principal), found)
        await step(tx, found)
        return await whole(tx, principal, found)

    return await once(request, principal, runner, key, command, now=now)


@post(
    "/{return_id:str}/decide",
    summary="Approve, reject, note as sent or give up",
    opt={"needs": Permission.RETURNS_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def return_decided(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    return_id: FromPath[str],
    data: DecidedAsked,
    idempotency_key: IdempotencyKey,
) -> ReturnWholeTold:
    """The moves that touch neither goods nor money."""

    async def step(tx: Tx, found: UUID) -> None:
        event = ReturnEvent(data.decision)
        await decide_return(tx, found, event, note=data.note, within=principal.location_ids, now=now)

    return await _step(request, principal, runner, idempotency_key, return_id, step, now)


@post(
    "/{return_id:str}/receive",
    summary="Goods arrived",
    opt={"needs": Permission.RETURNS_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def return_received(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    return_id: FromPath[str],
    data: ReceivedAsked,
    idempotency_key: IdempotencyKey,
) -> ReturnWholeTold:
    """Counted, not yet judged; what is not as issued opens a dispute, and nothing is paid back before it is decided."""

    async def step(tx: Tx, found: UUID) -> None:
        place = from_text("loc", data.location_id)
        if not principal.sees_location(place):
            raise UnknownLocation(data.location_id)
        counted = {line.line: line.received for line in data.lines}
        seen = Seen(
            data.awb,
            data.weight_g,
            data.origin,
            {line.line: line.damaged for line in data.lines if line.damaged},
            [Extra(one.what, one.units) for one in data.extras],
        )
        await receive_goods_back(
            tx, found, counted, location_id=place, seen=seen, within=principal.location_ids, now=now
        )

    return await _step(request, principal, runner, idempotency_key, return_id, step, now)


@post(
    "/{return_id:str}/inspect",
    summary="Judge what arrived",
    opt={"needs": Permission.RETURNS_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def return_inspected(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    return_id: FromPath[str],
    data: InspectedAsked,
    idempotency_key: IdempotencyKey,
) -> ReturnWholeTold:
    """Each unit on sale again or into quarantine, booked at once."""

    async def step(tx: Tx, found: UUID) -> None:
        told = [Inspected(one.line, one.to_stock, one.to_quarantine, one.condition) for one in data.lines]
        await inspect_goods(tx, found, told, note=data.note, within=principal.location_ids, now=now)

    return await _step(request, principal, runner, idempotency_key, return_id, step, now)


@post(
    "/{return_id:str}/resolve",
    summary="Grant the refund",
    opt={"needs": Permission.REFUNDS_GRANT},
    status_code=200,
    responses=REFUSED,
)
async def return_resolved(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    return_id: FromPath[str],
    data: ResolvedAsked,
    idempotency_key: IdempotencyKey,
) -> ReturnWholeTold:
    """Granting is not paying; the return closes when the refund is paid."""

    async def step(tx: Tx, found: UUID) -> None:
        await resolve_return(
            tx, found, amount_minor=data.amount, note=data.note, within=principal.location_ids, now=now
        )

    return await _step(request, principal, runner, idempotency_key, return_id, step, now)


@post(
    "/{return_id:str}/close",
    summary="Nothing is left to do",
    opt={"needs": Permission.RETURNS_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def return_closed(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    return_id: FromPath[str],
    idempotency_key: IdempotencyKey,
) -> ReturnWholeTold:
    """Refused as `refund_still_open` while the granted refund is neither paid nor withdrawn."""

    async def step(tx: Tx, found: UUID) -> None:
        await close_return(tx, found, within=principal.location_ids, now=now)

    return await _step(request, principal, runner, idempotency_key, return_id, step, now)


handlers = [
    Router(
        "/api/v1/returns",
        route_handlers=[
            returns_listed,
            return_read,
            return_asked,
            return_decided,
            return_received,
            return_inspected,
            return_resolved,
            return_closed,
        ],
        tags=["returns"],
    )
]
