"""How buyers of COD orders are asked, as a policy with versions, over the API."""

from datetime import datetime
from typing import Annotated, Final

from litestar import Router, get, put
from litestar.di import NamedDependency
from pydantic import Field

from orderan.access import Permission
from orderan.kit.db import Caller, Database
from orderan.verification import (
    DayPolicy,
    Policy,
    Rule,
    Silence,
    Step,
    Verdict,
    Way,
    When,
    keep_policy,
    plain,
    policy_now,
)
from orderan.web.api.answering import READ
from orderan.web.api.shapes import REFUSED, Asked, Told

Amount = Annotated[int | None, Field(ge=0, le=10**15)]
Count = Annotated[int | None, Field(ge=0, le=1_000_000)]
Minutes = Annotated[int, Field(ge=0, le=100_000)]
Hour = Annotated[int, Field(ge=0, le=24)]
Area = Annotated[str, Field(min_length=2, max_length=13)]
OWN: Final = Policy()
"""What is followed where nobody wrote anything."""


class WhenShape(Asked):
    """Conditions that all have to hold; what is null always holds. Areas are beginnings of official codes."""

    at_least_minor: Amount = None
    at_most_minor: Amount = None
    areas: Annotated[list[Area], Field(default_factory=list, max_length=100)]
    first_order: bool | None = None
    delivered_at_least: Count = None
    refused_at_most: Count = None
    score_at_least: Count = None


class RuleShape(Asked):
    """The first rule whose conditions hold decides."""

    name: Annotated[str, Field(max_length=80)]
    when: WhenShape
    verdict: Verdict


class StepShape(Asked):
    """A way to ask, and how patiently."""

    way: Way
    tries: Minutes
    answer_minutes: Minutes
    spacing_minutes: Minutes
    by_number: Annotated[bool, Field(description="Of a call: the order's number is keyed in to say yes")] = (
        False
    )
    record: Annotated[
        bool, Field(description="Of a call: the provider records it, and the buyer is told so")
    ] = False


class DayShape(Asked):
    """How buyers are asked, on the day a parcel comes, whether somebody is home; hours of their own day."""

    everyone: Annotated[
        bool, Field(description="Those who paid before too; else only those who pay at the door")
    ] = False
    steps: Annotated[list[StepShape], Field(max_length=20)]
    from_hour: Hour
    to_hour: Hour


class AskingPolicyAsked(Asked):
    """The whole policy; `version` is the one it was made from, 0 for none."""

    version: Annotated[int, Field(ge=0, le=2**31 - 1)]
    rules: Annotated[list[RuleShape], Field(max_length=100)]
    steps: Annotated[list[StepShape], Field(max_length=20)]
    from_hour: Hour
    to_hour: Hour
    deadline_hours: Annotated[int, Field(ge=0, le=10_000)]
    silence: Silence
    deposit_percent: Annotated[
        int, Field(ge=0, le=100, description="Of the total, where silence is a deposit")
    ] = OWN.deposit_percent
    deposit_hours: Annotated[int, Field(ge=0, le=10_000, description="How long it may be paid")] = (
        OWN.deposit_hours
    )
    agent_minor: Annotated[
        int, Field(ge=0, description="What a call by the shop's own people costs, rupiah; 0 is not counted")
    ] = OWN.agent_minor
    asks: Annotated[
        bool, Field(description="False asks nobody before shipping: COD orders are picked at once")
    ] = True
    on_the_day: Annotated[DayShape | None, Field(description="Null where nobody is asked on the day")] = None


class PolicyTold(Told):
    """What holds for orders to come; version 0 where nobody wrote one: the shop's own people ask everybody."""

    version: int
    rules: list[RuleShape]
    steps: list[StepShape]
    from_hour: int
    to_hour: int
    deadline_hours: int
    silence: Silence
    deposit_percent: int
    deposit_hours: int
    agent_minor: int
    asks: bool
    on_the_day: DayShape | None


@get(
    "/verification-policy",
    summary="How COD buyers are asked",
    opt={"needs": Permission.SETTINGS_READ},
    responses=READ,
)
async def policy_read(db: NamedDependency[Database], caller: NamedDependency[Caller]) -> PolicyTold:
    """The version for orders to come."""
    found = await db.run(caller, policy_now)
    return _policy_told(found.version if found else 0, found.policy if found else OWN)


@put(
    "/verification-policy",
    summary="Set how COD buyers are asked",
    opt={"needs": Permission.SETTINGS_WRITE},
    responses=REFUSED,
)
async def policy_put(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    now: NamedDependency[datetime],
    data: AskingPolicyAsked,
) -> PolicyTold:
    """Writes the next version; orders that are being asked about keep theirs. The same again changes nothing."""
    policy = Policy(
        rules=tuple(Rule(one.name, _when(one.when), one.verdict) for one in data.rules),
        steps=tuple(Step(**one.model_dump()) for one in data.steps),
        from_hour=data.from_hour,
        to_hour=data.to_hour,
        deadline_hours=data.deadline_hours,
        silence=data.silence,
        asks=data.asks,
        deposit_percent=data.deposit_percent,
        deposit_hours=data.deposit_hours,
        agent_minor=data.agent_minor,
        on_the_day=_on_the_day(data.on_the_day),
    )
    version = await db.run(caller, lambda tx: keep_policy(tx, policy, expected=data.version, now=now))
    return _policy_told(version, policy)


def _on_the_day(asked: DayShape | None) -> DayPolicy | None:
    if asked is None:
        return None
    steps = tuple(Step(**one.model_dump()) for one in asked.steps)
    return DayPolicy(asked.everyone, steps, asked.from_hour, asked.to_hour)


def _policy_told(version: int, policy: Policy) -> PolicyTold:
    return PolicyTold.model_validate({"version": version} | plain(policy))


def _when(asked: WhenShape) -> When:
    return When(**asked.model_dump() | {"areas": tuple(asked.areas)})


handlers = [Router("/api/v1", route_handlers=[policy_read, policy_put], tags=["verification"])]
