"""Offer an address no longer; orders that went there keep it."""

from datetime import datetime
from uuid import UUID

from orderan.customers import store
from orderan.customers.commands.lock import lock_active
from orderan.customers.errors import ADDRESS_PREFIX, PREFIX, UnknownAddress
from orderan.customers.events import AddressRetired
from orderan.kit import audit, events
from orderan.kit.db import Tx
from orderan.kit.ids import to_text


async def retire_address(tx: Tx, customer_id: UUID, address_id: UUID, *, now: datetime) -> None:
    """Retire an address of the customer, or of a record merged into it.

    Raises:
        UnknownCustomer: The shop has no such customer.
        CustomerNotActive: It was merged or erased.
        UnknownAddress: It has no such address in use.
    """
    await lock_active(tx, customer_id)
    family = await store.lock_family(tx, customer_id)
    if not await store.retire_address(tx, [customer_id, *family], address_id, now=now):
        raise UnknownAddress(to_text(ADDRESS_PREFIX, address_id))
    await events.record(tx, customer_id, AddressRetired(customer_id, address_id), now=now)
    trace = audit.Trace(
        "customer.retire_address",
        "customer",
        to_text(PREFIX, customer_id),
        before={"address": to_text(ADDRESS_PREFIX, address_id)},
    )
    await audit.leave(tx, trace, now=now)
