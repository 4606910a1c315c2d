"""What an entry check answers when it cannot take what was typed."""

from dataclasses import dataclass
from enum import StrEnum, auto


class Doubt(StrEnum):
    """What is wrong, or looks wrong. The sentences for people are in the web layer, by this code."""

    MISSING = auto()
    TOO_LONG = auto()
    NO_LETTERS = auto()

    LETTERS_IN_NUMBER = auto()
    NOT_A_NUMBER = auto()
    COUNTRY_CODE_DOUBLED = auto()
    LEADING_ZERO_MISSING = auto()
    DIGITS_MISSING = auto()
    DIGITS_TOO_MANY = auto()
    UNKNOWN_PREFIX = auto()

    AT_SIGN_MISSING = auto()
    NOT_AN_ADDRESS = auto()
    DOMAIN_LIKE_ANOTHER = auto()


@dataclass(frozen=True, slots=True)
class Complaint:
    """A field that is not taken as typed.

    A firm complaint refuses. One that is not firm is a question: typed again and insisted on, the
    value is taken. A suggestion is shown for the person to accept, never put in place silently,
    and always passes the same check.
    """

    field: str
    doubt: Doubt
    suggestion: str | None = None
    firm: bool = True
