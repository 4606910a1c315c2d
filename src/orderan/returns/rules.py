"""What may come back, where it goes and what it is worth. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from orderan.orders import Line
from orderan.payments import RefundLine, share_of_line
from orderan.returns.models import Inspected, ReturnLine, Sent, Wanted
from orderan.returns.models_dispute import ReceivedLine


def beyond(
    wanted: Iterable[Wanted], lines: Iterable[Line], coming_back: Mapping[int, int]
) -> tuple[tuple[int, int, int], ...]:
    """Lines of which more is wanted back than there is: (line, wanted, at most).

    Args:
        coming_back: Units per line in returns that are neither rejected nor over with.
    """
    shipped = {line.line_no: line.shipped - line.returned for line in lines}
    asked: dict[int, int] = {}
    for want in wanted:
        asked[want.line_no] = asked.get(want.line_no, 0) + want.quantity
    found = []
    for line_no, units in asked.items():
        at_most = max(shipped.get(line_no, 0) - coming_back.get(line_no, 0), 0)
        if units > at_most or units <= 0:
            found.append((line_no, units, at_most))
    return tuple(found)


def miscounted(
    lines: Sequence[ReturnLine], inspected: Sequence[Inspected]
) -> tuple[tuple[int, int, int], ...]:
    """Lines whose inspection does not account for exactly what was received: (line, told, received)."""
    told = {one.line_no: one.to_stock + one.to_quarantine for one in inspected}
    negative = {one.line_no for one in inspected if min(one.to_stock, one.to_quarantine) < 0}
    expected = {line.line_no: line.received for line in lines}
    return tuple(
        (line_no, told.get(line_no, 0), expected.get(line_no, 0))
        for line_no in sorted(told.keys() | expected.keys())
        if told.get(line_no, 0) != expected.get(line_no, 0) or line_no in negative
    )


def damaged_on_sale(
    came: Iterable[ReceivedLine], inspected: Iterable[Inspected]
) -> tuple[tuple[int, int, int], ...]:
    """Lines of which more is to be sold again than came sound: (line, to be sold, sound)."""
    sound = {line.line_no: line.received - line.damaged for line in came}
    return tuple(
        (one.line_no, one.to_stock, sound[one.line_no])
        for one in inspected
        if one.line_no in sound and one.to_stock > sound[one.line_no]
    )


def everything_is_back(lines: Iterable[Line]) -> bool:
    """Whether nothing of what an order's lines still promise is with the buyer, or under way."""
    return all(line.returned == line.quantity - line.cancelled for line in lines)


def goods_of(sent: Iterable[Sent], *, before: int, units: int) -> list[Sent]:
    """Which stock rows' goods `units` of a line are, when `before` units of it came back already.

    Each part of a bundle comes back as often as it is in one, however many of it left ahead of the
    others; rows are given back in the order they were sent, so that a lot is never credited with
    more than left it.

    Args:
        sent: What left for the line, whole.
    """
    per_sku: dict[object, list[Sent]] = {}
    for row in sent:
        per_sku.setdefault(row.sku_id, []).append(row)
    found = []
    for rows in per_sku.values():
        skip, take = before * rows[0].each, units * rows[0].each
        for row in rows:
            passed = min(skip, row.quantity)
            skip -= passed
            taken = min(take, row.quantity - passed)
            take -= taken
            if taken:
                found.append(replace(row, quantity=taken))
    return found


def without(lines: Iterable[RefundLine], forgone_minor: int) -> list[RefundLine]:
    """The lines less what was never paid for them, taken off from the first on."""
    found = []
    for line in lines:
        off = min(line.amount_minor, forgone_minor)
        forgone_minor -= off
        found.append(replace(line, amount_minor=line.amount_minor - off))
    return found


def worth(
    lines: Iterable[Line],
    returned: Iterable[tuple[int, int]],
    *,
    refunded_before: Mapping[int, int],
    given_minor: Mapping[int, int] | None = None,
    tax_included: bool,
) -> list[RefundLine]:
    """What units are worth to the buyer who gives them back: (line, units) at the price paid, discounts taken off.

    Units that are counted one behind the other come to exactly what their line cost, in whatever parts.

    Args:
        refunded_before: Units per line that were given back, or money was given back for, before these.
        given_minor: What refunds that stand gave for each line; with it, no line gives back more than it cost.
    """
    by_no = {line.line_no: line for line in lines}
    found = []
    for line_no, units in returned:
        line = by_no[line_no]
        net = line.goods_minor - line.discount_minor + (0 if tax_included else line.tax_minor)
        # What was cancelled is in no sum of the line any more, so its money is shared by the rest.
        bought = line.quantity - line.cancelled
        if not units:
            continue
        amount = 0
        if bought:
            # A refund may have been for a unit that was cancelled afterwards, at the price of the rest.
            whole = share_of_line(net, bought, units=line.quantity, before=0)
            left = max(whole - (given_minor or {}).get(line_no, 0), 0)
            share = share_of_line(net, bought, units=units, before=refunded_before.get(line_no, 0))
            amount = min(share, left)
        found.append(RefundLine(line_no, units, amount))
    return found
