"""An order begins with a deposit: who paid that much already is accepted at once."""

from datetime import datetime
from uuid import UUID

from orderan.flows.settle_payment import follow_totals
from orderan.kit.db import Tx
from orderan.orders import OrderNotFound, lock_orders
from orderan.orders import agree_deposit as agree


async def agree_deposit(tx: Tx, order_id: UUID, amount_minor: int, *, now: datetime) -> None:
    """Agree on a deposit, and let the order follow its money.

    Raises:
        OrderNotFound: No such order in this shop.
        DepositUnusable: The order does not wait for its money, or it is not less than the order costs.
    """
    order = (await lock_orders(tx, [order_id])).get(order_id)
    if order is None:
        raise OrderNotFound(str(order_id))
    await agree(tx, order, amount_minor, now=now)
    if order.paid_minor > 0:
        await follow_totals(tx, [(await lock_orders(tx, [order_id]))[order_id]], now=now)
