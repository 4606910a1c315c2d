"""Move orders on the axis of their buyer's confirmation."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx
from orderan.kit.events import Fact, record_all
from orderan.orders import store
from orderan.orders.events import OrderVerification
from orderan.orders.models import Order
from orderan.orders.states import VERIFICATION, Verification, VerificationEvent


async def move_verification(
    tx: Tx, orders: Sequence[Order], event: VerificationEvent, *, reason: str | None = None, now: datetime
) -> Verification | None:
    """Move locked orders that all stand at the same point of the axis; returns where they are now.

    Raises:
        IllegalMove: From where they stand there is no such way; none was moved.
    """
    if not orders:
        return None
    [was] = {Verification(order.verification) for order in orders}
    becomes = VERIFICATION.after(was, event)
    ids: list[UUID] = [order.id for order in orders]
    await store.set_verification(tx, ids, was=was, becomes=becomes)
    moves = [(order.id, str(was), str(event), str(becomes)) for order in orders]
    await store.insert_moves(tx, "verification", moves, reason=reason, now=now)
    await record_all(
        tx,
        [Fact(order.id, OrderVerification(order.number, str(becomes)), reason) for order in orders],
        now=now,
    )
    return becomes
