"""Let order lines and the headline word follow the goods."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from orderan.fulfilment import rules, views
from orderan.kit.db import Tx
from orderan.orders import advance_lines, refresh_headline


async def follow_goods(tx: Tx, orders: Collection[UUID], *, now: datetime) -> None:
    """Count anew how far every line of these locked orders is, from tasks and parcels.

    Counted from the rows themselves and never added up step by step, so it is right whatever
    happened before and may be called twice. An order of services alone has neither tasks nor
    parcels; it is delivered once it is accepted and paid.
    """
    if not orders:
        return
    lines = await views.lines_of_orders(tx, orders)
    units = await views.units_of_orders(tx, orders)
    without_goods = set(orders) - {unit.order_id for unit in units}
    served = await views.served_orders(tx, without_goods) if without_goods else set()
    await advance_lines(tx, rules.progress(lines, units, served=served), now=now)
    await refresh_headline(tx, orders)
