"""Hold orders, let them go again, and let holds go whose time is over."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx
from orderan.kit.events import Fact, record_all
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
    [hold_id] = await place_holds(tx, [order], kind, reason=reason, expires_at=expires_at, now=now)
    return hold_id


async def place_holds(
    tx: Tx,
    orders: Sequence[Order],
    kind: str,
    *,
    reason: str,
    expires_at: datetime | None = None,
    now: datetime,
) -> list[UUID]:
    """Put one more reason to wait on each of these locked orders, or of those just made; returns the holds' ids.

    Raises:
        OrderNotEditable: One of them is closed; nothing was changed.
    """
    if closed := next((one for one in orders if Commercial(one.commercial) in CLOSED), None):
        raise OrderNotEditable(closed.commercial)
    holds = [(order.id, new_id()) for order in orders]
    await store_notes.insert_holds(tx, holds, kind=kind, reason=reason, expires_at=expires_at, now=now)
    await store_notes.count_holds(tx, [order.id for order in orders])
    moves = [(order.id, "none", kind, str(HOLD.initial)) for order in orders]
    await store.insert_moves(tx, "hold", moves, reason=reason, now=now)
    facts = [Fact(order.id, HoldPlaced(order.number, kind, expires_at), reason) for order in orders]
    await record_all(tx, facts, now=now)
    return [hold_id for _, hold_id in holds]


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
