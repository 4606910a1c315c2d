"""Complete orders: delivered and paid, nobody owes anybody anything."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx
from orderan.kit.events import Fact, record_all
from orderan.orders import rules, store, store_progress
from orderan.orders.commands.change import decline_open
from orderan.orders.errors import GoodsStillOwed, MoneyStillDue, OnHold
from orderan.orders.events import OrderCompleted
from orderan.orders.headlines import Headline
from orderan.orders.models import Line, Order, Terms
from orderan.orders.states import COMMERCIAL, Commercial, CommercialEvent


def require_complete(order: Order, lines: Sequence[Line]) -> None:
    """Whether an order may be completed.

    Raises:
        IllegalMove: It is not accepted.
        OnHold: A hold stands.
        GoodsStillOwed: Units were not shipped.
        MoneyStillDue: The buyer owes money, and not on an invoice that runs by itself.
    """
    COMMERCIAL.after(Commercial(order.commercial), CommercialEvent.COMPLETE)
    if order.open_holds:
        raise OnHold(())
    if waiting := sum(rules.unshipped(line) for line in lines):
        raise GoodsStillOwed(waiting)
    if order.due_minor > 0 and order.terms != Terms.INVOICE:
        raise MoneyStillDue(order.due_minor)


async def complete_orders(
    tx: Tx,
    orders: Sequence[Order],
    lines: Mapping[UUID, Sequence[Line]],
    *,
    reason: str | None,
    now: datetime,
) -> None:
    """Complete locked orders that `require_complete` found no fault with."""
    if not orders:
        return
    for order in orders:
        require_complete(order, lines[order.id])
    was, becomes = Commercial.ACCEPTED, Commercial.COMPLETED
    ids = [order.id for order in orders]
    await store.set_commercial(tx, ids, was=was, becomes=becomes, headline=Headline.COMPLETED, now=now)
    moves = [(order.id, str(was), str(CommercialEvent.COMPLETE), str(becomes)) for order in orders]
    await store.insert_moves(tx, "commercial", moves, reason=reason, now=now)
    await decline_open(tx, ids, now=now)
    facts = [Fact(order.id, OrderCompleted(order.number), reason) for order in orders]
    await record_all(tx, facts, now=now)


async def due_for_completion(tx: Tx, *, delivered_before: datetime, limit: int) -> list[UUID]:
    """Lock accepted orders delivered before an instant, the oldest first; locked ones are skipped."""
    return await store_progress.due_for_completion(tx, delivered_before=delivered_before, limit=limit)
