"""Text people type, read aloud and search by."""

import unicodedata
from typing import Final

from stdnum import damm

from orderan.kit.errors import N_, Kind, Refusal


class NumberMistyped(Refusal):
    """The check digit does not fit: a digit is wrong or two are swapped."""

    code = "number_mistyped"
    kind = Kind.INVALID
    sentence = N_("Nomor itu salah ketik. Periksa lagi angkanya.")


def with_check_digit(number: int) -> int:
    """Append a Damm check digit, which catches every wrong digit and every swap of neighbours.

    Source: H. M. Damm, "Total anti-symmetrische Quasigruppen", 2004.
    """
    text = str(number)
    return int(text + damm.calc_check_digit(text))


def read_number(typed: str) -> int:
    """A number as people write it (spaces, dots, dashes, a leading #), its check digit verified.

    Raises:
        NumberMistyped: Not a number, or the check digit does not fit.
    """
    digits = "".join(letter for letter in typed if letter.isdigit())
    rest = "".join(letter for letter in typed if not letter.isdigit()).strip(" .-#")
    if rest or len(digits) < 2 or not damm.is_valid(digits):
        raise NumberMistyped
    return int(digits)


def folded(text: str) -> str:
    """For comparing: no accents, no case, single spaces."""
    plain = unicodedata.normalize("NFKD", text)
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(letters.casefold().split())


GONE: Final = "–"
"""Stands where words were taken out and something has to stand."""
