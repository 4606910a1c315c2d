"""What passes between us and a telephone provider, in our words; each provider's `mapping.py` knows its own.

Numbers are E.164, time is aware. `raw` is what the provider said, word for word, for whoever has to
prove it later; nothing decides by it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum, auto
from typing import Final, Literal, TypeAlias
from urllib.parse import parse_qsl

Language: TypeAlias = Literal["id", "en"]


class CallState(StrEnum):
    """Where a call stands, as far as the provider says.

    QUEUED      taken by the provider, not dialled yet
    RINGING     the telephone rings
    ANSWERED    somebody, or something, took it
    MACHINE     a voicemail or a fax took it: nobody listens
    COMPLETED   it was answered and is over
    BUSY        the line was busy
    NO_ANSWER   it rang and nobody took it
    FAILED      it never rang: a wrong number, no route, taken back, or refused by the network
    """

    QUEUED = auto()
    RINGING = auto()
    ANSWERED = auto()
    MACHINE = auto()
    COMPLETED = auto()
    BUSY = auto()
    NO_ANSWER = auto()
    FAILED = auto()


OVER: Final = frozenset({CallState.COMPLETED, CallState.BUSY, CallState.NO_ANSWER, CallState.FAILED})
"""States nothing follows; one that is told afterwards was only late."""


@dataclass(frozen=True, slots=True)
class Price:
    """What a call cost.

    Attributes:
        minor: Whole minor units, rounded up, so that a call is never told cheaper than it was.
        exact: As the provider wrote it, in the currency itself: calls cost parts of a cent, and sums of
            many are to be made of these.
    """

    minor: int
    currency: str
    exact: str


@dataclass(frozen=True, slots=True)
class CallAsked:
    """One try to speak to one person.

    Attributes:
        reference: Ours, new for every try: 1 to 40 letters, digits and hyphens. It comes back with every
            question and every piece of news.
        to: Whom to call.
        caller_id: The number that is shown; one the account has.
        ask_url: Where the provider asks what to say. Exotel asks where its flow says instead.
        news_url: Where the provider sends word of how the call goes.
        ring_s: How long it may ring.
        detect_machine: Whether to find out that a voicemail took it; costs extra at most providers.
        record: Whether the call is recorded, which has to be said to whoever is called.
        longest_s: When the provider hangs up whatever is being said.
    """

    reference: str
    to: str
    caller_id: str
    ask_url: str
    news_url: str
    ring_s: int = 30
    detect_machine: bool = False
    record: bool = False
    longest_s: int = 300


@dataclass(frozen=True, slots=True)
class CallPlaced:
    """The provider took the call; call_id is its own name for it."""

    call_id: str
    state: CallState
    raw: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class CallTruth:
    """How a call stands, asked of the provider itself.

    Attributes:
        reference: Ours, where the provider keeps it.
        machine: Whether a voicemail took it; None where the provider does not say.
        duration_s: Seconds it was spoken, None before it is over.
        price: None until it is known, which may be minutes after the end.
        recording_url: Where the recording is; the provider's account is needed to fetch it.
    """

    call_id: str
    state: CallState
    reference: str | None = None
    machine: bool | None = None
    duration_s: int | None = None
    price: Price | None = None
    recording_url: str | None = None
    raw: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class CallNews:
    """What word of a call says. Where the provider does not sign, `look_up` alone is true.

    Attributes:
        call_id: None where the news names only our reference.
        state: None where its word has no meaning to us, or it is about something else, such as a recording.
        at: By the provider's clock, None where it does not say.
        dedupe_key: The same for a repetition of the same news, another for other news.
    """

    call_id: str | None
    reference: str | None
    state: CallState | None
    dedupe_key: str
    machine: bool | None = None
    duration_s: int | None = None
    price: Price | None = None
    recording_url: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """The provider asks what to say next.

    Attributes:
        digits: What was pressed after the last prompt; empty where nothing was. None where nothing had been
            asked: what was last decided is to be said, for the first time or again.
        machine: Whether a voicemail listens, where the provider says so.
        manner: How the provider wants to be answered; `speak` knows what it means.
        back: Where it comes next with what was pressed; `at_turn` says there which question it will be of.
        turn: Of which question the answer is, as it stood in the address; None where none stood there.
    """

    call_id: str
    reference: str | None
    digits: str | None
    machine: bool | None = None
    manner: str = ""
    back: str = ""
    turn: int | None = None


@dataclass(frozen=True, slots=True)
class Prompt:
    """Something said that wants keys pressed.

    Attributes:
        text: In words that can be read out; see `speech`.
        digits: How many are taken at most, 1 to 20.
        timeout_s: How long silence is waited for, 1 to 10.
        finish_key: The key that ends the input early; empty for none.
        barge_in: Whether a key pressed before the text is over counts.
    """

    text: str
    language: Language
    digits: int = 1
    timeout_s: int = 5
    finish_key: str = "#"
    barge_in: bool = True


@dataclass(frozen=True, slots=True)
class Farewell:
    """Something said before the call is ended."""

    text: str
    language: Language


@dataclass(frozen=True, slots=True)
class Spoken:
    """The answer to a provider that asked what to say."""

    status: int
    media_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Received:
    """A request a provider sent us, as it came; header names are lower case.

    Attributes:
        url: The whole address as the provider called it, host and query too: providers sign it.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = b""

    def query(self) -> dict[str, str]:
        """Members of the query; of those given twice the last."""
        return dict(parse_qsl(self.url.partition("#")[0].partition("?")[2], keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the shop's at a provider.

    Attributes:
        base_url: Where its API is: the provider's, or our own simulator.
        fields: By the names of the provider's `FIELDS`; some are secret.
    """

    provider: str
    base_url: str
    fields: Mapping[str, str] = field(repr=False)
