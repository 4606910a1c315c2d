"""The nouns: a message to one person, tries to deliver it, the words of its kind, and what people want."""

from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum, auto
from uuid import UUID

from orderan.notifications.states import DeliveryEvent


class Kind(StrEnum):
    """What is told.

    PAY_NOW          an order waits for its payment
    PAY_WITH         something to pay with was made: a virtual account, a payment code
    PAY_SOON         the time to pay is nearly over
    TROUBLE          the way chosen to pay has trouble, and its time stands still
    RECOVERED        it works again
    EXPIRED          nobody paid in time
    PAID_LATE        money came after the order was over, and somebody decides what becomes of it
    ACCEPTED         paid, or due later: the shop owes the goods
    SHIPPED          a courier took a parcel
    OUT_FOR_DELIVERY the parcel comes today
    PACKED           everything is packed and waits for its courier
    DELAYED          it may arrive later than promised
    DELIVERED        everything has arrived
    ATTEMPT_FAILED   somebody came with a parcel and could not hand it over
    POSTPONED        a parcel comes on another day
    COMING_BACK      a parcel goes back to the shop
    PARCEL_LOST      a parcel was lost or damaged on its way
    CHANGED          fewer or other goods than before, at another total
    SUBSTITUTED      something they let stand in is sent for what is missing
    CANCELLED        nothing of it will be delivered
    REFUNDED         money went back
    RETURN_APPROVED  the goods may be sent back
    RETURN_REFUSED   the goods may not be sent back
    RETURN_RECEIVED  what was sent back is here
    REVIEW           how was it
    BACK_IN_STOCK    goods somebody waits for can be had again
    """

    PAY_NOW = auto()
    PAY_WITH = auto()
    PAY_SOON = auto()
    TROUBLE = auto()
    RECOVERED = auto()
    EXPIRED = auto()
    PAID_LATE = auto()
    ACCEPTED = auto()
    PACKED = auto()
    SHIPPED = auto()
    OUT_FOR_DELIVERY = auto()
    DELAYED = auto()
    DELIVERED = auto()
    ATTEMPT_FAILED = auto()
    POSTPONED = auto()
    COMING_BACK = auto()
    PARCEL_LOST = auto()
    CHANGED = auto()
    SUBSTITUTED = auto()
    CANCELLED = auto()
    REFUNDED = auto()
    RETURN_APPROVED = auto()
    RETURN_REFUSED = auto()
    RETURN_RECEIVED = auto()
    REVIEW = auto()
    BACK_IN_STOCK = auto()


class Channel(StrEnum):
    """How it travels; by WEBHOOK to the shop's own app, which shows it to whom it is for."""

    EMAIL = auto()
    WHATSAPP = auto()
    SMS = auto()
    PUSH = auto()
    WEBHOOK = auto()


class Why(StrEnum):
    """Why a message was not told, or a try came to nothing, in our words; providers have their own."""

    OVERTAKEN = auto()
    NOT_TRUE = auto()
    TOO_LATE = auto()
    STOPPED = auto()
    NOWHERE = auto()
    GONE = auto()
    NO_SENDER = auto()
    CHANNEL_AWAY = auto()
    IN_DOUBT = auto()
    GAP = auto()
    NOT_USED = auto()
    CHANNELS_OVER = auto()


