"""What is needed of whoever carries messages: one `Sender` per channel of a shop.

How a sending can end decides what may be done next:

    RefusedForGood   this person cannot be reached this way; another channel may be tried
    RefusedForNow    it would not take it now, and nothing happened; later, or another channel
    SendingFailed    it could not, and nothing happened; the same
    SendingUnknown   it may have sent it: nobody sends it again before it is known what became of it

Anything else a sender raises counts as unknown.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum, auto
from typing import Protocol
from uuid import UUID


class Doubt(StrEnum):
    """What can be done about a letter of which nobody knows whether it was sent.

    REPEAT   a second letter of the same reference is dropped by the provider: send it again
    ASK      the provider says what became of a reference
    NONE     neither
    """

    REPEAT = auto()
    ASK = auto()
    NONE = auto()


@dataclass(frozen=True, slots=True)
class Letter:
    """One message as it goes out on one channel.

    Attributes:
        reference: Ours; the same for every try of this delivery.
        to: An address of the channel: E.164, an e-mail address, what a browser gave; of a webhook, whom it is for.
        also: Of a push message: the person's other browsers. It is one message, told on all of them.
        link: Of the page it is about, whether its words name it or not.
        subject, html: Of an e-mail; empty elsewhere.
        text: What is said, plain.
        unsubscribe: Address of a page where one click ends such letters; None for those nobody can do without.
        freely: Accounts whose provider takes it as it stands: the person wrote to them within the day.
        kind, locale, values: For providers that keep the wording themselves: which template, and what
            stands in its places, in the order the places first appear in the text.
    """

    reference: str
    channel: str
    to: str = field(repr=False)
    kind: str
    locale: str
    subject: str = field(repr=False)
    text: str = field(repr=False)
    html: str = field(repr=False)
    link: str = field(repr=False)
    unsubscribe: str | None = field(repr=False)
    values: Mapping[str, str] = field(repr=False)
    freely: frozenset[UUID] = frozenset()
    also: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class SentAs:
    """A provider took a letter.

    Attributes:
        cost_minor: What it costs in rupiah, where the provider says.
        gone: Of a letter for several browsers: those their services do not know any more.
    """

    provider_id: str
    cost_minor: int | None = None
    gone: frozenset[str] = field(default=frozenset(), repr=False)


class Fate(StrEnum):
    """What a provider says became of a letter; ABSENT is that it never had it."""

    SENT = auto()
    DELIVERED = auto()
    SEEN = auto()
    FAILED = auto()
    ABSENT = auto()


@dataclass(frozen=True, slots=True)
class Receipt:
    """Word of a letter, by the provider's id or by our reference.

    Attributes:
        reason: Of a failure, a code.
    """

    fate: Fate
    at: datetime
    provider_id: str | None = None
    reference: str | None = None
    cost_minor: int | None = None
    reason: str = ""


class SendingTrouble(Exception):
    """A sending did not end well.

    Attributes:
        code: What the provider called it, or our word where it said nothing. It names nobody.
        gone: Browsers their services do not know any more.
    """

    def __init__(self, code: str, gone: frozenset[str] = frozenset()) -> None:
        super().__init__(code)
        self.code = code
        self.gone = gone


class RefusedForGood(SendingTrouble):
    """The provider refused, and would refuse again."""


class RefusedForNow(SendingTrouble):
    """The provider would not take it now; nothing happened."""


class SendingFailed(SendingTrouble):
    """The provider could not take it; nothing happened."""


class SendingUnknown(SendingTrouble):
    """It may have been sent."""


class Sender(Protocol):
    """Carries letters of one channel.

    Attributes:
        channel: `email`, `whatsapp`, `sms`, `push` or `webhook`.
        doubt: What can be done about a letter of unknown fate.
    """

    @property
    def channel(self) -> str: ...

    @property
    def doubt(self) -> Doubt: ...

    async def send(self, letter: Letter) -> SentAs:
        """Hand a letter to the provider.

        Raises:
            RefusedForGood, RefusedForNow, SendingFailed, SendingUnknown: See there.
        """
        ...

    async def look_up(self, reference: str) -> Receipt:
        """What became of a letter; asked only of senders whose doubt is `ASK`.

        Raises:
            SendingTrouble: It cannot be asked now.
        """
        ...
