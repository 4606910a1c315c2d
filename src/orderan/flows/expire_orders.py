"""Unpaid orders end by themselves and their stock is free in the same instant.

aside    a payment in the air, of which nobody knows yet what became, may be the one that is missing: its order
         and its stock are kept a little longer each time, at most as long as its gateway has to say
expire   what nobody paid is over; what was paid in part is owed back from then on: the exception inbox says so
         instead of asking for the rest, and what a voucher paid comes back onto it at once
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from orderan.flows.pay_with_voucher import let_vouchers_go
from orderan.flows.settle_payment import follow_totals
from orderan.inventory import release_claims
from orderan.kit.db import Tx
from orderan.orders import Commercial, Order, close_unpaid, keep_holding, overdue
from orderan.payments import judged_from, tries_in_the_air

KEPT_ON: Final = timedelta(minutes=15)
"""So long an order is kept each time; whoever is heard of earlier is over at the next of these."""


async def expire_orders(tx: Tx, *, now: datetime, limit: int = 500) -> int:
    """Expire up to `limit` orders of the shop whose hold is over, but for those kept on; returns how many."""
    found = await overdue(tx, now=now, limit=limit)
    orders = await _left_alone(tx, found, now=now)
    if orders:
        await close_unpaid(tx, orders, now=now)
        await release_claims(tx, [order.id for order in orders], now=now)
        begun = [replace(order, commercial=Commercial.EXPIRED) for order in orders if order.paid_minor]
        await follow_totals(tx, begun, now=now)
        await let_vouchers_go(tx, begun, now=now)
    return len(orders)


async def _left_alone(tx: Tx, orders: Sequence[Order], *, now: datetime) -> list[Order]:
    """Those of these orders that no payment in the air keeps; the others are kept on."""
    if not orders:
        return []
    until: dict[UUID, datetime] = {}
    for one in await tries_in_the_air(tx, [order.id for order in orders]):
        judged = judged_from(one)
        if judged is not None and judged > now:
            until[one.order_id] = max(judged, until.get(one.order_id, now))
    await keep_holding(tx, {order_id: min(end, now + KEPT_ON) for order_id, end in until.items()})
    return [order for order in orders if order.id not in until]
