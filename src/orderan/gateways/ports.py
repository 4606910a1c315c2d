"""What every gateway's client can do. One folder per gateway, and nothing else, knows how."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from orderan.gateways.models import ChargeAsked, Charged, Notice, Received, RefundAsked, Refunding, Truth

SKEW: Final = timedelta(hours=1)
"""By how much a gateway's clock may differ from ours, with the time a request may be on its way."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A method as one gateway has it.

    Attributes:
        code: The gateway's own word, as its `wire.py` writes it.
        refundable: Whether the gateway pays back by itself; where it cannot, a person pays out.
        partly: Whether it can pay back a part.
        refund_days: Days after payment in which it can, None without a limit or where it says none.
        least_minor, most_minor: What the gateway takes this way, where it is narrower than the method itself.
        restricts_cards: Whether its page can let only cards of certain ranges pay.
    """

    code: str
    refundable: bool = False
    partly: bool = True
    refund_days: int | None = None
    least_minor: int = 1
    most_minor: int | None = None
    restricts_cards: bool = False


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """The answer a gateway expects to a notification."""

    status: int
    media_type: str
    body: bytes


class Gateway(Protocol):
    """One account at one gateway.

    Every call ends well or raises `GatewayRefused` (our fault, nothing happened), `GatewayFailed`
    (nothing happened) or, where it was not only a question, `OutcomeUnknown` (may have happened).
    None may be made while a transaction is open.
    """

    name: str
    offers: Mapping[str, Offer]

    async def charge(self, asked: ChargeAsked) -> Charged:
        """Ask for money.

        Raises:
            MethodNotOffered: The gateway has no such method.
            GatewayRefused, GatewayFailed, OutcomeUnknown: See the class.
        """

    async def look_up(
        self, *, reference: str, gateway_id: str | None, method: str, since: datetime | None = None
    ) -> Truth:
        """How a charge stands; ABSENT when the gateway never heard of it.

        Args:
            since: When we asked for it. Where it can only be looked for in a list, what is older by more than
                `SKEW` is not it, and ends the looking.

        Raises:
            GatewayRefused, GatewayFailed: See the class; a question that was not answered changed nothing.
        """

    async def cancel(
        self, *, reference: str, gateway_id: str | None, method: str, since: datetime | None = None
    ) -> Truth:
        """Take a pending charge back, as far as the gateway can; says how it stands afterwards.

        A charge that was paid meanwhile, or that cannot be taken back, is told as it is.

        Raises:
            GatewayRefused, GatewayFailed, OutcomeUnknown: See the class.
        """

    async def refund(self, asked: RefundAsked) -> Refunding:
        """Pay back; asking again with the same key never pays back twice, however late.

        Raises:
            GatewayRefused: Too much, too late, or a method that cannot be refunded here.
            GatewayFailed, OutcomeUnknown: See the class.
        """

    def read_notice(self, received: Received) -> Notice:
        """Who a notification is about, once its signature holds.

        Raises:
            NoticeForged: The signature does not hold, or it is for another account.
            NoticeUnreadable: Signed well, and not understood.
        """

    def acknowledgement(self, *, taken: bool) -> Acknowledgement:
        """What to answer: taken, or not taken so that it is sent again; see also `acknowledged`."""


def acknowledged(gateway: Gateway, notice: Notice) -> Acknowledgement:
    """What to answer to this notification, which was taken."""
    usual = gateway.acknowledgement(taken=True)
    return usual if notice.answer is None else replace(usual, body=notice.answer)
