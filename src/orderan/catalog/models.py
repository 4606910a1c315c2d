"""The nouns of the catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum, auto
from typing import Any, Final
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


PRODUCT_PREFIX: Final = "prd"
SKU_PREFIX: Final = "sku"
LIST_PREFIX: Final = "pls"
IMPORT_PREFIX: Final = "imp"

UNITS: Final = (
    "pcs",
    "set",
    "pak",
    "dus",
    "lusin",
    "kg",
    "g",
    "l",
    "ml",
    "m",
    "cm",
    "rol",
    "lembar",
    "pasang",
)
"""Units a sku may be sold in."""


class CatalogState(StrEnum):
    """Whether a product or sku is sold."""

    ACTIVE = auto()
    ARCHIVED = auto()


@dataclass(frozen=True, slots=True)
class ProductFields:
    """What a person says of a product."""

    name: str
    description: str = ""
    brand: str = ""
    category: str = ""
    tax_class: str = "ppn"


@dataclass(frozen=True, slots=True)
class SkuFields:
    """What a person says of a sku; weight in grams, sizes in millimetres, of one packed unit.

    Attributes:
        parts: Units by sku code, of a bundle; empty for anything else.
    """

    code: str
    name: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    gtin: str | None = None
    unit: str = "pcs"
    weight_g: int = 0
    length_mm: int = 0
    width_mm: int = 0
    height_mm: int = 0
    is_bundle: bool = False
    is_stocked: bool = True
    lot_tracked: bool = False
    parts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PriceList:
    """Prices for a channel or a customer group; the highest rank that has a price wins."""

    id: UUID
    code: str
    name: str
    currency: str
    channel_id: UUID | None
    customer_group: str | None
    rank: int

    @property
    def is_general(self) -> bool:
        """For everybody on every channel."""
        return self.channel_id is None and self.customer_group is None


@dataclass(frozen=True, slots=True)
class PriceRow:
    """A unit price of a list in minor units of its currency, valid over [valid_from, valid_until)."""

    price_list_id: UUID
    sku_id: UUID
    min_quantity: int
    valid_from: datetime
    valid_until: datetime | None
    amount_minor: int

    @property
    def step(self) -> tuple[UUID, UUID, int]:
        """What may have one price at a time."""
        return (self.sku_id, self.price_list_id, self.min_quantity)

    def overlaps(self, other: "PriceRow") -> bool:
        return (
            self.step == other.step
            and (other.valid_until is None or self.valid_from < other.valid_until)
            and (self.valid_until is None or other.valid_from < self.valid_until)
        )

    def holds_at(self, moment: datetime) -> bool:
        return self.valid_from <= moment and (self.valid_until is None or moment < self.valid_until)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a bundle as people see it."""

    bundle_id: UUID
    sku_id: UUID
    code: str
    title: str
    quantity: int
    state: str


@dataclass(frozen=True)
class ProductCard:
    """A product in a list: its skus counted, its general prices as a range."""

    id: UUID
    name: str
    brand: str
    category: str
    tax_class: str
    state: str
    images: list[dict[str, Any]]
    created_at: datetime
    skus: int
    codes: list[str]
    sku_ids: list[UUID]
    has_bundle: bool
    least_minor: int | None
    most_minor: int | None


@dataclass(frozen=True)
class ProductDetail:
    """A product with everything that hangs on it."""

    product: Product
    skus: list[Sku]
    parts: list[Part]
    prices: list[PriceRow]
