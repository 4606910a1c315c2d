"""Marks: what barcodes and RFID tags say.

Owns     no table: it reads text and bits
Promises what is read is exactly what was written, or is refused with the reason; nothing is guessed
Speaks   nothing
Ignores  skus, stock, shops: whose a GTIN is, others know
"""

from orderan.marks.elements import (
    SEPARATOR,
    Element,
    bracketed,
    joined,
    read_date,
    split_bracketed,
    split_elements,
)
from orderan.marks.epc import (
    from_hex,
    from_uri,
    gtin_of,
    identity_uri,
    read_epc,
    sscc_of,
    tag_of_container,
    tag_of_unit,
    to_hex,
    to_uri,
)
from orderan.marks.errors import (
    CheckDigitWrong,
    DateImpossible,
    ElementTwice,
    ElementWrong,
    EpcFault,
    EpcUnreadable,
    NotADigitalLink,
    NotAGtin,
    NotAnSscc,
    ScanUnreadable,
    SeparatorLost,
    UnknownIdentifier,
)
from orderan.marks.gtin import check_digit, read_gtin, read_sscc
from orderan.marks.links import read_link
from orderan.marks.models import Epc, Heard, Mark, MarkKind, Read, Scheme, Seen
from orderan.marks.reads import WINDOW, by_container, by_gtin, hear
from orderan.marks.scanning import read_mark

__all__ = [
    "SEPARATOR",
    "WINDOW",
    "CheckDigitWrong",
    "DateImpossible",
    "Element",
    "ElementTwice",
    "ElementWrong",
    "Epc",
    "EpcFault",
    "EpcUnreadable",
    "Heard",
    "Mark",
    "MarkKind",
    "NotADigitalLink",
    "NotAGtin",
    "NotAnSscc",
    "Read",
    "ScanUnreadable",
    "Scheme",
    "Seen",
    "SeparatorLost",
    "UnknownIdentifier",
    "bracketed",
    "by_container",
    "by_gtin",
    "check_digit",
    "from_hex",
    "from_uri",
    "gtin_of",
    "hear",
    "identity_uri",
    "joined",
    "read_date",
    "read_epc",
    "read_gtin",
    "read_link",
    "read_mark",
    "read_sscc",
    "split_bracketed",
    "split_elements",
    "sscc_of",
    "tag_of_container",
    "tag_of_unit",
    "to_hex",
    "to_uri",
]
