"""GS1 element strings: identifiers with their values, as scanners send them and as people read them."""

import calendar
import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from orderan.marks.errors import (
    CheckDigitWrong,
    DateImpossible,
    ElementTwice,
    ElementWrong,
    SeparatorLost,
    UnknownIdentifier,
)
from orderan.marks.gtin import require_check_digit
from orderan.marks.identifiers import IDENTIFIERS, Identifier, identifier_at

Element = tuple[str, str]
SEPARATOR: Final = "\x1d"
"""What a scanner sends for FNC1 between elements: ASCII 29, group separator."""


def split_elements(text: str) -> list[Element]:
    """The elements of a string as a scanner sends it: separators after elements of variable length.

    Source: GS1 General Specifications, sections 7.8.4 to 7.8.6. A leading FNC1, sent as a separator, is
    left out; one after an element of predefined length is harmless and read past, as the
    specifications ask for. A caret stands for FNC1 where people write one (GS1 syntax dictionary).

    Raises:
        UnknownIdentifier, ElementWrong, ElementTwice, CheckDigitWrong, DateImpossible.
        SeparatorLost: An element of variable length holds what looks like the elements after it.
    """
    rest = text.replace("^", SEPARATOR).removeprefix(SEPARATOR)
    separated = SEPARATOR in rest
    found: list[Element] = []
    while rest:
        identifier = identifier_at(rest)
        if identifier is None:
            raise UnknownIdentifier(_shown(rest))
        body = rest[len(identifier.code) :]
        if identifier.fixed:
            value, rest = body[: identifier.most], body[identifier.most :].removeprefix(SEPARATOR)
        else:
            value, _, rest = body.partition(SEPARATOR)
            if not separated:
                _require_end(identifier, value)
        found.append((identifier.code, value))
    return checked(found)


_BRACKETED: Final = re.compile(r"\((\d{2,4})\)((?:[^(\\]|\\.)*)", re.DOTALL)


def split_bracketed(text: str) -> list[Element]:
    r"""The elements of a string as people write it: `(01)09506000134352(10)ABC`.

    A bracket that belongs to a value is written `\(`, as the GS1 syntax has it.

    Raises:
        UnknownIdentifier: A bracket holds none, or something stands before the first.
        ElementWrong, ElementTwice, CheckDigitWrong, DateImpossible.
    """
    found, at = [], 0
    for match in _BRACKETED.finditer(text):
        if match.start() != at:
            break
        code, value = match.groups()
        if code not in IDENTIFIERS:
            raise UnknownIdentifier(code)
        found.append((code, re.sub(r"\\(.)", r"\1", value).strip()))
        at = match.end()
    if at != len(text) or not found:
        raise UnknownIdentifier(_shown(text[at:]))
    return checked(found)


def checked(elements: Iterable[Element]) -> list[Element]:
    """Elements whose values are of their shape; an element told twice in the same words is told once.

    Raises:
        ElementWrong, ElementTwice, CheckDigitWrong, DateImpossible.
    """
    told: dict[str, str] = {}
    for code, value in elements:
        identifier = IDENTIFIERS[code]
        if not identifier.pattern.fullmatch(value):
            raise ElementWrong(code, _shown(value))
        if identifier.key:
            require_check_digit(value)
        if identifier.date:
            read_date(code, value, today=None)
        if told.setdefault(code, value) != value:
            raise ElementTwice(code)
    return list(told.items())


def _require_end(identifier: Identifier, value: str) -> None:
    """Whether a value that runs to the end of a string without separators may have swallowed others.

    A date, a GTIN or an SSCC at its end that would hold by itself is taken for one: to read a batch
    that is the batch and its expiry run together would put a batch on the shelf that nobody has.
    """
    if len(value) > identifier.most:
        raise SeparatorLost(identifier.code, _shown(value))
    for at in range(1, len(value) - 5):
        behind = identifier_at(value[at:])
        if behind is None or not (behind.date or behind.key):
            continue
        end = value[at + len(behind.code) :]
        if behind.pattern.fullmatch(end) and _holds(behind, end):
            raise SeparatorLost(identifier.code, _shown(value))


def _holds(identifier: Identifier, value: str) -> bool:
    try:
        if identifier.key:
            require_check_digit(value)
        else:
            read_date(identifier.code, value, today=None)
    except (CheckDigitWrong, DateImpossible):
        return False
    return True


def read_date(code: str, value: str, *, today: date | None) -> date:
    """A date YYMMDD; the day 00 is the last of its month.

    Args:
        today: Which century is meant is said by the year it is read in: a year 51 or more ahead of the
            last two digits of this one is of the century before, one 50 or more behind of the next.
            None reads it in the century that begins with 2000, which is enough to know whether there is
            such a day (29 February apart, which 2000 had).

    Raises:
        DateImpossible.

    Source: GS1 General Specifications, sections 3.4.2 (the day 00) and 7.12 (determination of the
        century).
    """
    year, month, day = int(value[:2]), int(value[2:4]), int(value[4:6])
    century, behind = (today.year // 100, year - today.year % 100) if today else (20, 0)
    if behind >= 51:
        century -= 1
    elif behind <= -50:
        century += 1
    try:
        last = calendar.monthrange(century * 100 + year, month)[1]
        return date(century * 100 + year, month, day or last)
    except (ValueError, calendar.IllegalMonthError) as fault:
        raise DateImpossible(code, value) from fault


def meaning(elements: Sequence[Element], *, today: date) -> dict[str, Any]:
    """What elements say, as fields of a Mark."""
    told = dict(elements)
    says: dict[str, Any] = {"elements": tuple(elements)}
    says["gtin"] = told.get("01") or told.get("02")
    says["batch"], says["serial"], says["sscc"] = told.get("10"), told.get("21"), told.get("00")
    for code, name in (("17", "expires_on"), ("15", "best_before"), ("11", "produced_on")):
        if code in told:
            says[name] = read_date(code, told[code], today=today)
    if count := told.get("37") or told.get("30"):
        says["count"] = int(count)
    for code, value in elements:
        if code.startswith("310"):
            # The fourth digit says how many decimals: section 3.6.2.
            says["net_weight_kg"] = Decimal(int(value)).scaleb(-int(code[3]))
    return says


def bracketed(elements: Iterable[Element]) -> str:
    """Elements as people read them, under a symbol.

    >>> bracketed([("01", "09506000134352"), ("10", "ABC")])
    '(01)09506000134352(10)ABC'
    """
    return "".join(f"({code}){value}" for code, value in elements)


def joined(elements: Iterable[Element]) -> str:
    """Elements as a symbol holds them after its leading FNC1, those of predefined length first.

    Raises:
        ElementWrong, ElementTwice, CheckDigitWrong, DateImpossible.
    """
    told = sorted(checked(elements), key=lambda element: not IDENTIFIERS[element[0]].fixed)
    text = "".join(f"{code}{value}{'' if IDENTIFIERS[code].fixed else SEPARATOR}" for code, value in told)
    return text.removesuffix(SEPARATOR)


def _shown(text: str) -> str:
    """Enough of it to recognise, with nothing a terminal or a page would trip over."""
    return "".join(letter if letter.isprintable() else "·" for letter in text[:40])
