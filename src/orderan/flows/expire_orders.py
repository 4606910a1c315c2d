"""Unpaid orders end by themselves and their stock is free in the same instant.

What was paid in part is owed back from then on: the exception inbox says so instead of asking
for the rest. What a voucher paid comes back onto it at once.
"""

from dataclasses import replace
from datetime import datetime

from orderan.flows.pay_with_voucher import let_vouchers_go
from orderan.flows.settle_payment import follow_totals
from orderan.inventory import release_claims
from orderan.kit.db import Tx
from orderan.orders import Commercial, close_unpaid, overdue


async def expire_orders(tx: Tx, *, now: datetime, limit: int = 500) -> int:
    """Expire up to `limit` orders of the shop whose hold is over; returns how many."""
    orders = await overdue(tx, now=now, limit=limit)
    if orders:
        await close_unpaid(tx, orders, now=now)
        await release_claims(tx, [order.id for order in orders], now=now)
        begun = [replace(order, commercial=Commercial.EXPIRED) for order in orders if order.paid_minor]
        await follow_totals(tx, begun, now=now)
        await let_vouchers_go(tx, begun, now=now)
    return len(orders)
