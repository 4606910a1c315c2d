"""The master key: 32 random bytes that wrap every person's key. Lost with it: all personal data.

It stands in a file of mode 0600, or in the environment where a secret store puts it. It is made only
when an installation is new; a missing key beside existing data is an error, never a new key.
"""

import os
import secrets
from pathlib import Path

from orderan.kit.crypto import Keyring

KEY_BYTES = 32


class MasterKeyRefused(Exception):
    """The master key is missing or cannot be used; the message says what to do."""


def obtain(file: Path, *, given: bytes | None = None, create: bool) -> bytes:
    """The master key: the one given, else the one in the file, else (with `create`) a new one kept there.

    Args:
        file: Where the key is kept.
        given: A key from the environment, 32 bytes; the file is then not looked at.
        create: Make the key when the file is absent. Only for an installation without data.

    Raises:
        MasterKeyRefused: No key, a key of another length, or a file that others can read.
    """
    if given is not None:
        return given
    try:
        key = file.read_bytes()
    except FileNotFoundError:
        if not create:
            raise MasterKeyRefused(
                f"the master key {file} is missing: put it back from your copy, or set ORDERAN_MASTER_KEY;"
                " without it personal data cannot be read"
            ) from None
        return _made(file)
    except PermissionError as error:
        raise MasterKeyRefused(f"the master key {file} cannot be read by this user") from error
    if len(key) != KEY_BYTES:
        raise MasterKeyRefused(f"the master key {file} holds {len(key)} bytes instead of {KEY_BYTES}")
    if file.stat().st_mode & 0o077:
        raise MasterKeyRefused(f"the master key {file} can be read by others: chmod 600 {file}")
    return key


def fingerprint(key: bytes) -> str:
    """What tells two master keys apart and says nothing about either."""
    return Keyring(key).fingerprint


def _made(file: Path) -> bytes:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = secrets.token_bytes(KEY_BYTES)
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(key)
            out.flush()
            os.fsync(out.fileno())
        # A link never overwrites: of two processes that start at once, one key wins and both use it.
        os.link(draft, file)
    except FileExistsError:
        return file.read_bytes()
    finally:
        draft.unlink()
    return key
