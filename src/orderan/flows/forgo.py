"""What is not asked for any more, since its goods came back, or are on their way, before they were paid."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from orderan.flows.settle_payment import settle_payment
from orderan.kit.db import Tx
from orderan.kit.ids import to_text
from orderan.orders import Commercial, Order
from orderan.orders import lines_of as order_lines
from orderan.payments import MoneyEvent, MoneyKind
from orderan.returns import GoodsReturn, everything_is_back, lines_of, received_before, worth

UNPAID: Final = "unpaid_return"
"""How money is called that a buyer need not pay, since the goods came back first."""


async def forgo_received(
    tx: Tx, order: Order, found: GoodsReturn, received: Mapping[int, int], *, now: datetime
) -> None:
    """What came back before it was paid is not asked for any more.

    When nothing is left with the buyer, neither are shipping and rounding. What was refused at the door is not asked
    for since then; see `accept_part`.
    """
    if order.due_minor <= 0:
        return
    if found.parcel_id is not None:
        await forgo_rest(tx, order, now=now)
        return
    lines = await order_lines(tx, order.id)
    before = await received_before(tx, order.id, found.id)
    back = worth(lines, received.items(), refunded_before=before, tax_included=order.tax_included)
    worth_minor = sum(line.amount_minor for line in back)
    amount = order.due_minor if everything_is_back(lines) else min(worth_minor, order.due_minor)
    if amount == 0:
        # A gift came back: it was never asked for.
        return
    await settle_payment(tx, _unasked(order, amount, to_text("ret", found.id)), now=now)


async def forgo_rest(tx: Tx, order: Order, *, now: datetime) -> None:
    """Ask nothing more of a locked order whose last open units were cancelled.

    What it shipped had come back before, so that shipping and rounding were still asked for only
    because of the units that are gone now.
    """
    if order.commercial != Commercial.ACCEPTED or order.due_minor <= 0:
        return
    if everything_is_back(await order_lines(tx, order.id)):
        await settle_payment(tx, _unasked(order, order.due_minor, None), now=now)


def _unasked(order: Order, amount_minor: int, reference: str | None) -> MoneyEvent:
    return MoneyEvent(
        order_id=order.id,
        kind=MoneyKind.FORGONE,
        method=UNPAID,
        amount_minor=amount_minor,
        currency=order.currency,
        reference=reference,
    )


async def forgo_refused(tx: Tx, order: Order, found: GoodsReturn, *, now: datetime) -> int:
    """Ask no more for what a return brings back from the door of a locked order; returns how much, in minor units.

    Shipping is still asked for. What was paid already is given back once the goods were inspected.
    """
    lines = await order_lines(tx, order.id)
    units = [(line.line_no, line.quantity) for line in await lines_of(tx, found.id)]
    before = await received_before(tx, order.id, found.id)
    back = worth(lines, units, refunded_before=before, tax_included=order.tax_included)
    amount = min(sum(line.amount_minor for line in back), max(order.due_minor, 0))
    if amount:
        await settle_payment(tx, _unasked(order, amount, to_text("ret", found.id)), now=now)
    return amount
