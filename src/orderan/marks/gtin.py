"""GTIN and SSCC: digits that end in a check digit."""

from typing import Final

from orderan.marks.errors import CheckDigitWrong, NotAGtin, NotAnSscc

GTIN_LENGTHS: Final = (8, 12, 13, 14)


def check_digit(digits: str) -> str:
    """The digit that follows these: weights 3 and 1 from the right.

    Source: GS1 General Specifications, section 7.9.1.

    >>> check_digit("629104150021")
    '3'
    """
    total = sum(int(digit) * (3, 1)[at % 2] for at, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def read_gtin(text: str) -> str:
    """A GTIN-8, -12, -13 or -14 as fourteen digits; spaces between digits are as printed.

    Raises:
        NotAGtin: Other letters, or another length.
        CheckDigitWrong: A digit is wrong, or two are swapped.
    """
    digits = text.replace(" ", "")
    if not is_digits(digits) or len(digits) not in GTIN_LENGTHS:
        raise NotAGtin(text[:80])
    require_check_digit(digits)
    return digits.zfill(14)


def read_sscc(text: str) -> str:
    """A serial shipping container code, eighteen digits.

    Raises:
        NotAnSscc, CheckDigitWrong.
    """
    digits = text.replace(" ", "")
    if not is_digits(digits) or len(digits) != 18:
        raise NotAnSscc(text[:80])
    require_check_digit(digits)
    return digits


def require_check_digit(digits: str) -> None:
    """Raises CheckDigitWrong."""
    right = check_digit(digits[:-1])
    if right != digits[-1]:
        raise CheckDigitWrong(digits, right)


def is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()
