"""The nouns of why things come back."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, auto


class CountedBy(StrEnum):
    """What returns are counted by."""

    PRODUCT = auto()
    DESCRIPTION = auto()
    COURIER = auto()
    PACKER = auto()
    PICKER = auto()


class Trend(StrEnum):
    """What became of a share of returns since the time before."""

    WORSE = auto()
    BETTER = auto()
    SAME = auto()
    UNTOLD = auto()
    """Nothing was sent in one of the two times."""


@dataclass(frozen=True, slots=True)
class Share:
    """Units that were asked back, of units that were sent."""

    returned: int = 0
    sent: int = 0

    @property
    def rate(self) -> float:
        """How many of those sent, 0 to 1; what was sent before the time may bring it above one."""
        return self.returned / self.sent if self.sent else float(self.returned > 0)


@dataclass(frozen=True, slots=True)
class Blamed:
    """A product, a courier or a person, with what came back of it in two times of equal length.

    Attributes:
        key: Code of the sku, of the courier, or the actor.
        label: As it is called, where that is not its key.
        causes: Units by cause, now; empty is what nobody gave a cause for.
        standing: Its share, drawn towards that of all the more the less was sent.
    """

    by: CountedBy
    key: str
    label: str
    now: Share
    before: Share
    causes: Mapping[str, int]
    standing: float
    trend: Trend
