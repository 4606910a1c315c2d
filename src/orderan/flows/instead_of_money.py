"""A refund of a return is carried out the way its buyer chose, once it may be paid.

exchange  it pays for the replacement; see `exchange_goods`
credit    it goes onto a voucher of the buyer's
refund    it waits to be paid as money, as every other refund does
"""

from datetime import datetime
from uuid import UUID

from orderan.flows.exchange_goods import settle_exchange
from orderan.flows.refund_vouchers import refund_to_voucher
from orderan.kit.db import Tx
from orderan.orders import Order
from orderan.payments import ApprovalNeeded, Refund, RefundHeld, RefundState, require_agreement
from orderan.returns import (
    ExchangeState,
    GoodsReturn,
    Remedy,
    ReturnState,
    exchange_of,
    find_return,
    return_of_refund,
)


async def carry_out(tx: Tx, order: Order, found: GoodsReturn, refund: Refund, *, now: datetime) -> Refund:
    """Give the buyer of a resolved return what they chose; returns the refund as it stands then.

    One that waits for a second person's word is left as it is, until that is given.

    Args:
        order, found, refund: Locked.
    """
    if found.way == Remedy.REFUND or refund.state != RefundState.GRANTED or refund.paid_minor:
        return refund
    try:
        await require_agreement(tx, refund)
    except (ApprovalNeeded, RefundHeld):
        return refund
    if found.way == Remedy.CREDIT:
        refund, _, _ = await refund_to_voucher(tx, refund.id, now=now)
        return refund
    exchange = await exchange_of(tx, found.id)
    if exchange is None or exchange.state != ExchangeState.HELD:
        return refund
    return await settle_exchange(tx, order, found, exchange, refund, now=now)


async def carry_out_refund(tx: Tx, order: Order, refund: Refund, *, now: datetime) -> Refund:
    """The same for a refund that was just agreed to, if it is of a return that was resolved with it.

    Args:
        order, refund: Locked.
    """
    return_id: UUID | None = await return_of_refund(tx, refund.id)
    if return_id is None:
        return refund
    found = await find_return(tx, return_id)
    granted = found.state == ReturnState.RESOLVED or found.trusted_at is not None
    return await carry_out(tx, order, found, refund, now=now) if granted else refund
