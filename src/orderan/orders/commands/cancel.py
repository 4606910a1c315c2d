"""Cancel units of an order, or all that is left of it; the version before is kept."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from orderan.kit.db import Tx
from orderan.kit.events import record
from orderan.orders import rules, store, store_edits
from orderan.orders.commands.change import decline_open
from orderan.orders.commands.versions import keep_version
from orderan.orders.errors import LineNotFound, NothingChanged, TooMany, UnitsNotOpen
from orderan.orders.events import OrderCancelled, UnitsCancelled
from orderan.orders.headlines import Headline
from orderan.orders.models import Line, Order
from orderan.orders.rules import Cut, Sums
from orderan.orders.states import COMMERCIAL, Commercial, CommercialEvent


@dataclass(frozen=True, slots=True)
class Units:
    """Units of a line to cancel."""

    line_no: int
    quantity: int


def choose_cuts(lines: Sequence[Line], wanted: Sequence[Units] | None) -> list[Cut]:
    """Which units go, the least advanced first; None is everything that stands.

    Raises:
        LineNotFound: A line that is not there.
        UnitsNotOpen: More than can still be let go, every such line at once; cancelling
            everything counts shipped units as too many.
    """
    by_number = {line.line_no: line for line in lines}
    asked: dict[int, int] = {}
    for units in wanted if wanted is not None else [Units(line.line_no, rules.owed(line)) for line in lines]:
        if units.line_no not in by_number:
            raise LineNotFound(units.line_no)
        asked[units.line_no] = asked.get(units.line_no, 0) + units.quantity
    too_many = tuple(
        TooMany(number, quantity, rules.unshipped(by_number[number]), by_number[number].shipped)
        for number, quantity in asked.items()
        if quantity > rules.unshipped(by_number[number])
    )
    if too_many:
        raise UnitsNotOpen(too_many)
    return [
        rules.least_advanced(by_number[number], quantity) for number, quantity in asked.items() if quantity
    ]


async def cancel_units(
    tx: Tx,
    order: Order,
    lines: Sequence[Line],
    cuts: Sequence[Cut],
    *,
    shipping_minor: int,
    reason: str,
    now: datetime,
) -> Order:
    """Take cuts off a locked order and sum it up anew; returns it as it stands now.

    An order of which nothing stands any more is cancelled, shipping included; an open change of
    it is declined. Stock and tasks are the flow's part.

    Args:
        shipping_minor: What bringing the rest costs.

    Raises:
        IllegalMove: The order's state does not allow cancelling; nothing was changed.
        NothingChanged: Nothing is to go.
    """
    COMMERCIAL.after(Commercial(order.commercial), CommercialEvent.CANCEL)
    if not cuts:
        raise NothingChanged
    chosen = {cut.line_no: cut for cut in cuts}
    after = [
        rules.cancelled_by(line, chosen[line.line_no], included=order.tax_included)
        if line.line_no in chosen
        else line
        for line in lines
    ]
    nothing_left = all(rules.owed(line) == 0 for line in after)
    sums = rules.summed(
        after,
        shipping_minor=0 if nothing_left else shipping_minor,
        rounding_minor=0 if nothing_left else order.rounding_minor,
        tax_included=order.tax_included,
    )
    await keep_version(tx, order, lines, reason=reason, now=now)
    await store_edits.update_lines(tx, order.id, [line for line in after if line.line_no in chosen])
    await store_edits.set_sums(
        tx,
        order.id,
        sums,
        version=order.version + 1,
        shipping_service=order.shipping_service,
        address_id=order.address_id,
    )
    if nothing_left:
        await decline_open(tx, [order.id], now=now)
        await _close(tx, order, reason=reason, now=now)
    else:
        await record(tx, order.id, _told(order, cuts, sums), now=now, reason=reason)
    return replace(
        order,
        commercial=Commercial.CANCELLED if nothing_left else order.commercial,
        goods_minor=sums.goods_minor,
        discount_minor=sums.discount_minor,
        shipping_minor=sums.shipping_minor,
        tax_minor=sums.tax_minor,
        rounding_minor=sums.rounding_minor,
        total_minor=sums.total_minor,
        units=sums.units,
        version=order.version + 1,
    )


async def _close(tx: Tx, order: Order, *, reason: str, now: datetime) -> None:
    was, becomes = order.commercial, Commercial.CANCELLED
    await store.set_commercial(tx, [order.id], was=was, becomes=becomes, headline=Headline.CANCELLED, now=now)
    move = (order.id, was, str(CommercialEvent.CANCEL), str(becomes))
    await store.insert_moves(tx, "commercial", [move], reason=reason, now=now)
    await record(tx, order.id, OrderCancelled(order.number), now=now, reason=reason)


def _told(order: Order, cuts: Sequence[Cut], sums: Sums) -> UnitsCancelled:
    return UnitsCancelled(
        number=order.number,
        version=order.version + 1,
        units=tuple((cut.line_no, cut.units) for cut in cuts),
        total_minor=sums.total_minor,
        difference_minor=sums.total_minor - order.total_minor,
        currency=order.currency,
    )
