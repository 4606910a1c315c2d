"""Ask for goods to come back; the caller has locked the order."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx
from orderan.kit.events import record
from orderan.kit.ids import new_id
from orderan.orders import insert_moves, lines_of
from orderan.returns import rules, store
from orderan.returns.errors import NothingToReturn, NotReturnable
from orderan.returns.events import ReturnMoved
from orderan.returns.models import GoodsReturn, Wanted
from orderan.returns.models_policy import Remedy
from orderan.returns.states import RETURN


async def request_return(
    tx: Tx,
    order_id: UUID,
    wanted: Sequence[Wanted],
    *,
    reason: str,
    location_id: UUID | None = None,
    parcel_id: UUID | None = None,
    policy_version: int | None = None,
    way_paid_by: str | None = None,
    way: Remedy = Remedy.REFUND,
    now: datetime,
) -> GoodsReturn:
    """Open a return for units of a locked order.

    Args:
        location_id: Where they will arrive, where that is known.
        parcel_id: Of which the buyer kept the rest at the door.
        policy_version, way_paid_by: By which policy its buyer asks, and who pays the way by it.
        way: What its buyer wants for it.

    Raises:
        NothingToReturn: Nothing was named.
        NotReturnable: More than was shipped and is not coming back already; nothing was opened.
    """
    if not wanted:
        raise NothingToReturn
    if found := rules.beyond(wanted, await lines_of(tx, order_id), await store.coming_back(tx, order_id)):
        raise NotReturnable(found)
    made = GoodsReturn(
        id=new_id(),
        number=await store.next_number(tx, order_id),
        order_id=order_id,
        state=RETURN.initial,
        reason=reason,
        location_id=location_id,
        refund_id=None,
        requested_by=tx.actor,
        requested_at=now,
        received_at=None,
        inspected_at=None,
        closed_at=None,
        moved_at=now,
        note=None,
        parcel_id=parcel_id,
        policy_version=policy_version,
        way_paid_by=way_paid_by,
        way=way,
    )
    await store.insert_return(tx, made, wanted)
    await insert_moves(tx, "return", [(order_id, "", "request", made.state)], reason=reason, now=now)
    await record(tx, order_id, ReturnMoved(made.id, made.number, "", made.state), now=now, reason=reason)
    return made
