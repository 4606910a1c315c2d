"""A benchmark that measures nothing, for the command that runs them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from orderan.bench.promises import CannotMeasure, Promise
from orderan.kit.telemetry import log

PROMISES = (
    Promise("ratio", at_least=0.5, binds=True),
    Promise("p99_ms", at_most=100),
)


@dataclass(frozen=True)
class Figures:
    ratio: float
    p99_ms: float
    rate: int = 12_345
    kinds: dict[str, dict[str, float]] = field(default_factory=lambda: {"by_tag": {"p95_ms": 1.5}})


NEXT = Figures(0.5, 100.0)


MISSING: list[str] = []
"""What it lacks; with anything in it, it cannot measure."""
GIVEN: list[Path] = []
"""Files it was given."""


def measure(*, tell: Callable[[str], None], incidents: Path | None = None) -> Figures:
    if MISSING:
        raise CannotMeasure(MISSING[0])
    if incidents is not None:
        GIVEN.append(incidents)
    tell("measuring")
    log("bench").info("a line of what is measured")
    return NEXT
