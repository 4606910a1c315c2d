"""Facts about imports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from orderan.kit.events import Event


@dataclass(frozen=True)
class ImportFinished(Event):
    """A file is in, every line of it accounted for; entity is the run.

    Told once, after the facts of its orders.
    """

    kind: ClassVar[str] = "importing.finished.v1"

    source: str
    channel: str
    lines: int
    ordered: int
    returned: int
    waiting: int


@dataclass(frozen=True)
class OrderImported(Event):
    """An order of the past is in the books; entity is the order.

    It stands for its placing, its payment and its completion, none of which happened here: a
    consumer that thanks buyers for their orders must not hear of it as one.
    """

    kind: ClassVar[str] = "importing.order_imported.v1"

    number: int
    channel_id: UUID
    external_id: str
    currency: str
    total_minor: int
    placed_at: datetime


@dataclass(frozen=True)
class OrderRepaired(Event):
    """Lines that had waited were added to an imported order, paid for like the rest of it."""

    kind: ClassVar[str] = "importing.order_repaired.v1"

    lines: int
    added_minor: int


@dataclass(frozen=True)
class ReturnImported(Event):
    """Goods of an imported order came back in the past; entity is the order."""

    kind: ClassVar[str] = "importing.return_imported.v1"

    return_id: UUID
    external_id: str
    refunded_minor: int
    returned_at: datetime
