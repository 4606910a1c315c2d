"""A shop's month over three gateways, two methods each: what routing earns, and what it could have.

The rails are watched and ranked by the product's own functions, on what was seen up to the stretch before;
what a choice earns is counted by the rails' true chances at that moment, so that the luck of single buyers is
not taken for skill. A charge that fails is lost: no second try is counted, though buyers get one.

    oracle  knows the truth of every moment, and takes the rail worth most
    single  the gateway that, used alone for the whole month, would have earned most: known afterwards only

Each gateway has ten troubles of the file, a rough month, so that it matters what is made of them; half strike both its methods, half one, and one in eight
strikes that method at every gateway, as when a bank or a switch is down. Around troubles time passes in ten
seconds, else in minutes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Final

from orderan.bench.incidents import Incident, Trouble
from orderan.bench.rails import BEGAN, DAY, HOUR, Nature, Rail, arriving, drawn, rhythm
from orderan.bench.watching import MONTH_S, norm_of, placed, several
from orderan.health import Detector, Watched, Word, hour_of_week, reading
from orderan.routing import PROBE_BP, Candidate, Standing, ToPay, choose

METHODS: Final = ("qris", "va_bca")
GATEWAYS: Final = ("one", "two", "three")
FEES: Final = {"qris": (1_050, 1_050, 1_080), "va_bca": (4_000, 4_440, 3_500)}
"""For one payment of AMOUNT, by gateway."""
AMOUNT: Final = 150_000
MARGIN: Final = 30_000
TROUBLES: Final = 10
LEARNED_S: Final = 14 * DAY
FINE_S: Final = 10
COARSE_S: Final = 60
BEFORE_S: Final = 600
AFTER_S: Final = 1_800
_BASIS: Final = 10_000
_NOON: Final = datetime(2026, 1, 1, 12, tzinfo=UTC)
"""Without rules the time of day means nothing to the ranking."""


@dataclass(slots=True)
class Earned:
    """Rupiah of a month."""

    routed: float = 0.0
    oracle: float = 0.0
    alone: list[float] = field(default_factory=lambda: [0.0] * len(GATEWAYS))

    @property
    def single(self) -> float:
        return max(self.alone)


@dataclass(slots=True)
class _Watch:
    """A rail with its detector and what that remembers."""

    id: str
    fee_minor: int
    rail: Rail
    detector: Detector
    was: Watched
    troubles: list[Trouble]
    now: Trouble | None = None

    def pass_on(self, at: int) -> None:
        """The trouble that stands at a time."""
        while self.troubles and self.troubles[0].end <= at:
            self.troubles.pop(0)
        self.now = self.troubles[0] if self.troubles and self.troubles[0].start <= at else None

    def candidate(self, place: int) -> Candidate:
        health = reading(self.detector, self.was)
        return Candidate(
            id=self.id,
            gateway=GATEWAYS[place],
            rank=place,
            fee_minor=self.fee_minor,
            success=health.success,
            paid=health.paid,
            standing=_STANDING[health.word],
        )

    def worth(self, at: int) -> float:
        """What a charge on it truly earns."""
        return (1 - self.rail.failing(at, self.now)) * self.rail.paying(self.now) * (MARGIN - self.fee_minor)

    @property
    def ill(self) -> bool:
        return any(chart.on for chart in self.was.charts)


_STANDING: Final = {
    Word.WELL: Standing.WELL,
    Word.DEGRADED: Standing.DEGRADED,
    Word.DOWN: Standing.DOWN,
}


class _Method:
    """One method's rails, and the order in which they are tried now."""

    def __init__(self, name: str, watches: Sequence[_Watch]) -> None:
        self.name = name
        self.watches = watches
        self._hour = -1
        self._order: tuple[int, tuple[int, ...]] = (0, ())

    def order(self, at: int) -> tuple[int, tuple[int, ...]]:
        """The place of the rail that comes first, and of those that probes try, one draw each.

        While all are well it changes with the hour of the week alone, and is not asked again.
        """
        hour = -1 if any(watch.ill for watch in self.watches) else hour_of_week(at, 7 * HOUR)
        if hour < 0 or hour != self._hour:
            rails = [watch.candidate(place) for place, watch in enumerate(self.watches)]
            self._order = (
                self._first(rails, _BASIS - 1),
                tuple(self._first(rails, _BASIS * number) for number in range(len(rails) - 1)),
            )
            self._hour = hour
        return self._order

    def _first(self, rails: Sequence[Candidate], draw: int) -> int:
        chosen = choose(ToPay(self.name, AMOUNT, MARGIN, _NOON, draw), rails)
        return GATEWAYS.index(chosen.rails[0].gateway)

    def sent(self, at: int, charges: int, random: Random) -> list[int]:
        """So many charges to each rail."""
        first, probes = self.order(at)
        to = [0] * len(self.watches)
        probing = drawn(random, charges, PROBE_BP / _BASIS)
        to[first] += charges - probing
        for number, place in enumerate(probes):
            here = drawn(random, probing, 1 / (len(probes) - number))
            to[place] += here
            probing -= here
        return to


