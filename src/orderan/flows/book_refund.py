"""Money of a refund leaves the shop, or comes back to it: what that does to the order, its promotions and its returns.

The order's row is locked first. A return that waited only for its refund closes by itself.
"""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from orderan.flows.return_promotion import give_back_in_proportion
from orderan.flows.settle_payment import settle_payments
from orderan.kit import inbox
from orderan.kit.db import Tx
from orderan.kit.errors import Refusal
from orderan.kit.ids import to_text
from orderan.orders import Order, insert_moves, lock_orders
from orderan.payments import (
    MoneyEvent,
    MoneyKind,
    Refund,
    RefundEvent,
    RefundState,
    Standing,
    cancel_unneeded,
    events_of,
    failed_key,
    find_refund,
    pay_part,
    room_for,
    sums,
    take_part_back,
)
from orderan.returns import ReturnEvent, credited_by, find_return, move_return, waiting_for_refund

GOODS_BACK = "goods_back"
"""How the credit for goods that came back and were paid back is called."""


async def lock_refund(tx: Tx, refund_id: UUID) -> tuple[Order, Refund]:
    """Lock a refund by its order; both as they stand under the lock.

    Raises:
        RefundNotFound: No such refund.
    """
    order_id = (await find_refund(tx, refund_id)).order_id
    order = (await lock_orders(tx, [order_id]))[order_id]
    return order, await find_refund(tx, refund_id)


async def book_part(
    tx: Tx, order: Order, refund: Refund, part: MoneyEvent, *, now: datetime
) -> Refund | Refusal:
    """A part of a refund left the shop through a gateway; with the last one the refund is executed.

    Where the ledger has no room for it any more, since the money was taken back meanwhile, nothing is
    booked and the refusal is the answer: the gateway's word stands, and a person has to look.

    Args:
        order, refund: Locked.
    """
    answer = await book_refund(tx, order, refund, part, now=now)
    if isinstance(answer, Refusal):
        return answer
    after = await pay_part(
        tx, refund, part.amount_minor, method=part.method, reference=part.reference or "", now=now
    )
    if after.state == RefundState.EXECUTED:
        await close_executed(tx, refund, now=now)
    return after


async def take_back(tx: Tx, refund: Refund, part: MoneyEvent, *, now: datetime) -> Refund:
    """A part that was sent came back to the shop: it is owed to the buyer again.

    What was credited for goods that came back stays credited: the buyer is owed that much, and does not
    owe it. A return that was closed stays closed, the refund waits by itself.

    Args:
        refund: Locked, with what was paid of it.
    """
    [answer] = await settle_payments(tx, [part], now=now)
    if isinstance(answer, Refusal):
        raise answer
    after = await take_part_back(tx, refund, part.amount_minor, now=now)
    if refund.state == RefundState.EXECUTED:
        move = (refund.order_id, str(RefundState.EXECUTED), str(RefundEvent.REOPEN), str(RefundState.GRANTED))
        await insert_moves(tx, "refund", [move], now=now)
    return after


async def close_executed(tx: Tx, refund: Refund, *, now: datetime) -> None:
    """All of a refund left the shop: whatever waited for it is over."""
    move = (refund.order_id, str(RefundState.GRANTED), str(RefundEvent.EXECUTE), str(RefundState.EXECUTED))
    await insert_moves(tx, "refund", [move], now=now)
    await inbox.settle(tx, [failed_key(refund.id)], note="refunded", now=now)
    await cancel_unneeded(tx, refund.id, now=now)
    await close_returns(tx, refund.id, now=now)


async def book_refund(
    tx: Tx, order: Order, refund: Refund, part: MoneyEvent, *, now: datetime
) -> Standing | Refusal:
    """Book what left the shop of a refund, what is therefore not asked for again, and its promotions' part."""
    credit = await _credit(tx, order, refund, part.amount_minor)
    covered = await _cover(tx, order, refund, part, now=now)
    answer, *_ = await settle_payments(tx, [part, *credit, *covered], now=now)
    return answer


async def _cover(
    tx: Tx, order: Order, refund: Refund, part: MoneyEvent, *, now: datetime
) -> list[MoneyEvent]:
    """What the promotions the order was paid with have back with a part of a refund.

    Money that came back to the shop and is sent again took its promotions' part along the first time.
    """
    of = (await sums(tx, [order.id]))[order.id]
    room = room_for(MoneyKind.REFUNDED, of)
    if room is not None and part.amount_minor > room:
        return []
    sent = peak = 0
    for event in await events_of(tx, [order.id], [MoneyKind.REFUNDED, MoneyKind.REFUND_REVERSED]):
        sent += event.amount_minor if event.kind == MoneyKind.REFUNDED else -event.amount_minor
        peak = max(peak, sent)
    return await give_back_in_proportion(
        tx,
        order,
        sent + part.amount_minor - peak,
        {**of, MoneyKind.REFUNDED: of.get(MoneyKind.REFUNDED, 0) + peak - sent},
        lines=[line.line_no for line in refund.lines],
        reference=f"{to_text('rfd', refund.id)}:{refund.paid_minor}:{part.reference or ''}",
        now=now,
    )


async def _credit(tx: Tx, order: Order, refund: Refund, part_minor: int) -> list[MoneyEvent]:
    """Of a refund for goods that came back: as much less is asked for as was paid back.

    Else the order would seem to be short of it for as long as other goods of it are under way, and what
    is owed when those are cancelled would be hidden by it. What such a refund settles beyond its goods,
    as far as too much had been paid, was not asked for before either. What earlier parts of it were
    credited for stays so, even where one of them came back to the shop since.
    """
    if not await credited_by(tx, refund.id):
        return []
    name = to_text("rfd", refund.id)
    credited = sum(
        row.amount_minor
        for row in await events_of(tx, [order.id], [MoneyKind.CREDITED])
        if (row.reference or "").partition(":")[0] == name
    )
    before = replace(
        order,
        refunded_minor=order.refunded_minor - refund.paid_minor,
        credited_minor=order.credited_minor - credited,
    )
    beyond = max(refund.amount_minor - sum(line.amount_minor for line in refund.lines), 0)
    paid = refund.paid_minor + part_minor
    worth = min(paid - min(beyond, before.owed_back_minor), before.kept_for_minor)
    amount = worth - credited
    if amount <= 0:
        return []
    return [
        MoneyEvent(
            order_id=order.id,
            kind=MoneyKind.CREDITED,
            method=GOODS_BACK,
            amount_minor=amount,
            currency=refund.currency,
            reference=f"{name}:{worth}" if credited else name,
        )
    ]


async def close_returns(tx: Tx, refund_id: UUID, *, now: datetime) -> None:
    """Close the returns that waited only for this refund."""
    for return_id in await waiting_for_refund(tx, refund_id):
        await move_return(tx, await find_return(tx, return_id), ReturnEvent.CLOSE, now=now)
