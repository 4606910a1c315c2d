"""Whom to ask, by which way, and when. Pure."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from orderan.verification.models import (
    Buyer,
    Case,
    DayPolicy,
    Decided,
    DeliveryDay,
    Policy,
    Silence,
    Step,
    Verdict,
    Way,
    When,
)

HOURS_OF_DAY = 24
MOST_TRIES = 10
MOST_MINUTES = 7 * HOURS_OF_DAY * 60
AREA = re.compile(r"\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?", re.ASCII)
"""An official area code, from a province down to a village."""


ROUND_TO: Final = 1_000
"""A deposit is of whole thousands of rupiah, as people pay them."""


@dataclass(frozen=True, slots=True)
class Next:
    """What is due of a case: a try of a step at a moment, or, with no step, what silence has for its consequence."""

    step: int | None
    tries: int
    at: datetime


def decide(policy: Policy, buyer: Buyer) -> Decided:
    """Whether this buyer is asked: the first rule that holds, else they are; nobody is where the shop asks nobody."""
    if not policy.asks:
        return Decided(Verdict.WAIVE, None)
    for rule in policy.rules:
        if holds(rule.when, buyer):
            return Decided(rule.verdict, rule.name)
    return Decided(Verdict.ASK, None)


def holds(when: When, buyer: Buyer) -> bool:
    """Whether every condition there is holds; what is not known does not hold."""
    score = when.score_at_least
    return (
        (when.at_least_minor is None or buyer.total_minor >= when.at_least_minor)
        and (when.at_most_minor is None or buyer.total_minor <= when.at_most_minor)
        and (not when.areas or (buyer.area or "").startswith(when.areas))
        and (when.first_order is None or (buyer.orders_before == 0) == when.first_order)
        and (when.delivered_at_least is None or buyer.delivered >= when.delivered_at_least)
        and (when.refused_at_most is None or buyer.refused <= when.refused_at_most)
        and (score is None or (buyer.score is not None and buyer.score >= score))
    )


def first(policy: Policy, *, now: datetime, zone: str) -> Next:
    """The first try of a new case."""
    if not policy.steps:
        return Next(None, 0, now)
    return Next(0, 0, may_ask_at(policy, policy.steps[0], now, zone))


def after_miss(policy: Policy, case: Case, *, now: datetime, zone: str) -> Next:
    """What comes after a try that reached nobody: the same way again, the next way, or the end.

    Silence that costs the buyer their order waits for the deadline, so that a late word counts until then; an order
    that is only held, or of which a deposit is asked, can be answered for afterwards as well, and a person sees it the
    sooner.

    Args:
        case: With the missed try counted.
    """
    return _following(policy, case, now=now, zone=zone) or _at_the_end(policy, case, now)


def after_missed_day(policy: DayPolicy, day: DeliveryDay, *, now: datetime, zone: str) -> Next:
    """The same of a parcel's day, of which nobody waits for the end: the courier leaves before.

    Args:
        day: With the missed try counted.
    """
    return _following(policy, day, now=now, zone=zone) or Next(None, day.tries, now)


def _following(
    policy: Policy | DayPolicy, case: Case | DeliveryDay, *, now: datetime, zone: str
) -> Next | None:
    """The next try that can be made in time; None where there is none."""
    steps = steps_of(policy)
    past = len(steps) if wants_deposit(policy, case) else len(policy.steps)
    step = steps[case.step]
    if case.tries < step.tries:
        at = may_ask_at(policy, step, now + timedelta(minutes=step.spacing_minutes), zone)
        found = Next(case.step, case.tries, at)
    elif case.step + 1 < past:
        found = Next(case.step + 1, 0, may_ask_at(policy, steps[case.step + 1], now, zone))
    else:
        return None
    return found if found.at < case.deadline else None


def hours_of(policy: DayPolicy, day: date, zone: str) -> tuple[datetime, datetime]:
    """From when to when buyers of a zone may be asked about a day of theirs."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    return midnight + timedelta(hours=policy.from_hour), midnight + timedelta(hours=policy.to_hour)


def next_day(policy: DayPolicy, now: datetime, zone: str) -> date:
    """The day about which a buyer can be asked from now on: theirs, or the next once its hours are over."""
    today = now.astimezone(ZoneInfo(zone)).date()
    return today if now < hours_of(policy, today, zone)[1] else today + timedelta(days=1)


def _at_the_end(policy: Policy, case: Case, now: datetime) -> Next:
    costs = policy.silence is Silence.CANCEL or wants_deposit(policy, case)
    return Next(None, case.tries, max(now, case.deadline) if costs else now)


def steps_of(policy: Policy | DayPolicy) -> tuple[Step, ...]:
    """Every way a case may go: those that ask for the buyer's word, then those that ask for a deposit.

    Of silence the policy says whether one is asked for; of an order that is not trusted, the rules of trust do.
    """
    if isinstance(policy, DayPolicy):
        return policy.steps
    minutes = policy.deposit_hours * 60
    return (*policy.steps, *(Step(way, answer_minutes=minutes) for way in (Way.WHATSAPP, Way.SMS)))


