"""What a voice can read out: amounts, numbers, names and codes as words, in Indonesian and English. Pure.

A synthetic voice reads `Rp125.000`, `500 g` or `SKU-01` as it pleases, and differently at every
provider. Words leave it no choice. What is said is not decided here.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Final

from orderan.telephony.models import Language

MOST: Final = 10**15
"""Where numbers end that are read as one."""

_ONES: Final[Mapping[Language, tuple[str, ...]]] = {
    "id": ("nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan"),
    "en": ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
}
_TEENS: Final = (
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
)
_TENS: Final = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SCALES: Final[Mapping[Language, tuple[str, ...]]] = {
    "id": ("", "ribu", "juta", "miliar", "triliun"),
    "en": ("", "thousand", "million", "billion", "trillion"),
}
_MINUS: Final[Mapping[Language, str]] = {"id": "minus", "en": "minus"}
_POINT: Final[Mapping[Language, str]] = {"id": "koma", "en": "point"}

_UNITS: Final[Mapping[str, tuple[str, str]]] = {
    "mg": ("miligram", "milligrams"),
    "g": ("gram", "grams"),
    "gr": ("gram", "grams"),
    "gram": ("gram", "grams"),
    "ons": ("ons", "ounces"),
    "kg": ("kilogram", "kilograms"),
    "ml": ("mililiter", "millilitres"),
    "cc": ("cc", "cc"),
    "l": ("liter", "litres"),
    "ltr": ("liter", "litres"),
    "mm": ("milimeter", "millimetres"),
    "cm": ("sentimeter", "centimetres"),
    "m": ("meter", "metres"),
    "km": ("kilometer", "kilometres"),
    "gb": ("gigabita", "gigabytes"),
    "mah": ("miliampere jam", "milliampere hours"),
    "w": ("watt", "watts"),
    "watt": ("watt", "watts"),
    "v": ("volt", "volts"),
    "pc": ("buah", "pieces"),
    "pcs": ("buah", "pieces"),
    "bh": ("buah", "pieces"),
    "btl": ("botol", "bottles"),
    "bks": ("bungkus", "packs"),
    "sct": ("saset", "sachets"),
    "lbr": ("lembar", "sheets"),
    "psg": ("pasang", "pairs"),
    "lsn": ("lusin", "dozen"),
    "rb": ("ribu", "thousand"),
    "jt": ("juta", "million"),
    "%": ("persen", "percent"),
}
"""What stands behind a number, in Indonesian and English."""

_SHORT: Final[Mapping[str, tuple[str, str]]] = {
    "&": ("dan", "and"),
    "+": ("plus", "plus"),
    "=": ("sama dengan", "equals"),
    "@": ("masing-masing", "each"),
    "bpk": ("Bapak", "Mister"),
    "bp": ("Bapak", "Mister"),
    "pak": ("Pak", "Mister"),
    "ibu": ("Ibu", "Missus"),
    "sdr": ("Saudara", "Mister"),
    "sdri": ("Saudari", "Miss"),
    "hj": ("Hajah", "Hajah"),
    "dr": ("Dokter", "Doctor"),
    "jl": ("jalan", "jalan"),
    "jln": ("jalan", "jalan"),
    "no": ("nomor", "number"),
    "gg": ("gang", "gang"),
    "kel": ("kelurahan", "kelurahan"),
    "kec": ("kecamatan", "kecamatan"),
    "kab": ("kabupaten", "kabupaten"),
    "dgn": ("dengan", "with"),
    "dg": ("dengan", "with"),
    "utk": ("untuk", "for"),
    "uk": ("ukuran", "size"),
    "wrn": ("warna", "colour"),
    "btl": ("botol", "bottle"),
    "bks": ("bungkus", "pack"),
    "pcs": ("buah", "pieces"),
    "tsb": ("tersebut", "that"),
    "xl": ("X L", "X L"),
    "xxl": ("X X L", "X X L"),
    "pt": ("P T", "P T"),
    "cv": ("C V", "C V"),
    "ud": ("U D", "U D"),
}
"""Words that are written shorter than they are said."""
_SHORTENED: Final = frozenset(_SHORT) | frozenset(_UNITS)
_TITLES: Final = re.compile(
    r",\s*(?:[A-Za-z]{1,4}\.\s*)+[A-Za-z]{0,6}\.?|,\s*(?:SE|SH|ST|MM|MT|MBA|PhD)\b\.?"
)
"""Degrees behind a person's name: nobody is called by them."""

_NUMBER: Final = re.compile(r"\d{1,3}(?:\.\d{3})+(?!\d)|\d+(?:[.,]\d{1,2}(?!\d))?")
_PIECE: Final = re.compile(rf"{_NUMBER.pattern}|[^\W\d_]+|[&+=@%]|[,.;:!?]|\S")
_CODE: Final = re.compile(r"[^\W\d_]+|\d+")
_AS_ONE: Final = 6
"""Digits of a number that is still read as one; a longer one is a code."""
_SHOUTED: Final = 4
"""Letters from which a word of capitals is a word and no abbreviation."""


