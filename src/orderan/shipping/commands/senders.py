"""Who couriers ask for at a location."""

import re
from datetime import datetime
from typing import Final

from orderan.kit import audit
from orderan.kit.audit import Trace
from orderan.kit.db import Tx
from orderan.shipping import store_bookings as store
from orderan.shipping.bookings import Sender
from orderan.shipping.errors_bookings import SenderUnusable

LONGEST: Final = 60
_POSTCODE: Final = re.compile(r"[1-9]\d{4}")
_PHONE: Final = re.compile(r"\+[1-9]\d{7,14}")


async def set_sender(tx: Tx, sender: Sender, *, now: datetime) -> None:
    """Say who a courier asks for at a location, instead of whoever it was.

    Args:
        sender: Its telephone number in E.164.

    Raises:
        SenderUnusable: Without a name, or with a number or a postcode that is none.
    """
    if not 0 < len(sender.name.strip()) <= LONGEST:
        raise SenderUnusable("name")
    if not _PHONE.fullmatch(sender.phone):
        raise SenderUnusable("phone")
    if not _POSTCODE.fullmatch(sender.postcode):
        raise SenderUnusable("postcode")
    before = (await store.senders(tx, [sender.location_id])).get(sender.location_id)
    await store.save_sender(tx, sender, now=now)
    trace = Trace(
        "parcel_sender.set",
        "location",
        str(sender.location_id),
        before=_told(before) if before else None,
        after=_told(sender),
    )
    await audit.leave(tx, trace, now=now)


def _told(sender: Sender) -> dict[str, object]:
    return {"name": sender.name, "phone": sender.phone, "postcode": sender.postcode}
