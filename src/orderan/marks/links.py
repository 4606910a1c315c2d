"""GS1 Digital Link: an address that names goods.

Source: GS1 Digital Link Standard: URI Syntax, sections 4 (grammar) and 4.10 (canonical form). The
compressed form is not opened: it needs tables of its own, and no scanner of ours meets it.
"""

from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from orderan.marks.elements import Element, checked
from orderan.marks.errors import NotADigitalLink
from orderan.marks.identifiers import IDENTIFIERS

_KEYS: Final = frozenset(
    {"01", "00", "8006", "8013", "8010", "8003", "8004", "253", "254", "255", "401", "402", "414", "417"}
)
_QUALIFIERS: Final = {"01": ("22", "10", "21", "235"), "8006": ("22", "10", "21"), "414": ("254", "7040")}
"""What may stand in the path after a key, in this order."""

MOST: Final = 2_000


def read_link(text: str) -> list[Element]:
    """The elements an address names: its key and qualifiers in the path, the rest in the query.

    Raises:
        NotADigitalLink: No web address, or one without a GS1 key.
        ElementWrong, ElementTwice, CheckDigitWrong, DateImpossible: Of an element it names.
    """
    if len(text) > MOST:
        raise NotADigitalLink(text[:80])
    try:
        parts = urlsplit(text)
    except ValueError as fault:
        raise NotADigitalLink(text[:80]) from fault
    if parts.scheme.casefold() not in {"http", "https"} or not parts.hostname:
        raise NotADigitalLink(text[:80])
    segments = [unquote(segment) for segment in parts.path.strip("/").split("/")]
    path = _named(segments)
    if path is None:
        raise NotADigitalLink(text[:80])
    query = [(code, value) for code, value in parse_qsl(parts.query.replace(";", "&")) if code in IDENTIFIERS]
    return checked([*path, *query])


def _named(segments: list[str]) -> list[Element] | None:
    """Key and qualifiers at the end of a path; what stands before belongs to the site."""
    for at in range(len(segments) - 2, -1, -1):
        code, value = segments[at], segments[at + 1]
        after = segments[at + 2 :]
        if code not in _KEYS or len(after) % 2:
            continue
        pairs = list(zip(after[::2], after[1::2], strict=True))
        order = [
            _QUALIFIERS.get(code, ()).index(one) if one in _QUALIFIERS.get(code, ()) else -1
            for one, _ in pairs
        ]
        if -1 in order or order != sorted(set(order)):
            continue
        return [(code, value.zfill(14) if code == "01" and len(value) in {8, 12, 13} else value), *pairs]
    return None
