"""Past orders under other rules: how many would have come from elsewhere, in how many parcels, and what it costs.

An order is played again from what was known when its places were chosen, so a difference is the rules' alone.
Only places that were kept with the choice are chosen from: those that mattered then and some more.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from orderan.sourcing.models import SourcingRules

EXAMPLES: Final = 12


@dataclass(frozen=True, slots=True)
class Changed:
    """A field of the rules that differs.

    Attributes:
        field: Of `SourcingRules`; `places` with the location it is of.
    """

    field: str
    location_id: UUID | None = None

    @property
    def name(self) -> str:
        return self.field if self.location_id is None else f"{self.field}.{self.location_id}"


def differences(before: SourcingRules, after: SourcingRules) -> tuple[Changed, ...]:
    """Fields and places that are not as they were."""
    plain = [
        Changed(name)
        for name in ("way_minor", "split_minor", "whole_below_minor", "owners_first")
        if getattr(before, name) != getattr(after, name)
    ]
    named = sorted(before.places.keys() | after.places.keys())
    return (*plain, *(Changed("places", one) for one in named if before.place(one) != after.place(one)))


@dataclass(frozen=True, slots=True)
class Share:
    """How many orders a location served, and would serve."""

    location_id: str
    then: int
    now: int


@dataclass(frozen=True, slots=True)
class Example:
    """An order that would have come from elsewhere; locations by id."""

    subject_id: str
    at: str
    then: tuple[str, ...]
    now: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """What rules would have done to past orders.

    Attributes:
        parcels: A parcel for each place of an order; as it was, and parcels_now as it would be.
        cost_minor: By the draft's own prices, of the places of then; cost_minor_now: of those of now.
        places: The busiest first.
        more: Whether there were more orders than the most that are played.
    """

    orders: int
    moved: int
    parcels: int
    parcels_now: int
    cost_minor: int
    cost_minor_now: int
    places: tuple[Share, ...]
    examples: tuple[Example, ...]
    since: datetime
    until: datetime
    most: int
    more: bool = False


@dataclass
class Playing:
    """Orders played one after another."""

    orders: int = 0
    moved: int = 0
    parcels: int = 0
    parcels_now: int = 0
    cost_minor: int = 0
    cost_minor_now: int = 0
    then: Counter[str] = field(default_factory=Counter)
    now: Counter[str] = field(default_factory=Counter)
    examples: list[Example] = field(default_factory=list)

    def play(
        self,
        subject_id: UUID,
        at: datetime,
        *,
        then: Collection[str],
        now: Collection[str],
        cost_minor: int,
        cost_minor_now: int,
    ) -> None:
        """Count an order that came from some places and would come from others; the prices are the draft's."""
        self.orders += 1
        self.parcels += len(then)
        self.parcels_now += len(now)
        self.cost_minor += cost_minor
        self.cost_minor_now += cost_minor_now
        self.then.update(then)
        self.now.update(now)
        if set(then) == set(now):
            return
        self.moved += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append(
                Example(str(subject_id), at.isoformat(), tuple(sorted(then)), tuple(sorted(now)))
            )

    def result(self, *, since: datetime, until: datetime, most: int, more: bool) -> Trial:
        """All that was played."""
        named = sorted(
            self.then.keys() | self.now.keys(), key=lambda one: (-max(self.then[one], self.now[one]), one)
        )
        return Trial(
            orders=self.orders,
            moved=self.moved,
            parcels=self.parcels,
            parcels_now=self.parcels_now,
            cost_minor=self.cost_minor,
            cost_minor_now=self.cost_minor_now,
            places=tuple(Share(one, self.then[one], self.now[one]) for one in named),
            examples=tuple(self.examples),
            since=since,
            until=until,
            most=most,
            more=more,
        )


def plain_trial(trial: Trial) -> dict[str, Any]:
    """A trial as plain JSON."""
    return asdict(trial) | {"since": trial.since.isoformat(), "until": trial.until.isoformat()}


def read_trial(plain: Mapping[str, Any]) -> Trial:
    """A trial from plain JSON, as it was kept."""
    examples = [{**one, "then": tuple(one["then"]), "now": tuple(one["now"])} for one in plain["examples"]]
    return Trial(
        **{
            **plain,
            "places": tuple(Share(**one) for one in plain["places"]),
            "examples": tuple(Example(**one) for one in examples),
            "since": datetime.fromisoformat(plain["since"]),
            "until": datetime.fromisoformat(plain["until"]),
        }
    )
