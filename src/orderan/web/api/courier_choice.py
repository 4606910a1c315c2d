"""Rules of who carries a parcel over the API: what is followed, the draft, its trial on past parcels, putting it live."""

from datetime import datetime
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from pydantic import Field

from orderan.access import Permission, Principal
from orderan.flows.choose_courier import MOST, try_carry_draft
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import to_text
from orderan.kit.runner import Runner
from orderan.orders import visible
from orderan.shipping import (
    CARRY_RULES,
    MOST_CARRY_RULES,
    CarryPayer,
    CarryPolicy,
    CarryVersion,
    KeptCarryTrial,
    NoSuchCarryRules,
    change_carry_draft,
    put_carry_live,
)
from orderan.web.api.answering import READ, once, scope_of, told_after
from orderan.web.api.rulebooks import DraftActivated, DraftSeen, DraftTried
from orderan.web.api.shapes import REFUSED, Asked, IdempotencyKey, Told

MOST_MINOR = 10**9
Minor = Annotated[int, Field(ge=0, le=MOST_MINOR)]
Names = Annotated[list[Annotated[str, Field(min_length=1, max_length=80)]], Field(max_length=40)]


class CarryWhenAsked(Asked):
    """Which parcels a rule is for; what is empty or null is for all."""

    areas: Names = Field(default_factory=list, description="Beginnings of region codes, such as `32.73`")
    cod: bool | None = None
    at_least_minor: Minor | None = None
    at_most_minor: Minor | None = None
    over_g: Minor | None = None


