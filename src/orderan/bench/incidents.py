"""Real outages of payment providers, from a file: what failed, how much of it, when and for how long.

The file is a CSV with at least the columns failure_mode, severity_fraction, start_local, duration_min and
component; any cell may be empty. A failure mode is one or more words joined by `+`; each is told by the parts
of words in WORDS. What an unseen mode means is not guessed: the row is left out and counted.

Where the file does not say how much failed, half of the failing ones are taken for whole (which is what
most reports without a figure describe) and the others for anything between three and nineteen parts of twenty.
"""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum, auto
from pathlib import Path
from random import Random
from typing import Final

from orderan.bench.promises import CannotMeasure


class Kind(StrEnum):
    """What a rail shows of a failure.

    FAILING      charges are refused or torn; OUTAGE where that is nearly all of them
    DEGRADATION  charges fail so many points more often, reached over five minutes
    SLOW         charges are answered slowly, a few not at all
    LATE_NEWS    payments are made, and not told
    NOT_PAID     what is shown to buyers cannot be paid, or is paid and stays pending
    DECLINES     more buyers are declined, which looks like their own failure
    """

    OUTAGE = auto()
    FAILING = auto()
    DEGRADATION = auto()
    SLOW = auto()
    LATE_NEWS = auto()
    NOT_PAID = auto()
    DECLINES = auto()


_OFF_RAIL: Final = ("settlement", "capture", "wrong_", "payout", "dashboard")
"""Not of taking money: a rail shows nothing of it."""
WORDS: Final = (
    ("false_success", Kind.NOT_PAID),
    ("stuck", Kind.NOT_PAID),
    ("webhook", Kind.LATE_NEWS),
    ("callback", Kind.LATE_NEWS),
    ("notification", Kind.LATE_NEWS),
    ("status_update", Kind.LATE_NEWS),
    ("confirmation", Kind.LATE_NEWS),
    ("declin", Kind.DECLINES),
    ("all_fail", Kind.FAILING),
    ("down", Kind.FAILING),
    ("outage", Kind.FAILING),
    ("unavailable", Kind.FAILING),
    ("http_", Kind.FAILING),
    ("timeout", Kind.FAILING),
    ("bad_gateway", Kind.FAILING),
    ("error", Kind.FAILING),
    ("false_failure", Kind.FAILING),
    ("circuit", Kind.FAILING),
    ("fail", Kind.FAILING),
    ("degrad", Kind.DEGRADATION),
    ("fluctuat", Kind.DEGRADATION),
    ("intermittent", Kind.DEGRADATION),
    ("latency", Kind.SLOW),
    ("slow", Kind.SLOW),
)
"""The first that is part of a word tells what it is."""
_GRAVEST: Final = (Kind.FAILING, Kind.NOT_PAID, Kind.DEGRADATION, Kind.SLOW, Kind.DECLINES, Kind.LATE_NEWS)
"""Of a mode of several words, the first of these is simulated."""
WHOLE: Final = 0.95
"""From this share on a failure is an outage."""
POINTS: Final = 0.15
USUAL: Final = {
    Kind.DEGRADATION: POINTS,
    Kind.SLOW: 0.7,
    Kind.LATE_NEWS: 0.9,
    Kind.NOT_PAID: 1.0,
    Kind.DECLINES: POINTS,
}
SHORTEST_MIN: Final = 3.0
LONGEST_MIN: Final = 480.0
"""Longer ones are cut: a month has room for a score of them, and what is asked is how they begin and end."""


@dataclass(frozen=True, slots=True)
class Incident:
    """One of the file.

    Attributes:
        share: Of charges, payments or news it concerns; None where the file does not say.
        hour: Local hour at which it began, with minutes as a part.
        unknown: Whether charges are torn rather than refused.
        bank: Whether it was laid to a bank behind the gateway.
    """

    kind: Kind
    share: float | None
    minutes: float | None
    hour: float | None
    unknown: bool
    bank: bool


@dataclass(frozen=True, slots=True)
class Trouble:
    """An incident as it happens to a rail, from `start` to `end` in seconds."""

    kind: Kind
    share: float
    start: int
    end: int
    unknown: bool
    bank: bool