@dataclass(frozen=True, slots=True)
class News:
    """Something a person is to be told.

    Attributes:
        topic_id: What it is about as a whole, such as an order: messages of one topic can contradict
            each other.
        subject_id: The thing itself, such as a parcel of the order, or the order again.
        person_id: Whom; the record that stands for them.
        fact_entity, fact_seq: The fact it comes from.
        due_at: Not before; useful_until: not after, None where it stays useful.
    """

    kind: Kind
    topic_id: UUID
    subject_id: UUID
    person_id: UUID
    fact_entity: UUID
    fact_seq: int
    due_at: datetime
    useful_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Wants:
    """What a person wants, or has.

    Attributes:
        channels: Their own order of channels; empty is the shop's.
        stopped: Channels they closed for good.
        unwanted: Kinds they do not want to hear of; what they must know is told all the same.
        locale: Their language; None is the shop's.
    """

    channels: tuple[str, ...] = ()
    stopped: frozenset[str] = frozenset()
    unwanted: frozenset[str] = frozenset()
    locale: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a message is for, as far as sending needs to know.

    Attributes:
        reachable: Channels they have an address on.
        agreed: Channels they agreed to be asked and offered things on.
        zone: IANA name of their clock.
    """

    id: UUID
    reachable: frozenset[str]
    agreed: frozenset[str]
    zone: str
    wants: Wants = field(default_factory=Wants)


@dataclass(frozen=True, slots=True)
class Policy:
    """How a shop tells people things; one without channels tells nobody anything.

    Attributes:
        channels: Tried in this order.
        quiet_from, quiet_until: By the clock of whoever is told; both the same is never.
        reminder_minutes: So long before the time to pay is over.
        review_days: So long after completion; 0 asks nobody.
        silent: Kinds the shop does not tell. A message costs money, and between accepted and shipped most buyers need
            none.
        from_position: Facts after this one in the shop's log are told.
        review_link: Page where reviews are written, `{number}` standing for the order's; empty asks to answer the message.
    """

    channels: tuple[str, ...] = ()
    quiet_from: time = time(21)
    quiet_until: time = time(7)
    reminder_minutes: int = 120
    review_days: int = 3
    silent: frozenset[str] = frozenset({Kind.PACKED})
    from_position: int = 0
    review_link: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One thing told to one person, by whatever channel.

    Attributes:
        channels: In which order channels are tried; settled when it was made.
        round: Counts how often a person sent it again.
        reason: Why it was not told.
        fact_seq: Which fact of its topic it comes from.
    """

    id: UUID
    kind: str
    topic_id: UUID
    subject_id: UUID
    person_id: UUID
    state: str
    locale: str
    channels: tuple[str, ...]
    round: int
    zone: str
    made_at: datetime
    due_at: datetime
    useful_until: datetime | None
    moved_at: datetime
    reason: str | None
    fact_seq: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """A try on one channel.

    Attributes:
        leased_until: Until when whoever claimed it may be sending it; also tells one claim from another.
        ask_at: When its unknown fate is looked into next.
        lost_at: Since when it is unknown.
        template_version: Of the words that were sent; 0 is ours.
    """

    id: UUID
    message_id: UUID
    round: int
    channel: str
    state: str
    due_at: datetime
    tries: int
    leased_until: datetime | None
    ask_at: datetime | None
    lost_at: datetime | None
    provider_id: str | None
    cost_minor: int | None
    reason: str | None
    template_version: int | None
    made_at: datetime
    moved_at: datetime
    sent_at: datetime | None
    delivered_at: datetime | None
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a delivery.

    Attributes:
        event: What moves it.
        reason: A code; it names nobody.
        at: When, by the provider's clock where it says.
        lease: The claim it is the outcome of; None for word that comes from elsewhere.
        gone: Browsers whose services do not know them any more.
    """

    delivery_id: UUID
    event: DeliveryEvent
    reason: str = ""
    provider_id: str | None = None
    cost_minor: int | None = None
    at: datetime | None = None
    lease: datetime | None = None
    gone: frozenset[str] = field(default=frozenset(), repr=False)


@dataclass(frozen=True, slots=True)
class Wish:
    """Somebody waits for goods; link leads to where these are bought."""

    id: UUID
    sku_id: UUID
    person_id: UUID
    link: str


@dataclass(frozen=True, slots=True)
class Template:
    """The words of a kind on a channel in a language.

    Attributes:
        version: Counts up with every change by the shop; 0 is what is shipped.
    """

    kind: str
    channel: str
    locale: str
    version: int
    subject: str
    body: str
    made_by: str = ""
    made_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """A message as it reads."""

    subject: str
    text: str
    html: str
