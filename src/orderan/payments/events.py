"""Facts about money."""

from dataclasses import dataclass
from typing import ClassVar

from orderan.kit.events import Event


@dataclass(frozen=True)
class MoneyMoved(Event):
    """An event was appended to an order's money ledger."""

    kind: ClassVar[str] = "payments.money_moved.v1"

    what: str
    method: str
    amount_minor: int
    currency: str
    reference: str | None
