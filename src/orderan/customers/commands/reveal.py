"""Show personal data unmasked, and keep who saw what, and why."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from orderan.customers import store, views
from orderan.customers.entry import one_line
from orderan.customers.errors import PREFIX, CustomerNotActive, ReasonMissing, UnknownCustomer
from orderan.customers.models import Field, Revealed, WholeAddress
from orderan.customers.sealing import ADDRESS, CUSTOMER, Seal, seal_of
from orderan.customers.states import CustomerState
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.ids import new_id, to_text


async def reveal(
    tx: Tx, keyring: Keyring, customer_id: UUID, fields: Collection[Field], *, purpose: str, now: datetime
) -> Revealed:
    """The fields asked for, unmasked; the reading is logged in the same transaction.

    Records that were merged away can be read, for the orders that hold their ids.

    Raises:
        ReasonMissing: No purpose was given.
        UnknownCustomer: The shop has no such customer.
        CustomerNotActive: It was erased; there is nothing to read.
    """
    purpose = one_line(purpose)
    if not purpose:
        raise ReasonMissing
    row = await views.customer_row(tx, customer_id)
    if row is None:
        raise UnknownCustomer.of(customer_id)
    if row.wrapped is None:
        raise CustomerNotActive(to_text(PREFIX, customer_id), CustomerState.ERASED.value, None)
    seal = seal_of(keyring, tx.shop_id, customer_id, row.wrapped)
    wanted = sorted(set(fields))
    addresses = await views.address_rows(tx, [customer_id]) if Field.ADDRESSES in wanted else None
    await store.insert_access(
        tx,
        [(new_id(), customer_id)],
        fields=[field.value for field in wanted],
        purpose=purpose,
        now=now,
    )
    opened = {
        field.value: seal.open(CUSTOMER, field.value, getattr(row, f"{field.value}_enc"))
        for field in wanted
        if field is not Field.ADDRESSES
    }
    return Revealed(
        **opened,
        addresses=None if addresses is None else tuple(_whole(seal, address) for address in addresses),
    )


async def note_reading(
    tx: Tx, customers: Collection[UUID], fields: Collection[Field], *, purpose: str, now: datetime
) -> None:
    """Keep that the data of many people left in the clear at once, as a file: a row per person.

    Call it in the transaction that reads what is handed out.
    """
    await store.insert_access(
        tx,
        [(new_id(), customer) for customer in sorted(customers)],
        fields=[field.value for field in sorted(set(fields))],
        purpose=purpose,
        now=now,
    )


def _whole(seal: Seal, row: Any) -> WholeAddress:
    return WholeAddress(
        id=row.id,
        recipient=seal.open(ADDRESS, "recipient", row.recipient_enc) or "",
        phone=seal.open(ADDRESS, "phone", row.phone_enc) or "",
        line=seal.open(ADDRESS, "line", row.line_enc) or "",
        area=row.area,
        postcode=row.postcode,
    )
