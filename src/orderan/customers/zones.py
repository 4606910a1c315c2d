"""The time zone people of an area live in, by the province at the head of its official code.

Source: Keputusan Presiden 41/1987 on the division of Indonesia into three time zones, with the provinces made
since; codes as in the Ministry of Home Affairs' list of areas.
"""

from typing import Final

WIB: Final = "Asia/Jakarta"
WITA: Final = "Asia/Makassar"
WIT: Final = "Asia/Jayapura"
_WITA: Final = frozenset({"51", "52", "53", "63", "64", "65", "71", "72", "73", "74", "75", "76"})
_WIT: Final = frozenset({"81", "82", "91", "92", "93", "94", "95", "96", "97"})


def zone_of(area: str | None) -> str:
    """IANA name; western time where the area is not known."""
    province = (area or "")[:2]
    return WITA if province in _WITA else WIT if province in _WIT else WIB
