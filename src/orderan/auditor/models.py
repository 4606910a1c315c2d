"""The nouns of an audit."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

import psycopg

Row = dict[str, Any]
Look = Callable[[psycopg.Connection[Row], Mapping[str, Any]], Iterator[Row]]
"""Yields a row per broken thing; gets `shop` (0 for all) and `now`."""

MOST = 100
"""Findings listed per check; the rest are counted."""


@dataclass(frozen=True)
class Check:
    """One claim about the data, and how to find what breaks it.

    Attributes:
        name: `subject.claim`, kept for ever because programs read it.
        promise: Number of the promise it belongs to (ARCHITECTURE.md).
        claim: What must hold, in one sentence.
        look: Finds what breaks it: rows with `shop_id`, `subject` and the facts.
    """

    name: str
    promise: int
    claim: str
    look: Look


@dataclass(frozen=True)
class Finding:
    """One thing that breaks a claim.

    Attributes:
        subject: Id of the thing: an order, a sku, a key.
        facts: What was found and what should be.
    """

    check: str
    shop_id: int
    subject: str
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Verdict:
    """What one check said.

    Attributes:
        found: How many things break the claim; `findings` lists the first MOST of them.
    """

    check: Check
    found: int
    findings: tuple[Finding, ...]
    took_s: float


@dataclass(frozen=True)
class Report:
    """An audit: a verdict per check, all of one snapshot."""

    at: datetime
    verdicts: tuple[Verdict, ...]

    @property
    def clean(self) -> bool:
        return not any(verdict.found for verdict in self.verdicts)

    @property
    def findings(self) -> list[Finding]:
        return [finding for verdict in self.verdicts for finding in verdict.findings]


def by_sql(sql: LiteralString) -> Look:
    """A look that is one query; `%(shop)s` and `%(now)s` may stand in it.

    The count of all findings comes with each row, so that only the first MOST travel.
    """
    limited: LiteralString = (
        "SELECT *, count(*) OVER () AS found FROM (" + sql + ") AS broken"
        " WHERE (%(shop)s = 0 OR shop_id = %(shop)s) LIMIT 100"
    )

    def look(connection: psycopg.Connection[Row], scope: Mapping[str, Any]) -> Iterator[Row]:
        yield from connection.execute(limited, scope)

    return look
