"""Postcodes: what can be told from the province, and a shop's own list of them by village."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from orderan.customers.regions.atlas import Atlas, Level, atlas

POSTCODE: Final = re.compile(r"[1-9]\d{4}")

# First digits in use, by province code. Pos Indonesia numbers from west to east; only West Java
# and Banten straddle a border. Holds for all 83,762 villages of a public list we compared with.
_FIRST_DIGITS: Final[dict[str, str]] = {
    **dict.fromkeys(("11", "12", "13", "14", "21"), "2"),
    **dict.fromkeys(("15", "16", "17", "18", "19"), "3"),
    "31": "1", "32": "14", "36": "14", "33": "5", "34": "5", "35": "6",
    **dict.fromkeys(("51", "52", "53"), "8"),
    **dict.fromkeys(("61", "62", "63", "64", "65"), "7"),
}  # fmt: skip
# Sulawesi, Maluku and Papua, newly made provinces included.
_EAST = "9"


def postcode_suits(postcode: str, code: str) -> bool:
    """Whether a postcode can lie in the area of this code, as far as the province tells."""
    return postcode[:1] in _FIRST_DIGITS.get(code[:2], _EAST)


@dataclass(frozen=True, slots=True)
class PostcodeRowRefused:
    """A line of a postcode list that cannot be used: its number in the file, and why."""

    line: int
    reason: str
    code: str
    postcode: str


@dataclass(frozen=True, slots=True)
class PostcodesRead:
    """A postcode list after checking: what can be stored, and every line that cannot."""

    by_village: dict[str, str]
    refused: tuple[PostcodeRowRefused, ...]


class NotAPostcodeList(ValueError):
    """The file has no column `code` or `kode`, or none `postcode` or `kodepos`."""


def load_postcodes(text: str, *, areas: Atlas | None = None) -> PostcodesRead:
    """Read a list of postcodes by village from CSV.

    Args:
        text: CSV with a heading; columns `code` (or `kode`) and `postcode` (or `kodepos`), others
            are ignored; separator comma or semicolon.
        areas: The areas codes must belong to; those shipped with the product by default.

    Raises:
        NotAPostcodeList: A needed column is missing.
    """
    areas = areas or atlas()
    by_village: dict[str, str] = {}
    refused: list[PostcodeRowRefused] = []
    for line, code, postcode in _rows(text):
        reason = _refusal(areas, code, postcode)
        if reason is None and by_village.get(code, postcode) != postcode:
            reason = "village_given_twice"
        if reason is None:
            by_village[code] = postcode
        else:
            refused.append(PostcodeRowRefused(line, reason, code, postcode))
    return PostcodesRead(by_village, tuple(refused))


def _rows(text: str) -> Iterator[tuple[int, str, str]]:
    text = text.removeprefix("\ufeff")
    heading = text.partition("\n")[0]
    rows = csv.DictReader(io.StringIO(text), delimiter=";" if ";" in heading else ",")
    named = {name.strip().casefold(): name for name in rows.fieldnames or ()}
    code = named.get("code") or named.get("kode")
    postcode = named.get("postcode") or named.get("kodepos")
    if code is None or postcode is None:
        raise NotAPostcodeList(heading)
    for row in rows:
        yield rows.line_num, (row[code] or "").strip(), (row[postcode] or "").strip()


def _refusal(areas: Atlas, code: str, postcode: str) -> str | None:
    region = areas.get(code)
    if region is None:
        return "unknown_village"
    if region.level is not Level.VILLAGE:
        return "not_a_village"
    if not POSTCODE.fullmatch(postcode):
        return "not_a_postcode"
    return None if postcode_suits(postcode, code) else "wrong_province"
