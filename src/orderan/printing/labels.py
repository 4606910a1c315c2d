"""A parcel's label: the words that stand on it, and a PDF of many.

Both roads to paper, PDF here and ZPL in `zpl.py`, print the same words. Bars and modules are whole dots of a
printer of 203 dpi, which thermal printers are: anything between two dots is smeared to one or the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from orderan.printing.barcodes import QUIET_BARS, QUIET_QR, Symbols, code_128, qr
from orderan.printing.errors import CodeUnprintable
from orderan.printing.models import Label, Party
from orderan.printing.texts import breakable, plain, rupiah, weight
from orderan.printing.typesetting import typeset_aside

DOTS_PER_MM: Final = 8
INNER_DOTS: Final = 736
"""Of the 800 across, without the margins."""
THICK, THIN = 3, 2
"""Dots of a module: as thick as the paper lets it be, and never one, which prints as nothing or as two."""
QR_DOTS: Final = 6
MOST_NAME, MOST_ADDRESS, MOST_WARE, MOST_WARES = 60, 400, 60, 8


@dataclass(frozen=True, slots=True)
class Worded:
    """A label's texts as printed, and its two codes."""

    courier: str
    service: str
    awb: str
    routing: str
    cash: str
    collects: bool
    recipient: Party
    sender: Party
    reference: str
    facts: tuple[str, ...]
    contents: tuple[str, ...]
    part: str
    again: str
    bars: Symbols
    bar_dots: int
    square: Symbols


def check_label_code(awb: str) -> None:
    """Whether a number can stand on a label.

    Raises:
        CodeUnprintable: No scanner would read it back: it has other signs than numbers have, or is too long.
    """
    _bars(awb)


def _bars(awb: str) -> tuple[Symbols, int]:
    """A number's bars and the dots of their modules: as many as fit between the margins."""
    bars = code_128(awb)
    for dots in (THICK, THIN):
        if (bars.width + 2 * QUIET_BARS) * dots <= INNER_DOTS:
            return bars, dots
    raise CodeUnprintable(awb)


def worded(label: Label) -> Worded:
    """What is printed of a label.

    Raises:
        CodeUnprintable: No scanner would read its number back.
    """
    bars, bar_dots = _bars(label.awb)
    wares = [plain(one, MOST_WARE) for one in label.contents]
    if len(wares) > MOST_WARES:
        wares = [*wares[: MOST_WARES - 1], f"+ {len(wares) - MOST_WARES + 1} barang lain"]
    return Worded(
        courier=plain(label.courier, 24),
        service=plain(label.service, 20).upper(),
        awb=label.awb,
        routing=plain(label.routing_code or "", 30),
        cash=f"COD {rupiah(label.cod_minor)}" if label.cod_minor else "NON COD",
        collects=label.cod_minor > 0,
        recipient=_party(label.recipient),
        sender=_party(label.sender),
        reference=plain(label.reference, 24),
        facts=(f"Berat {weight(label.weight_g)}", "Asuransi" if label.insured else "Tanpa asuransi"),
        contents=tuple(wares),
        part=f"Paket {label.part} dari {label.parts}",
        again=f"CETAK ULANG {label.copy}" if label.copy > 1 else "",
        bars=bars,
        bar_dots=bar_dots,
        square=qr(plain(label.reference, 24)),
    )


def _party(party: Party) -> Party:
    return Party(plain(party.name, MOST_NAME), plain(party.phone, 24), plain(party.address, MOST_ADDRESS))


async def label_pdf(labels: Sequence[Label]) -> bytes:
    """Labels as pages of 100 x 150 mm, in this order."""
    return await typeset_aside("label", {"labels": [_page(worded(label)) for label in labels]})


def _page(words: Worded) -> dict[str, Any]:
    return {
        "courier": words.courier,
        "service": words.service,
        "awb": words.awb,
        "routing": words.routing,
        "cash": words.cash,
        "collects": words.collects,
        "recipient": _shown(words.recipient),
        "sender": _shown(words.sender),
        "reference": words.reference,
        "facts": " · ".join(words.facts),
        "contents": [breakable(one) for one in words.contents],
        "part": words.part,
        "again": words.again,
        "bars": words.bars.svg(quiet=QUIET_BARS, height=60),
        "bars_mm": (words.bars.width + 2 * QUIET_BARS) * words.bar_dots / DOTS_PER_MM,
        "square": words.square.svg(quiet=QUIET_QR),
        "square_mm": (words.square.width + 2 * QUIET_QR) * QR_DOTS / DOTS_PER_MM,
    }


def _shown(party: Party) -> dict[str, str]:
    return {"name": breakable(party.name), "phone": party.phone, "address": breakable(party.address)}
