"""The district an address says it lies in, in words: "kec. Gambir, Jakpus" and "Gambir, Jakarta Pusat" are one.

Whole names only, so that it takes microseconds: whoever scores an order cannot look for slips among 80 thousand names.
What could be two districts is none, and so is one that names no city: Sukamaju is a district of one regency, and a
village of sixty others.
"""

from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import Final

from orderan.customers.regions.atlas import Level, atlas
from orderan.customers.regions.spelling import own_words, typed_words

LONGEST_NAME: Final = 4
MOST_WORDS: Final = 16
"""Of longer texts the last words: the area stands at the end."""

Names = dict[tuple[str, ...], tuple[str, ...]]


@lru_cache(maxsize=4096)
def district_in(text: str) -> str | None:
    """Code of the one district that is named, 8 characters with dots; a village names its district.

    >>> district_in("kec. Gambir, Jakpus")
    '31.71.01'
    """
    words = typed_words(text)[0][-MOST_WORDS:]
    cities, rest = _cities(words)
    if not cities:
        return None
    for level in (Level.DISTRICT, Level.VILLAGE):
        named = _named(rest, _names(level), cities)
        if len(named) == 1:
            return named.pop()
        if named:
            # A name of two districts is made out by the village, where one is named.
            cities = frozenset(named)
    return None


def _cities(words: tuple[str, ...]) -> tuple[frozenset[str], tuple[str, ...]]:
    """Cities and regencies of the longest names that are said, and the words beside the last of them.

    A province may be called as a city of it, and a district as a city somewhere else: all of them are kept.
    """
    names = _names(Level.CITY)
    for length in range(LONGEST_NAME, 0, -1):
        starts = [start for start in range(len(words) - length + 1) if words[start : start + length] in names]
        if starts:
            found = frozenset(code for start in starts for code in names[words[start : start + length]])
            return found, (*words[: starts[-1]], "", *words[starts[-1] + length :])
    return frozenset(), words


def _named(words: tuple[str, ...], names: Names, within: Iterable[str]) -> set[str]:
    """Districts of the longest names that are said and lie in one of these areas."""
    inside = tuple(f"{code}." for code in within)
    for length in range(LONGEST_NAME, 0, -1):
        found = {
            code[:8]
            for start in range(len(words) - length + 1)
            for code in names.get(words[start : start + length], ())
            if f"{code}.".startswith(inside)
        }
        if found:
            return found
    return set()


@cache
def _names(level: Level) -> Names:
    """Codes of a level by the words of their names."""
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for code, words in _spoken(level):
        found[words] = (*found.get(words, ()), code)
    return found


def _spoken(level: Level) -> Iterator[tuple[str, tuple[str, ...]]]:
    areas = atlas()
    for code, name in zip(areas.codes, areas.names, strict=True):
        if code.count(".") + 1 == level:
            yield code, own_words(name, level)
