"""Words, numbers and dates as people here write them.

The source language of every page is Indonesian, so an msgid *is* the Indonesian text and only
other languages need a catalogue. Catalogues are plain .po files, one per domain, merged when they
are loaded: two people who translate one sentence differently are told so, not overruled.

    Indonesian   Rp1.250.000   12,5 %   21 Nov 2026 14.05 WIB
    English      Rp1,250,000   12.5%    21 Nov 2026 14:05 WIB

Amounts are integers in the currency's minor unit and stay integers down to the last digit printed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from babel.core import Locale
from babel.dates import get_month_names
from babel.messages.pofile import read_po
from babel.numbers import get_currency_symbol

from orderan.kit.money import digits

SOURCE_LOCALE: Final = "id"
LOCALES: Final = ("id", "en")

_SEPARATORS: Final = {"id": (".", ","), "en": (",", ".")}
_SYMBOLS: Final = {"IDR": "Rp"}
_ZONE_NAMES: Final = {
    "Asia/Jakarta": "WIB",
    "Asia/Pontianak": "WIB",
    "Asia/Makassar": "WITA",
    "Asia/Ujung_Pandang": "WITA",
    "Asia/Jayapura": "WIT",
}
_TWO_DIGIT_AREAS: Final = ("21", "22", "24", "31", "61")


@dataclass(eq=False)
class ConflictingTranslation(Exception):
    """Two .po files translate the same words differently; which is right needs a person."""

    msgid: str
    first: str
    second: str

    def __str__(self) -> str:
        return f"{self.msgid!r} is translated differently in {self.first} and {self.second}"


@dataclass(frozen=True)
class Entry:
    """One translated message: its forms (one, or singular and plural) and the file it is from."""

    forms: tuple[str, ...]
    source: str


Catalogue = Mapping[tuple[str | None, str], Entry]


def load_catalogue(files: Iterable[Path], *, locale: str) -> Catalogue:
    """Merge .po files into one catalogue keyed by (context, Indonesian text).

    Untranslated and fuzzy entries are left out, so the source text shows instead.

    Raises:
        ConflictingTranslation: The same key has different translations in two files.
    """
    merged: dict[tuple[str | None, str], Entry] = {}
    for path in sorted(files):
        with path.open("rb") as source:
            messages = read_po(source, locale=locale, abort_invalid=True)
        for message in messages:
            msgid = message.id[0] if isinstance(message.id, tuple | list) else message.id
            text = message.string
            forms = tuple(text) if isinstance(text, tuple | list) else (text or "",)
            if not msgid or message.fuzzy or not all(forms):
                continue
            key = (message.context, msgid)
            if key in merged and merged[key].forms != forms:
                raise ConflictingTranslation(msgid, merged[key].source, path.name)
            merged.setdefault(key, Entry(forms, path.name))
    return merged


@dataclass(frozen=True)
class Words:
    """The words of one language. A text nobody has translated shows as its Indonesian source.

    `params` are filled in with `%(name)s`; a literal percent sign in a text that takes
    parameters is written `%%`.
    """

    locale: str
    catalogue: Catalogue = field(default_factory=dict, repr=False)

    def gettext(self, text: str, /, **params: object) -> str:
        return self._filled(self._form(None, text, 0) or text, params)

    def pgettext(self, context: str, text: str, /, **params: object) -> str:
        return self._filled(self._form(context, text, 0) or text, params)

    def ngettext(self, singular: str, plural: str, count: int, /, **params: object) -> str:
        """Indonesian has one form, English two; `%(num)s` is the count unless given."""
        text = self.plural_form(singular, plural, count)
        return self._filled(text, {"num": format_number(count, self.locale), **params})

    def plural_form(self, singular: str, plural: str, count: int) -> str:
        """The text for `count` with its parameters still to be filled in."""
        found = self._form(None, singular, 0 if count == 1 else 1)
        return found or (singular if count == 1 else plural)

    def _form(self, context: str | None, text: str, index: int) -> str | None:
        entry = self.catalogue.get((context, text))
        return entry.forms[min(index, len(entry.forms) - 1)] if entry else None

    @staticmethod
    def _filled(text: str, params: Mapping[str, object]) -> str:
        return text % params if params else text


@lru_cache(maxsize=256)
def currency_sign(currency: str, locale: str) -> str:
    """What stands before an amount: `Rp`, `£`, or the code where there is no sign."""
    return _SYMBOLS.get(currency) or get_currency_symbol(currency, locale=locale)


def format_money(minor: int, currency: str, locale: str) -> str:
    """`1250000, "IDR"` is `Rp1.250.000`; `-1250, "GBP"` is `-£12,50` in Indonesian."""
    group, point = _SEPARATORS[locale]
    decimals = digits(currency)
    whole, part = divmod(abs(minor), 10**decimals)
    fraction = f"{point}{part:0{decimals}d}" if decimals else ""
    sign = "-" if minor < 0 else ""
    symbol = currency_sign(currency, locale)
    gap = " " if symbol[-1:].isalpha() and symbol != "Rp" else ""
    return f"{sign}{symbol}{gap}{_grouped(whole, group)}{fraction}"


def format_number(value: float | Decimal, locale: str, *, decimals: int | None = None) -> str:
    """Group by thousands. Without `decimals` a fraction keeps at most two, none trailing."""
    group, point = _SEPARATORS[locale]
    if isinstance(value, int):
        text = str(abs(value)) if not decimals else f"{abs(value)}.{'0' * decimals}"
    elif decimals is not None:
        text = f"{abs(Decimal(str(value))):.{decimals}f}"
    else:
        text = f"{abs(Decimal(str(value))):.2f}".rstrip("0").rstrip(".")
    whole, _, part = text.partition(".")
    negative = value < 0 and text.strip("0.") != ""
    return ("-" if negative else "") + _grouped(int(whole), group) + (point + part if part else "")


def format_percent(share: float | Decimal, locale: str, *, decimals: int = 1) -> str:
    """A share of one: `0.125` is `12,5 %` in Indonesian and `12.5%` in English."""
    text = format_number(Decimal(str(share)) * 100, locale, decimals=decimals)
    if decimals:
        text = text.rstrip("0").rstrip(_SEPARATORS[locale][1])
    return f"{text} %" if locale == "id" else f"{text}%"


def format_datetime(moment: datetime, zone: str, locale: str) -> str:
    """`21 Nov 2026 14.05 WIB`: the clock of `zone`, named, so nobody has to guess whose it is."""
    local = _local(moment, zone)
    return f"{format_date(local.date(), locale)} {format_time(moment, zone, locale)}"


def format_time(moment: datetime, zone: str, locale: str) -> str:
    """`14.05 WIB` in Indonesian, `14:05 WIB` in English."""
    local = _local(moment, zone)
    mark = "." if locale == "id" else ":"
    name = _ZONE_NAMES.get(zone) or local.tzname() or zone
    return f"{local.hour:02d}{mark}{local.minute:02d} {name}"


def format_date(day: date, locale: str) -> str:
    """`21 Nov 2026`. A datetime is refused by its type: its day depends on a zone."""
    return f"{day.day} {_months(locale)[day.month]} {day.year}"


def local_date(moment: datetime, zone: str) -> date:
    """The calendar day of `moment` on the clock of `zone`."""
    return _local(moment, zone).date()


@lru_cache(maxsize=8)
def _months(locale: str) -> Mapping[int, str]:
    return dict(get_month_names("abbreviated", locale=Locale.parse(locale)))


_UNITS: Final = ((86_400, "hari", "day"), (3_600, "jam", "hour"), (60, "menit", "minute"))


def format_age(moment: datetime, now: datetime, locale: str) -> str:
    """How long ago, in one unit: `5 menit lalu`, `in 3 hours`; under a minute is `baru saja`."""
    seconds = int((now - moment) / timedelta(seconds=1))
    for size, indonesian, english in _UNITS:
        count = abs(seconds) // size
        if not count:
            continue
        if locale == "id":
            return f"{count} {indonesian} {'lalu' if seconds > 0 else 'lagi'}"
        unit = english if count == 1 else f"{english}s"
        return f"{count} {unit} ago" if seconds > 0 else f"in {count} {unit}"
    return "baru saja" if locale == "id" else "just now"


def format_phone(number: str) -> str:
    """`+6281234567890` as people here write it: `0812-3456-7890`.

    Foreign numbers are spaced as their own country writes them; what is not E.164 comes back
    as it was given, because a phone number somebody typed is better shown odd than lost.
    """
    if not number.startswith("+") or not number[1:].isdigit():
        return number
    if not number.startswith("+62"):
        return _foreign_phone(number)
    national = number[3:]
    if national.startswith("8"):
        return "-".join(part for part in ("0" + national[:3], national[3:7], national[7:]) if part)
    area = 2 if national.startswith(_TWO_DIGIT_AREAS) else 3
    rest = national[area:]
    half = len(rest) - 4
    tail = f"{rest[:half]}-{rest[half:]}" if half > 0 else rest
    return f"(0{national[:area]}) {tail}"


def _foreign_phone(number: str) -> str:
    import phonenumbers  # its tables are heavy and few pages ever show a foreign number

    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _grouped(whole: int, group: str) -> str:
    return f"{whole:,}".replace(",", group)


def _local(moment: datetime, zone: str) -> datetime:
    if moment.tzinfo is None:
        msg = f"{moment!r} has no time zone"
        raise ValueError(msg)
    return moment.astimezone(ZoneInfo(zone))
