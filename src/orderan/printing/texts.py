"""Texts of strangers made fit for paper: one line, nothing that steers a printer or a reader. Pure."""

import re
import unicodedata
from typing import Final

_STEERING: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
"""Categories that show nothing, and turn text around, break lines or command a device."""
LONGEST_WORD: Final = 24
_LONG: Final = re.compile(rf"\S{{{LONGEST_WORD + 1},}}")
BREAK: Final = "\u200b"
"""Nothing to see, and a line may end there."""


def plain(text: str, most: int) -> str:
    """A text on one line, at most so long, an ellipsis where it was cut."""
    shown = "".join(
        " " if unicodedata.category(one) in {"Cc", "Zl", "Zp"} else one
        for one in unicodedata.normalize("NFC", text)
        if unicodedata.category(one) not in _STEERING - {"Cc"}
    )
    line = " ".join(shown.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def breakable(text: str) -> str:
    """The same to the eye; a word that fits on no line may end within itself."""
    return _LONG.sub(lambda found: BREAK.join(_pieces(found[0])), text)


def _pieces(word: str) -> list[str]:
    return [word[at : at + LONGEST_WORD // 2] for at in range(0, len(word), LONGEST_WORD // 2)]


def weight(grams: int) -> str:
    """As couriers write it, up to a hundredth of a kilogram."""
    hundredths = -(-grams // 10)
    whole, rest = divmod(hundredths, 100)
    return f"{whole},{rest:02d} kg".replace(",00", "")


def rupiah(minor: int) -> str:
    return "Rp" + f"{minor:,}".replace(",", ".")
