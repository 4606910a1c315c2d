"""What differs between two sets of rules, for whoever is about to follow the other one. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from enum import StrEnum, auto

from orderan.trust.models import Bands, Outcome, Policy, Rule, Way


class Change(StrEnum):
    """What was done to a rule, to a band, or to the rules as a whole."""

    ADDED = auto()
    REMOVED = auto()
    ON = auto()
    OFF = auto()
    POINTS = auto()
    HEIGHT = auto()
    OTHERWISE = auto()
    BAND = auto()
    ACTS = auto()
    WATCHES = auto()


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is otherwise.

    Attributes:
        name: Of the rule; of a band the outcome.
        before, after: Points or heights; None where there is none, such as of a band that never begins.
    """

    change: Change
    name: str = ""
    way: Way | None = None
    before: int | None = None
    after: int | None = None


def differences(before: Policy, after: Policy) -> tuple[Difference, ...]:
    """What a shop that follows `before` changes by following `after`."""
    return tuple(_found(before, after))


def _found(before: Policy, after: Policy) -> Iterator[Difference]:
    if before.acts != after.acts:
        yield Difference(Change.ACTS if after.acts else Change.WATCHES)
    was, becomes = ({rule.name: rule for rule in policy.rules} for policy in (before, after))
    yield from (Difference(Change.REMOVED, name) for name in was if name not in becomes)
    for name, rule in becomes.items():
        if name not in was:
            yield Difference(Change.ADDED, name, after=rule.points)
        else:
            yield from _of_rule(was[name], rule)
    for way in Way:
        yield from _of_bands(before.bands(way), after.bands(way), way)


def _of_rule(was: Rule, becomes: Rule) -> Iterator[Difference]:
    if was.off != becomes.off:
        yield Difference(Change.OFF if becomes.off else Change.ON, was.name)
    if was.points != becomes.points:
        yield Difference(Change.POINTS, was.name, before=was.points, after=becomes.points)
    if was.at_least != becomes.at_least:
        yield Difference(Change.HEIGHT, was.name, before=was.at_least, after=becomes.at_least)
    if replace(was, off=becomes.off, points=becomes.points, at_least=becomes.at_least) != becomes:
        yield Difference(Change.OTHERWISE, was.name)


def _of_bands(was: Bands, becomes: Bands, way: Way) -> Iterator[Difference]:
    for field in fields(Bands):
        before, after = getattr(was, field.name), getattr(becomes, field.name)
        if before != after:
            yield Difference(Change.BAND, str(Outcome(field.name)), way, before, after)
