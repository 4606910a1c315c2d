"""The form of a payment promotion: what a person types, and the terms it means."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from litestar.datastructures import FormMultiDict

from orderan.kit.errors import N_
from orderan.kit.i18n import Words
from orderan.payments import BY_HAND, METHODS, Group
from orderan.promotions import Months, Payer, PayerKind, PromotionKind, Terms
from orderan.web.dashboard.setting_fields import PercentUnreadable, basis_points
from orderan.web.errors import sentence
from orderan.web.forms import (
    AmountUnreadable,
    CountUnreadable,
    DateUnreadable,
    amount_typed,
    count_typed,
    many,
    moment_typed,
    one,
)

KINDS: Final = {
    PromotionKind.DISCOUNT: N_("Potongan langsung"),
    PromotionKind.CASHBACK: N_("Cashback setelah bayar"),
    PromotionKind.INSTALMENT: N_("Cicilan tanpa bunga"),
}
PAYERS: Final = {
    PayerKind.SHOP: N_("Toko"),
    PayerKind.BANK: N_("Bank"),
    PayerKind.WALLET: N_("Dompet digital"),
    PayerKind.BRAND: N_("Merek"),
}
TEXTS: Final = (
    "name", "kind", "rate", "cap", "fixed", "months", "card_ranges", "valid_from", "valid_until", "hour_from",
    "hour_until", "minimum", "per_buyer", "quota", "budget",
    *(f"{what}_{payer}" for payer in PayerKind for what in ("share", "who")),
)  # fmt: skip
WRONG: Final = {
    "name": ("name", N_("Beri nama promo ini.")),
    "worth": ("rate", N_("Isi persen atau jumlah tetap, salah satu saja. Cicilan tidak memakai keduanya.")),
    "months": ("months", N_("Isi tenor cicilan dan bunganya, misalnya 3=2,5 6=4. Hanya untuk cicilan.")),
    "payers": ("share_shop", N_("Bagian para penanggung harus berjumlah 100 persen.")),
    "validity": ("valid_until", N_("Promo harus berakhir sesudah dimulai.")),
    "hours": ("hour_from", N_("Jam mulai 0 sampai 23, jam selesai 1 sampai 24.")),
    "limits": ("budget", N_("Batas yang diisi harus lebih dari nol.")),
    "card_ranges": ("card_ranges", N_("Isi 6 sampai 8 angka pertama kartu, bukan nomor kartu.")),
}
"""Beside which field each wrong part stands, and what is said of it."""


def ways() -> list[tuple[str, str]]:
    """Methods a promotion may be for, in the order of the catalogue: all that a gateway carries."""
    return [(method.code, method.name) for method in METHODS.values() if method.code not in BY_HAND]


def banks() -> list[tuple[str, str]]:
    """Banks of the catalogue, each with the name its first method has."""
    found: dict[str, str] = {}
    for method in METHODS.values():
        if method.bank and method.bank != "other":
            found.setdefault(method.bank, method.name)
    return sorted(found.items(), key=lambda bank: bank[1].lower())


def blank(now: datetime, zone: str) -> dict[str, str | list[str]]:
    """The form of a new promotion: running from now on, paid by the shop."""
    typed: dict[str, str | list[str]] = dict.fromkeys(TEXTS, "")
    return typed | {
        "kind": str(PromotionKind.DISCOUNT),
        "valid_from": local(now, zone),
        "hour_from": "0",
        "hour_until": "24",
        "share_shop": "100",
        "method": [],
        "bank": [],
    }


def of_terms(terms: Terms, zone: str) -> dict[str, str | list[str]]:
    """The form of a promotion that is there."""
    typed: dict[str, str | list[str]] = dict.fromkeys(TEXTS, "")
    for payer in terms.payers:
        typed |= {f"share_{payer.kind}": percent(payer.share_bp), f"who_{payer.kind}": payer.name}
    limits = {
        "cap": terms.cap_minor,
        "fixed": terms.fixed_minor or None,
        "minimum": terms.minimum_minor or None,
        "per_buyer": terms.per_buyer,
        "quota": terms.quota,
        "budget": terms.budget_minor,
    }
    return typed | {
        "name": terms.name,
        "kind": str(terms.kind),
        "rate": percent(terms.rate_bp) if terms.rate_bp else "",
        "months": " ".join(f"{plan.months}={percent(plan.rate_bp)}" for plan in terms.months),
        "card_ranges": ", ".join(terms.card_ranges),
        "valid_from": local(terms.valid_from, zone),
        "valid_until": local(terms.valid_until, zone) if terms.valid_until else "",
        "hour_from": str(terms.hour_from),
        "hour_until": str(terms.hour_until),
        "method": [*terms.methods, *terms.wallets],
        "bank": list(terms.banks),
        **{name: "" if value is None else str(value) for name, value in limits.items()},
    }


def typed_in(form: FormMultiDict) -> dict[str, str | list[str]]:
    """The form as it was sent."""
    return {name: one(form, name) for name in TEXTS} | {
        "method": many(form, "method"),
        "bank": many(form, "bank"),
    }


def percent(basis: int) -> str:
    """Basis points as people type a percentage: 250 is `2,5`."""
    return f"{basis / 100:.2f}".rstrip("0").rstrip(".").replace(".", ",")


def local(moment: datetime, zone: str) -> str:
    """A moment as a browser's field of day and time has it."""
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")


