"""What a shop and a channel may be called, and a tax number. Pure."""

import re
from typing import Final
from zoneinfo import available_timezones

from stdnum.exceptions import ValidationError
from stdnum.id import npwp

from orderan.shops.errors import (
    CodeUnusable,
    DaysOutOfRange,
    HoldOutOfRange,
    NameEmpty,
    TaxNumberWrong,
    ZoneUnknown,
)

_CODE: Final = re.compile(r"[a-z0-9_-]{1,32}")
_LONGEST_NAME: Final = 120


def clean_name(typed: str) -> str:
    """A name on one line.

    Raises:
        NameEmpty: Nothing is left.
    """
    name = " ".join(typed.split())[:_LONGEST_NAME]
    if not name:
        raise NameEmpty
    return name


def clean_code(typed: str) -> str:
    """A code as programs and addresses use it.

    Raises:
        CodeUnusable: Other letters, or too long.
    """
    code = typed.strip().lower()
    if not _CODE.fullmatch(code):
        raise CodeUnusable(typed.strip()[:_LONGEST_NAME])
    return code


def clean_tax_number(typed: str) -> str | None:
    """An NPWP of 15 or 16 digits without dots and dashes; None when nothing was typed.

    Sixteen digits are the number since July 2024: a person's NIK, or a zero before the fifteen.

    Raises:
        TaxNumberWrong: Its length or its check digit does not fit.

    Source: PMK 112/PMK.03/2022 articles 2 and 3 as changed by PMK 136/2023.
    """
    digits = re.sub(r"[\s.\-]", "", typed)
    if not digits:
        return None
    try:
        npwp.validate(digits)
    except ValidationError as fault:
        raise TaxNumberWrong(typed.strip()[:40]) from fault
    return digits


def known_zone(name: str) -> str:
    """A time zone as the IANA names it.

    Raises:
        ZoneUnknown: It does not.
    """
    if name not in available_timezones():
        raise ZoneUnknown(name[:60])
    return name


def hold_minutes(typed: str) -> int:
    """How long an unpaid order holds stock.

    Raises:
        HoldOutOfRange: Not 1 to 43,200 minutes.
    """
    if not typed.strip().isdecimal() or not 1 <= int(typed) <= 43_200:
        raise HoldOutOfRange
    return int(typed)


def complete_days(typed: str) -> int:
    """Days from delivery until an order completes by itself.

    Raises:
        DaysOutOfRange: Not 0 to 365.
    """
    if not typed.strip().isdecimal() or not 0 <= int(typed) <= 365:
        raise DaysOutOfRange
    return int(typed)
