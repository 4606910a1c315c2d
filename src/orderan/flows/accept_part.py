"""A buyer keeps a part of a COD parcel at the door, and pays for that.

    in one transaction   the parcel is delivered; what they did not take is on its way back as a return, on sale
                         again only once it was received and inspected; nothing is asked for it any more

What is left to collect is the price of what was kept with its share of the discounts, and shipping. The courier's
cash is noted as that of any parcel.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from orderan.flows.collect_cod import NotCod
from orderan.flows.deliver import move_on
from orderan.flows.pick_task import Within
from orderan.flows.settle_return import forgo_refused
from orderan.fulfilment import lock_tasks
from orderan.kit.db import Tx
from orderan.kit.errors import N_, Kind, Refusal
from orderan.kit.ids import to_text
from orderan.orders import Line, Order, Terms, lines_of, lock_orders, orders_by_id
from orderan.returns import (
    GoodsReturn,
    ReturnEvent,
    Wanted,
    coming_back,
    find_return,
    move_return,
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
    """The parcel did not leave yet, reached its buyer already, or will not reach them; nothing changed."""

    awb: str
    state: str

    code = "parcel_not_at_the_door"
    kind = Kind.CONFLICT
    sentence = N_("Paket “{awb}” tidak sedang diantar, jadi tidak bisa diterima sebagian.")


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
        NotAtTheDoor: It is not on its way to the buyer.
        BeyondParcel: More was kept than is in it.
        NotAPart: All of it was kept, or nothing.
    """
    order, task_id = await _lock(tx, parcel_id)
    [task] = (await lock_tasks(tx, [task_id], within=within)).values()
    parcels = await parcels_of(tx, order.id)
    parcel = next(one for one in parcels if one.id == parcel_id)
    if order.terms != Terms.COD:
        raise NotCod(parcel.awb)
    if ParcelState(parcel.state) not in UNDER_WAY:
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
    await move_on(tx, [parcel_id], ParcelEvent.DELIVER, reason="accepted_in_part", within=within, now=now)
    after = (await orders_by_id(tx, [order.id]))[order.id]
    found = await find_return(tx, made.id)
    return Taken(parcel_id, found, forgone, max(after.due_minor, 0), order.currency)


async def _lock(tx: Tx, parcel_id: UUID) -> tuple[Order, UUID]:
    found = (await behind(tx, [parcel_id])).get(parcel_id)
    if found is None:
        raise ParcelNotFound(to_text("pcl", parcel_id))
    return (await lock_orders(tx, [found[0]]))[found[0]], found[1]


def units_in(
    parcel: Parcel, parcels: Sequence[Parcel], lines: Sequence[Line], coming: Mapping[int, int]
) -> dict[int, int]:
    """Units of order lines in a parcel that may be kept or not; of a bundle those that are in it whole.

    Args:
        parcels, lines: All of the order's.
        coming: Units per line that are asked back already.
    """
    found = {}
    for line in lines:
        parts = _parts(parcel, line)
        left = line.shipped - line.returned - coming.get(line.line_no, 0)
        if not parts or left <= 0:
            continue
        sent: dict[UUID, int] = {}
        for one in parcels:
            for sku_id, units in _parts(one, line).items():
                sent[sku_id] = sent.get(sku_id, 0) + units
        # A line's parts travel in proportion to its units; a part that is in another parcel is not in this one whole.
        whole = min(parts.get(sku_id, 0) * line.shipped // units for sku_id, units in sent.items())
        if whole > 0:
            found[line.line_no] = min(whole, left)
    return found


def _parts(parcel: Parcel, line: Line) -> dict[UUID, int]:
    parts: dict[UUID, int] = {}
    for content in parcel.contents:
        if content.line_no == line.line_no:
            parts[content.sku_id] = parts.get(content.sku_id, 0) + content.quantity
    return parts
