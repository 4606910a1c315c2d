"""How near two typed words are: the ground under every "did you mean".

Distance counts the slips people make on a keyboard (a letter missing, added, wrong, or two
neighbours swapped), each as one.
"""

import re
import unicodedata
from collections.abc import Iterable

_BETWEEN_WORDS = re.compile(r"[^0-9a-z]+")


def plain(text: str) -> str:
    """Text in small letters without accents, its words parted by single spaces."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    # An apostrophe is left out where it stands: Ja'an is typed Jaan.
    bare = "".join(c for c in folded if not unicodedata.combining(c) and c not in "'`’")
    return _BETWEEN_WORDS.sub(" ", bare).strip()


def distance(one: str, other: str, *, at_most: int) -> int:
    """Slips between two words, or `at_most + 1` when there are more than `at_most`.

    Source: optimal string alignment, G. Navarro, "A guided tour to approximate string matching",
        ACM Computing Surveys 33(1), 2001, section 5.1 with transpositions.
    """
    too_many = at_most + 1
    if abs(len(one) - len(other)) > at_most:
        return too_many
    one, other = _where_they_differ(one, other)
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and b == one[i - 2]:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        # Two rows, because a swap steps over one.
        if min(row) > at_most and min(last) > at_most:
            return too_many
        before, last = last, row
    return min(last[-1], too_many)


def _where_they_differ(one: str, other: str) -> tuple[str, str]:
    """Both without the beginning and the end they share, which cost nothing."""
    start, longest = 0, min(len(one), len(other))
    while start < longest and one[start] == other[start]:
        start += 1
    end, longest = 0, longest - start
    while end < longest and one[-1 - end] == other[-1 - end]:
        end += 1
    return one[start : len(one) - end], other[start : len(other) - end]


def slips_allowed(word: str) -> int:
    """How many slips a word of this length may hold and still be recognised."""
    length = len(word)
    if length <= 3:
        return 0
    return 1 if length <= 6 else 2


def nearest(word: str, known: Iterable[str], *, at_most: int) -> str | None:
    """The known word with the fewest slips, the first of equals; None when all are further."""
    best, fewest = None, at_most + 1
    for other in known:
        slips = distance(word, other, at_most=fewest - 1)
        if slips < fewest:
            best, fewest = other, slips
    return best


def same_person(holder: str, buyer: str) -> bool:
    """Whether an account's holder is called as the buyer is, as banks write names.

    Banks shorten and leave out; every word of the shorter name has to be found in the longer one, a
    single letter stands for a word that begins with it, and a slip of the keyboard is forgiven.
    """
    shorter, longer = sorted((plain(holder).split(), plain(buyer).split()), key=len)
    left = list(longer)
    for word in sorted(shorter, key=len, reverse=True):
        found = next((other for other in left if _alike(word, other)), None)
        if found is None:
            return False
        left.remove(found)
    return any(len(word) > 1 for word in shorter)


def _alike(one: str, other: str) -> bool:
    if len(one) == 1 or len(other) == 1:
        return one[:1] == other[:1]
    most = slips_allowed(min(one, other, key=len))
    return distance(one, other, at_most=most) <= most
