"""RFID tags: bits to GTIN and serial, or SSCC, and back.

Source: GS1 EPC Tag Data Standard, sections 14.6.1 (SGTIN-96, SGTIN-198) and 14.6.2 (SSCC-96), tables
14-2 (SGTIN partition) and 14-5 (SSCC partition), 14.2 (headers); section 6.3 (URIs), 7 (to and from
GS1 keys). The length of a company prefix is no part of a GTIN: who writes tags must know it.
"""

import re
from typing import Final
from urllib.parse import unquote

from orderan.marks.errors import EpcFault, EpcUnreadable
from orderan.marks.gtin import check_digit, read_gtin, read_sscc
from orderan.marks.models import Epc, Scheme

HEADERS: Final = {0x30: Scheme.SGTIN_96, 0x36: Scheme.SGTIN_198, 0x31: Scheme.SSCC_96}
_HEADER_OF: Final = {scheme: header for header, scheme in HEADERS.items()}

COMPANY_BITS: Final = (40, 37, 34, 30, 27, 24, 20)
"""Bits of the company prefix by partition 0 to 6; its digits are 12 minus the partition."""

_KEY_BITS: Final = {Scheme.SGTIN_96: 44, Scheme.SGTIN_198: 44, Scheme.SSCC_96: 58}
"""Bits of company prefix and reference together."""
_KEY_DIGITS: Final = {Scheme.SGTIN_96: 13, Scheme.SGTIN_198: 13, Scheme.SSCC_96: 17}

_BITS: Final = {Scheme.SGTIN_96: 96, Scheme.SGTIN_198: 198, Scheme.SSCC_96: 96}
MOST_SERIAL: Final = 2**38
"""Serials of SGTIN-96 are smaller."""
_LETTERS: Final = 20
"""Letters of seven bits that SGTIN-198 has for a serial."""
_SERIAL_TEXT: Final = re.compile(r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]{1,20}", re.ASCII)
_TAG: Final = re.compile(r"urn:epc:tag:(sgtin-96|sgtin-198|sscc-96):(\d+)\.(\d+)\.(\d+)(?:\.(.+))?", re.ASCII)


def read_epc(text: str) -> Epc:
    """A tag as a reader sends it, hexadecimal or as a tag URI.

    Raises:
        EpcUnreadable: With the reason.
    """
    return from_uri(text) if text[:4].casefold() == "urn:" else from_hex(text)


