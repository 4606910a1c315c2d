"""What came back is compared with what was issued, and the refund waits where they differ.

issue    the number a return is sent with, what its goods weigh and the city they come from
compare  one other digit, a weight too far off or another city opens a file: its refund is held, and the inbox says
         until when somebody decides
decide   for the buyer: the refund goes on. For the shop: what was granted is withdrawn, and nothing more is

The order of the return is locked first.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from orderan.catalog import weight_of
from orderan.customers import city_of
from orderan.flows.refund_order import withdraw_refund
from orderan.flows.return_worth import worth_named
from orderan.kit import inbox
from orderan.kit.db import Tx
from orderan.kit.errors import N_
from orderan.kit.ids import to_text
from orderan.kit.inbox import Stuck
from orderan.orders import Order, lock_orders
from orderan.orders import lines_of as order_lines
from orderan.payments import RefundState, find_refund, hold_refund
from orderan.returns import (
    DECIDED_WITHIN,
    Difference,
    Dispute,
    DisputeEvent,
    GoodsReturn,
    ReceivedLine,
    ReturnNotFound,
    ReturnShipment,
    Seen,
    add_to_dispute,
    behind,
    decide_dispute,
    differences,
    find_return,
    issue_shipment,
    lines_of,
    open_dispute,
    return_policy_now,
    shipment_of,
)

KIND = "return_dispute"
HELD_FOR = "return_dispute"
NEXT_STEP = N_("Bandingkan yang diterbitkan dengan yang datang, lalu putuskan sengketanya.")


def dispute_key(return_id: UUID) -> str:
    """By which the inbox knows it."""
    return f"{KIND}:{return_id}"


async def send_with(tx: Tx, return_id: UUID, *, courier: str, awb: str, now: datetime) -> ReturnShipment:
    """Say with which number a return is sent.

    Raises:
        ReturnNotFound: The shop has no such return.
        ReturnAwbUnusable, ReturnShipmentFixed, ReturnAwbTaken: Of the number.
    """
    order, found = await _lock(tx, return_id)
    return await issue_shipment(
        tx,
        found,
        courier=courier,
        awb=awb,
        weight_g=await _weight(tx, order, found),
        origin=await _city(tx, order),
        now=now,
    )


async def _weight(tx: Tx, order: Order, found: GoodsReturn) -> int:
    skus = {line.line_no: line.sku_id for line in await order_lines(tx, order.id)}
    units: dict[UUID, int] = {}
    for line in await lines_of(tx, found.id):
        sku = skus[line.line_no]
        units[sku] = units.get(sku, 0) + line.quantity
    return await weight_of(tx, units)


async def _city(tx: Tx, order: Order) -> str:
    return await city_of(tx, order.address_id) if order.address_id else ""


async def compare(
    tx: Tx, order: Order, found: GoodsReturn, lines: Sequence[ReceivedLine], seen: Seen, *, now: datetime
) -> Dispute | None:
    """Open the file of a return that was just received and is not what was issued.

    Args:
        order, found: Locked; the return as it was before it was received.
    """
    _, policy = await return_policy_now(tx)
    differs = differences(
        await shipment_of(tx, found.id),
        seen,
        lines,
        off_percent=policy.weight_off_percent,
        paid_already=found.trusted_at is not None,
    )
    if not differs:
        return None
    made = await open_dispute(tx, found, differs, now=now)
    if found.refund_id is not None:
        await hold_refund(tx, found.refund_id, HELD_FOR)
    stake = sum(line.amount_minor for line in await worth_named(tx, order, found))
    await inbox.report(tx, [_stuck(order, found, differs, stake, now)], now=now)
    return made


def _stuck(
    order: Order, found: GoodsReturn, differs: Sequence[Difference], stake: int, now: datetime
) -> Stuck:
    return Stuck(
        kind=KIND,
        reason=str(differs[0].what),
        subject_kind="order",
        subject_id=order.id,
        dedupe_key=dispute_key(found.id),
        payload={"return": to_text("ret", found.id), "number": str(order.number)},
        money_minor=stake,
        currency=order.currency,
        deadline=now + DECIDED_WITHIN,
        next_step=NEXT_STEP,
    )


async def note_in_dispute(tx: Tx, return_id: UUID, words: str, *, now: datetime) -> None:
    """Write evidence down; nothing is paid back meanwhile.

    Raises:
        ReturnNotFound: The shop has no such return.
        WordsMissing, DisputeNotFound, IllegalMove: See `add_to_dispute`.
    """
    _, found = await _lock(tx, return_id)
    await add_to_dispute(tx, found, words, now=now)


async def settle_dispute(tx: Tx, return_id: UUID, event: DisputeEvent, *, words: str, now: datetime) -> None:
    """Decide a dispute for its buyer or for the shop.

    Raises:
        ReturnNotFound: The shop has no such return.
        WordsMissing, DisputeNotFound, IllegalMove: See `decide_dispute`.
        RefundInTheAir, PayoutOpen: What is to be withdrawn is on its way already.
    """
    _, found = await _lock(tx, return_id)
    await decide_dispute(tx, found, event, words=words, now=now)
    await inbox.settle(tx, [dispute_key(return_id)], note="dispute decided", now=now)
    if found.refund_id is None:
        return
    refund = await find_refund(tx, found.refund_id)
    if refund.state != RefundState.GRANTED:
        return
    await hold_refund(tx, refund.id, None)
    if event is DisputeEvent.FOR_SHOP and not refund.paid_minor:
        await withdraw_refund(tx, refund.id, reason=words.strip()[:300], now=now)


async def _lock(tx: Tx, return_id: UUID) -> tuple[Order, GoodsReturn]:
    order_id = await behind(tx, return_id)
    if order_id is None:
        raise ReturnNotFound(to_text("ret", return_id))
    order = (await lock_orders(tx, [order_id]))[order_id]
    return order, await find_return(tx, return_id)
