"""Reading customers: lists, search and one person's page. What leaves here is masked."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from orderan.customers import store
from orderan.customers.entry import Complaint, Email, Phone, check_email, check_phone, one_line
from orderan.customers.errors import UnknownCustomer
from orderan.customers.masking import mask_email, mask_line, mask_name, mask_phone
from orderan.customers.models import (
    ERASED_NAME,
    Access,
    AddressCard,
    Card,
    Consent,
    Duplicate,
    Likeness,
    Purpose,
)
from orderan.customers.sealing import (
    ADDRESS,
    CUSTOMER,
    LONGEST_BEGINNING,
    email_index,
    phone_index,
    seal_of,
    whole_name_index,
)
from orderan.customers.states import CustomerState
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.text import folded

MOST_FOUND = 50
MOST_ACCESSES = 100


@dataclass(frozen=True, slots=True)
class After:
    """Where a page of the list begins: after this customer, newest first."""

    created_at: datetime
    id: UUID


@dataclass(frozen=True, slots=True)
class Reader:
    """How much of a name somebody sees: care and operations the whole, others its initials."""

    whole_names: bool = True


WHOLE_NAMES = Reader()


async def list_customers(
    tx: Tx,
    keyring: Keyring,
    *,
    after: After | None = None,
    limit: int = 50,
    group: str | None = None,
    state: CustomerState = CustomerState.ACTIVE,
    reader: Reader = WHOLE_NAMES,
) -> list[Card]:
    """Customers of one state, the newest first, by key."""
    rows = await tx.all(
        """
        SELECT customer.*, subject_key.wrapped
        FROM customer
        LEFT JOIN subject_key ON subject_key.shop_id = customer.shop_id AND subject_key.subject_id = customer.id
        WHERE customer.shop_id = %(shop)s
          AND customer.state = %(state)s
          AND (%(grp)s::text IS NULL OR customer.customer_group = %(grp)s)
          AND (%(at)s::timestamptz IS NULL OR customer.created_at <= %(at)s)
          AND (%(at)s::timestamptz IS NULL OR customer.created_at < %(at)s OR customer.id > %(id)s)
        ORDER BY customer.created_at DESC, customer.id
        LIMIT %(limit)s
        """,
        {
            "shop": tx.shop_id,
            "state": state.value,
            "grp": one_line(group) if group else None,
            "at": after.created_at if after else None,
            "id": after.id if after else None,
            "limit": limit,
        },
    )
    return [_card(keyring, tx.shop_id, row, reader) for row in rows]


async def find_customers(
    tx: Tx, keyring: Keyring, text: str, *, limit: int = MOST_FOUND, reader: Reader = WHOLE_NAMES
) -> list[Card]:
    """Active customers by phone, e-mail, or words of the name (their beginnings, three letters and more).

    A phone or e-mail in full finds exactly its holder, a phone also with a slip that can be explained; a record that was merged away is found as its
    survivor. Empty when nothing was typed.
    """
    phone, email = check_phone(text), check_email(text, insisted=True)
    if isinstance(phone, Complaint) and phone.suggestion:
        phone = check_phone(phone.suggestion)
    if isinstance(phone, Phone):
        holder = await store.holder_of_phone(tx, phone_index(keyring, tx.shop_id, phone.e164))
        ids = [] if holder is None else [holder]
    elif isinstance(email, Email):
        ids = await _by_email(tx, email_index(keyring, tx.shop_id, email.address), limit)
    else:
        ids = await _by_words(tx, keyring, text, limit)
    rows = await customer_rows(tx, ids)
    cards = [_card(keyring, tx.shop_id, rows[found], reader) for found in ids if found in rows]
    return sorted(cards, key=lambda card: (card.name.casefold(), card.id))


async def _by_email(tx: Tx, index: bytes, limit: int) -> list[UUID]:
    rows = await tx.all(
        """
        SELECT DISTINCT coalesce(merged_into, id) AS id
        FROM customer
        WHERE shop_id = %(shop)s AND email_index = %(index)s
        ORDER BY id
        LIMIT %(limit)s
        """,
        {"shop": tx.shop_id, "index": index, "limit": limit},
    )
    return [row.id for row in rows]


async def _by_words(tx: Tx, keyring: Keyring, text: str, limit: int) -> list[UUID]:
    typed = sorted({word[:LONGEST_BEGINNING] for word in folded(text).split()})
    if not typed:
        return []
    rows = await tx.all(
        """
        SELECT coalesce(customer.merged_into, customer.id) AS id
        FROM customer_word
        JOIN customer ON customer.shop_id = customer_word.shop_id AND customer.id = customer_word.customer_id
        WHERE customer_word.shop_id = %(shop)s AND customer_word.word_index = ANY(%(words)s)
          AND customer.state <> 'erased'
        GROUP BY customer.shop_id, customer.id, customer.merged_into
        HAVING count(*) = %(needed)s
        LIMIT %(limit)s
        """,
        {
            "shop": tx.shop_id,
            "words": [keyring.blind(tx.shop_id, "word", word) for word in typed],
            "needed": len(typed),
            "limit": limit,
        },
    )
    return list(dict.fromkeys(row.id for row in rows))


async def customer_row(tx: Tx, customer_id: UUID) -> Any:
    """The row with its wrapped key, sealed as it is, or None."""
    return (await customer_rows(tx, [customer_id])).get(customer_id)


async def customer_rows(tx: Tx, ids: Collection[UUID]) -> dict[UUID, Any]:
    """Rows with their wrapped keys, sealed as they are."""
    rows = await tx.all(
        """
        SELECT customer.*, subject_key.wrapped
        FROM customer
        LEFT JOIN subject_key ON subject_key.shop_id = customer.shop_id AND subject_key.subject_id = customer.id
        WHERE customer.shop_id = %(shop)s AND customer.id = ANY(%(ids)s)
        """,
        {"shop": tx.shop_id, "ids": list(ids)},
    )
    return {row.id: row for row in rows}


async def customer_card(tx: Tx, keyring: Keyring, customer_id: UUID, *, reader: Reader = WHOLE_NAMES) -> Card:
    """One customer as shown. Raises UnknownCustomer."""
    row = await customer_row(tx, customer_id)
    if row is None:
        raise UnknownCustomer.of(customer_id)
    return _card(keyring, tx.shop_id, row, reader)


async def customer_cards(
    tx: Tx, keyring: Keyring, ids: Collection[UUID], *, reader: Reader = WHOLE_NAMES
) -> dict[UUID, Card]:
    """Customers as shown, by id; for lists of orders."""
    rows = await customer_rows(tx, ids)
    return {found: _card(keyring, tx.shop_id, row, reader) for found, row in rows.items()}


async def family(tx: Tx, customer_id: UUID) -> tuple[UUID, ...]:
    """The customer and every record merged into it: whose orders are this person's orders."""
    rows = await tx.all(
        "SELECT id FROM customer WHERE shop_id = %(shop)s AND merged_into = %(id)s ORDER BY id",
        {"shop": tx.shop_id, "id": customer_id},
    )
    return (customer_id, *(row.id for row in rows))


