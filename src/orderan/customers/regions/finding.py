"""Find an area by what somebody types: "kec. kebayoran br", "jaksel", "melawai keb baru".

Every typed word must be recognised somewhere on the line from the area up to its province, and at
least one in the area's own name. A word is recognised whole, by its beginning, or in spite of
slips; words joined or parted ("sukamaju", "suka maju") are tried both ways.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from orderan.customers.closeness import distance, slips_allowed
from orderan.customers.regions.atlas import Atlas, Level, Region, atlas
from orderan.customers.regions.spelling import bare_words, own_words, said_kind, typed_words

# What a match is worth: a whole word 1, a beginning less, the less of the word was typed, and a
# slip less again. The own name outweighs the areas around it. Tuned on the cases in the tests.
BEGINNING, SLIP = 0.7, 0.2
ABOVE = 0.95
COVERED = 0.4
HINTED = 0.5
DEEPER = 0.03

# More typed words than this are an address, not a name; the first ones are enough to go by.
MOST_WORDS = 8


@dataclass(frozen=True, slots=True)
class Found:
    """An area that fits, with the line down to it (province first) and how well it fits."""

    region: Region
    line: tuple[Region, ...]
    score: float

    def written(self) -> str:
        return ", ".join(region.name for region in reversed(self.line))


class _Index:
    """Words of all names, and for each the positions of the areas that carry it."""

    def __init__(self, areas: Atlas) -> None:
        carried: dict[str, list[int]] = {}
        lengths = array("B")
        for at, (code, name) in enumerate(zip(areas.codes, areas.names, strict=True)):
            words = own_words(name, Level(code.count(".") + 1))
            lengths.append(max(len(words), 1))
            for word in {*words, "".join(words)}:
                carried.setdefault(word, []).append(at)
        self.areas = areas
        self.word_counts = lengths
        self.words = sorted(carried)
        self.by_length: dict[int, list[tuple[int, int]]] = {}
        for at, word in enumerate(self.words):
            self.by_length.setdefault(len(word), []).append((at, _letters(word)))
        self.starts = array("I", [0])
        self.positions = array("I")
        for word in self.words:
            self.positions.extend(carried[word])
            self.starts.append(len(self.positions))

    def carriers(self, word_at: int) -> "array[int]":
        return self.positions[self.starts[word_at] : self.starts[word_at + 1]]

    def recognised(self, typed: str) -> Iterator[tuple[int, float]]:
        """Words of the index the typed one may stand for, and what each is worth, in (0, 1]."""
        first = bisect_left(self.words, typed)
        last = bisect_left(self.words, typed + "~")
        for at in range(first, last):
            share = len(typed) / len(self.words[at])
            yield at, 1.0 if share == 1 else BEGINNING * share**0.5
        # A word that is in the index can still be a slip (Makasar is a district of Jakarta, and
        # what half the country types for Makassar), but then a small one.
        whole = first < last and self.words[first] == typed
        allowed = min(slips_allowed(typed), 1 if whole else 2)
        for at in self._with_similar_letters(typed, allowed):
            if not _begin_alike(typed, self.words[at]):
                continue
            if (slips := distance(typed, self.words[at], at_most=allowed)) <= allowed:
                yield at, 1 - SLIP * slips

    def _with_similar_letters(self, typed: str, allowed: int) -> list[int]:
        # One slip changes the set of letters by at most two; this leaves a few hundred of the
        # 80 thousand words to be compared letter by letter.
        mine, most = _letters(typed), 2 * allowed
        lengths = range(len(typed) - allowed, len(typed) + allowed + 1) if allowed else ()
        return [
            at
            for length in lengths
            for at, its in self.by_length.get(length, ())
            if (its ^ mine).bit_count() <= most
        ]


def _begin_alike(typed: str, word: str) -> bool:
    """Whether the first letter is right, or one slip at the very beginning explains it."""
    first_right = typed[0] == word[0]
    return first_right or typed[0] == word[1:2] or typed[1:2] == word[0] or typed[1:3] == word[1:3]


def _letters(word: str) -> int:
    mask = 0
    for character in word:
        mask |= 1 << (ord(character) & 31)
    return mask


@cache
def _index() -> _Index:
    return _Index(atlas())


def find(text: str, *, level: Level | None = None, within: str | None = None, limit: int = 10) -> list[Found]:
    """Areas that fit what was typed, the best first.

    Args:
        text: As typed; kind words ("kec.", "kota") weigh, they do not exclude.
        level: Only areas of this level.
        within: Only areas inside this code.
        limit: At most so many, >= 1.

    Returns:
        Empty when a typed word is not recognised at all, or nothing was typed.
    """
    words, hints = typed_words(text)
    words = words[:MOST_WORDS]
    if not words:
        return []
    index = _index()
    wanted = _Wanted(level, within)
    heard: dict[str, dict[int, float]] = {}
    scores: dict[int, float] = {}
    for reading in (*_readings(words), *_as_it_stands(text, words)):
        for word in reading:
            if word not in heard:
                heard[word] = _worth_by_area(index, word)
        for at, score in _scored(index, [heard[word] for word in reading], wanted):
            scores[at] = max(score, scores.get(at, 0.0))
    for at in scores:
        scores[at] += _hinted(index.areas, at, hints, said_kind(text))
    best = sorted(scores, key=lambda at: (-scores[at], index.areas.codes[at]))
    return [_found(index.areas, at, scores[at]) for at in best[:limit]]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Which areas may be answers."""

    level: Level | None
    within: str | None

    def admits(self, code: str) -> bool:
        inside = self.within is None or code.startswith(f"{self.within}.")
        return inside and (self.level is None or code.count(".") + 1 == self.level)