def wants_deposit(policy: Policy | DayPolicy, case: Case | DeliveryDay) -> bool:
    """Whether a case is past asking for a word, and asks for a deposit; a parcel's day never is."""
    return case.step >= len(policy.steps)


def deposit_of(policy: Policy, total_minor: int) -> int:
    """How much is asked for of an order: its share, rounded up to thousands, and always less than all of it."""
    share = -(-total_minor * policy.deposit_percent // (100 * ROUND_TO)) * ROUND_TO
    return min(share, total_minor - 1)


def deposit_until(policy: Policy, told: datetime) -> datetime:
    """Until when a deposit may be paid by whoever is told of it at this moment."""
    return told + timedelta(hours=policy.deposit_hours)


def not_before(policy: Policy | DayPolicy, case: Case | DeliveryDay, *, now: datetime, zone: str) -> datetime:
    """When the try that is due of a case may be made: now, at the buyer's next hour, or at the deadline no more."""
    return min(may_ask_at(policy, steps_of(policy)[case.step], now, zone), case.deadline)


def may_ask_at(policy: Policy | DayPolicy, step: Step, at: datetime, zone: str) -> datetime:
    """The first moment from `at` on at which this way may disturb somebody who lives in a zone.

    An agent's list is worked on in the shop's hours whatever the buyer's, so a case may wait there at night;
    the script tells the agent the buyer's hour.
    """
    return at if step.way is Way.AGENT else may_ring_at(policy, at, zone)


def may_ring_at(policy: Policy | DayPolicy, at: datetime, zone: str) -> datetime:
    """The first moment from `at` on at which a telephone of somebody who lives in a zone may ring, whoever calls."""
    if policy.from_hour == policy.to_hour:
        return at
    local = at.astimezone(ZoneInfo(zone))
    if within(policy, local.hour):
        return at
    opens = local.replace(hour=policy.from_hour, minute=0, second=0, microsecond=0)
    if opens <= local:
        opens += timedelta(days=1)
    return opens.astimezone(at.tzinfo)


def within(policy: Policy | DayPolicy, hour: int) -> bool:
    """Whether an hour of a buyer's day is one in which they may be asked; the window may cross midnight."""
    if policy.from_hour < policy.to_hour:
        return policy.from_hour <= hour < policy.to_hour
    return hour >= policy.from_hour or hour < policy.to_hour


MOST_OF_A_CALL: Final = 1_000_000
"""Rupiah; whoever types more means something else."""


def faults(policy: Policy) -> tuple[str, ...]:
    """Every part of a policy that cannot be followed, each as `place: fault`."""
    found = _faults_of_hours(policy)
    if not 1 <= policy.deadline_hours <= 14 * HOURS_OF_DAY:
        found.append("deadline_hours: out_of_range")
    if not 1 <= policy.deposit_percent < 100:
        found.append("deposit_percent: out_of_range")
    if not 1 <= policy.deposit_hours <= 7 * HOURS_OF_DAY:
        found.append("deposit_hours: out_of_range")
    if not 0 <= policy.agent_minor <= MOST_OF_A_CALL:
        found.append("agent_minor: out_of_range")
    found += _faults_of_steps(policy)
    if policy.on_the_day is not None:
        found += [f"on_the_day.{fault}" for fault in _faults_of_day(policy.on_the_day)]
    return (*found, *_faults_of_rules(policy))


def _faults_of_hours(policy: Policy | DayPolicy) -> list[str]:
    hours = {
        "from_hour": 0 <= policy.from_hour < HOURS_OF_DAY,
        "to_hour": 0 <= policy.to_hour <= HOURS_OF_DAY,
    }
    return [f"{name}: not_an_hour" for name, fits in hours.items() if not fits]


def _faults_of_steps(policy: Policy | DayPolicy) -> list[str]:
    found = [] if policy.steps else ["steps: none"]
    for place, step in enumerate(policy.steps, 1):
        ranges = {
            "tries": 1 <= step.tries <= MOST_TRIES,
            "answer_minutes": 1 <= step.answer_minutes <= MOST_MINUTES,
            "spacing_minutes": 0 <= step.spacing_minutes <= MOST_MINUTES,
        }
        found += [f"steps.{place}.{name}: out_of_range" for name, fits in ranges.items() if not fits]
    return found


def _faults_of_day(policy: DayPolicy) -> list[str]:
    """Those of any asking, and hours that do not end on the day they begin."""
    found = _faults_of_hours(policy)
    if not found and policy.from_hour >= policy.to_hour:
        found = ["to_hour: not_an_hour"]
    return found + _faults_of_steps(policy)


def _faults_of_rules(policy: Policy) -> list[str]:
    found = []
    names = [rule.name for rule in policy.rules]
    for place, rule in enumerate(policy.rules, 1):
        if not rule.name.strip():
            found.append(f"rules.{place}.name: missing")
        elif names.count(rule.name) > 1:
            found.append(f"rules.{place}.name: twice")
        low, high = rule.when.at_least_minor, rule.when.at_most_minor
        if low is not None and high is not None and low > high:
            found.append(f"rules.{place}.when: nothing_fits")
        if not all(AREA.fullmatch(area) for area in rule.when.areas):
            found.append(f"rules.{place}.areas: not_an_area")
    return found
