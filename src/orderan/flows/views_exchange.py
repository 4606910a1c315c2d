"""What a thing that comes back may be exchanged for."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from orderan.catalog import offers, siblings_of
from orderan.kit.db import Tx
from orderan.orders import Line, Order, group_of
from orderan.pricing import best_price


@dataclass(frozen=True, slots=True)
class Replacement:
    """Something a line may be exchanged for, with what one costs more than one of the line did; less is below zero.

    Attributes:
        free: Units that can be had now, at all places together.
    """

    sku: str
    title: str
    more_minor: int
    free: int


async def replacements(
    tx: Tx, order: Order, lines: Sequence[Line], *, now: datetime
) -> Mapping[int, list[Replacement]]:
    """What each of these lines may be exchanged for: what is sold under the same product, stocked, priced and there."""
    siblings = await siblings_of(tx, {line.sku_id for line in lines}) if lines else {}
    codes = sorted({code for found in siblings.values() for code in found})
    if not codes:
        return {}
    known = await offers(tx, codes, now=now)
    free = await _free(tx, codes)
    group = await group_of(tx, order.customer_id)
    found: dict[int, list[Replacement]] = defaultdict(list)
    for line in lines:
        for code in siblings.get(line.sku_id, ()):
            offer = known.get(code)
            if offer is None or free.get(code, 0) <= 0:
                continue
            unit = best_price(
                offer.prices, currency=order.currency, channel_id=order.channel_id, group=group, quantity=1
            )
            if unit is not None:
                more = unit - line.unit_price_minor
                found[line.line_no].append(Replacement(code, offer.title, more, free[code]))
    return dict(found)


async def _free(tx: Tx, codes: Sequence[str]) -> dict[str, int]:
    rows = await tx.all(
        """
        SELECT sku.code, sum(stock.on_hand - stock.reserved - stock.allocated)::bigint AS free
        FROM sku
        JOIN stock ON stock.shop_id = sku.shop_id AND stock.sku_id = sku.id
        JOIN location ON location.shop_id = stock.shop_id AND location.id = stock.location_id
             AND location.sells AND location.active
        WHERE sku.shop_id = %(shop)s AND sku.code = ANY(%(codes)s)
        GROUP BY sku.code
        """,
        {"shop": tx.shop_id, "codes": list(codes)},
    )
    return {row.code: row.free for row in rows}
