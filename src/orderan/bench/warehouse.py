"""Everything that is promised of the warehouse, one part after the other, so that each has the machine to itself.

labelling.py   labels, PDF and ZPL, and whether each is read back
picking.py     how far pickers walk
sourcing.py    ten thousand lines over twenty locations, and small batches against the exact optimum
tracking.py    couriers' letters, and where parcels stand after them
keeping.py     weeks of mistakes: units in are units out
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Final

from orderan.bench import sourcing
from orderan.bench.keeping import keep_shop
from orderan.bench.labelling import LABELS, Labelled, measure_labels
from orderan.bench.picking import picking_figures
from orderan.bench.promises import Promise
from orderan.bench.tracking import PARCELS, SECONDS, Tracked, measure_tracking

WEEKS: Final = 3
ORDERS: Final = 12
"""A day; a week has six."""
PROMISES: Final = (
    Promise("labels_per_s", at_least=25),
    Promise("labels_undecodable", at_most=0, binds=True),
    Promise("sourcing_s_10k", at_most=2),
    Promise("sourcing_gap", at_most=0.02, binds=True),
    Promise("pick_path_vs_naive", at_most=0.9, binds=True),
    Promise("units_unexplained", at_most=0, binds=True),
    Promise("double_picks", at_most=0, binds=True),
    Promise("keeping_findings", at_most=0, binds=True),
    Promise("tracking_events_per_s", at_least=1_000),
    Promise("tracking_wrong", at_most=0, binds=True),
)


@dataclass(frozen=True)
class Figures(Labelled, sourcing.Figures, Tracked):
    """What all of them came to.

    Attributes:
        weeks: How much went through them: orders, units, and what was done wrong how often.
    """

    pick_path_vs_naive: float
    pick_trips_vs_naive: float
    pick_walk_vs_exact: float
    pick_trolleys_vs_exact: float
    pick_draw_s: float
    units_unexplained: int
    double_picks: int
    keeping_findings: int
    weeks: dict[str, int]


def measure(
    *,
    labels: int = LABELS,
    seconds: float = SECONDS,
    parcels: int = PARCELS,
    weeks: int = WEEKS,
    orders: int = ORDERS,
    tell: Callable[[str], None] = lambda _text: None,
) -> Figures:
    """Run them all.

    Raises:
        CannotMeasure: What reads labels back, or what solves exactly, is not installed.
    """
    labelled = measure_labels(labels=labels, tell=tell)
    walked: dict[str, Any] = picking_figures(tell=tell)
    sourced = sourcing.measure(tell=tell)
    tracked = measure_tracking(seconds=seconds, parcels=parcels, tell=tell)
    tell(f"{weeks} weeks of three warehouses")
    kept = keep_shop(weeks=weeks, orders=orders)
    return Figures(
        **asdict(labelled),
        **asdict(sourced),
        **asdict(tracked),
        **walked,
        units_unexplained=kept.units_unexplained,
        double_picks=kept.double_picks,
        keeping_findings=kept.findings,
        weeks={"orders": kept.orders, "units": kept.units} | kept.did,
    )
