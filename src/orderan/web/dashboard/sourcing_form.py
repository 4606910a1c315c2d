"""The form of the rules of sourcing, and how the page tells them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from orderan.inventory import Location
from orderan.kit.errors import N_
from orderan.kit.i18n import Words
from orderan.kit.ids import to_text
from orderan.orders import Order
from orderan.sourcing import LEVELS, Changed, Fault, KeptTrial, SourcingRules, SourcingRulesNotUsable
from orderan.web.dashboard.routing_words import signed_money
from orderan.web.forms import Fields, one, whole_rupiah
from orderan.web.stock_scope import LOCATION

WAYS: Final = (
    N_("Provinsi lain"),
    N_("Provinsi yang sama"),
    N_("Kota atau kabupaten yang sama"),
    N_("Kecamatan yang sama"),
    N_("Kelurahan yang sama"),
)
"""By nearness, the farthest first."""
FAULTS: Final[Mapping[Fault, str]] = {
    Fault.NOT_AN_OBJECT: N_("Tidak bisa dibaca."),
    Fault.NOT_KNOWN: N_("Tidak dikenal."),
    Fault.NOT_AN_AMOUNT: N_("Tulis jumlah rupiah, paling banyak satu miliar."),
    Fault.NOT_FIVE: N_("Tulis biaya untuk kelima jarak."),
    Fault.NEARER_COSTS_MORE: N_("Yang lebih dekat tidak boleh lebih mahal daripada yang lebih jauh."),
    Fault.NOT_YES_OR_NO: N_("Pilih ya atau tidak."),
    Fault.NOT_A_NUMBER_OF_ORDERS: N_("Tulis jumlah pesanan, paling sedikit 1, atau kosongkan."),
    Fault.LOCATION_NOT_THERE: N_("Lokasi ini tidak ada atau tidak menjual lagi."),
    Fault.TOO_MANY: N_("Terlalu banyak lokasi."),
}
CHANGED: Final[Mapping[str, str]] = {
    "way_minor": N_("Biaya jalan menurut jarak"),
    "split_minor": N_("Biaya paket tambahan"),
    "whole_below_minor": N_("Batas nilai untuk membagi"),
    "owners_first": N_("Barang mitra lebih dulu"),
}


def typed_of(rules: SourcingRules, places: Iterable[Location]) -> dict[str, str]:
    """Rules as their form shows them."""
    typed = {f"way_{level}": _written(minor) for level, minor in enumerate(rules.way_minor)}
    typed |= {"split": _written(rules.split_minor), "whole_below": _written(rules.whole_below_minor)}
    typed["owners_first"] = "yes" if rules.owners_first else ""
    for place in places:
        name, rule = to_text(LOCATION, place.id), rules.place(place.id)
        typed[f"cost_{name}"] = _written(rule.order_minor)
        typed[f"most_{name}"] = "" if rule.orders_a_day is None else str(rule.orders_a_day)
    return typed


def plain_of(form: Fields, places: Iterable[Location]) -> dict[str, Any]:
    """What was typed as rules in plain JSON; what is no number stays as it was typed, for its fault to be named."""
    return {
        "way_minor": [_amount(one(form, f"way_{level}")) for level in range(LEVELS)],
        "split_minor": _amount(one(form, "split")),
        "whole_below_minor": _amount(one(form, "whole_below")),
        "owners_first": bool(one(form, "owners_first")),
        "places": {
            str(place.id): {
                "order_minor": _amount(one(form, f"cost_{name}")),
                "orders_a_day": _number(one(form, f"most_{name}")),
            }
            for place in places
            for name in [to_text(LOCATION, place.id)]
        },
    }


def faults_told(refusal: SourcingRulesNotUsable, words: Words) -> tuple[dict[str, str], list[str]]:
    """What is wrong beside which field, and what belongs to none."""
    errors: dict[str, str] = {}
    others: list[str] = []
    for fault in refusal.faults:
        place, _, code = fault.partition(": ")
        told = words.gettext(FAULTS[Fault(code)])
        field = _field_of(place)
        if field is None:
            others.append(told)
        else:
            errors.setdefault(field, told)
    return errors, others


def rules_told(rules: SourcingRules, names: Mapping[UUID, str], words: Words) -> list[str]:
    """The rules, a sentence each."""
    ways = " · ".join(
        f"{words.gettext(WAYS[level])} {_rupiah(minor)}" for level, minor in enumerate(rules.way_minor)
    )
    told = [
        words.gettext("Jalan: %(ways)s", ways=ways),
        words.gettext("Setiap paket tambahan: %(cost)s", cost=_rupiah(rules.split_minor)),
    ]
    if rules.whole_below_minor:
        told.append(
            words.gettext(
                "Di bawah %(amount)s dibagi hanya bila tidak ada tempat yang punya semuanya",
                amount=_rupiah(rules.whole_below_minor),
            )
        )
    if rules.owners_first:
        told.append(words.gettext("Di satu tempat, barang mitra diambil lebih dulu"))
    for location, place in sorted(rules.places.items(), key=lambda item: names.get(item[0], "")):
        name = names.get(location, "?")
        if place.order_minor:
            told.append(
                words.gettext(
                    "%(place)s: tambah %(cost)s per pesanan", place=name, cost=_rupiah(place.order_minor)
                )
            )
        if place.orders_a_day is not None:
            told.append(
                words.gettext(
                    "%(place)s: paling banyak %(orders)s pesanan sehari",
                    place=name,
                    orders=place.orders_a_day,
                )
            )
    return told


def changes_told(changes: Iterable[Changed], names: Mapping[UUID, str], words: Words) -> list[str]:
    """What differs, a line each."""
    return [
        words.gettext(CHANGED[one.field])
        if one.location_id is None
        else words.gettext("Lokasi %(place)s", place=names.get(one.location_id, "?"))
        for one in changes
    ]


def trial_told(
    tried: KeptTrial, names: Mapping[UUID, str], orders: Mapping[UUID, Order], locale: str
) -> dict[str, Any]:
    """A trial as its page shows it: amounts with their sign, places and orders by name."""
    trial = tried.trial

    def placed(ids: Sequence[str]) -> str:
        return ", ".join(sorted(names.get(UUID(one), "?") for one in ids))

    return {
        "orders": trial.orders,
        "moved": trial.moved,
        "parcels": trial.parcels,
        "parcels_now": trial.parcels_now,
        "cost": signed_money(trial.cost_minor_now - trial.cost_minor, locale),
        "since": trial.since,
        "until": trial.until,
        "more": trial.more,
        "places": [
            {"name": names.get(UUID(one.location_id), "?"), "then": one.then, "now": one.now}
            for one in trial.places
        ],
        "examples": [
            {
                "number": orders[order_id].number,
                "path": f"/orders/{to_text('ord', order_id)}",
                "then": placed(one.then),
                "now": placed(one.now),
            }
            for one in trial.examples
            for order_id in [UUID(one.subject_id)]
            if order_id in orders
        ],
    }


def _field_of(place: str) -> str | None:
    name, _, rest = place.partition(".")
    match name:
        case "way_minor":
            return f"way_{rest or 0}"
        case "split_minor":
            return "split"
        case "whole_below_minor":
            return "whole_below"
        case "places" if rest:
            location, _, what = rest.partition(".")
            prefix = "most" if what == "orders_a_day" else "cost"
            return f"{prefix}_{to_text(LOCATION, UUID(location))}"
        case _:
            return None


def _written(minor: int) -> str:
    return f"{minor:,}".replace(",", ".")


def _rupiah(minor: int) -> str:
    return f"Rp{_written(minor)}"


def _amount(typed: str) -> Any:
    read = whole_rupiah(typed) if typed.strip() else 0
    return typed if read is None else read


def _number(typed: str) -> Any:
    text = typed.strip()
    if not text:
        return None
    return int(text) if text.isdecimal() and len(text) <= 9 else text
