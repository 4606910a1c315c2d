"""How people write the names of areas, against how the ministry writes them."""

import re
from typing import Final

from orderan.customers.closeness import plain
from orderan.customers.regions.atlas import Level

# A word that says what kind of area follows, and the levels it can mean.
KINDS: Final[dict[str, frozenset[Level]]] = {
    word: frozenset(levels)
    for words, levels in (
        ("prov prop provinsi propinsi", {Level.PROVINCE}),
        ("kab kabupaten kotamadya kodya", {Level.CITY}),
        ("kec kecamatan distrik kapanewon kemantren", {Level.DISTRICT}),
        ("kel kelurahan desa ds kalurahan", {Level.VILLAGE}),
    )
    for word in words.split()
}

# Written short in addresses. The value replaces the word.
SHORT: Final[dict[str, str]] = {
    "jaksel": "jakarta selatan", "jakbar": "jakarta barat", "jakpus": "jakarta pusat",
    "jaktim": "jakarta timur", "jakut": "jakarta utara", "jkt": "jakarta",
    "tangsel": "tangerang selatan", "bdg": "bandung", "sby": "surabaya", "smg": "semarang",
    "mks": "makassar", "ujungpandang": "makassar", "yogya": "yogyakarta", "jogja": "yogyakarta",
    "jogjakarta": "yogyakarta", "diy": "yogyakarta", "jabar": "jawa barat",
    "jateng": "jawa tengah", "jatim": "jawa timur", "sumut": "sumatera utara",
    "sumbar": "sumatera barat", "sumsel": "sumatera selatan", "babel": "bangka belitung",
    "kepri": "kepulauan riau", "kalbar": "kalimantan barat", "kalteng": "kalimantan tengah",
    "kalsel": "kalimantan selatan", "kaltim": "kalimantan timur",
    "kaltara": "kalimantan utara", "sulut": "sulawesi utara", "sulteng": "sulawesi tengah",
    "sulsel": "sulawesi selatan", "sultra": "sulawesi tenggara", "sulbar": "sulawesi barat",
    "ntb": "nusa tenggara barat", "ntt": "nusa tenggara timur", "malut": "maluku utara",
    "sumatra": "sumatera", "nad": "aceh", "br": "baru", "bar": "barat", "brt": "barat",
    "sel": "selatan", "slt": "selatan", "utr": "utara", "tim": "timur", "tmr": "timur",
    "tgh": "tengah", "pst": "pusat", "tj": "tanjung", "tg": "tanjung", "tjg": "tanjung",
    "pd": "pondok", "kby": "kebayoran", "gn": "gunung", "gng": "gunung", "kp": "kampung",
    "ps": "pasar", "psr": "pasar", "kep": "kepulauan", "kb": "kebon", "bt": "batu",
}  # fmt: skip

# Words of the official title that nobody types, or that say nothing on their own.
_TITLE = frozenset({"daerah", "khusus", "ibukota", "istimewa", "dki", "administrasi", "adm"})
# "D.I. Yogyakarta": written apart, the initials would look like words of a name.
_INITIALS = re.compile(r"^d\.? ?i\.? (?=yogya|jogja)", re.IGNORECASE)
# A title that stands for the whole name when nothing else was typed.
_ALONE = {"dki": "jakarta"}
_CITY_KIND = frozenset({"kabupaten", "kab", "kota", "kotamadya", "kodya"})


def own_words(name: str, level: Level) -> tuple[str, ...]:
    """The words of an area's name that tell it from its neighbours, spelled out.

    >>> own_words("Kota Administrasi Jakarta Selatan", Level.CITY)
    ('jakarta', 'selatan')
    """
    words = tuple(plain(name).split())
    if level is Level.CITY and len(words) > 1 and words[0] in _CITY_KIND:
        words = words[1:]
    if level in (Level.PROVINCE, Level.CITY):
        words = tuple(word for word in words if word not in _TITLE) or words
    return words


def typed_words(text: str) -> tuple[tuple[str, ...], frozenset[Level]]:
    """What was typed, short forms spelled out, and the levels its kind words speak of."""
    words: list[str] = []
    hints: set[Level] = set()
    typed = plain(_INITIALS.sub("", text.strip())).split()
    for word in typed:
        if word in KINDS:
            hints |= KINDS[word]
        elif word not in _TITLE:
            words.extend(SHORT.get(word, word).split())
    return tuple(words or (_ALONE[word] for word in typed if word in _ALONE)), frozenset(hints)


def bare_words(text: str) -> tuple[str, ...]:
    """What was typed without kind words and titles, short forms left as they are."""
    return tuple(word for word in plain(text).split() if word not in KINDS and word not in _TITLE)


def spellings(text: str, level: Level) -> frozenset[str]:
    """A name of one level as strings without blanks to compare by: spelled out, and as it stands.

    Both, because the ministry uses short forms in a few names too (Gampong Baro KB).
    """
    words, _ = typed_words(text)
    spelled_out = "".join(own_words(" ".join(words), level))
    return frozenset({spelled_out, "".join(own_words(text, level))} - {""})


def said_kind(text: str) -> str | None:
    """`kota` or `kabupaten`, when a city was typed with its kind, to tell Kota from Kab. Bogor."""
    kinds = [word for word in plain(text).split() if word in _CITY_KIND]
    if not kinds:
        return None
    return "kabupaten" if kinds[0].startswith("kab") else "kota"
