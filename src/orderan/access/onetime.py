"""One-time codes from an app, and recovery codes for the day the phone is gone.

A code is good once: the counter of the last one used is kept, and only later counters count. The
step before is taken too, for clocks that run late.

Source: RFC 6238 (30 s, six digits, SHA-1, what every authenticator app does).
"""

import hashlib
import secrets
from datetime import datetime
from typing import Final

import pyotp
from pyotp.utils import strings_equal

STEP_S: Final = 30
RECOVERY_CODES: Final = 10
_LETTERS: Final = "23456789abcdefghjkmnpqrstuvwxyz"


def new_secret() -> str:
    return pyotp.random_base32()


def address(secret: str, *, email: str, shop: str) -> str:
    """The otpauth:// address an app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=f"Orderan {shop}")


def counter_of(secret: str, typed: str, *, last: int | None, now: datetime) -> int | None:
    """The counter a code belongs to, if it is right and later than the last one used."""
    code = "".join(letter for letter in typed if letter.isdigit())
    present = int(now.timestamp()) // STEP_S
    hotp = pyotp.HOTP(secret)
    for counter in (present, present - 1, present + 1):
        if (last is None or counter > last) and strings_equal(code, hotp.at(counter)):
            return counter
    return None


def new_recovery_codes() -> list[str]:
    """Codes such as `k3m9p-x7t2w`, 50 bits each; to be shown once."""
    made = ("".join(secrets.choice(_LETTERS) for _ in range(10)) for _ in range(RECOVERY_CODES))
    return [f"{code[:5]}-{code[5:]}" for code in made]


def recovery_hash(typed: str) -> bytes:
    """A fast hash is enough: the codes are random, and guesses are throttled."""
    plain = "".join(letter for letter in typed.casefold() if letter.isalnum())
    return hashlib.sha256(plain.encode()).digest()
