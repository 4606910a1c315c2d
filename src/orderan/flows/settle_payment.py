"""Money moved, by whatever way: one flow for every way, and a batch is its native unit.

always     the events are appended and each order's standing computed from all of its events
paid       an order awaiting payment is accepted, with its deposit or with all of it; its stock allocated, its work planned; one of
           services alone has no work and is delivered
too late   an expired order is revived if its stock can be had again; else a person decides
deposit    in place of a COD buyer's word it is one, see `ask_deposit`; the rest is collected at the door
odd        too little or too much goes to the exception inbox with the difference, and leaves
           it by itself once the difference is gone
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from orderan.flows.ask_deposit import deposit_paid
from orderan.flows.revive_order import revive_order
from orderan.fulfilment import follow_goods, plan_tasks
from orderan.inventory import allocate_claims
from orderan.kit import inbox
from orderan.kit.db import Tx
from orderan.kit.errors import N_, Refusal
from orderan.kit.inbox import Stuck
from orderan.orders import (
    Commercial,
    Noted,
    Order,
    OrderNotFound,
    Terms,
    accept_orders,
    lock_orders,
    note_moneys,
    set_allocated,
)
from orderan.payments import (
    AmountNotPositive,
    CurrencyDiffers,
    MoneyEvent,
    MoneyKind,
    MoreThanThereIs,
    ReferenceUsed,
    Standing,
    append_money,
    room_for,
    standing,
    sums,
    used_references,
)

Sums = dict[MoneyKind, int]


async def settle_payment(tx: Tx, event: MoneyEvent, *, now: datetime) -> Standing:
    """Book one money event and let the order follow; returns where its money stands now.

    Raises:
        OrderNotFound: No such order in this shop.
        ReferenceUsed: This reference was booked before.
        AmountNotPositive, CurrencyDiffers: The event cannot be of this order.
        MoreThanThereIs: It would take back, or pass on, more than came in.
    """
    [answer] = await settle_payments(tx, [event], now=now)
    if isinstance(answer, Refusal):
        raise answer
    return answer


async def settle_payments(tx: Tx, events: Sequence[MoneyEvent], *, now: datetime) -> list[Standing | Refusal]:
    """Book many money events, each as if it came alone; an answer per event, in order.

    A refused event books nothing and does not hinder the others. The standing told is the one
    after all events of its order.
    """
    orders = await lock_orders(tx, {event.order_id for event in events})
    while True:
        answers, fresh, after = await _decide(tx, orders, events)
        if not fresh:
            break
        try:
            await append_money(tx, fresh, now=now)
            break
        except ReferenceUsed:
            # Somebody booked one of the references between our look and our write. It is
            # committed now, so the next look sees it: each turn refuses at least one more.
            continue
    stands = {
        order_id: standing(
            after[order_id], total_minor=orders[order_id].total_minor, terms=orders[order_id].terms
        )
        for order_id in {event.order_id for event in fresh}
    }
    await _follow(tx, orders, stands, now=now)
    return [
        answer if answer is not None else stands[event.order_id]
        for event, answer in zip(events, answers, strict=True)
    ]


async def follow_totals(tx: Tx, orders: Sequence[Order], *, now: datetime) -> None:
    """Let locked orders follow their money after their totals changed.

    What was reported about the old totals is closed, so that the inbox names the new difference.

    Args:
        orders: With their new totals.
    """
    by_id = {order.id: order for order in orders}
    after = await sums(tx, by_id)
    stands = {
        order.id: standing(after[order.id], total_minor=order.total_minor, terms=order.terms)
        for order in orders
    }
    stale = [f"{kind}:{order.id}" for order in orders for kind in DIFFERENCES]
    await inbox.settle(tx, stale, note="total changed", now=now)
    await _follow(tx, by_id, stands, now=now)


async def _decide(
    tx: Tx, orders: dict[UUID, Order], events: Sequence[MoneyEvent]
) -> tuple[list[Refusal | None], list[MoneyEvent], dict[UUID, Sums]]:
    after = await sums(tx, orders)
    used = await used_references(tx, events)
    answers: list[Refusal | None] = []
    fresh = []
    for event in events:
        refusal = _refusal(event, orders.get(event.order_id), after.get(event.order_id, {}), used)
        answers.append(refusal)
        if refusal is None:
            fresh.append(event)
            of = after[event.order_id]
            of[event.kind] = of.get(event.kind, 0) + event.amount_minor
            if event.reference is not None:
                used.add((event.method, event.kind, event.reference))
    return answers, fresh, after


def _refusal(
    event: MoneyEvent, order: Order | None, of: Sums, used: set[tuple[str, str, str]]
) -> Refusal | None:
    if order is None:
        return OrderNotFound(str(event.order_id))
    if event.amount_minor <= 0:
        return AmountNotPositive(event.amount_minor)
    if event.currency != order.currency:
        return CurrencyDiffers(event.currency, order.currency)
    if event.reference is not None and (event.method, event.kind, event.reference) in used:
        return ReferenceUsed(event.method, event.reference)
    room = room_for(event.kind, of)
    if room is not None and event.amount_minor > room:
        return MoreThanThereIs(event.kind, event.amount_minor, room, event.currency)
    return None


async def _follow(tx: Tx, orders: dict[UUID, Order], stands: dict[UUID, Standing], *, now: datetime) -> None:
    if not stands:
        return
    moved = [orders[order_id] for order_id in sorted(stands)]
    await note_moneys(tx, [_noted(order, stands[order.id]) for order in moved], now=now)
    covered = [order for order in moved if stands[order.id].balance_minor >= 0]
    begun = [order for order in moved if begins(order, stands[order.id])]
    await _accept(tx, [order for order in begun if order.commercial == Commercial.AWAITING_PAYMENT], now=now)
    revived = set()
    for order in begun:
        if order.wants_deposit:
            await deposit_paid(tx, order, now=now)
        if order.commercial == Commercial.EXPIRED and await revive_order(tx, order, now=now):
            revived.add(order.id)
    paid_later = [
        order.id
        for order in covered
        if order.commercial == Commercial.ACCEPTED and order.delivered_at is None
    ]
    await follow_goods(tx, paid_later, now=now)
    await _report_differences(tx, moved, stands, revived, now=now)


def _noted(order: Order, stands: Standing) -> Noted:
    return Noted(
        order,
        str(stands.state),
        stands.paid_minor,
        stands.refunded_minor,
        stands.forgone_minor,
        stands.credited_minor,
        stands.covered_minor,
    )


async def _accept(tx: Tx, orders: Sequence[Order], *, now: datetime) -> None:
    if not orders:
        return
    ids = [order.id for order in orders]
    await accept_orders(tx, orders, now=now)
    claims = await allocate_claims(tx, ids, now=now)
    await set_allocated(tx, ids)
    await plan_tasks(tx, claims, now=now)
    await follow_goods(tx, set(ids) - {claim.holder_id for claim in claims}, now=now)


def begins(order: Order, stands: Standing) -> bool:
    """Whether enough of an order's money is there for it to be accepted: its deposit, or all of it."""
    if stands.balance_minor >= 0:
        return True
    kept = stands.paid_minor - stands.refunded_minor
    return order.deposit_minor is not None and kept >= order.deposit_minor


