"""The nouns: a shop and its channels."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum, auto
from uuid import UUID


class ShopState(StrEnum):
    """Whether the shop's own clockwork runs."""

    PREPARING = auto()
    OPEN = auto()


@dataclass(frozen=True)
class Shop:
    """A brand or company with its own staff, catalogue, stock and orders.

    Attributes:
        shop_id: First part of every key of every row of the shop, from 1.
        complete_after_days: Days after delivery until an order completes by itself.
        state: While it is being prepared (its history brought in), no sweep touches it.
    """

    shop_id: int
    code: str
    name: str
    legal_name: str
    tax_number: str | None
    currency: str
    time_zone: str
    locale: str
    prices_include_tax: bool
    complete_after_days: int
    state: ShopState
    created_at: datetime


class ChannelKind(StrEnum):
    """Where orders come from."""

    WEB = auto()
    PHONE = auto()
    CHAT = auto()
    STORE = auto()
    MARKETPLACE = auto()
    IMPORT = auto()


@dataclass(frozen=True)
class Channel:
    """One source of orders: a site, a phone line, an account at a marketplace."""

    shop_id: int
    id: UUID
    code: str
    name: str
    kind: ChannelKind
    payment_hold_minutes: int
    active: bool

    @property
    def payment_hold(self) -> timedelta:
        return timedelta(minutes=self.payment_hold_minutes)
