"""Passwords: argon2id, in a thread, two at a time.

One hashing takes 64 MiB and tens of milliseconds of a core on purpose; more than two at once
would let anybody with a login form stop the orders.

Source: RFC 9106 section 4, the second recommended option (t=3, m=64 MiB).
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from orderan.access.errors import PasswordTooShort

SHORTEST: Final = 10
LONGEST: Final = 200
AT_ONCE: Final = 2

_hasher: Final = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=2)
_threads: Final = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="argon2")


def check_length(password: str) -> None:
    """Length is the only rule, as NIST SP 800-63B has it.

    Raises:
        PasswordTooShort: Fewer than SHORTEST letters, or more than LONGEST.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise PasswordTooShort(SHORTEST, LONGEST)


async def hashed(password: str) -> str:
    """The hash to keep.

    Raises:
        PasswordTooShort: See `check_length`.
    """
    check_length(password)
    return await hashed_again(password)


async def hashed_again(password: str) -> str:
    """The hash of a password that was accepted before, whatever its length."""
    return await asyncio.get_running_loop().run_in_executor(_threads, _hasher.hash, password)


async def fits(password_hash: str | None, password: str) -> bool:
    """Whether a password is the one of a hash; without a hash the same work is done for nothing."""
    loop = asyncio.get_running_loop()
    right = await loop.run_in_executor(_threads, _fits, password_hash, password[: LONGEST + 1])
    return right and password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with weaker settings than today's."""
    return _hasher.check_needs_rehash(password_hash)


def _fits(password_hash: str | None, password: str) -> bool:
    try:
        return _hasher.verify(password_hash or _nobodys(), password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys() -> str:
    return _hasher.hash("nobody has this password")
