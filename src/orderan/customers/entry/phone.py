"""Phone numbers as people type them, to E.164, with the usual slips explained."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import Final

import phonenumbers
from phonenumbers import PhoneNumberType, ValidationResult

from orderan.customers.entry.complaints import Complaint, Doubt

_PUNCTUATION = re.compile(r"[\s().\-/–—‐‑]+")
# Letters that are read or typed for a digit.
_LOOKALIKE: Final = str.maketrans({"o": "0", "O": "0", "l": "1", "I": "1", "i": "1", "S": "5", "B": "8"})
_MOST_CHARACTERS = 40


class PhoneKind(StrEnum):
    """What a number can be used for: only a mobile takes messages."""

    MOBILE = auto()
    FIXED = auto()
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class Phone:
    """A valid number: `+6281234567890`."""

    e164: str
    kind: PhoneKind

    @property
    def last_four(self) -> str:
        return self.e164[-4:]

    def written(self) -> str:
        return written_phone(self.e164)


def written_phone(e164: str) -> str:
    """As people write it: Indonesian numbers with 0 in groups of four, others internationally.

    >>> written_phone("+6281234567890")
    '0812-3456-7890'
    """
    if not e164.startswith("+62"):
        return phonenumbers.format_number(
            phonenumbers.parse(e164), phonenumbers.PhoneNumberFormat.INTERNATIONAL
        )
    national = "0" + e164.removeprefix("+62")
    return "-".join(re.findall(r"\d{1,4}", national))


def check_phone(text: str, *, region: str = "ID", field: str = "phone") -> Phone | Complaint:
    """The number, or what is wrong with it.

    Args:
        text: As typed: `0812-3456-7890`, `+62 812...`, `62812...`.
        region: Country a number without country code is read in.
        field: Name the complaint carries.
    """
    bare = _PUNCTUATION.sub("", unicodedata.normalize("NFKC", text))
    if region == "ID" and bare.startswith("0062"):
        bare = "+" + bare.removeprefix("00")
    if not bare:
        return Complaint(field, Doubt.MISSING)
    if len(bare) > _MOST_CHARACTERS:
        return Complaint(field, Doubt.DIGITS_TOO_MANY if _is_number(bare) else Doubt.NOT_A_NUMBER)
    if region == "ID" and (slip := _indonesian_slip(bare)):
        return _suggesting(field, *slip)
    if not _is_number(bare):
        return _without_letters(bare, region, field)
    return _valid(bare, region) or _explained(bare, region, field)


def _is_number(bare: str) -> bool:
    return bool(re.fullmatch(r"\+?[0-9]+", bare))


def _indonesian_slip(bare: str) -> tuple[Doubt, str] | None:
    """A number that is right but for how it begins, and how it should read."""
    doubled = re.fullmatch(r"\+?62\+?0?62(0?8\d{8,11})", bare)
    if doubled:
        return Doubt.COUNTRY_CODE_DOUBLED, "0" + doubled[1].lstrip("0")
    if re.fullmatch(r"8\d{8,11}", bare):
        return Doubt.LEADING_ZERO_MISSING, "0" + bare
    if re.fullmatch(r"008\d{8,11}", bare):
        return Doubt.DIGITS_TOO_MANY, bare[1:]
    return None


def _suggesting(field: str, doubt: Doubt, suggestion: str) -> Complaint:
    phone = _valid(suggestion, "ID")
    return Complaint(field, doubt, phone.written() if phone else None)


def _without_letters(bare: str, region: str, field: str) -> Complaint:
    mended = bare.translate(_LOOKALIKE)
    if not _is_number(mended):
        return Complaint(field, Doubt.NOT_A_NUMBER)
    phone = check_phone(mended, region=region)
    suggestion = phone.written() if isinstance(phone, Phone) else phone.suggestion
    return Complaint(field, Doubt.LETTERS_IN_NUMBER, suggestion)


def _valid(bare: str, region: str) -> Phone | None:
    try:
        number = phonenumbers.parse(bare, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return Phone(e164, _KINDS.get(phonenumbers.number_type(number), PhoneKind.OTHER))


_KINDS: Final = {
    PhoneNumberType.MOBILE: PhoneKind.MOBILE,
    PhoneNumberType.FIXED_LINE: PhoneKind.FIXED,
    # North America does not tell them apart; such a number can take messages.
    PhoneNumberType.FIXED_LINE_OR_MOBILE: PhoneKind.MOBILE,
}


def _explained(bare: str, region: str, field: str) -> Complaint:
    """Why a string of digits is no number."""
    try:
        number = phonenumbers.parse(bare, region)
    except phonenumbers.NumberParseException as unreadable:
        return Complaint(field, _UNREADABLE.get(unreadable.error_type, Doubt.NOT_A_NUMBER))
    match phonenumbers.is_possible_number_with_reason(number):
        case ValidationResult.TOO_LONG:
            return Complaint(field, Doubt.DIGITS_TOO_MANY)
        case ValidationResult.TOO_SHORT | ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
            return Complaint(field, Doubt.DIGITS_MISSING)
    if _becomes_valid_with_more_digits(bare, region):
        return Complaint(field, Doubt.DIGITS_MISSING)
    if _becomes_valid_with_fewer_digits(bare, region):
        return Complaint(field, Doubt.DIGITS_TOO_MANY)
    return Complaint(field, Doubt.UNKNOWN_PREFIX)


_UNREADABLE: Final = {
    phonenumbers.NumberParseException.TOO_SHORT_AFTER_IDD: Doubt.DIGITS_MISSING,
    phonenumbers.NumberParseException.TOO_SHORT_NSN: Doubt.DIGITS_MISSING,
    phonenumbers.NumberParseException.TOO_LONG: Doubt.DIGITS_TOO_MANY,
    phonenumbers.NumberParseException.INVALID_COUNTRY_CODE: Doubt.UNKNOWN_PREFIX,
}


def _becomes_valid_with_more_digits(bare: str, region: str) -> bool:
    # Any digit will do: what counts is the length a known prefix asks for.
    return any(_valid(bare + "2" * more, region) for more in (1, 2, 3))


def _becomes_valid_with_fewer_digits(bare: str, region: str) -> bool:
    return any(_valid(bare[:-fewer], region) for fewer in (1, 2, 3))
