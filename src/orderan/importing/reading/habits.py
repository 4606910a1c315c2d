"""What one value cannot tell, told by the whole file: the order of day and month, the decimal sign.

3/4/2011 is two days, and 2,550 two prices. A file has one habit, and somewhere shows it: 13/4/2011
has the day in front, 2,5 has a comma before its decimals. Dots show it too, because nobody writes
03.04.2011 with the month in front; and so does 125.000 in a currency without a smaller unit, where
nothing but thousands has three digits. The habit that most different values show is the file's.
Whatever then does not read waits for a person, like any other line.

A file that shows no order of its days has the month in front, and that is told: it is a choice of
ours, not of the file.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Literal, NamedTuple

from orderan.importing.mapping import Mapping, MoneyFormat
from orderan.importing.money import WHOLE_CURRENCIES
from orderan.importing.reading.source import Chunk, Raw, Source
from orderan.importing.reading.values import NUMERIC_DATE, text_of

DayOrder = Literal["mdy", "dmy"]

_CHUNK = 10_000
_MONTHS = 12
_ENOUGH = 20
"""So many different values that agree, and the rest of the file is not asked."""
_PRICE = re.compile(r"[+-]?(?P<lead>\d*)(?P<rest>(?:[.,]\d+)+)", re.ASCII)
_THOUSAND = 3
_ANY = ""
"""Shown by a value that reads under either habit, differently."""


class Settled(NamedTuple):
    """A mapping with every habit filled in that it leaves to the file.

    Attributes:
        day_order_taken: The order of day and month, where the file needs one and shows none.
    """

    mapping: Mapping
    day_order_taken: DayOrder | None


class Written(NamedTuple):
    """A text, and whether it is money without a smaller unit."""

    text: str
    whole: bool


def settled(source: Source, mapping: Mapping) -> Settled:
    """Fill in the habits; reads the file if it must."""
    time, taken = mapping.time, None
    if time.day_order == "auto":
        shown = _shown(source, _times, _day_order)
        order: DayOrder = "dmy" if shown["dmy"] > shown["mdy"] else "mdy"
        taken = order if shown[_ANY] and shown["dmy"] == shown["mdy"] else None
        time = time.model_copy(update={"day_order": order})
    return Settled(mapping.model_copy(update={"time": time, "money": _signs(source, mapping)}), taken)


def _signs(source: Source, mapping: Mapping) -> MoneyFormat:
    """How prices are punctuated; both signs stated, or one for prices with decimals, is believed."""
    money = mapping.money
    auto = money.decimal_sign == "auto"
    whole = money.currency in WHOLE_CURRENCIES and mapping.columns.currency is None
    if not auto and (money.grouping_sign or not whole):
        return money
    shown = _shown(source, lambda chunk: _prices(chunk, money.currency), _decimal_sign)
    if not auto and not (shown["."] or shown[","]):
        return money
    likely, other = (",", ".") if money.decimal_sign == "," else (".", ",")
    if shown[other] > shown[likely]:
        likely, other = other, likely
    return MoneyFormat.model_validate(
        {"currency": money.currency, "decimal_sign": likely, "grouping_sign": other}
    )


def _shown(
    source: Source, written: Callable[[Chunk], set[Written]], habit: Callable[[Written], str | None]
) -> Counter[str]:
    """How many different values show which habit."""
    seen: set[Written] = set()
    shown: Counter[str] = Counter()
    for chunk in source.chunks(after=0, size=_CHUNK):
        fresh = written(chunk) - seen
        # Typed columns and ISO times have no habit to tell, and the first lines show as much.
        if chunk.first == 1 and not any(_doubtful(one.text) for one in fresh):
            break
        seen |= fresh
        shown.update(told for one in fresh if (told := habit(one)) is not None)
        decided = [count for told, count in shown.items() if told != _ANY]
        if len(decided) == 1 and decided[0] >= _ENOUGH:
            break
    return shown


def _times(chunk: Chunk) -> set[Written]:
    return {Written(text, whole=False) for text in _texts(chunk.columns.get("time", ()))}


def _prices(chunk: Chunk, currency: str | None) -> set[Written]:
    prices, codes = chunk.columns.get("price", ()), chunk.columns.get("currency")
    if codes is None:
        whole = currency in WHOLE_CURRENCIES
        return {Written(text, whole) for text in _texts(prices)}
    return {
        Written(price.strip(), ((text_of(code) or "").upper() or currency) in WHOLE_CURRENCIES)
        for price, code in zip(prices, codes, strict=True)
        if isinstance(price, str)
    }


def _texts(values: Iterable[Raw]) -> set[str]:
    return {value.strip() for value in values if isinstance(value, str)}


def _doubtful(text: str) -> bool:
    """Whether this text needs a habit to be read by."""
    if _PRICE.fullmatch(text):
        return True
    return NUMERIC_DATE.fullmatch(text) is not None and not _is_iso(text)


def _day_order(written: Written) -> str | None:
    found = NUMERIC_DATE.fullmatch(written.text)
    if found is None or len(found["first"]) > 2 or _is_iso(written.text):
        return None
    first, second = int(found["first"]), int(found["second"])
    if first > _MONTHS or second > _MONTHS:
        if first > _MONTHS and second > _MONTHS:
            return None
        return "dmy" if first > _MONTHS else "mdy"
    if found["sign"] == ".":
        return "dmy"
    return None if first == second else _ANY


def _is_iso(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _decimal_sign(written: Written) -> str | None:
    found = _PRICE.fullmatch(written.text)
    if found is None:
        return None
    rest = found["rest"]
    last = max(rest.rfind("."), rest.rfind(","))
    sign, other = rest[last], "," if rest[last] == "." else "."
    if other in rest:
        return sign
    if rest.count(sign) > 1:
        return other
    grouped = len(rest) - 1 == _THOUSAND and 1 <= len(found["lead"]) <= _THOUSAND and found["lead"][0] != "0"
    if not grouped:
        return sign
    return other if written.whole else _ANY
