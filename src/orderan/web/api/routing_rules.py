"""Rules of routing payments over the API: what is followed, the draft, its trial on past payments, and putting it live."""

from dataclasses import asdict
from datetime import datetime
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from pydantic import Field

from orderan.access import Permission, Principal
from orderan.flows.try_routing import MOST, known_to_rules, try_draft
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import to_text
from orderan.kit.runner import Runner
from orderan.orders import visible
from orderan.routing import (
    MOST_PARTS,
    MOST_RULES,
    KeptTrial,
    NoSuchRules,
    Rule,
    RulesVersion,
    active_rules,
    change_draft,
    draft,
    put_live,
    trial_of,
    unreachable,
    versions,
)
from orderan.web.api.answering import MOST_MINOR, READ, once, scope_of, told_after
from orderan.web.api.rulebooks import DraftActivated, DraftSeen, DraftTried
from orderan.web.api.shapes import REFUSED, Asked, IdempotencyKey, Told

Amount = Annotated[int | None, Field(ge=0, le=MOST_MINOR)]
Names = Annotated[list[Annotated[str, Field(max_length=40)]], Field(default_factory=list, max_length=100)]


class RoutedWhenAsked(Asked):
    """What a rule applies to; whatever is left out applies to all. Amounts are rupiah, both ends included."""

    methods: Names
    banks: Names
    at_least_minor: Amount = None
    at_most_minor: Amount = None
    fee_above_minor: Annotated[
        int | None, Field(ge=0, le=MOST_MINOR, description="Where even the cheapest rail costs more")
    ] = None
    from_hour: Annotated[int | None, Field(ge=0, le=23, description="By the clock of the shop")] = None
    to_hour: Annotated[
        int | None, Field(ge=0, le=24, description="Not included; 22 to 6 is over midnight")
    ] = None
    weekdays: Annotated[
        list[Annotated[int, Field(ge=1, le=7)]],
        Field(default_factory=list, max_length=7, description="Monday is 1"),
    ]


class GatewayPartsAsked(Asked):
    """A gateway's part of a split."""

    gateway: Annotated[str, Field(min_length=1, max_length=40)]
    parts: Annotated[int, Field(ge=1, le=MOST_PARTS)]


class RoutingRuleAsked(Asked):
    """One rule: gateways in an order, or split, or the cheapest first; and those that come last."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    when: RoutedWhenAsked | None = None
    prefer: Names
    split: Annotated[list[GatewayPartsAsked], Field(default_factory=list, max_length=100)]
    cheapest: bool = False
    last: Names
    firm: Annotated[bool, Field(description="It stands even while its gateway is down")] = False


class RoutingDraftAsked(DraftSeen):
    """Other rules for the draft, all of them: the first that applies decides."""

    rules: Annotated[list[RoutingRuleAsked], Field(max_length=MOST_RULES)]


class RoutingTrialAsked(DraftTried):
    """The draft on the payments of the last days."""


class RoutingActivatedAsked(DraftActivated):
    """The draft is followed from now on."""


class RoutedWhenTold(Told):
    """What a rule applies to; what is empty applies to all."""

    methods: list[str]
    banks: list[str]
    at_least_minor: int | None
    at_most_minor: int | None
    fee_above_minor: int | None
    from_hour: int | None
    to_hour: int | None
    weekdays: list[int]


class GatewayPartsTold(Told):
    """A gateway's part of a split."""

    gateway: str
    parts: int


class RoutingRuleTold(Told):
    """A rule."""

    name: str
    when: RoutedWhenTold
    prefer: list[str]
    split: list[GatewayPartsTold]
    cheapest: bool
    last: list[str]
    firm: bool
    behind: int | None = Field(description="Number of an earlier rule that takes all of this one's payments")


class RoutingMoveTold(Told):
    """Payments that would have begun on another rail."""

    method: str
    from_gateway: str
    to_gateway: str
    payments: int
    fee: int = Field(description="By how many rupiah they would be dearer, if all of them are paid")
    paid: float = Field(description="How many more of them are expected to be paid")


class RoutingExampleTold(Told):
    """One payment that would have begun elsewhere, of an order the key may see."""

    order_id: str
    method: str
    amount: int
    from_gateway: str
    to_gateway: str
    fee: int
    rule: str | None


class RoutingTrialTold(Told):
    """What the draft would have done to past payments, beside what was done; amounts are rupiah."""

    days: int
    against: int = Field(description="The version that was followed; 0 is no rules at all")
    since: datetime
    until: datetime
    payments: int
    moved: int
    fee_then: int
    fee_now: int
    paid_then: float = Field(description="Expected to be paid, of those payments")
    paid_now: float
    by_rule: dict[str, int] = Field(
        description="Payments each rule applies to; an empty name is none of them"
    )
    moves: list[RoutingMoveTold]
    moves_left_out: int
    examples: list[RoutingExampleTold]
    more: bool = Field(description=f"Whether there were more payments than the {MOST:,} that are played")


class RoutingDraftTold(Told):
    """The rules as they are edited, and their trial once there is one."""

    revision: int
    rules: list[RoutingRuleTold]
    trial: RoutingTrialTold | None


class RoutingVersionTold(Told):
    """A version of the rules."""

    version: int
    note: str
    made_by: str
    made_at: datetime
    active: bool
    rules: list[RoutingRuleTold]


class RoutingTold(Told):
    """What is followed, and what is edited."""

    version: int = Field(description="0 is no rules at all")
    followed: list[RoutingRuleTold]
    draft: RoutingDraftTold


