"""Product pictures: told by their bytes, kept as they came in a folder named after their contents."""

import os
import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

from orderan.catalog.errors import ImageTooLarge, NotAnImage

MOST_BYTES: Final = 5 * 1024 * 1024
MOST_PIXELS: Final = 8_000
MOST_IMAGES: Final = 12
TYPES: Final = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}
FILE_NAME: Final = re.compile(r"[0-9a-f]{64}\.(png|jpg|webp)")

_PNG: Final = b"\x89PNG\r\n\x1a\n"
# JPEG segments that carry the frame's size: SOF0 to SOF15 without DHT, JPG and DAC between them.
_JPEG_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_BARE: Final = frozenset({0x01, *range(0xD0, 0xD8)})


@dataclass(frozen=True, slots=True)
class Picture:
    """What the bytes are: `png`, `jpg` or `webp`, and the size in pixels."""

    kind: str
    width: int
    height: int


def recognise(content: bytes) -> Picture:
    """Tell a picture by its bytes, never by its name. SVG is none: it can carry scripts.

    Raises:
        NotAnImage: No PNG, JPEG or WebP, or one whose size cannot be read.
        ImageTooLarge: More than 5 MB, or more than 8,000 pixels on a side.

    Source: PNG (ISO 15948) 11.2.2, JPEG (ITU T.81) B.2.2, WebP container specification.
    """
    if len(content) > MOST_BYTES:
        raise ImageTooLarge(MOST_BYTES)
    size = None
    kind = ""
    if content.startswith(_PNG) and content[12:16] == b"IHDR":
        kind, size = "png", (_big(content[16:20]), _big(content[20:24]))
    elif content.startswith(b"\xff\xd8\xff"):
        kind, size = "jpg", _jpeg_size(content)
    elif content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        kind, size = "webp", _webp_size(content)
    if size is None or min(size) < 1:
        raise NotAnImage
    if max(size) > MOST_PIXELS:
        raise ImageTooLarge(MOST_BYTES)
    return Picture(kind, *size)


def _big(raw: bytes) -> int:
    return int.from_bytes(raw, "big")


def _little(raw: bytes) -> int:
    return int.from_bytes(raw, "little")


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker in _JPEG_FRAMES:
            return _big(content[at + 7 : at + 9]), _big(content[at + 5 : at + 7])
        at += 1 if marker == 0xFF else 2 if marker in _JPEG_BARE else 2 + _big(content[at + 2 : at + 4])
    return None


def _webp_size(content: bytes) -> tuple[int, int] | None:
    chunk = content[12:16]
    if len(content) < 30:
        return None
    if chunk == b"VP8X":
        return _little(content[24:27]) + 1, _little(content[27:30]) + 1
    if chunk == b"VP8L":
        bits = _little(content[21:25])
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if chunk == b"VP8 " and content[23:26] == b"\x9d\x01\x2a":
        return _little(content[26:28]) & 0x3FFF, _little(content[28:30]) & 0x3FFF
    return None


class PictureFolder:
    """Pictures by the hash of their contents: the same picture is kept once, and never changes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, content: bytes) -> tuple[str, Picture]:
        """Keep a picture; returns its file name. A crash half-way leaves no file of that name.

        Raises:
            NotAnImage, ImageTooLarge
        """
        picture = recognise(content)
        name = f"{sha256(content).hexdigest()}.{picture.kind}"
        path = self._path(name)
        if not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as half:
                half.write(content)
                half.flush()
                os.fsync(half.fileno())
            Path(half.name).rename(path)
        return name, picture

    def read(self, name: str) -> bytes | None:
        """The bytes of a picture; None for whatever was never kept here."""
        if not FILE_NAME.fullmatch(name):
            return None
        path = self._path(name)
        return path.read_bytes() if path.is_file() else None

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / name
