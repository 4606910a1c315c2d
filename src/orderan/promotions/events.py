"""Facts about payment promotions; they are recorded under the order that used one."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from orderan.kit.events import Event


@dataclass(frozen=True)
class RedemptionMoved(Event):
    """A use of a promotion came into a state, or a part of it went back.

    `what` is how: reserve, confirm, release or reverse; the amount is what of it moved.
    """

    kind: ClassVar[str] = "promotions.redemption_moved.v1"

    redemption_id: UUID
    promotion_id: UUID
    what: str
    state: str
    amount_minor: int
    currency: str
