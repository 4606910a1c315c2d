"""Builders that state only what a test is about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

from orderan.importing.mapping import Mapping, parse
from orderan.importing.models import SourceLine
from orderan.importing.money import rounded_minor

MORNING = datetime(2011, 3, 1, 9, 0, tzinfo=UTC)

MAPPING_TEXT = """
name = "test"
[columns]
invoice = "invoice"
sku = "sku"
quantity = "quantity"
time = "time"
price = "price"
description = "description"
customer = "customer"
[money]
currency = "GBP"
[time]
zone = "Europe/London"
[cancellation]
invoice_prefix = "C"
[adjustment]
invoice_prefix = "A"
[codes]
fold_case = true
charges = ["POST"]
discounts = ["D"]
not_sales = ["FEE*"]
"""


def a_mapping(*, extra: str = "") -> Mapping:
    return parse(MAPPING_TEXT + extra, source="test")


def a_line(
    number: int,
    *,
    invoice: str = "1",
    sku: str = "LAMP",
    quantity: int = 1,
    price: str = "2.50",
    customer: str | None = "ana",
    at: datetime = MORNING,
    currency: str = "GBP",
    description: str | None = None,
) -> SourceLine:
    exact = quantity * Decimal(price)
    return SourceLine(
        number, invoice, sku, description, quantity, at, at.date(), Decimal(price), customer, None,
        currency, exact, rounded_minor(exact, currency), invoice.startswith("C"),
    )  # fmt: skip


HEADING = ("invoice", "sku", "description", "quantity", "time", "price", "customer")


def a_row(
    *,
    invoice: object = "1",
    sku: object = "LAMP",
    description: object = "a lamp",
    quantity: object = 1,
    time: object = datetime(2011, 3, 1, 9, 0),  # noqa: DTZ001  # files write local times
    price: object = 2.5,
    customer: object = "ana",
) -> Sequence[object]:
    return (invoice, sku, description, quantity, time, price, customer)


DAY = date(2011, 3, 1)
NOW = datetime(2026, 11, 11, 4, 0, tzinfo=UTC)


def local() -> datetime:
    """Nine in the morning of that day, as a file writes it: without a zone."""
    return datetime(2011, 3, 1, 9, 0)  # noqa: DTZ001
