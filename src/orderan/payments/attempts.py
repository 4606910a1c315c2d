"""The nouns of paying through a gateway: accounts, rails, and tries to get an amount through one."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum, auto
from typing import Any
from uuid import UUID

from orderan.kit.money import round_half_up

BASIS = 10_000


@dataclass(frozen=True, slots=True)
class Fee:
    """What a rail costs: fixed and a rate of the amount, at least so much, and tax on that.

    Attributes:
        rate_bp, tax_bp: Basis points; QRIS at 0.7 % is 70, PPN at 11 % is 1100.
    """

    valid_from: date
    fixed_minor: int = 0
    rate_bp: int = 0
    least_minor: int = 0
    tax_bp: int = 0

    def of(self, amount_minor: int) -> tuple[int, int]:
        """Fee and tax on it for one payment; each is rounded half up once."""
        fee = max(self.fixed_minor + round_half_up(amount_minor * self.rate_bp, BASIS), self.least_minor)
        return fee, round_half_up(fee * self.tax_bp, BASIS)


@dataclass(frozen=True, slots=True)
class GatewayAccount:
    """An account of the shop's at a gateway; its secrets are opened only to call it."""

    id: UUID
    gateway: str
    name: str
    base_url: str
    secrets: bytes = field(repr=False)
    wrapped_key: bytes = field(repr=False)
    state: str = "open"


@dataclass(frozen=True, slots=True)
class Rail:
    """A method through an account.

    Attributes:
        rank: Tried from the lowest on.
    """

    id: UUID
    method: str
    account_id: UUID
    gateway: str
    rank: int
    state: str


class Blame(StrEnum):
    """Whose failing it was that a charge did not go well.

    GATEWAY   it could not, or takes nothing from our account at all: whatever else is asked there fails as well
    OURS      the gateway refused what we asked: it says nothing of its health
    UNKNOWN   nobody knows whether it happened
    """

    GATEWAY = auto()
    BANK = auto()
    CUSTOMER = auto()
    OURS = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to get an amount of an order through a rail.

    Attributes:
        reference: Ours, by which the gateway knows it; new for every try.
        instrument: What the buyer pays with, as plain values.
        reason: Why it was declined or failed, in the words of the gateways' models.
        booked_minor, returned_minor: What of it stands in the order's ledger as taken in, and as taken back.
        ask_at: When the gateway is asked next what became of it; None when nothing can become of it.
        asked: How often it was.
        charged_at: When the call that made the charge ended, however it did; None when we died before that.
        took_ms: How long that call took.
        blame: Whose failing it was that it did not go well, a word of `Blame`.
        paid_at: When we first learned that it was paid.
        paid_there_at: When it was paid by the gateway's clock, where it says.
        due_minor: What the order had due when it began; more than the amount where a part was asked for,
            or a promotion covers the rest.
    """

    id: UUID
    order_id: UUID
    rail_id: UUID
    method: str
    gateway: str
    reference: str
    amount_minor: int
    currency: str
    state: str
    gateway_id: str | None
    instrument: dict[str, Any] | None
    reason: str | None
    booked_minor: int
    returned_minor: int
    began_at: datetime
    expires_at: datetime
    moved_at: datetime
    ask_at: datetime | None
    asked: int
    charged_at: datetime | None = None
    took_ms: int | None = None
    blame: str | None = None
    paid_at: datetime | None = None
    paid_there_at: datetime | None = None
    due_minor: int | None = None
