"""Note what a parcel's buyer said before it is brought; the caller has locked its order."""

from datetime import date, datetime

from orderan.kit.db import Tx
from orderan.kit.events import record
from orderan.shipping import store
from orderan.shipping.events import DeliveryExpected
from orderan.shipping.models import Parcel


async def expect_parcel(
    tx: Tx, parcel: Parcel, answer: str, *, deliver_on: date | None, now: datetime
) -> None:
    """Keep the day the buyer wants it, and tell whoever brings it.

    Args:
        answer: See `DeliveryExpected`.
        deliver_on: None where they named none.
    """
    if deliver_on != parcel.deliver_on:
        await store.set_deliver_on(tx, parcel.id, deliver_on)
    told = deliver_on.isoformat() if deliver_on else None
    fact = DeliveryExpected(parcel.id, parcel.courier, parcel.awb, answer, told)
    await record(tx, parcel.order_id, fact, now=now)
