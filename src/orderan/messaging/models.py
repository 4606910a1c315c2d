"""What passes between us and a provider, in our words; each provider's `mapping.py` knows its own.

Time is aware. `raw` is what the provider said, word for word; nothing decides by it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum, auto
from typing import Final, TypeAlias

from orderan.kit.money import digits

MOST_BUTTONS: Final = 3


class Channel(StrEnum):
    """By what a person is reached."""

    WHATSAPP = auto()
    SMS = auto()
    EMAIL = auto()
    PUSH = auto()
    WEBHOOK = auto()


@dataclass(frozen=True, slots=True)
class Cost:
    """What a provider takes for a message, exactly as it says: often less than a cent."""

    amount: Decimal
    currency: str

    @property
    def minor(self) -> int:
        """Whole minor units, rounded up, so that what is counted is never less than what is billed."""
        return int((self.amount * 10 ** digits(self.currency)).to_integral_value(ROUND_CEILING))


@dataclass(frozen=True, slots=True)
class Text:
    """A text message."""

    text: str


@dataclass(frozen=True, slots=True)
class Letter:
    """An e-mail.

    Attributes:
        unsubscribe: Address of a page where one click ends such letters; None for those a buyer cannot
            do without.
        tags: Further headers, by name; none of those that say who and what.
    """

    subject: str
    plain: str
    html: str
    unsubscribe: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReplyButton:
    """What can be tapped to answer.

    Attributes:
        id: Comes back when it is tapped, 1 to 256 characters.
        title: What stands on it, 1 to 20 characters.
    """

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Menu:
    """Answers to choose one of, where buttons are too few.

    Attributes:
        title: What stands on what opens it, 1 to 20 characters.
        rows: One to ten; their ids have at most 200 characters and their titles 24.
    """

    title: str
    rows: tuple[ReplyButton, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """A template the provider has approved, and what goes into it.

    Attributes:
        parameters: Of its body, in order.
        link: What its button with an address is completed by; None where it has none.
    """

    name: str
    parameters: tuple[str, ...] = ()
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Chat:
    """A WhatsApp message: as a template to whoever has not written for a day, as it stands otherwise.

    Attributes:
        text: What it says inside the window.
        buttons: At most three. In a template their titles are the template's own.
        template: What is sent outside the window; None may only be sent inside.
        open: Whether the recipient wrote within the last 24 hours.
        menu: In place of buttons, inside the window only: no template has one.
    """

    text: str
    buttons: tuple[ReplyButton, ...] = ()
    template: Template | None = None
    open: bool = False
    menu: Menu | None = None


@dataclass(frozen=True, slots=True)
class Push:
    """A message on a lock screen; `link` is opened when it is tapped.

    Attributes:
        keep_s: How long the push service keeps it for a device that is off.
        topic: A later one of the same topic takes the place of this one while it waits.
    """

    title: str
    body: str
    link: str
    keep_s: int = 86_400
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class Hook:
    """What another program is told.

    Attributes:
        type: Such as `order.paid`.
        data: Plain JSON values.
    """

    type: str
    at: datetime
    data: Mapping[str, object]


Content: TypeAlias = Text | Letter | Chat | Push | Hook


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to one recipient over one channel.

    Attributes:
        to: A phone number in E.164, an e-mail address, a browser's push subscription as JSON, or the
            address of a webhook: what the channel needs.
        reference: Ours, the same for a repetition of the same message: 1 to 64 letters, digits, `-`, `_`.
        language: id | en
        notify_url: Where the provider sends word, where it is told each time.
    """

    to: str
    reference: str
    language: str
    content: Content
    notify_url: str | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider took the message.

    Attributes:
        provider_id: The provider's name for it, by which its receipts come.
        parts: How many it is billed as; 1 but for long texts.
        cost: None where the provider does not say, or says it later.
    """

    provider_id: str
    parts: int = 1
    cost: Cost | None = None
    raw: bytes = field(default=b"", repr=False)

    @property
    def cost_minor(self) -> int | None:
        return None if self.cost is None else self.cost.minor

    @property
    def currency(self) -> str | None:
        return None if self.cost is None else self.cost.currency


class ReceiptState(StrEnum):
    """How far a message came."""

    SENT = auto()
    DELIVERED = auto()
    READ = auto()
    FAILED = auto()


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a message, as the provider tells it; receipts come in any order, and again.

    Attributes:
        at: By the provider's clock; None where it does not say.
        code: Why it failed, in the provider's word; None unless it did.
        for_good: Whether the recipient cannot be reached there at all; see `RefusedForGood`.
        to: Whom it was for, where the provider says.
        reference: Ours, where the provider repeats it: it tells what became of a message whose outcome
            was unknown.
    """

    provider_id: str
    state: ReceiptState
    at: datetime | None
    cost: Cost | None = None
    code: str | None = None
    for_good: bool = False
    to: str | None = None
    reference: str | None = None

    @property
    def dedupe_key(self) -> str:
        """The same for a repetition of the same news, another for other news."""
        return f"{self.provider_id}:{self.state}"


class ReplyKind(StrEnum):
    """How somebody answered."""

    BUTTON = auto()
    TEXT = auto()


@dataclass(frozen=True, slots=True)
class Reply:
    """What a person answered, or wrote of themselves.

    Attributes:
        from_: In E.164.
        payload: Of the button, empty for text.
        text: What they wrote, or what stands on the button; empty for what is neither, such as a picture.
        in_reply_to: The provider's name for our message, where they answered one.
        person: The provider's lasting name for the person, where it has one beside the number.
    """

    from_: str
    kind: ReplyKind
    payload: str
    text: str
    provider_id: str
    in_reply_to: str | None
    at: datetime
    person: str | None = None

    @property
    def dedupe_key(self) -> str:
        """The same for a repetition of the same news, another for other news."""
        return self.provider_id


News: TypeAlias = Receipt | Reply


@dataclass(frozen=True, slots=True)
class Received:
    """A request a provider sent us, as it came; header names are lower case.

    Attributes:
        url: The whole address they called, as they know it: some sign it.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Field:
    """Something an account is opened with."""

    name: str
    secret: bool = False
    required: bool = True


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the shop's at a provider.

    Attributes:
        base_url: Where its API is: the provider's, or our own simulator; empty where it has none.
        credentials: By the names of the provider's `FIELDS`.
    """

    provider: str
    base_url: str
    credentials: Mapping[str, str] = field(repr=False)
