"""The same stickers in ZPL.

Symbols are drawn dot by dot with `^GF`: how a printer is told the FNC1 of GS1 differs from one firmware to the next,
and a drawing does not. A row that repeats the one above it is a colon.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from orderan.printing.models import Sticker
from orderan.printing.stickers import Laid, Line, laid
from orderan.printing.zpl import fitted

SIZES: Final = (96, 80, 64, 52, 44, 36, 30, 26, 22, 18, 15)


def sticker_zpl(stickers: Sequence[Sticker]) -> str:
    """Stickers, one after another in this order; the printer repeats each as often as it is wanted."""
    return "".join(_sticker(laid(one)) for one in stickers)


def _sticker(one: Laid) -> str:
    head = ["^XA", "^CI28", f"^PW{one.paper.width}", f"^LL{one.paper.height}", "^LH0,0", f"^PQ{one.copies}"]
    return "\n".join([*head, *_fields(one), "^XZ\n"])


def _fields(one: Laid) -> Iterator[str]:
    for line in one.lines:
        yield from fitted(line.x, line.y, line.width, line.height, line.text, _sizes(line))
    yield _drawn(one)


def _sizes(line: Line) -> tuple[int, ...]:
    return tuple(size for size in SIZES if size <= line.height) or SIZES[-1:]


def _drawn(one: Laid) -> str:
    across = -(-one.symbol.width * one.dots // 8)
    rows: list[str] = []
    for row in one.symbol.rows:
        bits = "".join(("1" if dark else "0") * one.dots for dark in row).ljust(across * 8, "0")
        rows += [f"{int(bits, 2):0{across * 2}X}", *[":"] * ((one.tall or one.dots) - 1)]
    total = across * len(rows)
    return f"^FO{one.x},{one.y}^GFA,{total},{total},{across},{''.join(rows)}^FS"
