"""Facts about asking buyers."""

from dataclasses import dataclass
from typing import ClassVar

from orderan.kit.events import Event


@dataclass(frozen=True)
class BuyerAsked(Event):
    """A buyer was asked, or tried to be, whether they mean their order.

    Attributes:
        state: `asked`, `failed` or `unknown`.
        failure: Why nobody was asked, of one that failed; see `Failure`.
    """

    kind: ClassVar[str] = "verification.buyer_asked.v1"

    way: str
    provider: str | None
    state: str
    failure: str | None = None


@dataclass(frozen=True)
class DeliveryAsked(Event):
    """A buyer was asked, or tried to be, whether somebody is home on the day their parcel comes.

    Attributes:
        state: `asked`, `failed` or `unknown`.
        failure: Why nobody was asked, of one that failed; see `Failure`.
    """

    kind: ClassVar[str] = "verification.delivery_asked.v1"

    way: str
    provider: str | None
    state: str
    failure: str | None = None


@dataclass(frozen=True)
class DeliveryAnswered(Event):
    """An attempt to ask about a parcel's day ended; what became of the parcel is told of the parcel.

    Attributes:
        state: `confirmed` for somebody home, `refused` for nobody, `put_off` for another day, or `missed`.
        answer: The key, button or word as it came.
    """

    kind: ClassVar[str] = "verification.delivery_answered.v1"

    way: str
    state: str
    answer: str | None
    cost_minor: int | None


@dataclass(frozen=True)
class BuyerAnswered(Event):
    """An attempt ended: with an answer of the buyer, or without one.

    Attributes:
        state: `confirmed`, `refused` or `missed`.
        answer: The key, button or word as it came.
    """

    kind: ClassVar[str] = "verification.buyer_answered.v1"

    way: str
    state: str
    answer: str | None
    cost_minor: int | None