def earned_month(
    incidents: Sequence[Incident],
    per_second: float,
    seed: int,
    *,
    blind: bool = False,
    seconds: int = MONTH_S,
) -> Earned:
    """A shop that takes so many payments a second on average.

    Args:
        blind: The detectors are fed nothing, to show that the figures come from them.
    """
    random = Random(f"earning {per_second} {seed}")  # noqa: S311 - the same month every time
    methods = _methods(incidents, per_second, random)
    busy = sorted(
        (trouble.start - BEFORE_S, trouble.end + AFTER_S)
        for method in methods
        for watch in method.watches
        for trouble in watch.troubles
    )
    earned = Earned()
    at = BEGAN
    while at < BEGAN + seconds:
        while busy and busy[0][1] <= at:
            busy.pop(0)
        step = FINE_S if busy and busy[0][0] <= at else COARSE_S
        for method in methods:
            for watch in method.watches:
                watch.pass_on(at)
            charges = arriving(random, per_second / len(methods) * rhythm(at) * step)
            to = method.sent(at, charges, random)
            worth = [watch.worth(at) for watch in method.watches]
            earned.oracle += charges * max(worth)
            for place, watch in enumerate(method.watches):
                earned.routed += to[place] * worth[place]
                earned.alone[place] += charges * worth[place]
                seen = watch.rail.passes(at + step, step, to[place], watch.now)
                if not blind:
                    watch.was = watch.detector.step(watch.was, seen)
        at += step
    return earned


def _methods(incidents: Sequence[Incident], per_second: float, random: Random) -> list[_Method]:
    troubles = _troubles(incidents, random)
    methods = []
    for name in METHODS:
        watches = []
        paid = random.uniform(0.5, 0.75)
        for place, gateway in enumerate(GATEWAYS):
            nature = Nature(bad=random.uniform(0.01, 0.03), paid=paid)
            share = per_second / len(METHODS) / len(GATEWAYS)
            detector = Detector(norm_of(Rail(nature, random), share, random, seconds=LEARNED_S))
            watches.append(
                _Watch(
                    id=f"{name} {gateway}",
                    fee_minor=FEES[name][place],
                    rail=Rail(nature, random),
                    detector=detector,
                    was=detector.begin(BEGAN),
                    troubles=troubles[name, gateway],
                )
            )
        methods.append(_Method(name, watches))
    return methods


def _troubles(incidents: Sequence[Incident], random: Random) -> dict[tuple[str, str], list[Trouble]]:
    """Troubles by method and gateway, in the order of time; where two meet, the later gives way."""
    found: dict[tuple[str, str], list[Trouble]] = {
        (method, gateway): [] for method in METHODS for gateway in GATEWAYS
    }
    for gateway in GATEWAYS:
        for incident in several(incidents, TROUBLES, random):
            earliest = BEGAN + random.randrange(MONTH_S - DAY)
            trouble = placed(incident, incidents, random, earliest)
            struck = METHODS if random.random() < 0.5 else (random.choice(METHODS),)
            everywhere = len(struck) == 1 and random.random() < 0.25
            for method in struck:
                for other in GATEWAYS if everywhere else (gateway,):
                    found[method, other].append(trouble)
    return {rail: _apart(sorted(troubles, key=_start)) for rail, troubles in found.items()}


def _start(trouble: Trouble) -> int:
    return trouble.start


def _apart(troubles: Sequence[Trouble]) -> list[Trouble]:
    kept: list[Trouble] = []
    for trouble in troubles:
        if not kept or trouble.start >= kept[-1].end:
            kept.append(trouble)
    return kept
