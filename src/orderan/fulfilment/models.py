"""The nouns of warehouse work."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from orderan.shipping import Content


@dataclass(frozen=True, slots=True)
class Task:
    """What one location has to do for one order."""

    id: UUID
    order_id: UUID
    location_id: UUID
    state: str
    assigned_to: str | None
    planned_at: datetime
    released_at: datetime | None
    picking_at: datetime | None
    packed_at: datetime | None
    handed_over_at: datetime | None
    moved_at: datetime | None


@dataclass(frozen=True, slots=True)
class TaskLine:
    """Units of a stock row to pick for an order line; a bundle is picked as its parts."""

    task_id: UUID
    line_no: int
    sku_id: UUID
    owner_id: UUID
    lot_id: UUID
    quantity: int
    picked: int
    packed: int

    @property
    def left(self) -> int:
        """Units still on the shelf."""
        return self.quantity - self.picked


@dataclass(frozen=True, slots=True)
class Pick:
    """Units taken from the shelf.

    Attributes:
        line_no, lot_id: Only for this line of the order, only of this lot; None is whichever is open.
    """

    sku_id: UUID
    quantity: int
    line_no: int | None = None
    lot_id: UUID | None = None

    def fits(self, line: TaskLine) -> bool:
        return (
            line.sku_id == self.sku_id
            and self.line_no in (None, line.line_no)
            and self.lot_id in (None, line.lot_id)
        )


@dataclass(frozen=True, slots=True)
class Box:
    """A parcel about to leave.

    Attributes:
        awb: As it was typed or scanned.
        contents: None is everything the task packed; only one box can hold that.
    """

    courier: str
    awb: str
    service: str = ""
    weight_g: int = 0
    contents: Sequence[Content] | None = None
