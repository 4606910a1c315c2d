"""Make one customer of several records of one person, and keep what any of them asked to be told, and not to be."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from orderan.customers import merge
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.notifications import unite_wants, unite_wishes


async def merge_customers(
    tx: Tx, keyring: Keyring, survivor_id: UUID, others: Collection[UUID], *, now: datetime
) -> None:
    """Merge other records into the survivor.

    Raises:
        NothingToMerge, UnknownCustomer, CustomerNotActive: As `customers.merge` has them.
    """
    await merge(tx, keyring, survivor_id, others, now=now)
    merged = set(others) - {survivor_id}
    await unite_wants(tx, survivor_id, merged, now=now)
    await unite_wishes(tx, keyring, survivor_id, merged)
