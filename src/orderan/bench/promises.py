"""What a figure is held to, and whether it is met."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class CannotMeasure(Exception):
    """What a benchmark measures on is not there; its message says what and where it was looked for."""


@dataclass(frozen=True)
class Promise:
    """A bound for one figure.

    Attributes:
        binds: Not met, the command fails: it means the same on every machine, as a ratio of one run
            does, or what an audit found. The others are told and fail nobody.
    """

    figure: str
    at_least: float | None = None
    at_most: float | None = None
    binds: bool = False

    def met(self, figures: Mapping[str, Any]) -> bool:
        value = figures[self.figure]
        return (self.at_least is None or value >= self.at_least) and (
            self.at_most is None or value <= self.at_most
        )

    @property
    def bound(self) -> str:
        """The bound as people write it."""
        return f">= {self.at_least:,g}" if self.at_least is not None else f"<= {self.at_most:,g}"
