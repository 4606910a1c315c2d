"""Numbers out of a range.

The range is `first` to `last` behind a prefix, kept at the same length with zeros in front; a check digit may
follow. Which number is next is the shop's to know, in the transaction that uses it up.
"""

import re
from typing import Final

from orderan.couriers.errors import CourierRefused
from orderan.couriers.models import (
    Account,
    Asked,
    Booked,
    Field,
    Status,
)
from orderan.couriers.ports import CourierClient, Does
from orderan.couriers.unable import Unable
from orderan.kit.calling import Caller
from orderan.kit.clock import Clock

NAME: Final = "numbered"
FIELDS: Final = (
    Field("courier", secret=False),
    Field("prefix", secret=False, default=""),
    Field("first", secret=False),
    Field("last", secret=False),
    Field("check_digit", secret=False, default="none"),
)
SERVES: Final[frozenset[str]] = frozenset()
DOES: Final = frozenset({Does.RANGE})
CHECKS: Final = ("none", "mod7", "mod10")
LONGEST: Final = 15


def open_courier(account: Account, caller: Caller, clock: Clock) -> CourierClient:
    del caller, clock
    return Numbered(account)


class Numbered(Unable):
    """One range of one courier's numbers."""

    name = NAME
    does = DOES

    def __init__(self, account: Account) -> None:
        told = account.credentials
        first, last = told["first"], told["last"]
        digits = first.isascii() and first.isdigit() and last.isascii() and last.isdigit()
        if not digits or len(first) != len(last) or len(first) > LONGEST or int(first) > int(last):
            raise ValueError("a range is two numbers of the same length, the first not after the last")
        if told["check_digit"] not in CHECKS or not re.fullmatch(r"[A-Z0-9-]{0,10}", told["prefix"]):
            raise ValueError("an unknown check digit, or a prefix with other letters than capitals")
        self.serves = frozenset({told["courier"]})
        self._prefix, self._check = told["prefix"], told["check_digit"]
        self._first, self._last, self._length = int(first), int(last), len(first)

    @property
    def size(self) -> int:
        """How many numbers there are."""
        return self._last - self._first + 1

    def number(self, serial: int) -> str:
        """The tracking number at a place in the range, which begins with 0.

        Raises:
            CourierRefused: The range ends before.
        """
        if not 0 <= serial < self.size:
            raise CourierRefused(NAME, "range_used_up", str(self.size))
        body = f"{self._first + serial:0{self._length}d}"
        return f"{self._prefix}{body}{_check_digit(body, self._check)}"

    async def book(self, asked: Asked, reference: str | None) -> Booked:
        del reference
        if asked.serial is None:
            raise CourierRefused(NAME, "no_serial", asked.key)
        return Booked(asked.key, self.number(asked.serial), status=Status.BOOKED)

    async def look_up(self, key: str, reference: str | None) -> Booked | None:
        del key, reference
        return None

    async def cancel(self, booked: Booked, reason: str) -> bool:
        del booked, reason
        return True


def _check_digit(body: str, kind: str) -> str:
    if kind == "mod7":
        return str(int(body) % 7)
    if kind == "mod10":
        # Luhn: every second digit from the right doubled, nines cast out.
        total = sum(
            sum(divmod(int(digit) * 2, 10)) if turn % 2 == 0 else int(digit)
            for turn, digit in enumerate(reversed(body))
        )
        return str(-total % 10)
    return ""
