"""Health: how a payment rail is, told from what it did, early and with few false alarms.

Owns     the norm of a rail by hour of the week, the running tests, what came before past troubles; no table
Promises at most the wanted number of false alarms a month and rail; a customer's failure never counts
         against a gateway; every word comes with what was expected, what was seen and since when; the same
         stretches give the same word, however often the watch is put away and taken up
Ignores  shops, orders, money, who asks; a rail is whatever the counts were kept of
"""

from orderan.health.models import (
    HOURS,
    LATE_S,
    SIGNALS,
    TESTS,
    Blame,
    Chart,
    Health,
    Norm,
    Past,
    Reason,
    Seen,
    Spread,
    Test,
    Wanted,
    Watched,
    Word,
)
from orderan.health.rules import kept, reading, recalled, watch
from orderan.health.rules_detect import Detector
from orderan.health.rules_norm import hour_of_week, learned, slow_limit

__all__ = [
    "HOURS",
    "LATE_S",
    "SIGNALS",
    "TESTS",
    "Blame",
    "Chart",
    "Detector",
    "Health",
    "Norm",
    "Past",
    "Reason",
    "Seen",
    "Spread",
    "Test",
    "Wanted",
    "Watched",
    "Word",
    "hour_of_week",
    "kept",
    "learned",
    "reading",
    "recalled",
    "slow_limit",
    "watch",
]
