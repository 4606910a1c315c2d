"""Card numbers that somebody sends us unasked: nobody here may keep one (PCI DSS 4.0, requirement 3.4).

What stays is what may be shown, the first six and the last four digits.
"""

import re
from typing import Final

_ID: Final = rb"(?P<id>[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[0-9a-fA-F]{32,})"
"""A UUID or a digest: one in a hundred digests has digits within that pass for a card number."""
_RUN: Final = re.compile(_ID + rb"|(?:(?<![0-9%])|(?<=%20))[0-9](?:(?:[ +-]|%20)?[0-9]){12,18}(?![0-9])")
"""Thirteen to nineteen digits, in groups or not, also with the gaps as forms write them."""
_SHOWN_FIRST: Final = 6
_SHOWN_LAST: Final = 4


def hide_cards(text: bytes) -> bytes:
    """The text with the middle of every card number in it blotted out; all else stays as it is.

    A card number begins with 2 to 6 and passes the Luhn check. One other number in ten does too, such as a
    virtual account's, and is blotted out with them; a UUID and a digest are not.
    """
    return _RUN.sub(_hidden, text)


def _hidden(found: re.Match[bytes]) -> bytes:
    if found["id"] is not None:
        return found[0]
    run = found[0].replace(b"%20", b"   ")
    places = [place for place, letter in enumerate(run) if 48 <= letter <= 57]
    digits = [run[place] - 48 for place in places]
    if not 2 <= digits[0] <= 6 or not _is_luhn(digits):
        return found[0]
    blotted = bytearray(found[0])
    for place in places[_SHOWN_FIRST:-_SHOWN_LAST]:
        blotted[place] = ord("*")
    return bytes(blotted)


def _is_luhn(digits: list[int]) -> bool:
    """ISO/IEC 7812-1, annex B: every second digit from the right counts double."""
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
