"""The nouns of the catalogue."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class Product:
    """What is sold, as people speak of it; its skus are the variants."""

    shop_id: int
    id: UUID
    name: str
    description: str
    brand: str
    category: str
    tax_class: str
    state: str
    images: list[dict[str, Any]]
    created_at: datetime


@dataclass(frozen=True)
class Sku:
    """A sellable variant. A bundle holds no stock of its own: it is taken as its parts."""

    shop_id: int
    id: UUID
    product_id: UUID
    code: str
    name: str
    options: dict[str, str]
    gtin: str | None
    unit: str
    weight_g: int
    length_mm: int
    width_mm: int
    height_mm: int
    is_bundle: bool
    is_stocked: bool
    lot_tracked: bool
    state: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class BundlePart:
    """Units of a part in one bundle."""

    sku_id: UUID
    quantity: int


@dataclass(frozen=True, slots=True)
class Price:
    """A unit price in minor units, valid over [valid_from, valid_until).

    Attributes:
        rank: Of the price list; the highest rank that has a price wins.
        channel_id, customer_group: Whom the list is for; None is everybody.
    """

    rank: int
    currency: str
    channel_id: UUID | None
    customer_group: str | None
    min_quantity: int
    valid_from: datetime
    valid_until: datetime | None
    amount_minor: int


@dataclass(frozen=True, slots=True)
class TaxRate:
    """Tax of a class from a date: rate_bp basis points on base_numerator/base_denominator of the price."""

    tax_class: str
    valid_from: date
    rate_bp: int
    base_numerator: int
    base_denominator: int


@dataclass(frozen=True, slots=True)
class Offer:
    """What placing an order must know of a sku."""

    sku_id: UUID
    code: str
    title: str
    tax_class: str
    weight_g: int
    is_stocked: bool
    parts: tuple[BundlePart, ...]
    prices: tuple[Price, ...]
