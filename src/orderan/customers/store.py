"""Writing customers: everything personal arrives here sealed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from orderan.kit.db import Tx


@dataclass(frozen=True, slots=True)
class SealedCustomer:
    """A customer row about to be written."""

    id: UUID
    wrapped_key: bytes
    name_enc: bytes
    phone_enc: bytes
    email_enc: bytes | None
    phone_index: bytes
    email_index: bytes | None
    words: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class SealedAddress:
    """An address row about to be written."""

    id: UUID
    customer_id: UUID
    digest: bytes
    recipient_enc: bytes
    phone_enc: bytes
    line_enc: bytes
    village_code: str | None
    postcode: str | None
    area: str


async def ids_by_phone(tx: Tx, indexes: Collection[bytes]) -> dict[bytes, Any]:
    """Active customers by blind index of the phone: rows of id, customer_group, wrapped."""
    rows = await tx.all(
        """
        SELECT customer.phone_index, customer.id, customer.customer_group, subject_key.wrapped
        FROM customer
        JOIN subject_key ON subject_key.shop_id = customer.shop_id AND subject_key.subject_id = customer.id
        WHERE customer.shop_id = %(shop)s AND customer.phone_index = ANY(%(indexes)s)
          AND customer.state = 'active'
        """,
        {"shop": tx.shop_id, "indexes": list(indexes)},
    )
    return {row.phone_index: row for row in rows}


async def insert_customers(tx: Tx, customers: Sequence[SealedCustomer], *, now: datetime) -> None:
    """Insert those whose phone nobody has; in phone order, so that two batches cannot deadlock."""
    customers = sorted(customers, key=lambda customer: customer.phone_index)
    rows = await tx.all(
        """
        INSERT INTO customer (shop_id, id, name_enc, phone_enc, email_enc, phone_index, email_index,
                              state, created_at, updated_at)
        SELECT %(shop)s, id, name_enc, phone_enc, email_enc, phone_index, email_index, 'active', %(now)s, %(now)s
        FROM unnest(%(ids)s::uuid[], %(names)s::bytea[], %(phones)s::bytea[], %(emails)s::bytea[],
                    %(phone_indexes)s::bytea[], %(email_indexes)s::bytea[])
             AS made (id, name_enc, phone_enc, email_enc, phone_index, email_index)
        ON CONFLICT (shop_id, phone_index) WHERE state = 'active' AND phone_index IS NOT NULL DO NOTHING
        RETURNING id
        """,
        {
            "shop": tx.shop_id,
            "now": now,
            "ids": [customer.id for customer in customers],
            "names": [customer.name_enc for customer in customers],
            "phones": [customer.phone_enc for customer in customers],
            "emails": [customer.email_enc for customer in customers],
            "phone_indexes": [customer.phone_index for customer in customers],
            "email_indexes": [customer.email_index for customer in customers],
        },
    )
    inserted = {row.id for row in rows}
    fresh = [customer for customer in customers if customer.id in inserted]
    await insert_keys(tx, [(customer.id, customer.wrapped_key) for customer in fresh], now=now)
    await insert_words(tx, [(word, customer.id) for customer in fresh for word in customer.words])


async def insert_keys(tx: Tx, keys: Sequence[tuple[UUID, bytes]], *, now: datetime) -> None:
    await tx.run(
        """
        INSERT INTO subject_key (shop_id, subject_id, wrapped, made_at)
        SELECT %(shop)s, subject_id, wrapped, %(now)s
        FROM unnest(%(ids)s::uuid[], %(keys)s::bytea[]) AS made (subject_id, wrapped)
        """,
        {"shop": tx.shop_id, "now": now, "ids": [key[0] for key in keys], "keys": [key[1] for key in keys]},
    )


async def insert_words(tx: Tx, words: Sequence[tuple[bytes, UUID]]) -> None:
    await tx.run(
        """
        INSERT INTO customer_word (shop_id, word_index, customer_id)
        SELECT %(shop)s, word_index, customer_id
        FROM unnest(%(words)s::bytea[], %(ids)s::uuid[]) AS made (word_index, customer_id)
        ON CONFLICT DO NOTHING
        """,
        {"shop": tx.shop_id, "words": [word[0] for word in words], "ids": [word[1] for word in words]},
    )


async def addresses_by_digest(
    tx: Tx, digests: Collection[tuple[UUID, bytes]]
) -> dict[tuple[UUID, bytes], UUID]:
    """Ids of addresses that are known already."""
    rows = await tx.all(
        """
        SELECT address.customer_id, address.digest, address.id
        FROM unnest(%(customers)s::uuid[], %(digests)s::bytea[]) AS asked (customer_id, digest)
        JOIN customer_address AS address
             ON address.shop_id = %(shop)s AND address.customer_id = asked.customer_id
            AND address.digest = asked.digest
        """,
        {
            "shop": tx.shop_id,
            "customers": [pair[0] for pair in digests],
            "digests": [pair[1] for pair in digests],
        },
    )
    return {(row.customer_id, bytes(row.digest)): row.id for row in rows}


async def insert_addresses(tx: Tx, addresses: Sequence[SealedAddress], *, now: datetime) -> None:
    """Insert those that are not there yet."""
    addresses = sorted(addresses, key=lambda address: (address.customer_id, address.digest))
    await tx.run(
        """
        INSERT INTO customer_address (shop_id, id, customer_id, digest, recipient_enc, phone_enc, line_enc,
                                      label, village_code, postcode, area, created_at)
        SELECT %(shop)s, id, customer_id, digest, recipient_enc, phone_enc, line_enc,
               '', village_code, postcode, area, %(now)s
        FROM unnest(%(ids)s::uuid[], %(customers)s::uuid[], %(digests)s::bytea[], %(recipients)s::bytea[],
                    %(phones)s::bytea[], %(lines)s::bytea[], %(villages)s::text[], %(postcodes)s::text[],
                    %(areas)s::text[])
             AS made (id, customer_id, digest, recipient_enc, phone_enc, line_enc, village_code, postcode, area)
        ON CONFLICT DO NOTHING
        """,
        {
            "shop": tx.shop_id,
            "now": now,
            "ids": [address.id for address in addresses],
            "customers": [address.customer_id for address in addresses],
            "digests": [address.digest for address in addresses],
            "recipients": [address.recipient_enc for address in addresses],
            "phones": [address.phone_enc for address in addresses],
            "lines": [address.line_enc for address in addresses],
            "villages": [address.village_code for address in addresses],
            "postcodes": [address.postcode for address in addresses],
            "areas": [address.area for address in addresses],
        },
    )
