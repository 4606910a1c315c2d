"""A buyer keeps a part of a COD parcel at the door, and pays for that.

    in one transaction   the parcel is delivered; what they did not take is on its way back as a return, on sale
                         again only once it was received and inspected; nothing is asked for it any more

What is left to collect is the price of what was kept with its share of the discounts, and shipping. The courier's
cash is noted as that of any parcel. Of one that was said to be delivered it can be told afterwards too, as long as
something is due for it: then what its courier did not bring is no claim any more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from orderan.flows.bring_remittance import claim_key
from orderan.flows.collect_cod import NotCod, is_due
from orderan.flows.deliver import move_on
from orderan.flows.forgo import forgo_refused
from orderan.flows.parcel_goods import units_in
from orderan.flows.pick_task import Within
from orderan.fulfilment import lock_tasks
from orderan.kit import inbox
from orderan.kit.db import Tx
from orderan.kit.errors import N_, Kind, Refusal
from orderan.kit.ids import to_text
from orderan.orders import Order, Terms, lines_of, lock_orders, orders_by_id
from orderan.returns import (
    GoodsReturn,
    ReturnEvent,
    Wanted,
    coming_back,
    find_return,
    move_return,
    refused_at_doors,
    request_return,
)
from orderan.shipping import (
    UNDER_WAY,
    Parcel,
    ParcelEvent,
    ParcelNotFound,
    ParcelState,
    behind,
    parcels_of,
)

REASON: Final = "refused_at_door"


@dataclass(eq=False)
class NotAtTheDoor(Refusal):
    """The parcel did not leave yet, will not reach its buyer, or reached them and nothing is due for it; nothing changed."""

    awb: str
    state: str

    code = "parcel_not_at_the_door"
    kind = Kind.CONFLICT
    sentence = N_(
        "Paket “{awb}” tidak sedang diantar dan tidak menunggu uangnya, jadi tidak bisa diterima sebagian."
    )


@dataclass(eq=False)
class BeyondParcel(Refusal):
    """More of a line was kept than is in the parcel; nothing changed.

    Attributes:
        lines: (line number, kept, in the parcel).
    """

    lines: tuple[tuple[int, int, int], ...]

    code = "kept_beyond_parcel"
    kind = Kind.INVALID
    sentence = N_("Yang diterima pembeli tidak cocok dengan isi paket ini.")


@dataclass(eq=False)
class NotAPart(Refusal):
    """Everything was kept, or nothing: the parcel was delivered, or is sent back; nothing changed."""

    awb: str

    code = "not_a_part"
    kind = Kind.INVALID
    sentence = N_(
        "Isi berapa yang diterima: sebagian, bukan semua dan bukan nol. "
        "Paket yang diterima utuh atau ditolak dicatat di daftar pengiriman."
    )


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a parcel.

    Attributes:
        goods_return: Of what was not taken.
        forgone_minor: What is not asked for any more.
        due_minor: What its order has left to collect.
    """

    parcel_id: UUID
    goods_return: GoodsReturn
    forgone_minor: int
    due_minor: int
    currency: str


async def accept_part(
    tx: Tx, parcel_id: UUID, kept: Mapping[int, int], *, within: Within = None, now: datetime
) -> Taken:
    """The buyer kept so many units of these lines of a parcel, and sent the rest of it back.

    Args:
        kept: Units per line; of a line that is missing nothing was kept. Bundles count whole.

    Raises:
        ParcelNotFound: The shop has no such parcel, or it left from a location outside `within`.
        NotCod: Its order is not paid at the door.
        NotAtTheDoor: It is not on its way to the buyer, and nothing is due for one that arrived.
        BeyondParcel: More was kept than is in it.
        NotAPart: All of it was kept, or nothing.
    """
    order, task_id = await _lock(tx, parcel_id)
    [task] = (await lock_tasks(tx, [task_id], within=within)).values()
    parcels = await parcels_of(tx, order.id)
    parcel = next(one for one in parcels if one.id == parcel_id)
    if order.terms != Terms.COD:
        raise NotCod(parcel.awb)
    if not await may_be_kept_in_part(tx, order, parcel):
        raise NotAtTheDoor(parcel.awb, parcel.state)
    inside = units_in(parcel, parcels, await lines_of(tx, order.id), await coming_back(tx, order.id))
    wrong = tuple(
        (line_no, units, inside.get(line_no, 0))
        for line_no, units in sorted(kept.items())
        if not 0 <= units <= inside.get(line_no, 0)
    )
    if wrong:
        raise BeyondParcel(wrong)
    refused = {line_no: units - kept.get(line_no, 0) for line_no, units in inside.items()}
    if not any(refused.values()) or not any(kept.values()):
        raise NotAPart(parcel.awb)
    wanted = [Wanted(line_no, units, REASON) for line_no, units in refused.items() if units]
    made = await request_return(
        tx, order.id, wanted, reason=REASON, location_id=task.location_id, parcel_id=parcel_id, now=now
    )
    for event in (ReturnEvent.APPROVE, ReturnEvent.SEND):
        await move_return(tx, await find_return(tx, made.id), event, now=now)
    forgone = await forgo_refused(tx, order, made, now=now)
    if ParcelState(parcel.state) in UNDER_WAY:
        await move_on(tx, [parcel_id], ParcelEvent.DELIVER, reason="accepted_in_part", within=within, now=now)
    after = (await orders_by_id(tx, [order.id]))[order.id]
    if after.due_minor <= 0:
        claim = claim_key(parcel.courier, parcel.awb)
        await inbox.settle(tx, [claim], note="kept in part", now=now)
    found = await find_return(tx, made.id)
    return Taken(parcel_id, found, forgone, max(after.due_minor, 0), order.currency)


async def may_be_kept_in_part(tx: Tx, order: Order, parcel: Parcel) -> bool:
    """Whether the buyer of a COD order may keep a part of a parcel now, or have kept it and nobody told yet."""
    state = ParcelState(parcel.state)
    if state is not ParcelState.DELIVERED:
        return state in UNDER_WAY
    told = {parcel_id for parcel_id, _ in await refused_at_doors(tx, [order.id])}
    return parcel.id not in told and await is_due(tx, order, parcel)


async def _lock(tx: Tx, parcel_id: UUID) -> tuple[Order, UUID]:
    found = (await behind(tx, [parcel_id])).get(parcel_id)
    if found is None:
        raise ParcelNotFound(to_text("pcl", parcel_id))
    return (await lock_orders(tx, [found[0]]))[found[0]], found[1]
