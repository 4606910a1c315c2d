"""What simulators of gateways are made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum, auto
from typing import Any


class ChargeState(StrEnum):
    """Where a charge stands at a gateway, whatever the gateway calls it."""

    PENDING = auto()
    HELD = auto()
    PAID = auto()
    DECLINED = auto()
    EXPIRED = auto()
    CANCELLED = auto()
    REVERSED = auto()
    REFUNDED = auto()


@dataclass
class SimRefund:
    """A refund as the gateway keeps it; `confirmed` once the bank has done it."""

    key: str
    id: str
    amount: int
    reason: str
    at: datetime
    confirmed: bool = False
    failed: bool = False


@dataclass
class SimCharge:
    """A charge as the gateway keeps it; amounts are whole rupiah.

    Attributes:
        reference: The shop's own name for it, unique in the account.
        method: The gateway's word for the method.
        held_at: When a card's money was set aside; None where it never was.
        number: What the buyer types or scans: an account number, a code, a QR text.
        notify_url: Where news of it goes; None sends none.
        extra: What this gateway keeps beyond that.
    """

    gateway: str
    id: str
    reference: str
    method: str
    amount: int
    made_at: datetime
    expires_at: datetime
    state: ChargeState = ChargeState.PENDING
    paid: int = 0
    changed_at: datetime | None = None
    held_at: datetime | None = None
    number: str | None = None
    notify_url: str | None = None
    refunds: list[SimRefund] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def refunded(self) -> int:
        return sum(refund.amount for refund in self.refunds if not refund.failed)


@dataclass(frozen=True, slots=True)
class SimRequest:
    """A request to a simulator; `path` is below the simulator's own root, header names are lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SimReply:
    """What the partner answers."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=lambda: {"content-type": "application/json"})


@dataclass(frozen=True, slots=True)
class Letter:
    """A notification the partner sends us.

    Attributes:
        about: The charge it is about; letters about one charge may overtake each other only by a fault.
    """

    gateway: str
    about: str
    url: str
    headers: Mapping[str, str]
    body: bytes
