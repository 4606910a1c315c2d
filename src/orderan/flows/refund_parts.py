"""What a refund is for: units of an order's lines, and shipping; the amount is theirs unless a person says more.

left     units of each line that no standing refund is for
worth    units cost what the buyer paid for them, discounts taken off, and tax where it came on top
exact    units are counted one behind the other, returned ones and those refunded by hand, in the order in which they
         arrived or were promised: so all of a line comes to what it cost, and no more
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx
from orderan.orders import Line, LineNotFound, Order, lines_of
from orderan.payments import Refund, RefundLine, RefundState, RefundUnitsTooMany, refunds_of
from orderan.returns import ReturnWithLines, worth


def units_left(lines: Iterable[Line], refunds: Iterable[Refund]) -> dict[int, int]:
    """Units of each line that no refund is for; one that was withdrawn is for nothing."""
    gone: Counter[int] = Counter()
    for refund in refunds:
        if refund.state != RefundState.WITHDRAWN:
            for line in refund.lines:
                gone[line.line_no] += line.quantity
    return {line.line_no: max(line.quantity - gone[line.line_no], 0) for line in lines}


@dataclass(frozen=True, slots=True)
class Given:
    """What refunds that stand gave for each line.

    Attributes:
        by_hand: Units of those that are of no return, beyond the ones that were cancelled.
        minor: Money of all of them.
    """

    by_hand: Mapping[int, int]
    minor: Mapping[int, int]


def given(
    lines: Iterable[Line],
    refunds: Iterable[Refund],
    *,
    of_returns: Collection[UUID | None],
    before: datetime | None = None,
    but: UUID | None = None,
) -> Given:
    """What was given for each line.

    Args:
        of_returns: Refunds whose units are counted by their return.
        before: Of units by hand, those promised before; None is until now.
        but: A refund that does not count.
    """
    by_hand: Counter[int] = Counter()
    minor: Counter[int] = Counter()
    for refund in refunds:
        if refund.state == RefundState.WITHDRAWN or refund.id == but:
            continue
        counts = refund.id not in of_returns and (before is None or refund.granted_at < before)
        for line in refund.lines:
            minor[line.line_no] += line.amount_minor
            by_hand[line.line_no] += line.quantity if counts else 0
    return Given({line.line_no: max(by_hand[line.line_no] - line.cancelled, 0) for line in lines}, minor)


def is_rest(order: Order, lines: Iterable[Line], refunds: Sequence[Refund], units: Mapping[int, int]) -> bool:
    """Whether with these units of its lines nothing of an order is left that no refund is for, shipping neither."""
    stand = [refund for refund in refunds if refund.state != RefundState.WITHDRAWN]
    kept = order.shipping_minor + order.rounding_minor - sum(refund.shipping_minor for refund in stand)
    gone = Counter(units)
    for refund in stand:
        for line in refund.lines:
            gone[line.line_no] += line.quantity
    return kept <= 0 and all(gone[line.line_no] >= line.quantity - line.cancelled for line in lines)


def came_back(returns: Iterable[ReturnWithLines]) -> Counter[int]:
    """Units of each line that are a return's: those that arrived, or all of one that was paid before it was seen."""
    units: Counter[int] = Counter()
    for one in returns:
        whole = one.goods_return.parcel_id is not None or one.goods_return.trusted_at is not None
        for line in one.lines:
            units[line.line_no] += line.quantity if whole else line.received
    return units


def parts_for(
    lines: Sequence[Line],
    units: Mapping[int, int],
    refunds: Sequence[Refund],
    returns: Sequence[ReturnWithLines],
    *,
    tax_included: bool,
) -> list[RefundLine]:
    """The lines of a refund for so many units of each, behind those that came back or were refunded before.

    Raises:
        LineNotFound: The order has no such line.
    """
    known = {line.line_no: line for line in lines}
    wanted = sorted((line_no, count) for line_no, count in units.items() if count)
    for line_no, _ in wanted:
        if line_no not in known:
            raise LineNotFound(line_no)
    gave = given(lines, refunds, of_returns={one.goods_return.refund_id for one in returns})
    before = came_back(returns) + Counter(gave.by_hand)
    return worth(lines, wanted, refunded_before=before, given_minor=gave.minor, tax_included=tax_included)


async def require_units(tx: Tx, order: Order, lines: Sequence[RefundLine]) -> None:
    """Look that a locked order has as many units that no refund is for.

    Raises:
        LineNotFound: It has no such line.
        RefundUnitsTooMany: It has fewer.
    """
    if not lines:
        return
    left = units_left(await lines_of(tx, order.id), await refunds_of(tx, order.id))
    asked: Counter[int] = Counter()
    for line in lines:
        asked[line.line_no] += line.quantity
    for line_no, count in sorted(asked.items()):
        if line_no not in left:
            raise LineNotFound(line_no)
        if count > left[line_no]:
            raise RefundUnitsTooMany(line_no, count, left[line_no])


async def units_left_of(tx: Tx, order_id: UUID) -> dict[int, int]:
    """Units of an order's lines that no refund is for."""
    return units_left(await lines_of(tx, order_id), await refunds_of(tx, order_id))
