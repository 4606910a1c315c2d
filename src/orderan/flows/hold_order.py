"""Holding orders: a reason to wait, with an owner and an end; picking does not start past it."""

from datetime import datetime
from uuid import UUID

from orderan.access import NotAllowed, Permission
from orderan.kit.db import Tx
from orderan.orders import (
    HoldKind,
    Order,
    OrderNotFound,
    expire_holds,
    expired_holds,
    holds_of,
    lock_orders,
    place_hold,
    release_every_hold,
    release_hold,
)


async def hold_order(
    tx: Tx, order_id: UUID, kind: str, *, reason: str, expires_at: datetime | None = None, now: datetime
) -> UUID:
    """Put a hold on an order; returns the hold's id.

    Raises:
        OrderNotFound: No such order in this shop.
        OrderNotEditable: It is closed.
    """
    order = (await lock_orders(tx, [order_id])).get(order_id)
    if order is None:
        raise OrderNotFound(str(order_id))
    return await place_hold(tx, order, kind, reason=reason, expires_at=expires_at, now=now)


async def let_continue(
    tx: Tx, order_id: UUID, hold_id: UUID, *, reason: str | None = None, judges: bool = False, now: datetime
) -> None:
    """Release one hold of an order.

    Args:
        judges: Whoever asks may say whether a doubted order is meant.

    Raises:
        OrderNotFound: No such order in this shop.
        HoldNotOpen: It was released or ran out before.
        NotAllowed: The order is doubted, and it takes somebody who judges.
    """
    order = (await lock_orders(tx, [order_id])).get(order_id)
    if order is None:
        raise OrderNotFound(str(order_id))
    await _require_judge(tx, order, judges=judges, hold_id=hold_id)
    await release_hold(tx, order, hold_id, reason=reason, now=now)


async def let_all_continue(
    tx: Tx, order: Order, *, reason: str | None = None, judges: bool = False, now: datetime
) -> None:
    """Release every hold of a locked order, or none.

    Raises:
        NotAllowed: As of `let_continue`.
    """
    await _require_judge(tx, order, judges=judges)
    await release_every_hold(tx, order, reason=reason, now=now)


async def _require_judge(tx: Tx, order: Order, *, judges: bool, hold_id: UUID | None = None) -> None:
    if judges or not order.open_holds:
        return
    doubted = any(
        hold.kind == HoldKind.FRAUD and hold.released_at is None and hold_id in {None, hold.id}
        for hold in await holds_of(tx, order.id)
    )
    if doubted:
        raise NotAllowed(str(Permission.TRUST_WRITE))


async def let_holds_expire(tx: Tx, *, now: datetime, limit: int = 500) -> int:
    """Release holds whose time is over; returns how many."""
    holds = await expired_holds(tx, now=now, limit=limit)
    if not holds:
        return 0
    orders = await lock_orders(tx, {order_id for order_id, _ in holds})
    return await expire_holds(tx, orders.values(), holds, now=now)
