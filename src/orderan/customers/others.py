"""Personal data that others keep, sealed under the key of the person it is about."""

from collections.abc import Collection
from uuid import UUID

from orderan.customers import views
from orderan.customers.errors import PREFIX, CustomerNotActive, UnknownCustomer
from orderan.customers.sealing import Seal, seal_of
from orderan.customers.states import CustomerState
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.ids import to_text


async def seal_for(tx: Tx, keyring: Keyring, customer_id: UUID) -> Seal:
    """A customer's seal, also of a record that was merged away: what it sealed opens with it.

    Raises:
        UnknownCustomer: The shop has no such customer.
        CustomerNotActive: It was erased; nothing opens and nothing is sealed any more.
    """
    row = await views.customer_row(tx, customer_id)
    if row is None:
        raise UnknownCustomer.of(customer_id)
    if row.wrapped is None:
        raise CustomerNotActive(to_text(PREFIX, customer_id), CustomerState.ERASED.value, None)
    return seal_of(keyring, tx.shop_id, customer_id, row.wrapped)


async def seals_for(tx: Tx, keyring: Keyring, customers: Collection[UUID]) -> dict[UUID, Seal]:
    """Seals of many customers, by id; those erased, or never known, are not among the answers."""
    return {
        one: seal_of(keyring, tx.shop_id, one, row.wrapped)
        for one, row in (await views.customer_rows(tx, set(customers))).items()
        if row.wrapped is not None
    }
