"""Which key and which place seals which column; the one spelling of them for all of customers."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from orderan.kit.crypto import DataKey, Keyring
from orderan.kit.text import folded

# Column of the table to the word bound into its ciphertext: `shop|table|word`.
CUSTOMER: Final = "customer"
ADDRESS: Final = "address"

LONGEST_BEGINNING: Final = 12
"""Longer beginnings of a word find no fewer people, and every one of them is a row."""


@dataclass(frozen=True, slots=True)
class Seal:
    """A person's key at work in one shop."""

    key: DataKey
    shop_id: int

    def shut(self, table: str, column: str, text: str) -> bytes:
        return self.key.seal(text, place=f"{self.shop_id}|{table}|{column}")

    def open(self, table: str, column: str, sealed: bytes | None) -> str | None:
        """The text, None where the column is empty.

        Raises:
            cryptography.exceptions.InvalidTag: The value was moved or changed.
        """
        if sealed is None:
            return None
        return self.key.open(bytes(sealed), place=f"{self.shop_id}|{table}|{column}")


def seal_of(keyring: Keyring, shop_id: int, customer_id: UUID, wrapped: bytes) -> Seal:
    """The seal of a customer from the wrapped key of their row."""
    return Seal(keyring.unwrap(shop_id, customer_id, bytes(wrapped)), shop_id)


def phone_index(keyring: Keyring, shop_id: int, e164: str) -> bytes:
    return keyring.blind(shop_id, "phone", e164)


def email_index(keyring: Keyring, shop_id: int, email: str) -> bytes:
    return keyring.blind(shop_id, "email", folded(email))


def whole_name_index(keyring: Keyring, shop_id: int, name: str) -> bytes:
    """Kept among a customer's words; what two records of one person share."""
    return keyring.blind(shop_id, "name", " ".join(sorted(folded(name).split())))


def words(keyring: Keyring, shop_id: int, name: str) -> list[bytes]:
    """Blind indexes of what a name is found by: its words, their beginnings from three letters on,
    and the whole of it, which two records of one person share.
    """
    spelled = folded(name).split()
    beginnings = {
        word[:length] for word in spelled for length in range(3, min(len(word), LONGEST_BEGINNING) + 1)
    }
    short = {word for word in spelled if len(word) < 3}
    found_by = [keyring.blind(shop_id, "word", word) for word in sorted(beginnings | short)]
    return [*found_by, whole_name_index(keyring, shop_id, name)]
