"""From the form in which a person says what the columns of a file hold, to a mapping."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from orderan.importing import (
    KNOWN_CURRENCIES,
    MappingRefused,
    Problem,
    from_plain,
    guess,
    parse,
    preset,
)
from orderan.importing import Mapping as Rulebook
from orderan.kit.errors import N_
from orderan.kit.i18n import Words
from orderan.web.dashboard.import_words import FIELDS, problem_said

NEEDED: Final = ("invoice", "sku", "quantity", "time", "price")
MARKS: Final = {
    "": N_("Tidak ada pembatalan di berkas ini"),
    "prefix": N_("Nomor fakturnya diawali huruf tertentu"),
    "negative": N_("Jumlahnya negatif"),
    "kinds": N_("Ada kata tertentu di kolom jenis baris"),
}
DAY_ORDERS: Final = {
    "auto": N_("Dikenali dari seluruh berkas"),
    "dmy": N_("Hari di depan: 3/4 adalah 3 April"),
    "mdy": N_("Bulan di depan: 3/4 adalah 4 Maret"),
}
ORIGINAL: Final = "original"
ZONES: Final = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura", "Asia/Singapore", "Europe/London", "UTC")
FIRST: Final = ("IDR", "GBP", "USD", "EUR", "SGD", "MYR")
CURRENCIES: Final = (*FIRST, *sorted(KNOWN_CURRENCIES - set(FIRST)))


def suggested(heading: Sequence[str], *, currency: str, zone: str) -> dict[str, str]:
    """What the form says before anybody has typed: the columns by their names."""
    columns = {f"column_{ours}": name for ours, name in guess(heading).items()}
    return {
        "name": "toko-lama",
        "money_currency": currency,
        "zone": zone,
        "day_order": "auto",
        "mark": "",
        "mark_prefix": "C",
        "mark_words": "",
        "charges": "",
        "duplicates": "wait",
        "missing_customer": "guest",
    } | columns


def asked_for(fields: Mapping[str, str], *, source: str) -> Rulebook:
    """The mapping a form asks for: a shipped one, one in TOML, or one put together by columns.

    Raises:
        MappingRefused: It cannot be used; every problem is named.
    """
    how = fields.get("how", "")
    if how == "toml":
        return parse(fields.get("toml", ""), source=source)
    if how.startswith("preset:"):
        return preset(how.removeprefix("preset:"))
    return from_plain(_plain(fields), source=source)


def _plain(fields: Mapping[str, str]) -> dict[str, object]:
    columns = {
        ours: chosen for ours in FIELDS if (chosen := fields.get(f"column_{ours}", "")) or ours in NEEDED
    }
    mark = fields.get("mark", "")
    if mark != "kinds":
        columns.pop("kind", None)
    cancellation: dict[str, Any] = {}
    if mark == "prefix":
        cancellation["invoice_prefix"] = fields.get("mark_prefix", "").strip()
    elif mark == "negative":
        cancellation["negative_quantity"] = True
    elif mark == "kinds":
        cancellation["kinds"] = _words(fields.get("mark_words", ""))
        cancellation["quantities"] = "positive" if fields.get("mark_positive") else "negative"
    money: dict[str, Any] = {"decimal_sign": "auto"}
    if "currency" not in columns:
        money["currency"] = fields.get("money_currency", "")
    return {
        "name": fields.get("name", "").strip().lower(),
        "columns": columns,
        "money": money,
        "time": {"zone": fields.get("zone", ""), "day_order": fields.get("day_order", "auto")},
        "cancellation": cancellation,
        "codes": {"fold_case": True, "charges": _words(fields.get("charges", "").upper())},
        "lines": {
            "duplicates": fields.get("duplicates", "wait"),
            "missing_customer": fields.get("missing_customer", "guest"),
        },
    }


def _words(text: str) -> list[str]:
    return list(dict.fromkeys(word.strip() for word in re.split(r"[,;\n]", text) if word.strip()))


_PLACES: Final = {
    "money.currency": "money_currency",
    "time.zone": "zone",
    "time.day_order": "day_order",
    "cancellation.invoice_prefix": "mark_prefix",
    "cancellation.kinds": "mark_words",
    "cancellation": "mark",
    "codes.charges": "charges",
    "codes": "charges",
    "mapping": "mark",
}
_SAID: Final = {
    "name": N_("Huruf kecil, angka, dan tanda hubung, paling panjang 40."),
    "mark_prefix": N_("Tulis huruf yang mengawali nomornya."),
    "mark": N_("Pilih kolom jenis baris dan tulis kata-katanya."),
    "money_currency": N_("Pilih mata uangnya."),
    "zone": N_("Pilih zona waktunya."),
    "day_order": N_("Pilih urutan tanggalnya."),
}


def errors_of(refused: MappingRefused, fields: Mapping[str, str], spoken: Words) -> dict[str, list[str]]:
    """Everything wrong with a mapping, beside the field it was typed in."""
    if fields.get("how") == "toml":
        return {"toml": [str(problem) for problem in refused.problems]}
    errors: dict[str, list[str]] = {}
    for problem in refused.problems:
        place, told = _beside(problem, spoken)
        if told not in errors.setdefault(place, []):
            errors[place].append(told)
    return errors


def _beside(problem: Problem, spoken: Words) -> tuple[str, str]:
    parts = problem.where.split(".")
    if parts[0] == "columns" and len(parts) > 1:
        return f"column_{parts[1]}", spoken.gettext(N_("Pilih kolomnya."))
    place = _PLACES.get(problem.where) or _PLACES.get(".".join(parts[:2])) or parts[0]
    if place in _SAID:
        return place, spoken.gettext(_SAID[place])
    return place, problem_said(problem, spoken)
