"""Writing customers: everything personal arrives here sealed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
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


_BY_PHONE: LiteralString = """
    SELECT found.phone_index, found.by_merging, customer.id, customer.customer_group, subject_key.wrapped,
           customer.state = 'active' AND (found.by_merging OR customer.phone_index = found.phone_index) AS stands
    FROM (
        SELECT merged.phone_index, survivor.id, true AS by_merging
        FROM customer AS merged
        JOIN customer AS survivor ON survivor.shop_id = merged.shop_id AND survivor.id = merged.merged_into
        WHERE merged.shop_id = %(shop)s AND merged.phone_index = ANY(%(indexes)s)
          AND merged.state = 'merged' AND survivor.state = 'active'
        UNION ALL
        SELECT phone_index, id, false
        FROM customer
        WHERE shop_id = %(shop)s AND phone_index = ANY(%(indexes)s) AND state = 'active'
    ) AS found
    JOIN customer ON customer.shop_id = %(shop)s AND customer.id = found.id
    JOIN subject_key ON subject_key.shop_id = %(shop)s AND subject_key.subject_id = found.id
    """


async def ids_by_phone(tx: Tx, indexes: Collection[bytes]) -> dict[bytes, Any]:
    """Active customers by blind index of the phone: rows of id, customer_group, wrapped.

    A phone that only a record merged away has leads to the survivor, so that the next order does
    not make the record anew.
    """
    return _holders(await tx.all(_BY_PHONE, {"shop": tx.shop_id, "indexes": list(indexes)}))


async def lock_by_phone(tx: Tx, indexes: Collection[bytes]) -> dict[bytes, Any]:
    """As `ids_by_phone`, and nobody can be erased, merged or given another phone until the transaction ends.

    The lock is the one a foreign key takes when the order is written, only taken before anything
    is concluded from the row, so it costs nothing more and orders of one buyer do not wait for each other.
    """
    asked = {"shop": tx.shop_id, "indexes": list(indexes)}
    while True:
        rows = await tx.all(f"{_BY_PHONE} ORDER BY customer.id FOR KEY SHARE OF customer", asked)
        # A row that was waited for comes as it is now. Where it no longer stands for the phone, who
        # does is for another look; each turn takes somebody else's commit.
        if all(row.stands for row in rows):
            return _holders(rows)


def _holders(rows: Collection[Any]) -> dict[bytes, Any]:
    # Whoever has the phone now comes after whoever had it, and so replaces them.
    return {row.phone_index: row for row in sorted(rows, key=lambda row: not row.by_merging)}


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


@dataclass(frozen=True, slots=True)
class SealedEntry:
    """A customer typed by hand, about to be written: unlike a buyer's, the phone may be missing."""

    id: UUID
    wrapped_key: bytes
    name_enc: bytes
    phone_enc: bytes | None
    email_enc: bytes | None
    note_enc: bytes | None
    phone_index: bytes | None
    email_index: bytes | None
    external_id: str | None
    customer_group: str | None
    words: Sequence[bytes]


async def insert_customer(tx: Tx, entry: SealedEntry, *, now: datetime) -> bool:
    """Insert unless another has the phone or the external id; says whether it did."""
    inserted = await tx.run(
        """
        INSERT INTO customer (shop_id, id, name_enc, phone_enc, email_enc, note_enc, phone_index, email_index,
                              external_id, customer_group, state, created_at, updated_at)
        VALUES (%(shop)s, %(id)s, %(name_enc)s, %(phone_enc)s, %(email_enc)s, %(note_enc)s, %(phone_index)s,
                %(email_index)s, %(external_id)s, %(customer_group)s, 'active', %(now)s, %(now)s)
        ON CONFLICT DO NOTHING
        """,
        {
            "shop": tx.shop_id,
            "now": now,
            "id": entry.id,
            "name_enc": entry.name_enc,
            "phone_enc": entry.phone_enc,
            "email_enc": entry.email_enc,
            "note_enc": entry.note_enc,
            "phone_index": entry.phone_index,
            "email_index": entry.email_index,
            "external_id": entry.external_id,
            "customer_group": entry.customer_group,
        },
    )
    if not inserted:
        return False
    await insert_keys(tx, [(entry.id, entry.wrapped_key)], now=now)
    await insert_words(tx, [(word, entry.id) for word in entry.words])
    return True


