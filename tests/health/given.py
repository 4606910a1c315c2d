"""Rails that are made up: a norm, ordinary traffic, trouble."""

from orderan.health import HOURS, Norm, Seen, Spread

MONDAY = 1_764_522_000
"""Monday 1 December 2025, 00:00 in Jakarta."""


def norm(*, bad: float = 0.02, spread: float = 0.0, moments: float = 0.0) -> Norm:
    return Norm(
        bad=(bad,) * HOURS,
        bad_spread=Spread(spread, moments),
        slow=0.05,
        slow_spread=Spread(),
        late=0.02,
        late_spread=Spread(),
        paid=(0.6,) * HOURS,
        paid_spread=Spread(),
        slow_ms=2_000,
        pay_delay_s=300.0,
        charges=100_000,
    )


def stretch(number: int, **counts: int) -> Seen:
    """The so-many-th ten seconds from MONDAY on, counted from 1."""
    return Seen(MONDAY + 10 * number, 10, **counts)
