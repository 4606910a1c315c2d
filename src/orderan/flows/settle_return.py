"""A return from the request to the money.

    ask        units that were shipped and are not coming back already; what they are exchanged for is held at once
    receive    counted on the table; the order's lines say returned
    inspect    each unit on sale again or aside: booked into stock in the same transaction; what a courier brought back
               broken is claimed from it
    resolve    a refund is granted, or none; granting is not paying
    close      what was granted is paid, on a voucher, in the replacement, or withdrawn

The order's row is locked first in every step.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from orderan.flows.claim_parcels import claim_broken
from orderan.flows.dispute_return import compare
from orderan.flows.exchange_goods import begin_exchange, drop_exchange
from orderan.flows.forgo import forgo_received
from orderan.flows.instead_of_money import carry_out
from orderan.flows.pick_task import Within
from orderan.flows.refund_order import promise_refund
from orderan.flows.return_worth import worth_inspected
from orderan.flows.trust_refund import refund_if_trusted
from orderan.inventory import Bucket, TakenBack, require_counted, take_back
from orderan.kit.db import Tx
from orderan.kit.ids import to_text
from orderan.orders import Order, OrderNotFound, lock_orders, refresh_headline
from orderan.payments import (
    Refund,
    RefundLine,
    RefundState,
    find_refund,
)
from orderan.returns import (
    DISPUTE,
    NOTHING_SEEN,
    RETURN,
    CreditOfNobody,
    DecidedForShop,
    DisputeOpen,
    DisputeState,
    GoodsReturn,
    Inspected,
    RefundStillOpen,
    Remedy,
    ReturnEvent,
    ReturnNotFound,
    ReturnState,
    Seen,
    TrustedAt,
    Wanted,
    behind,
    dispute_of,
    find_return,
    goods_of,
    inspect_return,
    move_return,
    parcel_sent_back,
    receive_return,
    received_before,
    request_return,
    sent_for,
    set_refund,
    shipment_of,
)


async def ask_return(
    tx: Tx,
    order_id: UUID,
    wanted: Sequence[Wanted],
    *,
    reason: str,
    way: Remedy = Remedy.REFUND,
    now: datetime,
) -> GoodsReturn:
    """Open a return of an order; somebody of the shop may exchange a thing for any other.

    Raises:
        OrderNotFound: No such order in this shop.
        NothingToReturn, NotReturnable: Of its lines; nothing was opened.
        CreditOfNobody, NotExchangeable, UnknownSkus, NoPrice, StockShort: Of what is wanted for it.
    """
    order = (await lock_orders(tx, [order_id])).get(order_id)
    if order is None:
        raise OrderNotFound(str(order_id))
    if way is Remedy.CREDIT and order.customer_id is None:
        raise CreditOfNobody
    made = await request_return(tx, order_id, wanted, reason=reason, way=way, now=now)
    if way is Remedy.EXCHANGE:
        await begin_exchange(tx, order, made, wanted, same_product=False, now=now)
    return made


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
    """Approve, reject, mark sent or give up a return: the moves that touch no goods.

    What is sent with a number that was noted gives a trusted buyer their refund at once.

    Raises:
        ReturnNotFound: Not there for this caller.
        IllegalMove: Not from its state.
    """
    if event not in {ReturnEvent.APPROVE, ReturnEvent.REJECT, ReturnEvent.SEND, ReturnEvent.GIVE_UP}:
        message = f"{event} has its own step"
        raise AssertionError(message)
    order, found = await _lock(tx, return_id, within)
    await move_return(tx, found, event, note=note, now=now)
    if event is ReturnEvent.SEND and await shipment_of(tx, return_id) is not None:
        await refund_if_trusted(tx, order, await find_return(tx, return_id), TrustedAt.SCAN, now=now)
    if event in {ReturnEvent.REJECT, ReturnEvent.GIVE_UP}:
        await drop_exchange(tx, return_id, reason=note or str(event), now=now)


async def receive_goods_back(
    tx: Tx,
    return_id: UUID,
    received: Mapping[int, int],
    *,
    location_id: UUID,
    seen: Seen = NOTHING_SEEN,
    within: Within = None,
    now: datetime,
) -> None:
    """Goods arrived at a location: units per line, and what was seen of their parcel.

    Where that is not what was issued, a dispute is opened; else a buyer who is trusted and brought them has the
    refund at once.

    Raises:
        ReturnNotFound, IllegalMove, CountsDiffer: See `receive_return`; nothing changed.
        UnknownLocation: Goods cannot be counted there.
    """
    order, found = await _lock(tx, return_id, within)
    await require_counted(tx, {location_id})
    brought = found.state == ReturnState.APPROVED
    lines = await receive_return(tx, found, received, location_id=location_id, seen=seen, now=now)
    await refresh_headline(tx, [order.id])
    await forgo_received(tx, order, found, received, now=now)
    disputed = await compare(tx, order, found, lines, seen, now=now)
    if disputed is None and brought and all(line.received == line.expected for line in lines):
        order = (await lock_orders(tx, [order.id]))[order.id]
        await refund_if_trusted(tx, order, await find_return(tx, return_id), TrustedAt.DROP_OFF, now=now)


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
    broken = {one.line_no: one.to_quarantine for one in inspected if one.to_quarantine}
    parcel_id = await parcel_sent_back(tx, return_id) if broken else None
    if parcel_id is not None:
        looks = ", ".join(one.condition for one in inspected if one.to_quarantine and one.condition)
        await claim_broken(tx, order.id, parcel_id, broken, looks, now=now)


async def propose_refund(tx: Tx, return_id: UUID) -> list[RefundLine]:
    """What the inspected goods are worth, if they were paid for: a person may grant another amount.

    Raises:
        ReturnNotFound: The shop has no such return.
    """
    order, found = await _lock(tx, return_id, None)
    return await worth_inspected(tx, order, found)


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

    It is carried out as its buyer chose; where that is money, granting is not paying. What a trusted buyer was
    granted before stays as it was granted.

    Raises:
        ReturnNotFound, IllegalMove: It is not inspected.
        DisputeOpen, DecidedForShop: What came is not what was issued.
        RefundTooLarge: More than the order has left to give back; nothing changed.
    """
    order, found = await _lock(tx, return_id, within)
    RETURN.after(ReturnState(found.state), ReturnEvent.RESOLVE)
    await _require_no_dispute(tx, return_id, amount_minor)
    early = await find_refund(tx, found.refund_id) if found.refund_id else None
    if early is not None and early.state != RefundState.WITHDRAWN:
        return await _resolve_trusted(tx, found, early, note=note, now=now)
    refund = None
    if amount_minor:
        refund = await promise_refund(
            tx,
            order.id,
            amount_minor=amount_minor,
            reason=note or found.reason,
            lines=_no_more_than(await worth_inspected(tx, order, found), amount_minor),
            of_return=True,
            now=now,
        )
        await set_refund(tx, return_id, refund.id)
    await move_return(tx, found, ReturnEvent.RESOLVE, note=note, now=now)
    if refund is None:
        await move_return(tx, await find_return(tx, return_id), ReturnEvent.CLOSE, now=now)
        await drop_exchange(tx, return_id, reason=note or "not_granted", now=now)
        return None
    return await carry_out(tx, order, found, refund, now=now)


async def _require_no_dispute(tx: Tx, return_id: UUID, amount_minor: int) -> None:
    dispute = await dispute_of(tx, return_id)
    if dispute is None:
        return
    if dispute.state not in DISPUTE.finals:
        raise DisputeOpen(to_text("ret", return_id))
    if dispute.state == DisputeState.FOR_SHOP and amount_minor:
        raise DecidedForShop(to_text("ret", return_id))


async def _resolve_trusted(
    tx: Tx, found: GoodsReturn, refund: Refund, *, note: str | None, now: datetime
) -> Refund:
    """Close a return whose refund was granted before it came; one that is not paid yet closes it when it is."""
    await move_return(tx, found, ReturnEvent.RESOLVE, note=note, now=now)
    if refund.state != RefundState.GRANTED:
        await move_return(tx, await find_return(tx, found.id), ReturnEvent.CLOSE, now=now)
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


def _no_more_than(lines: list[RefundLine], amount_minor: int) -> list[RefundLine]:
    """What the refund of a return is for; where less is granted than the goods came to, each line has its share."""
    whole = sum(line.amount_minor for line in lines)
    if whole <= amount_minor:
        return lines
    return [replace(line, amount_minor=line.amount_minor * amount_minor // whole) for line in lines]
