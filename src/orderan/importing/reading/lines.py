"""From raw values to lines. Nothing is guessed.

A value that does not read as what its column should hold makes the line faulty, with the first
thing wrong as its reason and everything written kept; whatever can still be told of its day and
money is told, so that sums over the file include it.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from orderan.importing.mapping import Mapping
from orderan.importing.models import AnyLine, FaultyLine, Reason, SourceLine
from orderan.importing.money import EXACT, KNOWN_CURRENCIES, Price, price_of, rounded_minor
from orderan.importing.reading.source import Chunk, Raw
from orderan.importing.reading.values import (
    Moment,
    code_of,
    moment_of,
    price_in,
    quantity_of,
    reference_of,
    text_of,
)

# Longer codes would not fit an index entry, and are never codes.
LONGEST_CODE = 200
LONGEST_TEXT = 2_000
LARGEST_QUANTITY = 2**31 - 1
# Minor units of one line or one unit, with room in a bigint for sums of thousands of such.
LARGEST_MINOR = 10**15
LARGEST_PRICE = Decimal(10**12)

# Distinct values are few (a thousand prices and twenty thousand times in half a million lines), so
# each is parsed once; the bound is for files where they are not.
_CACHE_SIZE = 100_000


class RawLine(NamedTuple):
    """The values of one row under our names; what is not mapped is None."""

    invoice: Raw
    sku: Raw
    description: Raw
    quantity: Raw
    time: Raw
    price: Raw
    customer: Raw
    country: Raw
    currency: Raw
    kind: Raw


class LineReader:
    """Reads chunks under one mapping. Keeps nothing between chunks but parsed values."""

    def __init__(self, mapping: Mapping) -> None:
        self._mapping = mapping
        self._money = mapping.money
        self._prices: dict[tuple[type, Raw, str], Price | None] = {}
        self._moments: dict[Raw, Moment | None] = {}

    def lines(self, chunk: Chunk) -> list[AnyLine]:
        """Every line of the chunk, in order, read or faulty."""
        absent = (None,) * chunk.size
        columns = [chunk.columns.get(name, absent) for name in RawLine._fields]
        rows = map(RawLine._make, zip(*columns, strict=True))
        read = [self._line(number, raw) for number, raw in enumerate(rows, start=chunk.first)]
        for offset, (fault, text) in chunk.broken.items():
            read[offset] = _broken(chunk.first + offset, fault, text)
        return read

    def _line(self, number: int, raw: RawLine) -> AnyLine:
        """One line; whatever is out of the ordinary goes through `_faulty`, which says what."""
        invoice, sku = reference_of(raw.invoice) or "", code_of(raw.sku)
        currency = self._currency(raw.currency)
        units = quantity_of(raw.quantity, self._money)
        moment = self._moment(raw.time)
        price = self._price(raw.price, currency)
        if units is None or currency is None or price is None:
            return self._faulty(number, raw)
        marked = self._marked(invoice, units, raw.kind)
        if marked and self._mapping.cancellation.quantities == "positive":
            units = -units
        exact, minor = _amount(units, price, currency)
        description, customer, country = (
            text_of(raw.description), reference_of(raw.customer), text_of(raw.country),
        )  # fmt: skip
        if (
            moment is None or not invoice or not sku or not isinstance(units, int)
            or abs(units) > LARGEST_QUANTITY or abs(minor) > LARGEST_MINOR
            or abs(price.exact) > LARGEST_PRICE
            or _overlong(invoice, sku, customer, country, description)
        ):  # fmt: skip
            return self._faulty(number, raw)
        if self._mapping.codes.fold_case:
            sku = sku.upper()
        return SourceLine(
            number, invoice, sku, description, units, moment.at, moment.day, price.exact,
            customer, country, currency, exact, minor, marked,
        )  # fmt: skip

    def _faulty(self, number: int, raw: RawLine) -> FaultyLine:
        """The first thing wrong with a line, and what can be told of its day and money all the same."""
        invoice, moment = reference_of(raw.invoice) or "", self._moment(raw.time)
        currency = self._currency(raw.currency)
        units, price = quantity_of(raw.quantity, self._money), self._price(raw.price, currency)
        exact: Decimal | None = None
        minor: int | None = None
        if units is not None and price is not None and currency is not None:
            taken_back = self._marked(invoice, units, raw.kind) and (
                self._mapping.cancellation.quantities == "positive"
            )
            exact, minor = _amount(-units if taken_back else units, price, currency)
        fault = _first_fault(raw, units, price, moment, currency, minor)
        if minor is not None and abs(minor) > LARGEST_MINOR:
            # Whatever else is wrong with the line: no book has room for such an amount.
            exact = minor = None
        written = {name: _as_written(value) for name, value in raw._asdict().items() if value is not None}
        known = invoice if len(invoice) <= LONGEST_CODE else ""
        return FaultyLine(
            number, known or None, fault, moment.day if moment else None, currency, exact, minor, written
        )

    def _currency(self, raw: Raw) -> str | None:
        written = (text_of(raw) or "").upper()
        if not written:
            return self._money.currency
        return written if written in KNOWN_CURRENCIES else None

    def _moment(self, raw: Raw) -> Moment | None:
        try:
            return self._moments[raw]
        except KeyError:
            if len(self._moments) >= _CACHE_SIZE:
                self._moments.clear()
        found = self._moments[raw] = moment_of(raw, self._mapping.zone, self._mapping.time)
        return found

    def _price(self, raw: Raw, currency: str | None) -> Price | None:
        if currency is None:
            return None
        # The type belongs to the key: True == 1 == 1.0, and only one of them is a price.
        key = (type(raw), raw, currency)
        try:
            return self._prices[key]
        except KeyError:
            if len(self._prices) >= _CACHE_SIZE:
                self._prices.clear()
        number = price_in(raw, self._money, currency)
        found = self._prices[key] = None if number is None else price_of(number, currency)
        return found

    def _marked(self, invoice: str, units: int | Decimal, kind: Raw) -> bool:
        how = self._mapping.cancellation
        if how.invoice_prefix is not None:
            return self._mapping.begins(invoice, how.invoice_prefix)
        if how.kinds:
            return str(kind).strip() in how.kinds
        taken_back: bool = units < 0
        return how.negative_quantity and taken_back


def _amount(units: int | Decimal, price: Price, currency: str) -> tuple[Decimal, int]:
    exact = EXACT.multiply(units, price.exact)
    if price.minor is not None and isinstance(units, int):
        return exact, units * price.minor
    return exact, rounded_minor(exact, currency)


def _first_fault(
    raw: RawLine, units: int | Decimal | None, price: Price | None, moment: Moment | None,
    currency: str | None, minor: int | None,
) -> Reason:  # fmt: skip
    """What to tell the person who repairs the line; identity first, then amounts, then texts."""
    found = (
        (not reference_of(raw.invoice), Reason.MISSING_INVOICE),
        (not code_of(raw.sku), Reason.MISSING_SKU),
        (units is None, Reason.UNREADABLE_QUANTITY),
        (isinstance(units, Decimal), Reason.FRACTIONAL_QUANTITY),
        (units is not None and not -LARGEST_QUANTITY <= units <= LARGEST_QUANTITY, Reason.QUANTITY_TOO_LARGE),
        (currency is None, Reason.UNKNOWN_CURRENCY),
        (price is None, Reason.UNREADABLE_PRICE),
        (price is not None and abs(price.exact) > LARGEST_PRICE, Reason.AMOUNT_TOO_LARGE),
        (minor is not None and abs(minor) > LARGEST_MINOR, Reason.AMOUNT_TOO_LARGE),
        (moment is None, Reason.UNREADABLE_TIME),
    )
    return next((reason for wrong, reason in found if wrong), Reason.TEXT_TOO_LONG)


def _overlong(
    invoice: str, sku: str, customer: str | None, country: str | None, description: str | None
) -> bool:
    return (
        len(invoice) > LONGEST_CODE or len(sku) > LONGEST_CODE
        or (customer is not None and len(customer) > LONGEST_CODE)
        or (country is not None and len(country) > LONGEST_CODE)
        or (description is not None and len(description) > LONGEST_TEXT)
    )  # fmt: skip


def _broken(number: int, fault: Reason, text: str) -> FaultyLine:
    return FaultyLine(number, None, fault, None, None, None, None, {"row": _as_written(text)})


def _as_written(value: Raw) -> str:
    text = value.isoformat() if isinstance(value, date) else str(value)
    return text.replace("\x00", "\ufffd")[:LONGEST_TEXT]