class Reader:
    """Reads the fields of a form, and keeps what cannot be read beside its field."""

    def __init__(self, form: FormMultiDict, words: Words, *, currency: str, zone: str) -> None:
        self._form = form
        self._words = words
        self._currency = currency
        self._zone = zone
        self.errors: dict[str, str] = {}

    def _refused(
        self, name: str, refusal: AmountUnreadable | CountUnreadable | DateUnreadable | PercentUnreadable
    ) -> None:
        self.errors[name] = sentence(refusal, self._words)

    def amount(self, name: str) -> int | None:
        """Minor units; None when nothing was typed."""
        if not one(self._form, name).strip():
            return None
        try:
            return amount_typed(one(self._form, name), self._currency)
        except AmountUnreadable as refusal:
            self._refused(name, refusal)
        return None

    def count(self, name: str) -> int | None:
        """A whole number; None when nothing was typed."""
        if not one(self._form, name).strip():
            return None
        try:
            return count_typed(one(self._form, name))
        except CountUnreadable as refusal:
            self._refused(name, refusal)
        return None

    def share(self, name: str, text: str | None = None) -> int:
        """Basis points; nothing typed is none."""
        typed = one(self._form, name) if text is None else text
        if not typed.strip():
            return 0
        try:
            return basis_points(typed)
        except PercentUnreadable as refusal:
            self._refused(name, refusal)
        return 0

    def moment(self, name: str) -> datetime | None:
        """A moment; None when nothing was typed."""
        try:
            return moment_typed(one(self._form, name), self._zone)
        except DateUnreadable as refusal:
            self._refused(name, refusal)
        return None

    def plans(self) -> tuple[Months, ...]:
        """`3=2,5 6=4`: months and the interest that somebody else bears."""
        found = []
        for part in re.split(r"[\s;]+", one(self._form, "months").strip()):
            months, _, rate = part.partition("=")
            if part and months.isdecimal() and len(months) <= 2:
                found.append(Months(int(months), self.share("months", rate)))
            elif part:
                self.errors |= told_wrong(("months",), self._words)
        return tuple(found)


def read_terms(
    form: FormMultiDict, words: Words, *, shop_name: str, currency: str, zone: str, now: datetime
) -> tuple[Terms, dict[str, str]]:
    """The terms a form means, and what in it could not be read."""
    reader = Reader(form, words, currency=currency, zone=zone)
    chosen = [method for method in many(form, "method") if method in METHODS and method not in BY_HAND]
    known = dict(banks())
    kind = one(form, "kind")
    hour_from, hour_until = reader.count("hour_from"), reader.count("hour_until")
    terms = Terms(
        name=one(form, "name").strip()[:120],
        kind=PromotionKind(kind) if kind in {str(one_) for one_ in PromotionKind} else PromotionKind.DISCOUNT,
        currency=currency,
        valid_from=reader.moment("valid_from") or now,
        valid_until=reader.moment("valid_until"),
        payers=_payers(form, reader, words, shop_name),
        methods=tuple(code for code in chosen if METHODS[code].group is not Group.WALLET),
        wallets=tuple(code for code in chosen if METHODS[code].group is Group.WALLET),
        banks=tuple(bank for bank in many(form, "bank") if bank in known),
        card_ranges=tuple(re.findall(r"[^\s,;]+", one(form, "card_ranges"))),
        rate_bp=reader.share("rate"),
        cap_minor=reader.amount("cap"),
        fixed_minor=reader.amount("fixed") or 0,
        months=reader.plans(),
        hour_from=0 if hour_from is None else hour_from,
        hour_until=24 if hour_until is None else hour_until,
        minimum_minor=reader.amount("minimum") or 0,
        per_buyer=reader.count("per_buyer"),
        quota=reader.count("quota"),
        budget_minor=reader.amount("budget"),
    )
    return terms, reader.errors


def _payers(form: FormMultiDict, reader: Reader, words: Words, shop_name: str) -> tuple[Payer, ...]:
    found = []
    for kind in PayerKind:
        share = reader.share(f"share_{kind}")
        if share:
            otherwise = shop_name if kind is PayerKind.SHOP else words.gettext(PAYERS[kind])
            found.append(Payer(kind, one(form, f"who_{kind}").strip()[:80] or otherwise, share))
    return tuple(found)


def told_wrong(wrong: tuple[str, ...], words: Words) -> Mapping[str, str]:
    """What is wrong with the terms, beside the fields."""
    return {WRONG[part][0]: words.gettext(WRONG[part][1]) for part in wrong}
