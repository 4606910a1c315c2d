"""The nouns of watching rails: what was seen, what is normal, what is remembered, what is said.

Times are whole seconds since 1970 (UTC), so that what is remembered is plain JSON and an hour of the week is
one division away; durations are seconds, shares are 0 to 1.
"""

from dataclasses import dataclass
from enum import StrEnum, auto
from typing import Final, NamedTuple

HOURS: Final = 168
"""Of a week; hour 0 is Monday 00:00 in the shop's zone."""


class Word(StrEnum):
    """How a rail is, from best to worst.

    DOWN   most charges fail, or hardly anybody can pay what they were given
    """

    WELL = auto()
    DEGRADED = auto()
    DOWN = auto()


class Test(StrEnum):
    """What is looked at all the time. The order is that of `Watched.charts`.

    OUTAGE       most charges fail
    DEGRADATION  charges fail some fifteen points more often than normal
    LEAK         some five points more often
    SLOW         charges are answered slower than the rail's own limit, far more often than normal
    LATE         payments are found out by asking, or told long after they were made
    SILENCE      fewer pay than pay at this hour, of those who were given something to pay with
    """

    __test__ = False  # Not a test of ours, whatever its name tells pytest.

    OUTAGE = auto()
    DEGRADATION = auto()
    LEAK = auto()
    SLOW = auto()
    LATE = auto()
    SILENCE = auto()


TESTS: Final = tuple(Test)


class Blame(StrEnum):
    """Whose failing it mostly was."""

    GATEWAY = auto()
    BANK = auto()


class Seen(NamedTuple):
    """One rail in one stretch of time, usually ten seconds or a minute; stretches do not overlap.

    A charge counts in the stretch in which its answer came, a payment in the one in which we learned of it.

    Attributes:
        at: When the stretch ends.
        seconds: How long it was.
        made: Charges that gave what was asked for.
        customer: Charges that failed for the customer's own reasons. They say nothing of the rail.
        gateway, bank: Charges that failed for theirs.
        unknown: Charges of which nobody knew whether they happened: timeouts, torn connections.
        slow: Charges, however they ended, answered slower than `Norm.slow_ms`.
        issued: Instruments that were shown to buyers: what payments are expected from.
        paid: Payments learned of.
        late: Those of them that were learned of by asking, or told more than `LATE_S` after they were made.
    """

    at: int
    seconds: int
    made: int = 0
    customer: int = 0
    gateway: int = 0
    bank: int = 0
    unknown: int = 0
    slow: int = 0
    issued: int = 0
    paid: int = 0
    late: int = 0


LATE_S: Final = 120
"""A gateway that tells of a payment later than this tells late."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How far ordinary times stray from a share beyond the luck of the draw, as parts of the share.

    Attributes:
        hours: From one hour to another (0.2: by a fifth): what may last.
        moments: From one stretch to another within the hour: what evens out.
    """

    hours: float = 0.0
    moments: float = 0.0


@dataclass(frozen=True, slots=True)
class Norm:
    """What is normal for a rail, by hour of the week where an hour matters.

    Each share is the middle of ordinary times.

    Attributes:
        bad: Charges failing by gateway, bank or unknown, of those not failing by the customer.
        slow: Charges slower than slow_ms.
        late: Payments told late.
        paid: Payments learned of, of those due if every instrument were paid after an exponential delay.
        pay_delay_s: How long a buyer who pays takes, on average, from the instrument to our knowing.
        charges: How many charges this was learned from.
        seconds: And how much time; 0 where that is not known.
        grain_s: How long the stretches were that the spread of moments was learned from.
        utc_offset_s: Of the shop's zone; Indonesia's zones have no summer time.
    """

    bad: tuple[float, ...]
    bad_spread: Spread
    slow: float
    slow_spread: Spread
    late: float
    late_spread: Spread
    paid: tuple[float, ...]
    paid_spread: Spread
    slow_ms: int
    pay_delay_s: float
    charges: int
    seconds: int = 0
    grain_s: int = 60
    utc_offset_s: int = 7 * 3600


@dataclass(frozen=True, slots=True)
class Wanted:
    """How often the watch may be wrong; every threshold follows from this.

    Attributes:
        false_alarms: Of one rail in thirty days, at most, all tests together.
        bucket_s: The shortest stretch that is fed.
        false_recoveries: Parts of stretches with payments in which a rail still in trouble is called well.
    """

    false_alarms: float = 1.0
    bucket_s: int = 10
    false_recoveries: float = 0.001


MEASURED_FALSE_ALARMS: Final = 0.645
"""Of one rail in thirty days, at the worst of three rates of traffic: `orderan bench payments` on 29 November 2026, twenty
months at each rate, against real outages (docs/performance.md). `Wanted.false_alarms` is what the thresholds are made for."""


class Chart(NamedTuple):
    """One test as it stands: evidence against the norm, or, once it has alarmed, for recovery.

    Attributes:
        value: Log likelihood ratio since `rose`, never below 0.
        rose: When it last stood at 0: the likeliest beginning of what it shows.
        of, hits, bank: What was counted since: all, those that speak against the rail, those laid to a bank.
            Of SILENCE: payments expected, and payments seen.
        last: When it last saw a sign of trouble.
        on: Whether it has alarmed and not yet recovered.
    """

    value: float
    rose: int
    of: float = 0
    hits: int = 0
    bank: int = 0
    last: int = 0
    on: bool = False


SIGNALS: Final = (Test.SLOW, Test.LATE, Test.SILENCE)
"""Tests whose stirring may come before charges fail."""


@dataclass(frozen=True, slots=True)
class Past:
    """What a rail's past troubles were preceded by.

    For each of SIGNALS: from when and until when it last stirred, for how long it did in all (with the
    time a stirring stays fresh), and how many troubles it came before.

    Attributes:
        began: Since when the rail is watched.
        troubles: How many lasted long enough to be believed.
        onset: When the present one was noticed.
        before: Which signals had stirred before it.
    """

    began: int
    troubles: int = 0
    stirred_from: tuple[int, ...] = (0,) * len(SIGNALS)
    stirred_at: tuple[int, ...] = (0,) * len(SIGNALS)
    stirred_s: tuple[int, ...] = (0,) * len(SIGNALS)
    preceded: tuple[int, ...] = (0,) * len(SIGNALS)
    onset: int | None = None
    before: tuple[bool, ...] = (False,) * len(SIGNALS)


class Watched(NamedTuple):
    """All that is remembered of a rail between two stretches; `kept` and `recalled` make it JSON and back.

    Attributes:
        at: Up to when it was seen.
        open: Instruments issued and not yet expected to have been paid or given up.
    """

    at: int
    charts: tuple[Chart, ...]
    open: float
    past: Past


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a rail is not well, as numbers a person can check.

    Attributes:
        expected, seen: Shares that normally and now speak against it (SILENCE: payments a payment
            expected; 1.0 is normal).
        of: How many this rests on.
        since: When it began, as far as can be told.
    """

    test: Test
    expected: float
    seen: float
    of: int
    since: int
    blame: Blame


@dataclass(frozen=True, slots=True)
class Health:
    """How a rail is now.

    Attributes:
        since: The earliest of the reasons' beginnings; None when it is well.
        success: Share of charges expected to give what is asked for.
        paid: Share of what is issued expected to be paid.
        warned_by: Signals that stir now and came before past troubles: an alarm needs less evidence.
    """

    word: Word
    since: int | None
    reasons: tuple[Reason, ...]
    success: float
    paid: float
    warned_by: tuple[Test, ...] = ()
