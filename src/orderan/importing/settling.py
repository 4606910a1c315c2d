"""The whole of an import without a database: lines in, one outcome for each line out.

Holds everything in memory, so it is for files a person looks at and for tests, where it is what
the stored run is compared with. The stored run uses the same `judge` and `match`; only where lines
wait between the steps differs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from orderan.importing.mapping import Mapping
from orderan.importing.matching import Cancelling, Sold, Taken, match
from orderan.importing.models import AnyLine, FaultyLine, Outcome, Reason, SourceLine
from orderan.importing.rules import judge


class MatchKey(NamedTuple):
    """What a sale and its cancellation share."""

    customer: str
    sku: str
    price: Decimal
    currency: str


class Verdict(NamedTuple):
    """What became of one line; `reason` if and only if it waits."""

    line: AnyLine
    outcome: Outcome
    reason: Reason | None


class Settlement(NamedTuple):
    """Verdicts by line number, and what each matched cancellation takes from which sale."""

    verdicts: dict[int, Verdict]
    taken: tuple[Taken, ...]


def settle(lines: Iterable[AnyLine], mapping: Mapping) -> Settlement:
    """Decide every line of a file."""
    verdicts: dict[int, Verdict] = {}
    invoices: defaultdict[str, list[SourceLine]] = defaultdict(list)
    for line in lines:
        if isinstance(line, FaultyLine):
            verdicts[line.number] = Verdict(line, Outcome.WAITING, line.fault)
        else:
            invoices[line.invoice].append(line)

    sold: defaultdict[MatchKey, list[Sold]] = defaultdict(list)
    cancelling: defaultdict[MatchKey, list[SourceLine]] = defaultdict(list)
    for invoice in invoices.values():
        judged = judge(invoice, mapping)
        for line in judged.sales:
            verdicts[line.number] = Verdict(line, Outcome.ORDERED, None)
            if judged.customer is not None:
                left = Sold(line.number, line.at, line.quantity, line.minor)
                sold[key_of(line, judged.customer)].append(left)
        for line in judged.cancellations:
            assert judged.customer is not None
            cancelling[key_of(line, judged.customer)].append(line)
        for line, reason in judged.waiting:
            verdicts[line.number] = Verdict(line, Outcome.WAITING, reason)

    taken: list[Taken] = []
    for key, wanted in cancelling.items():
        matching = match(sold.get(key, ()), map(cancelling_of, wanted))
        taken.extend(matching.taken)
        refused = dict(matching.unmatched)
        for line in wanted:
            why = unmatched_reason(line.sku, refused.get(line.number), mapping)
            outcome = Outcome.RETURNED if why is None else Outcome.WAITING
            verdicts[line.number] = Verdict(line, outcome, why)
    return Settlement(verdicts, tuple(taken))


def key_of(line: SourceLine, customer: str) -> MatchKey:
    """Where a sale and its cancellation meet."""
    return MatchKey(customer, line.sku, line.price, line.currency)


def cancelling_of(line: SourceLine) -> Cancelling:
    """A cancellation line as the matching wants it: units counted upwards."""
    return Cancelling(line.number, line.at, -line.quantity, line.price, line.currency)


def unmatched_reason(sku: str, reason: Reason | None, mapping: Mapping) -> Reason | None:
    """A discount that cancels no sale is told apart: it needs another repair than a lost sale."""
    if reason is Reason.NOTHING_SOLD_TO_CANCEL and mapping.codes.role(sku) == "discount":
        return Reason.DISCOUNT_WITHOUT_SALE
    return reason
