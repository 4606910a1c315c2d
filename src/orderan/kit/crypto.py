"""Personal data: a key per person, wrapped by the installation's master key.

Erasing a person destroys the key; every copy of the ciphertext is then noise, but for a whole
backup from before, which holds the wrapped key too and has to be let go by its age. Equality search goes through blind indexes: keyed hashes that say nothing without the
master key.

Source: AES-256-GCM per NIST SP 800-38D, 96-bit random nonces; HKDF per RFC 5869.
"""

import hashlib
import hmac
import os
from dataclasses import dataclass
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE = 12


@dataclass(frozen=True)
class DataKey:
    """A person's key, ready to use, and its wrapped form for the database."""

    subject_id: UUID
    plain: bytes
    wrapped: bytes

    def seal(self, text: str, *, place: str) -> bytes:
        """Encrypt; `place` (`shop|table|column`) is bound in, so a value moved elsewhere does not open."""
        nonce = os.urandom(_NONCE)
        return nonce + AESGCM(self.plain).encrypt(nonce, text.encode(), place.encode())

    def open(self, sealed: bytes, *, place: str) -> str:
        """Decrypt.

        Raises:
            cryptography.exceptions.InvalidTag: Another key, another place, or a changed value.
        """
        return AESGCM(self.plain).decrypt(sealed[:_NONCE], sealed[_NONCE:], place.encode()).decode()


class Keyring:
    """The master key and what is derived from it: a wrapping key and an index key."""

    def __init__(self, master: bytes) -> None:
        if len(master) != 32:
            message = "the master key must have 32 bytes"
            raise ValueError(message)
        self._wrapping = AESGCM(_derive(master, b"orderan wrap"))
        self._index = _derive(master, b"orderan index")
        self._signing = _derive(master, b"orderan signing")
        self.fingerprint = hashlib.sha256(_derive(master, b"orderan fingerprint")).hexdigest()[:16]

    def new_key(self, shop_id: int, subject_id: UUID) -> DataKey:
        """A fresh key for a person."""
        plain = os.urandom(32)
        nonce = os.urandom(_NONCE)
        wrapped = nonce + self._wrapping.encrypt(nonce, plain, _bound_to(shop_id, subject_id))
        return DataKey(subject_id, plain, wrapped)

    def unwrap(self, shop_id: int, subject_id: UUID, wrapped: bytes) -> DataKey:
        """A person's key from its wrapped form."""
        plain = self._wrapping.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], _bound_to(shop_id, subject_id))
        return DataKey(subject_id, plain, wrapped)

    def blind(self, shop_id: int, purpose: str, text: str) -> bytes:
        """A keyed hash for equality search: the same text of one shop and purpose, the same 16 bytes."""
        message = f"{shop_id}|{purpose}|{text}".encode()
        return hmac.digest(self._index, message, "sha256")[:16]

    def secret(self, purpose: str) -> str:
        """A secret of the installation for signing something, the same after every start."""
        return hmac.digest(self._signing, purpose.encode(), "sha256").hex()


def _derive(master: bytes, label: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=label).derive(master)


def _bound_to(shop_id: int, subject_id: UUID) -> bytes:
    return f"{shop_id}|{subject_id}".encode()
