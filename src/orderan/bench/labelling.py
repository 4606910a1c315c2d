"""Labels: how many a second are set, and whether every one is read back by eyes that are not the drawer's.

labels_per_s          500 labels in one document, PDF and ZPL each, from the words on them to the bytes
labels_undecodable    codes of those labels that a reader does not find on the page as a printer of 203 dpi draws it, or
                      reads as something else; of ZPL what its fields say is drawn anew at their places
"""

import asyncio
import random
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from orderan.bench.promises import CannotMeasure
from orderan.printing import Label, Party, label_pdf, label_zpl

LABELS: Final = 500
SEED: Final = 20_261_130
PAPER: Final = (800, 1200)
DOTS_PER_POINT: Final = 203 / 72
SHAPES: Final = (
    "JP{:010d}", "{:012d}", "SPXID{:014d}", "1{:013d}", "GK-{:02d}-1234567", "IDX{:018d}", "11LP{:012d}",
)  # fmt: skip
"""Numbers as couriers have them."""
STREETS: Final = (
    "Jl. Mawar No. 1",
    "Gang Kelinci III No. 27 RT 003/RW 012 (sebelah masjid Al-Ikhlas)",
    "Perum Griya",
)


@dataclass(frozen=True)
class Labelled:
    """What one run measured."""

    labels_per_s: float
    labels_undecodable: int


def measure_labels(*, labels: int = LABELS, tell: Callable[[str], None] = lambda _text: None) -> Labelled:
    """Set them, then read every one.

    Raises:
        CannotMeasure: What reads codes is not installed.
    """
    read = _reader()
    made = some_labels(labels)
    asyncio.run(label_pdf(made[:1]))
    tell(f"labels: {labels} as PDF and as ZPL")
    began = time.perf_counter()
    pdf, zpl = asyncio.run(label_pdf(made)), label_zpl(made)
    took = time.perf_counter() - began
    tell(f"labels: {2 * labels} read back")
    missed = sum(
        len({("Code128", label.awb), ("QRCode", label.reference)} ^ read(page))
        for pages in (_pages(pdf), _drawn(zpl))
        for label, page in zip(made, pages, strict=True)
    )
    return Labelled(round(2 * labels / took, 1), missed)


def some_labels(count: int) -> list[Label]:
    """Made up from a seed: short and long addresses, numbers of every courier."""
    draw = random.Random(SEED)  # noqa: S311 - made-up parcels, not a secret
    return [
        Label(
            awb=draw.choice(SHAPES).format(draw.randrange(10**10)),
            courier="J&T Express",
            service="EZ",
            reference=str(100_000 + turn),
            sender=Party("Toko Kopi Nusantara", "0812-3456-7890", "Jl. Sabang No. 1, Menteng, Jakarta 10340"),
            recipient=Party(
                "Siti Nur'aini binti Haji Abdul Rachman",
                "0813-1111-2222",
                ", ".join(draw.choices(STREETS, k=draw.randint(1, 3))),
            ),
            weight_g=draw.randint(50, 9_000),
            cod_minor=draw.choice([0, 1_250_000]),
            routing_code="320-PLM01-002",
            contents=("2 × Kopi Gayo – 250 g", "1 × Saringan V60"),
            copy=1 + turn % 2,
        )
        for turn in range(count)
    ]


def _reader() -> Callable[[Any], set[tuple[str, str]]]:
    try:
        import pypdfium2 as _pypdfium2
        import zxingcpp
    except ImportError as missing:
        raise CannotMeasure("labels are read back with zxing-cpp and pypdfium2 of locks/dev.txt") from missing
    del _pypdfium2
    return lambda page: {(one.format.name, one.text) for one in zxingcpp.read_barcodes(page)}


def _pages(pdf: bytes) -> Iterator[Any]:
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    try:
        for one in document:
            yield one.render(scale=DOTS_PER_POINT, grayscale=True).to_numpy()
    finally:
        document.close()


def _drawn(zpl: str) -> Iterator[Any]:
    """Codes of each label at their places, drawn by zxing and segno from what the fields say."""
    import numpy as np
    import segno
    import zxingcpp

    for body in re.findall(r"\^XA(.*?)\^XZ", zpl, re.DOTALL):
        paper = np.full(PAPER[::-1], 255, dtype=np.uint8)
        bars = re.search(r"\^BY(\d+)\^FO(\d+),(\d+)\^BCN,(\d+),N,N,N,A\^FH_\^FD(.*?)\^FS", body)
        square = re.search(r"\^FO(\d+),(\d+)\^BQN,2,(\d+)\^FH_\^FDQA,(.*?)\^FS", body)
        if bars and square:
            dots, x, y, height = (int(bars[turn]) for turn in range(1, 5))
            code = zxingcpp.create_barcode(_plain(bars[5]), zxingcpp.BarcodeFormat.Code128)
            row = np.array(code.to_image(scale=1, add_quiet_zones=False))[0]
            _lay(paper, np.tile(row.repeat(dots), (height, 1)), x, y)
            x, y, dots = (int(square[turn]) for turn in range(1, 4))
            cells = np.array(segno.make_qr(_plain(square[4]), error="q").matrix, dtype=np.uint8)
            _lay(paper, (1 - cells).repeat(dots, axis=0).repeat(dots, axis=1) * 255, x, y)
        yield paper


def _lay(paper: Any, drawn: Any, x: int, y: int) -> None:
    """What is beyond the paper's edge is not printed."""
    room = paper[y : y + drawn.shape[0], x : x + drawn.shape[1]]
    room[:] = drawn[: room.shape[0], : room.shape[1]]


def _plain(data: str) -> str:
    return re.sub(r"_([0-9A-F]{2})", lambda found: chr(int(found[1], 16)), data)
