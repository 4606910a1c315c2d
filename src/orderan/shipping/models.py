"""The nouns of shipping."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Courier:
    """Somebody who carries parcels.

    Attributes:
        awb_pattern: A tracking number matches it whole, capitals, without spaces.
        tracking_link: Where a buyer can follow it, `{awb}` stands for the number; None where
            there is no public page.
        cod: Whether they collect cash at the door.
    """

    code: str
    name: str
    awb_pattern: str
    tracking_link: str | None
    cod: bool


@dataclass(frozen=True, slots=True)
class Content:
    """Units of a stock row in a parcel, for a line of the order."""

    line_no: int
    sku_id: UUID
    owner_id: UUID
    lot_id: UUID
    quantity: int

    def plain(self) -> dict[str, Any]:
        """As it is stored and told to others."""
        return {
            "line_no": self.line_no,
            "sku_id": str(self.sku_id),
            "owner_id": str(self.owner_id),
            "lot_id": str(self.lot_id),
            "quantity": self.quantity,
        }

    @classmethod
    def read(cls, stored: dict[str, Any]) -> "Content":
        return cls(
            stored["line_no"],
            UUID(stored["sku_id"]),
            UUID(stored["owner_id"]),
            UUID(stored["lot_id"]),
            stored["quantity"],
        )


@dataclass(frozen=True, slots=True)
class Parcel:
    """A box with a tracking number. It belongs to an order and the task it left from.

    Attributes:
        deliver_on: The day its buyer wants it, where they named one.
    """

    id: UUID
    order_id: UUID
    task_id: UUID
    courier: str
    service: str
    awb: str
    state: str
    contents: tuple[Content, ...]
    weight_g: int
    created_at: datetime
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    moved_at: datetime | None = None
    deliver_on: date | None = None
