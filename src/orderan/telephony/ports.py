"""What every telephone provider's client can do. One folder per provider, and nothing else, knows how."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from orderan.telephony.models import (
    CallAsked,
    CallNews,
    CallPlaced,
    CallTruth,
    Farewell,
    Heard,
    Prompt,
    Received,
    Spoken,
)


@dataclass(frozen=True, slots=True)
class Field:
    """Something an account at a provider is opened with.

    Attributes:
        secret: Whether it is sealed and never shown again.
        default: What it is where nobody says; None where somebody has to.
    """

    name: str
    secret: bool
    default: str | None = None


class Telephone(Protocol):
    """One account at one provider.

    Every call ends well or raises `TelephoneRefused` (our fault, nothing happened), `TelephoneFailed`
    (nothing happened) or, where it was not only a question, `OutcomeUnknown` (may have happened).
    None may be made while a transaction is open.

    Attributes:
        signs: Whether what the provider sends is signed. Where it is not, it is a hint that something
            happened, and `look_up` says what.
    """

    name: str
    signs: bool

    async def place(self, asked: CallAsked) -> CallPlaced:
        """Have a number called. Asked twice it is called twice: providers know no keys against that.

        Raises:
            TelephoneRefused, TelephoneFailed, OutcomeUnknown: See the class.
        """

    async def look_up(self, call_id: str) -> CallTruth | None:
        """How a call stands; None when the provider knows of no such call.

        Raises:
            TelephoneRefused, TelephoneFailed: See the class; a question that was not answered changed nothing.
        """

    def read_ask(self, received: Received) -> Heard:
        """Who asks what to say next, and what was pressed, verified as far as the provider signs.

        Raises:
            NewsForged: The signature does not hold, or our token is not there.
            NewsUnreadable: It is the provider's, and not understood.
        """

    def speak(self, said: Prompt | Farewell, to: Heard) -> Spoken:
        """The answer to a provider that asked, in the manner it asked for."""

    def read_news(self, received: Received) -> CallNews:
        """What became of a call, verified as far as the provider signs.

        Raises:
            NewsForged: The signature does not hold, or our token is not there.
            NewsUnreadable: It is the provider's, and not understood.
        """


@runtime_checkable
class HangsUp(Protocol):
    """A provider that ends a call when it is told to."""

    async def hang_up(self, call_id: str) -> None:
        """End a call, ringing or answered; one that is over stays as it is.

        Raises:
            TelephoneRefused, TelephoneFailed, OutcomeUnknown: See `Telephone`.
        """


@runtime_checkable
class DeletesRecordings(Protocol):
    """A provider that deletes what it recorded of a call when it is told to."""

    async def delete_recordings(self, call_id: str, recording_url: str | None) -> None:
        """Have every recording of a call deleted for good; what is not there, or not any more, is no trouble.

        Args:
            recording_url: Where it was told to be, which is all that some know it by; None where nobody told.

        Raises:
            TelephoneRefused, TelephoneFailed, OutcomeUnknown: See `Telephone`; told again it does no harm.
        """
