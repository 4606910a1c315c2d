"""What a figure is held to, and whether it is met."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Promise:
    """A bound for one figure.

    Attributes:
        is_ratio: Taken against something of the same run, so that it means the same on every
            machine; the others are told and fail nobody.
    """

    figure: str
    at_least: float | None = None
    at_most: float | None = None
    is_ratio: bool = False

    def met(self, figures: Mapping[str, Any]) -> bool:
        value = figures[self.figure]
        return (self.at_least is None or value >= self.at_least) and (
            self.at_most is None or value <= self.at_most
        )

    @property
    def bound(self) -> str:
        """The bound as people write it."""
        return f">= {self.at_least:,g}" if self.at_least is not None else f"<= {self.at_most:,g}"