async def address_rows(tx: Tx, customers: Collection[UUID]) -> list[Any]:
    """Addresses of these customers, sealed as they are, those in use first, the newest first."""
    return await tx.all(
        """
        SELECT address.*, subject_key.wrapped
        FROM customer_address AS address
        LEFT JOIN subject_key ON subject_key.shop_id = address.shop_id AND subject_key.subject_id = address.customer_id
        WHERE address.shop_id = %(shop)s AND address.customer_id = ANY(%(customers)s)
        ORDER BY address.retired_at IS NOT NULL, address.created_at DESC, address.id
        """,
        {"shop": tx.shop_id, "customers": list(customers)},
    )


async def addresses(
    tx: Tx, keyring: Keyring, customers: Collection[UUID], *, reader: Reader = WHOLE_NAMES
) -> list[AddressCard]:
    """Addresses of these customers as shown, those in use first, the newest first."""
    return [_address_card(keyring, tx.shop_id, row, reader) for row in await address_rows(tx, customers)]


async def consents(tx: Tx, customers: Collection[UUID]) -> list[Consent]:
    """Every consent given or withdrawn, the newest first."""
    rows = await tx.all(
        """
        SELECT purpose, granted, source, at, actor
        FROM consent
        WHERE shop_id = %(shop)s AND customer_id = ANY(%(customers)s)
        ORDER BY at DESC, id DESC
        """,
        {"shop": tx.shop_id, "customers": list(customers)},
    )
    return [Consent(**row._asdict() | {"purpose": Purpose(row.purpose)}) for row in rows]


def standing_consents(history: Sequence[Consent]) -> dict[Purpose, Consent | None]:
    """What counts today: the newest of each purpose, None where nobody ever asked."""
    newest: dict[Purpose, Consent | None] = dict.fromkeys(Purpose)
    for consent in reversed(history):
        newest[consent.purpose] = consent
    return newest


async def accesses(tx: Tx, customers: Collection[UUID]) -> list[Access]:
    """Who read these customers' data unmasked, the newest first."""
    rows = await tx.all(
        """
        SELECT fields, purpose, actor, at
        FROM personal_access
        WHERE shop_id = %(shop)s AND customer_id = ANY(%(customers)s)
        ORDER BY at DESC, id DESC
        LIMIT %(limit)s
        """,
        {"shop": tx.shop_id, "customers": list(customers), "limit": MOST_ACCESSES},
    )
    return [Access(tuple(row.fields), row.purpose, row.actor, row.at) for row in rows]


