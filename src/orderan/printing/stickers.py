"""Stickers on goods and bins: what stands where, the same on both roads to paper, and a PDF of many.

Everything is measured in dots of a printer of 203 dpi, of which 8 are a millimetre. Bars stand along the foot with
their text below them; a square stands at the right.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from orderan.printing.barcodes import (
    QUIET_BARS,
    QUIET_MATRIX,
    QUIET_QR,
    Symbols,
    code_128_typed,
    gs1_128,
    gs1_matrix,
    qr,
)
from orderan.printing.errors import CodeUnprintable
from orderan.printing.models import Sticker, StickerSize
from orderan.printing.texts import breakable, plain
from orderan.printing.typesetting import typeset_aside

DOTS_PER_MM: Final = 8
THICK, THIN = 3, 2
"""Dots of a module of bars; never one, which prints as nothing or as two."""
MARGIN: Final = 16
MOST_TEXT: Final = 80


@dataclass(frozen=True, slots=True)
class Paper:
    """A size in dots: how wide and high it is, and how high the bars and the heading are."""

    width: int
    height: int
    heading: int
    bars: int
    square: int


PAPERS: Final = {
    StickerSize.SMALL: Paper(480, 320, 44, 96, 168),
    StickerSize.WIDE: Paper(800, 400, 96, 120, 240),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A text in its box, on one line, at the largest size at which it fits there."""

    text: str
    x: int
    y: int
    width: int
    height: int
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Laid:
    """A sticker as it is printed; bars are `tall` dots high, a square as high as it is wide."""

    paper: Paper
    lines: tuple[Line, ...]
    symbol: Symbols
    x: int
    y: int
    dots: int
    tall: int | None
    copies: int


def check_sticker(sticker: Sticker) -> None:
    """Whether a sticker can be printed.

    Raises:
        CodeUnprintable: No scanner would read it back.
    """
    laid(sticker)


def laid(sticker: Sticker) -> Laid:
    """What stands where.

    Raises:
        CodeUnprintable: No scanner would read it back.
    """
    paper = PAPERS[sticker.size]
    spoken = sticker.elements.replace("[", "(").replace("]", ")") if sticker.elements else sticker.code
    bars = _bars(sticker, paper)
    if bars is not None:
        symbol, dots = bars
        return _with_bars(sticker, paper, symbol, dots, plain(spoken, MOST_TEXT))
    square, quiet = (
        (gs1_matrix(sticker.elements), QUIET_MATRIX) if sticker.elements else (qr(sticker.code), QUIET_QR)
    )
    dots = paper.square // (square.width + 2 * quiet)
    if dots < THIN:
        raise CodeUnprintable(spoken[:60])
    return _with_square(sticker, paper, square, dots, plain(spoken, MOST_TEXT))


def _bars(sticker: Sticker, paper: Paper) -> tuple[Symbols, int] | None:
    """Bars and the dots of their modules; None where none fit across the paper with white on both sides."""
    try:
        bars = gs1_128(sticker.elements) if sticker.elements else code_128_typed(sticker.code)
    except CodeUnprintable:
        return None
    for dots in (THICK, THIN):
        if (bars.width + 2 * QUIET_BARS) * dots <= paper.width:
            return bars, dots
    return None


def _with_bars(sticker: Sticker, paper: Paper, symbol: Symbols, dots: int, spoken: str) -> Laid:
    inner = paper.width - 2 * MARGIN
    foot = paper.height - MARGIN - 28
    top = foot - 8 - paper.bars
    room = top - 8 - (MARGIN + paper.heading)
    return Laid(
        paper,
        (
            Line(plain(sticker.heading, MOST_TEXT), MARGIN, MARGIN, inner, paper.heading, strong=True),
            *_stacked(sticker, MARGIN, MARGIN + paper.heading, inner, room),
            Line(spoken, MARGIN, foot, inner, 28),
        ),
        symbol,
        (paper.width - symbol.width * dots) // 2,
        top,
        dots,
        paper.bars,
        sticker.copies,
    )


def _with_square(sticker: Sticker, paper: Paper, symbol: Symbols, dots: int, spoken: str) -> Laid:
    side = symbol.width * dots
    foot = paper.height - MARGIN - 28
    x, y = paper.width - MARGIN - 8 - side, foot - 12 - side
    below = MARGIN + paper.heading
    inner = paper.width - 2 * MARGIN
    return Laid(
        paper,
        (
            Line(
                plain(sticker.heading, MOST_TEXT),
                MARGIN,
                MARGIN,
                inner,
                min(paper.heading, y - 8 - MARGIN),
                strong=True,
            ),
            *_stacked(sticker, MARGIN, below, x - 16 - MARGIN, foot - 8 - below),
            Line(spoken, MARGIN, foot, inner, 28),
        ),
        symbol,
        x,
        y,
        dots,
        None,
        sticker.copies,
    )


def _stacked(sticker: Sticker, x: int, y: int, width: int, height: int) -> list[Line]:
    """The title, then the facts, each on a line of its own."""
    texts = [plain(one, MOST_TEXT) for one in (sticker.title, *sticker.facts) if one]
    step = min(height // max(len(texts), 1), 40)
    return [Line(text, x, y + turn * step, width, step - 4) for turn, text in enumerate(texts)]


async def sticker_pdf(stickers: Sequence[Sticker]) -> bytes:
    """A page for every sticker, each as many times as it is wanted, in this order."""
    return await typeset_aside("sticker", {"stickers": [_page(laid(one)) for one in stickers]})


def _page(one: Laid) -> dict[str, Any]:
    wide = one.symbol.width * one.dots
    tall = one.tall or len(one.symbol.rows) * one.dots
    return {
        "width": one.paper.width / DOTS_PER_MM,
        "height": one.paper.height / DOTS_PER_MM,
        "copies": one.copies,
        "lines": [
            {
                "text": breakable(line.text),
                "x": line.x / DOTS_PER_MM,
                "y": line.y / DOTS_PER_MM,
                "width": line.width / DOTS_PER_MM,
                "height": line.height / DOTS_PER_MM,
                "strong": line.strong,
            }
            for line in one.lines
        ],
        "symbol": one.symbol.svg(quiet=0, height=60 if one.tall else None),
        "x": one.x / DOTS_PER_MM,
        "y": one.y / DOTS_PER_MM,
        "wide": wide / DOTS_PER_MM,
        "tall": tall / DOTS_PER_MM,
    }
