"""What every simulated telephone provider can do; one file per provider knows how."""

from datetime import datetime
from typing import Protocol

from orderan.sandbox.models import Letter, SimReply, SimRequest
from orderan.sandbox.phones.faults import PhoneFaults
from orderan.sandbox.phones.models import Ask, CallBook, Said, SimCall, Told


class Carrier(Protocol):
    """One provider as it answers, asks and writes; nothing rings, waits or breaks here: `Exchange` does that.

    Attributes:
        book: Its calls. The exchange moves them.
    """

    name: str
    book: CallBook

    def answer(self, request: SimRequest, *, now: datetime) -> SimReply:
        """Answer a request as the provider would, wrong keys and unknown paths included."""

    def calls_somebody(self, request: SimRequest) -> bool:
        """Whether a request asks for a call."""

    def too_many(self) -> SimReply:
        """The answer to whoever asks too often."""

    def ask(self, call: SimCall, url: str, keys: str | None, faults: PhoneFaults, *, now: datetime) -> Ask:
        """The question what to say.

        Args:
            url: Where; empty is where this provider asks next by itself.
            keys: What was pressed; empty for silence, None where nothing was waited for.
        """

    def understand(self, call: SimCall, told: Told) -> Said:
        """What an answer of ours makes it do."""

    def news(self, call: SimCall, faults: PhoneFaults, *, now: datetime) -> list[Letter]:
        """What it writes about how a call stands now; none where it is silent about that."""

    def forged(self, letter: Letter) -> Letter:
        """The same letter from somebody who is not the provider."""


class Registry(Protocol):
    """Where addresses are kept that were registered with a partner."""

    def address(self, name: str) -> str | None:
        """Where a partner sends word; None is nowhere."""
