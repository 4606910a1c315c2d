"""Health: how a payment rail is, told from what it did, early and with few false alarms.

Owns     the norm of a rail by hour of the week, the running tests, what came before past troubles; rail_seen,
         rail_watch
Promises at most the wanted number of false alarms a month and rail; a customer's failure never counts
         against a gateway; every word comes with what was expected, what was seen and since when; the same
         stretches give the same word, however often the watch is put away and taken up
Speaks   health.rail_changed.v1
Ignores  orders, money, who asks; a rail is whatever the counts were kept of
"""

from orderan.health.events import RailChanged
from orderan.health.models import (
    HOURS,
    LATE_S,
    MEASURED_FALSE_ALARMS,
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
from orderan.health.rules import kept, plain_norm, reading, recalled, recalled_norm, watch
from orderan.health.rules_detect import Detector
from orderan.health.rules_norm import hour_of_week, learned, slow_limit
from orderan.health.store import (
    Counted,
    RailWatch,
    begin_watches,
    counted,
    keep_seen,
    mark_unwell,
    moment,
    plain_reason,
    save_norm,
    save_watches,
    sweep_seen,
    take_unlearned,
    take_watches,
    unwell_minutes,
    unwell_rails,
    watches,
)

__all__ = [
    "HOURS",
    "LATE_S",
    "MEASURED_FALSE_ALARMS",
    "SIGNALS",
    "TESTS",
    "Blame",
    "Chart",
    "Counted",
    "Detector",
    "Health",
    "Norm",
    "Past",
    "RailChanged",
    "RailWatch",
    "Reason",
    "Seen",
    "Spread",
    "Test",
    "Wanted",
    "Watched",
    "Word",
    "begin_watches",
    "counted",
    "hour_of_week",
    "keep_seen",
    "kept",
    "learned",
    "mark_unwell",
    "moment",
    "plain_norm",
    "plain_reason",
    "reading",
    "recalled",
    "recalled_norm",
    "save_norm",
    "save_watches",
    "slow_limit",
    "sweep_seen",
    "take_unlearned",
    "take_watches",
    "unwell_minutes",
    "unwell_rails",
    "watch",
    "watches",
]
