"""The nouns of a quote; every amount is minor units of the order's currency."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Discount:
    """Money taken off.

    Attributes:
        payer: Who bears it: `merchant`, `platform`, `brand`, `bank`, `courier`.
        line_no: The line it is for; None is the whole order, split over lines by value.
    """

    code: str
    payer: str
    amount_minor: int
    line_no: int | None = None


@dataclass(frozen=True, slots=True)
class ToQuote:
    """A line before tax and discounts."""

    line_no: int
    quantity: int
    unit_price_minor: int
    weight_g: int
    tax_class: str
    tax_rate_bp: int
    base_numerator: int
    base_denominator: int


@dataclass(frozen=True, slots=True)
class QuotedLine:
    """A line with its share of everything; discounts are (code, payer, amount) and add up."""

    line_no: int
    goods_minor: int
    discount_minor: int
    tax_minor: int
    discounts: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """What an order costs; the sums are sums of its lines."""

    lines: tuple[QuotedLine, ...]
    goods_minor: int
    discount_minor: int
    shipping_minor: int
    tax_minor: int
    rounding_minor: int
    total_minor: int
    tax_included: bool


@dataclass(frozen=True, slots=True)
class ShippingTable:
    """Zones by region code, and fees by zone and service, newest first."""

    zones: Mapping[str, UUID]
    fees: Mapping[tuple[UUID, str], Sequence[tuple[datetime, int, int]]]


@dataclass(frozen=True, slots=True)
class Fee:
    """What a service costs: the first kilogram, then each begun one."""

    service: str
    first_kg_minor: int
    next_kg_minor: int


@dataclass(frozen=True, slots=True)
class ZoneWithFees:
    """An area that costs the same to ship to, and the fees that hold now."""

    id: UUID
    code: str
    name: str
    areas: tuple[str, ...]
    fees: tuple[Fee, ...]
