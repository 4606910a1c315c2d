"""Rules of sourcing over the API: what is followed, the draft, its trial on past orders, and putting it live."""

from datetime import datetime
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from pydantic import Field

from orderan.access import Permission, Principal
from orderan.flows.try_sourcing import MOST, known_locations, try_draft
from orderan.inventory import UnknownLocation
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import NotAnId, from_text, to_text
from orderan.kit.runner import Runner
from orderan.orders import visible
from orderan.sourcing import (
    LEVELS,
    MOST_A_DAY,
    MOST_MINOR,
    KeptTrial,
    NoSuchSourcingRules,
    RulesVersion,
    SourcingRules,
    change_draft,
    draft,
    followed,
    live,
    put_live,
    trial_of,
    versions,
)
from orderan.web.api.answering import READ, once, scope_of, told_after
from orderan.web.api.rulebooks import DraftActivated, DraftSeen, DraftTried
from orderan.web.api.shapes import REFUSED, Asked, IdempotencyKey, Told
from orderan.web.stock_scope import LOCATION

Minor = Annotated[int, Field(ge=0, le=MOST_MINOR)]


class SourcingPlaceAsked(Asked):
    """What is special about a location."""

    location_id: Annotated[str, Field(max_length=40)]
    order_minor: Minor = 0
    orders_a_day: Annotated[
        int | None, Field(ge=1, le=MOST_A_DAY, description="From then on it serves what nobody else can")
    ] = None


class SourcingRulesAsked(Asked):
    """Rupiah that nobody pays, to compare places by: the cheapest that have everything together serve an order."""

    way_minor: Annotated[
        list[Minor],
        Field(
            min_length=LEVELS,
            max_length=LEVELS,
            description="By nearness: another province, the same province, city, district, village",
        ),
    ]
    split_minor: Annotated[int, Field(ge=0, le=MOST_MINOR, description="Of each further parcel")]
    whole_below_minor: Annotated[
        int,
        Field(
            ge=0,
            le=MOST_MINOR,
            description="An order of less is split only where no place has it whole",
        ),
    ] = 0
    owners_first: Annotated[bool, Field(description="Goods of merchants go before our own")] = False
    places: Annotated[list[SourcingPlaceAsked], Field(default_factory=list, max_length=1_000)]


class SourcingDraftAsked(DraftSeen):
    """Other rules for the draft, all of them."""

    rules: SourcingRulesAsked


class SourcingTrialAsked(DraftTried):
    """The draft on the orders of the last days."""


class SourcingActivatedAsked(DraftActivated):
    """The draft is followed from now on."""


class SourcingPlaceTold(Told):
    """What is special about a location."""

    location_id: str
    order_minor: int
    orders_a_day: int | None


class SourcingRulesTold(Told):
    """The rules; amounts are rupiah nobody pays."""

    way_minor: list[int]
    split_minor: int
    whole_below_minor: int
    owners_first: bool
    places: list[SourcingPlaceTold]


class SourcingShareTold(Told):
    """Orders a location served, and would serve."""

    location_id: str
    then: int
    now: int


class SourcingExampleTold(Told):
    """An order that would have come from elsewhere, which the key may see."""

    order_id: str
    then: list[str]
    now: list[str]


class SourcingTrialTold(Told):
    """What the draft would have done to past orders, beside what was done."""

    days: int
    against: int = Field(description="The version that was followed; 0 is what a shop begins with")
    since: datetime
    until: datetime
    orders: int
    moved: int
    parcels_then: int
    parcels_now: int
    cost_then: int = Field(description="By the draft's own prices")
    cost_now: int
    places: list[SourcingShareTold]
    examples: list[SourcingExampleTold]
    more: bool = Field(description=f"Whether there were more orders than the {MOST:,} that are played")


class SourcingDraftTold(Told):
    """The rules as they are edited, and their trial once there is one."""

    revision: int
    rules: SourcingRulesTold
    trial: SourcingTrialTold | None


class SourcingVersionTold(Told):
    """A version of the rules."""

    version: int
    note: str
    made_by: str
    made_at: datetime
    active: bool
    rules: SourcingRulesTold


class SourcingTold(Told):
    """What is followed, and what is edited."""

    version: int = Field(description="0 is what a shop begins with")
    followed: SourcingRulesTold
    draft: SourcingDraftTold


@get("/", summary="The rules of sourcing", opt={"needs": Permission.SETTINGS_READ}, responses=READ)
async def sourcing_read(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
) -> SourcingTold:
    """With the draft and its trial."""
    return await db.run(caller, lambda tx: _whole(tx, principal))


@get(
    "/versions/{version:int}",
    summary="A version of the rules of sourcing",
    opt={"needs": Permission.SETTINGS_READ},
    responses=READ,
)
async def sourcing_version_read(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    version: FromPath[int],
) -> SourcingVersionTold:
    """Sent as a draft, its rules can be followed again, as a version of their own."""
    every = await db.run(caller, versions)
    found = next((one for one in every if one.version == version), None)
    if found is None:
        raise NoSuchSourcingRules(version)
    return _version(found)


