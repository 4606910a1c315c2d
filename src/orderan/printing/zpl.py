"""The same labels in ZPL, the language of thermal printers of 203 dpi: 800 x 1200 dots.

    ^CI28    text is UTF-8
    ^FH_     `_41` is a byte, so that `^`, `~` and `_` in somebody's name are signs and no commands
    ^BC..A   the printer chooses Code 128's sets, ^BQ draws QR

A printer neither wraps at words nor shrinks text by itself: lines are broken here, by widths of its font 0 that err
on the wide side.
"""

from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import Final

from orderan.printing.barcodes import QUIET_QR
from orderan.printing.labels import INNER_DOTS, QR_DOTS, Worded, worded
from orderan.printing.models import Label, Party

LEFT: Final = 32
_NARROW: Final = frozenset("ijlI.,:;'|!() -/·")
_WIDE: Final = frozenset("mwMW@%&")
_EM: Final = {"narrow": 0.36, "wide": 0.92, "capital": 0.68, "other": 0.56, "foreign": 1.0}


def label_zpl(labels: Sequence[Label]) -> str:
    """Labels, one after another in this order."""
    return "".join(_label(worded(label)) for label in labels)


def _label(words: Worded) -> str:
    return "\n".join(["^XA", "^CI28", "^PW800", "^LL1200", "^LH0,0", *_fields(words), "^XZ\n"])


def _fields(words: Worded) -> Iterator[str]:
    yield from fitted(LEFT, 34, 464, 84, words.courier, (76, 64, 52, 44, 36, 28))
    yield from fitted(504, 34, 264, 50, words.service, (48, 40, 32, 26, 20, 17))
    yield from fitted(504, 92, 264, 24, words.part, (24,))
    yield _rule(128)
    bars = words.bars.width * words.bar_dots
    yield f"^BY{words.bar_dots}^FO{400 - bars // 2},140^BCN,144,N,N,N,A^FH_^FD{_safe(words.awb)}^FS"
    yield from fitted(LEFT, 292, INNER_DOTS, 44, words.awb, (42, 36, 30, 24))
    yield _rule(340)
    yield from fitted(LEFT, 360, 400, 80, words.routing, (72, 58, 46, 38, 30, 24, 19))
    yield f"^FO448,352^GB320,88,{88 if words.collects else 3}^FS"
    yield from fitted(460, 372, 296, 56, words.cash, (48, 42, 36, 30, 24), reverse=words.collects)
    yield _rule(452)
    yield _text(LEFT, 460, 20, "Penerima")
    yield from _party(LEFT, 484, INNER_DOTS, 288, words.recipient, (38, 34, 30, 26, 22, 19, 16))
    yield _rule(780)
    yield _text(LEFT, 788, 20, "Pengirim")
    yield from _party(LEFT, 812, 512, 190, words.sender, (28, 24, 20, 17, 14))
    side = (words.square.width + 2 * QUIET_QR) * QR_DOTS
    corner = 660 - side // 2 + QUIET_QR * QR_DOTS
    yield f"^FO{corner},808^BQN,2,{QR_DOTS}^FH_^FDQA,{_safe(words.reference)}^FS"
    yield from fitted(568, 976, 200, 24, words.reference, (24, 20, 16))
    yield _rule(1008)
    yield from fitted(LEFT, 1018, 460, 26, " · ".join(words.facts), (26, 22))
    yield from fitted(504, 1018, 264, 26, words.again, (26, 22))
    yield from stacked(LEFT, 1052, INNER_DOTS, 130, words.contents, (24, 20, 17, 14))


def _party(x: int, y: int, width: int, height: int, party: Party, sizes: Sequence[int]) -> Iterator[str]:
    return stacked(x, y, width, height, (party.name, party.phone, party.address), sizes)


def stacked(
    x: int, y: int, width: int, height: int, texts: Sequence[str], sizes: Sequence[int]
) -> Iterator[str]:
    """Texts below each other, at the largest size at which all of them fit; of what never fits, what does."""
    for size in sizes:
        lines = [line for text in texts for line in broken(text, width, size)]
        step = round(size * 1.16)
        if len(lines) * step <= height or size == sizes[-1]:
            for turn, line in enumerate(lines[: height // step]):
                yield _text(x, y + turn * step, size, line)
            return


def fitted(
    x: int, y: int, width: int, height: int, text: str, sizes: Sequence[int], *, reverse: bool = False
) -> Iterator[str]:
    """A text on one line, at the largest size at which it fits there."""
    if not text:
        return
    size = next((one for one in sizes if one <= height and text_width(text, one) <= width), sizes[-1])
    yield _text(x, y, size, broken(text, width, size)[0], reverse=reverse)


def broken(text: str, width: int, size: int) -> list[str]:
    """Lines no wider than so many dots, broken at words where there are any that fit."""
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        rest = word
        longer = f"{line} {rest}" if line else rest
        if text_width(longer, size) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        while text_width(rest, size) > width:
            fitting = max(sum(1 for _ in takewhile(lambda wide: wide <= width, _widths(rest, size))), 1)
            lines.append(rest[:fitting])
            rest = rest[fitting:]
        line = rest
    return [*lines, line] if line else lines


def text_width(text: str, size: int) -> float:
    """Dots a text takes at most in a printer's font 0."""
    return sum(_em(one) for one in text) * size


def _widths(text: str, size: int) -> Iterator[float]:
    """Dots of its beginnings, the shortest first."""
    so_far = 0.0
    for one in text:
        so_far += _em(one) * size
        yield so_far


def _em(one: str) -> float:
    if one in _NARROW:
        return _EM["narrow"]
    if one in _WIDE:
        return _EM["wide"]
    if not one.isascii():
        return _EM["foreign"]
    return _EM["capital" if one.isupper() else "other"]


def _rule(y: int) -> str:
    return f"^FO{LEFT},{y}^GB{INNER_DOTS},3,3^FS"


def _text(x: int, y: int, size: int, text: str, *, reverse: bool = False) -> str:
    return f"^FO{x},{y}^A0N,{size},{size}{'^FR' if reverse else ''}^FH_^FD{_safe(text)}^FS"


def _safe(text: str) -> str:
    """A text as field data, in which no sign is a command."""
    return "".join(f"_{ord(one):02X}" if one in "^~_\\" else one for one in text)
