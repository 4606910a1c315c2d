"""Rules of scoring over the API: what is followed, the draft, its trial on past orders, and putting it into force."""

from dataclasses import asdict
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Literal

from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from pydantic import Field

from orderan.access import Permission, Principal
from orderan.flows.try_trust import try_draft
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.runner import Runner
from orderan.trust import (
    MOST_RULES,
    KeptTrial,
    Measure,
    Outcome,
    Policy,
    change_draft,
    draft,
    followed,
    put_live,
    trial_of,
    versions,
)
from orderan.web.api.answering import READ, once, told_after
from orderan.web.api.rulebooks import DraftActivated, DraftSeen, DraftTried
from orderan.web.api.shapes import REFUSED, Asked, IdempotencyKey, Told
from orderan.web.principal import require_whole_shop

Points = Annotated[int, Field(ge=-1_000, le=1_000)]
Begins = Annotated[int | None, Field(ge=1, le=1_000)]
PaidBy = Literal["cod", "prepaid"]


class RuleAsked(Asked):
    """So many points once a measure reaches a height; empty `ways` is every way."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    measure: Measure
    at_least: Annotated[int, Field(ge=1, le=10**9)]
    points: Points
    ways: Annotated[list[PaidBy], Field(default_factory=list, max_length=2)]
    off: bool = False


class BandsAsked(Asked):
    """From how many points on something is done; null is never."""

    ask: Begins = None
    deposit: Begins = None
    prepaid_only: Begins = None
    hold: Begins = None
    refuse: Begins = None


class ScoringAsked(Asked):
    """Rules with their bands; `acts` false only writes scores down."""

    rules: Annotated[list[RuleAsked], Field(max_length=MOST_RULES)]
    cod: BandsAsked
    prepaid: BandsAsked
    acts: bool


class DraftAsked(DraftSeen):
    """Other rules for the draft."""

    policy: ScoringAsked


class TrialAsked(DraftTried):
    """The draft on the orders of the last days."""


class ActivatedAsked(DraftActivated):
    """The draft is followed from now on."""


class RuleTold(Told):
    """A rule."""

    name: str
    measure: Measure
    at_least: int
    points: int
    ways: list[PaidBy]
    off: bool


class BandsTold(Told):
    """Where each outcome begins."""

    ask: int | None
    deposit: int | None
    prepaid_only: int | None
    hold: int | None
    refuse: int | None


class ScoringTold(Told):
    """Rules with their bands."""

    rules: list[RuleTold]
    cod: BandsTold
    prepaid: BandsTold
    acts: bool


class EndsTold(Told):
    """Orders of one outcome, and how they really ended; amounts are rupiah."""

    orders: int
    amount: int
    bad: int = Field(description="Refused at the door, disputed or fraud")
    bad_amount: int
    good: int


class TrialTold(Told):
    """What the draft would have said of past orders, beside what was said then."""

    days: int
    against: int = Field(description="The version that was followed; 0 is the rules a shop begins with")
    since: datetime
    until: datetime
    orders: int
    moved: int
    then: dict[Outcome, EndsTold]
    now: dict[Outcome, EndsTold]
    by_rule: dict[str, int]
    more: bool = Field(description="Whether there were more orders than were scored again")


class DraftTold(Told):
    """The rules as they are edited, and their trial once there is one."""

    revision: int
    policy: ScoringTold
    trial: TrialTold | None


class RulesVersionTold(Told):
    """A version of the rules."""

    version: int
    note: str
    made_by: str
    made_at: datetime
    active: bool


class RulesTold(Told):
    """What is followed, what is edited, and what was followed before."""

    version: int = Field(description="0 is the rules a shop begins with")
    followed: ScoringTold
    draft: DraftTold
    versions: list[RulesVersionTold]


@get("/", summary="The rules of scoring", opt={"needs": Permission.TRUST_READ}, responses=READ)
async def rules_read(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
) -> RulesTold:
    """With the draft and every version."""
    require_whole_shop(principal, Permission.TRUST_READ)
    return await db.run(caller, _whole)


@post(
    "/draft",
    summary="Edit the draft",
    opt={"needs": Permission.SETTINGS_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def draft_changed(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    data: DraftAsked,
    idempotency_key: IdempotencyKey,
) -> DraftTold:
    """Nothing is followed yet. Refused with every fault at once, or where somebody edited it meanwhile."""
    require_whole_shop(principal, Permission.SETTINGS_WRITE)
    changed = partial(change_draft, plain=_plain(data.policy), expected=data.revision, now=now)
    return await once(request, principal, runner, idempotency_key, told_after(changed, _draft), now=now)


@post(
    "/trial",
    summary="Try the draft on past orders",
    opt={"needs": Permission.SETTINGS_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def draft_tried(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    data: TrialAsked,
    idempotency_key: IdempotencyKey,
) -> DraftTold:
    """No order is touched; the newest twenty thousand at most are scored again."""
    require_whole_shop(principal, Permission.SETTINGS_WRITE)
    tried = partial(try_draft, expected=data.revision, days=data.days, now=now)
    return await once(request, principal, runner, idempotency_key, told_after(tried, _draft), now=now)


@post(
    "/activate",
    summary="Follow the draft",
    opt={"needs": Permission.SETTINGS_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def draft_activated(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    data: ActivatedAsked,
    idempotency_key: IdempotencyKey,
) -> RulesTold:
    """As a version of its own; refused while it was not tried against what is followed now."""
    require_whole_shop(principal, Permission.SETTINGS_WRITE)
    followed_now = partial(put_live, expected=data.revision, note=data.note, now=now)
    return await once(request, principal, runner, idempotency_key, told_after(followed_now, _whole), now=now)


async def _whole(tx: Tx) -> RulesTold:
    policy, version = await followed(tx)
    return RulesTold(
        version=version,
        followed=_policy(policy),
        draft=await _draft(tx),
        versions=[
            RulesVersionTold(
                version=one.version,
                note=one.note,
                made_by=one.made_by,
                made_at=one.made_at,
                active=one.active,
            )
            for one in await versions(tx)
        ],
    )


async def _draft(tx: Tx) -> DraftTold:
    found = await draft(tx)
    tried = await trial_of(tx, found.revision)
    return DraftTold(
        revision=found.revision, policy=_policy(found.rules), trial=_trial(tried) if tried else None
    )


def _policy(policy: Policy) -> ScoringTold:
    return ScoringTold(
        rules=[
            RuleTold(**{**asdict(rule), "ways": [str(way) for way in rule.ways]}) for rule in policy.rules
        ],
        cod=BandsTold(**asdict(policy.cod)),
        prepaid=BandsTold(**asdict(policy.prepaid)),
        acts=policy.acts,
    )


def _plain(asked: ScoringAsked) -> dict[str, Any]:
    """What was asked for, as the domain reads rules."""
    return {
        "rules": [
            {
                name: value
                for name, value in rule.model_dump(mode="json").items()
                if value != [] and value is not False
            }
            for rule in asked.rules
        ],
        "cod": asked.cod.model_dump(exclude_none=True),
        "prepaid": asked.prepaid.model_dump(exclude_none=True),
        "acts": asked.acts,
    }


def _trial(tried: KeptTrial) -> TrialTold:
    trial = tried.trial
    then, now = (
        {
            Outcome(name): EndsTold(
                orders=ends.orders,
                amount=ends.amount_minor,
                bad=ends.bad,
                bad_amount=ends.bad_minor,
                good=ends.good,
            )
            for name, ends in side.items()
        }
        for side in (trial.then, trial.now)
    )
    return TrialTold(
        days=tried.days,
        against=tried.against or 0,
        since=trial.since,
        until=trial.until,
        orders=trial.orders,
        moved=trial.moved,
        then=then,
        now=now,
        by_rule=dict(trial.by_rule),
        more=trial.more,
    )


handlers = [
    Router(
        "/api/v1/trust-rules",
        route_handlers=[rules_read, draft_changed, draft_tried, draft_activated],
        tags=["trust"],
    )
]
