"""Editing the operator's rules: what became different between two states, and which rules nobody reaches."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum, auto

from orderan.routing.models import Rule, When

_HOURS = range(24)


class Change(StrEnum):
    """What happened to a rule."""

    ADDED = auto()
    REMOVED = auto()
    CHANGED = auto()
    RENAMED = auto()
    MOVED = auto()


@dataclass(frozen=True, slots=True)
class Changed:
    """A rule that is not as it was.

    Attributes:
        name: As it is now, or as it was when it is gone.
        before: The name it had, of one that was renamed.
    """

    change: Change
    name: str
    before: str | None = None


def differences(before: Sequence[Rule], after: Sequence[Rule]) -> tuple[Changed, ...]:
    """What became different, in the order of the rules as they are now; those that are gone come last."""
    was, now = {rule.name: rule for rule in before}, {rule.name: rule for rule in after}
    stayed = [rule.name for rule in before if rule.name in now]
    # Only what left its neighbours has moved: a rule added above others moves none of them.
    stands = _longest([stayed.index(rule.name) for rule in after if rule.name in was])
    moved = {name for place, name in enumerate(stayed) if place not in stands}
    gone = [rule for rule in before if rule.name not in now]
    found: list[Changed] = []
    for rule in after:
        if rule.name in was:
            if rule != was[rule.name]:
                found.append(Changed(Change.CHANGED, rule.name))
            if rule.name in moved:
                found.append(Changed(Change.MOVED, rule.name))
            continue
        same = next((one for one in gone if replace(one, name=rule.name) == rule), None)
        if same is None:
            found.append(Changed(Change.ADDED, rule.name))
        else:
            gone.remove(same)
            found.append(Changed(Change.RENAMED, rule.name, same.name))
    return (*found, *(Changed(Change.REMOVED, rule.name) for rule in gone))


def unreachable(rules: Sequence[Rule]) -> dict[int, int]:
    """Rules that never decide, as an earlier one takes all of theirs: place -> place of that one, from 0."""
    found = {}
    for place, rule in enumerate(rules):
        earlier = next((one for one in range(place) if _covers(rules[one].when, rule.when)), None)
        if earlier is not None:
            found[place] = earlier
    return found


def _covers(wide: When, narrow: When) -> bool:
    """Whether whatever the narrow one applies to, the wide one applies to as well."""
    return (
        _names_cover(wide.methods, narrow.methods)
        and _names_cover(wide.banks, narrow.banks)
        and (wide.at_least_minor or 0) <= (narrow.at_least_minor or 0)
        and _at_most(wide.at_most_minor, narrow.at_most_minor)
        and (
            wide.fee_above_minor is None
            or (narrow.fee_above_minor is not None and wide.fee_above_minor <= narrow.fee_above_minor)
        )
        and _hours(narrow) <= _hours(wide)
        and set(narrow.weekdays or range(1, 8)) <= set(wide.weekdays or range(1, 8))
    )


def _names_cover(wide: Sequence[str], narrow: Sequence[str]) -> bool:
    return not wide or (bool(narrow) and set(narrow) <= set(wide))


def _at_most(wide: int | None, narrow: int | None) -> bool:
    return wide is None or (narrow is not None and narrow <= wide)


def _hours(when: When) -> set[int]:
    if when.from_hour is None or when.to_hour is None:
        return set(_HOURS)
    if when.from_hour < when.to_hour:
        return set(range(when.from_hour, when.to_hour))
    return {hour for hour in _HOURS if hour >= when.from_hour or hour < when.to_hour}


def _longest(numbers: Sequence[int]) -> set[int]:
    """The numbers of the longest rising run within these: what kept its order."""
    best: list[tuple[int, ...]] = []
    for number in numbers:
        best.append((*_longer(run for run in best if run[-1] < number), number))
    return set(_longer(best))


def _longer(runs: Iterable[tuple[int, ...]]) -> tuple[int, ...]:
    found: tuple[int, ...] = ()
    for run in runs:
        if len(run) > len(found):
            found = run
    return found
