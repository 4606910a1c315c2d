"""Money back to a buyer: promised by one person, paid by another, or withdrawn.

The order's row is locked first, so two promises made at once see each other. A return that waited
only for its refund closes by itself.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from orderan.flows.payment_promotion import give_back_in_proportion
from orderan.flows.settle_payment import settle_payments
from orderan.kit.db import Tx
from orderan.kit.errors import Refusal
from orderan.kit.ids import to_text
from orderan.orders import Order, OrderNotFound, insert_moves, lock_orders
from orderan.payments import (
    MoneyEvent,
    MoneyKind,
    Refund,
    RefundEvent,
    RefundLine,
    RefundState,
    Standing,
    close_refund,
    find_refund,
    grant_refund,
    sums,
)
from orderan.returns import ReturnEvent, find_return, move_return, waiting_for_refund

GOODS_BACK = "goods_back"
"""How the credit for goods that came back and were paid back is called."""


async def promise_refund(
    tx: Tx, order_id: UUID, *, amount_minor: int, reason: str, lines: Sequence[RefundLine] = (), now: datetime
) -> Refund:
    """Grant a refund of an order.

    Raises:
        OrderNotFound: No such order in this shop.
        AmountNotPositive: Zero or less.
        RefundTooLarge: More than was taken in and is not yet given or promised back.
    """
    order = (await lock_orders(tx, [order_id])).get(order_id)
    if order is None:
        raise OrderNotFound(str(order_id))
    refund = await grant_refund(
        tx, order_id, amount_minor=amount_minor, currency=order.currency, reason=reason, lines=lines, now=now
    )
    await insert_moves(tx, "refund", [(order_id, "", "grant", refund.state)], reason=reason, now=now)
    return refund


async def execute_refund(
    tx: Tx, refund_id: UUID, *, method: str, reference: str | None, now: datetime
) -> Standing:
    """The money left the shop; returns where the order's money stands now.

    Raises:
        RefundNotFound: No such refund.
        IllegalMove: It was executed or withdrawn before.
        ReferenceUsed: This transfer was booked for another refund before.
        MoreThanThereIs: What was taken in has been taken back meanwhile.
    """
    refund = await find_refund(tx, refund_id)
    order = (await lock_orders(tx, [refund.order_id]))[refund.order_id]
    await close_refund(tx, refund_id, RefundEvent.EXECUTE, method=method, reference=reference, now=now)
    move = (refund.order_id, str(RefundState.GRANTED), str(RefundEvent.EXECUTE), str(RefundState.EXECUTED))
    await insert_moves(tx, "refund", [move], now=now)
    paid = MoneyEvent(
        order_id=refund.order_id,
        kind=MoneyKind.REFUNDED,
        method=method,
        amount_minor=refund.amount_minor,
        currency=refund.currency,
        reference=reference,
    )
    covered = await give_back_in_proportion(
        tx,
        order,
        refund.amount_minor,
        (await sums(tx, [order.id]))[order.id],
        lines=[line.line_no for line in refund.lines],
        reference=to_text("rfd", refund.id),
        now=now,
    )
    [stands, *_] = await settle_payments(tx, [paid, *await _credit(tx, order, refund), *covered], now=now)
    if isinstance(stands, Refusal):
        raise stands
    await _close_returns(tx, refund_id, now=now)
    return stands


async def _credit(tx: Tx, order: Order, refund: Refund) -> list[MoneyEvent]:
    """Of a refund for goods that came back: as much less is asked for as was paid back.

    Else the order would seem to be short of it for as long as other goods of it are under way, and what
    is owed when those are cancelled would be hidden by it. What such a refund settles beyond its goods,
    as far as too much had been paid, was not asked for before either.
    """
    beyond = max(refund.amount_minor - sum(line.amount_minor for line in refund.lines), 0)
    amount = min(refund.amount_minor - min(beyond, order.owed_back_minor), order.kept_for_minor)
    if amount <= 0 or not await waiting_for_refund(tx, refund.id):
        return []
    return [
        MoneyEvent(
            order_id=order.id,
            kind=MoneyKind.CREDITED,
            method=GOODS_BACK,
            amount_minor=amount,
            currency=refund.currency,
            reference=to_text("rfd", refund.id),
        )
    ]


async def _close_returns(tx: Tx, refund_id: UUID, *, now: datetime) -> None:
    for return_id in await waiting_for_refund(tx, refund_id):
        await move_return(tx, await find_return(tx, return_id), ReturnEvent.CLOSE, now=now)


async def withdraw_refund(tx: Tx, refund_id: UUID, *, reason: str, now: datetime) -> None:
    """It will not be paid after all.

    Raises:
        RefundNotFound: No such refund.
        IllegalMove: It was executed or withdrawn before.
    """
    refund = await find_refund(tx, refund_id)
    await lock_orders(tx, [refund.order_id])
    await close_refund(tx, refund_id, RefundEvent.WITHDRAW, now=now)
    move = (refund.order_id, str(RefundState.GRANTED), str(RefundEvent.WITHDRAW), str(RefundState.WITHDRAWN))
    await insert_moves(tx, "refund", [move], reason=reason, now=now)
    await _close_returns(tx, refund_id, now=now)
