"""Decisions and sums of the catalogue; pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

from stdnum import ean

from orderan.catalog.errors import Fault, Wrong
from orderan.catalog.models import UNITS, PriceRow, ProductFields, SkuFields, TaxRate

LONGEST: Final = {
    "name": 200,
    "description": 5_000,
    "brand": 80,
    "category": 80,
    "sku": 64,
    "variant": 120,
    "option": 40,
}
MOST_OPTIONS: Final = 5
MOST_PARTS: Final = 50
MOST_WEIGHT_G: Final = 1_000_000
MOST_SIZE_MM: Final = 10_000
GTIN_LENGTHS: Final = (8, 12, 13, 14)
LONGEST_GTIN: Final = 14
_NOT_IN_CODES: Final = frozenset(";*\r\n\t")


def rates_on(rates: Iterable[TaxRate], day: date) -> dict[str, TaxRate]:
    """The rate of each tax class on a day of the shop's own calendar: the newest that began by then.

    Tax changes at midnight where the shop is, which is 17:00 UTC of the day before in Jakarta.
    """
    valid = [rate for rate in rates if rate.valid_from <= day]
    return {rate.tax_class: rate for rate in sorted(valid, key=lambda rate: rate.valid_from)}


def check_gtin(text: str) -> Wrong | None:
    """What is wrong with a GTIN-8, -12, -13 or -14; the right check digit is told.

    Source: GS1 General Specifications, section 7.9 (check digit calculations).
    """
    if "e+" in text.casefold() or "e-" in text.casefold():
        return Wrong("gtin", Fault.GTIN_MANGLED, text)
    if not (text.isascii() and text.isdigit()) or len(text) not in GTIN_LENGTHS:
        return Wrong("gtin", Fault.GTIN_LENGTH, text)
    right = ean.calc_check_digit(text[:-1])
    return None if right == text[-1] else Wrong("gtin", Fault.GTIN_CHECK_DIGIT, text, right)


def gtin_key(gtin: str) -> str:
    """One key for the ways a GTIN is written: twelve digits, or thirteen beginning with a zero."""
    return gtin.zfill(LONGEST_GTIN)


def scanned_gtin(text: str) -> str | None:
    """The key of a GTIN as somebody typed it or a scanner read it; None for anything else."""
    digits = text.replace(" ", "")
    return gtin_key(digits) if digits.isascii() and digits.isdigit() and len(digits) <= LONGEST_GTIN else None


def check_product(fields: ProductFields, tax_classes: Collection[str]) -> list[Wrong]:
    """Everything wrong with a product's fields."""
    wrong = []
    if not fields.name:
        wrong.append(Wrong("name", Fault.REQUIRED))
    for name in ("name", "description", "brand", "category"):
        wrong += _too_long(name, getattr(fields, name), LONGEST[name])
    if fields.tax_class not in tax_classes:
        choices = ", ".join(sorted(tax_classes))
        wrong.append(Wrong("tax_class", Fault.UNKNOWN_CHOICE, fields.tax_class, choices))
    return wrong


def check_sku(fields: SkuFields) -> list[Wrong]:
    """Everything wrong with a sku's own fields; whether code and GTIN are free, the database knows."""
    wrong = _wrong_code(fields.code)
    wrong += _too_long("variant", fields.name, LONGEST["variant"])
    if fields.gtin and (found := check_gtin(fields.gtin)):
        wrong.append(found)
    if fields.unit not in UNITS:
        wrong.append(Wrong("unit", Fault.UNKNOWN_CHOICE, fields.unit, ", ".join(UNITS)))
    for name in ("weight_g", "length_mm", "width_mm", "height_mm"):
        most = MOST_WEIGHT_G if name == "weight_g" else MOST_SIZE_MM
        if not 0 <= getattr(fields, name) <= most:
            wrong.append(Wrong(name, Fault.OUT_OF_RANGE, str(getattr(fields, name)), f"0–{most}"))
    if len(fields.options) > MOST_OPTIONS or any(
        not key or not value or max(len(key), len(value)) > LONGEST["option"]
        for key, value in fields.options.items()
    ):
        wrong.append(Wrong("options", Fault.OPTIONS_UNREADABLE, write_pairs(fields.options), "ukuran=M"))
    return wrong + _wrong_bundle(fields)


def _wrong_code(code: str) -> list[Wrong]:
    if not code:
        return [Wrong("sku", Fault.REQUIRED)]
    if _NOT_IN_CODES & set(code) or not code.isprintable():
        return [Wrong("sku", Fault.NOT_A_CODE, code)]
    return _too_long("sku", code, LONGEST["sku"])


def _wrong_bundle(fields: SkuFields) -> list[Wrong]:
    if not fields.is_bundle:
        return [Wrong("parts", Fault.NOT_A_BUNDLE)] if fields.parts else []
    wrong = []
    if fields.is_stocked or fields.lot_tracked:
        wrong.append(Wrong("is_stocked", Fault.BUNDLE_STOCKED))
    if not fields.parts:
        wrong.append(Wrong("parts", Fault.PARTS_MISSING))
    if len(fields.parts) > MOST_PARTS or any(not 1 <= units <= 10_000 for units in fields.parts.values()):
        wrong.append(Wrong("parts", Fault.PARTS_UNREADABLE, write_parts(fields.parts), "KOPI-250*2; GULA-1"))
    return wrong


def _too_long(name: str, text: str, most: int) -> list[Wrong]:
    return [Wrong(name, Fault.TOO_LONG, text[:20] + "…", str(most))] if len(text) > most else []


def write_pairs(pairs: Mapping[str, str]) -> str:
    """`ukuran=M; warna=Merah`."""
    return "; ".join(f"{key}={value}" for key, value in pairs.items())


def write_parts(parts: Mapping[str, int]) -> str:
    """`KOPI-250*2; GULA-1*1`."""
    return "; ".join(f"{code}*{units}" for code, units in parts.items())


def assemblable(parts: Iterable[tuple[UUID, int]], available: Mapping[UUID, int]) -> int:
    """How many bundles can be put together from what is available of each part."""
    return max(0, min((available.get(sku, 0) // units for sku, units in parts), default=0))


def overlapping(standing: Iterable[PriceRow], new: PriceRow) -> list[PriceRow]:
    """Prices of the same step that are valid at some time within the new one, oldest first."""
    return sorted((row for row in standing if row.overlaps(new)), key=lambda row: row.valid_from)


def carve(standing: Iterable[PriceRow], new: PriceRow) -> tuple[list[PriceRow], list[PriceRow]]:
    """Make room for a price: (rows that go, rows that come), the new one among the latter.

    What lay before the new price ends where it begins; what lay beyond its end goes on after it
    at the old amount, so that a week's promotion gives way to the ordinary price by itself.
    """
    gone, made = [], []
    for row in overlapping(standing, new):
        gone.append(row)
        if row.valid_from < new.valid_from:
            made.append(replace(row, valid_until=new.valid_from))
        if new.valid_until is not None and (row.valid_until is None or new.valid_until < row.valid_until):
            made.append(replace(row, valid_from=new.valid_until))
    return gone, [*made, new]


def until_next(standing: Sequence[PriceRow], step: tuple[UUID, UUID, int], now: datetime) -> datetime | None:
    """How long a price that begins now may last without touching what is planned after it."""
    later = [row.valid_from for row in standing if row.step == step and row.valid_from > now]
    return min(later, default=None)
