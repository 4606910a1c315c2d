"""An expired order was paid after all.

stock can be had again   allocated anew, accepted, its work planned: the buyer never knows
it cannot                nothing moves; the money is reported and a person decides
"""

from datetime import datetime

from orderan.catalog import offers
from orderan.fulfilment import follow_goods, plan_tasks
from orderan.inventory import ClaimState, Demand, StockShort, Want, sourced, take_stock
from orderan.kit import decisions
from orderan.kit.db import Tx
from orderan.orders import (
    CommercialEvent,
    Line,
    Order,
    accept_orders,
    lines_of,
    may_exceed_stock,
    set_allocated,
)


async def revive_order(tx: Tx, order: Order, *, now: datetime) -> bool:
    """Bring a locked, expired and now paid order back if its stock can be taken; whether it was."""
    lines = await lines_of(tx, order.id)
    wants = await _wants(tx, lines, now=now)
    if wants is None:
        return False
    demand = Demand(
        order.id,
        wants,
        village_code=await _village(tx, order),
        beyond_stock=may_exceed_stock(order.kind),
        value_minor=order.total_minor,
        channel_id=order.channel_id,
    )
    [taken] = await take_stock(tx, [(demand, ClaimState.ALLOCATED)], now=now)
    if isinstance(taken, StockShort):
        return False
    if taken.claims:
        await decisions.keep(tx, [sourced(demand, taken)], now=now)
    await accept_orders(tx, [order], event=CommercialEvent.REVIVE, now=now)
    await set_allocated(tx, [order.id])
    await plan_tasks(tx, taken.claims, now=now)
    if not taken.claims:
        await follow_goods(tx, [order.id], now=now)
    return True


async def _wants(tx: Tx, lines: list[Line], *, now: datetime) -> list[Want] | None:
    known = await offers(tx, {line.sku_code for line in lines}, now=now)
    wants = []
    for line in lines:
        units = line.quantity - line.cancelled
        offer = known.get(line.sku_code)
        if offer is None:
            return None
        if not units:
            continue
        if offer.parts:
            wants += [Want(line.line_no, part.sku_id, part.quantity * units) for part in offer.parts]
        elif offer.is_stocked:
            wants.append(Want(line.line_no, offer.sku_id, units))
    return wants


async def _village(tx: Tx, order: Order) -> str | None:
    """Where it goes, as it was known when its stock was last taken."""
    for made in reversed(await decisions.about(tx, order.id)):
        if made.kind == "sourcing":
            village: str | None = made.inputs.get("village_code")
            return village
    return None
