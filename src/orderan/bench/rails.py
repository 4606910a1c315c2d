"""Payment rails that are made up: ordinary days with their unevenness, and troubles.

Traffic follows an Indonesian shop's day (least at three in the morning, most after dinner) and a fuller
weekend, and arrives by chance (Poisson). An ordinary rail fails a little, more after midnight when banks
close their books; its share strays from hour to hour (lognormal, sigma 0.2) and again from minute to minute
(0.3). Of those who are given something to pay with many never pay; most who do pay within minutes, the
others within the hour or hours, which is no exponential: the watch, which takes it for one, is a little wrong,
as it is in life.
"""

from collections import deque
from dataclasses import dataclass
from math import exp, sqrt
from random import Random
from typing import Final

from orderan.bench.incidents import Kind, Trouble
from orderan.health import Seen

BEGAN: Final = 1_764_522_000
"""A Monday, 00:00 in Jakarta."""
HOUR: Final = 3_600
DAY: Final = 86_400
RAMP_S: Final = 300
ASKED_AFTER_S: Final = 120
"""A payment nobody told of is found by asking, so much later."""

_NIGHT_TO_NOON: Final = (0.45, 0.30, 0.22, 0.20, 0.25, 0.42, 0.62, 0.82, 0.97, 1.12, 1.27, 1.37)
_NOON_TO_NIGHT: Final = (1.42, 1.32, 1.22, 1.17, 1.17, 1.22, 1.37, 1.62, 1.78, 1.62, 1.22, 0.86)
_DAY: Final = _NIGHT_TO_NOON + _NOON_TO_NIGHT
_WEEK: Final = (0.97, 0.96, 0.96, 0.97, 1.0, 1.07, 1.07)
_CLOSING: Final = (1.8, 1.5, 1.2)
"""How much more often charges fail in the first hours of the day."""


def rhythm(at: int) -> float:
    """Traffic at a time, as a part of the week's mean."""
    since = at - BEGAN
    return _DAY[since // HOUR % 24] * _WEEK[since // DAY % 7]


@dataclass(frozen=True, slots=True)
class Nature:
    """What a rail is like on ordinary days."""

    bad: float = 0.02
    customer: float = 0.03
    slow: float = 0.03
    late: float = 0.01
    paid: float = 0.62
    quick: float = 0.7
    quick_s: float = 180.0
    other_s: float = 1_800.0

    @property
    def pay_delay_s(self) -> float:
        return self.quick * self.quick_s + (1 - self.quick) * self.other_s


class Rail:
    """A rail on which time passes."""

    def __init__(self, nature: Nature, random: Random) -> None:
        self.nature = nature
        self._random = random
        self._hour = self._minute = -1
        self._of_hour = self._of_minute = 1.0
        self._quick = self._others = 0
        self._untold: deque[tuple[int, int]] = deque()

    def failing(self, at: int, trouble: Trouble | None) -> float:
        """The true share of charges failing, without the unevenness."""
        hour = (at - BEGAN) // HOUR % 24
        share = self.nature.bad * (_CLOSING[hour] if hour < len(_CLOSING) else 1.0)
        return share if trouble is None else _worse(share, at, trouble)

    def paying(self, trouble: Trouble | None) -> float:
        """The true share of buyers paying of those who were given something to pay with."""
        if trouble is not None and trouble.kind in {Kind.NOT_PAID, Kind.DECLINES}:
            return self.nature.paid * (1 - trouble.share)
        return self.nature.paid

    def passes(self, at: int, seconds: int, charges: int, trouble: Trouble | None) -> Seen:
        """What is seen of so many charges in the stretch that ends at this time."""
        random, nature = self._random, self.nature
        start = at - seconds
        if not charges and not self._quick and not self._others and not self._untold:
            return Seen(at, seconds)
        customer = drawn(random, charges, nature.customer)
        tried = charges - customer
        self._stray(start)
        bad_share = min(0.9, self.failing(start, None) * self._of_hour * self._of_minute)
        slow_share, late_share, paid_share = nature.slow, nature.late, nature.paid
        torn = random.random() < 0.3
        bank = random.random() < 0.2
        if trouble is not None:
            bad_share = _worse(bad_share, start, trouble)
            paid_share = self.paying(trouble)
            torn, bank = trouble.unknown, trouble.bank
            if trouble.kind is Kind.SLOW:
                slow_share = trouble.share
            elif trouble.kind is Kind.LATE_NEWS:
                late_share = trouble.share
        bad = drawn(random, tried, bad_share)
        made = tried - bad
        paid, late = self._paid(at, seconds, drawn(random, made, paid_share), late_share)
        return Seen(
            at,
            seconds,
            made=made,
            customer=customer,
            gateway=0 if torn or bank else bad,
            bank=bad if bank and not torn else 0,
            unknown=bad if torn else 0,
            slow=drawn(random, charges, slow_share),
            issued=made,
            paid=paid,
            late=late,
        )

    def _paid(self, at: int, seconds: int, will_pay: int, late_share: float) -> tuple[int, int]:
        """Payments learned of in this stretch, and those of them that were not told in time."""
        random, nature = self._random, self.nature
        if will_pay:
            quick = drawn(random, will_pay, nature.quick)
            self._quick += quick
            self._others += will_pay - quick
        first = drawn(random, self._quick, 1 - exp(-seconds / nature.quick_s))
        other = drawn(random, self._others, 1 - exp(-seconds / nature.other_s))
        self._quick -= first
        self._others -= other
        untold = drawn(random, first + other, late_share)
        if untold:
            self._untold.append((at + ASKED_AFTER_S, untold))
        late = 0
        while self._untold and self._untold[0][0] <= at:
            late += self._untold.popleft()[1]
        return first + other - untold + late, late

    def _stray(self, at: int) -> None:
        if at // HOUR != self._hour:
            self._hour = at // HOUR
            self._of_hour = exp(self._random.gauss(0, 0.2))
        if at // 60 != self._minute:
            self._minute = at // 60
            self._of_minute = exp(self._random.gauss(0, 0.3))


def _worse(share: float, at: int, trouble: Trouble) -> float:
    if trouble.kind in {Kind.OUTAGE, Kind.FAILING}:
        return share + trouble.share * (1 - share)
    if trouble.kind is Kind.DEGRADATION:
        reached = min(1.0, max(0.0, (at - trouble.start) / RAMP_S))
        return min(1.0, share + trouble.share * reached)
    if trouble.kind is Kind.SLOW:
        return share + 0.05
    return share


def arriving(random: Random, mean: float) -> int:
    """A Poisson draw: by inversion, and by the normal curve where that is as good."""
    if mean > 60:
        return max(0, round(random.gauss(mean, sqrt(mean))))
    left, chance, count = random.random(), exp(-mean), 0
    while left > chance and count < 200:
        left -= chance
        count += 1
        chance *= mean / count
    return count


def drawn(random: Random, of: int, share: float) -> int:
    """A binomial draw, likewise."""
    if of <= 0 or share <= 0:
        return 0
    if share >= 1:
        return of
    if share > 0.5:
        return of - drawn(random, of, 1 - share)
    if of * share > 30:
        wide = sqrt(of * share * (1 - share))
        return min(of, max(0, round(random.gauss(of * share, wide))))
    left, chance, count = random.random(), (1 - share) ** of, 0
    odds = share / (1 - share)
    while left > chance and count < of:
        left -= chance
        chance *= odds * (of - count) / (count + 1)
        count += 1
    return count
