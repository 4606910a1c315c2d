"""Nouns of an import: a line of the file, and what became of it.

Two sorts of line leave the reader. A `SourceLine` could be read whole; a `FaultyLine` could not,
and keeps what was written so that a person can repair it. Both know their number in the file,
which is the only name a source line has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum, auto
from typing import NamedTuple


class Outcome(StrEnum):
    """What became of a source line; every line has exactly one."""

    ORDERED = auto()
    RETURNED = auto()
    WAITING = auto()


class Reason(StrEnum):
    """Why a line waits for a person. Codes are stable: reports and inbox filters name them."""

    # The line could not be read.
    WRONG_NUMBER_OF_COLUMNS = auto()
    BROKEN_QUOTES = auto()
    MISSING_INVOICE = auto()
    MISSING_SKU = auto()
    UNREADABLE_QUANTITY = auto()
    FRACTIONAL_QUANTITY = auto()
    QUANTITY_TOO_LARGE = auto()
    UNREADABLE_PRICE = auto()
    AMOUNT_TOO_LARGE = auto()
    UNREADABLE_TIME = auto()
    UNKNOWN_CURRENCY = auto()
    TEXT_TOO_LONG = auto()
    # The line could be read, but is no sale and no cancellation we dare act on.
    ADJUSTMENT_INVOICE = auto()
    NOT_A_SALE = auto()
    ZERO_QUANTITY = auto()
    NEGATIVE_QUANTITY = auto()
    NEGATIVE_PRICE = auto()
    ZERO_PRICE_WITHOUT_CUSTOMER = auto()
    MISSING_CUSTOMER = auto()
    DUPLICATE_LINE = auto()
    SEVERAL_CUSTOMERS = auto()
    SEVERAL_CURRENCIES = auto()
    SEVERAL_DATES = auto()
    INVOICE_TOO_LARGE = auto()
    # The line cancels, but what it cancels was not found.
    CANCELLATION_WITH_POSITIVE_QUANTITY = auto()
    CANCELLATION_WITHOUT_CUSTOMER = auto()
    NOTHING_SOLD_TO_CANCEL = auto()
    MORE_CANCELLED_THAN_SOLD = auto()
    MORE_REFUNDED_THAN_PAID = auto()
    DISCOUNT_WITHOUT_SALE = auto()
    # The invoice is known from an earlier run, with other lines.
    INVOICE_CHANGED = auto()


class SourceLine(NamedTuple):
    """One line of the file, read whole.

    A named tuple, not a dataclass: half a million are made in a run, and it is made three times
    as fast.

    Attributes:
        number: Position in the file, from 1, headings not counted.
        sku: Code as the catalogue would write it (folded if the mapping says so).
        quantity: Whole units; negative where the file takes units back.
        at: Instant, UTC. `day` is the calendar day as the file writes it.
        price: Unit price in major units, exact.
        exact: quantity x price in major units, exact. `minor` is the same rounded half away
            from zero to the minor unit of the currency: the amount of the line in all books.
        cancelling: The file marks this line as cancelling an earlier one.
    """

    number: int
    invoice: str
    sku: str
    description: str | None
    quantity: int
    at: datetime
    day: date
    price: Decimal
    customer: str | None
    country: str | None
    currency: str
    exact: Decimal
    minor: int
    cancelling: bool


class FaultyLine(NamedTuple):
    """A line that could not be read whole. What could be read of its day and money is kept.

    Attributes:
        exact, minor: None when quantity, price or currency is unreadable: then the file itself
            has no amount here, and the line counts as a line but not as money.
        raw: Column name to text as written.
    """

    number: int
    invoice: str | None
    fault: Reason
    day: date | None
    currency: str | None
    exact: Decimal | None
    minor: int | None
    raw: Mapping[str, str]


AnyLine = SourceLine | FaultyLine


class Waiting(NamedTuple):
    """A readable line that waits, and why."""

    line: SourceLine
    reason: Reason


@dataclass(frozen=True, slots=True)
class JudgedInvoice:
    """All lines of one invoice, each put in exactly one of three places.

    Attributes:
        customer: The one customer the invoice names, None for a sale to a stranger.
        at: Time of its first line.
        sales: Become lines of one order.
        cancellations: Still to be matched with what they cancel.
        waiting: Everything else.
    """

    number: str
    customer: str | None
    at: datetime
    sales: tuple[SourceLine, ...]
    cancellations: tuple[SourceLine, ...]
    waiting: tuple[Waiting, ...]
