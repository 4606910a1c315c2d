"""One house, however it is written: the key of an Indonesian address. Pure.

    words     accents, case and punctuation go; jl, jalan, jln and their like are the same word, or none
    besides   landmarks (depan masjid, dekat pasar), remarks in brackets, and the names of the
              area, which the village's code says better, are left out
    parts     gang, blok, house number, RT/RW; roman numerals of streets become numbers
    skeleton  of each word of the street its first letter and its consonants, old spelling made new:
              Soekarno, Sukarno and Sukarn are one

With a house number the RT/RW says nothing more, and people leave it out; without one it stands in.
Two houses may get one key (a street of another name and the same consonants in the same village with the same
number); orders are compared by it, nothing is delivered by it.
"""

import re
import unicodedata
from typing import Final


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_STREET: Final = _set(
    "jl jln jalan jalanan jn jlan street st gedung gd komplek kompleks komp kompl perum perumahan prm prmhn"
    " perumnas kavling kav cluster kampung kp kpg dusun dsn rumah rmh"
)
"""Words that say what sort of place it is; people write them or do not."""
_ALLEY: Final = _set("gg gang gng lorong lr lrg")
_NUMBER: Final = _set("no nomor nomer nmr num number")
_BLOCK: Final = _set("blok blk block bl")
_FLOOR: Final = _set("lt lantai unit kamar kmr")
_AREA: Final = _set("kel kelurahan kec kecamatan kab kabupaten kota kotamadya prov provinsi propinsi desa ds")
_LANDMARK: Final = _set(
    "depan dpn belakang blkg sebelah sblh samping smpg dekat dkt seberang sebrang sbrg patokan pagar cat"
)
_ROMAN: Final = {
    "i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8", "ix": "9",
    "x": "10", "xi": "11", "xii": "12", "xiii": "13", "xiv": "14", "xv": "15", "xvi": "16", "xvii": "17",
    "xviii": "18", "xix": "19", "xx": "20",
}  # fmt: skip

_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_RT_RW = re.compile(
    r"\brt\W{0,3}0*(\d{1,3})(?:\W{0,3}(?:rw\W{0,3})?|\W{0,3}/\W{0,3})0*(\d{1,3})\b|\brt\W{0,3}0*(\d{1,3})\b|\brw\W{0,3}0*(\d{1,3})\b"
)
_GLUED = re.compile(r"\b(no|nomor|nomer|nmr|blok|blk|gg|gang|kav|lt|jl|jln)(?=\d)|#")
_NUMBER_LETTER = re.compile(r"\b(\d+)[\s\-]*([a-h])\b(?![a-z])")
_LETTER_NUMBER = re.compile(r"\b([a-z]{1,2})[\s\-./]*(\d+)\b")
_POSTCODE = re.compile(r"\b\d{5}\b")
_WORDS = re.compile(r"[a-z]+|\d+[a-z]?")
_OLD = (
    ("oe", "u"), ("dj", "j"), ("tj", "c"), ("nj", "ny"), ("sj", "s"), ("sy", "s"), ("ch", "k"), ("kh", "k"),
    ("dh", "d"), ("th", "t"), ("bh", "b"), ("gh", "g"), ("ph", "f"), ("v", "f"), ("q", "k"), ("x", "ks"),
    ("z", "s"), ("y", "i"),
)  # fmt: skip
"""Spellings of before 1972 and of names, each with what is said."""
_VOWELS: Final = frozenset("aiueo")


def house_key(line: str, *, place: str, area: str = "") -> str | None:
    """What all spellings of one house have in common; None when the line names no house.

    Args:
        line: The street line as it was typed.
        place: Where the street is: a district's code, a postcode, or an area's key.
        area: The names of the area, which are no part of the street.
    """
    text = _BRACKETS.sub(" ", _folded(line))
    text = _POSTCODE.sub(" ", text)
    neighbourhood, text = _without_neighbourhood(text)
    words = _spoken(text.replace("#", " no "))
    known = {skeleton(word) for word in _WORDS.findall(_folded(area)) if not word[0].isdigit()}
    block, number, street = _parts(words, known)
    if not street and not block:
        return None
    house = [*block, number] if number else block
    if not house and neighbourhood is None:
        return None
    return "|".join((place, " ".join(sorted(street)), "/".join(house) or str(neighbourhood)))


