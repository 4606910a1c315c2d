"""What one value cannot tell, told by the whole file: the order of day and month, the decimal sign.

3/4/2011 is two days, and 2,550 two prices. A file has one habit, and somewhere shows it: 13/4/2011
has the day in front, 2,5 has a comma before its decimals. The habit that most different values
show is the file's; a file that shows none has the first of the list. Whatever then does not read
waits for a person, like any other line.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Literal

from orderan.importing.mapping import Mapping, MoneyFormat
from orderan.importing.reading.source import Raw, Source
from orderan.importing.reading.values import NUMERIC_DATE

DayOrder = Literal["mdy", "dmy"]

_CHUNK = 10_000
_MONTHS = 12
_ENOUGH = 20
"""So many different values that agree, and the rest of the file is not asked."""
_PRICE = re.compile(r"[+-]?(?P<lead>\d*)(?P<rest>(?:[.,]\d+)+)", re.ASCII)
_THOUSAND = 3


def settled(source: Source, mapping: Mapping) -> Mapping:
    """The mapping with every habit it leaves to the file filled in; reads the file if it must."""
    time, money = mapping.time, mapping.money
    if time.day_order == "auto":
        shown = _shown(source, "time", _day_order)
        order: DayOrder = "dmy" if shown["dmy"] > shown["mdy"] else "mdy"
        time = time.model_copy(update={"day_order": order})
    if money.decimal_sign == "auto":
        shown = _shown(source, "price", _decimal_sign)
        comma = shown[","] > shown["."]
        money = MoneyFormat(
            currency=money.currency,
            decimal_sign="," if comma else ".",
            grouping_sign="." if comma else ",",
        )
    return mapping.model_copy(update={"time": time, "money": money})


def _shown(source: Source, column: str, habit: Callable[[str], str]) -> Counter[str]:
    """How many different values of a column show which habit; "" is one that could be any."""
    seen: set[str] = set()
    shown: Counter[str] = Counter()
    for chunk in source.chunks(after=0, size=_CHUNK):
        fresh = _texts(chunk.columns.get(column, ())) - seen
        # Typed columns and ISO times have no habit to tell, and the first lines show as much.
        if chunk.first == 1 and not any(map(_doubtful, fresh)):
            break
        seen |= fresh
        shown.update(filter(None, map(habit, fresh)))
        if len(shown) == 1 and shown.total() >= _ENOUGH:
            break
    return shown


def _texts(values: Iterable[Raw]) -> set[str]:
    return {value.strip() for value in values if isinstance(value, str)}


def _doubtful(text: str) -> bool:
    """Whether this text needs a habit to be read by."""
    if _PRICE.fullmatch(text):
        return True
    return NUMERIC_DATE.fullmatch(text) is not None and not _is_iso(text)


def _day_order(text: str) -> str:
    found = NUMERIC_DATE.fullmatch(text)
    if found is None or len(found["first"]) > 2 or _is_iso(text):
        return ""
    first, second = int(found["first"]), int(found["second"])
    if first > _MONTHS >= second:
        return "dmy"
    return "mdy" if second > _MONTHS >= first else ""


def _is_iso(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _decimal_sign(text: str) -> str:
    found = _PRICE.fullmatch(text)
    if found is None:
        return ""
    rest = found["rest"]
    last = max(rest.rfind("."), rest.rfind(","))
    sign, other = rest[last], "," if rest[last] == "." else "."
    if other in rest:
        return sign
    if rest.count(sign) > 1:
        return other
    grouped = len(rest) - 1 == _THOUSAND and 1 <= len(found["lead"]) <= _THOUSAND and found["lead"][0] != "0"
    return "" if grouped else sign