def _readings(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The words as typed, with each pair of neighbours joined, and without the kind "kota"."""
    yield words
    if "kota" in words and len(words) > 1:
        # Also a word of many names (Kotabaru, Kota Gede), hence only one of the readings.
        yield tuple(word for word in words if word != "kota")
    for at in range(len(words) - 1):
        yield (*words[:at], words[at] + words[at + 1], *words[at + 2 :])


def _as_it_stands(text: str, words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The words with their short forms left alone: a few official names have them too."""
    typed = bare_words(text)[:MOST_WORDS]
    if typed and typed != words:
        yield typed


def _worth_by_area(index: _Index, word: str) -> dict[int, float]:
    worth: dict[int, float] = {}
    for word_at, value in index.recognised(word):
        for at in index.carriers(word_at):
            if value > worth.get(at, 0.0):
                worth[at] = value
    return worth


def _scored(index: _Index, heard: list[dict[int, float]], wanted: _Wanted) -> Iterator[tuple[int, float]]:
    """Areas in whose own name a word was heard, and on whose line all were."""
    # The rarest word first: most areas fail on it, and cost no more than one look.
    heard = sorted(heard, key=len)
    for at in set().union(*heard):
        if wanted.admits(index.areas.codes[at]) and (score := _score(index, heard, at)):
            yield at, score - DEEPER * (index.areas.codes[at].count(".") + 1)


def _score(index: _Index, heard: list[dict[int, float]], at: int) -> float:
    total, own = 0.0, 0.0
    for worth in heard:
        here = worth.get(at, 0.0)
        best, above = here, index.areas.parents[at]
        while above >= 0:
            best = max(best, ABOVE * worth.get(above, 0.0))
            above = index.areas.parents[above]
        if not best:
            return 0.0
        total += best
        own += here
    return total / len(heard) + COVERED * min(own / index.word_counts[at], 1.0)


def _hinted(areas: Atlas, at: int, hints: frozenset[Level], kind: str | None) -> float:
    """What the kind words add: the level they speak of, and for a city Kota or Kabupaten."""
    level = areas.codes[at].count(".") + 1
    of_kind = kind is not None and level == Level.CITY and areas.names[at].casefold().startswith(kind)
    return HINTED * ((level in hints) + of_kind)


def _found(areas: Atlas, at: int, score: float) -> Found:
    return Found(areas.at(at), areas.lineage(areas.codes[at]), round(score, 4))
