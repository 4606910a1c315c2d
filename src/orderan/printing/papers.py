"""Papers of A4 that people read: invoices, packing slips, delivery notes. Words and amounts come ready to be set."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from orderan.printing.barcodes import QUIET_QR, qr
from orderan.printing.texts import breakable, plain
from orderan.printing.typesetting import typeset_aside

MOST_TEXT: Final = 400
MOST_NOTE: Final = 2_000


@dataclass(frozen=True, slots=True)
class Block:
    """Who or where: a heading, a name, and lines below it."""

    heading: str
    name: str = field(repr=False)
    lines: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Column:
    """Of the table; `share` is its part of the width."""

    label: str
    share: int = 1
    number: bool = False


@dataclass(frozen=True, slots=True)
class Sum:
    """A line below the table."""

    label: str
    amount: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Paper:
    """One document.

    Attributes:
        language: Of its words, as BCP 47.
        reference: What our own scanners read, drawn as QR.
        facts: (label, value).
        rows: As many cells each as there are columns.
        signatures: Whose; each gets room to sign.
    """

    language: str
    title: str
    reference: str
    sender: Block
    parties: tuple[Block, ...]
    facts: tuple[tuple[str, str], ...]
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    sums: tuple[Sum, ...] = ()
    notes: tuple[str, ...] = ()
    signatures: tuple[str, ...] = ()


async def paper_pdf(papers: Sequence[Paper]) -> bytes:
    """Documents, each beginning on a page of its own."""
    return await typeset_aside("paper", {"papers": [_set(one) for one in papers]})


def _set(paper: Paper) -> dict[str, Any]:
    return {
        "language": paper.language,
        "title": _text(paper.title),
        "reference": _text(paper.reference),
        "square": qr(plain(paper.reference, 60)).svg(quiet=QUIET_QR),
        "sender": _block(paper.sender),
        "parties": [_block(one) for one in paper.parties],
        "facts": [[_text(label), _text(value)] for label, value in paper.facts],
        "columns": [
            {"label": _text(one.label), "share": one.share, "number": one.number} for one in paper.columns
        ],
        "rows": [[_text(cell) for cell in row] for row in paper.rows],
        "sums": [
            {"label": _text(one.label), "amount": _text(one.amount), "strong": one.strong}
            for one in paper.sums
        ],
        "notes": [breakable(plain(one, MOST_NOTE)) for one in paper.notes],
        "signatures": [_text(one) for one in paper.signatures],
    }


def _block(block: Block) -> dict[str, Any]:
    return {
        "heading": _text(block.heading),
        "name": _text(block.name),
        "lines": [_text(one) for one in block.lines if one],
    }


def _text(text: str) -> str:
    return breakable(plain(text, MOST_TEXT))
