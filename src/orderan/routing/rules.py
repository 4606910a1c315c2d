"""Choosing the rail for a payment: the operator's rules, then measured health, then what it is worth.

    standing    well before degraded before down; a maintenance window stands before down, after degraded.
                Demoted, never removed: the last resort of a bad night is still a rail
    rule        among rails of one standing, the order the operator asked for; a firm rule asks across all
    worth       then by expected value, success x paid x (margin - fee)
    probing     PROBE_BP of the payments begin with another rail than the best, each as often as the next; an
                order that was tried before does not

Nothing here looks at a clock or throws a die: the same payment, rails and rules give the same answer,
which is how past traffic is played again under other rules.
"""

from collections.abc import Sequence
from hashlib import sha256

from orderan.routing.models import (
    DRAWS,
    PROBE_BP,
    Approach,
    Because,
    Candidate,
    Choice,
    Ranked,
    Rule,
    Standing,
    ToPay,
    When,
)

_BASIS = 10_000
_TIERS = {Standing.WELL: 0, Standing.DEGRADED: 1, Standing.DOWN: 3}
_MAINTENANCE = 2


def draw_of(name: str) -> int:
    """The draw of the payment of this name: spread evenly, and the same again for the same name."""
    return int.from_bytes(sha256(name.encode()).digest()[:8]) % DRAWS