class CarryRuleAsked(Asked):
    """What holds for some parcels; carriers are `jne`, or one service of it, `jne:yes`."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    when: CarryWhenAsked = Field(default_factory=CarryWhenAsked)
    only: Names = Field(default_factory=list)
    never: Names = Field(default_factory=list)
    first: Names = Field(default_factory=list)
    insure: bool = False
    insure_payer: CarryPayer = CarryPayer.SHOP
    subsidy_payer: Annotated[
        CarryPayer | None,
        Field(description="Who bears what the buyer does not pay of the way; not the buyer"),
    ] = None


class CarryRulesAsked(Asked):
    """What a day on the road and a first try that fails are worth, rupiah, and the rules."""

    day_minor: Minor
    failure_minor: Minor
    rules: Annotated[list[CarryRuleAsked], Field(default_factory=list, max_length=MOST_CARRY_RULES)]


class CarryDraftAsked(DraftSeen):
    """Other rules for the draft, all of them."""

    rules: CarryRulesAsked


class CarryTrialAsked(DraftTried):
    """The draft on the parcels of the last days."""


class CarryActivatedAsked(DraftActivated):
    """The draft is followed from now on."""


class CarryWhenTold(Told):
    """Which parcels a rule is for."""

    areas: list[str]
    cod: bool | None
    at_least_minor: int | None
    at_most_minor: int | None
    over_g: int | None


class CarryRuleTold(Told):
    """What holds for some parcels."""

    name: str
    when: CarryWhenTold
    only: list[str]
    never: list[str]
    first: list[str]
    insure: bool
    insure_payer: CarryPayer
    subsidy_payer: CarryPayer | None


class CarryRulesTold(Told):
    """What a day on the road and a first try that fails are worth, and the rules."""

    day_minor: int
    failure_minor: int
    rules: list[CarryRuleTold]


class CarryMoveTold(Told):
    """Parcels that would have gone with another carrier, and how much dearer they would be together."""

    from_carrier: str
    to_carrier: str
    parcels: int
    cost: int


class CarryExampleTold(Told):
    """One of them, which the key may see."""

    order_id: str
    from_carrier: str
    to_carrier: str
    cost: int
    rule: str | None


class CarryTrialTold(Told):
    """What the draft would have done to past parcels, beside what was done."""

    days: int
    against: int = Field(description="The version that was followed; 0 is what a shop begins with")
    since: datetime
    until: datetime
    parcels: int
    moved: int
    nobody: int
    cost_then: int
    cost_now: int
    days_then: float
    days_now: float
    first_then: float
    first_now: float
    moves: list[CarryMoveTold]
    examples: list[CarryExampleTold]
    more: bool = Field(description=f"Whether there were more parcels than the {MOST:,} that are looked at")


class CarryDraftTold(Told):
    """The rules as they are edited, and their trial once there is one."""

    revision: int
    rules: CarryRulesTold
    trial: CarryTrialTold | None


class CarryVersionTold(Told):
    """A version of the rules."""

    version: int
    note: str
    made_by: str
    made_at: datetime
    active: bool
    rules: CarryRulesTold


class CarryTold(Told):
    """What is followed, and what is edited."""

    version: int = Field(description="0 is what a shop begins with")
    followed: CarryRulesTold
    draft: CarryDraftTold


@get("/", summary="The rules of who carries", opt={"needs": Permission.SETTINGS_READ}, responses=READ)
async def carry_rules_read(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
) -> CarryTold:
    """With the draft and its trial."""
    return await db.run(caller, lambda tx: _whole(tx, principal))


@get(
    "/versions/{version:int}",
    summary="A version of the rules of who carries",
    opt={"needs": Permission.SETTINGS_READ},
    responses=READ,
)
async def carry_version_read(
    db: NamedDependency[Database], caller: NamedDependency[Caller], version: FromPath[int]
) -> CarryVersionTold:
    """Sent as a draft, its rules can be followed again, as a version of their own."""
    found = await db.run(caller, lambda tx: CARRY_RULES.version_of(tx, version))
    if found is None:
        raise NoSuchCarryRules(version)
    return _version(found)


@post(
    "/draft",
    summary="Edit the draft of the rules of who carries",
    opt={"needs": Permission.SETTINGS_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def carry_draft_changed(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    data: CarryDraftAsked,
    idempotency_key: IdempotencyKey,
) -> CarryDraftTold:
    """Nothing is followed yet. Refused with every fault at once, or where somebody edited it meanwhile."""

    async def command(tx: Tx) -> CarryDraftTold:
        await change_carry_draft(tx, data.rules.model_dump(mode="json"), expected=data.revision, now=now)
        return await _draft(tx, principal)

    return await once(request, principal, runner, idempotency_key, command, now=now)


@post(
    "/trial",
    summary="Try the draft on past parcels",
    opt={"needs": Permission.SETTINGS_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def carry_draft_tried(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    data: CarryTrialAsked,
    idempotency_key: IdempotencyKey,
) -> CarryDraftTold:
    """No courier is asked: it is chosen from what was offered and measured then."""
    tried = partial(try_carry_draft, expected=data.revision, days=data.days, now=now)
    told = told_after(tried, partial(_draft, principal=principal))
    return await once(request, principal, runner, idempotency_key, told, now=now)


@post(
    "/activate",
    summary="Follow the draft of the rules of who carries",
    opt={"needs": Permission.SETTINGS_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def carry_draft_activated(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    data: CarryActivatedAsked,
    idempotency_key: IdempotencyKey,
) -> CarryTold:
    """As a version of its own; refused while it was not tried against what is followed now."""

    async def command(tx: Tx) -> CarryTold:
        await put_carry_live(tx, expected=data.revision, note=data.note, now=now)
        return await _whole(tx, principal)

    return await once(request, principal, runner, idempotency_key, command, now=now)


async def _whole(tx: Tx, principal: Principal) -> CarryTold:
    live = await CARRY_RULES.live(tx)
    return CarryTold(
        version=live.version if live else 0,
        followed=_rules(CARRY_RULES.rules_of(live)),
        draft=await _draft(tx, principal),
    )


async def _draft(tx: Tx, principal: Principal) -> CarryDraftTold:
    found = await CARRY_RULES.draft(tx)
    tried = await CARRY_RULES.trial_of(tx, found.revision)
    seen: set[UUID] = set()
    if tried is not None:
        examples = [UUID(one.subject_id) for one in tried.trial.examples]
        seen = set(await visible(tx, examples, scope_of(principal)))
    return CarryDraftTold(
        revision=found.revision,
        rules=_rules(found.rules),
        trial=_trial(tried, seen) if tried else None,
    )


def _rules(policy: CarryPolicy) -> CarryRulesTold:
    return CarryRulesTold(
        day_minor=policy.day_minor,
        failure_minor=policy.failure_minor,
        rules=[
            CarryRuleTold(
                name=rule.name,
                when=CarryWhenTold(
                    areas=list(rule.when.areas),
                    cod=rule.when.cod,
                    at_least_minor=rule.when.at_least_minor,
                    at_most_minor=rule.when.at_most_minor,
                    over_g=rule.when.over_g,
                ),
                only=list(rule.only),
                never=list(rule.never),
                first=list(rule.first),
                insure=rule.insure,
                insure_payer=rule.insure_payer,
                subsidy_payer=rule.subsidy_payer,
            )
            for rule in policy.rules
        ],
    )


def _version(found: CarryVersion) -> CarryVersionTold:
    return CarryVersionTold(
        version=found.version,
        note=found.note,
        made_by=found.made_by,
        made_at=found.made_at,
        active=found.active,
        rules=_rules(found.rules),
    )


def _trial(tried: KeptCarryTrial, seen: set[UUID]) -> CarryTrialTold:
    trial = tried.trial
    return CarryTrialTold(
        days=tried.days,
        against=tried.against or 0,
        since=trial.since,
        until=trial.until,
        parcels=trial.parcels,
        moved=trial.moved,
        nobody=trial.nobody,
        cost_then=trial.cost_minor,
        cost_now=trial.cost_minor_now,
        days_then=trial.days,
        days_now=trial.days_now,
        first_then=trial.first,
        first_now=trial.first_now,
        moves=[
            CarryMoveTold(
                from_carrier=one.from_carrier,
                to_carrier=one.to_carrier,
                parcels=one.parcels,
                cost=one.cost_minor,
            )
            for one in trial.moves
        ],
        examples=[
            CarryExampleTold(
                order_id=to_text("ord", UUID(one.subject_id)),
                from_carrier=one.from_carrier,
                to_carrier=one.to_carrier,
                cost=one.cost_minor,
                rule=one.rule,
            )
            for one in trial.examples
            if UUID(one.subject_id) in seen
        ],
        more=trial.more,
    )


handlers = [
    Router(
        "/api/v1/carry-rules",
        route_handlers=[
            carry_rules_read,
            carry_version_read,
            carry_draft_changed,
            carry_draft_tried,
            carry_draft_activated,
        ],
        tags=["parcels"],
    )
]
