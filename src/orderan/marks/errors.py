"""Refusals of what a scanner or a reader sent."""

from dataclasses import dataclass
from enum import StrEnum, auto

from orderan.kit.errors import N_, Kind, Refusal


@dataclass(eq=False)
class CheckDigitWrong(Refusal):
    """A digit was read or typed wrong; `right` is the check digit the others ask for."""

    text: str
    right: str

    code = "check_digit_wrong"
    kind = Kind.INVALID
    sentence = N_("Digit periksa “{text}” salah, seharusnya {right}. Pindai lagi.")


@dataclass(eq=False)
class NotAGtin(Refusal):
    """A GTIN is 8, 12, 13 or 14 digits."""

    text: str

    code = "not_a_gtin"
    kind = Kind.INVALID
    sentence = N_("“{text}” bukan GTIN: harus 8, 12, 13, atau 14 angka.")


@dataclass(eq=False)
class NotAnSscc(Refusal):
    """An SSCC is 18 digits."""

    text: str

    code = "not_an_sscc"
    kind = Kind.INVALID
    sentence = N_("“{text}” bukan SSCC: harus 18 angka.")


@dataclass(eq=False)
class ScanUnreadable(Refusal):
    """Nothing, or more than any symbol holds, or letters no symbol of ours has."""

    text: str

    code = "scan_unreadable"
    kind = Kind.INVALID
    sentence = N_("Hasil pindai tidak bisa dibaca. Pindai lagi.")


@dataclass(eq=False)
class UnknownIdentifier(Refusal):
    """No application identifier begins here, so nobody knows how long what follows is."""

    at: str

    code = "unknown_identifier"
    kind = Kind.INVALID
    sentence = N_("Kode GS1 “{at}” tidak dikenal. Pindai lagi, atau ketik kodenya.")


@dataclass(eq=False)
class ElementWrong(Refusal):
    """What stands after an identifier is too short, too long, or of other letters than it may have."""

    identifier: str
    value: str

    code = "element_wrong"
    kind = Kind.INVALID
    sentence = N_("Isi kode GS1 ({identifier}) “{value}” tidak benar.")


@dataclass(eq=False)
class ElementTwice(Refusal):
    """The same identifier says two things."""

    identifier: str

    code = "element_twice"
    kind = Kind.INVALID
    sentence = N_("Kode GS1 ({identifier}) ada dua kali dengan isi berbeda.")


@dataclass(eq=False)
class SeparatorLost(Refusal):
    """The scanner was set to drop separators: where this element ends can only be guessed."""

    identifier: str
    value: str

    code = "separator_lost"
    kind = Kind.INVALID
    sentence = N_(
        "Pemindai membuang pemisah (FNC1), jadi akhir kode ({identifier}) tidak jelas. "
        "Atur pemindai agar mengirim GS, lalu pindai lagi."
    )


@dataclass(eq=False)
class DateImpossible(Refusal):
    """No such day."""

    identifier: str
    value: str

    code = "date_impossible"
    kind = Kind.INVALID
    sentence = N_("Tanggal “{value}” pada kode ({identifier}) tidak ada.")


@dataclass(eq=False)
class NotADigitalLink(Refusal):
    """The address names no GS1 key, or packs it in a way we do not open."""

    text: str

    code = "not_a_digital_link"
    kind = Kind.INVALID
    sentence = N_("Alamat ini bukan GS1 Digital Link.")


class EpcFault(StrEnum):
    """Why an EPC cannot be read or written."""

    NOT_HEX = auto()
    LENGTH = auto()
    SCHEME = auto()
    PARTITION = auto()
    OUT_OF_RANGE = auto()
    PADDING = auto()
    NOT_A_URI = auto()
    FILTER = auto()
    COMPANY = auto()
    SERIAL = auto()


@dataclass(eq=False)
class EpcUnreadable(Refusal):
    """A tag that is blank, of another scheme, or was encoded wrongly.

    Attributes:
        fault: not_hex, length, scheme (none that we know), partition (7 is none), out_of_range (more
            digits than its partition has), padding (bits that must be zero), not_a_uri, filter (0 to 7),
            company (6 to 12 digits), serial (leading zero, too large, or letters the scheme has not).
    """

    epc: str
    fault: str

    code = "epc_unreadable"
    kind = Kind.INVALID
    sentence = N_("Tag RFID “{epc}” tidak bisa dibaca ({fault}).")
