"""What bringing an order costs once it is another than it was: the zone table of the day it was placed."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from orderan.catalog import offers
from orderan.kit.db import Tx
from orderan.orders import Cut, Line, Order, destinations, owed, weight
from orderan.pricing import NoShippingFee, shipping_fee, shipping_table

Fees = Callable[[str | None, UUID | None, int], int]
"""(service, address, grams) to a fee; raises NoShippingFee."""


async def fees_of(tx: Tx, order: Order, villages: Mapping[UUID, str | None]) -> Fees:
    """Fees as they were when the order was placed.

    Args:
        villages: Per address that may be asked for.
    """
    table = await shipping_table(tx)

    def fee(service: str | None, address_id: UUID | None, weight_g: int) -> int:
        if service is None:
            return 0
        village = villages.get(address_id) if address_id else None
        return shipping_fee(table, service, village_code=village, weight_g=weight_g, now=order.placed_at)

    return fee


async def shipping_without(
    tx: Tx, order: Order, lines: Sequence[Line], cuts: Sequence[Cut], *, now: datetime
) -> int:
    """What bringing an order costs without cut units: less by the difference of the fees.

    Cancelling is not refused because nobody knows a fee any more: then it stays as it is.
    """
    if order.shipping_service is None or order.shipping_minor == 0:
        return order.shipping_minor
    known = await offers(tx, {line.sku_code for line in lines}, now=now)
    weight_g = {offer.sku_id: offer.weight_g for offer in known.values()}
    before = {line.line_no: owed(line) for line in lines}
    gone = {cut.line_no: cut.units for cut in cuts}
    after = {line_no: units - gone.get(line_no, 0) for line_no, units in before.items()}
    addresses = {order.address_id} if order.address_id else set()
    fee = await fees_of(tx, order, await destinations(tx, addresses, order.customer_id))
    try:
        was, becomes = (
            fee(order.shipping_service, order.address_id, weight(lines, units, weight_g))
            for units in (before, after)
        )
    except NoShippingFee:
        return order.shipping_minor
    return max(0, order.shipping_minor + becomes - was)
