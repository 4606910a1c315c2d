"""A benchmark that measures nothing, for the command that runs them."""

from collections.abc import Callable
from dataclasses import dataclass, field

from orderan.bench.promises import Promise

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


def measure(*, tell: Callable[[str], None]) -> Figures:
    tell("measuring")
    return NEXT
