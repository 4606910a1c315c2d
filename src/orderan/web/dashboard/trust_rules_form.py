"""The form of the rules of scoring: rules as what stands in its fields, and what was typed as rules.

A row is a rule; the last one is empty, for one more. What cannot be read goes on as it was typed: the domain
names the fault, and the page says it beside its field.
"""

from dataclasses import fields
from typing import Any, Final

from litestar.datastructures import FormMultiDict

from orderan.trust import MOST_RULES, OUTCOMES_OF, Bands, Outcome, Policy, Way
from orderan.web.forms import one

YES: Final = "yes"
BANDS: Final = tuple(
    (way, Outcome(field.name))
    for way in Way
    for field in fields(Bands)
    if Outcome(field.name) in OUTCOMES_OF[way]
)
"""Ways and outcomes that begin at some points, the mildest first."""


def typed_of(policy: Policy) -> dict[str, str]:
    """Rules as their form shows them."""
    typed = {"count": str(len(policy.rules)), "acts": YES if policy.acts else ""}
    for row, rule in enumerate(policy.rules, start=1):
        typed |= {
            f"name_{row}": rule.name,
            f"measure_{row}": str(rule.measure),
            f"at_least_{row}": str(rule.at_least),
            f"points_{row}": str(rule.points),
            f"ways_{row}": str(rule.ways[0]) if len(rule.ways) == 1 else "",
            f"on_{row}": "" if rule.off else YES,
        }
    for way, outcome in BANDS:
        begins = getattr(policy.bands(way), outcome)
        typed[f"{way}_{outcome}"] = "" if begins is None else str(begins)
    return typed


def plain_of(form: FormMultiDict) -> tuple[dict[str, Any], list[int]]:
    """What was typed as rules in plain JSON, and the row each rule was typed in."""
    count = rows_of(one(form, "count"))
    rules, rows = [], []
    for row in range(1, count + 2):
        is_new = row > count
        if one(form, f"remove_{row}") or (is_new and not one(form, f"name_{row}").strip()):
            continue
        rules.append(_rule(form, row))
        rows.append(row)
    plain: dict[str, Any] = {"rules": rules, "acts": one(form, "acts") == YES}
    for way in Way:
        typed = {str(outcome): one(form, f"{way}_{outcome}") for known, outcome in BANDS if known is way}
        plain[str(way)] = {name: _number(text) for name, text in typed.items() if text.strip()}
    return plain, rows


def rows_of(typed: str) -> int:
    """How many rules the form came with."""
    return min(int(typed), MOST_RULES) if typed.isdecimal() and len(typed) <= 4 else 0


def _rule(form: FormMultiDict, row: int) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "name": one(form, f"name_{row}"),
        "measure": one(form, f"measure_{row}"),
        "at_least": _number(one(form, f"at_least_{row}")),
        "points": _number(one(form, f"points_{row}")),
    }
    if way := one(form, f"ways_{row}"):
        plain["ways"] = [way]
    return plain if one(form, f"on_{row}") else plain | {"off": True}


def _number(typed: str) -> int | str:
    text = typed.strip().replace("−", "-")
    digits = text.removeprefix("-").removeprefix("+").replace(".", "")
    if not digits.isascii() or not digits.isdecimal() or len(digits) > 10:
        return text[:40]
    return -int(digits) if text.startswith("-") else int(digits)
