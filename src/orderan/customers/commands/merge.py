"""Make one customer of several records of one person.

The survivor takes what it lacks of contact data. The others stay as rows that point to it, with
their own keys and addresses, because orders hold their ids: no order is touched.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from orderan.customers import store
from orderan.customers.commands.lock import refuse_inactive
from orderan.customers.errors import PREFIX, NothingToMerge, UnknownCustomer
from orderan.customers.events import CustomersMerged
from orderan.customers.sealing import CUSTOMER, Seal, seal_of
from orderan.customers.states import CUSTOMER as MACHINE
from orderan.customers.states import CustomerEvent, CustomerState
from orderan.kit import audit, events
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.ids import to_text


async def merge(
    tx: Tx, keyring: Keyring, survivor_id: UUID, others: Collection[UUID], *, now: datetime
) -> None:
    """Merge other records into the survivor.

    Raises:
        NothingToMerge: No other record was named.
        UnknownCustomer: One of them is not there.
        CustomerNotActive: One of them was merged or erased before.
    """
    merged = sorted(set(others) - {survivor_id})
    if not merged:
        raise NothingToMerge(to_text(PREFIX, survivor_id))
    rows = await store.lock_customers(tx, [survivor_id, *merged])
    for customer_id in (survivor_id, *merged):
        if customer_id not in rows:
            raise UnknownCustomer.of(customer_id)
        refuse_inactive(rows[customer_id])
    for customer_id in merged:
        MACHINE.after(CustomerState(rows[customer_id].state), CustomerEvent.MERGE)

    await store.point_to_survivor(tx, survivor_id, merged, now=now)
    survivor = _completed(keyring, tx.shop_id, rows[survivor_id], [rows[other] for other in merged])
    await store.update_customer(tx, survivor, words=None, now=now)
    await events.record(tx, survivor_id, CustomersMerged(survivor_id, tuple(merged)), now=now)
    names = [to_text(PREFIX, other) for other in merged]
    trace = audit.Trace("customer.merge", "customer", to_text(PREFIX, survivor_id), after={"merged": names})
    await audit.leave(tx, trace, now=now)


def _completed(keyring: Keyring, shop_id: int, survivor: Any, others: list[Any]) -> Any:
    """The survivor's row with what it lacks taken from the others, sealed under its own key."""
    mine = seal_of(keyring, shop_id, survivor.id, survivor.wrapped)
    for other in others:
        theirs = seal_of(keyring, shop_id, other.id, other.wrapped)
        survivor = survivor._replace(**_taken_over(mine, theirs, survivor, other))
    return survivor


def _taken_over(mine: Seal, theirs: Seal, survivor: Any, other: Any) -> dict[str, object]:
    taken: dict[str, object] = {}
    for name in ("phone", "email", "note"):
        column = f"{name}_enc"
        text = theirs.open(CUSTOMER, name, getattr(other, column))
        if text and getattr(survivor, column) is None:
            taken[column] = mine.shut(CUSTOMER, name, text)
            if name != "note":
                taken[f"{name}_index"] = getattr(other, f"{name}_index")
    if survivor.customer_group is None:
        taken["customer_group"] = other.customer_group
    return taken
