"""Barcodes as modules and as drawings that paper and screens show sharply. Drawn by zint.

Code 128     a courier's number, the code of a sku or a bin
QR           what our own scanners read
GS1          a GTIN with lot and expiry, as DataMatrix where there is little room, as GS1-128 on cartons
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from zint import InputMode, Symbol, Symbology, WarningLevel

from orderan.printing.errors import CodeUnprintable

_AWB: Final = re.compile(r"[A-Z0-9][A-Z0-9._/-]{2,39}")
_TYPED: Final = re.compile(r"[!-~]([ -~]{0,46}[!-~])?")
QUIET_BARS: Final = 10
QUIET_QR: Final = 4
QUIET_MATRIX: Final = 2
"""Modules of white a reader needs around a symbol."""


@dataclass(frozen=True, slots=True)
class Symbols:
    """A symbol as rows of modules, dark ones true; a row of bars stands for the whole height."""

    rows: tuple[tuple[bool, ...], ...]

    @property
    def width(self) -> int:
        return len(self.rows[0])

    def svg(self, *, quiet: int, height: int | None = None) -> str:
        """A drawing with `quiet` modules of white to each side; bars are `height` modules high."""
        around = 0 if height else quiet
        tall = height or len(self.rows)
        step = height or 1
        path = "".join(
            f"M{quiet + start} {around + step * y}h{length}v{step}h-{length}z"
            for y, row in enumerate(self.rows)
            for start, length in _runs(row)
        )
        size = f"0 0 {self.width + 2 * quiet} {tall + 2 * around}"
        return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{size}"><path d="{path}"/></svg>'


def _runs(row: Sequence[bool]) -> list[tuple[int, int]]:
    """(first, length) of every dark stretch."""
    found: list[tuple[int, int]] = []
    for at, dark in enumerate(row):
        if not dark:
            continue
        if found and sum(found[-1]) == at:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        else:
            found.append((at, 1))
    return found


def code_128(text: str) -> Symbols:
    """A courier's number.

    Raises:
        CodeUnprintable: Signs that are in no courier's numbers.
    """
    if not _AWB.fullmatch(text):
        raise CodeUnprintable(text[:60])
    return _drawn(Symbology.CODE128, text)


def code_128_typed(text: str) -> Symbols:
    """A code of ours, of any signs a keyboard has.

    Raises:
        CodeUnprintable: It has others, begins or ends with a space, or is longer than 48.
    """
    if not _TYPED.fullmatch(text):
        raise CodeUnprintable(text[:60])
    return _drawn(Symbology.CODE128, text)


def qr(text: str) -> Symbols:
    """Any short text; a quarter of it may be dirty."""
    symbol = Symbol()
    symbol.option_1 = 3
    return _drawn(Symbology.QRCODE, text, symbol)


def gs1_128(bracketed: str) -> Symbols:
    """Elements as `[01]...[10]...`, on bars."""
    return _drawn(Symbology.GS1_128, bracketed, gs1=True)


def gs1_matrix(bracketed: str) -> Symbols:
    """Elements as `[01]...[10]...`, in a square."""
    symbol = Symbol()
    symbol.option_3 = 100  # square, never one of the oblong ones
    return _drawn(Symbology.DATAMATRIX, bracketed, symbol, gs1=True)


def _drawn(symbology: Symbology, text: str, symbol: Symbol | None = None, *, gs1: bool = False) -> Symbols:
    symbol = symbol or Symbol()
    symbol.symbology = symbology
    symbol.input_mode = InputMode.GS1 if gs1 else InputMode.UNICODE
    symbol.warn_level = WarningLevel.FAIL_ALL
    try:
        symbol.encode(text)
    except (RuntimeError, ValueError) as fault:
        raise CodeUnprintable(text[:60]) from fault
    cells = symbol.encoded_data
    return Symbols(
        tuple(
            tuple(bool(cells[y, x >> 3] >> (x & 7) & 1) for x in range(symbol.width))
            for y in range(symbol.rows)
        )
    )
