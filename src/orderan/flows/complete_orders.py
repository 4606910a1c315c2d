"""Completing orders: by hand, or by themselves some days after delivery.

by itself   delivered, paid, nothing held: completed once the shop's days are over
stuck       delivered long ago, yet held or not paid: told in the exception inbox, with the money
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from orderan.fulfilment import follow_goods
from orderan.kit import inbox
from orderan.kit.db import Tx
from orderan.kit.errors import N_, Refusal
from orderan.kit.inbox import Stuck
from orderan.orders import (
    Line,
    Order,
    OrderNotFound,
    complete_orders,
    due_for_completion,
    load_orders,
    lock_orders,
    refresh_headline,
    require_complete,
)
from orderan.shops import shop_by_id


async def complete_order(tx: Tx, order_id: UUID, *, reason: str | None = None, now: datetime) -> None:
    """Complete an order by hand, without waiting for the shop's days.

    Raises:
        OrderNotFound: No such order in this shop.
        IllegalMove, OnHold, GoodsStillOwed, MoneyStillDue: See `require_complete`.
    """
    order = (await lock_orders(tx, [order_id])).get(order_id)
    if order is None:
        raise OrderNotFound(str(order_id))
    if order.delivered_at is None:
        # What no parcel will ever tell of, services alone, may be with the buyer by now.
        await follow_goods(tx, [order_id], now=now)
    await _complete(tx, [order], reason=reason, now=now)


async def complete_delivered(tx: Tx, *, now: datetime, limit: int = 500) -> int:
    """Complete what was delivered long enough ago; returns how many were completed or reported."""
    shop = await shop_by_id(tx, tx.shop_id)
    before = now - timedelta(days=shop.complete_after_days)
    due = await due_for_completion(tx, delivered_before=before, limit=limit)
    if not due:
        return 0
    loaded = await load_orders(tx, due)
    ready: list[Order] = []
    stuck: list[Stuck] = []
    for order, lines in loaded.values():
        refusal = _refusal(order, lines)
        if refusal is None:
            ready.append(order)
        else:
            stuck.append(_stuck(order, refusal))
    await _complete(tx, ready, reason=None, now=now)
    await inbox.report(tx, stuck, now=now)
    return len(due)


def _refusal(order: Order, lines: Sequence[Line]) -> Refusal | None:
    try:
        require_complete(order, lines)
    except Refusal as refusal:
        return refusal
    return None


async def _complete(tx: Tx, orders: Sequence[Order], *, reason: str | None, now: datetime) -> None:
    if not orders:
        return
    ids = [order.id for order in orders]
    lines = {order_id: found[1] for order_id, found in (await load_orders(tx, ids)).items()}
    await complete_orders(tx, orders, lines, reason=reason, now=now)
    await refresh_headline(tx, ids)
    await inbox.settle(tx, [_key(order_id) for order_id in ids], note="completed", now=now)


def _key(order_id: UUID) -> str:
    return f"completion_blocked:{order_id}"


def _stuck(order: Order, refusal: Refusal) -> Stuck:
    return Stuck(
        kind="completion_blocked",
        reason=refusal.code,
        subject_kind="order",
        subject_id=order.id,
        dedupe_key=_key(order.id),
        payload={"number": order.number, "refusal": refusal.code},
        money_minor=order.due_minor,
        currency=order.currency,
        deadline=None,
        next_step=N_("Pesanan sudah lama terkirim. Lunasi tagihannya atau lepaskan penahanannya."),
    )
