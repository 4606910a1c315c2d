"""Past orders under other rules: who would have been stopped, and how their orders really ended. Pure.

An order is scored again from what was known when it was placed, so the same rules give the same score and a
difference is the rules' alone. What a model said then is left out: it was judged beside other rules, and is
silent beside new ones until it was judged again. How orders ended is known only of those that were let through: an order
that was denied has no end, and counts among those of whom nobody knows.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from orderan.trust.models import Ended, Facts, Outcome, Policy
from orderan.trust.rules import decide, severity

EXAMPLES: Final = 12
BAD: Final = frozenset({Ended.REFUSED, Ended.DISOWNED, Ended.DISPUTED, Ended.FRAUD})
"""Ends that cost the shop: the parcel came back, or the money went."""


@dataclass(frozen=True, slots=True)
class PastOrder:
    """An order as it was when it was scored.

    Attributes:
        would: What the rules of then said of it.
        ended: How it ended so far; empty when nobody knows.
    """

    subject_id: UUID
    at: datetime
    facts: Facts
    would: Outcome
    ended: frozenset[Ended] = frozenset()
    is_order: bool = True


@dataclass(frozen=True, slots=True)
class Ends:
    """How orders of one outcome really ended.

    Attributes:
        orders, amount_minor: How many they are, and what they were worth.
        bad, bad_minor: Of those, the ones that were refused at the door, disputed or fraud.
        good: Delivered, and nothing of that kind.
    """

    orders: int = 0
    amount_minor: int = 0
    bad: int = 0
    bad_minor: int = 0
    good: int = 0


@dataclass(frozen=True, slots=True)
class Example:
    """One order of which other rules say something else."""

    subject_id: str
    at: str
    way: str
    amount_minor: int
    was: str
    now: str
    points: int
    reasons: tuple[str, ...]
    ended: tuple[str, ...]
    is_order: bool


@dataclass(frozen=True, slots=True)
class Trial:
    """What rules would have said of past orders.

    Attributes:
        then, now: By outcome, with the rules of then and with these.
        by_rule: How many orders each rule gives points to, by its name.
        moved: Orders of which these rules say something else.
        more: Whether there were more orders than are scored again.
    """

    orders: int
    moved: int
    then: Mapping[str, Ends]
    now: Mapping[str, Ends]
    by_rule: Mapping[str, int]
    examples: tuple[Example, ...]
    since: datetime
    until: datetime
    more: bool = False


@dataclass
class Playing:
    """Orders scored one after another, so that as many as there are fit into little memory."""

    policy: Policy
    orders: int = 0
    moved: int = 0
    then: dict[str, Ends] = field(default_factory=dict)
    now: dict[str, Ends] = field(default_factory=dict)
    by_rule: Counter[str] = field(default_factory=Counter)
    examples: list[Example] = field(default_factory=list)

    def play(self, past: Iterable[PastOrder]) -> None:
        """Score each of these again."""
        for one in past:
            self._play(one)

    def result(self, *, since: datetime, until: datetime, more: bool) -> Trial:
        """All that was played."""
        return Trial(
            orders=self.orders,
            moved=self.moved,
            then=_ordered(self.then),
            now=_ordered(self.now),
            by_rule={rule.name: self.by_rule[rule.name] for rule in self.policy.rules},
            examples=tuple(self.examples),
            since=since,
            until=until,
            more=more,
        )

    def _play(self, past: PastOrder) -> None:
        verdict = decide(replace(past.facts, opinion=None), self.policy)
        self.orders += 1
        self.by_rule.update({reason.rule for reason in verdict.because if reason.rule is not None})
        _count(self.then, past.would, past)
        _count(self.now, verdict.would, past)
        if verdict.would is past.would:
            return
        self.moved += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append(
                Example(
                    subject_id=str(past.subject_id),
                    at=past.at.isoformat(),
                    way=str(past.facts.way),
                    amount_minor=past.facts.amount_minor,
                    was=str(past.would),
                    now=str(verdict.would),
                    points=verdict.points,
                    reasons=tuple(reason.code for reason in verdict.because)[:3],
                    ended=tuple(sorted(past.ended)),
                    is_order=past.is_order,
                )
            )


def _count(counts: dict[str, Ends], outcome: Outcome, past: PastOrder) -> None:
    before = counts.get(outcome, Ends())
    bad = bool(past.ended & BAD)
    amount = past.facts.amount_minor
    counts[str(outcome)] = Ends(
        orders=before.orders + 1,
        amount_minor=before.amount_minor + amount,
        bad=before.bad + bad,
        bad_minor=before.bad_minor + (amount if bad else 0),
        good=before.good + (Ended.DELIVERED in past.ended and not bad),
    )


def _ordered(counts: Mapping[str, Ends]) -> dict[str, Ends]:
    return {str(name): counts[name] for name in sorted(counts, key=lambda name: severity(Outcome(name)))}


def plain_trial(trial: Trial) -> dict[str, Any]:
    """A trial as plain JSON."""
    return asdict(trial) | {"since": trial.since.isoformat(), "until": trial.until.isoformat()}


def read_trial(plain: Mapping[str, Any]) -> Trial:
    """A trial from plain JSON, as it was kept."""
    return Trial(
        **{
            **plain,
            "then": _read_ends(plain["then"]),
            "now": _read_ends(plain["now"]),
            "examples": tuple(_read_example(one) for one in plain["examples"]),
            "since": datetime.fromisoformat(plain["since"]),
            "until": datetime.fromisoformat(plain["until"]),
        }
    )


def stopped(ends: Mapping[str, Ends]) -> Ends:
    """Everything that is not simply accepted, together."""
    found = [ends[outcome] for outcome in tuple(Outcome)[1:] if outcome in ends]
    return Ends(
        orders=sum(one.orders for one in found),
        amount_minor=sum(one.amount_minor for one in found),
        bad=sum(one.bad for one in found),
        bad_minor=sum(one.bad_minor for one in found),
        good=sum(one.good for one in found),
    )


def _read_ends(plain: Mapping[str, Any]) -> dict[str, Ends]:
    # JSONB keeps the members in an order of its own.
    return _ordered({name: Ends(**one) for name, one in plain.items()})


def _read_example(plain: Mapping[str, Any]) -> Example:
    return Example(**{**plain, "reasons": tuple(plain["reasons"]), "ended": tuple(plain["ended"])})
