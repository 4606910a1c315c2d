"""Change sets of an order: opened, edited, then confirmed or declined; at most one open."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx
from orderan.kit.events import record
from orderan.kit.ids import new_id
from orderan.orders import changes, rules, store, store_edits, views
from orderan.orders.changes import Becomes
from orderan.orders.commands.versions import keep_version
from orderan.orders.errors import ChangeNotOpen, ChangeOpen, ChangeOutdated, OrderNotEditable
from orderan.orders.events import OrderChanged
from orderan.orders.models import Action, Change, Line, Order
from orderan.orders.rules import Cut
from orderan.orders.states import CHANGE, ChangeEvent, ChangeState, Commercial

EDITABLE = frozenset({Commercial.AWAITING_PAYMENT, Commercial.ACCEPTED})


def require_editable(order: Order) -> None:
    """Raises OrderNotEditable."""
    if Commercial(order.commercial) not in EDITABLE:
        raise OrderNotEditable(order.commercial)


async def open_change(
    tx: Tx, order: Order, actions: Sequence[Action], *, reason: str, now: datetime
) -> Change:
    """Begin a change set on a locked order.

    Raises:
        OrderNotEditable: The order is closed.
        ChangeOpen: Somebody else's stands open, and whose.
    """
    require_editable(order)
    if standing := await views.open_change(tx, order.id):
        raise ChangeOpen(standing.id, standing.opened_by)
    change_id = new_id()
    stored = [changes.to_plain(action) for action in actions]
    await store_edits.insert_change(
        tx, order.id, change_id, base_version=order.version, actions=stored, reason=reason, now=now
    )
    move = (order.id, "none", "open", str(ChangeState.OPEN))
    await store.insert_moves(tx, "change", [move], reason=reason or None, now=now)
    return Change(
        id=change_id,
        order_id=order.id,
        base_version=order.version,
        state=ChangeState.OPEN,
        actions=tuple(actions),
        difference_minor=None,
        reason=reason,
        opened_by=tx.actor,
        opened_at=now,
        closed_by=None,
        closed_at=None,
    )


async def edit_change(
    tx: Tx, order_id: UUID, change_id: UUID, actions: Sequence[Action], *, reason: str
) -> None:
    """Replace what an open change set does.

    Raises:
        ChangeNotOpen: It was confirmed or declined.
    """
    stored = [changes.to_plain(action) for action in actions]
    if not await store_edits.set_actions(tx, order_id, change_id, stored, reason=reason):
        raise ChangeNotOpen


async def require_current(tx: Tx, order: Order, change_id: UUID) -> Change:
    """An open change set of a locked order that can still be changed, on its present version.

    Raises:
        OrderNotEditable: The order is closed.
        ChangeNotOpen: It was confirmed or declined.
        ChangeOutdated: The order changed since.
    """
    change = await views.change(tx, order.id, change_id)
    if change is None or change.state is not ChangeState.OPEN:
        raise ChangeNotOpen
    require_editable(order)
    if change.base_version != order.version:
        raise ChangeOutdated(change.base_version, order.version)
    return change


async def confirm_change(
    tx: Tx,
    order: Order,
    lines: Sequence[Line],
    change: Change,
    becomes: Becomes,
    cuts: Sequence[Cut],
    *,
    now: datetime,
) -> None:
    """Make a locked order what it becomes; the version before is kept. Stock is the flow's part."""
    CHANGE.after(change.state, ChangeEvent.CONFIRM)
    await keep_version(tx, order, lines, reason=change.reason, now=now)
    chosen = {cut.line_no: cut for cut in cuts}
    accepted = order.commercial == Commercial.ACCEPTED
    after = [_taken(line, becomes, chosen, accepted=accepted) for line in becomes.lines]
    await store_edits.update_lines(tx, order.id, [line for line in after if line.line_no not in becomes.new])
    if added := [line for line in after if line.line_no in becomes.new]:
        await store.insert_lines(tx, added)
    version = order.version + 1
    await store_edits.set_sums(
        tx,
        order.id,
        becomes.sums,
        version=version,
        shipping_service=becomes.shipping_service,
        address_id=becomes.address_id,
    )
    await _end(tx, order.id, change.id, ChangeEvent.CONFIRM, becomes.difference_minor, change.reason, now=now)
    fact = OrderChanged(
        number=order.number,
        version=version,
        total_minor=becomes.sums.total_minor,
        difference_minor=becomes.difference_minor,
        currency=order.currency,
    )
    await record(tx, order.id, fact, now=now, reason=change.reason or None)


def _taken(line: Line, becomes: Becomes, cuts: dict[int, Cut], *, accepted: bool) -> Line:
    if cut := cuts.get(line.line_no):
        return rules.without(line, cut)
    more = becomes.more.get(line.line_no, 0)
    return rules.with_more(line, more, new=line.line_no in becomes.new, allocated=accepted) if more else line


async def decline_change(tx: Tx, order_id: UUID, change_id: UUID, *, now: datetime) -> None:
    """Close an open change set without doing it.

    Raises:
        ChangeNotOpen: It was confirmed or declined before.
    """
    await _end(tx, order_id, change_id, ChangeEvent.DECLINE, None, None, now=now)


async def decline_open(tx: Tx, orders: Sequence[UUID], *, now: datetime) -> None:
    """Decline whatever change sets stand open on locked orders that are closed for good."""
    for order_id, change_id in await store_edits.open_changes(tx, orders):
        await decline_change(tx, order_id, change_id, now=now)


async def _end(
    tx: Tx,
    order_id: UUID,
    change_id: UUID,
    event: ChangeEvent,
    difference_minor: int | None,
    reason: str | None,
    *,
    now: datetime,
) -> None:
    becomes = CHANGE.after(ChangeState.OPEN, event)
    closed = await store_edits.close_change(
        tx, order_id, change_id, state=becomes, difference_minor=difference_minor, now=now
    )
    if not closed:
        raise ChangeNotOpen
    move = (order_id, str(ChangeState.OPEN), str(event), str(becomes))
    await store.insert_moves(tx, "change", [move], reason=reason or None, now=now)
