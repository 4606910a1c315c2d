"""A thermal printer that understands as much ZPL as our writer uses, and draws with encoders that are not ours.

Text is drawn too, so that what runs into a code is seen by whoever reads it back; `^FO`, `^FD` and `^FS` in
somebody's name would be obeyed here as a printer obeys them. Bars are as wide as zxing makes them, modules of QR as
segno does.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import segno
import zxingcpp
from PIL import Image, ImageDraw, ImageFont

from orderan.printing import typesetting

SIZE = (800, 1200)
FONT = Path(typesetting.__file__).parent / "fonts/NotoSans-Regular.ttf"


@dataclass
class Field:
    """One `^FO...^FS`, as a printer gathers it."""

    x: int
    y: int
    commands: list[tuple[str, str]]
    data: str


def labels_in(zpl: str) -> list[Image.Image]:
    """Every label between `^XA` and `^XZ`."""
    return [_drawn(body) for body in re.findall(r"\^XA(.*?)\^XZ", zpl, re.DOTALL)]


def _size(body: str) -> tuple[int, int]:
    wide, long = re.search(r"\^PW(\d+)", body), re.search(r"\^LL(\d+)", body)
    return (int(wide[1]) if wide else SIZE[0], int(long[1]) if long else SIZE[1])


def fields_in(zpl: str) -> list[Field]:
    [body] = re.findall(r"\^XA(.*?)\^XZ", zpl, re.DOTALL)
    return list(_fields(body))


def _fields(body: str) -> Iterator[Field]:
    commands: list[tuple[str, str]] = []
    for name, rest in re.findall(r"[\^~]([A-Z][A-Z0-9])([^\^~]*)", body):
        if name == "FS":
            there = dict(commands)
            x, y = (int(one) for one in there["FO"].split(","))
            yield Field(x, y, commands, _plain(there.get("FD", ""), "FH" in there))
            commands = [one for one in commands if one[0] == "BY"]
        else:
            commands.append((name, rest.rstrip("\n")))


def _plain(data: str, escaped: bool) -> str:
    return re.sub(r"_([0-9A-F]{2})", lambda found: chr(int(found[1], 16)), data) if escaped else data


def _drawn(body: str) -> Image.Image:
    paper = Image.new("L", _size(body), 255)
    pen = ImageDraw.Draw(paper)
    module = 2
    for field in _fields(body):
        there = dict(field.commands)
        module = int(there.get("BY", module))
        if "BC" in there:
            _stick(paper, _bars(field.data), field, module, int(there["BC"].split(",")[1]))
        elif "BQ" in there:
            assert field.data.startswith("QA,")
            _stick(paper, _square(field.data[3:]), field, int(there["BQ"].split(",")[2]), None)
        elif "GF" in there:
            picture = _picture(there["GF"])
            paper.paste(picture, (field.x, field.y))
        elif "GB" in there:
            width, height, thick = (int(one) for one in there["GB"].split(","))
            filled = thick >= min(width, height)
            box = (field.x, field.y, field.x + width - 1, field.y + height - 1)
            pen.rectangle(box, fill=0 if filled else None, outline=0, width=min(thick, width, height))
        elif "A0" in there:
            size = int(there["A0"].split(",")[1])
            pen.text((field.x, field.y), field.data, fill=255 if "FR" in there else 0, font=font(size))
    return paper


@cache
def font(size: int) -> ImageFont.FreeTypeFont:
    """About as wide as a printer's own, at its height in dots."""
    return ImageFont.truetype(str(FONT), round(size * 0.75))


def _bars(text: str) -> Image.Image:
    drawn = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.Code128).to_image(
        scale=1, add_quiet_zones=False
    )
    return Image.fromarray(np.array(drawn))


def _square(text: str) -> Image.Image:
    cells = np.array(segno.make_qr(text, error="q", boost_error=False).matrix, dtype=np.uint8)
    return Image.fromarray((1 - cells) * 255)


def _picture(command: str) -> Image.Image:
    """`A,bytes,bytes,bytes a row,` and the dots as hexadecimal; a colon is the row above once more."""
    kind, total, _, across, data = command.split(",", 4)
    assert kind == "A"
    rows: list[str] = []
    for row in re.findall(rf"[0-9A-F]{{{int(across) * 2}}}|:", data):
        rows.append(rows[-1] if row == ":" else row)
    assert len(rows) * int(across) == int(total)
    dots = np.unpackbits(np.frombuffer(bytes.fromhex("".join(rows)), dtype=np.uint8))
    return Image.fromarray((1 - dots.reshape(len(rows), int(across) * 8)) * 255)


def _stick(paper: Image.Image, code: Image.Image, field: Field, module: int, height: int | None) -> None:
    size = (code.width * module, height or code.height * module)
    paper.paste(code.resize(size, Image.Resampling.NEAREST), (field.x, field.y))
