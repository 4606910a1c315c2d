"""What every simulated gateway can do; one file per gateway in `sandbox/gateways` knows how."""

from datetime import datetime
from enum import StrEnum, auto
from typing import Protocol, runtime_checkable

from orderan.sandbox.book import Book
from orderan.sandbox.models import Letter, SimCharge, SimReply, SimRequest


class Simulator(Protocol):
    """One gateway as it answers and writes; nothing waits, breaks or is lost here: `Weather` does that.

    Attributes:
        book: Its charges. Whoever plays the buyer moves them: `book.pay`, `book.move`.
    """

    name: str
    book: Book

    def answer(self, request: SimRequest, *, now: datetime) -> SimReply:
        """Answer a request as the gateway would, wrong signatures and unknown paths included."""

    def method_of(self, request: SimRequest) -> str | None:
        """The gateway's word for the method a request to charge is for; None for every other request."""

    def news(self, charge: SimCharge, *, now: datetime) -> list[Letter]:
        """What the gateway writes about how a charge stands now; none where it is silent about that."""

    def forged(self, letter: Letter) -> Letter:
        """The same letter with a signature that does not hold."""


@runtime_checkable
class Registered(Protocol):
    """A gateway that sends word to an address registered with it, whatever a request says."""

    def registered_at(self, address: str | None) -> None:
        """From now on word goes there; None is nowhere."""


class BankDeed(StrEnum):
    """What the bank of a buyer who denies a payment does.

    DISPUTE  takes the money for its customer, until it has decided
    WIN      decides for the shop: the money comes back
    LOSE     decides for its customer: the money stays away
    """

    DISPUTE = auto()
    WIN = auto()
    LOSE = auto()


@runtime_checkable
class HearsBanks(Protocol):
    """A gateway that writes when a buyer's bank takes a payment back."""

    def bank_may(self, charge: SimCharge) -> tuple[BankDeed, ...]:
        """What the bank can do with a charge as it stands; a gateway that never tells of an end has none."""

    def bank_does(self, charge: SimCharge, deed: BankDeed, *, now: datetime) -> None:
        """Raises NotPossible: not as it stands."""


@runtime_checkable
class HostsPages(Protocol):
    """A gateway that knows of a charge only once the buyer is on its page."""

    def pick(self, token: str, *, now: datetime) -> SimCharge:
        """The buyer chose on the page of this token; raises KeyError where there is none."""
