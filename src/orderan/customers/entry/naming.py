"""Names: what may stand as one."""

import unicodedata

from orderan.customers.entry.complaints import Complaint, Doubt

LONGEST_NAME = 120


def one_line(text: str) -> str:
    """Text as a label: single blanks, nothing that cannot be seen or stored (control characters)."""
    visible = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(unicodedata.normalize("NFC", visible).split())


def check_name(text: str, *, field: str = "name") -> str | Complaint:
    """The name with single blanks, or what is wrong with it."""
    name = one_line(text)
    if not name:
        return Complaint(field, Doubt.MISSING)
    if len(name) > LONGEST_NAME:
        return Complaint(field, Doubt.TOO_LONG)
    if not any(character.isalpha() for character in name):
        return Complaint(field, Doubt.NO_LETTERS)
    return name
