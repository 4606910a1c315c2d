"""Facts about trust."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from orderan.kit.events import Event


@dataclass(frozen=True)
class OrderDenied(Event):
    """An order was not taken, or not on the terms that were asked for; nothing of it exists."""

    kind: ClassVar[str] = "trust.denied.v1"

    way: str
    outcome: str
    amount_minor: int
    reasons: Sequence[str]
    channel_id: UUID | None


@dataclass(frozen=True)
class DenialMoved(Event):
    """A denial was appealed, or an appeal was judged."""

    kind: ClassVar[str] = "trust.denial_moved.v1"

    was: str
    state: str


@dataclass(frozen=True)
class ReviewMoved(Event):
    """A held order was looked at; recorded under the order."""

    kind: ClassVar[str] = "trust.review_moved.v1"

    was: str
    state: str


@dataclass(frozen=True)
class ModelMoved(Event):
    """A model was trained, began to add to scores, or fell silent; `why` tells what for, and None is a person."""

    kind: ClassVar[str] = "trust.model_moved.v1"

    version: int
    was: str
    state: str
    why: str | None
