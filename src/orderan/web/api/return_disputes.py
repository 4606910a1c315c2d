"""Parcels of returns over the API: the number they are sent with, and disputes over what came."""

from datetime import datetime
from typing import Annotated, Any, Literal

from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from pydantic import Field

from orderan.access import Permission, Principal
from orderan.flows.dispute_return import note_in_dispute, send_with, settle_dispute
from orderan.flows.views_parcel_back import parcel_back
from orderan.flows.views_returns import one_return
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import from_text, to_text
from orderan.kit.runner import Runner
from orderan.returns import DisputeEvent, DisputeNotFound, DisputeState, What
from orderan.web.api.answering import READ, once, scope_of
from orderan.web.api.shapes import REFUSED, Asked, IdempotencyKey, Told


class ReturnShipmentAsked(Asked):
    """The number a return is sent with."""

    courier: Annotated[str, Field(max_length=60)] = ""
    awb: Annotated[str, Field(min_length=1, max_length=60)]


class ReturnShipmentTold(Told):
    """What a return is sent with."""

    courier: str
    awb: str
    weight_g: int = Field(description="What its goods weigh by their pages; 0 is not known")
    origin: str = Field(description="City of the order's address; empty is not known")
    issued_at: datetime


class DisputeNoteAsked(Asked):
    """Evidence, in words."""

    words: Annotated[str, Field(min_length=1, max_length=1000)]


class DisputeDecisionAsked(Asked):
    """For whom, and why."""

    decided_for: Literal["buyer", "shop"]
    words: Annotated[str, Field(min_length=1, max_length=1000)]


class SeenOtherwiseTold(Told):
    """One thing that is not as it was issued."""

    what: What
    issued: str
    seen: str
    digits: int = Field(description="Of a number: in how many places it is another one")


class DisputeNoteTold(Told):
    """Evidence, in words."""

    words: str
    written_by: str
    written_at: datetime


class ReturnDisputeTold(Told):
    """The file of a return whose parcel is not what was issued."""

    return_id: str
    state: DisputeState
    differences: list[SeenOtherwiseTold]
    opened_at: datetime
    deadline: datetime
    decided_by: str | None
    decided_at: datetime | None
    note: str | None
    notes: list[DisputeNoteTold]


async def _whole(tx: Tx, principal: Principal, return_id: str) -> ReturnDisputeTold:
    found = from_text("ret", return_id)
    await one_return(tx, scope_of(principal), found)
    parcel = await parcel_back(tx, found)
    dispute = parcel.dispute
    if dispute is None:
        raise DisputeNotFound(return_id)
    return ReturnDisputeTold(
        return_id=to_text("ret", found),
        state=DisputeState(dispute.state),
        differences=[
            SeenOtherwiseTold(what=one.what, issued=one.issued, seen=one.seen, digits=one.digits)
            for one in dispute.found
        ],
        opened_at=dispute.opened_at,
        deadline=dispute.deadline,
        decided_by=dispute.decided_by,
        decided_at=dispute.decided_at,
        note=dispute.note,
        notes=[
            DisputeNoteTold(words=one.words, written_by=one.written_by, written_at=one.written_at)
            for one in parcel.notes
        ],
    )


@post(
    "/{return_id:str}/shipment",
    summary="The number a return is sent with",
    opt={"needs": Permission.RETURNS_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def return_shipment_given(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    return_id: FromPath[str],
    data: ReturnShipmentAsked,
    idempotency_key: IdempotencyKey,
) -> ReturnShipmentTold:
    """What comes is compared with it. Until it is sent another number may be given."""

    async def command(tx: Tx) -> ReturnShipmentTold:
        found = from_text("ret", return_id)
        await one_return(tx, scope_of(principal), found)
        made = await send_with(tx, found, courier=data.courier, awb=data.awb, now=now)
        return ReturnShipmentTold(
            courier=made.courier,
            awb=made.awb,
            weight_g=made.weight_g,
            origin=made.origin,
            issued_at=made.issued_at,
        )

    return await once(request, principal, runner, idempotency_key, command, now=now)


@get(
    "/{return_id:str}/dispute",
    summary="The dispute over a return",
    opt={"needs": Permission.RETURNS_READ},
    responses=READ,
)
async def return_dispute_read(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    return_id: FromPath[str],
) -> ReturnDisputeTold:
    """What differs, the evidence, and the decision."""
    return await db.run(caller, lambda tx: _whole(tx, principal, return_id))


@post(
    "/{return_id:str}/dispute/notes",
    summary="Write evidence down",
    opt={"needs": Permission.RETURNS_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def return_dispute_noted(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    return_id: FromPath[str],
    data: DisputeNoteAsked,
    idempotency_key: IdempotencyKey,
) -> ReturnDisputeTold:
    """Of a dispute that is not decided."""

    async def command(tx: Tx) -> ReturnDisputeTold:
        found = from_text("ret", return_id)
        await one_return(tx, scope_of(principal), found)
        await note_in_dispute(tx, found, data.words, now=now)
        return await _whole(tx, principal, return_id)

    return await once(request, principal, runner, idempotency_key, command, now=now)


@post(
    "/{return_id:str}/dispute/decide",
    summary="Decide the dispute over a return",
    opt={"needs": Permission.REFUNDS_GRANT},
    status_code=200,
    responses=REFUSED,
)
async def return_dispute_decided(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    return_id: FromPath[str],
    data: DisputeDecisionAsked,
    idempotency_key: IdempotencyKey,
) -> ReturnDisputeTold:
    """For the buyer the refund goes on; for the shop nothing is paid back."""

    async def command(tx: Tx) -> ReturnDisputeTold:
        found = from_text("ret", return_id)
        await one_return(tx, scope_of(principal), found)
        event = DisputeEvent.FOR_BUYER if data.decided_for == "buyer" else DisputeEvent.FOR_SHOP
        await settle_dispute(tx, found, event, words=data.words, now=now)
        return await _whole(tx, principal, return_id)

    return await once(request, principal, runner, idempotency_key, command, now=now)


handlers = [
    Router(
        "/api/v1/returns",
        route_handlers=[
            return_shipment_given,
            return_dispute_read,
            return_dispute_noted,
            return_dispute_decided,
        ],
        tags=["returns"],
    )
]
