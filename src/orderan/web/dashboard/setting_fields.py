"""Numbers, dates and codes as they are typed into the settings."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from orderan.kit.errors import N_, Kind, Refusal
from orderan.web.forms import AmountUnreadable, DateUnreadable, whole_rupiah

_MOST: Final = 1_000_000_000


@dataclass(eq=False)
class PercentUnreadable(Refusal):
    """Not a percentage from 0 to 100 with at most two decimals."""

    typed: str

    code = "percent_unreadable"
    kind = Kind.INVALID
    sentence = N_("“{typed}” bukan persen antara 0 dan 100.")


@dataclass(eq=False)
class AreaUnreadable(Refusal):
    """Not the code of an administrative area."""

    typed: str

    code = "area_unreadable"
    kind = Kind.INVALID
    sentence = N_("“{typed}” bukan kode wilayah.")


def amount(typed: str) -> int:
    """Whole rupiah; grouping dots, commas and spaces do not count.

    Raises:
        AmountUnreadable: Something else, or more than a billion.
    """
    found = whole_rupiah(typed)
    if found is None or found > _MOST:
        raise AmountUnreadable(typed.strip()[:40])
    return found


def basis_points(typed: str) -> int:
    """A percentage in basis points: `12` is 1200, `0,5` is 50.

    Raises:
        PercentUnreadable: Something else.
    """
    text = typed.strip().removesuffix("%").strip().replace(",", ".")
    try:
        points = Decimal(text) * 100
    except InvalidOperation as fault:
        raise PercentUnreadable(typed.strip()[:40]) from fault
    if not points.is_finite() or points != points.to_integral_value() or not 0 <= points <= 10_000:
        raise PercentUnreadable(typed.strip()[:40])
    return int(points)


def day(typed: str) -> date:
    """A date as the browser sends it.

    Raises:
        DateUnreadable: Something else.
    """
    try:
        return date.fromisoformat(typed.strip())
    except ValueError as fault:
        raise DateUnreadable(typed.strip()[:40]) from fault


def region_codes(typed: str) -> list[str]:
    """Codes of areas, apart by commas, spaces or lines; `*` is everywhere.

    Raises:
        AreaUnreadable: One of them is no code.
    """
    codes = [code for code in re.split(r"[\s,;]+", typed) if code]
    for code in codes:
        if not re.fullmatch(r"\*|[0-9]{2}(\.[0-9]{2,4}){0,3}", code):
            raise AreaUnreadable(code[:40])
    return codes
