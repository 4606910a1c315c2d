"""The nouns of asking: the policy, who is asked, the case of an order and its attempts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum, auto
from typing import Any, Final
from uuid import UUID

from orderan.verification.states import AttemptEvent, AttemptState, DayState


class Way(StrEnum):
    """How a buyer is asked."""

    CALL = auto()
    WHATSAPP = auto()
    SMS = auto()
    AGENT = auto()


class Failure(StrEnum):
    """Why a try asked nobody.

    NEEDLESS     the order was answered for while the try was about to be made, or wants no answer any more
    NO_BUYER     nobody is known, or they were erased
    NO_PHONE     they left no telephone
    STOPPED      they closed this channel
    NO_ACCOUNT   the shop has no account that could do it
    NUMBER       the provider says that their number cannot be reached so
    MESSAGE      what was to be said is not taken: a template that does not fit, too long
    ACCOUNT      the shop's account: its key, its balance, its contract
    REFUSED      the provider said no, and its code says why
    BUSY         too many at once
    UNAVAILABLE  the provider does not answer, or is in trouble itself
    """

    NEEDLESS = auto()
    NO_BUYER = auto()
    NO_PHONE = auto()
    STOPPED = auto()
    NO_ACCOUNT = auto()
    NUMBER = auto()
    MESSAGE = auto()
    ACCOUNT = auto()
    REFUSED = auto()
    BUSY = auto()
    UNAVAILABLE = auto()


class Verdict(StrEnum):
    """What a policy says of an order."""

    ASK = auto()
    WAIVE = auto()


class Silence(StrEnum):
    """What becomes of an order whose buyer answered no way at all.

    HOLD     it stays unconfirmed and a person decides
    CANCEL   it is cancelled and its stock is free again
    DEPOSIT  they are asked for a deposit; paid, it is as good as a yes, and unpaid the order is cancelled
    """

    HOLD = auto()
    CANCEL = auto()
    DEPOSIT = auto()


@dataclass(frozen=True, slots=True)
class When:
    """Conditions that all have to hold; what is left out always holds.

    Attributes:
        areas: Beginnings of official area codes (`31` is DKI Jakarta, `31.71` its southern city).
        first_order: Whether the buyer never ordered here before.
        delivered_at_least: COD parcels they took and paid.
        refused_at_most: Orders they refused by phone or at the door.
        score_at_least: Of the trust score, where there is one.
    """

    at_least_minor: int | None = None
    at_most_minor: int | None = None
    areas: tuple[str, ...] = ()
    first_order: bool | None = None
    delivered_at_least: int | None = None
    refused_at_most: int | None = None
    score_at_least: int | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """The first rule whose conditions hold decides."""

    name: str
    when: When
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Step:
    """A way to ask, and how patiently.

    Attributes:
        tries: At most, one after the other.
        answer_minutes: How long an attempt may stay unanswered.
        spacing_minutes: From one missed try to the next.
        by_number: Of a call: whether the order's number is keyed in, where otherwise one key says yes.
        record: Of a call: whether the provider records it; the buyer is told so first.
    """

    way: Way
    tries: int = 1
    answer_minutes: int = 120
    spacing_minutes: int = 60
    by_number: bool = False
    record: bool = False


@dataclass(frozen=True, slots=True)
class DayPolicy:
    """How buyers are asked, on the day a parcel comes, whether somebody is home.

    Attributes:
        everyone: Whether those who paid before are asked too; otherwise only those who pay at the door.
        from_hour, to_hour: Of the buyer's own day; whoever did not answer by its end is not reached.
    """

    everyone: bool = False
    steps: tuple[Step, ...] = (
        Step(Way.WHATSAPP, answer_minutes=60, spacing_minutes=0),
        Step(Way.CALL, tries=2, answer_minutes=10, spacing_minutes=30),
    )
    from_hour: int = 7
    to_hour: int = 18


@dataclass(frozen=True, slots=True)
class Policy:
    """Who is asked, how, when and what silence means.

    Attributes:
        asks: Whether anybody is asked by rule; a shop that asks nobody says so, and its COD orders are picked at
            once. Whom a score says to ask is asked all the same.
        rules: Where none holds, the buyer is asked.
        from_hour, to_hour: Of the buyer's own day; outside nobody is called and no phone is made to ring.
        deadline_hours: Since the order; past it silence has its consequence.
        deposit_percent, deposit_hours: Where that is a deposit: of the order's total, and how long it may be paid.
        on_the_day: How they are asked on the day their parcel comes; None where nobody is.
        agent_minor: What it costs that somebody of the shop calls a buyer once, rupiah; 0 is not counted.
    """

    rules: tuple[Rule, ...] = ()
    steps: tuple[Step, ...] = (Step(Way.AGENT, tries=3, answer_minutes=240, spacing_minutes=120),)
    from_hour: int = 8
    to_hour: int = 20
    deadline_hours: int = 48
    silence: Silence = Silence.HOLD
    asks: bool = True
    deposit_percent: int = 20
    deposit_hours: int = 24
    on_the_day: DayPolicy | None = None
    agent_minor: int = 0


DEFAULT: Final = Policy(
    rules=(
        Rule("Pembeli baru", When(first_order=True), Verdict.ASK),
        Rule("Nilai besar", When(at_least_minor=500_000), Verdict.ASK),
        Rule("Selalu menerima paketnya", When(delivered_at_least=1, refused_at_most=0), Verdict.WAIVE),
    ),
    steps=(
        Step(Way.WHATSAPP, tries=1, answer_minutes=120),
        Step(Way.CALL, tries=2, answer_minutes=10, spacing_minutes=60),
        Step(Way.SMS, tries=1, answer_minutes=120),
        Step(Way.AGENT, tries=3, answer_minutes=240, spacing_minutes=120),
    ),
)
"""What a shop begins with: ways without an account are passed over, and at last the shop's own people ask."""