@get("/", summary="The rules of routing", opt={"needs": Permission.SETTINGS_READ}, responses=READ)
async def rules_read(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
) -> RoutingTold:
    """With the draft and its trial."""
    return await db.run(caller, lambda tx: _whole(tx, principal))


@get(
    "/versions/{version:int}",
    summary="A version of the rules of routing",
    opt={"needs": Permission.SETTINGS_READ},
    responses=READ,
)
async def version_read(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    version: FromPath[int],
) -> RoutingVersionTold:
    """Sent as a draft, its rules can be followed again, as a version of their own."""
    every = await db.run(caller, versions)
    found = next((one for one in every if one.version == version), None)
    if found is None:
        raise NoSuchRules(version)
    return _version(found)


@post(
    "/draft",
    summary="Edit the draft of the rules of routing",
    opt={"needs": Permission.SETTINGS_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def draft_changed(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    data: RoutingDraftAsked,
    idempotency_key: IdempotencyKey,
) -> RoutingDraftTold:
    """Nothing is followed yet. Refused with every fault at once, or where somebody edited it meanwhile."""

    async def command(tx: Tx) -> RoutingDraftTold:
        rules = [_plain(rule) for rule in data.rules]
        await change_draft(tx, rules, expected=data.revision, known=await known_to_rules(tx), now=now)
        return await _draft(tx, principal)

    return await once(request, principal, runner, idempotency_key, command, now=now)


@post(
    "/trial",
    summary="Try the draft on past payments",
    opt={"needs": Permission.SETTINGS_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def draft_tried(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    data: RoutingTrialAsked,
    idempotency_key: IdempotencyKey,
) -> RoutingDraftTold:
    """No payment is touched and no gateway asked; the newest twenty thousand at most are played again."""
    tried = partial(try_draft, expected=data.revision, days=data.days, now=now)
    told = told_after(tried, partial(_draft, principal=principal))
    return await once(request, principal, runner, idempotency_key, told, now=now)


@post(
    "/activate",
    summary="Follow the draft of the rules of routing",
    opt={"needs": Permission.SETTINGS_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def draft_activated(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    data: RoutingActivatedAsked,
    idempotency_key: IdempotencyKey,
) -> RoutingTold:
    """As a version of its own; refused while it was not tried against what is followed now."""

    async def command(tx: Tx) -> RoutingTold:
        known = await known_to_rules(tx)
        await put_live(tx, expected=data.revision, note=data.note, known=known, now=now)
        return await _whole(tx, principal)

    return await once(request, principal, runner, idempotency_key, command, now=now)


async def _whole(tx: Tx, principal: Principal) -> RoutingTold:
    live = await active_rules(tx)
    return RoutingTold(
        version=live.version if live else 0,
        followed=_rules(live.rules if live else ()),
        draft=await _draft(tx, principal),
    )


async def _draft(tx: Tx, principal: Principal) -> RoutingDraftTold:
    found = await draft(tx)
    tried = await trial_of(tx, found.revision)
    seen: set[UUID] = set()
    if tried is not None:
        examples = [UUID(one.subject_id) for one in tried.trial.examples]
        seen = set(await visible(tx, examples, scope_of(principal)))
    return RoutingDraftTold(
        revision=found.revision,
        rules=_rules(found.rules),
        trial=_trial(tried, seen) if tried else None,
    )


def _rules(rules: tuple[Rule, ...]) -> list[RoutingRuleTold]:
    hidden = unreachable(rules)
    return [
        RoutingRuleTold(
            **{**asdict(rule), "when": RoutedWhenTold(**asdict(rule.when))},
            behind=hidden[place] + 1 if place in hidden else None,
        )
        for place, rule in enumerate(rules)
    ]


def _version(found: RulesVersion) -> RoutingVersionTold:
    return RoutingVersionTold(
        version=found.version,
        note=found.note,
        made_by=found.made_by,
        made_at=found.made_at,
        active=found.active,
        rules=_rules(found.rules),
    )


def _plain(rule: RoutingRuleAsked) -> dict[str, Any]:
    """What was asked for, as the domain reads rules."""
    told = rule.model_dump(mode="json")
    when = told["when"] or {}
    told["when"] = {name: value for name, value in when.items() if value not in (None, [])}
    return {name: value for name, value in told.items() if value != [] and value is not False}


def _trial(tried: KeptTrial, seen: set[UUID]) -> RoutingTrialTold:
    trial = tried.trial
    return RoutingTrialTold(
        days=tried.days,
        against=tried.against or 0,
        since=trial.since,
        until=trial.until,
        payments=trial.payments,
        moved=trial.moved,
        fee_then=trial.fee_minor,
        fee_now=trial.fee_minor_now,
        paid_then=trial.paid,
        paid_now=trial.paid_now,
        by_rule=dict(trial.by_rule),
        moves=[
            RoutingMoveTold(
                method=move.method,
                from_gateway=move.from_gateway,
                to_gateway=move.to_gateway,
                payments=move.payments,
                fee=move.fee_minor,
                paid=move.paid,
            )
            for move in trial.moves
        ],
        moves_left_out=trial.moves_left_out,
        examples=[
            RoutingExampleTold(
                order_id=to_text("ord", UUID(one.subject_id)),
                method=one.method,
                amount=one.amount_minor,
                from_gateway=one.from_gateway,
                to_gateway=one.to_gateway,
                fee=one.fee_minor,
                rule=one.rule,
            )
            for one in trial.examples
            if UUID(one.subject_id) in seen
        ],
        more=trial.more,
    )


handlers = [
    Router(
        "/api/v1/routing-rules",
        route_handlers=[rules_read, version_read, draft_changed, draft_tried, draft_activated],
        tags=["payments"],
    )
]
