"""What gateways sent us, as it came."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum, auto
from uuid import UUID

from orderan.payments.states import AttemptState


class Verdict(StrEnum):
    """What came of looking at a notification.

    GENUINE     signed as the gateway signs
    FORGED      not signed so, or for another account: kept as evidence, nothing follows from it
    UNREADABLE  signed well, and not understood
    """

    GENUINE = auto()
    FORGED = auto()
    UNREADABLE = auto()


@dataclass(frozen=True, slots=True)
class Notification:
    """A notification as it came.

    Attributes:
        dedupe_key: The same for a repetition of the same news.
        reference, gateway_id: Whose it is, as far as it says.
        claims: What it says became of the try; a hint, and nothing more.
        headers: Without those that are secrets themselves.
    """

    account_id: UUID
    verdict: Verdict
    dedupe_key: str
    reference: str | None
    gateway_id: str | None
    claims: str | None
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A genuine notification whose try is not called for yet.

    Attributes:
        repeated: Word for word as it was heard before.
    """

    id: UUID
    account_id: UUID
    reference: str | None
    gateway_id: str | None
    received_at: datetime
    claims: str | None
    repeated: bool


@dataclass(frozen=True, slots=True)
class Behind:
    """The try a notification is about, as it stands."""

    attempt_id: UUID
    state: AttemptState


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of hearing waiting notices.

    Attributes:
        accounts: Whose notices were heard, so that what they sign with is what we check with.
        strangers: Accounts with a notice that tells of money for nothing of ours.
    """

    count: int = 0
    accounts: frozenset[UUID] = frozenset()
    strangers: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Stranger:
    """A notice nothing follows from: signed well and about nothing of ours, or not signed well.

    Attributes:
        reference, gateway_id: Whose it would be; of a forged one nothing is believed.
    """

    received_at: datetime
    times: int
    forged: bool
    reference: str | None
    gateway_id: str | None
    claims: str | None
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Unread:
    """A letter nobody could make sense of, and how often it came."""

    received_at: datetime
    times: int
    body: bytes = field(repr=False)
