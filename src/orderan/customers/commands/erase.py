"""Erase a customer on their request: the key is destroyed, the totals stay.

Whatever was written under the key, in backups too, is noise from then on. Orders keep their rows,
their amounts and the customer's id, under which stands "Pelanggan terhapus".
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from orderan.customers import store
from orderan.customers.commands.lock import lock_active
from orderan.customers.entry import one_line
from orderan.customers.errors import PREFIX, ReasonMissing
from orderan.customers.events import CustomerErased
from orderan.customers.states import CUSTOMER, CustomerEvent, CustomerState
from orderan.kit import audit, events
from orderan.kit.db import Tx
from orderan.kit.ids import to_text


@dataclass(frozen=True, slots=True)
class Erased:
    """Who was erased: the customer and the records merged into it, and what other systems called them."""

    people: tuple[UUID, ...]
    references: tuple[str, ...]


async def erase(tx: Tx, customer_id: UUID, *, reason: str, now: datetime) -> Erased:
    """Erase a customer and every record merged into it.

    Who that is, is looked up once the customer is locked: a merge that was under way is over then.

    Whether orders are still under way is for the caller to ask: customers know no orders.

    Args:
        reason: Kept in the trail, so it must not name the person.

    Raises:
        UnknownCustomer: The shop has no such customer.
        CustomerNotActive: It was merged (erase the survivor) or erased before.
        ReasonMissing: No reason was given.
    """
    reason = one_line(reason)
    if not reason:
        raise ReasonMissing
    row = await lock_active(tx, customer_id)
    CUSTOMER.after(CustomerState(row.state), CustomerEvent.ERASE)
    family = await store.lock_family(tx, customer_id)
    erased = (customer_id, *family)
    references = await store.references_of(tx, erased)
    await store.empty_customers(tx, customer_id, family, now=now)
    await events.record(tx, customer_id, CustomerErased(customer_id, erased), now=now, reason=reason)
    names = [to_text(PREFIX, one) for one in erased]
    trace = audit.Trace("customer.erase", "customer", names[0], after={"erased": names, "reason": reason})
    await audit.leave(tx, trace, now=now)
    return Erased(erased, tuple(references))
