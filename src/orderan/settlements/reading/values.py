"""Amounts and days as people and programs write them, read without guessing.

Whether `1.234` is a thousand or one and a bit is told by the whole column: a sign that stands twice in
one number groups, one that is followed by anything but three digits does not, and where both stand the
last one is the decimal sign. A column that tells nothing leaves such numbers unread. A point before four
digits or more is a decimal sign whatever the column says: so programs write, and no thousands are grouped so.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from orderan.settlements.models import Unread

MOST_DIGITS: Final = 15
_CURRENCY: Final = re.compile(r"(?i)\b(?:rp|idr)\b\.?|^rp\.?")
_NUMBER: Final = re.compile(r"[0-9][0-9.,]*")
_EXACT: Final = re.compile(r"[0-9]+\.[0-9]{4,}")
_SIDE: Final = re.compile(r"(?i)\s*\b(CR|DB|DR|K|D)\b\.?$")
_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            ("jan", "januari", "january"),
            ("feb", "februari", "february", "peb", "pebruari"),
            ("mar", "maret", "march"),
            ("apr", "april"),
            ("mei", "may"),
            ("jun", "juni", "june"),
            ("jul", "juli", "july"),
            ("agu", "agt", "ags", "aug", "agustus", "august"),
            ("sep", "sept", "september"),
            ("okt", "oct", "oktober", "october"),
            ("nov", "nop", "november", "nopember"),
            ("des", "dec", "desember", "december"),
        ),
        start=1,
    )
    for name in names
}
_ISO: Final = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T\s].*)?")
_NUMERIC: Final = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:[,T\s].*)?")
_WORDED: Final = re.compile(r"(\d{1,2})[-\s/]+([A-Za-z]+)\.?[-\s/,]+(\d{4})(?:[,T\s].*)?")
_PACKED: Final = re.compile(r"(20\d{2})(\d{2})(\d{2})")


class Unreadable(Exception):
    """A cell that cannot be read, with the reason its row waits for."""

    def __init__(self, reason: Unread) -> None:
        super().__init__(reason)
        self.reason = reason


def _bare(text: str) -> tuple[str, int, str | None]:
    """Digits and signs of a number, its sign, and which side of the account it is on, where that is said."""
    cell = text.replace("\u00a0", " ").strip().removeprefix("'").strip()
    side = None
    if found := _SIDE.search(cell):
        side = "in" if found[1].upper() in {"CR", "K"} else "out"
        cell = cell[: found.start()]
    cell = _CURRENCY.sub("", cell).replace(" ", "").replace("'", "")
    sign = 1
    if cell.startswith("(") and cell.endswith(")"):
        sign, cell = -1, cell[1:-1]
    if cell.endswith("-"):
        sign, cell = -1, cell[:-1]
    if cell[:1] in {"-", "+", "\u2212"}:
        sign, cell = (sign if cell[0] == "+" else -1), cell[1:]
    return _CURRENCY.sub("", cell), sign, side


def decimal_sign_of(cells: Iterable[str]) -> str | None:
    """The decimal sign a column shows; None where it shows none, or both."""
    shown = set()
    for cell in cells:
        number, _, _ = _bare(cell)
        if not _NUMBER.fullmatch(number):
            continue
        dots, commas = number.count("."), number.count(",")
        if dots and commas:
            shown.add(max(".", ",", key=number.rfind))
        elif dots > 1 or commas > 1:
            shown.add("," if dots else ".")
        elif dots or commas:
            head, _, tail = number.partition("." if dots else ",")
            if len(tail) != 3 or len(head) > 3 or head.startswith("0"):
                shown.add("." if dots else ",")
    return shown.pop() if len(shown) == 1 else None


def amount_of(text: str, sign: str | None) -> tuple[Decimal, str | None]:
    """A number and the side of the account it is on, where that is said.

    Raises:
        Unreadable: It is no number, or without knowing the decimal sign it may be two.
    """
    number, minus, side = _bare(text)
    if not _NUMBER.fullmatch(number):
        raise Unreadable(Unread.AMOUNT_UNREADABLE)
    if _EXACT.fullmatch(number):
        sign = "."
    if sign is None:
        if "." in number or "," in number:
            raise Unreadable(Unread.AMOUNT_AMBIGUOUS)
        whole, fraction = number, ""
    else:
        other = "," if sign == "." else "."
        whole, _, fraction = number.partition(sign)
        if sign in fraction or other in fraction or not _grouped(whole, other):
            raise Unreadable(Unread.AMOUNT_UNREADABLE)
        whole = whole.replace(other, "")
    if len(whole) > MOST_DIGITS or len(fraction) > MOST_DIGITS:
        raise Unreadable(Unread.AMOUNT_UNREADABLE)
    return minus * Decimal(f"{whole}.{fraction or '0'}"), side


def _grouped(whole: str, sign: str) -> bool:
    first, *others = whole.split(sign)
    return first.isdigit() and all(len(part) == 3 for part in others) and (not others or 1 <= len(first) <= 3)


def day_first(cells: Iterable[str]) -> bool:
    """Whether 3/4 is the third of April: so it is here, unless the whole column says otherwise."""
    firsts, seconds = False, False
    for cell in cells:
        if found := _NUMERIC.fullmatch(cell.strip()):
            firsts = firsts or int(found[1]) > 12
            seconds = seconds or int(found[2]) > 12
    return firsts or not seconds


def day_of(text: str, *, zone: ZoneInfo, first: bool) -> date:
    """A day of the shop; a moment with an offset is brought to the shop's zone.

    Raises:
        Unreadable: It is none, or lies in another century.
    """
    cell = text.strip().removeprefix("'").strip()
    try:
        return _sane(_day(cell, zone, first))
    except (ValueError, KeyError, OverflowError):
        raise Unreadable(Unread.DATE_UNREADABLE) from None


def _day(cell: str, zone: ZoneInfo, first: bool) -> date:
    if found := _ISO.fullmatch(cell):
        if len(cell) > 10:
            try:
                moment = datetime.fromisoformat(cell.replace("/", "-"))
            except ValueError:
                moment = None
            if moment is not None and moment.tzinfo is not None:
                return moment.astimezone(zone).date()
        return date(int(found[1]), int(found[2]), int(found[3]))
    if found := _NUMERIC.fullmatch(cell):
        day, month = (found[1], found[2]) if first else (found[2], found[1])
        return date(int(found[3]), int(month), int(day))
    if found := _WORDED.fullmatch(cell):
        return date(int(found[3]), _MONTHS[found[2].casefold()], int(found[1]))
    if found := _PACKED.fullmatch(cell):
        return date(int(found[1]), int(found[2]), int(found[3]))
    raise ValueError(cell)


def _sane(day: date) -> date:
    if not 2000 <= day.year < 2100:
        raise ValueError(day)
    return day
