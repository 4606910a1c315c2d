"""Everything that is promised of payments: letters taken (letters.py), books that agree after a storm
(conserving.py), and outages noticed and routed around (outages.py).

One after the other, so that each has the machine to itself.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Final

from orderan.bench import conserving, letters, outages
from orderan.bench.beside import beside
from orderan.bench.conserving import Weathered
from orderan.bench.promises import Promise

PAYMENTS: Final = 10_000
STORMS: Final = (20_261_111, 20_261_212)
"""Seeds of storms over a shop each, beside each other; they share the payments."""

PROMISES: Final = (
    *outages.PROMISES,
    Promise("double_captures", at_most=0, binds=True),
    Promise("unexplained_rupiah", at_most=0, binds=True),
    Promise("paid_without_event", at_most=0, binds=True),
    Promise("unpaid_with_event", at_most=0, binds=True),
    Promise("audit_findings", at_most=0, binds=True),
    Promise("notifications_per_s", at_least=1_000),
    Promise("notifications_p99_ms", at_most=50),
)


@dataclass(frozen=True)
class Figures(letters.Figures, outages.Figures):
    """What all three came to.

    Attributes:
        storm: How much went through it: payments, rupiah, requests and those that broke, letters.
        ways: Tries that brought money, by gateway and kind of method.
    """

    double_captures: int
    unexplained_rupiah: int
    paid_without_event: int
    unpaid_with_event: int
    audit_findings: int
    storm: dict[str, int]
    ways: dict[str, int]


def measure(
    *,
    incidents: Path | None = None,
    payments: int = PAYMENTS,
    storms: Sequence[int] = STORMS,
    seeds: int = outages.SEEDS,
    days: int = 30,
    seconds: float = letters.SECONDS,
    waiting: int = letters.PAYMENTS,
    tell: Callable[[str], None] = lambda _text: None,
) -> Figures:
    """Run all three.

    Args:
        incidents: The file of outages; see `outages.measure`.
        waiting: Payments that letters are sent about.

    Raises:
        CannotMeasure: That file is not there, or there is nothing in it that a rail would show.
    """
    watched = partial(outages.measure, incidents=incidents, seeds=seeds, days=days, tell=tell)
    outages.incidents_of(incidents)
    taken = letters.measure(seconds=seconds, payments=waiting, tell=tell)
    began = time.monotonic()
    tell(f"{payments} payments through {len(storms)} storms")
    over = weathered(payments, storms)
    storm_s = round(time.monotonic() - began)
    tell(f"storms over after {storm_s} s")
    counted = [one.counted for one in over]
    return Figures(
        **asdict(watched()),
        **asdict(taken),
        double_captures=sum(one.double_captures for one in counted),
        unexplained_rupiah=sum(one.unexplained_rupiah for one in counted),
        paid_without_event=sum(one.paid_without_event for one in counted),
        unpaid_with_event=sum(one.unpaid_with_event for one in counted),
        audit_findings=sum(one.audit_findings for one in counted),
        storm={
            "payments": sum(one.payments for one in counted),
            "orders_paid": sum(one.orders_paid for one in counted),
            "taken_minor": sum(one.taken_minor for one in counted),
            "requests": sum(one.asked for one in over),
            "requests_broken": sum(one.broken for one in over),
            "letters": sum(one.letters for one in over),
            "seconds": storm_s,
        },
        ways=dict(sum((Counter(one.ways) for one in over), Counter[str]())),
    )


def weathered(payments: int, storms: Sequence[int]) -> list[Weathered]:
    """Storms over a shop and a server of its own each, in processes beside each other."""
    share = payments // len(storms)
    with beside(len(storms)) as pool:
        return list(pool.map(partial(conserving.weather, share), storms))
