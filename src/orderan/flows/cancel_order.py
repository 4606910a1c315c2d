"""Cancelling an order, or some units of it: one transaction, nothing is left behind.

units      the least advanced go first; what was shipped is refused, it comes back as a return
work       tasks shrink by exactly those units; a task of which nothing is left is cancelled, what
           was booked for it at a courier is taken back, and what the inbox says of it is settled
stock      the same units are free again in the same instant, parts of bundles included
money      lines and shipping are summed up anew, as a change set would; what was paid too much goes to the exception inbox,
           what a voucher paid for an order that is over comes back onto it, and nothing is asked for once all that was sent has come back
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from orderan.flows.book_courier import settle_not_booked
from orderan.flows.forgo import forgo_rest
from orderan.flows.order_fees import shipping_without
from orderan.flows.pay_with_voucher import let_vouchers_go
from orderan.flows.return_promotion import follow_cut
from orderan.flows.settle_payment import follow_totals
from orderan.flows.waits_for_person import settle_waits
from orderan.fulfilment import Withdrawal, cancelled_tasks, follow_goods, withdraw_units
from orderan.inventory import Part, claims_of, release_claims
from orderan.kit import inbox
from orderan.kit.db import Tx
from orderan.orders import (
    Commercial,
    Cut,
    Line,
    Order,
    OrderNotFound,
    Units,
    cancel_units,
    choose_cuts,
    lines_of,
    lock_orders,
    owed,
    release_every_hold,
)
from orderan.packing import drop_packings
from orderan.shipping import withdraw_bookings
from orderan.verification import close_case


async def cancel_order(
    tx: Tx, order_id: UUID, *, units: Sequence[Units] | None = None, reason: str, now: datetime
) -> Order:
    """Cancel units of an order, or everything; returns the order as it stands now.

    Args:
        units: Line by line; None is the whole order.

    Raises:
        OrderNotFound: No such order in this shop.
        IllegalMove: It is completed, cancelled or expired.
        LineNotFound, UnitsNotOpen: See `choose_cuts`; nothing was changed.
        UnitsHandedOver: Parts of a bundle are with a courier already.
    """
    order = (await lock_orders(tx, [order_id])).get(order_id)
    if order is None:
        raise OrderNotFound(str(order_id))
    lines = await lines_of(tx, order_id)
    cuts = choose_cuts(lines, units)
    shipping = await shipping_without(tx, order, lines, cuts, now=now)
    after = await cancel_units(tx, order, lines, cuts, shipping_minor=shipping, reason=reason, now=now)
    await let_go(tx, order, lines, cuts, now=now)
    if after.commercial == Commercial.CANCELLED:
        await release_every_hold(tx, after, reason=reason, now=now)
        await close_case(tx, order_id, now=now)
        await settle_waits(tx, [order_id], note="cancelled", now=now)
    await follow_cut(tx, order, after.total_minor, now=now)
    await follow_totals(tx, [after], now=now)
    await let_vouchers_go(tx, [after], now=now)
    await forgo_rest(tx, after, now=now)
    return after


async def let_go(tx: Tx, order: Order, lines: Sequence[Line], cuts: Sequence[Cut], *, now: datetime) -> None:
    """Take cut units of a locked order out of the warehouse's work and give their stock back.

    Args:
        lines: As they were before the cut.

    Raises:
        UnitsHandedOver: Parts of a bundle are with a courier already; nothing was changed.
    """
    by_number = {line.line_no: line for line in lines}
    promised = [Withdrawal(cut.line_no, cut.promised, by_number[cut.line_no].allocated) for cut in cuts]
    promised = [part for part in promised if part.units]
    parts = []
    if promised:
        withdrawn = await withdraw_units(tx, order.id, promised, now)
        parts = [
            Part(
                order.id,
                claim.line_no,
                claim.key.sku_id,
                claim.quantity,
                claim.key.location_id,
                claim.key.lot_id,
            )
            for claim in withdrawn
        ]
    else:
        parts = await _reserved(tx, order, by_number, cuts)
    if parts:
        await release_claims(tx, [order.id], parts=parts, now=now)
    if promised:
        gone = await cancelled_tasks(tx, order.id)
        await inbox.settle(tx, [f"task_short:{task}" for task in gone], note="cancelled", now=now)
        await withdraw_bookings(tx, gone, reason="cancelled", now=now)
        await settle_not_booked(tx, gone, note="cancelled", now=now)
        await drop_packings(tx, gone, now=now)
        await follow_goods(tx, [order.id], now=now)


async def _reserved(tx: Tx, order: Order, lines: Mapping[int, Line], cuts: Sequence[Cut]) -> list[Part]:
    """Reserved stock of units nothing was planned for yet; a bundle's parts in proportion."""
    claimed: dict[tuple[int, UUID], int] = {}
    for claim in await claims_of(tx, [order.id]):
        of = (claim.line_no, claim.key.sku_id)
        claimed[of] = claimed.get(of, 0) + claim.quantity
    leaving = {cut.line_no: cut.units for cut in cuts}
    return [
        Part(order.id, line_no, sku_id, quantity * leaving[line_no] // owed(lines[line_no]))
        for (line_no, sku_id), quantity in claimed.items()
        if leaving.get(line_no)
    ]