def choose(
    to_pay: ToPay, rails: Sequence[Candidate], rules: Sequence[Rule] = (), *, probe_bp: int = PROBE_BP
) -> Choice:
    """All the rails, in the order in which they are to be tried."""
    rule = applying(to_pay, rails, rules)
    drawn = _drawn(rule, rails, to_pay.draw // _BASIS) if rule else None
    firm = rule is not None and rule.firm
    all_down = all(rail.standing is Standing.DOWN for rail in rails)

    worth_it = all(to_pay.margin_minor > rail.fee_minor for rail in rails)

    def place(rail: Candidate) -> tuple[tuple[int, int], tuple[int, int], float, int, str]:
        asked = _asked(rule, drawn, rail) if firm or not all_down else (0, 0)
        tier = (_tier(rail), 0)
        # Where the fee eats the margin, a rail must not win by failing: the sale is wanted all the same.
        worth = worth_minor(to_pay, rail) if worth_it else rail.success * rail.paid
        return (*((asked, tier) if firm else (tier, asked)), -worth, rail.rank, rail.id)

    ordered = sorted(rails, key=place)
    probed = None if firm or to_pay.again else _probed(ordered, to_pay.draw, probe_bp)
    if probed is not None:
        ordered = [probed, *(rail for rail in ordered if rail is not probed)]
    return Choice(
        rails=tuple(
            _ranked(to_pay, rail, rule, drawn, probed=rail is probed, alone=all_down and not firm)
            for rail in ordered
        ),
        approach=_approach(rule, drawn, ordered, probed=probed is not None, all_down=all_down),
        rule=rule.name if rule else None,
    )


def applying(to_pay: ToPay, rails: Sequence[Candidate], rules: Sequence[Rule]) -> Rule | None:
    """The first rule that applies to this payment."""
    cheapest = min((rail.fee_minor for rail in rails), default=0)
    return next((rule for rule in rules if applies(rule.when, to_pay, cheapest)), None)


def applies(when: When, to_pay: ToPay, cheapest_minor: int) -> bool:
    """Whether every condition there is holds."""
    return (
        (not when.methods or to_pay.method in when.methods)
        and (not when.banks or to_pay.bank in when.banks)
        and (when.at_least_minor is None or to_pay.amount_minor >= when.at_least_minor)
        and (when.at_most_minor is None or to_pay.amount_minor <= when.at_most_minor)
        and (when.fee_above_minor is None or cheapest_minor > when.fee_above_minor)
        and (not when.weekdays or to_pay.at.isoweekday() in when.weekdays)
        and _within_hours(when, to_pay.at.hour)
    )


def worth_minor(to_pay: ToPay, rail: Candidate) -> int:
    """What trying this rail is expected to earn; less than nothing when the fee eats the margin."""
    return round(rail.success * rail.paid * (to_pay.margin_minor - rail.fee_minor))


def _within_hours(when: When, hour: int) -> bool:
    if when.from_hour is None or when.to_hour is None:
        return True
    if when.from_hour < when.to_hour:
        return when.from_hour <= hour < when.to_hour
    return hour >= when.from_hour or hour < when.to_hour


def _drawn(rule: Rule, rails: Sequence[Candidate], draw: int) -> str | None:
    """The gateway a split gives this payment to, of those that can carry it."""
    there = {rail.gateway for rail in rails}
    weights = [weight for weight in rule.split if weight.gateway in there and weight.parts > 0]
    if not weights:
        return None
    left = draw % sum(weight.parts for weight in weights)
    for weight in weights:
        left -= weight.parts
        if left < 0:
            return weight.gateway
    raise AssertionError("a draw below the sum falls on one of the weights")


def _asked(rule: Rule | None, drawn: str | None, rail: Candidate) -> tuple[int, int]:
    """How early the rule wants this rail, (0, 0) first."""
    if rule is None:
        return 0, 0
    if rail.gateway in rule.last:
        return len(rule.prefer) + 2, 0
    if drawn is not None:
        return int(rail.gateway != drawn), 0
    if rule.cheapest:
        return 0, rail.fee_minor
    return (rule.prefer.index(rail.gateway) if rail.gateway in rule.prefer else len(rule.prefer)), 0


def _tier(rail: Candidate) -> int:
    return max(_TIERS[rail.standing], _MAINTENANCE if rail.maintenance else 0)


def _probed(ordered: Sequence[Candidate], draw: int, probe_bp: int) -> Candidate | None:
    """The rail this payment tries out; never one under maintenance, of which nothing can be learned."""
    others = [rail for rail in ordered[1:] if not rail.maintenance]
    if not others or draw % _BASIS >= probe_bp:
        return None
    return others[draw // _BASIS % len(others)]


def _approach(
    rule: Rule | None, drawn: str | None, ordered: Sequence[Candidate], *, probed: bool, all_down: bool
) -> Approach:
    if len(ordered) <= 1:
        return Approach.LEAST_BAD if all_down and ordered else Approach.ONLY
    if probed:
        return Approach.PROBE
    first = ordered[0]
    if rule is not None and (rule.firm or not all_down):
        if drawn is not None and first.gateway == drawn:
            return Approach.SPLIT
        if first.gateway in rule.prefer or rule.cheapest:
            return Approach.RULE
    return Approach.LEAST_BAD if all_down else Approach.VALUE


def _ranked(
    to_pay: ToPay, rail: Candidate, rule: Rule | None, drawn: str | None, *, probed: bool, alone: bool
) -> Ranked:
    """The rail with its reasons; where all are down, what a rule asked for is no reason."""
    because = []
    if probed:
        because.append(Because.PROBED)
    if rule is not None and not alone:
        if rail.gateway == drawn:
            because.append(Because.DRAWN)
        if rail.gateway in rule.prefer:
            because.append(Because.PREFERRED)
        if rule.cheapest:
            because.append(Because.CHEAPEST)
        if rail.gateway in rule.last:
            because.append(Because.PUT_LAST)
    if rail.maintenance:
        because.append(Because.MAINTENANCE)
    if rail.standing is Standing.DEGRADED:
        because.append(Because.IS_DEGRADED)
    if rail.standing is Standing.DOWN:
        because.append(Because.IS_DOWN)
    return Ranked(
        id=rail.id,
        gateway=rail.gateway,
        because=tuple(because) or (Because.WORTH,),
        worth_minor=worth_minor(to_pay, rail),
        success=rail.success,
        paid=rail.paid,
        fee_minor=rail.fee_minor,
        standing=rail.standing,
    )
