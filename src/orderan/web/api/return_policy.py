"""The policy of returns over the API: what holds, and its next version."""

from datetime import datetime
from typing import Annotated, Any

from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from pydantic import Field

from orderan.access import Permission, Principal
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.runner import Runner
from orderan.returns import (
    Cause,
    CauseRule,
    Condition,
    Payer,
    Remedy,
    ReturnPolicy,
    TrustedAt,
    keep_return_policy,
    return_policy_now,
)
from orderan.web.api.answering import READ, once
from orderan.web.api.shapes import REFUSED, Asked, IdempotencyKey, Told


class ReturnCauseAsked(Asked):
    """A reason that is accepted, and on which terms."""

    cause: Cause
    pays: Payer
    condition: Condition = Condition.ANY
    explained: Annotated[bool, Field(description="The buyer has to say in words what is wrong")] = False


class ReturnPolicyAsked(Asked):
    """The next version of the policy, all of it."""

    version: Annotated[int, Field(ge=0, le=10**9, description="The version it was made from, 0 for none")]
    days: Annotated[
        int, Field(ge=0, le=365, description="Since the order was delivered; 0 takes nothing back")
    ]
    never: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=80)]],
        Field(default_factory=list, max_length=200, description="Categories that never come back"),
    ]
    causes: Annotated[list[ReturnCauseAsked], Field(max_length=len(Cause))]
    agreed_below_minor: Annotated[
        int, Field(ge=0, le=10**9, description="Of a request worth less nobody is asked")
    ] = 0
    trusted_at: Annotated[
        TrustedAt, Field(description="When a buyer with a history has the refund, the goods unseen")
    ] = TrustedAt.INSPECTION
    trusted_below_minor: Annotated[int, Field(ge=0, le=10**9)] = 0
    trusted_orders: Annotated[
        int, Field(ge=1, le=1000, description="Delivered orders that make a history")
    ] = 3
    weight_off_percent: Annotated[
        int, Field(ge=1, le=100, description="By how much a parcel may weigh other than its goods do")
    ] = 25
    ways: Annotated[
        list[Remedy],
        Field(
            default_factory=lambda: list(Remedy),
            max_length=len(Remedy),
            description="What a buyer may choose; refund is always among it",
        ),
    ]


class ReturnCauseTold(Told):
    """A reason that is accepted, and on which terms."""

    cause: Cause
    pays: Payer
    condition: Condition
    explained: bool


class ReturnPolicyTold(Told):
    """What buyers may send back."""

    version: int = Field(description="0 is what a shop begins with")
    days: int
    never: list[str]
    causes: list[ReturnCauseTold]
    agreed_below_minor: int
    ways: list[Remedy]
    trusted_at: TrustedAt
    trusted_below_minor: int
    trusted_orders: int
    weight_off_percent: int


@get("/", summary="The policy of returns", opt={"needs": Permission.SETTINGS_READ}, responses=READ)
async def return_policy_read(
    db: NamedDependency[Database], caller: NamedDependency[Caller]
) -> ReturnPolicyTold:
    """What holds for requests to come."""
    return await db.run(caller, _told)


@post(
    "/",
    summary="Write the next version of the policy of returns",
    opt={"needs": Permission.SETTINGS_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def return_policy_kept(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    data: ReturnPolicyAsked,
    idempotency_key: IdempotencyKey,
) -> ReturnPolicyTold:
    """It holds for requests to come. Refused where somebody wrote another version meanwhile."""
    policy = ReturnPolicy(
        days=data.days,
        never=tuple(data.never),
        causes=tuple(CauseRule(one.cause, one.pays, one.condition, one.explained) for one in data.causes),
        agreed_below_minor=data.agreed_below_minor,
        ways=tuple(data.ways),
        trusted_at=data.trusted_at,
        trusted_below_minor=data.trusted_below_minor,
        trusted_orders=data.trusted_orders,
        weight_off_percent=data.weight_off_percent,
    )

    async def command(tx: Tx) -> ReturnPolicyTold:
        await keep_return_policy(tx, policy, expected=data.version, now=now)
        return await _told(tx)

    return await once(request, principal, runner, idempotency_key, command, now=now)


async def _told(tx: Tx) -> ReturnPolicyTold:
    version, policy = await return_policy_now(tx)
    return ReturnPolicyTold(
        version=version,
        days=policy.days,
        never=list(policy.never),
        causes=[
            ReturnCauseTold(cause=one.cause, pays=one.pays, condition=one.condition, explained=one.explained)
            for one in policy.causes
        ],
        agreed_below_minor=policy.agreed_below_minor,
        ways=list(policy.ways),
        trusted_at=policy.trusted_at,
        trusted_below_minor=policy.trusted_below_minor,
        trusted_orders=policy.trusted_orders,
        weight_off_percent=policy.weight_off_percent,
    )


handlers = [
    Router("/api/v1/return-policy", route_handlers=[return_policy_read, return_policy_kept], tags=["returns"])
]
