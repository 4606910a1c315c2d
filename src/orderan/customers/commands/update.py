"""Correct a customer's name, phone, e-mail, group or note."""

from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from orderan.customers import store
from orderan.customers.commands.lock import lock_active
from orderan.customers.commands.register import checked
from orderan.customers.entry import Email, Phone, one_line
from orderan.customers.errors import PREFIX, PhoneTaken
from orderan.customers.events import CustomerChanged
from orderan.customers.models import Changes, Typed
from orderan.customers.sealing import CUSTOMER, Seal, email_index, phone_index, seal_of, words
from orderan.kit import audit, events
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.ids import to_text


async def update(
    tx: Tx, keyring: Keyring, customer_id: UUID, changes: Changes, *, now: datetime
) -> tuple[str, ...]:
    """Change what is given, leave the rest; returns the names of the fields that changed.

    Raises:
        UnknownCustomer: The shop has no such customer.
        CustomerNotActive: It was merged or erased.
        EntryRefused: A field is wrong or doubtful, or neither phone nor e-mail would be left.
        PhoneTaken: Another active customer has the new phone, and is named.
    """
    row = await lock_active(tx, customer_id)
    seal = seal_of(keyring, tx.shop_id, customer_id, row.wrapped)
    before = _as_typed(seal, row)
    name, phone, email = checked(_with(before, changes))
    note = before.note if changes.note is None else changes.note.strip()
    group = before.customer_group if changes.customer_group is None else one_line(changes.customer_group)
    after = Typed(name, phone.e164 if phone else "", email.address if email else "", group, "", note)
    fields = _different(before, after)
    if not fields:
        return ()

    row = _resealed(keyring, seal, row, after, fields, phone, email)
    found_by = words(keyring, tx.shop_id, name) if "name" in fields else None
    try:
        async with tx.savepoint():
            await store.update_customer(tx, row, words=found_by, now=now)
    except psycopg.errors.UniqueViolation as taken:
        holder = await store.holder_of_phone(tx, row.phone_index)
        if holder is None:
            raise
        raise PhoneTaken(to_text(PREFIX, holder)) from taken
    await events.record(tx, customer_id, CustomerChanged(customer_id, fields), now=now)
    trace = audit.Trace(
        "customer.update", "customer", to_text(PREFIX, customer_id), after={"fields": list(fields)}
    )
    await audit.leave(tx, trace, now=now)
    return fields


def _as_typed(seal: Seal, row: Any) -> Typed:
    return Typed(
        name=seal.open(CUSTOMER, "name", row.name_enc) or "",
        phone=seal.open(CUSTOMER, "phone", row.phone_enc) or "",
        email=seal.open(CUSTOMER, "email", row.email_enc) or "",
        customer_group=row.customer_group or "",
        note=seal.open(CUSTOMER, "note", row.note_enc) or "",
    )


def _with(before: Typed, changes: Changes) -> Typed:
    # What stood there already is not doubted again.
    insisted = changes.insisted if changes.email is not None else frozenset({"email"})
    return Typed(
        name=before.name if changes.name is None else changes.name,
        phone=before.phone if changes.phone is None else changes.phone,
        email=before.email if changes.email is None else changes.email,
        insisted=insisted,
    )


def _different(before: Typed, after: Typed) -> tuple[str, ...]:
    names = ("name", "phone", "email", "customer_group", "note")
    return tuple(name for name in names if getattr(before, name) != getattr(after, name))


def _resealed(
    keyring: Keyring,
    seal: Seal,
    row: Any,
    after: Typed,
    fields: tuple[str, ...],
    phone: Phone | None,
    email: Email | None,
) -> Any:
    """The row with the changed columns sealed anew; unchanged ciphertext stays as it is."""
    changed: dict[str, object] = {}
    for name in ("name", "phone", "email", "note"):
        if name in fields:
            text = getattr(after, name)
            changed[f"{name}_enc"] = seal.shut(CUSTOMER, name, text) if text else None
    if "phone" in fields:
        changed["phone_index"] = phone_index(keyring, seal.shop_id, phone.e164) if phone else None
    if "email" in fields:
        changed["email_index"] = email_index(keyring, seal.shop_id, email.address) if email else None
    if "customer_group" in fields:
        changed["customer_group"] = after.customer_group or None
    return row._replace(**changed)
