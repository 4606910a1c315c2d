"""Keep that a customer took a permission back; nothing that was done under it is undone."""

from datetime import datetime
from uuid import UUID

from orderan.customers.commands.give_consent import keep
from orderan.customers.models import Purpose
from orderan.kit.db import Tx


async def withdraw_consent(
    tx: Tx, customer_id: UUID, purpose: Purpose, *, source: str, now: datetime
) -> None:
    """Keep a withdrawal, also where no consent was known.

    Raises:
        UnknownCustomer, CustomerNotActive: There is nobody to withdraw.
        ReasonMissing: The source is empty.
    """
    await keep(tx, customer_id, purpose, granted=False, source=source, now=now)