async def holder_of_phone(tx: Tx, index: bytes) -> UUID | None:
    """The active customer with this phone."""
    row = (await ids_by_phone(tx, [index])).get(index)
    return None if row is None else row.id


async def lock_customers(tx: Tx, ids: Collection[UUID]) -> dict[UUID, Any]:
    """Rows of these customers with their wrapped keys, locked in key order."""
    rows = await tx.all(
        """
        SELECT customer.*, subject_key.wrapped
        FROM customer
        LEFT JOIN subject_key ON subject_key.shop_id = customer.shop_id AND subject_key.subject_id = customer.id
        WHERE customer.shop_id = %(shop)s AND customer.id = ANY(%(ids)s)
        ORDER BY customer.id
        FOR UPDATE OF customer
        """,
        {"shop": tx.shop_id, "ids": list(ids)},
    )
    return {row.id: row for row in rows}


async def lock_family(tx: Tx, customer_id: UUID) -> list[UUID]:
    """The customers merged into this one, locked in key order."""
    rows = await tx.all(
        """
        SELECT id
        FROM customer
        WHERE shop_id = %(shop)s AND merged_into = %(survivor)s
        ORDER BY id
        FOR UPDATE
        """,
        {"shop": tx.shop_id, "survivor": customer_id},
    )
    return [row.id for row in rows]


async def update_customer(tx: Tx, row: Any, *, words: Sequence[bytes] | None, now: datetime) -> None:
    """Write a locked row as it stands now, and its words where they changed.

    Raises:
        psycopg.errors.UniqueViolation: Another active customer has the phone.
    """
    await tx.run(
        """
        UPDATE customer
        SET name_enc = %(name_enc)s, phone_enc = %(phone_enc)s, email_enc = %(email_enc)s,
            note_enc = %(note_enc)s, phone_index = %(phone_index)s, email_index = %(email_index)s,
            customer_group = %(customer_group)s, updated_at = %(now)s
        WHERE shop_id = %(shop)s AND id = %(id)s AND state = 'active'
        """,
        row._asdict() | {"shop": tx.shop_id, "now": now},
    )
    if words is not None:
        await delete_words(tx, [row.id])
        await insert_words(tx, [(word, row.id) for word in words])


async def delete_words(tx: Tx, ids: Collection[UUID]) -> None:
    await tx.run(
        "DELETE FROM customer_word WHERE shop_id = %(shop)s AND customer_id = ANY(%(ids)s)",
        {"shop": tx.shop_id, "ids": list(ids)},
    )


async def insert_address(tx: Tx, address: SealedAddress, *, label: str, now: datetime) -> UUID:
    """Insert the address, or bring back the same one retired earlier; its id either way."""
    return UUID(
        str(
            await tx.value(
                """
                INSERT INTO customer_address (shop_id, id, customer_id, digest, recipient_enc, phone_enc, line_enc,
                                              label, village_code, postcode, area, created_at)
                VALUES (%(shop)s, %(id)s, %(customer_id)s, %(digest)s, %(recipient_enc)s, %(phone_enc)s,
                        %(line_enc)s, %(label)s, %(village_code)s, %(postcode)s, %(area)s, %(now)s)
                ON CONFLICT (shop_id, customer_id, digest) DO UPDATE SET retired_at = NULL, label = excluded.label
                RETURNING id
                """,
                {
                    "shop": tx.shop_id,
                    "now": now,
                    "id": address.id,
                    "customer_id": address.customer_id,
                    "digest": address.digest,
                    "recipient_enc": address.recipient_enc,
                    "phone_enc": address.phone_enc,
                    "line_enc": address.line_enc,
                    "label": label,
                    "village_code": address.village_code,
                    "postcode": address.postcode,
                    "area": address.area,
                },
            )
        )
    )


async def retire_address(tx: Tx, customers: Collection[UUID], address_id: UUID, *, now: datetime) -> bool:
    """Retire an address of these customers; False when they have no such address in use."""
    retired = await tx.run(
        """
        UPDATE customer_address
        SET retired_at = %(now)s
        WHERE shop_id = %(shop)s AND id = %(id)s AND customer_id = ANY(%(customers)s) AND retired_at IS NULL
        """,
        {"shop": tx.shop_id, "id": address_id, "customers": list(customers), "now": now},
    )
    return retired == 1


