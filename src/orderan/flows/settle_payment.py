"""Money came in, by whatever way: one flow for every way.

always     the event is appended and the order's standing computed from all of its events
paid       an order awaiting payment is accepted, its stock allocated, its work planned
too late   an expired order is revived if its stock can be had again; else a person decides
odd        too little or too much goes to the exception inbox with the difference
"""

from datetime import datetime

from orderan.fulfilment import plan_tasks
from orderan.inventory import allocate_claims
from orderan.kit import inbox
from orderan.kit.db import Tx
from orderan.kit.errors import N_
from orderan.kit.inbox import Stuck
from orderan.orders import (
    Commercial,
    Order,
    OrderNotFound,
    accept_orders,
    lock_orders,
    note_money,
    set_allocated,
)
from orderan.payments import MoneyEvent, Standing, append_money, standing


async def settle_payment(tx: Tx, event: MoneyEvent, *, now: datetime) -> Standing:
    """Book one money event and let the order follow; returns where its money stands now.

    Raises:
        OrderNotFound: No such order in this shop.
        ReferenceUsed: This reference was booked before; nothing changed.
    """
    order = (await lock_orders(tx, [event.order_id])).get(event.order_id)
    if order is None:
        raise OrderNotFound(str(event.order_id))
    sums = await append_money(tx, [event], now=now)
    now_stands = standing(sums[order.id], total_minor=order.total_minor, terms=order.terms)
    await note_money(
        tx,
        order,
        money=now_stands.state,
        paid_minor=now_stands.paid_minor,
        refunded_minor=now_stands.refunded_minor,
        now=now,
    )
    if order.commercial == Commercial.AWAITING_PAYMENT and now_stands.balance_minor >= 0:
        await _accept(tx, order, now=now)
    await _report_difference(tx, order, now_stands, now=now)
    return now_stands


async def _accept(tx: Tx, order: Order, *, now: datetime) -> None:
    await accept_orders(tx, [order], now=now)
    claims = await allocate_claims(tx, [order.id], now=now)
    await set_allocated(tx, [order.id])
    await plan_tasks(tx, claims, now=now)


async def _report_difference(tx: Tx, order: Order, stands: Standing, *, now: datetime) -> None:
    keys = {"payment_over": f"payment_over:{order.id}", "payment_under": f"payment_under:{order.id}"}
    if stands.balance_minor > 0 and stands.paid_minor:
        kind, step = "payment_over", N_("Kembalikan kelebihan bayar kepada pembeli.")
    elif stands.balance_minor < 0 < stands.paid_minor:
        kind, step = "payment_under", N_("Minta pembeli melunasi kekurangannya.")
    else:
        await inbox.settle(tx, list(keys.values()), note="balanced", now=now)
        return
    await inbox.settle(tx, [key for name, key in keys.items() if name != kind], note="balanced", now=now)
    entry = Stuck(
        kind=kind,
        reason=stands.state,
        subject_kind="order",
        subject_id=order.id,
        dedupe_key=keys[kind],
        payload={"number": order.number, "paid": stands.paid_minor, "total": order.total_minor},
        money_minor=abs(stands.balance_minor),
        currency=order.currency,
        deadline=order.hold_until,
        next_step=step,
    )
    await inbox.report(tx, [entry], now=now)