CLOSED = frozenset({Commercial.CANCELLED, Commercial.EXPIRED})
DIFFERENCES = {
    "payment_over": N_("Kembalikan kelebihan bayar kepada pembeli."),
    "payment_under": N_("Minta pembeli melunasi kekurangannya."),
    "payment_after_close": N_("Kembalikan uangnya, atau buatkan pesanan baru untuk pembeli ini."),
}
"""Kinds of money trouble of an order, each with its next step."""
SETTLED_WITHIN = timedelta(days=3)
"""How long a difference may stand once no hold ends it: as long as a promised refund may wait."""


def difference(order: Order, stands: Standing, *, revived: bool) -> tuple[str, int] | None:
    """What is wrong with an order's money, and by how much, or None.

    Refunds never make an order underpaid: what was given back on purpose is not owed again. What is left
    of an order that began with its deposit is not missing: it is asked for before the goods go.
    """
    kept = stands.paid_minor - stands.refunded_minor
    asked = order.total_minor - stands.forgone_minor - stands.covered_minor
    if order.commercial in CLOSED and not revived:
        return ("payment_after_close", kept) if kept > 0 else None
    left_asked = max(asked - stands.credited_minor, 0)
    if kept > left_asked:
        return "payment_over", kept - left_asked
    # An order that was accepted for its money and lost it again is short of all of it. At the door the rest is collected
    # at once: whatever is less than that, and more than the deposit, is too little.
    at_the_door = order.terms == Terms.COD and kept != order.deposit_minor
    if (
        order.deposit_minor is not None
        and begins(order, stands)
        and stands.refunded_minor == 0
        and not at_the_door
    ):
        return None
    begun = stands.paid_minor > 0 or (
        order.terms == Terms.PREPAID and order.commercial == Commercial.ACCEPTED
    )
    if begun and stands.paid_minor < asked:
        return "payment_under", asked - stands.paid_minor
    return None


async def _report_differences(
    tx: Tx, orders: Sequence[Order], stands: dict[UUID, Standing], revived: set[UUID], *, now: datetime
) -> None:
    gone, entries = [], []
    for order in orders:
        found = difference(order, stands[order.id], revived=order.id in revived)
        gone += [f"{kind}:{order.id}" for kind in DIFFERENCES if found is None or kind != found[0]]
        if found is not None:
            entries.append(_stuck(order, stands[order.id], *found, now=now))
    await inbox.settle(tx, gone, note="balanced", now=now)
    await inbox.report(tx, entries, now=now)


def _stuck(order: Order, stands: Standing, kind: str, money_minor: int, *, now: datetime) -> Stuck:
    waits_for_buyer = order.commercial == Commercial.AWAITING_PAYMENT
    return Stuck(
        kind=kind,
        reason=stands.state,
        subject_kind="order",
        subject_id=order.id,
        dedupe_key=f"{kind}:{order.id}",
        payload={"number": order.number, "paid_minor": stands.paid_minor, "total_minor": order.total_minor},
        money_minor=money_minor,
        currency=order.currency,
        deadline=order.hold_until if waits_for_buyer else now + SETTLED_WITHIN,
        next_step=DIFFERENCES[kind],
    )
