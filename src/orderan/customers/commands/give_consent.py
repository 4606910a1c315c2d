"""Keep that a customer allowed a use of their data: for what, on whose word, and when."""

from datetime import datetime
from uuid import UUID

from orderan.customers import store
from orderan.customers.commands.lock import lock_active
from orderan.customers.entry import one_line
from orderan.customers.errors import ReasonMissing
from orderan.customers.events import ConsentGiven, ConsentWithdrawn
from orderan.customers.models import Purpose
from orderan.kit import events
from orderan.kit.db import Tx
from orderan.kit.ids import new_id


async def give_consent(tx: Tx, customer_id: UUID, purpose: Purpose, *, source: str, now: datetime) -> None:
    """Keep a consent.

    Args:
        source: Where it was given, as could be shown to the regulator: "checkout", "chat 21 Nov".

    Raises:
        UnknownCustomer, CustomerNotActive: There is nobody to consent.
        ReasonMissing: The source is empty.
    """
    await keep(tx, customer_id, purpose, granted=True, source=source, now=now)


async def keep(
    tx: Tx, customer_id: UUID, purpose: Purpose, *, granted: bool, source: str, now: datetime
) -> None:
    """Append a consent given or withdrawn; the newest per purpose counts."""
    source = one_line(source)
    if not source:
        raise ReasonMissing
    await lock_active(tx, customer_id)
    await store.insert_consent(
        tx, new_id(), customer_id, purpose.value, granted=granted, source=source, now=now
    )
    told = ConsentGiven if granted else ConsentWithdrawn
    await events.record(tx, customer_id, told(customer_id, purpose.value), now=now)