@dataclass(frozen=True, slots=True)
class Buyer:
    """What is known of an order's buyer when it is decided whether to ask.

    Attributes:
        area: The official code of the village the parcel goes to, where it is known.
        score: Trust score, higher is more doubtful; None where nothing scored the order.
    """

    total_minor: int
    area: str | None
    orders_before: int
    delivered: int
    refused: int
    score: int | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """A verdict and the rule that gave it, None for the policy's own last word."""

    verdict: Verdict
    rule: str | None


@dataclass(frozen=True, slots=True)
class Case:
    """An order whose buyer is being asked, or was.

    Attributes:
        step: Which of the policy's steps, counted from 0; behind the last are those that ask for a deposit.
        tries: Attempts made in this step.
        next_at: When something is due: a try, or the end of one.
        taken_by: Who of the shop is calling this buyer, since `taken_at`; good for `TAKEN_FOR`.
    """

    order_id: UUID
    policy_version: int
    step: int
    tries: int
    next_at: datetime | None
    opened_at: datetime
    deadline: datetime
    closed_at: datetime | None = None
    taken_by: str | None = None
    taken_at: datetime | None = None

    def taken_from(self, actor: str, *, now: datetime) -> bool:
        """Whether somebody else is calling this buyer."""
        return (
            self.taken_by is not None
            and self.taken_by != actor
            and self.taken_at is not None
            and now < self.taken_at + TAKEN_FOR
        )


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call or message.

    Attributes:
        token_digest: SHA-256 of what only this attempt's buyer was given.
        until: Unanswered past it, it is missed.
        answer: The key, button or word as it came.
        cost_minor: Rupiah, once the provider told.
        day_id: Of the parcel's day it asks about; None where it asks whether the order is meant.
        failure, failure_code: Of one that asked nobody: why, and what the provider called it.
    """

    id: UUID
    order_id: UUID
    way: Way
    state: AttemptState
    provider: str | None
    provider_id: str | None
    token_digest: bytes = field(repr=False)
    answer: str | None
    note: str | None
    cost_minor: int | None
    recording_url: str | None
    began_at: datetime
    until: datetime
    moved_at: datetime
    moved_by: str
    day_id: UUID | None = None
    failure: Failure | None = None
    failure_code: str | None = None


@dataclass(frozen=True, slots=True)
class Reached:
    """What came of placing a call, or of handing over a message.

    Attributes:
        event: Asked, failed, or lost where nobody knows.
        provider_id: The provider's name for it, where it told one.
        failure, failure_code: See `Attempt`.
    """

    event: AttemptEvent
    provider: str
    provider_id: str | None = None
    failure: Failure | None = None
    failure_code: str | None = None


@dataclass(frozen=True, slots=True)
class CallThread:
    """A call that asks a buyer, from the moment before it is placed.

    Attributes:
        attempt_id: Its reference at the provider, too.
        account_id: Of the shop, at the provider.
        call_id: The provider's name for it, once it is known.
        talk: How far it came, as whoever talks wrote it down.
        state: As far as the provider said.
        looks, look_at: How often the provider was asked how it stands, and when it is asked next.
    """

    attempt_id: UUID
    order_id: UUID
    account_id: UUID
    call_id: str | None
    talk: Mapping[str, Any]
    state: str
    looks: int
    look_at: datetime | None


@dataclass(frozen=True, slots=True)
class Deletion:
    """A recorded call of a buyer who was erased, whose provider is to delete what it recorded.

    Attributes:
        call_id: The provider's name for the call, where it is known.
        recording_url: Where the recording was told to be; None where nobody told.
        tries: How often the provider was told.
    """

    attempt_id: UUID
    account_id: UUID
    call_id: str | None
    recording_url: str | None
    tries: int


@dataclass(frozen=True, slots=True)
class DeliveryDay:
    """A day on which a parcel comes, and whether somebody is home, as far as anybody said.

    Attributes:
        day: Of the buyer's calendar.
        step, tries, next_at: As a case has them, of the policy's steps for the day.
        deadline: The end of the hours in which they may be asked.
        put_off_to: The day they want it, where it is another one.
        answered_by: The way by which the answer came, or who wrote it down.
    """

    id: UUID
    order_id: UUID
    parcel_id: UUID
    day: date
    state: DayState
    policy_version: int
    step: int
    tries: int
    next_at: datetime | None
    opened_at: datetime
    deadline: datetime
    put_off_to: date | None = None
    answered_at: datetime | None = None
    answered_by: str | None = None


LEASE: Final = timedelta(minutes=2)
"""Whoever took a case and died leaves it due again after this."""
TAKEN_FOR: Final = timedelta(minutes=10)
"""So long a buyer belongs to whoever took them off the list; after that a colleague may call."""
