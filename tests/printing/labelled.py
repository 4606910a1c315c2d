"""Labels for tests, and what a scanner reads of paper."""

from typing import Any

import pypdfium2
import zxingcpp
from PIL import Image

from orderan.printing import Label, Party

DOTS_PER_POINT = 203 / 72
SENDER = Party(
    "Toko Kopi Nusantara",
    "0812-3456-7890",
    "Jl. Sabang No. 1, Gondangdia, Menteng, Kota Adm. Jakarta Pusat, DKI Jakarta 10340",
)
RECIPIENT = Party(
    "Siti Nur'aini binti Haji Abdul Rachman",
    "0813-1111-2222",
    "Jl. Mawar Raya Gang Kelinci III No. 27 RT 003/RW 012 (rumah cat hijau sebelah masjid Al-Ikhlas), "
    "Lebak Siliwangi, Coblong, Kota Bandung, Jawa Barat 40132",
)


def a_label(**others: Any) -> Label:
    given: dict[str, Any] = {
        "awb": "JP1234567890",
        "courier": "J&T Express",
        "service": "EZ",
        "reference": "1001",
        "sender": SENDER,
        "recipient": RECIPIENT,
        "weight_g": 1_250,
        "cod_minor": 0,
        "routing_code": "320-PLM01-002",
        "contents": ("2 × Kopi Gayo – 250 g", "1 × Saringan V60"),
    }
    return Label(**(given | others))


def pages_of(pdf: bytes) -> list[Image.Image]:
    """Pages as a thermal printer draws them."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [one.render(scale=DOTS_PER_POINT, grayscale=True).to_pil() for one in document]
    finally:
        document.close()


def text_of(pdf: bytes) -> str:
    """Everything that can be read on it, on one line."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return " ".join(" ".join(one.get_textpage().get_text_range().split()) for one in document)
    finally:
        document.close()


def codes_on(page: Image.Image) -> set[tuple[str, str]]:
    """(kind, text) of every code a scanner finds."""
    return {(one.format.name, one.text) for one in zxingcpp.read_barcodes(page)}