def from_hex(text: str) -> Epc:
    """A tag from its bits; those after the last of its scheme, filled up to a whole word, are zero.

    Raises:
        EpcUnreadable: Not hexadecimal, of another scheme, too short, or not as the tables have it.
    """
    epc = text.strip().upper()
    if not re.fullmatch(r"[0-9A-F]{2,128}", epc):
        raise _wrong(text, EpcFault.NOT_HEX)
    scheme = HEADERS.get(int(epc[:2], 16))
    if scheme is None:
        raise _wrong(epc, EpcFault.SCHEME)
    size = _BITS[scheme]
    bits = f"{int(epc, 16):0{len(epc) * 4}b}"
    if len(bits) < size or len(bits) > -(-size // 16) * 16:
        raise _wrong(epc, EpcFault.LENGTH)
    if "1" in bits[size:]:
        raise _wrong(epc, EpcFault.PADDING)
    partition = int(bits[11:14], 2)
    if partition > 6:
        raise _wrong(epc, EpcFault.PARTITION)
    company_end, key_end = 14 + COMPANY_BITS[partition], 14 + _KEY_BITS[scheme]
    company = str(int(bits[14:company_end], 2)).zfill(12 - partition)
    digits = _KEY_DIGITS[scheme] - (12 - partition)
    reference = str(int(bits[company_end:key_end], 2)).zfill(digits)
    if len(company) != 12 - partition or len(reference) != digits:
        raise _wrong(epc, EpcFault.OUT_OF_RANGE)
    serial = None
    if scheme is Scheme.SGTIN_96:
        serial = str(int(bits[key_end:], 2))
    elif scheme is Scheme.SGTIN_198:
        serial = _letters(epc, bits[key_end:size])
    elif "1" in bits[key_end:]:
        raise _wrong(epc, EpcFault.PADDING)
    return Epc(scheme, int(bits[8:11], 2), company, reference, serial)


def _letters(epc: str, bits: str) -> str:
    text = "".join(chr(int(bits[at : at + 7], 2)) for at in range(0, len(bits), 7))
    serial = text.rstrip("\0")
    if not _SERIAL_TEXT.fullmatch(serial):
        raise _wrong(epc, EpcFault.SERIAL)
    return serial


def from_uri(text: str) -> Epc:
    """A tag from its tag URI: `urn:epc:tag:sgtin-96:1.0614141.812345.6789`.

    Raises:
        EpcUnreadable.
    """
    match = _TAG.fullmatch(text.strip())
    if match is None:
        raise _wrong(text, EpcFault.NOT_A_URI)
    scheme, serial = Scheme(match[1]), match[5]
    if (serial is None) is not (scheme is Scheme.SSCC_96):
        raise _wrong(text, EpcFault.NOT_A_URI)
    found = Epc(scheme, int(match[2][:3]), match[3], match[4], unquote(serial) if serial else None)
    _require_sound(found, text)
    return found


def to_hex(epc: Epc) -> str:
    """The bits of a tag, hexadecimal capitals, filled up to a whole word of sixteen bits.

    Raises:
        EpcUnreadable: A part is longer than its scheme has room for.
    """
    _require_sound(epc, to_uri(epc))
    partition = 12 - len(epc.company)
    company, key = COMPANY_BITS[partition], _KEY_BITS[epc.scheme]
    bits = f"{_HEADER_OF[epc.scheme]:08b}{epc.filter:03b}{partition:03b}"
    bits += f"{int(epc.company):0{company}b}{int(epc.reference):0{key - company}b}"
    if epc.scheme is Scheme.SGTIN_96:
        bits += f"{int(epc.serial or 0):038b}"
    elif epc.scheme is Scheme.SGTIN_198:
        bits += "".join(f"{ord(letter):07b}" for letter in (epc.serial or "").ljust(_LETTERS, "\0"))
    size = -(-_BITS[epc.scheme] // 16) * 16
    return f"{int(bits.ljust(size, '0'), 2):0{size // 4}X}"


def to_uri(epc: Epc) -> str:
    """The tag URI. Letters a URI keeps for itself are escaped (TDS, table of the 82-character set)."""
    tail = "" if epc.serial is None else "." + re.sub(r"[\"%&/<>?]", _escaped, epc.serial)
    return f"urn:epc:tag:{epc.scheme}:{epc.filter}.{epc.company}.{epc.reference}{tail}"


def identity_uri(epc: Epc) -> str:
    """The pure identity: what it is, whichever way the tag was encoded."""
    return re.sub(r"urn:epc:tag:(sgtin|sscc)-\d+:\d+\.", r"urn:epc:id:\1:", to_uri(epc))


def gtin_of(epc: Epc) -> str | None:
    """Fourteen digits, None of a container."""
    if epc.scheme is Scheme.SSCC_96:
        return None
    body = epc.reference[0] + epc.company + epc.reference[1:]
    return body + check_digit(body)


def sscc_of(epc: Epc) -> str | None:
    """Eighteen digits, None of a unit."""
    if epc.scheme is not Scheme.SSCC_96:
        return None
    body = epc.reference[0] + epc.company + epc.reference[1:]
    return body + check_digit(body)


def tag_of_unit(gtin: str, serial: str, *, company_digits: int, filter_value: int = 1) -> Epc:
    """The tag of one unit: SGTIN-96 where its serial is a number that fits, else SGTIN-198.

    Args:
        company_digits: Of the company prefix within the GTIN, 6 to 12.
        filter_value: 1 is a unit that is sold to people.

    Raises:
        NotAGtin, CheckDigitWrong: Of the GTIN.
        EpcUnreadable: Of the serial, the filter or the length of the prefix.
    """
    digits = read_gtin(gtin)
    plain = serial.isascii() and serial.isdigit() and (serial == "0" or serial[0] != "0")
    scheme = Scheme.SGTIN_96 if plain and int(serial) < MOST_SERIAL else Scheme.SGTIN_198
    company, item = digits[1 : 1 + company_digits], digits[1 + company_digits : 13]
    made = Epc(scheme, filter_value, company, digits[0] + item, serial)
    _require_sound(made, f"{gtin} {serial}")
    return made


def tag_of_container(sscc: str, *, company_digits: int, filter_value: int = 0) -> Epc:
    """The tag of a container.

    Raises:
        NotAnSscc, CheckDigitWrong, EpcUnreadable.
    """
    digits = read_sscc(sscc)
    company, serial = digits[1 : 1 + company_digits], digits[1 + company_digits : 17]
    made = Epc(Scheme.SSCC_96, filter_value, company, digits[0] + serial)
    _require_sound(made, sscc)
    return made


def _require_sound(epc: Epc, shown: str) -> None:
    if not 0 <= epc.filter <= 7:
        raise _wrong(shown, EpcFault.FILTER)
    if not 6 <= len(epc.company) <= 12:
        raise _wrong(shown, EpcFault.COMPANY)
    if len(epc.company) + len(epc.reference) != _KEY_DIGITS[epc.scheme]:
        raise _wrong(shown, EpcFault.OUT_OF_RANGE)
    serial = epc.serial
    if epc.scheme is Scheme.SGTIN_96:
        number = serial is not None and re.fullmatch(r"0|[1-9]\d{0,11}", serial, re.ASCII)
        if not number or int(serial or 0) >= MOST_SERIAL:
            raise _wrong(shown, EpcFault.SERIAL)
    elif epc.scheme is Scheme.SGTIN_198 and not _SERIAL_TEXT.fullmatch(serial or ""):
        raise _wrong(shown, EpcFault.SERIAL)


def _escaped(match: re.Match[str]) -> str:
    return f"%{ord(match[0]):02X}"


def _wrong(text: str, fault: EpcFault) -> EpcUnreadable:
    return EpcUnreadable(text.strip()[:80], fault.value)
