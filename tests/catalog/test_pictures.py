"""Pictures are told by their bytes and kept once, under the hash of their contents."""

import struct
import zlib
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import pytest

from catalog.wares import a_product, trail
from conftest import ShopFloor
from orderan.catalog import (
    ImageTooLarge,
    NotAnImage,
    PictureFolder,
    TooManyImages,
    add_picture,
    arrange_pictures,
)
from orderan.catalog.pictures import MOST_IMAGES, Picture, recognise


def png(width: int = 3, height: int = 2, shade: int = 0) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    rows = b"".join(b"\0" + bytes([shade]) * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def jpeg(width: int, height: int) -> bytes:
    app0 = b"\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0" + bytes(9)
    frame = b"\xff\xc2" + struct.pack(">HBHH", 11, 8, height, width) + bytes(4)
    return b"\xff\xd8" + app0 + b"\xff" + frame + b"\xff\xd9"


def webp(chunk: bytes, body: bytes) -> bytes:
    inner = b"WEBP" + chunk + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", len(inner)) + inner


LOSSY = webp(b"VP8 ", b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", 640, 480) + bytes(8))
LOSSLESS = webp(b"VP8L", b"\x2f" + struct.pack("<I", 639 | 479 << 14) + bytes(12))
EXTENDED = webp(b"VP8X", bytes(4) + (639).to_bytes(3, "little") + (479).to_bytes(3, "little") + bytes(4))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (png(640, 480), Picture("png", 640, 480)),
        (jpeg(640, 480), Picture("jpg", 640, 480)),
        (LOSSY, Picture("webp", 640, 480)),
        (LOSSLESS, Picture("webp", 640, 480)),
        (EXTENDED, Picture("webp", 640, 480)),
    ],
    ids=["png", "jpeg", "webp lossy", "webp lossless", "webp extended"],
)
def test_a_picture_is_told_by_its_bytes(content: bytes, told: Picture) -> None:
    assert recognise(content) == told


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a" + bytes(40),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<html>\x89PNG",
        png()[:14],
        png(0, 5),
        b"\xff\xd8\xff" + bytes(40),
        b"RIFF\0\0\0\0WEBPVP9 " + bytes(40),
    ],
)
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(NotAnImage):
        recognise(content)


def test_too_many_bytes_or_pixels_are_refused() -> None:
    with pytest.raises(ImageTooLarge):
        recognise(png() + bytes(5 * 1024 * 1024))
    with pytest.raises(ImageTooLarge):
        recognise(jpeg(8_001, 10))


def test_the_same_picture_is_kept_once_and_never_half(tmp_path: Path) -> None:
    folder = PictureFolder(tmp_path / "images")
    name, _ = folder.keep(png())
    again, _ = folder.keep(png())

    assert name == again == f"{sha256(png()).hexdigest()}.png"
    assert folder.read(name) == png()
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [name]


@pytest.mark.parametrize("name", ["../../master.key", "x.png", "0" * 64 + ".svg", "0" * 64 + ".png"])
def test_nothing_else_is_read_from_the_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "master.key").write_bytes(b"secret")
    assert PictureFolder(tmp_path / "images" / "deep").read(name) is None


@pytest.mark.anyio
async def test_pictures_are_added_arranged_and_traced(floor: ShopFloor, now: datetime) -> None:
    product, _ = await a_product(floor, now)
    names = [f"{number:064x}.png" for number in range(MOST_IMAGES)]
    for name in names:
        await floor.run(
            lambda tx, name=name: add_picture(tx, product.id, name, Picture("png", 3, 2), now=now)
        )

    with pytest.raises(TooManyImages):
        await floor.run(lambda tx: add_picture(tx, product.id, "f.png", Picture("png", 3, 2), now=now))
    wanted = [names[2], "unknown.png", names[0]]
    after = await floor.run(lambda tx: arrange_pictures(tx, product.id, wanted, now=now))

    assert [image["file"] for image in after.images] == [names[2], names[0]]
    assert (await trail(floor))[-1] == (
        "product.picture",
        {"images": names},
        {"images": [names[2], names[0]]},
    )
