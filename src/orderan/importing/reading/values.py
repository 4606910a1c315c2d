"""Single values: text, float, cell or typed column to codes, numbers and instants.

Each function answers None (or an empty code) for what it cannot read; the caller says why.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from orderan.importing.mapping import MoneyFormat, TimeFormat
from orderan.importing.money import FLOAT_PLACES, WHOLE_CURRENCIES
from orderan.importing.reading.source import Raw

_NUMBER = re.compile(r"[+-]?(?:\d{1,30}(?:\.\d{0,20})?|\.\d{1,20})(?:[eE][+-]?\d{1,2})?", re.ASCII)
# As wide as money.EXACT: what _NUMBER admits has at most 150 digits.
_FLOATING = Context(prec=300, rounding=ROUND_HALF_EVEN)
_LARGEST = 10**40
# A thousand and more, or thousandths: 125.000 where the point is said to be before decimals.
_THREE_DECIMALS = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}", re.ASCII)
_SPREADSHEET_WHOLE = re.compile(r"\d+\.0+", re.ASCII)
# What programs write where a reference is missing; no shop names a customer so.
_NOTHING = frozenset({"nan", "null", "none", "nat", "<na>", "#n/a"})
# 3/4/2011 8:26, 03.04.11 08:26:01, 3-4-2011 8:26 PM, 2011/4/3.
NUMERIC_DATE = re.compile(
    r"(?P<first>\d{1,4})(?P<sign>[/.-])(?P<second>\d{1,2})(?P=sign)(?P<third>\d{1,4})"
    r"(?:(?:\s+|T|,\s*)(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second_of>\d{2})(?:[.,](?P<part>\d{1,9}))?)?"
    r"(?:\s*(?P<half>[AaPp])\.?[Mm]\.?)?)?",
    re.ASCII,
)


class Moment(NamedTuple):
    """An instant, and the calendar day as the file writes it."""

    at: datetime
    day: date


def text_of(raw: Raw) -> str | None:
    """Text without the blanks around it; None for nothing, for NaN and for blanks alone."""
    if raw is None or (isinstance(raw, float) and math.isnan(raw)):
        return None
    # The database cannot store NUL; the mark in its place shows that something stood there.
    text = str(raw).strip().replace("\x00", "\ufffd")
    return text or None


def code_of(raw: Raw) -> str:
    """A code as text: a spreadsheet's 536365.0 is the invoice 536365. Empty when there is none."""
    if isinstance(raw, float | Decimal) and math.isfinite(raw) and raw == int(raw):
        return str(int(raw))
    return text_of(raw) or ""


def reference_of(raw: Raw) -> str | None:
    """Number of a customer or invoice. "17850.0" is what a column with gaps makes of 17850."""
    code = code_of(raw)
    if _SPREADSHEET_WHOLE.fullmatch(code):
        return code.partition(".")[0]
    return None if not code or code.lower() in _NOTHING else code


def number_of(raw: Raw, how: MoneyFormat) -> Decimal | None:
    """A number, exact. Binary floats are read to nine places, see `money.FLOAT_PLACES`."""
    match raw:
        case int() if not isinstance(raw, bool) and abs(raw) < _LARGEST:
            return Decimal(raw)
        case Decimal() if raw.is_finite() and abs(raw) < _LARGEST:
            return _shortest(raw)
        case float():
            return _binary_number(raw)
        case str():
            return _written_number(raw, how)
        case _:
            return None


def price_in(raw: Raw, how: MoneyFormat, currency: str) -> Decimal | None:
    """A number that is a price.

    125.000 is no price in thousandths of a rupiah, even where the mapping, or most of the file, has
    the point before decimals: which of the two is wrong, a person must say.
    """
    if currency in WHOLE_CURRENCIES and isinstance(raw, str):
        text = raw.strip()
        if how.decimal_sign in text and _THREE_DECIMALS.fullmatch(text):
            return None
    return number_of(raw, how)


def _binary_number(raw: float) -> Decimal | None:
    if not math.isfinite(raw) or abs(raw) > _LARGEST:
        return None
    return _shortest(Decimal(repr(raw)).quantize(FLOAT_PLACES, context=_FLOATING))