def number(value: int, language: Language) -> str:
    """A whole number as words.

    Raises:
        ValueError: It is not between -10^15 and 10^15, both left out.
    """
    if abs(value) >= MOST:
        message = f"{value} is not read as one number"
        raise ValueError(message)
    if value < 0:
        return f"{_MINUS[language]} {number(-value, language)}"
    if value == 0:
        return _ONES[language][0]
    parts = []
    for power in range(len(_SCALES[language]) - 1, -1, -1):
        block = value // 1000**power % 1000
        if not block:
            continue
        # One thousand is a word of its own, in the middle of a number too: satu juta seribu.
        if language == "id" and power == 1 and block == 1:
            parts.append("seribu")
            continue
        said = _hundreds_id(block) if language == "id" else _hundreds_en(block)
        parts.append(f"{said} {_SCALES[language][power]}".rstrip())
    return " ".join(parts)


def rupiah(amount_minor: int, language: Language) -> str:
    """An amount of rupiah as words, such as `seratus dua puluh lima ribu rupiah`.

    Raises:
        ValueError: See `number`.
    """
    return f"{number(amount_minor, language)} rupiah"


def digits(text: str, language: Language, *, group: int = 3) -> str:
    """Digits one by one, in groups with a pause between them; everything else is left out.

    Up to one digit more than a group are said in one breath: a year, or the last four of a number.
    """
    found = [_ONES[language][int(one)] for one in text if one in "0123456789"]
    if len(found) == group + 1:
        return " ".join(found)
    return ", ".join(" ".join(found[at : at + group]) for at in range(0, len(found), group))


def code(text: str, language: Language, *, group: int = 3) -> str:
    """An order number or a SKU: letters one by one, digits one by one, a pause where its parts meet."""
    parts = [
        digits(found[0], language, group=group) if found[0].isdecimal() else " ".join(found[0].upper())
        for found in _CODE.finditer(_plain(text))
    ]
    return ", ".join(part for part in parts if part)


def name(text: str, language: Language) -> str:
    """A product's, a shop's or a street's name as it is said: units, abbreviations and numbers as words.

    What no voice can say is left out; a name of which nothing is left is empty.
    """
    words = list(_said(_PIECE.findall(_plain(text)), language))
    joined = re.sub(r"\s+([,.;:!?])", r"\1", " ".join(words))
    return re.sub(r"([,.;:!?])(?:\s*[,.;:!?])+", r"\1", joined).strip(" ,.;:")


def person(text: str, language: Language) -> str:
    """A person's name as one is called: without degrees, `Bpk.` as `Bapak`, capitals as a name."""
    called = _TITLES.sub("", text)
    return name(called.title() if called.isupper() else called, language)


def _said(pieces: list[str], language: Language) -> Iterator[str]:
    second = 0 if language == "id" else 1
    before_number = False
    for at, piece in enumerate(pieces):
        following = pieces[at + 1] if at + 1 < len(pieces) else ""
        if piece[0].isdecimal():
            yield _figure(piece, language)
            before_number = True
            continue
        low = piece.lower()
        if before_number and low in _UNITS:
            yield _UNITS[low][second]
        elif before_number and low == "x" and following[:1].isdecimal():
            yield "kali" if language == "id" else "by"
        elif low in _SHORT:
            yield _SHORT[low][second]
        elif piece in {",", ";", ":", "!", "?"} or (
            piece == "." and at and pieces[at - 1].lower() not in _SHORTENED and len(pieces[at - 1]) > 1
        ):
            yield piece
        elif piece[0].isalpha():
            yield _word(piece)
        before_number = False


def _word(piece: str) -> str:
    """A word of capitals is said as a word, an abbreviation letter by letter."""
    if not piece.isupper() or len(piece) == 1:
        return piece
    spoken = len(piece) >= _SHOUTED and any(one in "AEIOU" for one in piece)
    return piece.capitalize() if spoken else " ".join(piece)


def _figure(piece: str, language: Language) -> str:
    """A number in a name, as it is written in Indonesia: a point between thousands, a comma before decimals."""
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+", piece):
        piece = piece.replace(".", "")
    whole, _, part = piece.replace(",", ".").partition(".")
    if len(whole) > _AS_ONE or (len(whole) > 1 and whole.startswith("0")):
        said = digits(whole, language)
    else:
        said = number(int(whole), language)
    return f"{said} {_POINT[language]} {digits(part, language)}" if part else said


def _plain(text: str) -> str:
    """Half-width characters and digits of ours, without what is no character to be said."""
    return "".join(map(_plain_one, unicodedata.normalize("NFKC", text)))


def _plain_one(one: str) -> str:
    if one.isdecimal():
        return str(unicodedata.decimal(one))
    return " " if unicodedata.category(one)[0] in "CSM" and one not in "+=" else one


def _hundreds_id(value: int) -> str:
    ones = _ONES["id"]
    hundreds, rest = divmod(value, 100)
    parts = ["seratus" if hundreds == 1 else f"{ones[hundreds]} ratus"] if hundreds else []
    if rest >= 20:
        parts.append(f"{ones[rest // 10]} puluh")
        rest %= 10
    if rest in {10, 11}:
        parts.append("sepuluh" if rest == 10 else "sebelas")
    elif rest > 11:
        parts.append(f"{ones[rest - 10]} belas")
    elif rest:
        parts.append(ones[rest])
    return " ".join(parts)


def _hundreds_en(value: int) -> str:
    ones = _ONES["en"]
    hundreds, rest = divmod(value, 100)
    parts = [f"{ones[hundreds]} hundred"] if hundreds else []
    if rest >= 20:
        tens, rest = divmod(rest, 10)
        parts.append(f"{_TENS[tens]}-{ones[rest]}" if rest else _TENS[tens])
    elif rest >= 10:
        parts.append(_TEENS[rest - 10])
    elif rest:
        parts.append(ones[rest])
    return " ".join(parts)