async def duplicates(
    tx: Tx, keyring: Keyring, customer_id: UUID, *, limit: int = 10, reader: Reader = WHOLE_NAMES
) -> list[Duplicate]:
    """Other active customers that may be the same person, the likeliest first.

    Alike is: the same e-mail, or the same name and an address in the same village. The same phone is
    no case: the database refuses it. Nobody is merged by this, a person decides.
    """
    row = await customer_row(tx, customer_id)
    if row is None or row.wrapped is None or row.state != CustomerState.ACTIVE:
        return []
    name = seal_of(keyring, tx.shop_id, customer_id, row.wrapped).open(CUSTOMER, "name", row.name_enc) or ""
    found: dict[UUID, list[Likeness]] = {}
    for alike in await tx.all(
        _ALIKE,
        {
            "shop": tx.shop_id,
            "id": customer_id,
            "email": row.email_index,
            "name": whole_name_index(keyring, tx.shop_id, name),
            "limit": limit,
        },
    ):
        found.setdefault(alike.id, []).append(Likeness(alike.likeness))
    cards = await customer_cards(tx, keyring, found, reader=reader)
    likely = sorted(found, key=lambda other: (-len(found[other]), other))
    return [Duplicate(cards[other], tuple(found[other])) for other in likely]


_ALIKE = """
SELECT id, 'same_email' AS likeness
FROM customer
WHERE shop_id = %(shop)s AND email_index = %(email)s AND state = 'active' AND id <> %(id)s
UNION
SELECT other.id, 'same_name_and_area'
FROM customer_word
JOIN customer AS other ON other.shop_id = customer_word.shop_id AND other.id = customer_word.customer_id
WHERE customer_word.shop_id = %(shop)s AND customer_word.word_index = %(name)s
  AND other.state = 'active' AND other.id <> %(id)s
  AND EXISTS (
        SELECT 1
        FROM customer_address AS mine
        JOIN customer_address AS theirs
             ON theirs.shop_id = mine.shop_id AND theirs.village_code = mine.village_code
        WHERE mine.shop_id = %(shop)s AND mine.customer_id = %(id)s AND theirs.customer_id = other.id
      )
ORDER BY id
LIMIT %(limit)s
"""


def _masked(text: str | None, mask: Callable[[str], str]) -> str | None:
    return None if text is None else mask(text)


def _card(keyring: Keyring, shop_id: int, row: Any, reader: Reader) -> Card:
    # A customer of another system may have come with a reference and no name: there is nothing to erase.
    nameless = row.external_id if row.state == CustomerState.ACTIVE else None
    name, phone, email = nameless or ERASED_NAME, None, None
    if row.wrapped is not None:
        seal = seal_of(keyring, shop_id, row.id, row.wrapped)
        name = seal.open(CUSTOMER, "name", row.name_enc) or ""
        name = name if reader.whole_names else mask_name(name)
        phone = _masked(seal.open(CUSTOMER, "phone", row.phone_enc), mask_phone)
        email = _masked(seal.open(CUSTOMER, "email", row.email_enc), mask_email)
    return Card(
        id=row.id,
        name=name,
        phone=phone,
        email=email,
        has_note=row.note_enc is not None,
        external_id=row.external_id,
        customer_group=row.customer_group,
        state=CustomerState(row.state),
        merged_into=row.merged_into,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _address_card(keyring: Keyring, shop_id: int, row: Any, reader: Reader) -> AddressCard:
    recipient, phone, line = ERASED_NAME, "", ""
    if row.wrapped is not None and row.recipient_enc is not None:
        seal = seal_of(keyring, shop_id, row.customer_id, row.wrapped)
        recipient = seal.open(ADDRESS, "recipient", row.recipient_enc) or ""
        recipient = recipient if reader.whole_names else mask_name(recipient)
        phone = _masked(seal.open(ADDRESS, "phone", row.phone_enc), mask_phone) or ""
        line = _masked(seal.open(ADDRESS, "line", row.line_enc), mask_line) or ""
    return AddressCard(
        id=row.id,
        customer_id=row.customer_id,
        label=row.label,
        recipient=recipient,
        phone=phone,
        line=line,
        village_code=row.village_code,
        postcode=row.postcode,
        area=row.area,
        created_at=row.created_at,
        retired_at=row.retired_at,
    )


async def city_of(tx: Tx, address_id: UUID) -> str:
    """The city or regency an address lies in; empty where its village is not known."""
    row = await tx.maybe(
        """
        SELECT region.name FROM customer_address
        JOIN region ON region.code = left(customer_address.village_code, 5)
        WHERE customer_address.shop_id = %(shop)s AND customer_address.id = %(id)s
        """,
        {"shop": tx.shop_id, "id": address_id},
    )
    return "" if row is None else str(row.name)
