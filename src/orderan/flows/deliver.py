"""What happens to parcels on the way, told by a person or a courier.

out         its buyer is asked whether somebody is home, where the shop asks
failed      they may say what is to be done, until it goes on
delivered   lines are delivered; the order's delivery time is noted once nothing is missing
turned round    a return is opened by itself, with the parcel's own number: the goods are expected where they left
returned    to us; stock and money wait until somebody received and inspected the goods
lost        on the way back: nothing is expected any more
lost, damaged   reported to the inbox with the order's money and what to do; a claim to the courier is opened
"""

from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from orderan.flows.ask_on_the_day import ask_about
from orderan.flows.claim_parcels import claim_gone
from orderan.flows.hear_day import close_days
from orderan.flows.missed_door import missed, went_on
from orderan.flows.pick_task import Within
from orderan.fulfilment import follow_goods, lock_tasks
from orderan.kit import inbox
from orderan.kit.db import Tx
from orderan.kit.errors import N_
from orderan.kit.ids import to_text
from orderan.kit.inbox import Stuck
from orderan.orders import Order, insert_moves, lines_of, lock_orders
from orderan.returns import (
    ReturnAwbTaken,
    ReturnAwbUnusable,
    ReturnEvent,
    ReturnState,
    Wanted,
    coming_back,
    find_return,
    issue_shipment,
    move_return,
    note_sent_back,
    request_return,
    returns_sent_back,
)
from orderan.shipping import PARCEL, Parcel, ParcelEvent, ParcelNotFound, ParcelState, behind, move_parcels


async def move_on(
    tx: Tx,
    ids: Collection[UUID],
    event: ParcelEvent,
    *,
    reason: str | None = None,
    within: Within = None,
    now: datetime,
) -> list[Parcel]:
    """Move parcels by one event, all or none, and let orders follow; returns them as they were.

    Raises:
        ParcelNotFound: One is not the shop's, or left from a location outside `within`.
        IllegalMove: One is in a state this event does not happen in.
    """
    orders = await _lock(tx, ids, within=within)
    parcels = await move_parcels(tx, ids, event, reason=reason, now=now)
    moved = [
        (parcel.order_id, parcel.state, str(event), str(PARCEL.after(ParcelState(parcel.state), event)))
        for parcel in parcels
    ]
    await insert_moves(tx, "parcel", moved, reason=reason, now=now)
    if event is ParcelEvent.GO_OUT:
        await ask_about(tx, [parcel.id for parcel in parcels], now=now)
    elif event is not ParcelEvent.MOVE:
        await close_days(tx, [parcel.id for parcel in parcels], now=now)
    if event is ParcelEvent.FAIL:
        await missed(tx, parcels, now=now)
    elif event is not ParcelEvent.MOVE:
        await went_on(tx, [parcel.id for parcel in parcels], now=now)
    if event is ParcelEvent.DELIVER:
        await follow_goods(tx, list(orders), now=now)
    if event in {ParcelEvent.SEND_BACK, ParcelEvent.ARRIVE_BACK}:
        await _expect_back(tx, parcels, now=now)
    if event is ParcelEvent.LOSE:
        await _expect_no_more(tx, parcels, now=now)
    if event in {ParcelEvent.LOSE, ParcelEvent.DAMAGE}:
        await inbox.report(tx, [_gone(parcel, event, orders[parcel.order_id]) for parcel in parcels], now=now)
        kind = "lost" if event is ParcelEvent.LOSE else "damaged"
        await claim_gone(tx, parcels, kind, reason or "", now=now)
    return parcels


async def _lock(tx: Tx, ids: Collection[UUID], *, within: Within) -> dict[UUID, Order]:
    found = await behind(tx, ids)
    if missing := set(ids) - set(found):
        raise ParcelNotFound(to_text("pcl", min(missing)))
    orders = await lock_orders(tx, {order_id for order_id, _ in found.values()})
    if within is not None:
        await lock_tasks(tx, {task_id for _, task_id in found.values()}, within=within)
    return orders


async def _expect_back(tx: Tx, parcels: Sequence[Parcel], *, now: datetime) -> None:
    """Couriers bring these back: the goods of whole lines are expected where they left, once."""
    there = await returns_sent_back(tx, [parcel.id for parcel in parcels])
    for parcel in parcels:
        wanted = await _whole_lines(tx, parcel) if parcel.id not in there else []
        if not wanted:
            continue
        [task] = (await lock_tasks(tx, [parcel.task_id])).values()
        made = await request_return(
            tx, parcel.order_id, wanted, reason="returned_to_sender", location_id=task.location_id, now=now
        )
        await note_sent_back(tx, made.id, parcel.id, now=now)
        await move_return(tx, await find_return(tx, made.id), ReturnEvent.APPROVE, now=now)
        # What comes is compared with it; without a number that can be compared it comes all the same.
        with suppress(ReturnAwbUnusable, ReturnAwbTaken):
            await issue_shipment(
                tx,
                await find_return(tx, made.id),
                courier=parcel.courier,
                awb=parcel.awb,
                weight_g=parcel.weight_g,
                origin="",
                now=now,
            )
        await move_return(tx, await find_return(tx, made.id), ReturnEvent.SEND, now=now)


async def _expect_no_more(tx: Tx, parcels: Sequence[Parcel], *, now: datetime) -> None:
    """These were lost on their way back to us: their goods will not come."""
    there = await returns_sent_back(tx, [parcel.id for parcel in parcels])
    for return_id in there.values():
        found = await find_return(tx, return_id)
        if found.state == ReturnState.IN_TRANSIT:
            await move_return(tx, found, ReturnEvent.GIVE_UP, now=now)


async def _whole_lines(tx: Tx, parcel: Parcel) -> list[Wanted]:
    """Units of order lines in a parcel that are not coming back already; a bundle comes back whole."""
    wanted = []
    expected = await coming_back(tx, parcel.order_id)
    for line in await lines_of(tx, parcel.order_id):
        left = line.shipped - line.returned - expected.get(line.line_no, 0)
        inside: dict[UUID, int] = {}
        for content in parcel.contents:
            if content.line_no == line.line_no:
                inside[content.sku_id] = inside.get(content.sku_id, 0) + content.quantity
        if inside and left > 0:
            units = min(left, max(inside.values()) if line.sku_id in inside else left)
            wanted.append(Wanted(line.line_no, units, "returned_to_sender"))
    return wanted


def _gone(parcel: Parcel, event: ParcelEvent, order: Order) -> Stuck:
    lost = event is ParcelEvent.LOSE
    return Stuck(
        kind="parcel_lost" if lost else "parcel_damaged",
        reason=parcel.state,
        subject_kind="order",
        subject_id=order.id,
        dedupe_key=f"parcel_gone:{parcel.id}",
        payload={"number": order.number, "courier": parcel.courier, "awb": parcel.awb},
        money_minor=order.total_minor,
        currency=order.currency,
        deadline=None,
        next_step=N_("Ajukan klaim ke kurir, lalu kirim ulang atau kembalikan uang pembeli."),
    )


async def deliver_parcels(
    tx: Tx, ids: Sequence[UUID], *, within: Within = None, now: datetime
) -> list[Parcel]:
    """They reached the buyer; refusals as `move_on`'s."""
    return await move_on(tx, ids, ParcelEvent.DELIVER, within=within, now=now)
