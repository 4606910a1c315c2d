"""Enter a customer by hand: phone, chat or counter.

A person is known by the phone. Two clerks who enter one phone at once end with one customer: the
blind index is unique, and the second is told who it is.
"""

from datetime import datetime
from uuid import UUID

from orderan.customers import store
from orderan.customers.entry import (
    Complaint,
    Doubt,
    Email,
    Phone,
    check_email,
    check_name,
    check_phone,
    one_line,
)
from orderan.customers.errors import PREFIX, EntryRefused, ExternalIdTaken, PhoneTaken
from orderan.customers.events import CustomerRegistered
from orderan.customers.models import Typed
from orderan.customers.sealing import CUSTOMER, Seal, email_index, phone_index, words
from orderan.customers.store import SealedEntry
from orderan.kit import audit, events
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.ids import new_id, to_text


async def register(tx: Tx, keyring: Keyring, typed: Typed, *, now: datetime) -> UUID:
    """Make a customer of what was typed and return its id.

    Raises:
        EntryRefused: A field is missing, wrong or doubtful; every such field is told.
        PhoneTaken: Another active customer has the phone, and is named.
        ExternalIdTaken: Another customer has the external id.
    """
    name, phone, email = checked(typed)
    seal = Seal(keyring.new_key(tx.shop_id, new_id()), tx.shop_id)
    entry = SealedEntry(
        id=seal.key.subject_id,
        wrapped_key=seal.key.wrapped,
        name_enc=seal.shut(CUSTOMER, "name", name),
        phone_enc=seal.shut(CUSTOMER, "phone", phone.e164) if phone else None,
        email_enc=seal.shut(CUSTOMER, "email", email.address) if email else None,
        note_enc=seal.shut(CUSTOMER, "note", typed.note.strip()) if typed.note.strip() else None,
        phone_index=phone_index(keyring, tx.shop_id, phone.e164) if phone else None,
        email_index=email_index(keyring, tx.shop_id, email.address) if email else None,
        external_id=one_line(typed.external_id) or None,
        customer_group=one_line(typed.customer_group) or None,
        words=words(keyring, tx.shop_id, name),
    )
    if entry.phone_index and (holder := await store.holder_of_phone(tx, entry.phone_index)):
        raise PhoneTaken(to_text(PREFIX, holder))
    if not await store.insert_customer(tx, entry, now=now):
        raise await _taken(tx, entry)
    await events.record(tx, entry.id, CustomerRegistered(entry.id), now=now)
    trace = audit.Trace("customer.register", "customer", to_text(PREFIX, entry.id), after=_kept(entry))
    await audit.leave(tx, trace, now=now)
    return entry.id


def checked(typed: Typed) -> tuple[str, Phone | None, Email | None]:
    """Name, phone and e-mail as values. Raises EntryRefused with every complaint."""
    name = check_name(typed.name)
    phone = check_phone(typed.phone) if typed.phone.strip() else None
    email = check_email(typed.email, insisted="email" in typed.insisted) if typed.email.strip() else None
    complaints = [answer for answer in (name, phone, email) if isinstance(answer, Complaint)]
    if not typed.phone.strip() and not typed.email.strip():
        complaints.append(Complaint("phone", Doubt.MISSING))
    if complaints:
        raise EntryRefused(tuple(complaints))
    assert isinstance(name, str)
    assert not isinstance(phone, Complaint)
    assert not isinstance(email, Complaint)
    return name, phone, email


async def _taken(tx: Tx, entry: SealedEntry) -> PhoneTaken | ExternalIdTaken:
    holder = await store.holder_of_phone(tx, entry.phone_index) if entry.phone_index else None
    if holder is not None:
        return PhoneTaken(to_text(PREFIX, holder))
    return ExternalIdTaken(entry.external_id or "")


def _kept(entry: SealedEntry) -> dict[str, object]:
    """What the trail keeps of a new customer: nothing personal."""
    return {
        "external_id": entry.external_id is not None,
        "customer_group": entry.customer_group,
        "phone": entry.phone_index is not None,
        "email": entry.email_index is not None,
    }
