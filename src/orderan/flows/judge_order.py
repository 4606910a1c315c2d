"""A person looked at an order that was held: it goes on, or it is cancelled and remembered."""

from datetime import datetime
from uuid import UUID

from orderan.flows.cancel_order import cancel_order
from orderan.kit import audit
from orderan.kit.audit import Trace
from orderan.kit.db import Tx
from orderan.kit.ids import to_text
from orderan.orders import HoldKind, OrderNotFound, holds_of, lock_orders, release_hold
from orderan.trust import Ended, ReviewEvent, end_review, note_ends


async def clear_order(tx: Tx, order_id: UUID, *, note: str, now: datetime) -> None:
    """It is meant: its hold goes, and the warehouse may begin.

    Raises:
        OrderNotFound: No such order in this shop.
        ReviewNotFound: It was never held for a look.
        TrustUnexplained: Nothing says why.
        IllegalMove: Somebody looked before.
    """
    order = (await lock_orders(tx, [order_id])).get(order_id)
    if order is None:
        raise OrderNotFound(str(order_id))
    await end_review(tx, order_id, ReviewEvent.CLEAR, note=note, now=now)
    for hold in await holds_of(tx, order_id):
        if hold.kind == HoldKind.FRAUD and hold.released_at is None:
            await release_hold(tx, order, hold.id, reason=note, now=now)
    # What was written stands in the review, from where an erasure takes it.
    trace = Trace("trust.clear", "order", to_text("ord", order_id), None, {})
    await audit.leave(tx, trace, now=now)


async def refuse_order(tx: Tx, order_id: UUID, *, note: str, now: datetime) -> None:
    """It is not meant: it is cancelled, and whoever comes with its phone or house is known by it.

    Raises:
        OrderNotFound, ReviewNotFound, TrustUnexplained, IllegalMove: As of `clear_order`; of an order that
            cannot be cancelled any more as well.
    """
    order = (await lock_orders(tx, [order_id])).get(order_id)
    if order is None:
        raise OrderNotFound(str(order_id))
    await end_review(tx, order_id, ReviewEvent.REFUSE, note=note, now=now)
    await cancel_order(tx, order_id, reason=note, now=now)
    await note_ends(tx, [(order_id, Ended.FRAUD, now)])
    trace = Trace("trust.refuse", "order", to_text("ord", order_id), None, {})
    await audit.leave(tx, trace, now=now)
