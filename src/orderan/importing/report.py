"""The books of an import: the file on one side, what became of it on the other.

The two sides are added up apart. `FileSums` sees lines as they are read and knows nothing of
outcomes; `Outcomes` sees each line with its outcome. `Report.check` lays them side by side, per
day and currency, in lines, in exact amounts and in minor units, and fails loudly if anything
differs.

Amounts keep the sign of the file: returned lines are negative, so that
ordered + returned + waiting = file in every row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from orderan.importing.errors import BooksDisagree, Problem
from orderan.importing.models import AnyLine, Outcome, Reason
from orderan.importing.money import EXACT

UNKNOWN = "unknown"


class Key(NamedTuple):
    """A row of the books; None where the file's own day or currency cannot be read."""

    day: date | None
    currency: str | None


@dataclass(slots=True)
class Tally:
    """Lines and their money. A line without a readable amount counts as a line alone."""

    lines: int = 0
    exact: Decimal = Decimal(0)
    minor: int = 0

    def add(self, lines: int, exact: Decimal | None, minor: int | None) -> None:
        self.lines += lines
        if exact is not None:
            self.exact = EXACT.add(self.exact, exact)
        self.minor += minor or 0

    def written(self, prefix: str) -> dict[str, Any]:
        return {
            f"{prefix}_lines": self.lines,
            f"{prefix}_minor": self.minor,
            f"{prefix}_exact": _plain(self.exact),
        }


@dataclass(slots=True)
class FileSums:
    """What the file says, before anything is decided."""

    rows: dict[Key, Tally] = field(default_factory=dict)

    def add(self, lines: Iterable[AnyLine]) -> None:
        # Lines of one day stand together, so the row is looked up where the day changes.
        for (day, currency), group in groupby(lines, key=_day_and_currency):
            together = list(group)
            exact = sum_exact(line.exact for line in together)
            minor = sum(line.minor or 0 for line in together)
            self._row(Key(day, currency)).add(len(together), exact, minor)

    def put(self, key: Key, tally: Tally) -> None:
        """Add sums kept elsewhere, as those of an earlier part of the run."""
        self._row(key).add(tally.lines, tally.exact, tally.minor)

    def _row(self, key: Key) -> Tally:
        row = self.rows.get(key)
        if row is None:
            row = self.rows[key] = Tally()
        return row


@dataclass(slots=True)
class Outcomes:
    """What became of the lines."""

    rows: dict[Key, dict[Outcome, Tally]] = field(default_factory=dict)
    reasons: dict[tuple[Reason, str | None], Tally] = field(default_factory=dict)

    def add(self, line: AnyLine, outcome: Outcome, reason: Reason | None) -> None:
        one = Tally()
        one.add(1, line.exact, line.minor)
        self.put(Key(line.day, line.currency), outcome, reason, one)

    def put(self, key: Key, outcome: Outcome, reason: Reason | None, tally: Tally) -> None:
        """Add lines of one day, currency, outcome and reason.

        Raises:
            AssertionError: A reason without waiting, or waiting without a reason.
        """
        assert (outcome is Outcome.WAITING) == (reason is not None), (outcome, reason)
        row = self.rows.setdefault(key, {})
        row.setdefault(outcome, Tally()).add(tally.lines, tally.exact, tally.minor)
        if reason is not None:
            told = self.reasons.setdefault((reason, key.currency), Tally())
            told.add(tally.lines, tally.exact, tally.minor)


