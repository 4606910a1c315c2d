"""How codes of vouchers are written, and what of a refund goes back onto them. Pure."""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from orderan.kit.money import round_half_up
from orderan.payments.models import MoneyKind
from orderan.payments.rules import room_for

LASTS: Final = timedelta(days=365)
"""How long a voucher is good for unless somebody says otherwise."""
RETURNED_LASTS: Final = timedelta(days=30)
"""What comes back onto a voucher can be spent at least so long."""
COUNTED_FOR: Final = timedelta(days=1)
"""What one person issued within this counts as one, so that a large voucher is not let through in small ones."""
LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""None that is taken for another one when it is read out."""
LENGTH: Final = 16
SHOWN: Final = 4
"""How many letters of a code are kept, at its end: eighty bits less those are still more than anybody can try."""


def new_code() -> str:
    """A code nobody can guess, in groups of four."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    return "-".join(letters[at : at + 4] for at in range(0, LENGTH, 4))


def code_hash(code: str) -> bytes:
    """A fast hash is enough: codes are random, and guesses are throttled."""
    return hashlib.sha256(plain(code).encode()).digest()


def plain(code: str) -> str:
    """A code as it is compared: capitals, without what people put between."""
    return "".join(letter for letter in code.upper() if letter.isalnum())


def voucher_share(left_minor: int, spent_minor: int, sums: Mapping[MoneyKind, int]) -> int:
    """What of a refund goes back onto the vouchers that paid for a part of its order.

    In the proportion in which their money and other money are still there, so that giving everything back, in
    whatever steps, gives each its own.

    Args:
        left_minor: The refund.
        spent_minor: What vouchers paid for the order and did not get back.
        sums: Of the order's ledger, before it is paid back.
    """
    money = room_for(MoneyKind.REFUNDED, sums) or 0
    if not money or not spent_minor:
        return 0
    return min(spent_minor, left_minor, round_half_up(left_minor * spent_minor, money))
