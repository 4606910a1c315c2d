"""Reaching people: who has which address, where they live, what they agreed to; and the addresses themselves."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from orderan.customers import store
from orderan.customers.models import Field, Purpose
from orderan.customers.sealing import ADDRESS, CUSTOMER, Seal, phone_index, seal_of
from orderan.customers.views import customer_rows
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.ids import new_id


@dataclass(frozen=True, slots=True)
class Reach:
    """What can be known of reaching a person without opening their data.

    Attributes:
        person_id: The record that stands for them, where theirs was merged away.
        province: Two digits of its code, of the newest address in use; None where none says.
        agreed: Consents that stand.
    """

    person_id: UUID
    has_phone: bool
    has_email: bool
    province: str | None
    agreed: frozenset[Purpose]


@dataclass(frozen=True, slots=True)
class Contact:
    """How to address a person, opened, with the seal that opened it."""

    name: str = field(repr=False)
    phone: str | None = field(repr=False)
    email: str | None = field(repr=False)
    seal: Seal = field(repr=False)


@dataclass(frozen=True, slots=True)
class Destination:
    """Where something is brought, opened.

    Attributes:
        village_code: None where the address names no area.
        area: It in words.
    """

    recipient: str = field(repr=False)
    phone: str = field(repr=False)
    line: str = field(repr=False)
    village_code: str | None
    postcode: str | None
    area: str


async def reach(tx: Tx, customers: Collection[UUID]) -> dict[UUID, Reach]:
    """How these customers can be reached; those erased, or never known, are not among the answers.

    What a person agreed to is what they said last, whichever of their records they said it of.
    """
    rows = await tx.all(
        """
        SELECT asked.id AS asked_id, person.id, person.phone_enc IS NOT NULL AS has_phone,
               person.email_enc IS NOT NULL AS has_email, left(address.village_code, 2) AS province,
               ARRAY(SELECT latest.purpose
                     FROM (SELECT DISTINCT ON (consent.purpose) consent.purpose, consent.granted
                           FROM consent
                           WHERE consent.shop_id = %(shop)s
                             AND consent.customer_id = ANY(ARRAY(
                                 SELECT person.id
                                 UNION ALL
                                 SELECT record.id FROM customer AS record
                                 WHERE record.shop_id = %(shop)s AND record.merged_into = person.id))
                           ORDER BY consent.purpose, consent.at DESC, consent.id DESC) AS latest
                     WHERE latest.granted) AS agreed
        FROM customer AS asked
        JOIN customer AS person ON person.shop_id = asked.shop_id AND person.id = coalesce(asked.merged_into, asked.id)
             AND person.state = 'active'
        LEFT JOIN LATERAL (
            SELECT customer_address.village_code FROM customer_address
            WHERE customer_address.shop_id = %(shop)s AND customer_address.customer_id = person.id
              AND customer_address.retired_at IS NULL AND customer_address.village_code IS NOT NULL
            ORDER BY customer_address.created_at DESC, customer_address.id
            LIMIT 1
        ) AS address ON true
        WHERE asked.shop_id = %(shop)s AND asked.id = ANY(%(ids)s)
        """,
        {"shop": tx.shop_id, "ids": list(set(customers))},
    )
    return {
        row.asked_id: Reach(
            row.id,
            row.has_phone,
            row.has_email,
            row.province,
            frozenset(Purpose(purpose) for purpose in row.agreed),
        )
        for row in rows
    }


async def survivors(tx: Tx, customers: Collection[UUID], *, lock: bool = False) -> dict[UUID, UUID]:
    """Which record stands for each of these today: itself, or what it was merged into; those never known are left out.

    Args:
        lock: Keep them from being merged until the transaction ends.
    """
    rows = await tx.all(
        f"""
        SELECT id, coalesce(merged_into, id) AS survivor
        FROM customer
        WHERE shop_id = %(shop)s AND id = ANY(%(ids)s)
        ORDER BY id
        {"FOR SHARE" if lock else ""}
        """,
        {"shop": tx.shop_id, "ids": list(set(customers))},
    )
    return {row.id: row.survivor for row in rows}


async def people_by_phone(tx: Tx, keyring: Keyring, phones: Collection[str]) -> dict[str, UUID]:
    """Who has these numbers, in E.164; a number of nobody is not among the answers."""
    indexes = {phone_index(keyring, tx.shop_id, phone): phone for phone in phones}
    found = await store.ids_by_phone(tx, indexes)
    return {indexes[index]: row.id for index, row in found.items()}


async def open_contacts(
    tx: Tx, keyring: Keyring, people: Collection[UUID], *, purpose: str, now: datetime
) -> dict[UUID, Contact]:
    """Names, phones and e-mail addresses of people who are written to; each reading is logged.

    Those erased meanwhile are not among the answers.
    """
    rows = {
        one: row for one, row in (await customer_rows(tx, set(people))).items() if row.wrapped is not None
    }
    if not rows:
        return {}
    fields = [Field.EMAIL.value, Field.NAME.value, Field.PHONE.value]
    logged = [(new_id(), one) for one in sorted(rows)]
    await store.insert_access(tx, logged, fields=fields, purpose=purpose, now=now)
    found = {}
    for one, row in rows.items():
        seal = seal_of(keyring, tx.shop_id, one, row.wrapped)
        opened = [
            seal.open(CUSTOMER, name, getattr(row, f"{name}_enc")) for name in ("name", "phone", "email")
        ]
        found[one] = Contact(opened[0] or "", opened[1], opened[2], seal)
    return found


async def open_destinations(
    tx: Tx, keyring: Keyring, addresses: Collection[UUID], *, purpose: str, now: datetime
) -> dict[UUID, Destination]:
    """Addresses something is brought to, by their ids; each reading is logged.

    Those of people who were erased meanwhile are not among the answers.
    """
    rows = await tx.all(
        """
        SELECT address.id, address.customer_id, address.recipient_enc, address.phone_enc, address.line_enc,
               address.village_code, address.postcode, address.area, subject_key.wrapped
        FROM customer_address AS address
        JOIN subject_key ON subject_key.shop_id = address.shop_id AND subject_key.subject_id = address.customer_id
        WHERE address.shop_id = %(shop)s AND address.id = ANY(%(ids)s) AND subject_key.wrapped IS NOT NULL
        """,
        {"shop": tx.shop_id, "ids": list(addresses)},
    )
    if not rows:
        return {}
    logged = [(new_id(), one) for one in sorted({row.customer_id for row in rows})]
    await store.insert_access(tx, logged, fields=[Field.ADDRESSES.value], purpose=purpose, now=now)
    found = {}
    for row in rows:
        seal = seal_of(keyring, tx.shop_id, row.customer_id, row.wrapped)
        recipient, phone, line = (
            seal.open(ADDRESS, name, getattr(row, f"{name}_enc")) or ""
            for name in ("recipient", "phone", "line")
        )
        found[row.id] = Destination(recipient, phone, line, row.village_code, row.postcode, row.area)
    return found
