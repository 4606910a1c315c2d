"""What several pieces of news of one call add up to, and what providers write in the same way. Pure."""

from collections.abc import Mapping
from datetime import datetime
from decimal import ROUND_CEILING, Decimal, InvalidOperation
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from orderan.kit.money import digits as decimals_of
from orderan.telephony.models import OVER, CallState, Price

_ORDER: Final = {
    CallState.QUEUED: 0,
    CallState.RINGING: 1,
    CallState.ANSWERED: 2,
    CallState.MACHINE: 3,
}
KEYS: Final = frozenset("0123456789*#")
MOST_DIGITS: Final = 32
TURN: Final = "turn"


def further(stands: CallState, told: CallState) -> CallState:
    """Where a call stands once one more state of it was told; news comes late, twice and in any order.

    What is over stays over: the first end that was told holds.
    """
    if stands in OVER:
        return stands
    if told in OVER:
        return told
    return max(stands, told, key=_ORDER.__getitem__)


def pressed(text: str) -> str:
    """What was pressed, from how a provider writes it: quoted or not, with anything around it.

    Only keys of a telephone are kept, so that an unexpected word is silence and no decision.
    """
    return "".join(key for key in text if key in KEYS)[:MOST_DIGITS]


def price_of(amount: object, currency: str) -> Price | None:
    """A price as providers write it: a number or a text, what we pay with or without a minus; None for none."""
    if isinstance(amount, bool) or not isinstance(amount, int | float | str):
        return None
    try:
        exact = abs(Decimal(str(amount).strip()))
    except InvalidOperation:
        return None
    if not exact.is_finite() or exact >= Decimal(10) ** 9:
        return None
    minor = (exact * Decimal(10) ** decimals_of(currency)).to_integral_value(ROUND_CEILING)
    return Price(int(minor), currency, f"{exact:f}")


def whole(value: object) -> int | None:
    """A whole number of seconds, as one or as a text; None for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    try:
        number = int(value)
    except ValueError:
        return None
    return number if 0 <= number < 10**9 else None


def address_of(value: object) -> str | None:
    """An address where there is one: providers write none as nothing, as an empty text and as `null`."""
    return value if isinstance(value, str) and value.startswith(("https://", "http://")) else None


def moment(text: object) -> datetime | None:
    """An ISO time with its offset; None for what is none, or has none."""
    if not isinstance(text, str):
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo is not None else None


def with_query(url: str, /, **members: str) -> str:
    """An address with members put at the end of its query."""
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True) + list(members.items())
    return urlunsplit(parts._replace(query=urlencode(query)))


def at_turn(url: str, turn: int) -> str:
    """An address that says of which question of a call an answer will be; what it said before is taken out.

    A provider that did not hear our answer sends its own again, word for word: by the turn it is known.
    """
    parts = urlsplit(url)
    query = [one for one in parse_qsl(parts.query, keep_blank_values=True) if one[0] != TURN]
    return urlunsplit(parts._replace(query=urlencode([*query, (TURN, str(turn))])))


def turn_of(query: Mapping[str, str]) -> int | None:
    """The turn an address was given; None where it was given none."""
    return whole(query.get(TURN))
