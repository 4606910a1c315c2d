"""Let another line stand in for units of a line; the version before is kept."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from orderan.kit.db import Tx
from orderan.kit.events import record
from orderan.kit.ids import new_id
from orderan.orders import rules, store, store_edits
from orderan.orders.changes import Becomes
from orderan.orders.commands.versions import keep_version
from orderan.orders.errors import OrderNotEditable
from orderan.orders.events import UnitsSubstituted
from orderan.orders.models import Line, Order, Substitution
from orderan.orders.rules import Cut
from orderan.orders.states import Commercial


async def substitute_units(
    tx: Tx, order: Order, lines: Sequence[Line], becomes: Becomes, *, reason: str, now: datetime
) -> Order:
    """Make a locked order what it becomes by a substitution; returns it as it stands now.

    An open change of it is outdated from here on, as it is by a cancellation. Stock and tasks are the flow's part.

    Args:
        becomes: One line with fewer units, allocated ones that nobody picked, and one new line with as many.

    Raises:
        OrderNotEditable: It is closed, or waits for its payment; nothing was changed.
    """
    if order.commercial != Commercial.ACCEPTED:
        raise OrderNotEditable(order.commercial)
    [(line_no, units)] = becomes.fewer.items()
    [by_line_no] = becomes.new
    after = {line.line_no: line for line in becomes.lines}
    cut = Cut(line_no, unallocated=0, allocated=units, picked=0, packed=0)
    less = rules.without(after[line_no], cut)
    more = replace(
        rules.with_more(after[by_line_no], units, new=True, allocated=True),
        may_substitute=less.may_substitute,
    )
    await keep_version(tx, order, lines, reason=reason, now=now)
    await store_edits.update_lines(tx, order.id, [less])
    async with tx.together():
        await store.insert_lines(tx, [more])
    made = Substitution(new_id(), order.id, line_no, by_line_no, units)
    await store_edits.insert_substitution(tx, made, now=now)
    version = order.version + 1
    await store_edits.set_sums(
        tx,
        order.id,
        becomes.sums,
        version=version,
        shipping_service=order.shipping_service,
        address_id=order.address_id,
    )
    fact = UnitsSubstituted(
        number=order.number,
        version=version,
        substitution_id=made.id,
        line_no=line_no,
        sku=less.sku_code,
        by_line_no=by_line_no,
        by_sku=more.sku_code,
        units=units,
        total_minor=becomes.sums.total_minor,
        difference_minor=becomes.difference_minor,
        currency=order.currency,
    )
    await record(tx, order.id, fact, now=now, reason=reason)
    return replace(
        order,
        goods_minor=becomes.sums.goods_minor,
        discount_minor=becomes.sums.discount_minor,
        tax_minor=becomes.sums.tax_minor,
        total_minor=becomes.sums.total_minor,
        units=becomes.sums.units,
        version=version,
    )
