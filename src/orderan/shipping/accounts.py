"""Accounts at couriers, and what these send us and say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum, auto
from uuid import UUID

from orderan.couriers import Status


@dataclass(frozen=True, slots=True)
class CourierAccount:
    """An account of the shop's at a courier, or at somebody who books many; its secrets are opened only to call it.

    Attributes:
        base_url: Where its API is; empty where nobody is called.
        fields: What is no secret, by name.
        rank: Asked from the lowest on.
    """

    id: UUID
    provider: str
    name: str
    base_url: str
    fields: Mapping[str, str]
    secrets: bytes = field(repr=False)
    wrapped_key: bytes = field(repr=False)
    rank: int = 0
    state: str = "open"


class Verdict(StrEnum):
    """What came of looking at a letter.

    GENUINE     it shows what this account's letters show
    FORGED      it does not: kept as evidence, nothing follows from it
    UNREADABLE  it does, and is not understood
    """

    GENUINE = auto()
    FORGED = auto()
    UNREADABLE = auto()


@dataclass(frozen=True, slots=True)
class CourierLetter:
    """What a courier sent, as it came.

    Attributes:
        dedupe_key: The same for a repetition of the same letter.
        letter: The request, sealed under the account's key.
    """

    account_id: UUID
    verdict: Verdict
    dedupe_key: str
    letter: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class WaitingLetter:
    """A genuine letter nobody heard yet; its hearing broke so many times."""

    id: UUID
    account_id: UUID
    letter: bytes = field(repr=False)
    received_at: datetime
    tries: int = 0


@dataclass(frozen=True, slots=True)
class LetterSeen:
    """A letter, without its words; it came so many times."""

    received_at: datetime
    verdict: Verdict
    times: int
    heard_at: datetime | None


class Source(StrEnum):
    """How we know of a step."""

    LETTER = auto()
    ASKED = auto()


@dataclass(frozen=True, slots=True)
class ParcelStep:
    """One thing a courier says happened to a parcel.

    Attributes:
        status: None for a word nobody knows.
        word, code: As the courier wrote them.
        refused: The buyer would not have it.
    """

    parcel_id: UUID
    at: datetime
    status: Status | None
    word: str
    code: str
    place: str
    refused: bool
    source: Source
    account_id: UUID


@dataclass(frozen=True, slots=True)
class Following:
    """How far a parcel is followed.

    Attributes:
        told_at: When the latest thing happened that was heard of.
        heard_at: When the courier last said something new.
        asks: How often it was asked since.
    """

    told_at: datetime | None
    heard_at: datetime | None
    ask_at: datetime
    asks: int


@dataclass(frozen=True, slots=True)
class DueParcel:
    """A parcel whose courier is to be asked."""

    id: UUID
    order_id: UUID
    courier: str
    awb: str
    state: str
    asks: int
