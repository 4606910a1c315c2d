"""One rail watched for a month with troubles: how soon each is noticed, and how often none was there.

The detector is the product's, fed in stretches of ten seconds; its norm is learned by the product's rule from
four ordinary weeks before. A trouble counts as noticed when the rail is no longer well, at the first such
moment from its beginning on; one that is over before counts as noticed a day late. An alarm that rises
outside all troubles, and not within a quarter of an hour after one, is false.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import ceil
from random import Random
from typing import Final

from orderan.bench.incidents import POINTS, Incident, Kind, Trouble, happening
from orderan.bench.rails import BEGAN, DAY, HOUR, Nature, Rail, arriving, rhythm
from orderan.health import Detector, Norm, Word, learned, reading

STRETCH_S: Final = 10
LEARNING_S: Final = 60
WEEKS_S: Final = 28 * DAY
MONTH_S: Final = 30 * DAY
SLOT_S: Final = 36 * HOUR
"""One trouble in each: room for its hour of the day, its length, and quiet around it."""
QUIET_FIRST_S: Final = 2 * HOUR
SETTLING_S: Final = 900
NEVER_S: Final = DAY
AS_OUTAGE, AS_DEGRADATION = 4, 4
"""So many slots of twenty take time and length from the file and fail wholly, and by fifteen points."""

LASTING_MIN: Final = 30.0
"""Those that fail by fifteen points take it from incidents this long: ten minutes are asked of the watch."""


@dataclass(frozen=True, slots=True)
class Noticed:
    """A trouble, and how long it took to be noticed; None if it never was."""

    trouble: Trouble
    after_s: int | None


@dataclass(slots=True)
class Month:
    """What came of one rail's month."""

    noticed: list[Noticed] = field(default_factory=list)
    false_alarms: int = 0
    quiet_s: int = 0


def troubles_of(incidents: Sequence[Incident], random: Random, *, from_: int = BEGAN) -> list[Trouble]:
    """A month's troubles, one in each slot."""
    slots = MONTH_S // SLOT_S
    lasting = [one for one in incidents if one.minutes is None or one.minutes >= LASTING_MIN] or incidents
    chosen: list[tuple[Incident, Kind | None]] = [
        *((random.choice(incidents), Kind.OUTAGE) for _ in range(AS_OUTAGE)),
        *((random.choice(lasting), Kind.DEGRADATION) for _ in range(AS_DEGRADATION)),
    ]
    chosen += [(one, None) for one in several(incidents, slots - len(chosen), random)]
    random.shuffle(chosen)
    return [
        placed(one, incidents, random, from_ + slot * SLOT_S + QUIET_FIRST_S, as_=kind)
        for slot, (one, kind) in enumerate(chosen)
    ]


def several(incidents: Sequence[Incident], wanted: int, random: Random) -> list[Incident]:
    """So many incidents, each as often as the next."""
    found: list[Incident] = []
    while len(found) < wanted:
        found += random.sample(incidents, min(len(incidents), wanted - len(found)))
    return found


def placed(
    incident: Incident, among: Sequence[Incident], random: Random, earliest: int, *, as_: Kind | None = None
) -> Trouble:
    """The incident at its hour of the day, the next time that comes."""
    kind, share, seconds = happening(incident, among, random)
    if as_ is not None:
        kind, share = as_, 1.0 if as_ is Kind.OUTAGE else POINTS
    hour = incident.hour if incident.hour is not None else random.uniform(0, 24)
    wait = (round(hour * HOUR) - (earliest - BEGAN)) % DAY
    start = earliest + wait + random.randrange(60)
    return Trouble(kind, share, start, start + seconds, incident.unknown, incident.bank)


def norm_of(rail: Rail, per_second: float, random: Random, *, seconds: int = WEEKS_S) -> Norm:
    """What four ordinary weeks teach, or so many seconds."""

    def weeks() -> Iterator[tuple[int, int]]:
        for start in range(BEGAN - seconds, BEGAN, LEARNING_S):
            yield start + LEARNING_S, arriving(random, per_second * rhythm(start) * LEARNING_S)

    return learned(
        (rail.passes(at, LEARNING_S, charges, None) for at, charges in weeks()),
        slow_ms=2_000,
        pay_delay_s=rail.nature.pay_delay_s,
    )


def watched_month(
    incidents: Sequence[Incident],
    per_second: float,
    seed: int,
    *,
    blind: bool = False,
    seconds: int = MONTH_S,
) -> Month:
    """A month of a rail that carries so many payments a second on average.

    Args:
        blind: The detector is fed nothing, to show that the figures come from it.
    """
    random = Random(f"watching {per_second} {seed}")  # noqa: S311 - the same month every time
    nature = Nature(bad=random.uniform(0.01, 0.03), paid=random.uniform(0.5, 0.75))
    detector = Detector(norm_of(Rail(nature, random), per_second, random))
    rail = Rail(nature, random)
    waiting = [one for one in troubles_of(incidents, random) if one.start < BEGAN + seconds]
    month = Month()
    was = detector.begin(BEGAN)
    trouble: Trouble | None = None
    noticed_at: int | None = None
    settled, ill = BEGAN, False
    for at in range(BEGAN + STRETCH_S, BEGAN + seconds + 1, STRETCH_S):
        start = at - STRETCH_S
        if trouble is not None and start >= trouble.end:
            month.noticed.append(Noticed(trouble, _after(trouble, noticed_at)))
            settled, trouble, noticed_at = trouble.end + SETTLING_S, None, None
        if trouble is None and waiting and start >= waiting[0].start:
            trouble = waiting.pop(0)
        charges = arriving(random, per_second * rhythm(start) * STRETCH_S)
        seen = rail.passes(at, STRETCH_S, charges, trouble)
        if not blind:
            was = detector.step(was, seen)
        was_ill, ill = ill, any(chart.on for chart in was.charts)
        if trouble is not None:
            if ill and noticed_at is None:
                noticed_at = at
        elif start >= settled:
            month.quiet_s += STRETCH_S
            month.false_alarms += ill and not was_ill
    if ill != (reading(detector, was).word is not Word.WELL):
        raise AssertionError("a chart that is on and the word that is said must agree")
    return month


def _after(trouble: Trouble, noticed_at: int | None) -> int | None:
    return None if noticed_at is None else noticed_at - trouble.start


def percentile(delays: Sequence[int | None], part: float) -> float:
    """Of delays in seconds, one that never ended counting as a day; of none a day too: nothing was shown."""
    ordered = sorted(NEVER_S if delay is None else delay for delay in delays)
    return float(ordered[ceil(part * len(ordered)) - 1]) if ordered else float(NEVER_S)
