"""Claims to couriers over the API: list, open, write evidence down, move."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from pydantic import Field

from orderan.access import Permission, Principal
from orderan.flows.claim_parcels import claim_by_hand, pursue_claim
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import from_text, to_text
from orderan.kit.runner import Runner
from orderan.shipping import (
    CLAIM_PREFIX,
    ClaimEvent,
    ClaimState,
    ParcelClaim,
    add_claim_evidence,
    claim_evidence_of,
    claim_with_id,
    list_claims,
)
from orderan.web.api.answering import MOST_MINOR, READ, Cursor, PageSize, once
from orderan.web.api.shapes import REFUSED, Asked, IdempotencyKey, Told
from orderan.web.cursors import cursor_of, read_cursor
from orderan.web.principal import require_whole_shop

WRITE = {"needs": Permission.SHIPPING_WRITE}


class CourierClaimAsked(Asked):
    """A parcel that was lost or damaged, by its tracking number."""

    awb: Annotated[str, Field(min_length=1, max_length=60)]
    courier: Annotated[str, Field(max_length=40)] | None = None
    kind: Literal["lost", "damaged"]


class ClaimEvidenceAsked(Asked):
    """What speaks for a claim."""

    words: Annotated[str, Field(min_length=1, max_length=2_000)]


class ClaimMoveAsked(Asked):
    """What happened to a claim."""

    event: ClaimEvent
    amount: Annotated[int, Field(gt=0, le=MOST_MINOR)] | None = Field(
        default=None, description="What is claimed, agreed to or paid; left out, as much as was said before"
    )
    reference: Annotated[str, Field(max_length=120)] = ""


class ClaimEvidenceTold(Told):
    """What speaks for a claim: `told` with the news of the parcel, or a `note`."""

    kind: Literal["told", "note"]
    words: str
    added_by: str
    added_at: datetime


class CourierClaimTold(Told):
    """A claim; amounts are minor units of the order's currency."""

    id: str
    order_id: str
    parcel_id: str
    courier: str
    kind: Literal["lost", "damaged"]
    state: ClaimState
    amount: int
    accepted: int | None
    paid: int | None = Field(description="The shop's own money, no money of the order's")
    reference: str | None
    deadline: datetime
    opened_at: datetime
    moved_at: datetime


class CourierClaimWholeTold(CourierClaimTold):
    """A claim with its evidence."""

    evidence: list[ClaimEvidenceTold]


class CourierClaimsTold(Told):
    """A page of claims, those whose deadline is first first."""

    data: list[CourierClaimTold]
    next_cursor: str | None


def _plain(one: ParcelClaim) -> dict[str, Any]:
    return {
        "id": to_text(CLAIM_PREFIX, one.id),
        "order_id": to_text("ord", one.order_id),
        "parcel_id": to_text("pcl", one.parcel_id),
        "courier": one.courier,
        "kind": one.kind,
        "state": ClaimState(one.state),
        "amount": one.amount_minor,
        "accepted": one.accepted_minor,
        "paid": one.paid_minor,
        "reference": one.reference,
        "deadline": one.deadline,
        "opened_at": one.opened_at,
        "moved_at": one.moved_at,
    }


async def _whole(tx: Tx, claim_id: UUID) -> CourierClaimWholeTold:
    claim = await claim_with_id(tx, claim_id)
    evidence = [
        ClaimEvidenceTold.model_validate(
            {"kind": row.kind, "words": row.words, "added_by": row.added_by, "added_at": row.added_at}
        )
        for row in await claim_evidence_of(tx, claim_id)
    ]
    return CourierClaimWholeTold(**_plain(claim), evidence=evidence)


@get("/", summary="List claims to couriers", opt={"needs": Permission.SHIPPING_READ}, responses=READ)
async def claims_listed(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    standing_in: Annotated[ClaimState | None, QueryParameter(name="state")] = None,
    cursor: Cursor = "",
    limit: PageSize = 50,
) -> CourierClaimsTold:
    """Those whose deadline is first first."""
    require_whole_shop(principal, Permission.SHIPPING_READ)
    states = [standing_in] if standing_in else list(ClaimState)
    rows = await db.run(
        caller, lambda tx: list_claims(tx, states, after=read_cursor(cursor), limit=limit + 1)
    )
    last = rows[limit - 1].claim if len(rows) > limit else None
    return CourierClaimsTold(
        data=[CourierClaimTold(**_plain(row.claim)) for row in rows[:limit]],
        next_cursor=cursor_of(last.deadline, last.id) if last else None,
    )


@get(
    "/{claim_id:str}", summary="A claim to a courier", opt={"needs": Permission.SHIPPING_READ}, responses=READ
)
async def claim_read(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    claim_id: FromPath[str],
) -> CourierClaimWholeTold:
    """With its evidence."""
    require_whole_shop(principal, Permission.SHIPPING_READ)
    wanted = from_text(CLAIM_PREFIX, claim_id)
    return await db.run(caller, lambda tx: _whole(tx, wanted))


@post("/", summary="Open a claim to a courier", opt=WRITE, status_code=201, responses=REFUSED)
async def claim_begun(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    data: CourierClaimAsked,
    idempotency_key: IdempotencyKey,
) -> CourierClaimWholeTold:
    """Of a parcel that reached its buyer broken, or came back so; what is lost on the way is claimed by itself."""
    require_whole_shop(principal, Permission.SHIPPING_WRITE)

    async def command(tx: Tx) -> CourierClaimWholeTold:
        made = await claim_by_hand(tx, data.awb, data.kind, courier=data.courier, now=now)
        return await _whole(tx, made.id)

    return await once(request, principal, runner, idempotency_key, command, now=now, status=201)


@post(
    "/{claim_id:str}/evidence",
    summary="Write down what speaks for a claim",
    opt=WRITE,
    status_code=200,
    responses=REFUSED,
)
async def claim_proven(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    claim_id: FromPath[str],
    data: ClaimEvidenceAsked,
    idempotency_key: IdempotencyKey,
) -> CourierClaimWholeTold:
    """Without any a claim is not filed."""
    require_whole_shop(principal, Permission.SHIPPING_WRITE)
    wanted = from_text(CLAIM_PREFIX, claim_id)

    async def command(tx: Tx) -> CourierClaimWholeTold:
        await add_claim_evidence(tx, wanted, data.words, now=now)
        return await _whole(tx, wanted)

    return await once(request, principal, runner, idempotency_key, command, now=now)


@post(
    "/{claim_id:str}/moves",
    summary="Say what happened to a claim",
    opt=WRITE,
    status_code=200,
    responses=REFUSED,
)
async def claim_went_on(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    claim_id: FromPath[str],
    data: ClaimMoveAsked,
    idempotency_key: IdempotencyKey,
) -> CourierClaimWholeTold:
    """Filed, accepted or refused by the courier, paid, or dropped."""
    require_whole_shop(principal, Permission.SHIPPING_WRITE)
    wanted = from_text(CLAIM_PREFIX, claim_id)

    async def command(tx: Tx) -> CourierClaimWholeTold:
        await pursue_claim(
            tx, wanted, data.event, amount_minor=data.amount, reference=data.reference, now=now
        )
        return await _whole(tx, wanted)

    return await once(request, principal, runner, idempotency_key, command, now=now)


handlers = [
    Router(
        "/api/v1/courier-claims",
        route_handlers=[claims_listed, claim_read, claim_begun, claim_proven, claim_went_on],
        tags=["parcels"],
    )
]
