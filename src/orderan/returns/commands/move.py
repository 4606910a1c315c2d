"""Move a return by its machine; the caller has locked its order."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx
from orderan.kit.events import record
from orderan.kit.ids import to_text
from orderan.orders import count_returned, insert_moves
from orderan.returns import rules, store, store_dispute
from orderan.returns.errors import CountsDiffer, ReturnNotFound
from orderan.returns.errors_dispute import DamagedOnSale
from orderan.returns.events import ReturnMoved
from orderan.returns.models import GoodsReturn, Inspected, ReturnLine
from orderan.returns.models_dispute import NOTHING_SEEN, ReceivedLine, Seen
from orderan.returns.states import RETURN, ReturnEvent, ReturnState


async def find_return(tx: Tx, return_id: UUID, *, within: Collection[UUID] | None = None) -> GoodsReturn:
    """A return, locked.

    Args:
        within: Locations the caller may work at; a return that has none yet is everybody's.

    Raises:
        ReturnNotFound: The shop has no such return, or it arrives outside `within`.
    """
    found = await store.find(tx, return_id)
    outside = found is not None and within is not None and found.location_id not in {None, *within}
    if found is None or outside:
        raise ReturnNotFound(to_text("ret", return_id))
    return found


async def move_return(
    tx: Tx,
    found: GoodsReturn,
    event: ReturnEvent,
    *,
    note: str | None = None,
    location_id: UUID | None = None,
    now: datetime,
) -> None:
    """Move a locked return.

    Raises:
        IllegalMove: This event does not happen in its state; nothing changed.
    """
    becomes = RETURN.after(ReturnState(found.state), event)
    moved = await store.set_state(
        tx, found.id, was=found.state, becomes=becomes, note=note, location_id=location_id, now=now
    )
    if not moved:
        message = "a return moved while it was locked"
        raise AssertionError(message)
    move = (found.order_id, found.state, str(event), str(becomes))
    await insert_moves(tx, "return", [move], reason=note, now=now)
    fact = ReturnMoved(found.id, found.number, found.state, becomes)
    await record(tx, found.order_id, fact, now=now, reason=note)


async def receive_return(
    tx: Tx,
    found: GoodsReturn,
    received: Mapping[int, int],
    *,
    location_id: UUID,
    seen: Seen = NOTHING_SEEN,
    now: datetime,
) -> list[ReceivedLine]:
    """Goods are on the receiving table: counted against what was to come, not yet judged. Returns the count.

    Args:
        received: Units per line of the return; lines not named did not come.
        seen: What the parcel said, what is damaged to the eye, and what lay in it beside.

    Raises:
        IllegalMove: It is not on its way.
        CountsDiffer: More of a line than was to come, or of a line that is not in the return.
    """
    RETURN.after(ReturnState(found.state), ReturnEvent.RECEIVE)
    expected = {line.line_no: line.quantity for line in await store.lines_of(tx, found.id)}
    wrong = tuple(
        (line_no, units, expected.get(line_no, 0))
        for line_no, units in sorted(received.items())
        if not 0 <= units <= expected.get(line_no, 0)
    )
    if wrong or not any(received.values()):
        raise CountsDiffer(wrong)
    if broken := tuple(
        (line_no, units, received.get(line_no, 0))
        for line_no, units in sorted(seen.damaged.items())
        if not 0 <= units <= received.get(line_no, 0)
    ):
        raise CountsDiffer(broken)
    lines = [
        ReceivedLine(line_no, units, received.get(line_no, 0), seen.damaged.get(line_no, 0))
        for line_no, units in expected.items()
    ]
    await store_dispute.insert_reception(tx, found.id, lines, seen, location_id=location_id, now=now)
    await store.set_received(tx, found.id, list(received.items()))
    await count_returned(
        tx, [(found.order_id, line_no, units) for line_no, units in received.items() if units]
    )
    await move_return(tx, found, ReturnEvent.RECEIVE, location_id=location_id, now=now)
    return lines


async def inspect_return(
    tx: Tx, found: GoodsReturn, inspected: Sequence[Inspected], *, note: str | None = None, now: datetime
) -> list[ReturnLine]:
    """Judge what was received; booking it into stock is the flow's part. Returns the lines as they were.

    Raises:
        IllegalMove: It was not received, or judged before.
        CountsDiffer: The judgement does not account for exactly what was received.
        DamagedOnSale: What came damaged is to be sold again.
    """
    RETURN.after(ReturnState(found.state), ReturnEvent.INSPECT)
    lines = await store.lines_of(tx, found.id)
    if wrong := rules.miscounted(lines, inspected):
        raise CountsDiffer(wrong)
    reception = await store_dispute.reception_of(tx, found.id)
    if damaged := rules.damaged_on_sale(reception.lines if reception else (), inspected):
        raise DamagedOnSale(damaged)
    await store_dispute.insert_inspection(tx, found.id, now=now)
    await store.set_inspected(tx, found.id, inspected)
    await move_return(tx, found, ReturnEvent.INSPECT, note=note, now=now)
    return lines
