"""The form of a routing rule: a rule as what stands in its fields, and what was typed as a rule.

What cannot be read goes on as it was typed: the domain names the fault, and the page says it beside its field.
"""

from collections.abc import Mapping
from typing import Any, Final

from litestar.datastructures import FormMultiDict

from orderan.kit.errors import N_
from orderan.kit.i18n import Words
from orderan.routing import Rule
from orderan.web.forms import many, one, whole_rupiah

HOWS: Final = ("prefer", "split", "cheapest", "none")
TICKS: Final = ("method", "bank", "weekday", "last")
AMOUNTS: Final = {"at_least": "at_least_minor", "at_most": "at_most_minor", "fee_above": "fee_above_minor"}
HOURS: Final = ("from_hour", "to_hour")


def blank() -> dict[str, str]:
    """A new rule, before anything was typed."""
    return {"how": "prefer"}


def typed_of(rule: Rule) -> dict[str, str]:
    """A rule as its form shows it."""
    when = rule.when
    typed = {"name": rule.name, "how": _how(rule), "firm": "yes" if rule.firm else ""}
    for field, name in AMOUNTS.items():
        minor = getattr(when, name)
        typed[field] = "" if minor is None else f"{minor:,}".replace(",", ".")
    for field in HOURS:
        hour = getattr(when, field)
        typed[field] = "" if hour is None else str(hour)
    typed |= {f"order_{gateway}": str(number) for number, gateway in enumerate(rule.prefer, start=1)}
    return typed | {f"parts_{weight.gateway}": str(weight.parts) for weight in rule.split}


def ticked_of(source: Rule | FormMultiDict) -> dict[str, set[str]]:
    """What is ticked, by field; of a rule or of a form."""
    if isinstance(source, Rule):
        return {
            "method": set(source.when.methods),
            "bank": set(source.when.banks),
            "weekday": {str(day) for day in source.when.weekdays},
            "last": set(source.last),
        }
    return {field: set(many(source, field)) for field in TICKS}


def plain_of(form: FormMultiDict) -> dict[str, Any]:
    """What was typed as a rule in plain JSON."""
    when: dict[str, Any] = {
        "methods": many(form, "method"),
        "banks": many(form, "bank"),
        "weekdays": [_number(day) for day in many(form, "weekday")],
        **{name: _amount(one(form, field)) for field, name in AMOUNTS.items()},
        **{field: _number(one(form, field)) if one(form, field).strip() else None for field in HOURS},
    }
    plain: dict[str, Any] = {
        "name": one(form, "name"),
        "when": {name: value for name, value in when.items() if value not in ([], None)},
        "firm": bool(one(form, "firm")),
    }
    if last := many(form, "last"):
        plain["last"] = last
    match one(form, "how"):
        case "split":
            plain["split"] = [
                {"gateway": gateway, "parts": _number(parts)} for gateway, parts in _named(form, "parts_")
            ]
        case "cheapest":
            plain["cheapest"] = True
        case "none":
            pass
        case _:
            chosen = [(_number(number), gateway) for gateway, number in _named(form, "order_")]
            plain["prefer"] = [
                gateway for _, gateway in sorted(chosen, key=lambda pair: str(pair[0]).zfill(4))
            ]
    return plain


def unreadable(form: FormMultiDict, words: Words) -> dict[str, str]:
    """What no rule can be made of: gateways that want the same place, or none of the places there are."""
    if one(form, "how") in HOWS[1:]:
        return {}
    places = [_number(number) for _, number in _named(form, "order_")]
    if all(isinstance(place, int) for place in places) and len(set(places)) == len(places):
        return {}
    return {"prefer": words.gettext(TWO_AT_ONE_PLACE)}


TWO_AT_ONE_PLACE: Final = N_("Setiap gateway butuh nomor urut sendiri: 1 untuk yang pertama.")


def _how(rule: Rule) -> str:
    if rule.split:
        return "split"
    if rule.cheapest:
        return "cheapest"
    return "prefer" if rule.prefer else "none"


def _named(form: Mapping[str, Any], prefix: str) -> list[tuple[str, str]]:
    """Fields such as `order_xendit` that were filled in, in the order they were sent."""
    found = [(name.removeprefix(prefix), one(form, name).strip()) for name in form if name.startswith(prefix)]
    return [(name, typed) for name, typed in found if typed]


def _amount(typed: str) -> int | str | None:
    if not typed.strip():
        return None
    amount = whole_rupiah(typed)
    return typed.strip()[:40] if amount is None else amount


def _number(typed: str) -> int | str:
    text = typed.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 6 else text[:40]
