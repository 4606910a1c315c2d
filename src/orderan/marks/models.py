"""What a mark on goods, a bin or a pallet says."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum, auto


class MarkKind(StrEnum):
    """How a scan was understood: a GTIN alone, GS1 elements, a Digital Link, or plain text."""

    GTIN = auto()
    ELEMENTS = auto()
    LINK = auto()
    TEXT = auto()


@dataclass(frozen=True, slots=True)
class Mark:
    """One scan.

    Attributes:
        text: As it was sent, without the symbology identifier.
        gtin: Fourteen digits.
        expires_on, best_before, produced_on: Identifiers 17, 15 and 11; the last day of the month where
            the day is 00.
        count: Of identifier 37, or 30.
        net_weight_kg: Of identifiers 3100 to 3105, exactly as told.
        elements: (identifier, value) in the order they stand.
    """

    kind: MarkKind
    text: str
    gtin: str | None = None
    batch: str | None = None
    serial: str | None = None
    sscc: str | None = None
    expires_on: date | None = None
    best_before: date | None = None
    produced_on: date | None = None
    count: int | None = None
    net_weight_kg: Decimal | None = None
    elements: tuple[tuple[str, str], ...] = ()


class Scheme(StrEnum):
    """How a tag is encoded: a unit of a GTIN, or a container."""

    SGTIN_96 = "sgtin-96"
    SGTIN_198 = "sgtin-198"
    SSCC_96 = "sscc-96"


@dataclass(frozen=True, slots=True)
class Epc:
    """A tag.

    Attributes:
        filter: 0 to 7, what sort of object it is on (TDS, filter values).
        company: GS1 company prefix, 6 to 12 digits.
        reference: Indicator and item reference of a unit; extension digit and serial reference of a
            container.
        serial: Of a unit; None of a container, whose reference is its serial.
    """

    scheme: Scheme
    filter: int
    company: str
    reference: str
    serial: str | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """A reader's antenna heard a tag.

    Attributes:
        epc: As the reader sent it, hexadecimal.
        rssi_dbm: How strongly, where it was told.
    """

    epc: str
    antenna: int
    at: datetime
    rssi_dbm: float | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """A tag that was heard, however often.

    Attributes:
        epc: Hexadecimal capitals.
        passages: Times it came by: reads further apart than the window are two passages.
        container: SSCC of the only container that was there while it was; None where none or several.
    """

    epc: str
    tag: Epc
    first_at: datetime
    last_at: datetime
    reads: int
    antennas: tuple[int, ...]
    passages: int
    container: str | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """What a batch of reads comes to.

    Attributes:
        items: Units, each once, by EPC.
        containers: Containers, each once, by EPC.
        strays: EPCs left out: only at antennas that do not count, too weak, or heard too few times.
        unreadable: (EPC as sent, why) of tags that are none of ours.
    """

    items: tuple[Seen, ...]
    containers: tuple[Seen, ...]
    strays: tuple[str, ...]
    unreadable: tuple[tuple[str, str], ...]
