"""What buyers before a pay page are like, what they pay with, and what gateways let them do. Data, and a draw of it."""

import random
from collections.abc import Mapping
from enum import StrEnum, auto
from itertools import chain
from typing import Final

from orderan.payments import Group

WAYS: Final[Mapping[Group, tuple[str, ...]]] = {
    Group.VIRTUAL_ACCOUNT: ("va_bni", "va_bca", "va_mandiri", "va_permata"),
    Group.QRIS: ("qris",),
    Group.WALLET: ("dana", "gopay", "shopeepay", "ovo"),
    Group.CARD: ("card",),
    Group.COUNTER: ("indomaret", "alfamart"),
    Group.PAY_LATER: ("akulaku", "kredivo", "indodana"),
}
METHODS: Final = tuple(chain.from_iterable(WAYS.values()))


class Mind(StrEnum):
    """What a buyer does with what they were given. The last three are of cards; others pay by card at once.

    AUTHORISED  the money is set aside, and the gateway's fraud desk or the shop decides within hours
    DECLINED    the bank says no, or 3-D Secure fails; then another card, or another method
    LEAVES      is sent on to the bank's own page, and never comes back
    """

    PAYS = auto()
    NEVER = auto()
    LATE = auto()
    IN_PARTS = auto()
    A_PART = auto()
    OVER = auto()
    CHANGES = auto()
    PAYS_BOTH = auto()
    TAKEN_BACK = auto()
    TOLD_PAID = auto()
    TOLD_UNPAID = auto()
    CANCELLED = auto()
    CLICKS = auto()
    AUTHORISED = auto()
    DECLINED = auto()
    LEAVES = auto()


SHARES: Final = {
    Mind.PAYS: 31,
    Mind.NEVER: 6,
    Mind.LATE: 6,
    Mind.IN_PARTS: 4,
    Mind.A_PART: 2,
    Mind.OVER: 4,
    Mind.CHANGES: 9,
    Mind.PAYS_BOTH: 6,
    Mind.TAKEN_BACK: 5,
    Mind.TOLD_PAID: 4,
    Mind.TOLD_UNPAID: 4,
    Mind.CANCELLED: 3,
    Mind.CLICKS: 5,
    Mind.AUTHORISED: 5,
    Mind.DECLINED: 4,
    Mind.LEAVES: 2,
}
"""Of a hundred."""
PARTLY: Final = frozenset({"midtrans"})
OVERLY: Final = frozenset({"snap"})
TAKES_BACK: Final = frozenset({"midtrans"})
"""Gateways that take a part, more than was asked (a QR never), and money back within the minute; at the others
the bank asks for exactly what is due, and such a buyer pays that. A card is charged whole everywhere."""
AUTHORISES: Final = frozenset({"midtrans", "xendit", "stripe"})
"""Where a card's money can be set aside first."""
STAYS_OPEN: Final = frozenset({"xendit", "stripe"})
"""Whose page stays open when a card on it is declined."""

PREFERS: Final = {
    Mind.IN_PARTS: "dana",
    Mind.A_PART: "dana",
    Mind.TAKEN_BACK: "dana",
    Mind.OVER: "va_bca",
    Mind.AUTHORISED: "card",
    Mind.DECLINED: "card",
    Mind.LEAVES: "card",
}
"""Methods that such gateways carry first, so that enough of it happens."""
PREFERRED: Final = 0.7


class Minds:
    """Who comes next: one of every sort first, in any order, and whoever chance brings afterwards."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._first = dice.sample(list(Mind), len(Mind))

    def next(self) -> tuple[Mind, str]:
        """A buyer, and the method they begin with."""
        if self._first:
            mind = self._first.pop()
            return mind, PREFERS.get(mind) or self.method()
        [mind] = self._dice.choices(list(SHARES), list(SHARES.values()))
        method = self.method()
        return mind, PREFERS.get(mind, method) if self._dice.random() < PREFERRED else method

    def method(self, *, but: str | None = None) -> str:
        """Any method; each kind of them as often as the others.

        Args:
            but: Not this one.
        """
        kinds = [[one for one in ways if one != but] for ways in WAYS.values()]
        return self._dice.choice(self._dice.choice([ways for ways in kinds if ways]))
