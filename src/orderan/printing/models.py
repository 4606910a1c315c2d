"""The nouns of what is printed. None of them knows an order: texts, numbers and codes to be read by machines."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum, auto
from typing import Any
from uuid import UUID

JOB_PREFIX = "prn"


@dataclass(frozen=True, slots=True)
class Party:
    """Who sends, or who is sent to."""

    name: str = field(repr=False)
    phone: str = field(repr=False)
    address: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Label:
    """What stands on a parcel; one page of 100 x 150 mm.

    Attributes:
        awb: The courier's number, drawn as Code 128; letters, digits and `.-_/` only.
        reference: What our own scanners read, drawn as QR.
        cod_minor: Rupiah to collect at the door; 0 is none.
        routing_code: What sorts the parcel at the courier, where it gave one.
        contents: Short, a line per ware.
        part, parts: Which of the order's parcels it is.
        copy: Which print of it this is; the second and later say so.
    """

    awb: str
    courier: str
    service: str
    reference: str
    sender: Party
    recipient: Party
    weight_g: int
    cod_minor: int
    routing_code: str | None = None
    insured: bool = False
    contents: tuple[str, ...] = ()
    part: int = 1
    parts: int = 1
    copy: int = 1


@dataclass(frozen=True, slots=True)
class Wanted:
    """A label somebody wants printed.

    Attributes:
        subject_id: What it is the label of, such as a booking; the same however often it is printed.
        code: What it bears.
    """

    subject_id: UUID
    code: str


@dataclass(frozen=True, slots=True)
class Print:
    """A label as it was printed once.

    Attributes:
        turn: Its page in the job, from 1.
        copy: From 1; two prints of a subject never have the same.
    """

    job_id: UUID
    turn: int
    subject_id: UUID
    code: str
    copy: int


@dataclass(frozen=True, slots=True)
class PrintJob:
    """Labels printed together.

    Attributes:
        left_out: What was asked for and could not be printed: whose, and the reason's code and facts.
    """

    id: UUID
    made_by: str
    made_at: datetime
    prints: tuple[Print, ...]
    left_out: tuple[dict[str, Any], ...] = ()


class StickerKind(StrEnum):
    """What a sticker is on."""

    GOODS = auto()
    BIN = auto()


class StickerSize(StrEnum):
    """Of its paper: 60 x 40 mm for a unit, 100 x 50 mm for a carton or a shelf."""

    SMALL = auto()
    WIDE = auto()


@dataclass(frozen=True, slots=True)
class Sticker:
    """A small label that is read from near: on goods, a carton or a bin.

    Attributes:
        code: What a scanner reads where there are no elements: as Code 128 where that fits, else as QR.
        elements: GS1 elements such as `[01]08991234567891[17]271231[10]L-7`, drawn as GS1-128 where that fits, else
            as DataMatrix; empty where there is no lot, or the goods have no GTIN.
        facts: Short lines for people, such as the lot.
        copies: How many of it are wanted.
    """

    size: StickerSize
    heading: str
    title: str
    code: str
    elements: str = ""
    facts: tuple[str, ...] = ()
    copies: int = 1


@dataclass(frozen=True, slots=True)
class StickerPrint:
    """A sticker as it was printed, so many at once.

    Attributes:
        lot_id: NIL is goods without a lot, and every bin.
        code: What it was known by when it was printed.
    """

    kind: StickerKind
    subject_id: UUID
    lot_id: UUID
    code: str
    size: StickerSize
    copies: int


@dataclass(frozen=True, slots=True)
class StickerJob:
    """Stickers printed together."""

    id: UUID
    made_by: str
    made_at: datetime
    prints: tuple[StickerPrint, ...]
