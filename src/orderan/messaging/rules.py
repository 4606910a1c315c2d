"""Sums and comparisons about messages. Pure."""

import re
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import Final

from orderan.messaging.models import Receipt, ReceiptState

GSM_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENDED: Final = frozenset("\f^{}\\[~]|€")
"""Each takes two places, the first of them an escape."""

_RANK: Final = {
    ReceiptState.SENT: 0,
    ReceiptState.FAILED: 1,
    ReceiptState.DELIVERED: 2,
    ReceiptState.READ: 3,
}


class Alphabet(StrEnum):
    """What a text message is written in."""

    GSM_7 = auto()
    UCS_2 = auto()


@dataclass(frozen=True, slots=True)
class Size:
    """How long a text message is.

    Attributes:
        units: Places it takes: septets in GSM-7, 16-bit units in UCS-2.
        parts: How many messages it is billed as, >= 1.
        left: Places left in the last part.
    """

    alphabet: Alphabet
    units: int
    parts: int
    left: int


def size_of(text: str) -> Size:
    """How many messages a text is billed as.

    One part holds 160 septets or 70 units; of several, each holds 153 or 67, because a header of six octets
    says how they belong together. An escape and its letter, and both halves of a surrogate pair, stay in
    one part, so that a part may end a place early.

    Source: 3GPP TS 23.038 section 6.2.1, TS 23.040 section 9.2.3.24.1.
    """
    if all(letter in GSM_BASIC or letter in GSM_EXTENDED for letter in text):
        alphabet, whole, part = Alphabet.GSM_7, 160, 153
        widths = [2 if letter in GSM_EXTENDED else 1 for letter in text]
    else:
        alphabet, whole, part = Alphabet.UCS_2, 70, 67
        widths = [2 if ord(letter) > 0xFFFF else 1 for letter in text]
    units = sum(widths)
    if units <= whole:
        return Size(alphabet, units, 1, whole - units)
    parts, filled = 1, 0
    for width in widths:
        if filled + width > part:
            parts, filled = parts + 1, 0
        filled += width
    return Size(alphabet, units, parts, part - filled)


def further(before: ReceiptState | None, after: ReceiptState) -> ReceiptState:
    """How far a message came, of what was known and what is told now, in whatever order it is told.

    Read is more than delivered, delivered more than sent. What arrived did not fail, whatever came later.
    """
    return after if before is None or _RANK[after] > _RANK[before] else before


def in_order(receipts: list[Receipt]) -> list[Receipt]:
    """Receipts from the least far to the furthest."""
    return sorted(receipts, key=lambda receipt: _RANK[receipt.state])


_E164: Final = re.compile(r"\+[1-9]\d{6,14}")


def unreachable(phone: str) -> str | None:
    """Why no message can reach a number, None where one may: not_a_number | landline

    Indonesian mobiles begin with 8 after the country's code; elsewhere the number alone does not say.

    Source: ITU-T E.164.
    """
    if _E164.fullmatch(phone) is None:
        return "not_a_number"
    if phone.startswith("+62") and not phone.startswith("+628"):
        return "landline"
    return None


def digits_of(phone: str) -> str:
    """A number in E.164 without its plus, as most providers want it."""
    return phone.removeprefix("+")


def e164_of(digits: str) -> str:
    """A number as providers write it, with its plus again."""
    return f"+{digits.lstrip('+')}"
