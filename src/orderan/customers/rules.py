"""What makes a phone number usable."""

import re
from dataclasses import dataclass

import phonenumbers

from orderan.kit.errors import N_, Kind, Refusal

_MOBILE = re.compile(r"(?:\+?62|0)(8\d{8,10})")
_SEPARATORS = str.maketrans("", "", " -.()")


@dataclass(eq=False)
class PhoneUnreadable(Refusal):
    """Not a phone number that could be called."""

    phone: str

    code = "phone_unreadable"
    kind = Kind.INVALID
    sentence = N_("Nomor telepon “{phone}” tidak bisa dibaca.")
    personal = True


def e164(typed: str) -> str:
    """A phone number as +6281234567890; numbers without a country code are Indonesian.

    Raises:
        PhoneUnreadable: No possible number.

    Source: ITU-T E.164; Indonesian mobiles start with 8 and have 9 to 11 digits after it.
    """
    # Nearly every number is an Indonesian mobile; the library takes 50 microseconds, this one.
    if match := _MOBILE.fullmatch(typed.translate(_SEPARATORS)):
        return f"+62{match[1]}"
    try:
        number = phonenumbers.parse(typed, "ID")
    except phonenumbers.NumberParseException as fault:
        raise PhoneUnreadable(typed) from fault
    if not phonenumbers.is_possible_number(number):
        raise PhoneUnreadable(typed)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
