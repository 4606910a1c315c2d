"""Facts about rails."""

from dataclasses import dataclass
from typing import Any, ClassVar

from orderan.kit.events import Event


@dataclass(frozen=True)
class RailChanged(Event):
    """A rail came to be well, degraded or down.

    Attributes:
        since: When it began, as far as can be told; None when it is well.
        reasons: Each as `{test, expected, seen, of, since, blame}`.
    """

    kind: ClassVar[str] = "health.rail_changed.v1"

    method: str
    gateway: str
    was: str
    word: str
    since: str | None
    reasons: list[dict[str, Any]]
