"""A return from the request to the money.

    ask        units that were shipped and are not coming back already
    receive    counted on the table; the order's lines say returned
    inspect    each unit on sale again or aside: booked into stock in the same transaction
    resolve    a refund is granted, or none; granting is not paying
    close      what was granted is paid or withdrawn

The order's row is locked first in every step.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from orderan.flows.pick_task import Within
from orderan.flows.refund_order import promise_refund
from orderan.flows.settle_payment import settle_payment
from orderan.inventory import Bucket, TakenBack, require_counted, take_back
from orderan.kit.db import Tx
from orderan.kit.ids import to_text
from orderan.kit.money import split_minor
from orderan.orders import Commercial, Order, OrderNotFound, lock_orders, refresh_headline
from orderan.orders import lines_of as order_lines
from orderan.payments import (
    MoneyEvent,
    MoneyKind,
    Refund,
    RefundLine,
    RefundState,
    booked,
    cash_of,
    find_refund,
    promised,
    sums,
)
from orderan.returns import (
    RETURN,
    GoodsReturn,
    Inspected,
    RefundStillOpen,
    ReturnEvent,
    ReturnNotFound,
    ReturnState,
    Wanted,
    behind,
    everything_is_back,
    find_return,
    goods_of,
    inspect_return,
    lines_of,
    move_return,
    receive_return,
    received_before,
    request_return,
    sent_for,
    set_refund,
    without,
    worth,
)

UNPAID = "unpaid_return"
"""How money is called that a buyer need not pay, since the goods came back first."""


async def ask_return(
    tx: Tx, order_id: UUID, wanted: Sequence[Wanted], *, reason: str, now: datetime
) -> GoodsReturn:
    """Open a return of an order.

    Raises:
        OrderNotFound: No such order in this shop.
        NothingToReturn, NotReturnable: Of its lines; nothing was opened.
    """
    if order_id not in await lock_orders(tx, [order_id]):
        raise OrderNotFound(str(order_id))
    return await request_return(tx, order_id, wanted, reason=reason, now=now)


async def _lock(tx: Tx, return_id: UUID, within: Within) -> tuple[Order, GoodsReturn]:
    order_id = await behind(tx, return_id)
    if order_id is None:
        raise ReturnNotFound(to_text("ret", return_id))
    order = (await lock_orders(tx, [order_id]))[order_id]
    return order, await find_return(tx, return_id, within=within)


async def decide_return(
    tx: Tx,
    return_id: UUID,
    event: ReturnEvent,
    *,
    note: str | None = None,
    within: Within = None,
    now: datetime,
) -> None:
    """Approve, reject, mark sent or give up a return: the moves that touch no goods and no money.

    Raises:
        ReturnNotFound: Not there for this caller.
        IllegalMove: Not from its state.
    """
    if event not in {ReturnEvent.APPROVE, ReturnEvent.REJECT, ReturnEvent.SEND, ReturnEvent.GIVE_UP}:
        message = f"{event} has its own step"
        raise AssertionError(message)
    _, found = await _lock(tx, return_id, within)
    await move_return(tx, found, event, note=note, now=now)


async def receive_goods_back(
    tx: Tx,
    return_id: UUID,
    received: Mapping[int, int],
    *,
    location_id: UUID,
    within: Within = None,
    now: datetime,
) -> None:
    """Goods arrived at a location: units per line.

    Raises:
        ReturnNotFound, IllegalMove, CountsDiffer: See `receive_return`; nothing changed.
        UnknownLocation: Goods cannot be counted there.
    """
    order, found = await _lock(tx, return_id, within)
    await require_counted(tx, {location_id})
    await receive_return(tx, found, received, location_id=location_id, now=now)
    await refresh_headline(tx, [order.id])
    await _forgo(tx, order, found, received, now=now)


async def _forgo(
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


async def inspect_goods(
    tx: Tx,
    return_id: UUID,
    inspected: Sequence[Inspected],
    *,
    note: str | None = None,
    within: Within = None,
    now: datetime,
) -> None:
    """Judge received goods and book them: on sale at the place they arrived at, or into its quarantine.

    Raises:
        ReturnNotFound, IllegalMove, CountsDiffer: See `inspect_return`; nothing changed.
        NotDispatched: The ledger never saw these goods leave for this order.
    """
    order, found = await _lock(tx, return_id, within)
    lines = await inspect_return(tx, found, inspected, note=note, now=now)
    before = await received_before(tx, order.id, return_id)
    sent = await sent_for(tx, order.id)
    if found.location_id is None:
        message = "a received return has a location"
        raise AssertionError(message)
    back = []
    for line in lines:
        told = next(one for one in inspected if one.line_no == line.line_no)
        of_line = [row for row in sent if row.line_no == line.line_no]
        passed = before.get(line.line_no, 0)
        for units, into in ((told.to_stock, Bucket.FREE), (told.to_quarantine, Bucket.QUARANTINE)):
            goods = goods_of(of_line, before=passed, units=units)
            back += [
                TakenBack(
                    order.id,
                    row.sku_id,
                    found.location_id,
                    row.quantity,
                    into,
                    owner_id=row.owner_id,
                    lot_id=row.lot_id,
                    reason=told.condition or line.reason,
                )
                for row in goods
            ]
            passed += units
    if back:
        await take_back(tx, back, now=now)


async def propose_refund(tx: Tx, return_id: UUID) -> list[RefundLine]:
    """What the inspected goods are worth, if they were paid for: a person may grant another amount.

    Raises:
        ReturnNotFound: The shop has no such return.
    """
    order, found = await _lock(tx, return_id, None)
    before = await received_before(tx, order.id, return_id)
    returned = [(line.line_no, line.to_stock + line.to_quarantine) for line in await lines_of(tx, found.id)]
    lines = await order_lines(tx, order.id)
    proposed = worth(lines, returned, refunded_before=before, tax_included=order.tax_included)
    name = to_text("ret", return_id)
    forgone = (await booked(tx, MoneyKind.FORGONE, method=UNPAID, references=[name])).get(name, 0)
    return await _in_money(tx, order, without(proposed, forgone))


async def _in_money(tx: Tx, order: Order, proposed: list[RefundLine]) -> list[RefundLine]:
    """The lines at what the buyer paid for them in money, when a promotion covered a part of the order."""
    of_order = (await sums(tx, [order.id]))[order.id]
    promised_minor = (await promised(tx, [order.id])).get(order.id, 0)
    amounts = [line.amount_minor for line in proposed]
    money = cash_of(sum(amounts), of_order, promised_minor=promised_minor)
    if not proposed or money == sum(amounts):
        return proposed
    parts = split_minor(money, amounts)
    return [replace(line, amount_minor=part) for line, part in zip(proposed, parts, strict=True)]


async def resolve_return(
    tx: Tx,
    return_id: UUID,
    *,
    amount_minor: int,
    note: str | None = None,
    within: Within = None,
    now: datetime,
) -> Refund | None:
    """Grant the refund of an inspected return, or none with an amount of zero, and say why.

    Raises:
        ReturnNotFound, IllegalMove: It is not inspected.
        RefundTooLarge: More than the order has left to give back; nothing changed.
    """
    order, found = await _lock(tx, return_id, within)
    RETURN.after(ReturnState(found.state), ReturnEvent.RESOLVE)
    refund = None
    if amount_minor:
        refund = await promise_refund(
            tx,
            order.id,
            amount_minor=amount_minor,
            reason=note or found.reason,
            lines=await propose_refund(tx, return_id),
            now=now,
        )
        await set_refund(tx, return_id, refund.id)
    await move_return(tx, found, ReturnEvent.RESOLVE, note=note, now=now)
    if refund is None:
        await move_return(tx, await find_return(tx, return_id), ReturnEvent.CLOSE, now=now)
    return refund


async def close_return(tx: Tx, return_id: UUID, *, within: Within = None, now: datetime) -> None:
    """Nothing is left to do.

    Raises:
        ReturnNotFound, IllegalMove: It is not resolved.
        RefundStillOpen: What was granted is neither paid nor withdrawn.
    """
    _, found = await _lock(tx, return_id, within)
    RETURN.after(ReturnState(found.state), ReturnEvent.CLOSE)
    if found.refund_id is not None and (await find_refund(tx, found.refund_id)).state == RefundState.GRANTED:
        raise RefundStillOpen(to_text("rfd", found.refund_id))
    await move_return(tx, found, ReturnEvent.CLOSE, now=now)
