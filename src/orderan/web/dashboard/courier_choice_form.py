"""The form of the rules of who carries, and how the page tells them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from orderan.kit.errors import N_
from orderan.kit.i18n import Words, format_number, format_percent
from orderan.shipping import (
    MOST_CARRY_RULES,
    CarryPayer,
    CarryPolicy,
    CarryRule,
    CarryRulesNotUsable,
    CarryTrial,
)
from orderan.web.dashboard.courier_scores import PAYERS
from orderan.web.dashboard.courier_words import courier_name
from orderan.web.dashboard.promise_words import area_named
from orderan.web.dashboard.routing_words import signed_money
from orderan.web.forms import Fields, one, whole_rupiah

SPARE: Final = 2
"""Empty rules below those there are."""
NAMES: Final = ("only", "never", "first")
CASH: Final = {"": N_("Semua"), "yes": N_("Hanya COD"), "no": N_("Hanya yang sudah dibayar")}
FAULTS: Final[Mapping[str, str]] = {
    "missing_or_long": N_("Beri nama, paling panjang 80 huruf."),
    "not_an_amount": N_("Tulis jumlah rupiah atau gram, paling banyak satu miliar."),
    "below_at_least": N_("Batas atas tidak boleh di bawah batas bawah."),
    "not_a_region_code": N_("Tulis kode wilayah, seperti 32 atau 32.73, dipisah koma."),
    "unknown_courier": N_("Tulis kode kurir, seperti jne atau jne:yes, dipisah koma."),
    "says_nothing": N_("Aturan ini belum menyuruh apa-apa."),
    "not_the_buyer": N_("Subsidi tidak mungkin ditanggung pembelinya."),
}
_FIELDS: Final = {
    "name": "name",
    "when.cod": "cod",
    "when.at_least_minor": "at_least",
    "when.at_most_minor": "at_most",
    "when.over_g": "over_g",
    "when.areas": "areas",
    "only": "only",
    "never": "never",
    "first": "first",
    "insure_payer": "insure_payer",
    "subsidy_payer": "subsidy_payer",
    "": "name",
}


def typed_of(policy: CarryPolicy) -> dict[str, str]:
    """Rules as their form shows them."""
    typed = {"day": _written(policy.day_minor), "failure": _written(policy.failure_minor)}
    for place, rule in enumerate(policy.rules, 1):
        typed |= {f"rule_{place}_{name}": text for name, text in _rule_typed(rule).items() if text}
    return typed


def _rule_typed(rule: CarryRule) -> dict[str, str]:
    when = rule.when
    return {
        "name": rule.name,
        "areas": ", ".join(when.areas),
        "cod": "" if when.cod is None else ("yes" if when.cod else "no"),
        "at_least": "" if when.at_least_minor is None else _written(when.at_least_minor),
        "at_most": "" if when.at_most_minor is None else _written(when.at_most_minor),
        "over_g": "" if when.over_g is None else str(when.over_g),
        "insure": "yes" if rule.insure else "",
        "insure_payer": str(rule.insure_payer) if rule.insure else "",
        "subsidy_payer": str(rule.subsidy_payer or ""),
    } | {name: ", ".join(getattr(rule, name)) for name in NAMES}


def blocks_of(typed: Mapping[str, str], words: Words) -> dict[str, Any]:
    """What the form needs to draw its rules: their places, and what can be chosen."""
    used = [place for place in range(1, MOST_CARRY_RULES + 1) if _says(typed, place)]
    return {
        "places": range(1, min(max(used, default=0) + SPARE, MOST_CARRY_RULES) + 1),
        "cash": [(code, words.gettext(label)) for code, label in CASH.items()],
        "payers": [(str(payer), words.gettext(label)) for payer, label in PAYERS.items()],
        "bearers": [
            (str(payer), words.gettext(label))
            for payer, label in PAYERS.items()
            if payer is not CarryPayer.BUYER
        ],
    }


def plain_of(form: Fields) -> dict[str, Any]:
    """What was typed as rules in plain JSON; what is no number stays as it was typed, for its fault to be named."""
    return {
        "day_minor": _amount(one(form, "day")) or 0,
        "failure_minor": _amount(one(form, "failure")) or 0,
        "rules": [_rule_plain(form, place) for place in _places(form)],
    }


def _rule_plain(form: Fields, place: int) -> dict[str, Any]:
    def said(name: str) -> str:
        return one(form, f"rule_{place}_{name}").strip()

    cod = {"yes": True, "no": False}.get(said("cod"))
    return {
        "name": said("name"),
        "when": {
            "areas": _several(said("areas")),
            "cod": cod,
            "at_least_minor": _amount(said("at_least")),
            "at_most_minor": _amount(said("at_most")),
            "over_g": _amount(said("over_g")),
        },
        "insure": bool(said("insure")),
        "insure_payer": said("insure_payer") or None,
        "subsidy_payer": said("subsidy_payer") or None,
    } | {name: [text.lower() for text in _several(said(name))] for name in NAMES}


def faults_told(refusal: CarryRulesNotUsable, form: Fields, words: Words) -> tuple[dict[str, str], list[str]]:
    """What is wrong beside which field, and what belongs to none."""
    places = _places(form)
    errors: dict[str, str] = {}
    others: list[str] = []
    for fault in refusal.faults:
        where, _, code = fault.partition(": ")
        told = words.gettext(FAULTS[code]) if code in FAULTS else fault
        place, _, what = where.partition(".")
        if place.isdecimal() and int(place) <= len(places) and what in _FIELDS:
            errors.setdefault(f"rule_{places[int(place) - 1]}_{_FIELDS[what]}", told)
        elif where in {"day_minor", "failure_minor"}:
            errors.setdefault(where.removesuffix("_minor"), told)
        else:
            others.append(told)
    return errors, others


def policy_told(policy: CarryPolicy, words: Words) -> list[str]:
    """The rules, a sentence each."""
    told = [
        words.gettext("Sehari di jalan dihitung %(cost)s", cost=_rupiah(policy.day_minor)),
        words.gettext("Antaran pertama yang gagal dihitung %(cost)s", cost=_rupiah(policy.failure_minor)),
    ]
    return told + [
        f"{place}. {rule.name}: {'; '.join([*_when_told(rule, words), *_then_told(rule, words)])}"
        for place, rule in enumerate(policy.rules, 1)
    ]


def _when_told(rule: CarryRule, words: Words) -> list[str]:
    when = rule.when
    told = []
    if when.areas:
        told.append(words.gettext("ke %(areas)s", areas=", ".join(area_named(area) for area in when.areas)))
    if when.cod is not None:
        told.append(words.gettext("hanya COD") if when.cod else words.gettext("hanya yang sudah dibayar"))
    if when.at_least_minor is not None:
        told.append(words.gettext("senilai %(amount)s atau lebih", amount=_rupiah(when.at_least_minor)))
    if when.at_most_minor is not None:
        told.append(words.gettext("senilai paling banyak %(amount)s", amount=_rupiah(when.at_most_minor)))
    if when.over_g is not None:
        told.append(
            words.gettext("lebih dari %(weight)s gram", weight=format_number(when.over_g, words.locale))
        )
    return told


def _then_told(rule: CarryRule, words: Words) -> list[str]:
    told = []
    if rule.only:
        told.append(words.gettext("hanya %(couriers)s", couriers=_couriers(rule.only, words)))
    if rule.never:
        told.append(words.gettext("jangan %(couriers)s", couriers=_couriers(rule.never, words)))
    if rule.first:
        told.append(words.gettext("dahulukan %(couriers)s", couriers=_couriers(rule.first, words)))
    if rule.insure:
        told.append(
            words.gettext("diasuransikan, dibayar %(payer)s", payer=words.gettext(PAYERS[rule.insure_payer]))
        )
    if rule.subsidy_payer:
        told.append(
            words.gettext(
                "kekurangan ongkir ditanggung %(payer)s", payer=words.gettext(PAYERS[rule.subsidy_payer])
            )
        )
    return told


def trial_told(trial: CarryTrial, words: Words) -> dict[str, Any]:
    """A trial as its page shows it."""
    return {
        "trial": trial,
        "cost": signed_money(trial.cost_minor_now - trial.cost_minor, words.locale),
        "first": format_percent(trial.first_now, words.locale),
        "first_was": format_percent(trial.first, words.locale),
        "moves": [
            (
                _couriers([one_.from_carrier], words),
                _couriers([one_.to_carrier], words),
                one_.parcels,
                signed_money(one_.cost_minor, words.locale),
            )
            for one_ in trial.moves
        ],
        "examples": [
            (
                one_.subject_id,
                _couriers([one_.from_carrier], words),
                _couriers([one_.to_carrier], words),
                signed_money(one_.cost_minor, words.locale),
                one_.rule or "",
            )
            for one_ in trial.examples
        ],
    }


def _couriers(names: Sequence[str], words: Words) -> str:
    """`jne:yes` as `JNE YES`."""
    told = []
    for name in names:
        courier, _, service = name.partition(":")
        told.append(f"{courier_name(courier, words)} {service.upper()}".strip())
    return ", ".join(told)


def _places(form: Fields) -> list[int]:
    """Rules something was typed of, in their order."""
    typed = {name: str(value) for name, value in form.items()}
    return [place for place in range(1, MOST_CARRY_RULES + 1) if _says(typed, place)]


def _says(typed: Mapping[str, str], place: int) -> bool:
    prefix = f"rule_{place}_"
    return any(name.startswith(prefix) and value.strip() for name, value in typed.items())


def _several(text: str) -> list[str]:
    return [part.strip() for part in text.replace("\n", ",").split(",") if part.strip()]


def _written(minor: int) -> str:
    return f"{minor:,}".replace(",", ".")


def _rupiah(minor: int) -> str:
    return f"Rp{_written(minor)}"


def _amount(typed: str) -> Any:
    if not typed.strip():
        return None
    read = whole_rupiah(typed)
    return typed if read is None else read