@dataclass(frozen=True, slots=True)
class IncidentFile:
    """What a file gave.

    Attributes:
        rows: Lines it has.
        off_rail: Of them, those of which a rail shows nothing.
        unread: Those whose failure mode is in words we do not know.
    """

    incidents: tuple[Incident, ...]
    rows: int
    off_rail: int
    unread: int


def _made_up(
    kind: Kind, share: float | None, minutes: float, hour: float, *, unknown: bool = False
) -> Incident:
    return Incident(kind, share, minutes, hour, unknown=unknown, bank=False)


MADE_UP: Final = IncidentFile(
    (
        _made_up(Kind.FAILING, 1.0, 25, 20.0),
        _made_up(Kind.FAILING, 1.0, 90, 12.5, unknown=True),
        _made_up(Kind.FAILING, 1.0, 12, 9.25),
        _made_up(Kind.FAILING, 0.4, 45, 19.0),
        _made_up(Kind.FAILING, None, 180, 10.0),
        _made_up(Kind.DEGRADATION, None, 60, 14.0),
        _made_up(Kind.DEGRADATION, None, 120, 21.0),
        _made_up(Kind.SLOW, None, 40, 11.0),
        _made_up(Kind.LATE_NEWS, None, 75, 16.0),
        _made_up(Kind.NOT_PAID, 1.0, 50, 18.0),
        _made_up(Kind.DECLINES, None, 35, 13.0),
    ),
    rows=0,
    off_rail=0,
    unread=0,
)
"""Outages such as are reported, for a machine without the data set; nobody had exactly these."""


def read_incidents(path: Path) -> IncidentFile:
    """The incidents of a file.

    Raises:
        CannotMeasure: There is no such file, or nothing in it that a rail would show.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except OSError as fault:
        raise CannotMeasure(f"no file of incidents at {path}: {fault.strerror}") from fault
    found, off_rail, unread = [], 0, 0
    for row in rows:
        mode = (row.get("failure_mode") or "").strip().lower()
        kinds = {kind for word in mode.split("+") for kind in _kind(word)}
        kind = next((kind for kind in _GRAVEST if kind in kinds), None)
        if kind is not None:
            found.append(_incident(row, kind, mode))
        elif any(part in mode for part in _OFF_RAIL):
            off_rail += 1
        else:
            unread += 1
    if not found:
        raise CannotMeasure(f"nothing in {path} that a payment rail would show")
    return IncidentFile(tuple(found), len(rows), off_rail, unread)


def happening(incident: Incident, among: Sequence[Incident], random: Random) -> tuple[Kind, float, int]:
    """What kind it is, how much of the rail it takes, and for how many seconds, where it was not told drawn."""
    share = incident.share
    if share is None:
        share = USUAL.get(incident.kind)
    if share is None:
        share = 1.0 if random.random() < 0.5 else random.uniform(0.15, 0.95)
    known = [one.minutes for one in among if one.minutes is not None] or [30.0]
    minutes = incident.minutes if incident.minutes is not None else random.choice(known)
    kind = Kind.OUTAGE if incident.kind is Kind.FAILING and share >= WHOLE else incident.kind
    return kind, share, round(60 * min(LONGEST_MIN, max(SHORTEST_MIN, minutes)))


def _kind(word: str) -> tuple[Kind, ...]:
    if any(part in word for part in _OFF_RAIL):
        return ()
    return next(((kind,) for part, kind in WORDS if part in word), ())


def _incident(row: Mapping[str, str | None], kind: Kind, mode: str) -> Incident:
    share = _number(row.get("severity_fraction"))
    return Incident(
        kind=kind,
        share=share if share is not None and 0 < share <= 1 else None,
        minutes=_number(row.get("duration_min")),
        hour=_hour(row.get("start_local")),
        unknown="timeout" in mode or "false_failure" in mode,
        bank=bool(re.search(r"\b(inter)?bank", (row.get("component") or "").lower())),
    )


def _number(cell: str | None) -> float | None:
    try:
        number = float(cell or "")
    except ValueError:
        return None
    return number if 0 < number < float("inf") else None


def _hour(cell: str | None) -> float | None:
    found = re.fullmatch(r"\s*(\d{1,2}):(\d{2})(:\d{2})?\s*", cell or "")
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        return None
    return int(found[1]) + int(found[2]) / 60
