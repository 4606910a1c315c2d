"""Reading the cells of a sheet: each gives a value, or says what is wrong and what would be right."""

import re
from typing import Final

from orderan.catalog.errors import Fault, Wrong
from orderan.kit.money import digits

YES: Final = frozenset({"ya", "y", "yes", "true", "1", "benar"})
NO: Final = frozenset({"tidak", "t", "no", "n", "false", "0", "salah"})
STATES: Final = {
    "aktif": "active",
    "active": "active",
    "dijual": "active",
    "arsip": "archived",
    "diarsipkan": "archived",
    "archived": "archived",
}
_GROUPED: Final = re.compile(r"\d{1,3}(?:([.,  ])\d{3})(?:\1\d{3})*")


class Unreadable(Exception):
    """A cell that cannot be read."""

    def __init__(self, wrong: Wrong) -> None:
        super().__init__(wrong)
        self.wrong = wrong


def whole(column: str, text: str) -> int:
    """A whole number, thousands grouped or not."""
    plain = _plain_digits(text)
    if plain is None:
        raise Unreadable(Wrong(column, Fault.NOT_WHOLE, text, "250"))
    return int(plain)


def amount(column: str, text: str, currency: str) -> int:
    """A price in minor units: `12500`, `12.500`, `Rp12.500`, `12,500.00`.

    A dot or comma groups thousands where three digits follow each, and is the decimal mark where
    exactly the currency's decimals follow the last; `12.50` of rupiah is neither and is refused.
    """
    right = "12500" if digits(currency) == 0 else "12.50"
    text_ = text.removeprefix("Rp").removeprefix(currency).strip()
    places = digits(currency)
    body, decimals = text_, ""
    match = re.fullmatch(r"(.*?)[.,](\d+)", text_)
    if match and places and len(match[2]) == places:
        body, decimals = match[1], match[2]
    elif match and not places and len(match[2]) == 2 and set(match[2]) == {"0"}:
        body = match[1]  # Excel's rupiah format writes two zeros that mean nothing
    plain = _plain_digits(body)
    if plain is None:
        raise Unreadable(Wrong(column, Fault.NOT_A_PRICE, text, right))
    minor: int = int(plain) * 10**places + int(decimals or 0)
    return minor


def _plain_digits(text: str) -> str | None:
    if text.isascii() and text.isdigit():
        return text
    return re.sub(r"\D", "", text) if _GROUPED.fullmatch(text) else None


def yes_or_no(column: str, text: str) -> bool:
    word = text.casefold()
    if word in YES:
        return True
    if word in NO:
        return False
    raise Unreadable(Wrong(column, Fault.UNKNOWN_CHOICE, text, "ya, tidak"))


def state(column: str, text: str) -> str:
    found = STATES.get(text.casefold())
    if found is None:
        raise Unreadable(Wrong(column, Fault.UNKNOWN_CHOICE, text, "aktif, arsip"))
    return found


def options(column: str, text: str) -> dict[str, str]:
    """`ukuran=M; warna=Merah`."""
    found: dict[str, str] = {}
    for part in filter(None, (one.strip() for one in text.split(";"))):
        key, equals, value = (one.strip() for one in part.partition("="))
        if not (equals and key and value) or key in found:
            raise Unreadable(Wrong(column, Fault.OPTIONS_UNREADABLE, text, "ukuran=M; warna=Merah"))
        found[key] = value
    return found


def parts(column: str, text: str) -> dict[str, int]:
    """`KOPI-250*2; GULA-1`: units by sku code, one where none is said."""
    found: dict[str, int] = {}
    for part in filter(None, (one.strip() for one in re.split(r"[;\n]", text))):
        code, star, units = (one.strip() for one in part.partition("*"))
        if not code or code in found or (star and not (units.isascii() and units.isdigit() and int(units))):
            raise Unreadable(Wrong(column, Fault.PARTS_UNREADABLE, text, "KOPI-250*2; GULA-1"))
        found[code] = int(units) if star else 1
    return found
