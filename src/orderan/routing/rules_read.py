"""Routing rules as plain JSON, and back; what cannot be followed is refused with every fault at once."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from enum import StrEnum, auto
from typing import Any, Final

from orderan.routing.errors import RulesNotUsable
from orderan.routing.models import Choice, Rule, Weight, When

MOST_RULES: Final = 100
MOST_NAMES: Final = 100
LONGEST_NAME: Final = 80
MOST_PARTS: Final = 100
"""Of one weight; a draw has ten thousand values for the parts of a split to fall on."""
MOST_MINOR: Final = 10**15


class Fault(StrEnum):
    """What is wrong at a place of the rules."""

    NOT_A_LIST = auto()
    NOT_AN_OBJECT = auto()
    TOO_MANY = auto()
    NOT_KNOWN = auto()
    NAME_MISSING = auto()
    NAME_TWICE = auto()
    NOT_A_NAME = auto()
    NOT_AN_AMOUNT = auto()
    LEAST_ABOVE_MOST = auto()
    NOT_AN_HOUR = auto()
    HOURS_HALF_GIVEN = auto()
    HOURS_EMPTY = auto()
    NOT_A_WEEKDAY = auto()
    NOT_YES_OR_NO = auto()
    NOT_PARTS = auto()
    GATEWAY_TWICE = auto()
    GATEWAY_NOT_THERE = auto()
    METHOD_NOT_THERE = auto()
    BANK_NOT_THERE = auto()
    NO_EFFECT = auto()
    TWO_ORDERS = auto()


Found = Iterator[tuple[str, Fault]]


@dataclass(frozen=True, slots=True)
class _There:
    gateways: Collection[str] | None
    methods: Collection[str] | None
    banks: Collection[str] | None


def read_rules(
    plain: Any,
    *,
    gateways: Collection[str] | None = None,
    methods: Collection[str] | None = None,
    banks: Collection[str] | None = None,
) -> tuple[Rule, ...]:
    """Rules from plain JSON.

    Args:
        gateways, methods, banks: Those there are; a rule that names another is refused. None: any will do.

    Raises:
        RulesNotUsable: They cannot be followed.
    """
    if faults := tuple(
        f"{place}: {fault}" for place, fault in _faults(plain, _There(gateways, methods, banks))
    ):
        raise RulesNotUsable(faults)
    return tuple(_rule(one) for one in plain)


def plain_rules(rules: Sequence[Rule]) -> list[dict[str, Any]]:
    """Rules as plain JSON, without what is left empty."""
    return [_plain(rule) for rule in rules]


def plain_choice(choice: Choice) -> dict[str, Any]:
    """A choice as plain JSON, for a decision record."""
    return {
        "approach": str(choice.approach),
        "rule": choice.rule,
        "rails": [
            {
                "id": rail.id,
                "gateway": rail.gateway,
                "because": [str(reason) for reason in rail.because],
                "worth_minor": rail.worth_minor,
                "success": round(rail.success, 4),
                "paid": round(rail.paid, 4),
                "fee_minor": rail.fee_minor,
                "standing": str(rail.standing),
            }
            for rail in choice.rails
        ],
    }


def _plain(thing: Any) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for field in fields(thing):
        value = getattr(thing, field.name)
        if field.default is not MISSING and value == field.default:
            continue
        if isinstance(value, When):
            told[field.name] = _plain(value)
        elif isinstance(value, tuple):
            told[field.name] = [_plain(one) if isinstance(one, Weight) else one for one in value]
        else:
            told[field.name] = value
    return told


def _rule(plain: Mapping[str, Any]) -> Rule:
    when: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in plain.get("when", {}).items()
    }
    return Rule(
        name=plain["name"].strip(),
        when=When(**when),
        prefer=tuple(plain.get("prefer", ())),
        split=tuple(Weight(one["gateway"], one["parts"]) for one in plain.get("split", ())),
        cheapest=plain.get("cheapest", False),
        last=tuple(plain.get("last", ())),
        firm=plain.get("firm", False),
    )


def _faults(plain: Any, there: _There) -> Found:
    if not isinstance(plain, list):
        yield "rules", Fault.NOT_A_LIST
        return
    if len(plain) > MOST_RULES:
        yield "rules", Fault.TOO_MANY
        return
    names: set[str] = set()
    for number, one in enumerate(plain, start=1):
        if not isinstance(one, dict):
            yield str(number), Fault.NOT_AN_OBJECT
            continue
        for place, fault in _of_rule(one, there):
            yield f"{number}.{place}", fault
        name = one.get("name")
        if isinstance(name, str) and name.strip():
            if name.strip() in names:
                yield f"{number}.name", Fault.NAME_TWICE
            names.add(name.strip())


def _of_rule(one: Mapping[str, Any], there: _There) -> Found:
    known = {field.name for field in fields(Rule)}
    yield from ((str(name)[:LONGEST_NAME], Fault.NOT_KNOWN) for name in one if name not in known)
    name = one.get("name")
    if not isinstance(name, str) or not name.strip() or len(name) > LONGEST_NAME:
        yield "name", Fault.NAME_MISSING
    when = one.get("when", {})
    if isinstance(when, dict):
        yield from ((f"when.{place}", fault) for place, fault in _of_when(when, there))
    else:
        yield "when", Fault.NOT_AN_OBJECT
    for field in ("prefer", "last"):
        yield from _of_names(one, field, there.gateways, Fault.GATEWAY_NOT_THERE)
    yield from _of_split(one.get("split", []), there.gateways)
    for field in ("cheapest", "firm"):
        if not isinstance(one.get(field, False), bool):
            yield field, Fault.NOT_YES_OR_NO
    orders = sum(bool(one.get(field)) for field in ("prefer", "split", "cheapest"))
    if orders > 1:
        yield "rule", Fault.TWO_ORDERS
    elif orders == 0 and not one.get("last"):
        yield "rule", Fault.NO_EFFECT


def _of_when(when: Mapping[str, Any], there: _There) -> Found:
    known = {field.name for field in fields(When)}
    yield from ((str(name)[:LONGEST_NAME], Fault.NOT_KNOWN) for name in when if name not in known)
    yield from _of_names(when, "methods", there.methods, Fault.METHOD_NOT_THERE)
    yield from _of_names(when, "banks", there.banks, Fault.BANK_NOT_THERE)
    amounts = ("at_least_minor", "at_most_minor", "fee_above_minor")
    wrong = [field for field in amounts if not _none_or(when.get(field), _amount)]
    yield from ((field, Fault.NOT_AN_AMOUNT) for field in wrong)
    least, most = when.get("at_least_minor"), when.get("at_most_minor")
    if not wrong and least is not None and most is not None and least > most:
        yield "at_least_minor", Fault.LEAST_ABOVE_MOST
    yield from _of_hours(when)
    days = when.get("weekdays", [])
    if not isinstance(days, list) or not all(_whole(day) and 1 <= day <= 7 for day in days):
        yield "weekdays", Fault.NOT_A_WEEKDAY


def _of_hours(when: Mapping[str, Any]) -> Found:
    begin, end = when.get("from_hour"), when.get("to_hour")
    wrong = [
        field
        for field, hour, most in (("from_hour", begin, 23), ("to_hour", end, 24))
        if hour is not None and not (_whole(hour) and 0 <= hour <= most)
    ]
    yield from ((field, Fault.NOT_AN_HOUR) for field in wrong)
    if (begin is None) != (end is None):
        yield "to_hour" if end is None else "from_hour", Fault.HOURS_HALF_GIVEN
    elif not wrong and begin is not None and begin == end:
        yield "to_hour", Fault.HOURS_EMPTY


def _of_names(one: Mapping[str, Any], field: str, there: Collection[str] | None, missing: Fault) -> Found:
    names = one.get(field, [])
    if not isinstance(names, list):
        yield field, Fault.NOT_A_LIST
    elif len(names) > MOST_NAMES:
        yield field, Fault.TOO_MANY
    elif not all(isinstance(name, str) and name for name in names):
        yield field, Fault.NOT_A_NAME
    else:
        yield from _of_there(field, names, there, missing)


def _of_split(split: Any, gateways: Collection[str] | None) -> Found:
    if not isinstance(split, list):
        yield "split", Fault.NOT_A_LIST
    elif len(split) > MOST_NAMES:
        yield "split", Fault.TOO_MANY
    elif not all(isinstance(one, dict) and one.keys() == {"gateway", "parts"} for one in split):
        yield "split", Fault.NOT_AN_OBJECT
    elif not all(isinstance(one["gateway"], str) and one["gateway"] for one in split):
        yield "split", Fault.NOT_A_NAME
    elif not all(_whole(one["parts"]) and 0 < one["parts"] <= MOST_PARTS for one in split):
        yield "split", Fault.NOT_PARTS
    else:
        yield from _of_there("split", [one["gateway"] for one in split], gateways, Fault.GATEWAY_NOT_THERE)


def _of_there(field: str, names: Sequence[str], there: Collection[str] | None, missing: Fault) -> Found:
    if len(set(names)) < len(names):
        yield field, Fault.GATEWAY_TWICE
    if there is not None and not set(names) <= set(there):
        yield field, missing


def _none_or(value: Any, holds: Callable[[Any], bool]) -> bool:
    return value is None or holds(value)


def _amount(value: Any) -> bool:
    return _whole(value) and 0 <= value <= MOST_MINOR


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
