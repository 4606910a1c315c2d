"""What clients of providers of text messages have in common: who can be written to, and the one request."""

from abc import ABC, abstractmethod

from orderan.kit import calling
from orderan.messaging.base import ContentNotOfChannel
from orderan.messaging.errors import Because, RefusedForGood
from orderan.messaging.models import Channel, Outgoing, Sent, Text
from orderan.messaging.rules import unreachable


class Texting(ABC):
    """The sending half of a messenger that sends text messages; none of their providers has idempotency.

    Each says how the request is written (`_written`) and what its answer means (`_sent`).
    """

    name: str
    channel = Channel.SMS
    repeatable = False
    _caller: calling.Caller

    async def send(self, outgoing: Outgoing) -> Sent:
        """See `Messenger`."""
        if not isinstance(outgoing.content, Text):
            raise ContentNotOfChannel(type(outgoing.content).__name__)
        if why := self._barred(outgoing.to):
            raise RefusedForGood(self.name, why, because=Because.RECIPIENT)
        text = outgoing.content.text
        url, headers, body = self._written(outgoing, text)
        answer = await self._caller.order(self.name, "POST", url, headers=headers, body=body)
        return self._sent(answer, text)

    def _barred(self, phone: str) -> str | None:
        """Why nothing can be sent there, None where it can."""
        return unreachable(phone)

    @abstractmethod
    def _written(self, outgoing: Outgoing, text: str) -> tuple[str, dict[str, str], bytes]:
        """Where it is asked, with which headers and body."""

    @abstractmethod
    def _sent(self, answer: calling.Reply, text: str) -> Sent:
        """What the answer says.

        Raises:
            RefusedForGood, RefusedForNow, SendFailed, OutcomeUnknown: See `Messenger`.
        """
