"""Money back to a buyer: promised by one person, paid by hand, or withdrawn.

The order's row is locked first, so two promises made at once see each other. What goes back through a gateway is
`execute_refund`'s, what goes to an account `pay_out`'s; what vouchers paid goes back onto them before either.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from orderan.flows.book_refund import book_refund, close_executed, close_returns, lock_refund
from orderan.flows.exchange_goods import drop_exchange
from orderan.flows.refund_parts import parts_for, require_units
from orderan.flows.refund_vouchers import return_to_vouchers
from orderan.kit import inbox
from orderan.kit.db import Tx
from orderan.kit.errors import Refusal
from orderan.orders import OrderNotFound, insert_moves, lines_of, lock_orders
from orderan.payments import (
    VOUCHER_METHOD,
    MoneyEvent,
    MoneyKind,
    NotByHand,
    Refund,
    RefundEvent,
    RefundLine,
    RefundState,
    Standing,
    cancel_unneeded,
    close_refund,
    failed_key,
    grant_refund,
    refunds_of,
    standing,
    sums,
)
from orderan.returns import return_of_refund, returns_of


async def promise_refund(
    tx: Tx,
    order_id: UUID,
    *,
    amount_minor: int,
    reason: str,
    lines: Sequence[RefundLine] = (),
    shipping_minor: int = 0,
    of_return: bool = False,
    now: datetime,
) -> Refund:
    """Grant a refund of an order.

    Args:
        of_return: Its units are counted by their return, whatever was refunded for them before.

    Raises:
        OrderNotFound: No such order in this shop.
        AmountNotPositive: Zero or less.
        LineNotFound, RefundUnitsTooMany: Units that were not ordered, or are refunded already.
        RefundPartsTooMuch: Its lines and its shipping come to more than the amount.
        RefundTooLarge: More than was taken in and is not yet given or promised back.
    """
    order = (await lock_orders(tx, [order_id])).get(order_id)
    if order is None:
        raise OrderNotFound(str(order_id))
    if not of_return:
        await require_units(tx, order, lines)
    refund = await grant_refund(
        tx,
        order_id,
        amount_minor=amount_minor,
        currency=order.currency,
        reason=reason,
        lines=lines,
        shipping_minor=shipping_minor,
        now=now,
    )
    await insert_moves(tx, "refund", [(order_id, "", "grant", refund.state)], reason=reason, now=now)
    return refund


async def promise_parts(
    tx: Tx,
    order_id: UUID,
    *,
    units: Mapping[int, int],
    shipping_minor: int,
    amount_minor: int | None,
    reason: str,
    now: datetime,
) -> Refund:
    """Grant a refund for units of lines and for shipping.

    Args:
        amount_minor: More than these come to, as goodwill; None is just these.

    Raises:
        OrderNotFound, LineNotFound, RefundUnitsTooMany, RefundPartsTooMuch, AmountNotPositive, RefundTooLarge:
            See `promise_refund`.
    """
    order = (await lock_orders(tx, [order_id])).get(order_id)
    if order is None:
        raise OrderNotFound(str(order_id))
    lines = parts_for(
        await lines_of(tx, order_id),
        units,
        await refunds_of(tx, order_id),
        await returns_of(tx, order_id),
        tax_included=order.tax_included,
    )
    parts = sum(line.amount_minor for line in lines) + shipping_minor
    return await promise_refund(
        tx,
        order_id,
        amount_minor=parts if amount_minor is None else amount_minor,
        reason=reason,
        lines=lines,
        shipping_minor=shipping_minor,
        now=now,
    )


async def execute_refund(
    tx: Tx, refund_id: UUID, *, method: str, reference: str | None, now: datetime
) -> Standing:
    """What of a refund is left was paid by hand; returns where the order's money stands now.

    Raises:
        RefundNotFound: No such refund.
        IllegalMove: It was executed or withdrawn before.
        ApprovalNeeded: A second person has to agree first.
        RefundInTheAir: A gateway may be sending it back.
        NotByHand: It is to go onto a voucher: that is `refund_to_voucher`.
        ReferenceUsed: This transfer was booked for another refund before.
        MoreThanThereIs: What was taken in has been taken back meanwhile.
    """
    if method == VOUCHER_METHOD:
        raise NotByHand
    order, refund = await lock_refund(tx, refund_id)
    after = await return_to_vouchers(tx, order, refund, now=now)
    if after.state != refund.state:
        of = (await sums(tx, [order.id]))[order.id]
        return standing(of, total_minor=order.total_minor, terms=order.terms)
    if after.paid_minor != refund.paid_minor:
        order = (await lock_orders(tx, [order.id]))[order.id]
    refund = await close_refund(
        tx, refund_id, RefundEvent.EXECUTE, method=method, reference=reference, now=now
    )
    stands = await book_refund(
        tx,
        order,
        refund,
        MoneyEvent(
            order_id=refund.order_id,
            kind=MoneyKind.REFUNDED,
            method=method,
            amount_minor=refund.left_minor,
            currency=refund.currency,
            reference=reference,
        ),
        now=now,
    )
    if isinstance(stands, Refusal):
        raise stands
    await close_executed(tx, refund, now=now)
    return stands


async def withdraw_refund(tx: Tx, refund_id: UUID, *, reason: str, now: datetime) -> None:
    """It will not be paid after all.

    Raises:
        RefundNotFound: No such refund.
        IllegalMove: It was executed or withdrawn before.
        RefundInTheAir: A gateway may be sending it back.
        RefundPartlyPaid: A part of it was sent.
    """
    _, refund = await lock_refund(tx, refund_id)
    await close_refund(tx, refund_id, RefundEvent.WITHDRAW, now=now)
    move = (refund.order_id, str(RefundState.GRANTED), str(RefundEvent.WITHDRAW), str(RefundState.WITHDRAWN))
    await insert_moves(tx, "refund", [move], reason=reason, now=now)
    await inbox.settle(tx, [failed_key(refund_id)], note="withdrawn", now=now)
    await cancel_unneeded(tx, refund_id, now=now)
    await close_returns(tx, refund_id, now=now)
    if (return_id := await return_of_refund(tx, refund_id)) is not None:
        await drop_exchange(tx, return_id, reason=reason, now=now)
