"""What every courier's client can do. One folder per courier, and nothing else, knows how."""

from collections.abc import Sequence
from enum import StrEnum, auto
from typing import Protocol

from orderan.couriers.models import (
    Acknowledgement,
    Asked,
    Booked,
    Notice,
    Rate,
    RatesAsked,
    Received,
    Track,
)


class Does(StrEnum):
    """What an account can be asked for.

    RATES   what carrying costs
    BOOK    a number, and somebody who comes for the parcel
    RANGE   a number out of a range that was given to us; nobody is called
    TRACK   where a parcel is, whoever booked it
    TRACK_BOOKED    where a parcel is that was booked by this account
    TELLS   it sends word by itself
    """

    RATES = auto()
    BOOK = auto()
    RANGE = auto()
    TRACK = auto()
    TRACK_BOOKED = auto()
    TELLS = auto()


class CourierClient(Protocol):
    """One account at one courier, or at somebody who books many.

    Every call ends well or raises `CourierRefused` (our fault, nothing happened), `CourierFailed`
    (nothing happened) or, where it was not only a question, `OutcomeUnknown` (may have happened).
    What is not in `does` raises `NotOffered`. None may be made while a transaction is open.

    Attributes:
        serves: Our codes of the couriers that are reached by it.
    """

    name: str
    serves: frozenset[str]
    does: frozenset[Does]

    async def check(self) -> None:
        """Whether the account is let in; changes nothing.

        Raises:
            CourierRefused, CourierFailed: See the class.
        """

    async def rates(self, asked: RatesAsked) -> list[Rate]:
        """What carrying a parcel costs, by courier and service; none where nobody goes there.

        Raises:
            CourierRefused, CourierFailed: See the class.
        """

    async def prepare(self, asked: Asked) -> str | None:
        """The courier's name for a booking that is made next, kept before it is; None where our key will do.

        It books nothing: what is prepared and never booked costs nothing and fetches nobody.

        Raises:
            CourierRefused, CourierFailed: See the class.
        """

    async def book(self, asked: Asked, reference: str | None) -> Booked:
        """Book, once.

        Args:
            reference: What `prepare` said.

        Raises:
            CourierRefused, CourierFailed, OutcomeUnknown: See the class.
        """

    async def look_up(self, key: str, reference: str | None) -> Booked | None:
        """What became of a booking; None when the courier has none.

        Raises:
            CourierRefused, CourierFailed: See the class.
            NotOffered: It cannot be asked by what we know; a person has to look.
        """

    async def cancel(self, booked: Booked, reason: str) -> bool:
        """Take a booking back; False where the parcel is on its way already.

        Raises:
            CourierRefused, CourierFailed, OutcomeUnknown: See the class.
        """

    async def track(self, courier: str, awb: str, *, key: str | None = None, phone: str = "") -> Track:
        """Everything that happened to a parcel.

        Args:
            key: Ours, where we booked it; some know a parcel by nothing else.
            phone: The recipient's; some couriers tell nothing without its last five digits.

        Raises:
            CourierRefused, CourierFailed: See the class.
        """

    def check_notice(self, received: Received) -> None:
        """See that a letter shows what this account's letters show.

        Raises:
            NoticeForged: It does not.
        """

    def read_notice(self, body: bytes) -> Sequence[Notice]:
        """What a letter that was checked tells, parcel by parcel; none where it only tries the address.

        Raises:
            NoticeUnreadable: It is not understood.
        """

    def acknowledgement(self) -> Acknowledgement:
        """What to answer to a letter that was taken."""