def _written_number(raw: str, how: MoneyFormat) -> Decimal | None:
    text = raw.strip()
    if how.grouping_sign and how.grouping_sign in text:
        # Signs that do not stand between thousands mean that the mapping is wrong: 2,55 is not 255.
        if not _grouped(how.grouping_sign, how.decimal_sign).fullmatch(text):
            return None
        text = text.replace(how.grouping_sign, "")
    if how.decimal_sign == ",":
        # A point that groups nothing and is no decimal sign here means the mapping is wrong.
        if "." in text:
            return None
        text = text.replace(",", ".")
    return _shortest(Decimal(text)) if _NUMBER.fullmatch(text) else None


@cache
def _grouped(grouping: str, decimal: str) -> re.Pattern[str]:
    return re.compile(
        rf"[+-]?\d{{1,3}}(?:{re.escape(grouping)}\d{{3}})+(?:{re.escape(decimal)}\d*)?", re.ASCII
    )


def _shortest(number: Decimal) -> Decimal:
    """Without trailing zeros, so that 2.50 and 2.5 are one price."""
    whole = number == number.to_integral_value()
    return number.quantize(Decimal(1), context=_FLOATING) if whole else number.normalize(_FLOATING)


def quantity_of(raw: Raw, how: MoneyFormat) -> int | Decimal | None:
    """Units: an int, or a Decimal where the file sells fractions, which we do not."""
    if type(raw) is int:
        return raw if abs(raw) < _LARGEST else None
    number = number_of(raw, how)
    if number is None:
        return None
    return int(number) if number == number.to_integral_value() else number


def moment_of(raw: Raw, zone: ZoneInfo, how: TimeFormat) -> Moment | None:
    """An instant and the day as written; times without a zone are the mapping's.

    A time that an autumn night has twice is taken as the first of the two; one that a spring
    night skips is read with the offset before the change.
    """
    written = _written_time(raw, how)
    if written is None:
        return None
    local = written if written.tzinfo is not None else written.replace(tzinfo=zone)
    try:
        return Moment(local.astimezone(UTC), written.date())
    except OverflowError:
        return None


def _written_time(raw: Raw, how: TimeFormat) -> datetime | None:
    match raw:
        case datetime():
            return raw
        case date():
            return datetime(raw.year, raw.month, raw.day)  # noqa: DTZ001  # zoned by the caller
        case str():
            return _parsed_time(raw.strip(), how)
        case _:
            return None


def _parsed_time(text: str, how: TimeFormat) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    if how.day_order is not None and (numeric := NUMERIC_DATE.fullmatch(text)):
        return _numeric_time(numeric, day_first=how.day_order == "dmy")
    for layout in how.formats:
        try:
            return datetime.strptime(text, layout)  # noqa: DTZ007  # zoned by the caller
        except ValueError:
            continue
    return None


def _numeric_time(found: re.Match[str], *, day_first: bool) -> datetime | None:
    """A date in numbers; whose year stands in front if that has four digits."""
    first, second, third = found["first"], found["second"], found["third"]
    if len(first) == _YEAR_DIGITS:
        year, month, day = first, second, third
    elif day_first:
        day, month, year = first, second, third
    else:
        month, day, year = first, second, third
    if len(year) not in {2, _YEAR_DIGITS}:
        return None
    hour = int(found["hour"] or 0)
    if found["half"]:
        if not 1 <= hour <= _HALF_DAY:
            return None
        hour = hour % _HALF_DAY + (_HALF_DAY if found["half"] in "pP" else 0)
    part = int((found["part"] or "").ljust(6, "0")[:6])
    try:
        return datetime(  # noqa: DTZ001  # zoned by the caller
            _whole_year(year), int(month), int(day), hour, int(found["minute"] or 0),
            int(found["second_of"] or 0), part,
        )  # fmt: skip
    except ValueError:
        return None


def _whole_year(text: str) -> int:
    # The century as POSIX has it.
    year = int(text)
    if len(text) == _YEAR_DIGITS:
        return year
    return year + (2000 if year < _LAST_CENTURY else 1900)


_YEAR_DIGITS = 4
_HALF_DAY = 12
_LAST_CENTURY = 69
