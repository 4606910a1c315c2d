"""Names: what may stand as one, and the words they are found by."""

import unicodedata

from orderan.customers.closeness import plain
from orderan.customers.rules.complaints import Complaint, Doubt

LONGEST_NAME = 120
# A search for the beginning of a word works from this many letters on; shorter ones find too much.
SHORTEST_BEGINNING = 3
# Longer beginnings than this find no fewer people, and every one of them is a row.
LONGEST_BEGINNING = 10


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


def search_words(name: str) -> frozenset[str]:
    """The words a name is found by, and their beginnings, spelled plainly.

    >>> sorted(search_words("Siti Nur"))
    ['nur', 'sit', 'siti']
    """
    found: set[str] = set()
    for word in plain(name).split():
        found.add(word)
        found.update(
            word[:length] for length in range(SHORTEST_BEGINNING, min(len(word), LONGEST_BEGINNING + 1))
        )
    return frozenset(found)


def asked_words(text: str) -> frozenset[str]:
    """The words of a search, each to be found among `search_words` of the name sought.

    A word longer than the longest beginning kept is sought whole.
    """
    return frozenset(plain(text).split())
