"""What each line of an invoice is: a sale, a cancellation still to be matched, or a case for a person.

An invoice is judged whole, because three things can only be seen on all its lines together: whose
it is, whether its lines contradict each other, and which line stands there twice. How the lines
were cut into chunks on the way here therefore makes no difference.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta

from orderan.importing.mapping import Mapping
from orderan.importing.models import JudgedInvoice, Reason, SourceLine, Waiting

# An invoice is written in minutes; the same number a day later is another invoice with a number
# used twice.
LONGEST_INVOICE = timedelta(hours=24)
# What an order's columns hold.
MOST_UNITS = 2**31 - 1
MOST_MINOR = 10**18


def judge(lines: Iterable[SourceLine], mapping: Mapping) -> JudgedInvoice:
    """Put every line of one invoice in exactly one place.

    A line without a customer in an invoice that names one belongs to that one. Of lines that are
    the same in every column the first counts; the others wait if the mapping says so.

    Args:
        lines: All readable lines of the invoice, at least one, in any order.
    """
    ordered = sorted(lines, key=lambda line: line.number)
    customers = {line.customer for line in ordered if line.customer is not None}
    customer = next(iter(customers)) if len(customers) == 1 else None
    contradiction = _contradiction(ordered, len(customers))
    doubled = _doubled(ordered) if mapping.lines.duplicates == "wait" else frozenset()

    sales: list[SourceLine] = []
    cancellations: list[SourceLine] = []
    waiting: list[Waiting] = []
    for line in ordered:
        reason = _reason_to_wait(line, customer, mapping) or contradiction
        if reason is None and line.number in doubled:
            reason = Reason.DUPLICATE_LINE
        if reason is not None:
            waiting.append(Waiting(line, reason))
        elif line.cancelling:
            cancellations.append(line)
        else:
            sales.append(line)
    first = min(line.at for line in ordered)
    return JudgedInvoice(
        ordered[0].invoice, customer, first, tuple(sales), tuple(cancellations), tuple(waiting)
    )


def _contradiction(lines: Sequence[SourceLine], customers: int) -> Reason | None:
    if customers > 1:
        return Reason.SEVERAL_CUSTOMERS
    if len({line.currency for line in lines}) > 1:
        return Reason.SEVERAL_CURRENCIES
    if sum(abs(line.quantity) for line in lines) > MOST_UNITS:
        return Reason.QUANTITY_TOO_LARGE
    if sum(abs(line.minor) for line in lines) > MOST_MINOR:
        return Reason.AMOUNT_TOO_LARGE
    times = [line.at for line in lines]
    return Reason.SEVERAL_DATES if max(times) - min(times) > LONGEST_INVOICE else None


def _doubled(lines: Sequence[SourceLine]) -> frozenset[int]:
    """Numbers of the lines that repeat an earlier one in every column."""
    # Comparing whole lines is dear; most differ in these two already.
    alike = Counter((line.sku, line.quantity) for line in lines)
    seen: set[tuple[object, ...]] = set()
    again: set[int] = set()
    for line in lines:
        if alike[line.sku, line.quantity] > 1:
            written = line[1:]
            if written in seen:
                again.add(line.number)
            seen.add(written)
    return frozenset(again)


def _reason_to_wait(line: SourceLine, customer: str | None, mapping: Mapping) -> Reason | None:
    """Why a line by itself is neither a sale nor a cancellation; None if it is one."""
    if mapping.begins(line.invoice, mapping.adjustment.invoice_prefix):
        return Reason.ADJUSTMENT_INVOICE
    if mapping.codes.role(line.sku) == "not_a_sale":
        return Reason.NOT_A_SALE
    if line.price < 0:
        return Reason.NEGATIVE_PRICE
    if line.quantity == 0:
        return Reason.ZERO_QUANTITY
    return _no_cancellation(line, customer) if line.cancelling else _no_sale(line, customer, mapping)


def _no_cancellation(line: SourceLine, customer: str | None) -> Reason | None:
    if line.quantity > 0:
        return Reason.CANCELLATION_WITH_POSITIVE_QUANTITY
    return Reason.CANCELLATION_WITHOUT_CUSTOMER if customer is None else None


def _no_sale(line: SourceLine, customer: str | None, mapping: Mapping) -> Reason | None:
    if line.quantity < 0:
        return Reason.NEGATIVE_QUANTITY
    if customer is None and line.price == 0:
        return Reason.ZERO_PRICE_WITHOUT_CUSTOMER
    if customer is None and mapping.lines.missing_customer == "wait":
        return Reason.MISSING_CUSTOMER
    return None
