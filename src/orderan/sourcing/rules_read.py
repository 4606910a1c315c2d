"""Rules of sourcing as plain JSON, and back; what cannot be followed is refused with every fault at once."""

from collections.abc import Collection, Iterator, Mapping
from enum import StrEnum, auto
from typing import Any, Final
from uuid import UUID

from orderan.sourcing.errors import SourcingRulesNotUsable
from orderan.sourcing.models import LEVELS, ORDINARY, PlaceRule, SourcingRules

MOST_MINOR: Final = 10**9
"""Of one amount: a place that is full costs a thousand times as much."""
MOST_A_DAY: Final = 10**6
MOST_PLACES: Final = 1_000
FIELDS: Final = frozenset({"way_minor", "split_minor", "whole_below_minor", "owners_first", "places"})


class Fault(StrEnum):
    """What is wrong at a place of the rules."""

    NOT_AN_OBJECT = auto()
    NOT_KNOWN = auto()
    NOT_AN_AMOUNT = auto()
    NOT_FIVE = auto()
    NEARER_COSTS_MORE = auto()
    NOT_YES_OR_NO = auto()
    NOT_A_NUMBER_OF_ORDERS = auto()
    LOCATION_NOT_THERE = auto()
    TOO_MANY = auto()


Found = Iterator[tuple[str, Fault]]


def read_rules(plain: Any, *, locations: Collection[UUID] | None = None) -> SourcingRules:
    """Rules from plain JSON.

    Args:
        locations: Those there are; rules that name another are refused. None: any will do.

    Raises:
        SourcingRulesNotUsable: They cannot be followed.
    """
    if faults := tuple(f"{place}: {fault}" for place, fault in _faults(plain, locations)):
        raise SourcingRulesNotUsable(faults)
    first = SourcingRules()
    return SourcingRules(
        way_minor=tuple(plain.get("way_minor", first.way_minor)),
        split_minor=plain.get("split_minor", first.split_minor),
        whole_below_minor=plain.get("whole_below_minor", 0),
        owners_first=plain.get("owners_first", False),
        places=_places(plain.get("places", {})),
    )


def plain_rules(rules: SourcingRules) -> dict[str, Any]:
    """Rules as plain JSON."""
    return {
        "way_minor": list(rules.way_minor),
        "split_minor": rules.split_minor,
        "whole_below_minor": rules.whole_below_minor,
        "owners_first": rules.owners_first,
        "places": {
            str(location): {"order_minor": place.order_minor, "orders_a_day": place.orders_a_day}
            for location, place in sorted(rules.places.items())
        },
    }


def _places(plain: Mapping[str, Mapping[str, Any]]) -> dict[UUID, PlaceRule]:
    read = {
        UUID(location): PlaceRule(one.get("order_minor", 0), one.get("orders_a_day"))
        for location, one in plain.items()
    }
    # A place nothing is special about is not named, so that equal rules are the same rules.
    return {location: place for location, place in read.items() if place != ORDINARY}


def _faults(plain: Any, locations: Collection[UUID] | None) -> Found:
    if not isinstance(plain, dict):
        yield "rules", Fault.NOT_AN_OBJECT
        return
    for name in sorted(plain.keys() - FIELDS):
        yield name, Fault.NOT_KNOWN
    yield from _of_ways(plain.get("way_minor", list(SourcingRules().way_minor)))
    for name in ("split_minor", "whole_below_minor"):
        if not _is_amount(plain.get(name, 0)):
            yield name, Fault.NOT_AN_AMOUNT
    if not isinstance(plain.get("owners_first", False), bool):
        yield "owners_first", Fault.NOT_YES_OR_NO
    yield from _of_places(plain.get("places", {}), locations)


def _of_ways(ways: Any) -> Found:
    if not isinstance(ways, list) or len(ways) != LEVELS:
        yield "way_minor", Fault.NOT_FIVE
        return
    wrong = [at for at, minor in enumerate(ways) if not _is_amount(minor)]
    for at in wrong:
        yield f"way_minor.{at}", Fault.NOT_AN_AMOUNT
    if wrong:
        return
    for at in range(1, LEVELS):
        if ways[at] > ways[at - 1]:
            yield f"way_minor.{at}", Fault.NEARER_COSTS_MORE


def _of_places(places: Any, locations: Collection[UUID] | None) -> Found:
    if not isinstance(places, dict):
        yield "places", Fault.NOT_AN_OBJECT
        return
    if len(places) > MOST_PLACES:
        yield "places", Fault.TOO_MANY
        return
    for name, one in places.items():
        at = f"places.{name}"
        if not _is_there(name, locations):
            yield at, Fault.LOCATION_NOT_THERE
        if not isinstance(one, dict):
            yield at, Fault.NOT_AN_OBJECT
            continue
        if not _is_amount(one.get("order_minor", 0)):
            yield f"{at}.order_minor", Fault.NOT_AN_AMOUNT
        a_day = one.get("orders_a_day")
        if a_day is not None and not (_is_whole(a_day) and 1 <= a_day <= MOST_A_DAY):
            yield f"{at}.orders_a_day", Fault.NOT_A_NUMBER_OF_ORDERS
        for unknown in sorted(one.keys() - {"order_minor", "orders_a_day"}):
            yield f"{at}.{unknown}", Fault.NOT_KNOWN


def _is_there(name: str, locations: Collection[UUID] | None) -> bool:
    try:
        location = UUID(name)
    except ValueError:
        return False
    return locations is None or location in locations


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_amount(value: Any) -> bool:
    return _is_whole(value) and 0 <= value <= MOST_MINOR
