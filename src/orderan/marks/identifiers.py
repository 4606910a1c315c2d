"""GS1 application identifiers as data: how long what follows each may be, and of which letters.

Source: GS1 General Specifications, section 3 (definitions) and figure 7.8.5-2 (element strings of
predefined length, which need no separator after them).
"""

import re
from dataclasses import dataclass
from typing import Final

# Character set 82 of the General Specifications, figure 7.11-1.
_LETTERS: Final = r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]"


@dataclass(frozen=True, slots=True)
class Identifier:
    """An application identifier.

    Attributes:
        pattern: What its value matches whole.
        most: Longest value, in characters.
        fixed: Of predefined length: what follows begins right after it, without a separator.
        date, key: A date YYMMDD; digits that end in a check digit.
    """

    code: str
    pattern: re.Pattern[str]
    most: int
    fixed: bool = False
    date: bool = False
    key: bool = False


_PREDEFINED: Final = {"00", "01", "02", "03", "04", *map(str, range(11, 21)), *map(str, range(31, 37)), "41"}
"""First two digits of identifiers of predefined length."""

_DATES: Final = {"11", "12", "13", "15", "16", "17"}
_KEYS: Final = {"00", "01", "02", "03", "410", "411", "412", "413", "414", "415", "416", "417", "8006"}


def _digits(least: int, most: int) -> tuple[str, int]:
    return rf"\d{{{least},{most}}}", most


def _text(most: int) -> tuple[str, int]:
    return rf"{_LETTERS}{{1,{most}}}", most


def _after(digits: int, text: int) -> tuple[str, int]:
    return rf"\d{{{digits}}}{_LETTERS}{{0,{text}}}", digits + text


_SHAPES: Final[dict[str, tuple[str, int]]] = (
    {"00": _digits(18, 18)}
    | {code: _digits(14, 14) for code in ("01", "02", "03", "8001")}
    | {code: _digits(6, 6) for code in ("11", "12", "13", "15", "16", "17", "7006", "8005")}
    | {"20": _digits(2, 2), "30": _digits(1, 8), "37": _digits(1, 8), "242": _digits(1, 6)}
    | {code: _text(20) for code in ("10", "21", "22", "243", "254", "420", "8002", "8012")}
    | {code: _text(30) for code in ("240", "241", "250", "251", "400", "401", "403", "7002", "8004", "90")}
    | {"235": _text(28), "253": _after(13, 17), "255": _digits(13, 25)}
    | {f"3{first}{second}{places}": _digits(6, 6) for first in "1" for second in "0123456" for places in "012345"}
    | {f"3{first}{second}{places}": _digits(6, 6) for first in "2346" for second in "0123456789" for places in "012345"}
    | {f"33{second}{places}": _digits(6, 6) for second in "01234567" for places in "012345"}
    | {f"35{second}{places}": _digits(6, 6) for second in "01234567" for places in "012345"}
    | {f"390{places}": _digits(1, 15) for places in "0123456789"}
    | {f"391{places}": _digits(4, 18) for places in "0123456789"}
    | {f"392{places}": _digits(1, 15) for places in "0123456789"}
    | {f"393{places}": _digits(4, 18) for places in "0123456789"}
    | {f"394{places}": _digits(4, 4) for places in "0123"}
    | {f"395{places}": _digits(6, 6) for places in "012345"}
    | {f"41{last}": _digits(13, 13) for last in "01234567"}
    | {"402": _digits(17, 17), "421": _after(3, 9), "422": _digits(3, 3), "423": _digits(3, 15)}
    | {"424": _digits(3, 3), "425": _digits(3, 15), "426": _digits(3, 3), "427": _text(3)}
    | {"7001": _digits(13, 13), "7003": _digits(10, 10), "7004": _digits(1, 4), "7005": _text(12)}
    | {"7007": _digits(6, 12), "7008": _text(3), "7009": _text(10), "7010": _text(2)}
    | {f"702{last}": _text(20) for last in "012"}
    | {"7023": _text(30)}
    | {f"703{last}": _after(3, 27) for last in "0123456789"}
    | {f"71{last}": _text(20) for last in "0123456"}
    | {"8003": _after(14, 16), "8006": _digits(18, 18), "8007": _text(34), "8008": _digits(8, 12)}
    | {"8010": _text(30), "8011": _digits(1, 12), "8013": _text(25), "8017": _digits(18, 18)}
    | {"8018": _digits(18, 18), "8019": _digits(1, 10), "8020": _text(25), "8110": _text(70)}
    | {"8111": _digits(4, 4), "8112": _text(70), "8200": _text(70)}
    | {f"9{last}": _text(90) for last in "123456789"}
)  # fmt: skip

IDENTIFIERS: Final = {
    code: Identifier(
        code,
        re.compile(pattern, re.ASCII),
        most,
        fixed=code[:2] in _PREDEFINED,
        date=code in _DATES,
        key=code in _KEYS,
    )
    for code, (pattern, most) in _SHAPES.items()
}
"""Every identifier we know, by its digits."""

LONGEST: Final = max(len(code) for code in IDENTIFIERS)


def identifier_at(text: str) -> Identifier | None:
    """The identifier a string begins with; none begins with another."""
    return next((found for size in range(2, LONGEST + 1) if (found := IDENTIFIERS.get(text[:size]))), None)
