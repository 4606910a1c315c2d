"""The nouns of an order."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, auto
from uuid import UUID


class OrderKind(StrEnum):
    """Kinds share one machine and differ by policy."""

    B2C = auto()
    B2B = auto()
    DROPSHIP = auto()
    PREORDER = auto()
    MADE_TO_ORDER = auto()
    SUBSCRIPTION = auto()


class Terms(StrEnum):
    """When it is paid: before it ships, at the door, or on an invoice."""

    PREPAID = auto()
    COD = auto()
    INVOICE = auto()


@dataclass(frozen=True)
class Order:
    """An order's own row; amounts are minor units of currency."""

    shop_id: int
    id: UUID
    number: int
    channel_id: UUID
    external_id: str | None
    cart_id: str | None
    kind: str
    terms: str
    customer_id: UUID | None
    address_id: UUID | None
    currency: str
    commercial: str
    money: str
    verification: str
    headline: str
    open_holds: int
    goods_minor: int
    discount_minor: int
    shipping_minor: int
    tax_minor: int
    rounding_minor: int
    total_minor: int
    paid_minor: int
    refunded_minor: int
    tax_included: bool
    shipping_service: str | None
    units: int
    version: int
    note: str | None
    placed_by: str
    placed_at: datetime
    hold_until: datetime | None
    accepted_at: datetime | None
    delivered_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Line:
    """A line with its quantities by state."""

    order_id: UUID
    line_no: int
    sku_id: UUID
    sku_code: str
    title: str
    unit_price_minor: int
    quantity: int
    goods_minor: int
    discount_minor: int
    tax_minor: int
    tax_class: str
    tax_rate_bp: int
    discounts: list[list[str | int]] | None = None
    allocated: int = 0
    picked: int = 0
    packed: int = 0
    shipped: int = 0
    delivered: int = 0
    returned: int = 0
    cancelled: int = 0
