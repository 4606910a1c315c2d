"""Choosing who carries a parcel. Pure: the same question has the same answer, today and when it is played again.

What a carrier comes to is what it costs, what the days on the road are worth, and what first tries that fail cost:

    total + day_minor * days + failure_minor * (1 - first_share)

The least wins, unless a rule says who does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from orderan.shipping.choice import (
    CarrierChoice,
    CarrierOffer,
    CarryPayer,
    CarryPolicy,
    CarryRule,
    RankedCarrier,
    ToCarry,
    WhenCarried,
    WhyCarrier,
)
from orderan.shipping.couriers import COURIERS
from orderan.shipping.errors_choice import CarryRulesNotUsable

UNSAID_DAYS: Final = 4.0
"""Of a carrier that promises nothing and was never measured."""
USUAL_FIRST: Final = 0.9
"""Of a courier nobody measured yet."""
WEIGHT: Final = 20
"""So many parcels of what is usual stand beside what was measured: three lucky ones prove nothing."""
MOST_CARRY_RULES: Final = 20
MOST_NAMES: Final = 40
LONGEST_NAME: Final = 80
MOST_MINOR: Final = 10**9


def applies(when: WhenCarried, parcel: ToCarry) -> bool:
    """Whether a rule is for a parcel."""
    if when.areas and not any(
        parcel.area == area or parcel.area.startswith(area + ".") for area in when.areas
    ):
        return False
    if when.cod is not None and when.cod != (parcel.cod_minor > 0):
        return False
    if when.at_least_minor is not None and parcel.value_minor < when.at_least_minor:
        return False
    if when.at_most_minor is not None and parcel.value_minor > when.at_most_minor:
        return False
    return when.over_g is None or parcel.weight_g > when.over_g


def insures(parcel: ToCarry, policy: CarryPolicy) -> bool:
    """Whether a rule insures its goods."""
    return any(rule.insure for rule in policy.rules if applies(rule.when, parcel))


def payers(parcel: ToCarry, policy: CarryPolicy) -> tuple[CarryPayer, CarryPayer]:
    """Who bears the insurance of a parcel, and who what its buyer does not pay of the way: by the first rule that says."""
    rules = [rule for rule in policy.rules if applies(rule.when, parcel)]
    insurance = next((rule.insure_payer for rule in rules if rule.insure), CarryPayer.SHOP)
    subsidy = next((rule.subsidy_payer for rule in rules if rule.subsidy_payer), CarryPayer.SHOP)
    return insurance, subsidy


def worth(offer: CarrierOffer, policy: CarryPolicy) -> int:
    """What choosing it comes to, rupiah."""
    waiting = policy.day_minor * offer.days
    failing = policy.failure_minor * (1.0 - offer.first_share)
    return offer.total_minor + round(waiting + failing)


def choose_carrier(parcel: ToCarry, offers: Sequence[CarrierOffer], policy: CarryPolicy) -> CarrierChoice:
    """Who carries it, the best first.

    Whoever collects no cash is left out where some is to be collected.
    """
    rules = [rule for rule in policy.rules if applies(rule.when, parcel)]
    insured = any(rule.insure for rule in rules)
    left = [one for one in offers if one.takes_cod or parcel.cod_minor == 0]
    by_rule: str | None = None
    for rule in rules:
        kept = [one for one in left if not _named(one, rule.never)]
        wanted = [one for one in kept if _named(one, rule.only)]
        if rule.only and wanted:
            kept = wanted
        if len(kept) < len(left):
            by_rule = rule.name
        left = kept
    if not left:
        return CarrierChoice((), None, by_rule, insured)
    ordered = sorted(left, key=lambda one: (worth(one, policy), one.total_minor, one.id))
    first = next((rule for rule in rules if any(_named(one, rule.first) for one in left)), None)
    if first is not None:
        ordered.sort(key=lambda one: _place(one, first.first))
    ranked = tuple(RankedCarrier(one.id, worth(one, policy)) for one in ordered)
    if len(ordered) == 1:
        return CarrierChoice(ranked, WhyCarrier.ALONE, by_rule, insured)
    if first is not None:
        return CarrierChoice(ranked, WhyCarrier.RULE, first.name, insured)
    cheapest = min(one.total_minor for one in ordered)
    why = WhyCarrier.CHEAPEST if ordered[0].total_minor == cheapest else WhyCarrier.WORTH
    return CarrierChoice(ranked, why, by_rule, insured)


def smoothed(good: int, of: int, usual: float) -> float:
    """A share that was measured of few, drawn towards what is usual; from 0 to 1.

    Source: the mean of a beta distribution whose prior weighs `WEIGHT` observations; Gelman et al., "Bayesian Data
        Analysis", 3rd ed., section 2.4.
    """
    return (good + WEIGHT * usual) / (of + WEIGHT)


def expected_days(days: float | None, of: int, *, least_days: int | None, most_days: int | None) -> float:
    """Days from door to door: what was measured, drawn towards what is promised; that alone where nothing was."""
    promised = UNSAID_DAYS
    if least_days is not None or most_days is not None:
        low = least_days if least_days is not None else most_days
        high = most_days if most_days is not None else least_days
        promised = ((low or 0) + (high or 0)) / 2
    if days is None or of == 0:
        return promised
    return (days * of + promised * WEIGHT) / (of + WEIGHT)


def plain_policy(policy: CarryPolicy) -> dict[str, Any]:
    """As it is stored."""
    return asdict(policy)


def read_policy(plain: Any) -> CarryPolicy:
    """A policy from plain JSON.

    Raises:
        CarryRulesNotUsable: With every fault at once.
    """
    faults: list[str] = []
    if not isinstance(plain, Mapping):
        raise CarryRulesNotUsable(("policy: not_an_object",))
    day = _amount(plain.get("day_minor", 2_000), "day_minor", faults)
    failure = _amount(plain.get("failure_minor", 15_000), "failure_minor", faults)
    told = plain.get("rules", [])
    if not isinstance(told, list | tuple) or len(told) > MOST_CARRY_RULES:
        raise CarryRulesNotUsable((f"rules: more_than_{MOST_CARRY_RULES}",))
    rules = tuple(_rule(one, place, faults) for place, one in enumerate(told, 1))
    if faults:
        raise CarryRulesNotUsable(tuple(faults))
    return CarryPolicy(day or 0, failure or 0, rules)


def read_offers(plain: Sequence[Mapping[str, Any]]) -> list[CarrierOffer]:
    """Offers as a decision kept them."""
    return [CarrierOffer(**one) for one in plain]


def plain_choice(choice: CarrierChoice) -> dict[str, Any]:
    """As a decision keeps it."""
    return {
        "carriers": [asdict(one) for one in choice.ranked],
        "why": str(choice.why) if choice.why else None,
        "rule": choice.rule,
        "insured": choice.insured,
    }


def _rule(plain: Any, place: int, faults: list[str]) -> CarryRule:
    if not isinstance(plain, Mapping):
        faults.append(f"{place}: not_an_object")
        return CarryRule("")
    name = str(plain.get("name") or "").strip()
    if not 0 < len(name) <= LONGEST_NAME:
        faults.append(f"{place}.name: missing_or_long")
    when = plain.get("when") or {}
    cod = when.get("cod")
    if cod not in (None, True, False):
        faults.append(f"{place}.when.cod: not_a_yes_or_no")
    at_least = _amount(when.get("at_least_minor"), f"{place}.when.at_least_minor", faults)
    at_most = _amount(when.get("at_most_minor"), f"{place}.when.at_most_minor", faults)
    if at_least is not None and at_most is not None and at_least > at_most:
        faults.append(f"{place}.when.at_most_minor: below_at_least")
    areas = tuple(str(one).strip() for one in when.get("areas") or ())
    if len(areas) > MOST_NAMES or not all(_is_area(one) for one in areas):
        faults.append(f"{place}.when.areas: not_a_region_code")
    said = {
        what: tuple(str(one).strip() for one in plain.get(what) or ()) for what in ("only", "never", "first")
    }
    for what, names in said.items():
        if len(names) > MOST_NAMES or not all(one.partition(":")[0] in COURIERS for one in names):
            faults.append(f"{place}.{what}: unknown_courier")
    insure = plain.get("insure", False)
    insure_payer = _payer(plain.get("insure_payer") or CarryPayer.SHOP, f"{place}.insure_payer", faults)
    told = plain.get("subsidy_payer")
    subsidy_payer = _payer(told, f"{place}.subsidy_payer", faults) if told else None
    if subsidy_payer is CarryPayer.BUYER:
        faults.append(f"{place}.subsidy_payer: not_the_buyer")
    if not any(said.values()) and insure is not True and subsidy_payer is None:
        faults.append(f"{place}: says_nothing")
    over = _amount(when.get("over_g"), f"{place}.when.over_g", faults)
    return CarryRule(
        name,
        WhenCarried(areas, cod, at_least, at_most, over),
        said["only"],
        said["never"],
        said["first"],
        insure is True,
        insure_payer,
        subsidy_payer,
    )


def _payer(value: Any, where: str, faults: list[str]) -> CarryPayer:
    known = next((one for one in CarryPayer if one == value), None)
    if known is None:
        faults.append(f"{where}: unknown_payer")
    return known or CarryPayer.SHOP


def _amount(value: Any, where: str, faults: list[str]) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_MINOR:
        faults.append(f"{where}: not_an_amount")
        return None
    return value


def _is_area(code: str) -> bool:
    parts = code.split(".")
    return 1 <= len(parts) <= 4 and all(one.isdigit() and len(one) in {2, 4, 5} for one in parts)


def _named(offer: CarrierOffer, names: Sequence[str]) -> bool:
    return offer.courier in names or f"{offer.courier}:{offer.service}" in names


def _place(offer: CarrierOffer, names: Sequence[str]) -> int:
    places = [
        place
        for place, name in enumerate(names)
        if name in (offer.courier, f"{offer.courier}:{offer.service}")
    ]
    return min(places, default=len(names))
