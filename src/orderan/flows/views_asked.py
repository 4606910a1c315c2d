"""What buyers are told when they are asked: of an order, or of the parcel that comes today."""

from collections.abc import Sequence
from uuid import UUID

from orderan.flows.call_words import Facts
from orderan.flows.views_days import doors_of
from orderan.kit.db import Tx
from orderan.orders import Line, Order, Terms, owed
from orderan.shipping import COURIERS, parcels_of
from orderan.shops import shop_by_id
from orderan.verification import delivery_day


async def order_told(tx: Tx, order: Order, lines: Sequence[Line]) -> Facts:
    """Of an order: what was ordered, and what it costs."""
    goods = tuple((owed(line), line.title) for line in lines if owed(line))
    shop = await shop_by_id(tx, tx.shop_id)
    return Facts(shop.name, order.number, goods, order.due_minor, order.currency)


async def day_told(tx: Tx, order: Order, day_id: UUID) -> Facts:
    """Of the parcel that comes on a day: who brings it, and the cash it is paid with.

    Where its order has other parcels too nothing is said of cash: each brings a share the courier knows.
    """
    day = await delivery_day(tx, day_id)
    door = (await doors_of(tx, [day.parcel_id]))[day.parcel_id]
    parcel = next(one for one in await parcels_of(tx, order.id) if one.id == day.parcel_id)
    shop = await shop_by_id(tx, tx.shop_id)
    cash = max(order.due_minor, 0) if order.terms == Terms.COD and door.alone else 0
    courier = COURIERS[parcel.courier].name if parcel.courier in COURIERS else parcel.courier
    return Facts(shop.name, order.number, (), cash, order.currency, courier)
