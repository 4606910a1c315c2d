"""What every provider's client can do. One folder per provider, and nothing else, knows how."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from orderan.kit.calling import Caller
from orderan.kit.public_network import PublicCaller
from orderan.messaging.errors import NoNews
from orderan.messaging.models import Channel, News, Outgoing, Received, Sent


@dataclass(frozen=True, slots=True)
class Lines:
    """How the world is reached.

    Attributes:
        partners: To addresses whoever runs the installation chose.
        strangers: To addresses somebody outside chose: a browser's push service, a receiver of webhooks.
    """

    partners: Caller
    strangers: PublicCaller

    async def close(self) -> None:
        await self.partners.close()
        await self.strangers.close()


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """The answer a provider expects to its news."""

    status: int
    media_type: str
    body: bytes


class Messenger(Protocol):
    """One account at one provider.

    `send` ends well or raises `RefusedForGood`, `RefusedForNow`, `SendFailed` (nothing was sent) or
    `OutcomeUnknown` (it may have been). None may be made while a transaction is open.

    Attributes:
        repeatable: Whether sending again under the same reference tells nobody twice, because whoever
            receives it can see that it is the same.
    """

    name: str
    channel: Channel
    repeatable: bool

    async def send(self, outgoing: Outgoing) -> Sent:
        """Send one message.

        Raises:
            RefusedForGood, RefusedForNow, SendFailed, OutcomeUnknown: See the class.
            ContentNotOfChannel: The content is of another channel; a bug of whoever chose it.
        """

    def read_news(self, received: Received) -> Sequence[News]:
        """Receipts and replies, once their signature holds; none where it tells of neither.

        Raises:
            NewsForged: The signature does not hold, or it is for another account.
            NewsUnreadable: Signed well, and not understood.
            NoNews: The provider sends none.
        """

    def acknowledgement(self, *, taken: bool) -> Acknowledgement:
        """What to answer: taken, or not taken so that it is sent again."""


@runtime_checkable
class Verified(Protocol):
    """A provider that asks an address whether it is ours before it sends news there."""

    def verify(self, received: Received) -> Acknowledgement:
        """The answer to its question: yes only to whoever knows our token."""


@runtime_checkable
class TakesSubscriptions(Protocol):
    """A provider whose recipients subscribe with a key of ours."""

    @property
    def public_key(self) -> str:
        """What a page subscribes with."""


class Silent:
    """The half of a messenger whose provider never tells what became of a message."""

    name: str

    def read_news(self, received: Received) -> Sequence[News]:  # noqa: ARG002 - there is none to read
        raise NoNews(self.name)

    def acknowledgement(self, *, taken: bool) -> Acknowledgement:  # noqa: ARG002 - nothing is ever taken
        return Acknowledgement(404, "text/plain", b"")


class ContentNotOfChannel(Exception):
    """The content is of another channel; a bug of whoever chose it."""
