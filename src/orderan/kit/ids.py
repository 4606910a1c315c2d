"""Identity: time-ordered UUIDs inside, prefixed text outside (`ord_01jd...`).

The text form is TypeID's: the 128 bits in Crockford base32, lower case, 26 characters.
Source: RFC 9562 section 5.7 (UUIDv7); TypeID specification 0.3 (suffix encoding).
"""

import os
import time
from datetime import datetime
from uuid import UUID

from orderan.kit.errors import N_, Kind, Refusal

NIL = UUID(int=0)

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_VALUE = {letter: value for value, letter in enumerate(_ALPHABET)}
_LENGTH = 26


class _Last:
    """Keeps ids of one process strictly increasing within a millisecond."""

    stamp = 0


def new_id(now: datetime | None = None) -> UUID:
    """A UUIDv7; ids made by one process at its own clock sort in the order they were made.

    Args:
        now: Instant to stamp instead of the process clock, for history; such ids keep no
            order among themselves within a millisecond, and before 1970 none at all.
    """
    if now is not None:
        milliseconds, fraction = (
            max(int(now.timestamp() * 1000), 0),
            int.from_bytes(os.urandom(2), "big") >> 4,
        )
    else:
        # 60 bits of time: 48 of milliseconds and 12 of the rest, as RFC 9562 method 3 allows.
        stamp = max(time.time_ns() * 4096 // 1_000_000, _Last.stamp + 1)
        _Last.stamp = stamp
        milliseconds, fraction = stamp >> 12, stamp & 0xFFF
    tail = int.from_bytes(os.urandom(8), "big") >> 2
    return UUID(int=(milliseconds << 80) | (0x7 << 76) | (fraction << 64) | (0b10 << 62) | tail)


def to_text(prefix: str, value: UUID) -> str:
    """`to_text("ord", id)` is `ord_` and 26 characters."""
    number = value.int
    letters = [_ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5)]
    return f"{prefix}_{''.join(letters)}"


class NotAnId(Refusal):
    """The text is not an id of the wanted sort."""

    code = "not_an_id"
    kind = Kind.NOT_FOUND
    sentence = N_("Id itu tidak dikenal.")


def from_text(prefix: str, text: str) -> UUID:
    """Read an id back.

    Raises:
        NotAnId: Another prefix, another length, or letters outside the alphabet.
    """
    head, separator, tail = text.rpartition("_")
    if head != prefix or not separator or len(tail) != _LENGTH or tail[0] > "7":
        raise NotAnId
    number = 0
    for letter in tail:
        value = _VALUE.get(letter)
        if value is None:
            raise NotAnId
        number = (number << 5) | value
    return UUID(int=number)
