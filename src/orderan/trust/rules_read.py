"""The rules of scoring as plain JSON, and back; what cannot be followed is refused with every fault at once."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, fields
from enum import StrEnum, auto
from itertools import pairwise
from typing import Any, Final

from orderan.trust.errors import PolicyNotUsable
from orderan.trust.models import (
    OUTCOMES_OF,
    SAFER,
    Bands,
    Because,
    Facts,
    KeyKind,
    Leaning,
    Measure,
    Opinion,
    Outcome,
    Policy,
    Rule,
    Verdict,
    Way,
)
from orderan.trust.rules import steps

MOST_RULES: Final = 100
LONGEST_NAME: Final = 80
MOST_POINTS: Final = 1_000
MOST_HEIGHT: Final = 10**9


class Fault(StrEnum):
    """What is wrong at a place of the rules."""

    NOT_AN_OBJECT = auto()
    NOT_A_LIST = auto()
    TOO_MANY = auto()
    NOT_KNOWN = auto()
    NAME_MISSING = auto()
    NAME_TWICE = auto()
    NOT_A_MEASURE = auto()
    NOT_A_HEIGHT = auto()
    NOT_POINTS = auto()
    POINTS_MUST_ADD = auto()
    POINTS_MUST_TAKE = auto()
    NOT_A_WAY = auto()
    NOT_A_BAND = auto()
    BAND_NOT_FOR_WAY = auto()
    BANDS_CROSS = auto()
    NOT_YES_OR_NO = auto()


Found = Iterator[tuple[str, Fault]]


def read_policy(plain: Any) -> Policy:
    """Rules from plain JSON.

    Raises:
        PolicyNotUsable: They cannot be followed.
    """
    if faults := tuple(f"{place}: {fault}" for place, fault in _faults(plain)):
        raise PolicyNotUsable(faults)
    return Policy(
        rules=tuple(_rule(one) for one in plain["rules"]),
        cod=Bands(**plain.get("cod", {})),
        prepaid=Bands(**plain.get("prepaid", {})),
        acts=plain.get("acts", False),
    )


def plain_policy(policy: Policy) -> dict[str, Any]:
    """Rules as plain JSON, without what is left empty."""
    return {
        "rules": [plain_rule(rule) for rule in policy.rules],
        "cod": plain_bands(policy.cod),
        "prepaid": plain_bands(policy.prepaid),
        "acts": policy.acts,
    }


def plain_rule(rule: Rule) -> dict[str, Any]:
    """One rule as plain JSON."""
    told: dict[str, Any] = {
        "name": rule.name,
        "measure": str(rule.measure),
        "at_least": rule.at_least,
        "points": rule.points,
    }
    told |= {"ways": [str(way) for way in rule.ways]} if rule.ways else {}
    return told | ({"off": True} if rule.off else {})


def plain_bands(bands: Bands) -> dict[str, int]:
    """Bands as plain JSON, without those that never begin."""
    return {str(outcome): begins for outcome, begins in steps(bands)}


def plain_facts(facts: Facts) -> dict[str, Any]:
    """What a verdict was made from, as plain JSON for a decision record; nothing of a person stands in it."""
    told: dict[str, Any] = {
        "way": str(facts.way),
        "amount_minor": facts.amount_minor,
        "measures": {str(measure): value for measure, value in facts.measures.items()},
    }
    for name in ("blocked", "allowed"):
        if kinds := getattr(facts, name):
            told[name] = [str(kind) for kind in kinds]
    if facts.opinion is not None:
        told["opinion"] = asdict(facts.opinion)
    return told | ({"bound": True} if facts.bound else {})


def read_facts(plain: Mapping[str, Any]) -> Facts:
    """What a verdict was made from, from what a decision kept."""
    return Facts(
        way=Way(plain["way"]),
        amount_minor=plain["amount_minor"],
        measures={Measure(name): value for name, value in plain["measures"].items()},
        blocked=tuple(KeyKind(kind) for kind in plain.get("blocked", ())),
        allowed=tuple(KeyKind(kind) for kind in plain.get("allowed", ())),
        bound=plain.get("bound", False),
        opinion=_read_opinion(plain["opinion"]) if "opinion" in plain else None,
    )


def _read_opinion(plain: Mapping[str, Any]) -> Opinion:
    return Opinion(
        plain["version"], plain["permille"], tuple(Leaning(**leaning) for leaning in plain["leanings"])
    )


def plain_verdict(verdict: Verdict) -> dict[str, Any]:
    """A verdict as plain JSON, for a decision record."""
    return {
        "points": verdict.points,
        "would": str(verdict.would),
        "outcome": str(verdict.outcome),
        "because": [_plain_because(reason) for reason in verdict.because],
    }


def _plain_because(reason: Because) -> dict[str, Any]:
    return {name: value for name, value in asdict(reason).items() if value is not None}


def _rule(plain: Mapping[str, Any]) -> Rule:
    return Rule(
        name=plain["name"].strip(),
        measure=Measure(plain["measure"]),
        at_least=plain["at_least"],
        points=plain["points"],
        ways=tuple(Way(way) for way in plain.get("ways", ())),
        off=plain.get("off", False),
    )


def _faults(plain: Any) -> Found:
    if not isinstance(plain, dict):
        yield "policy", Fault.NOT_AN_OBJECT
        return
    known = {field.name for field in fields(Policy)}
    yield from ((str(name)[:LONGEST_NAME], Fault.NOT_KNOWN) for name in plain if name not in known)
    if not isinstance(plain.get("acts", False), bool):
        yield "acts", Fault.NOT_YES_OR_NO
    for way in Way:
        yield from ((f"{way}.{place}", fault) for place, fault in _of_bands(plain.get(way, {}), way))
    yield from _of_rules(plain.get("rules"))


def _of_rules(rules: Any) -> Found:
    if not isinstance(rules, list):
        yield "rules", Fault.NOT_A_LIST
        return
    if len(rules) > MOST_RULES:
        yield "rules", Fault.TOO_MANY
        return
    names: set[str] = set()
    for number, one in enumerate(rules, start=1):
        if not isinstance(one, dict):
            yield str(number), Fault.NOT_AN_OBJECT
            continue
        yield from ((f"{number}.{place}", fault) for place, fault in _of_rule(one))
        name = one.get("name")
        if isinstance(name, str) and name.strip():
            if name.strip() in names:
                yield f"{number}.name", Fault.NAME_TWICE
            names.add(name.strip())


def _of_rule(one: Mapping[str, Any]) -> Found:
    known = {field.name for field in fields(Rule)}
    yield from ((str(name)[:LONGEST_NAME], Fault.NOT_KNOWN) for name in one if name not in known)
    name = one.get("name")
    if not isinstance(name, str) or not name.strip() or len(name) > LONGEST_NAME or "\x00" in name:
        yield "name", Fault.NAME_MISSING
    measure = one.get("measure")
    if measure not in set(Measure):
        yield "measure", Fault.NOT_A_MEASURE
    height: Any = one.get("at_least")
    if not _whole(height) or not 1 <= height <= MOST_HEIGHT:
        yield "at_least", Fault.NOT_A_HEIGHT
    yield from _of_points(one.get("points"), measure)
    ways = one.get("ways", [])
    if not isinstance(ways, list) or not all(way in set(Way) for way in ways) or len(set(ways)) < len(ways):
        yield "ways", Fault.NOT_A_WAY
    if not isinstance(one.get("off", False), bool):
        yield "off", Fault.NOT_YES_OR_NO


def _of_points(points: Any, measure: Any) -> Found:
    if not _whole(points) or not 1 <= abs(points) <= MOST_POINTS:
        yield "points", Fault.NOT_POINTS
    elif measure in SAFER and points > 0:
        yield "points", Fault.POINTS_MUST_TAKE
    elif measure not in SAFER and points < 0:
        yield "points", Fault.POINTS_MUST_ADD


def _of_bands(bands: Any, way: Way) -> Found:
    if not isinstance(bands, dict):
        yield "bands", Fault.NOT_AN_OBJECT
        return
    known = [field.name for field in fields(Bands)]
    yield from ((str(name)[:LONGEST_NAME], Fault.NOT_KNOWN) for name in bands if name not in known)
    there = [(name, bands[name]) for name in known if bands.get(name) is not None]
    if wrong := [name for name, begins in there if not _whole(begins) or not 1 <= begins <= MOST_POINTS]:
        yield from ((name, Fault.NOT_A_BAND) for name in wrong)
        return
    for (_, before), (name, begins) in pairwise(there):
        if begins < before:
            yield name, Fault.BANDS_CROSS
    yield from ((name, Fault.BAND_NOT_FOR_WAY) for name, _ in there if Outcome(name) not in OUTCOMES_OF[way])


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
