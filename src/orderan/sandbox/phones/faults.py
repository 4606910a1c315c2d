"""What goes wrong between a telephone provider and us: each of these is known to happen."""

from dataclasses import dataclass
from enum import StrEnum, auto
from typing import Final

from orderan.sandbox.faults import Break, Faults


class DigitsAs(StrEnum):
    """How what was pressed is written.

    USUAL     as the provider documents it
    QUOTED    in double quotes, as Passthru does
    BARE      without them, where they are usual
    MISSING   the member is left out
    TWICE     the key is there twice, as from a finger that stayed too long
    """

    USUAL = auto()
    QUOTED = auto()
    BARE = auto()
    MISSING = auto()
    TWICE = auto()


@dataclass(frozen=True, slots=True)
class PhoneFaults(Faults):
    """What can go wrong with calls beyond what can with any request.

    Attributes:
        too_many: Share of calls refused with 429.
        digits: How keys are written.
        late_digit: Whoever is called hangs up as the key is pressed: the end is told before the key.
        end_first: News of the end comes before news of everything else.
        no_end: News of the end is never sent.
        thrice: Every piece of news is sent three times.
        no_recording: The recording's address is null.
    """

    too_many: float = 0.0
    digits: DigitsAs = DigitsAs.USUAL
    late_digit: bool = False
    end_first: bool = False
    no_end: bool = False
    thrice: bool = False
    no_recording: bool = False


CALM: Final = PhoneFaults()

BAD_DAYS: Final[dict[str, PhoneFaults]] = {
    "down": PhoneFaults(breaks={Break.ERROR_BEFORE: 1.0}),
    "error_after": PhoneFaults(breaks={Break.ERROR_AFTER: 1.0}),
    "silent": PhoneFaults(breaks={Break.HANG_BEFORE: 1.0}),
    "took_it": PhoneFaults(breaks={Break.HANG_AFTER: 1.0}),
    "garbled": PhoneFaults(breaks={Break.GARBLED: 1.0}),
    "slow": PhoneFaults(slow_s=4.0),
    "too_many": PhoneFaults(too_many=1.0),
    "digits_quoted": PhoneFaults(digits=DigitsAs.QUOTED),
    "digits_bare": PhoneFaults(digits=DigitsAs.BARE),
    "digits_missing": PhoneFaults(digits=DigitsAs.MISSING),
    "digits_twice": PhoneFaults(digits=DigitsAs.TWICE),
    "late_digit": PhoneFaults(late_digit=True),
    "end_first": PhoneFaults(end_first=True),
    "no_end": PhoneFaults(no_end=True),
    "thrice": PhoneFaults(thrice=True),
    "no_recording": PhoneFaults(no_recording=True),
    "news_forged": PhoneFaults(forged=1.0),
}
"""Bad days that can be had with one click, by the word the page has for them."""


def written(keys: str, how: DigitsAs, *, quoted: bool) -> str | None:
    """Keys as they are sent; None where the member is left out.

    Args:
        quoted: Whether this provider usually puts them in quotes.
    """
    if how is DigitsAs.MISSING:
        return None
    if how is DigitsAs.TWICE:
        keys *= 2
    in_quotes = how is DigitsAs.QUOTED or (quoted and how is not DigitsAs.BARE)
    return f'"{keys}"' if in_quotes else keys
