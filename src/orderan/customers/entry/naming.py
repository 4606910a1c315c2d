"""Names: what may stand as one."""

import unicodedata

from orderan.customers.entry.complaints import Complaint, Doubt

LONGEST_NAME = 120


def check_name(text: str, *, field: str = "name") -> str | Complaint:
    """The name with single blanks, or what is wrong with it."""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not name:
        return Complaint(field, Doubt.MISSING)
    if len(name) > LONGEST_NAME:
        return Complaint(field, Doubt.TOO_LONG)
    if not any(character.isalpha() for character in name):
        return Complaint(field, Doubt.NO_LETTERS)
    return name
