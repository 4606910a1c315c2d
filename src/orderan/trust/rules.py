"""The verdict: rules and a model give points, points fall into bands, lists come before both. Pure.

    lists     a blocked key refuses, whatever else is; an allowed one accepts, unless another is blocked
    points    every rule whose measure is high enough adds its points, and a model that speaks adds its own;
              the sum is never below zero
    bands     the worst outcome whose band begins at or below the sum

A measure that speaks against an order has rules with points above zero only, and one that speaks for
it only rules below zero: so more of the one never makes a score better, nor more of the other worse.
"""

from collections.abc import Iterator, Sequence
from dataclasses import fields, replace

from orderan.trust.models import (
    DENIALS,
    OUTCOMES_OF,
    Bands,
    Because,
    Facts,
    Outcome,
    Policy,
    Rule,
    Verdict,
    Way,
)

TOP = 3
"""Reasons a person is told."""

_SEVERITY = {outcome: number for number, outcome in enumerate(Outcome)}


def decide(facts: Facts, policy: Policy) -> Verdict:
    """The score of an order under these rules."""
    listed = [
        *(Because(f"blocked_{kind}", 1, 0) for kind in facts.blocked),
        *(Because(f"allowed_{kind}", 1, 0) for kind in facts.allowed),
    ]
    reasons = [*_weighed(facts, policy.rules), *_learned(facts)]
    weighed = sorted(reasons, key=lambda reason: (-reason.points, reason.code))
    points = max(0, sum(reason.points for reason in weighed))
    would = _would(facts, points, policy)
    return Verdict(points, would, done(would, facts, policy), (*listed, *weighed))


def done(would: Outcome, facts: Facts, policy: Policy) -> Outcome:
    """What is done of what the score says."""
    if not policy.acts:
        return Outcome.ACCEPT
    if facts.bound and would in DENIALS:
        return Outcome.HOLD
    return would


def followed(policy: Policy, verdict: Verdict) -> Policy:
    """Of the rules those that the verdict was made by: with them it is made again, and the others are not kept."""
    names = {reason.rule for reason in verdict.because}
    return replace(policy, rules=tuple(rule for rule in policy.rules if rule.name in names))


def top_reasons(verdict: Verdict, *, most: int = TOP) -> tuple[str, ...]:
    """Codes of the weightiest reasons against it."""
    against = [
        reason.code
        for reason in verdict.because
        if reason.points > 0 or (reason.rule is None and reason.code.startswith("blocked_"))
    ]
    return tuple(dict.fromkeys(against))[:most]


def milder(one: Outcome, other: Outcome) -> Outcome:
    """The one that asks less of a buyer."""
    return min(one, other, key=_SEVERITY.__getitem__)


def severity(outcome: Outcome) -> int:
    """Its place among outcomes, the mildest is 0."""
    return _SEVERITY[outcome]


def steps(bands: Bands) -> Iterator[tuple[Outcome, int]]:
    """Where each outcome begins, the mildest first, without those that never do."""
    for field in fields(bands):
        begins = getattr(bands, field.name)
        if begins is not None:
            yield Outcome(field.name), begins


def _would(facts: Facts, points: int, policy: Policy) -> Outcome:
    if facts.blocked:
        return Outcome.REFUSE
    if facts.allowed:
        return Outcome.ACCEPT
    reached = Outcome.ACCEPT
    for outcome, begins in steps(policy.bands(facts.way)):
        if points >= begins and outcome in OUTCOMES_OF[facts.way]:
            reached = outcome
    return reached


def _weighed(facts: Facts, rules: Sequence[Rule]) -> Iterator[Because]:
    for rule in rules:
        value = facts.measures.get(rule.measure, 0)
        if value >= rule.at_least and applies(rule, facts.way):
            yield Because(str(rule.measure), value, rule.points, rule.name)


def _learned(facts: Facts) -> Iterator[Because]:
    if (opinion := facts.opinion) is not None:
        for leaning in opinion.leanings:
            yield Because(leaning.code, leaning.value, leaning.points, model=opinion.version)


def applies(rule: Rule, way: Way) -> bool:
    """Whether the rule is on, and about orders paid this way."""
    return not rule.off and (not rule.ways or way in rule.ways)
