"""Erasing a customer: only when nothing is on its way to them any more.

    here     the record and those merged into it are locked and emptied, the keys destroyed
    then     orders still under way are looked for; if there are any, nothing of it happened

Looking comes last, because an order placed meanwhile holds the customer's row from before it reads
it (`lock_by_phone`): either the erasure waits and finds the order, or the order waits and finds a
stranger.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from orderan.customers import erase, family
from orderan.kit.db import Tx
from orderan.kit.errors import N_, Kind, Refusal
from orderan.orders import under_way_of_customers


@dataclass(eq=False)
class OrdersUnderWay(Refusal):
    """Goods or money are still on their way, and need a name and an address."""

    orders: tuple[str, ...]

    code = "orders_under_way"
    kind = Kind.CONFLICT
    sentence = N_("Masih ada pesanan yang berjalan: {orders}. Selesaikan atau batalkan dulu.")


async def erase_customer(tx: Tx, customer_id: UUID, *, reason: str, now: datetime) -> None:
    """Erase a customer for good.

    Raises:
        OrdersUnderWay: Names the orders.
        UnknownCustomer, CustomerNotActive, ReasonMissing: As `customers.erase` has them.
    """
    people = await family(tx, customer_id)
    await erase(tx, customer_id, reason=reason, now=now)
    if numbers := await under_way_of_customers(tx, people):
        raise OrdersUnderWay(tuple(map(str, numbers)))
