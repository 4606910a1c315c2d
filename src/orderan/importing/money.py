"""From a price as written to exact amounts and to minor units.

A price is exact: 0.001 pounds is 0.001 pounds. The amount of a line is quantity x price, computed
without loss and then rounded once, half away from zero, to the minor unit. Half away from zero,
because then a cancellation of a line is the exact negative of the line. Sums are kept both ways:
of the rounded amounts, which is what the books hold, and of the exact ones, which is what the file
says.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal, Inexact, InvalidOperation
from functools import lru_cache
from typing import NamedTuple

# Wide enough for any number the reader admits times any other; what would not fit raises instead
# of losing a digit.
EXACT = Context(prec=300, traps=[Inexact, InvalidOperation])

# Binary floats are read as the nearest decimal with nine places: 2.5500000000000003 was 2.55
# before a program wrote it down.
FLOAT_PLACES = Decimal("1e-9")

MINOR_DIGITS: dict[str, int] = {
    "AED": 2, "AUD": 2, "BHD": 3, "BND": 2, "BRL": 2, "CAD": 2, "CHF": 2, "CNY": 2, "CZK": 2,
    "DKK": 2, "EUR": 2, "GBP": 2, "HKD": 2, "HUF": 2, "IDR": 0, "ILS": 2, "INR": 2, "ISK": 0,
    "JPY": 0, "KRW": 0, "KWD": 3, "MXN": 2, "MYR": 2, "NOK": 2, "NZD": 2, "OMR": 3, "PHP": 2,
    "PLN": 2, "QAR": 2, "SAR": 2, "SEK": 2, "SGD": 2, "THB": 2, "TRY": 2, "TWD": 2, "USD": 2,
    "VND": 0, "ZAR": 2,
}  # fmt: skip
KNOWN_CURRENCIES = frozenset(MINOR_DIGITS)
WHOLE_CURRENCIES = frozenset(code for code, digits in MINOR_DIGITS.items() if not digits)
"""Without a smaller unit: nobody prices in thousandths of a rupiah."""


class Price(NamedTuple):
    """A unit price in major units; `minor` when it is a whole number of minor units."""

    exact: Decimal
    minor: int | None


def price_of(exact: Decimal, currency: str) -> Price:
    """A price with its whole minor units, if it has them."""
    scaled = exact.scaleb(MINOR_DIGITS[currency], EXACT)
    whole = scaled.to_integral_value()
    return Price(exact, int(whole) if whole == scaled else None)


def rounded_minor(exact: Decimal, currency: str) -> int:
    """An exact amount in major units as minor units, half away from zero."""
    scaled = exact.scaleb(MINOR_DIGITS[currency], EXACT)
    return int(scaled.quantize(Decimal(1), rounding=ROUND_HALF_UP, context=_ROUNDING))


@lru_cache(maxsize=50_000)
def unit_minor(price: Decimal, currency: str) -> int:
    """A unit price rounded for show; amounts are never computed from it."""
    return rounded_minor(price, currency)


_ROUNDING = Context(prec=300)
