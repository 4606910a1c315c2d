"""Find the customers and addresses of a batch of buyers, making those that are new.

A buyer is known by the phone. Two buyers of one phone in a batch are one customer; two batches
at once agree, because the phone's blind index is unique and the loser reads the winner's row.
Known buyers are held from the look at them to the commit: an erasure comes before, and the buyer is
a stranger, or after, and finds the order.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from orderan.customers import store
from orderan.customers.sealing import words
from orderan.customers.store import SealedAddress, SealedCustomer
from orderan.kit.crypto import DataKey, Keyring
from orderan.kit.db import Tx
from orderan.kit.ids import new_id
from orderan.kit.text import folded


@dataclass(frozen=True, slots=True)
class BuyerAddress:
    """Where to send it.

    Attributes:
        village_code: Kelurahan as in Indonesia's administrative codes, 13 characters with dots.
        area: The area in words, shown where the code's names are not loaded.
    """

    line: str
    village_code: str | None
    postcode: str | None
    area: str


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who buys; `phone` is E.164."""

    name: str
    phone: str
    email: str | None
    address: BuyerAddress | None


@dataclass(frozen=True, slots=True)
class Resolved:
    """The rows a buyer is."""

    customer_id: UUID
    address_id: UUID | None
    customer_group: str | None


@dataclass(frozen=True, slots=True)
class Known:
    """Which of some phones belong to customers; nobody of them changes until the transaction ends."""

    indexes: Mapping[str, bytes]
    rows: Mapping[bytes, Any]

    def has(self, phone: str) -> bool:
        """Whether the phone belongs to a customer."""
        return self.indexes[phone] in self.rows

    def group_of(self, phone: str) -> str | None:
        """The customer group of the phone's holder; a stranger has none."""
        row = self.rows.get(self.indexes[phone])
        return None if row is None else row.customer_group


async def known_customers(tx: Tx, keyring: Keyring, phones: Collection[str]) -> Known:
    """Look the holders of phones (E.164) up and hold on to them; nobody is made."""
    indexes = {phone: keyring.blind(tx.shop_id, "phone", phone) for phone in phones}
    return Known(indexes, await store.lock_by_phone(tx, set(indexes.values())) if indexes else {})


async def resolve_customers(
    tx: Tx, keyring: Keyring, buyers: Sequence[Buyer], *, known: Known | None = None, now: datetime
) -> list[Resolved]:
    """Customer and address of each buyer, in the order given.

    An existing customer's name and e-mail are left as they are.

    Args:
        known: What `known_customers` said of their phones; looked up when it is not given.
    """
    if known is None:
        known = await known_customers(tx, keyring, {buyer.phone for buyer in buyers})
    indexes = [known.indexes[buyer.phone] for buyer in buyers]
    rows = dict(known.rows)
    if fresh := {index: buyer for index, buyer in zip(indexes, buyers, strict=True) if index not in rows}:
        await store.insert_customers(
            tx, [_sealed(tx, keyring, index, fresh[index]) for index in fresh], now=now
        )
        rows |= await store.lock_by_phone(tx, set(fresh))
    customers = [rows[index] for index in indexes]
    addresses = await _addresses(
        tx,
        keyring,
        [(row.id, row.wrapped, buyer) for row, buyer in zip(customers, buyers, strict=True)],
        now=now,
    )
    return [
        Resolved(row.id, address, row.customer_group)
        for row, address in zip(customers, addresses, strict=True)
    ]


async def customer_groups(tx: Tx, keyring: Keyring, phones: Sequence[str]) -> list[str | None]:
    """The customer group each phone (E.164) would resolve to; nobody is made, a stranger has none."""
    indexes = [keyring.blind(tx.shop_id, "phone", phone) for phone in phones]
    known = await store.ids_by_phone(tx, set(indexes))
    return [known[index].customer_group if index in known else None for index in indexes]


async def _addresses(
    tx: Tx, keyring: Keyring, buyers: Sequence[tuple[UUID, bytes, Buyer]], *, now: datetime
) -> list[UUID | None]:
    pairs = [
        (customer, digest(tx, keyring, buyer, buyer.address)) if buyer.address else None
        for customer, _, buyer in buyers
    ]
    wanted = {pair for pair in pairs if pair is not None}
    known = await store.addresses_by_digest(tx, wanted) if wanted else {}
    if missing := wanted - known.keys():
        made = {
            pair: _sealed_address(
                tx, keyring.unwrap(tx.shop_id, customer, wrapped), pair[1], buyer, buyer.address
            )
            for pair, (customer, wrapped, buyer) in zip(pairs, buyers, strict=True)
            if pair is not None and pair in missing and buyer.address is not None
        }
        await store.insert_addresses(tx, list(made.values()), now=now)
        known |= await store.addresses_by_digest(tx, missing)
    return [None if pair is None else known[pair] for pair in pairs]


def digest(tx: Tx, keyring: Keyring, buyer: Buyer, address: BuyerAddress) -> bytes:
    """Two addresses with one digest are one address."""
    parts = (
        buyer.name,
        buyer.phone,
        address.line,
        address.village_code or "",
        address.postcode or "",
        address.area,
    )
    return keyring.blind(tx.shop_id, "address", "\n".join(folded(part) for part in parts))


def _sealed(tx: Tx, keyring: Keyring, index: bytes, buyer: Buyer) -> SealedCustomer:
    key = keyring.new_key(tx.shop_id, new_id())
    return SealedCustomer(
        id=key.subject_id,
        wrapped_key=key.wrapped,
        name_enc=key.seal(buyer.name, place=f"{tx.shop_id}|customer|name"),
        phone_enc=key.seal(buyer.phone, place=f"{tx.shop_id}|customer|phone"),
        email_enc=key.seal(buyer.email, place=f"{tx.shop_id}|customer|email") if buyer.email else None,
        phone_index=index,
        email_index=keyring.blind(tx.shop_id, "email", folded(buyer.email)) if buyer.email else None,
        words=words(keyring, tx.shop_id, buyer.name),
    )


def _sealed_address(
    tx: Tx, key: DataKey, digest_: bytes, buyer: Buyer, address: BuyerAddress
) -> SealedAddress:
    return SealedAddress(
        id=new_id(),
        customer_id=key.subject_id,
        digest=digest_,
        recipient_enc=key.seal(buyer.name, place=f"{tx.shop_id}|address|recipient"),
        phone_enc=key.seal(buyer.phone, place=f"{tx.shop_id}|address|phone"),
        line_enc=key.seal(address.line, place=f"{tx.shop_id}|address|line"),
        village_code=address.village_code,
        postcode=address.postcode,
        area=address.area,
    )
