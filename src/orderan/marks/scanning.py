"""What a scanner sends, understood."""

from datetime import date
from typing import Final

from orderan.marks.elements import SEPARATOR, meaning, split_bracketed, split_elements
from orderan.marks.errors import CheckDigitWrong, NotADigitalLink, NotAGtin, ScanUnreadable
from orderan.marks.gtin import check_digit, is_digits, read_gtin
from orderan.marks.links import read_link
from orderan.marks.models import Mark, MarkKind

MOST: Final = 4_300
"""The most a symbol holds: QR of version 40 has 4,296 letters."""

_GS1_SYMBOLS: Final = frozenset({"]C1", "]e0", "]e1", "]e2", "]d2", "]Q3", "]J1"})
"""Symbols that hold element strings: GS1-128, DataBar and composites, DataMatrix, QR, DotCode."""

_GTIN_SYMBOLS: Final = frozenset({"]E0", "]E4", "]I1"})
"""EAN-13 and UPC, EAN-8, ITF-14. Add-ons (]E1 to ]E3) are not of the goods."""


def read_mark(sent: str, *, today: date) -> Mark:
    """A scan: the symbology identifier tells how it is meant; without one its own look does.

    Digits alone are a GTIN where their check digit says so, and text where it does not: a tracking
    number is digits too. What nobody could mistake for elements of GS1 is text, whatever it says.

    Args:
        sent: As the scanner sent it, with or without the line end and a symbology identifier.
        today: For the century of its dates.

    Raises:
        ScanUnreadable: Nothing, too much, or control characters.
        NotAGtin, CheckDigitWrong: A symbol of GTINs holds none.
        UnknownIdentifier, ElementWrong, ElementTwice, SeparatorLost, DateImpossible: A symbol of GS1, or
            a string that begins as one, does not hold what it promises.

    Source: ISO/IEC 15424 (symbology identifiers); GS1 General Specifications, figure 5.1.2-2.
    """
    text = sent.strip("\r\n\t ")
    symbol = text[:3] if text[:1] == "]" and text[:3] in _GS1_SYMBOLS | _GTIN_SYMBOLS else ""
    if not symbol and len(text) > 3 and text[0] == "]" and text[1].isalpha() and text[2].isalnum():
        text = text[3:]
    text = text.removeprefix(symbol)
    if (
        not text
        or len(text) > MOST
        or any(not letter.isprintable() for letter in text.replace(SEPARATOR, ""))
    ):
        raise ScanUnreadable(text[:40])
    if symbol in _GTIN_SYMBOLS:
        return Mark(MarkKind.GTIN, text, gtin=read_gtin(text))
    if text[:4].casefold() == "http":
        return _link(text, today=today)
    if text.startswith("(") and symbol not in _GS1_SYMBOLS:
        return Mark(MarkKind.ELEMENTS, text, **meaning(split_bracketed(text), today=today))
    if symbol or text[0] in (SEPARATOR, "^") or SEPARATOR in text or _begins_with_a_key(text):
        return Mark(MarkKind.ELEMENTS, text, **meaning(split_elements(text), today=today))
    try:
        return Mark(MarkKind.GTIN, text, gtin=read_gtin(text))
    except (NotAGtin, CheckDigitWrong):
        return Mark(MarkKind.TEXT, text)


def _link(text: str, *, today: date) -> Mark:
    try:
        return Mark(MarkKind.LINK, text, **meaning(read_link(text), today=today))
    except NotADigitalLink:
        return Mark(MarkKind.TEXT, text)


def _begins_with_a_key(text: str) -> bool:
    """Sent without any sign that it is GS1, but it begins with a GTIN or SSCC whose check digit holds."""
    return any(
        text.startswith(code)
        and len(key := text[2 : 2 + size]) == size
        and is_digits(key)
        and check_digit(key[:-1]) == key[-1]
        for code, size in (("01", 14), ("02", 14), ("00", 18))
    )