@dataclass(frozen=True, slots=True)
class Report:
    """A finished account of one file.

    Attributes:
        source: Name of the file.
        mapping: Name of the mapping.
        made: What the run added to the shop, as word to count: orders, returns, customers, skus.
        known_lines: Lines whose invoice an earlier run had brought already; they have their
            outcome from that run and added nothing in this one.
        assumed: What the mapping left to the file and the file does not show, to what was taken.
    """

    source: str
    mapping: str
    file: FileSums
    outcomes: Outcomes
    made: Mapping[str, int] = field(default_factory=dict)
    known_lines: int = 0
    assumed: Mapping[str, str] = field(default_factory=dict)

    def check(self) -> None:
        """Lay the two sides next to each other.

        Raises:
            BooksDisagree: They differ anywhere, in lines, exact amount or minor units.
        """
        differences = tuple(self._differences())
        if differences:
            raise BooksDisagree(differences)

    def _differences(self) -> Iterator[Problem]:
        for key in sorted(self.file.rows.keys() | self.outcomes.rows.keys(), key=_order):
            said = self.file.rows.get(key, Tally())
            became = _sum(self.outcomes.rows.get(key, {}).values())
            for what in ("lines", "exact", "minor"):
                if getattr(said, what) != getattr(became, what):
                    where = f"{key.day or UNKNOWN} {key.currency or UNKNOWN}"
                    told = f"{what}: file {getattr(said, what)}, outcomes {getattr(became, what)}"
                    yield Problem(where, told)

    def lines(self, outcome: Outcome | None = None) -> int:
        """Lines of one outcome, or of the file."""
        if outcome is None:
            return sum(tally.lines for tally in self.file.rows.values())
        return sum(row[outcome].lines for row in self.outcomes.rows.values() if outcome in row)

    def written(self) -> dict[str, Any]:
        """The report for a program: plain values, exact amounts as text, days in order."""
        return {
            "source": self.source,
            "mapping": self.mapping,
            "lines": {
                "file": self.lines(),
                **{outcome.value: self.lines(outcome) for outcome in Outcome},
                "known_before": self.known_lines,
            },
            "made": dict(self.made),
            "assumed": dict(self.assumed),
            "currencies": self._currencies(),
            "reasons": self._reasons(),
            "days": self._days(),
        }

    def _days(self) -> list[dict[str, Any]]:
        return [
            {
                "day": key.day.isoformat() if key.day else UNKNOWN,
                "currency": key.currency or UNKNOWN,
                **_columns(self.file.rows[key], self.outcomes.rows.get(key, {})),
            }
            for key in sorted(self.file.rows, key=_order)
        ]

    def _currencies(self) -> list[dict[str, Any]]:
        said: dict[str, Tally] = {}
        became: dict[str, dict[Outcome, Tally]] = {}
        for key, tally in self.file.rows.items():
            currency = key.currency or UNKNOWN
            said.setdefault(currency, Tally()).add(tally.lines, tally.exact, tally.minor)
            columns = became.setdefault(currency, {})
            for outcome, part in self.outcomes.rows.get(key, {}).items():
                columns.setdefault(outcome, Tally()).add(part.lines, part.exact, part.minor)
        return [
            {"currency": currency, **_columns(said[currency], became[currency])} for currency in sorted(said)
        ]

    def _reasons(self) -> list[dict[str, Any]]:
        by_size = sorted(
            self.outcomes.reasons.items(),
            key=lambda item: (-item[1].lines, item[0][0].value, item[0][1] or UNKNOWN),
        )
        return [
            {
                "reason": reason.value,
                "currency": currency or UNKNOWN,
                "lines": tally.lines,
                "minor": tally.minor,
                "exact": _plain(tally.exact),
            }
            for (reason, currency), tally in by_size
        ]


_day_and_currency = attrgetter("day", "currency")


def sum_exact(amounts: Iterable[Decimal | None]) -> Decimal:
    """The sum without losing a digit; what is unknown counts as nothing."""
    whole = Decimal(0)
    for amount in amounts:
        if amount is not None:
            whole = EXACT.add(whole, amount)
    return whole


def _columns(said: Tally, became: Mapping[Outcome, Tally]) -> dict[str, Any]:
    row = said.written("file")
    for outcome in Outcome:
        row |= became.get(outcome, Tally()).written(outcome.value)
    return row


def _sum(tallies: Iterable[Tally]) -> Tally:
    whole = Tally()
    for tally in tallies:
        whole.add(tally.lines, tally.exact, tally.minor)
    return whole


def _order(key: Key) -> tuple[date, str]:
    return (key.day or date.max, key.currency or UNKNOWN)


def _plain(amount: Decimal) -> str:
    """Without exponent and without trailing zeros."""
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