@post(
    "/draft",
    summary="Edit the draft of the rules of sourcing",
    opt={"needs": Permission.SETTINGS_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def sourcing_draft_changed(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    data: SourcingDraftAsked,
    idempotency_key: IdempotencyKey,
) -> SourcingDraftTold:
    """Nothing is followed yet. Refused with every fault at once, or where somebody edited it meanwhile."""

    async def command(tx: Tx) -> SourcingDraftTold:
        there = await known_locations(tx)
        await change_draft(tx, _plain(data.rules), expected=data.revision, locations=there, now=now)
        return await _draft(tx, principal)

    return await once(request, principal, runner, idempotency_key, command, now=now)


@post(
    "/trial",
    summary="Try the draft on past orders",
    opt={"needs": Permission.SETTINGS_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def sourcing_draft_tried(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    data: SourcingTrialAsked,
    idempotency_key: IdempotencyKey,
) -> SourcingDraftTold:
    """No stock is looked at and no order touched; the newest twenty thousand at most are played again."""
    tried = partial(try_draft, expected=data.revision, days=data.days, now=now)
    told = told_after(tried, partial(_draft, principal=principal))
    return await once(request, principal, runner, idempotency_key, told, now=now)


@post(
    "/activate",
    summary="Follow the draft of the rules of sourcing",
    opt={"needs": Permission.SETTINGS_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def sourcing_draft_activated(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    data: SourcingActivatedAsked,
    idempotency_key: IdempotencyKey,
) -> SourcingTold:
    """As a version of its own; refused while it was not tried against what is followed now."""

    async def command(tx: Tx) -> SourcingTold:
        await put_live(tx, expected=data.revision, note=data.note, now=now)
        return await _whole(tx, principal)

    return await once(request, principal, runner, idempotency_key, command, now=now)


async def _whole(tx: Tx, principal: Principal) -> SourcingTold:
    following = await live(tx)
    return SourcingTold(
        version=following.version if following else 0,
        followed=_rules(await followed(tx)),
        draft=await _draft(tx, principal),
    )


async def _draft(tx: Tx, principal: Principal) -> SourcingDraftTold:
    found = await draft(tx)
    tried = await trial_of(tx, found.revision)
    seen: set[UUID] = set()
    if tried is not None:
        examples = [UUID(one.subject_id) for one in tried.trial.examples]
        seen = set(await visible(tx, examples, scope_of(principal)))
    return SourcingDraftTold(
        revision=found.revision,
        rules=_rules(found.rules),
        trial=_trial(tried, seen) if tried else None,
    )


def _rules(rules: SourcingRules) -> SourcingRulesTold:
    return SourcingRulesTold(
        way_minor=list(rules.way_minor),
        split_minor=rules.split_minor,
        whole_below_minor=rules.whole_below_minor,
        owners_first=rules.owners_first,
        places=[
            SourcingPlaceTold(
                location_id=to_text(LOCATION, location),
                order_minor=place.order_minor,
                orders_a_day=place.orders_a_day,
            )
            for location, place in sorted(rules.places.items())
        ],
    )


def _version(found: RulesVersion) -> SourcingVersionTold:
    return SourcingVersionTold(
        version=found.version,
        note=found.note,
        made_by=found.made_by,
        made_at=found.made_at,
        active=found.active,
        rules=_rules(found.rules),
    )


def _plain(rules: SourcingRulesAsked) -> dict[str, Any]:
    """What was asked for, as the domain reads rules.

    Raises:
        UnknownLocation: What stands there is no id of a location.
    """
    told = rules.model_dump(mode="json")
    return told | {
        "places": {
            str(_location(one["location_id"])): {
                "order_minor": one["order_minor"],
                "orders_a_day": one["orders_a_day"],
            }
            for one in told["places"]
        }
    }


def _location(text: str) -> UUID:
    try:
        return from_text(LOCATION, text)
    except NotAnId as unknown:
        raise UnknownLocation(text) from unknown


def _trial(tried: KeptTrial, seen: set[UUID]) -> SourcingTrialTold:
    trial = tried.trial

    def named(ids: tuple[str, ...]) -> list[str]:
        return [to_text(LOCATION, UUID(one)) for one in ids]

    return SourcingTrialTold(
        days=tried.days,
        against=tried.against or 0,
        since=trial.since,
        until=trial.until,
        orders=trial.orders,
        moved=trial.moved,
        parcels_then=trial.parcels,
        parcels_now=trial.parcels_now,
        cost_then=trial.cost_minor,
        cost_now=trial.cost_minor_now,
        places=[
            SourcingShareTold(
                location_id=to_text(LOCATION, UUID(one.location_id)), then=one.then, now=one.now
            )
            for one in trial.places
        ],
        examples=[
            SourcingExampleTold(
                order_id=to_text("ord", UUID(one.subject_id)), then=named(one.then), now=named(one.now)
            )
            for one in trial.examples
            if UUID(one.subject_id) in seen
        ],
        more=trial.more,
    )


handlers = [
    Router(
        "/api/v1/sourcing-rules",
        route_handlers=[
            sourcing_read,
            sourcing_version_read,
            sourcing_draft_changed,
            sourcing_draft_tried,
            sourcing_draft_activated,
        ],
        tags=["stock"],
    )
]
