"""Hold orders, let them go again, and let holds go whose time is over."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx
from orderan.kit.events import Fact, record, record_all
from orderan.kit.ids import new_id
from orderan.orders import store, store_notes, views
from orderan.orders.errors import HoldNotOpen, OrderNotEditable
from orderan.orders.events import HoldPlaced, HoldReleased
from orderan.orders.models import Order
from orderan.orders.states import HOLD, Commercial, HoldEvent, HoldState

CLOSED = frozenset({Commercial.CANCELLED, Commercial.EXPIRED, Commercial.COMPLETED})


async def place_hold(
    tx: Tx, order: Order, kind: str, *, reason: str, expires_at: datetime | None = None, now: datetime
) -> UUID:
    """Put one more reason to wait on a locked order; returns the hold's id.

    Raises:
        OrderNotEditable: The order is closed; there is nothing to wait for.
    """
    if Commercial(order.commercial) in CLOSED:
        raise OrderNotEditable(order.commercial)
    hold_id = new_id()
    await store_notes.insert_hold(
        tx, order.id, hold_id, kind=kind, reason=reason, expires_at=expires_at, now=now
    )
    await store_notes.count_holds(tx, [order.id])
    await store.insert_moves(
        tx, "hold", [(order.id, "none", kind, str(HOLD.initial))], reason=reason, now=now
    )
    await record(tx, order.id, HoldPlaced(order.number, kind, expires_at), now=now, reason=reason)
    return hold_id


async def release_hold(tx: Tx, order: Order, hold_id: UUID, *, reason: str | None, now: datetime) -> None:
    """Take one reason to wait off a locked order.

    Raises:
        HoldNotOpen: It was released or ran out before.
    """
    released = await _release(tx, [order], [(order.id, hold_id)], HoldEvent.RELEASE, reason=reason, now=now)
    if not released:
        raise HoldNotOpen


async def release_every_hold(tx: Tx, order: Order, *, reason: str | None, now: datetime) -> None:
    """Take every reason to wait off a locked order that was closed for good."""
    if order.open_holds:
        open_ones = [hold for hold in await views.holds_of(tx, order.id) if hold.released_at is None]
        holds = [(hold.order_id, hold.id) for hold in open_ones]
        await _release(tx, [order], holds, HoldEvent.RELEASE, reason=reason, now=now)


async def expire_holds(
    tx: Tx, orders: Collection[Order], holds: Sequence[tuple[UUID, UUID]], *, now: datetime
) -> int:
    """Let holds of locked orders go because their time is over; returns how many."""
    return await _release(tx, list(orders), holds, HoldEvent.EXPIRE, reason=None, now=now)


async def _release(
    tx: Tx,
    orders: Sequence[Order],
    holds: Sequence[tuple[UUID, UUID]],
    event: HoldEvent,
    *,
    reason: str | None,
    now: datetime,
) -> int:
    released = await store_notes.release_holds(tx, holds, now=now)
    if not released:
        return 0
    becomes = HOLD.after(HoldState.OPEN, event)
    await store_notes.count_holds(tx, [order.id for order in orders])
    moves = [(row.order_id, str(HoldState.OPEN), row.kind, str(becomes)) for row in released]
    await store.insert_moves(tx, "hold", moves, reason=reason, now=now)
    numbers = {order.id: order.number for order in orders}
    expired = event is HoldEvent.EXPIRE
    facts = [
        Fact(row.order_id, HoldReleased(numbers[row.order_id], row.kind, expired), reason) for row in released
    ]
    await record_all(tx, facts, now=now)
    return len(released)
