"""Whom to reach at a gateway when something is wrong."""

from datetime import datetime
from uuid import UUID

from orderan.incidents import store
from orderan.incidents import store_maintenance as sheet
from orderan.incidents.errors import AccountNotFound, ContactNotFound, ContactUnusable
from orderan.incidents.models import Contact
from orderan.kit.audit import Trace, leave
from orderan.kit.db import Tx
from orderan.kit.ids import new_id, to_text

LONGEST = 200


async def keep_contact(
    tx: Tx,
    account_id: UUID,
    *,
    contact_id: UUID | None = None,
    name: str,
    phone: str = "",
    email: str = "",
    hours: str = "",
    now: datetime,
) -> Contact:
    """Add a contact of an account, or change one.

    Raises:
        AccountNotFound, ContactNotFound: The shop has none such.
        ContactUnusable: It says neither who nor how.
    """
    if await store.account_methods(tx, account_id) is None:
        raise AccountNotFound(to_text("gwa", account_id))
    if contact_id is not None:
        known = await sheet.contact_by_id(tx, contact_id)
        if known is None or known.account_id != account_id:
            raise ContactNotFound(to_text("gwc", contact_id))
    said = [" ".join(text.split())[:LONGEST] for text in (name, phone, email, hours)]
    if not said[0] or not (said[1] or said[2]):
        raise ContactUnusable
    contact = Contact(contact_id or new_id(), account_id, *said)
    await sheet.save_contact(tx, contact)
    await leave(tx, Trace("contact.set", "gateway_contact", to_text("gwc", contact.id)), now=now)
    return contact


async def drop_contact(tx: Tx, contact_id: UUID, *, now: datetime) -> None:
    """Take a contact off the sheet.

    Raises:
        ContactNotFound: There is none such.
    """
    if not await sheet.delete_contact(tx, contact_id):
        raise ContactNotFound(to_text("gwc", contact_id))
    await leave(tx, Trace("contact.drop", "gateway_contact", to_text("gwc", contact_id)), now=now)
