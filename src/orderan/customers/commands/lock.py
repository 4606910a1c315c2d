"""Take a customer in hand for a change: locked, known, and still active."""

from typing import Any
from uuid import UUID

from orderan.customers import store
from orderan.customers.errors import PREFIX, CustomerNotActive, UnknownCustomer
from orderan.customers.states import CustomerState
from orderan.kit.db import Tx
from orderan.kit.ids import to_text


async def lock_active(tx: Tx, customer_id: UUID) -> Any:
    """The customer's row with its wrapped key, locked.

    Raises:
        UnknownCustomer: The shop has none of this id.
        CustomerNotActive: It was merged or erased.
    """
    row = (await store.lock_customers(tx, [customer_id])).get(customer_id)
    if row is None:
        raise UnknownCustomer.of(customer_id)
    refuse_inactive(row)
    return row


def refuse_inactive(row: Any) -> None:
    """Raises CustomerNotActive, naming the survivor of a merge."""
    if row.state != CustomerState.ACTIVE:
        survivor = to_text(PREFIX, row.merged_into) if row.merged_into else None
        raise CustomerNotActive(to_text(PREFIX, row.id), row.state, survivor)
