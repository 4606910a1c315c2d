"""Banks over all gateways: how each bank is, wherever it is reached, and who is the cause where it is not well.

A bank that is in trouble at every gateway that was tried for it is the cause itself; at one of several, that
gateway is. Where one gateway alone carries it nobody can tell by comparing: then the gateway's own word about
its failures is all there is, and it is called that.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, auto
from typing import Final

from orderan.flows.views_board import HOURS, MOODS, Done, Mood, RailNow, rails_now
from orderan.kit.db import Tx
from orderan.payments import METHODS, rails

SICK: Final = frozenset({Mood.DOWN, Mood.DEGRADED})


class Cause(StrEnum):
    """Whose trouble it is.

    NOBODY   there is none
    BANK     the bank's: every gateway that was tried for it suffers
    GATEWAY  a gateway's: through another one the bank is well
    SAID     nobody can compare; most failures are the bank's, as its only gateway says
    UNTOLD   nobody can compare, and its only gateway does not say so
    """

    NOBODY = auto()
    BANK = auto()
    GATEWAY = auto()
    SAID = auto()
    UNTOLD = auto()


@dataclass(frozen=True, slots=True)
class BankNow:
    """A bank with its rails through every gateway.

    Attributes:
        rails: By account, the worst first.
        done: What all of them did together.
        suffering: Accounts through which it is in trouble now.
    """

    bank: str
    name: str
    rails: tuple[RailNow, ...]
    done: Done
    cause: Cause
    suffering: tuple[str, ...]

    @property
    def quiet(self) -> bool:
        """Nobody tried it in a day, and nothing is to be said of it."""
        return all(one.quiet for one in self.rails)

    @property
    def mood(self) -> Mood:
        """That of its worst rail among those there is something to say of."""
        return min((one.mood for one in self.rails if not one.quiet), key=MOODS.index, default=Mood.UNKNOWN)


async def banks_now(tx: Tx, *, hours: int = HOURS, now: datetime) -> list[BankNow]:
    """Every bank an open rail reaches: those that are the cause first, then the worst, those nobody uses last."""
    shown = [rail for rail in await rails(tx) if METHODS[rail.method].bank is not None]
    by_bank: dict[str, list[RailNow]] = defaultdict(list)
    for one in await rails_now(tx, shown, hours=hours, now=now):
        by_bank[METHODS[one.rail.method].bank or ""].append(one)
    found = [_bank(bank, of) for bank, of in by_bank.items()]
    return sorted(
        found, key=lambda one: (one.quiet, one.cause is not Cause.BANK, MOODS.index(one.mood), one.name)
    )


def _bank(bank: str, of: Sequence[RailNow]) -> BankNow:
    sick = [one for one in of if one.mood in SICK]
    return BankNow(
        bank=bank,
        name=bank_name(bank),
        rails=tuple(sorted(of, key=lambda one: (one.quiet, MOODS.index(one.mood), one.account.name))),
        done=together([one.done for one in of]),
        cause=cause_of(of),
        suffering=tuple(sorted({one.account.name for one in sick})),
    )


def bank_name(bank: str) -> str:
    """What people call a bank: as its virtual accounts are called, or else the first way to pay through it."""
    own = METHODS.get(f"va_{bank}")
    return own.name if own else next(method.name for method in METHODS.values() if method.bank == bank)


def cause_of(of: Sequence[RailNow]) -> Cause:
    """Whose trouble the rails of one bank show.

    A rail that nobody tried says nothing, nor does one that a person paused or that is under maintenance.
    """
    sick = [one for one in of if one.mood in SICK]
    if not sick:
        return Cause.NOBODY
    suffering = {one.account.id for one in sick}
    well = {one.account.id for one in of if one.mood is Mood.WELL and one.done.tries}
    if well - suffering:
        return Cause.GATEWAY
    if len(suffering) > 1:
        return Cause.BANK
    failed = together([one.done for one in sick])
    return Cause.SAID if failed.bank > failed.gateway + failed.unknown else Cause.UNTOLD


def together(parts: Sequence[Done]) -> Done:
    """What several rails did; what is normal for all of them together nobody knows."""
    return Done(
        made=sum(one.made for one in parts),
        customer=sum(one.customer for one in parts),
        gateway=sum(one.gateway for one in parts),
        bank=sum(one.bank for one in parts),
        unknown=sum(one.unknown for one in parts),
        issued=sum(one.issued for one in parts),
        paid=sum(one.paid for one in parts),
    )