async def insert_consent(
    tx: Tx, consent_id: UUID, customer_id: UUID, purpose: str, *, granted: bool, source: str, now: datetime
) -> None:
    await tx.run(
        """
        INSERT INTO consent (shop_id, id, customer_id, purpose, granted, source, at, actor)
        VALUES (%(shop)s, %(id)s, %(customer)s, %(purpose)s, %(granted)s, %(source)s, %(now)s, %(actor)s)
        """,
        {
            "shop": tx.shop_id,
            "id": consent_id,
            "customer": customer_id,
            "purpose": purpose,
            "granted": granted,
            "source": source,
            "now": now,
            "actor": tx.actor,
        },
    )


async def insert_access(
    tx: Tx, accesses: Sequence[tuple[UUID, UUID]], *, fields: Sequence[str], purpose: str, now: datetime
) -> None:
    """Log unmasked reading: pairs of a fresh id and the customer read."""
    await tx.run(
        """
        INSERT INTO personal_access (shop_id, id, customer_id, fields, purpose, actor, at)
        SELECT %(shop)s, id, customer_id, %(fields)s, %(purpose)s, %(actor)s, %(now)s
        FROM unnest(%(ids)s::uuid[], %(customers)s::uuid[]) AS read (id, customer_id)
        """,
        {
            "shop": tx.shop_id,
            "ids": [access[0] for access in accesses],
            "customers": [access[1] for access in accesses],
            "fields": list(fields),
            "purpose": purpose,
            "actor": tx.actor,
            "now": now,
        },
    )


async def point_to_survivor(tx: Tx, survivor: UUID, merged: Collection[UUID], *, now: datetime) -> None:
    """Mark records as merged, and whatever was merged into them before: one hop, always."""
    await tx.run(
        """
        UPDATE customer
        SET state = 'merged', merged_into = %(survivor)s, updated_at = %(now)s
        WHERE shop_id = %(shop)s AND (id = ANY(%(merged)s) OR merged_into = ANY(%(merged)s))
        """,
        {"shop": tx.shop_id, "survivor": survivor, "merged": list(merged), "now": now},
    )


async def references_of(tx: Tx, customers: Collection[UUID]) -> list[str]:
    """What other systems call these customers."""
    rows = await tx.all(
        """
        SELECT external_id FROM customer
        WHERE shop_id = %(shop)s AND id = ANY(%(customers)s) AND external_id IS NOT NULL
        ORDER BY external_id
        """,
        {"shop": tx.shop_id, "customers": list(customers)},
    )
    return [row.external_id for row in rows]


async def empty_customers(tx: Tx, customer_id: UUID, family: Collection[UUID], *, now: datetime) -> None:
    """Take everything personal out of a customer and its merged parts, and destroy their keys.

    Addresses keep the city, which names nobody; orders point at the rows and totals add up.
    """
    ids = {"shop": tx.shop_id, "customer": customer_id, "ids": [customer_id, *family], "now": now}
    await tx.run(
        """
        UPDATE customer
        SET name_enc = NULL, phone_enc = NULL, email_enc = NULL, note_enc = NULL, phone_index = NULL,
            email_index = NULL, external_id = NULL, updated_at = %(now)s,
            state = CASE WHEN id = %(customer)s THEN 'erased' ELSE state END
        WHERE shop_id = %(shop)s AND id = ANY(%(ids)s)
        """,
        ids,
    )
    await tx.run(
        """
        UPDATE customer_address
        SET digest = NULL, recipient_enc = NULL, phone_enc = NULL, line_enc = NULL, label = '', postcode = NULL,
            area = coalesce((SELECT region.name FROM region WHERE region.code = left(village_code, 5)), ''),
            village_code = left(village_code, 5), retired_at = coalesce(retired_at, %(now)s)
        WHERE shop_id = %(shop)s AND customer_id = ANY(%(ids)s)
        """,
        ids,
    )
    await delete_words(tx, [customer_id, *family])
    await tx.run(
        """
        UPDATE subject_key
        SET wrapped = NULL, destroyed_at = %(now)s
        WHERE shop_id = %(shop)s AND subject_id = ANY(%(ids)s) AND destroyed_at IS NULL
        """,
        ids,
    )