def area_key(text: str) -> str:
    """What spellings of an area that is on no list have in common; empty when it names none."""
    words = [word for word in _WORDS.findall(_folded(text)) if not word[0].isdigit() and word not in _AREA]
    return " ".join(sorted({skeleton(word) for word in words}))


def is_vague(line: str) -> bool:
    """Whether a courier would not find it: no number, no RT/RW, and hardly a name."""
    text = _folded(line)
    neighbourhood, _ = _without_neighbourhood(text)
    words = [word for word in _WORDS.findall(text) if len(word) > 2 and not word[0].isdigit()]
    named = [word for word in words if word not in _STREET | _LANDMARK | _AREA]
    return (neighbourhood is None and not any(letter.isdigit() for letter in text)) or not named


def mailbox(email: str) -> str:
    """The mailbox an address leads to: what follows a plus is gone, and dots where they say nothing."""
    local, _, domain = email.strip().casefold().rpartition("@")
    local = local.partition("+")[0]
    if domain in {"gmail.com", "googlemail.com"}:
        return f"{local.replace('.', '')}@gmail.com"
    return f"{local}@{domain}"


def skeleton(word: str) -> str:
    """A word without what slips change: its first letter and its consonants, no letter twice in a row."""
    for old, new in _OLD:
        word = word.replace(old, new)
    kept = word[:1] + "".join(letter for letter in word[1:] if letter not in _VOWELS and letter != "h")
    return "".join(letter for place, letter in enumerate(kept) if place == 0 or letter != kept[place - 1])


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in plain if not unicodedata.combining(letter) and letter not in "'`’")


def _without_neighbourhood(text: str) -> tuple[str | None, str]:
    """RT and RW, and the text without them."""
    rt = rw = None
    for found in _RT_RW.finditer(text):
        rt = found[1] or found[3] or rt
        rw = found[2] or found[4] or rw
    if rt is None and rw is None:
        return None, text
    return f"rt{rt or ''}rw{rw or ''}", _RT_RW.sub(" , ", text)


def _spoken(text: str) -> list[str]:
    """Words and numbers in the order they stand; a comma is kept, because it ends a landmark."""
    text = _GLUED.sub(lambda found: f"{found[1] or ''} ", text)
    text = _NUMBER_LETTER.sub(r"\1\2", text)
    return re.findall(r"[a-z]+|\d+[a-z]?|[,;]", text)


def _parts(words: list[str], known: set[str]) -> tuple[list[str], str | None, list[str]]:
    """Block, house number and the skeletons of the street."""
    block: list[str] = []
    number: str | None = None
    street: list[str] = []
    loose: list[str] = []
    place = 0
    while place < len(words):
        word = words[place]
        following = words[place + 1] if place + 1 < len(words) else ""
        place += 1
        if word in _LANDMARK or word in _AREA:
            place = _past_landmark(words, place)
        elif word in _NUMBER and following[:1].isdigit():
            number, place = _plain_number(following), place + 1
        elif word in _BLOCK:
            block, place = _block(words, place)
        elif word in _FLOOR:
            place += 1
        elif word in _ALLEY:
            # The alley's own number is part of its name.
            street.append("gg")
        elif word[0].isdigit():
            loose.append(_plain_number(word))
        elif word in _ROMAN and street:
            street.append(_ROMAN[word])
        elif len(word) == 1 and word.isalpha() and following[:1].isdigit() and not block:
            block, place = _block(words, place - 1)
        elif len(word) > 1 and word not in _STREET | _NUMBER and (bare := skeleton(word)) not in known:
            street.append(bare)
    if number is None and loose and (street or block):
        number = loose.pop()
    return block, number, [*dict.fromkeys([*street, *loose])]


def _past_landmark(words: list[str], place: int) -> int:
    """Where a landmark ends: at a comma, or where the house is named."""
    while place < len(words) and words[place] not in {",", ";", *_NUMBER, *_BLOCK}:
        place += 1
    return place


def _block(words: list[str], place: int) -> tuple[list[str], int]:
    """The parts of a block's name, such as b and 2, and where what follows begins."""
    parts: list[str] = []
    while place < len(words) and len(parts) < 3:
        word = words[place]
        if not (word[0].isdigit() or len(word) <= 2) or word in _NUMBER or not word.isalnum():
            break
        parts.append(_plain_number(word) if word[0].isdigit() else word)
        place += 1
    return parts, place


def _plain_number(word: str) -> str:
    return word.lstrip("0") or "0"
