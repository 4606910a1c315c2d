"""The nouns of trouble: incidents, what was said in them, whom to call, and maintenance announced beforehand."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, auto
from typing import Any
from uuid import UUID


class Kind(StrEnum):
    """What is wrong.

    SILENT is a rail that takes payments and does not say so.
    """

    DOWN = auto()
    SLOW = auto()
    DECLINES = auto()
    SILENT = auto()
    OTHER = auto()


class Severity(StrEnum):
    """How bad it is."""

    MINOR = auto()
    MAJOR = auto()
    CRITICAL = auto()


class What(StrEnum):
    """What a buyer is told."""

    TROUBLE = auto()
    RECOVERED = auto()


class Flag(StrEnum):
    """Why a window of a feed lowers nothing until a person has looked."""

    TOO_LONG = auto()
    UNKNOWN_PART = auto()


@dataclass(frozen=True, slots=True)
class Incident:
    """Trouble of one or several rails.

    Attributes:
        since: When it began, which is before anybody saw it.
        estimate: Until when the provider thinks it will last.
        evidence: What was seen: plain members with an `at` each, oldest first.
        words_id, words_en: The announcement; a draft until it is published.
        hit_orders, hit_minor: Orders that wanted to pay meanwhile and what they had due; counted at the end.
        lost_orders, lost_minor: Those of them that came to nothing.
        again_at: When it began again last, after it was thought to be over; None while it never did.
        false_at, false_by, false_why: A person said that nothing was wrong, who, and how they know.
    """

    id: UUID
    kind: str
    severity: str
    state: str
    by_itself: bool
    since: datetime
    opened_at: datetime
    opened_by: str
    confirmed_at: datetime | None
    recovered_at: datetime | None
    closed_at: datetime | None
    estimate: datetime | None
    evidence: list[dict[str, Any]]
    words_id: str
    words_en: str
    published_at: datetime | None
    review: str | None
    hit_orders: int | None
    hit_minor: int | None
    lost_orders: int | None
    lost_minor: int | None
    again_at: datetime | None = None
    false_at: datetime | None = None
    false_by: str | None = None
    false_why: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A rail an incident is about, as people name it."""

    rail_id: UUID
    method: str
    account_id: UUID
    account: str
    gateway: str


@dataclass(frozen=True, slots=True)
class Told:
    """A buyer who is to hear something, by the order they wait with."""

    order_id: UUID
    attempt_id: UUID
    method: str


@dataclass(frozen=True, slots=True)
class Impact:
    """What an incident did to orders; amounts are what was due in rupiah.

    Attributes:
        told: Buyers told of trouble.
        paid: Of the orders hit, those that were paid after all.
    """

    hit_orders: int
    hit_minor: int
    paid_orders: int
    paid_minor: int
    lost_orders: int
    lost_minor: int
    told: int
    told_recovered: int


@dataclass(frozen=True, slots=True)
class Note:
    """Something said to the provider, or heard from it.

    Attributes:
        question: Which of the questions it answers, by code.
    """

    id: UUID
    incident_id: UUID
    at: datetime
    written_by: str
    heard: bool
    who: str
    question: str | None
    words: str


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to reach at a gateway."""

    id: UUID
    account_id: UUID
    name: str
    phone: str
    email: str
    hours: str


@dataclass(frozen=True, slots=True)
class Window:
    """Maintenance announced beforehand.

    Attributes:
        methods: Those it is about; empty for every method of the account.
        feed_id: Its id in the provider's feed; None for one typed in.
    """

    id: UUID
    account_id: UUID
    methods: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime
    title: str
    flag: str | None
    feed_id: str | None
    cancelled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Coming:
    """Maintenance as the public is told of it: methods that no other account carries meanwhile."""

    starts_at: datetime
    ends_at: datetime
    methods: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Feed:
    """Where the provider of an account publishes its maintenance."""

    account_id: UUID
    address: str
    asked_at: datetime | None
    read_at: datetime | None
    fault: str | None


@dataclass(frozen=True, slots=True)
class Announced:
    """A maintenance as a feed tells of it.

    Attributes:
        parts: Names of what it is about, in the provider's words.
        over: It was carried out or called off.
    """

    feed_id: str
    title: str
    starts_at: datetime
    ends_at: datetime
    parts: tuple[str, ...]
    over: bool


@dataclass(frozen=True, slots=True)
class Banner:
    """What a page says above a method that has trouble.

    Attributes:
        maintenance: It was announced; else it is an incident.
        begun: It takes place now; maintenance may be about to.
        until: When it is thought to be over.
        words: The published announcement by language; empty while none is published.
    """

    method: str
    rail_id: UUID
    maintenance: bool
    begun: bool
    since: datetime
    until: datetime | None
    words: dict[str, str]
