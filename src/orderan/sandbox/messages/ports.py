"""What every simulated provider of messages can do; one file per provider knows how."""

from datetime import datetime
from typing import Protocol

from orderan.sandbox.messages.models import SimMessage
from orderan.sandbox.messages.tray import Tray
from orderan.sandbox.models import Letter, SimReply, SimRequest


class MessageSimulator(Protocol):
    """One provider as it answers and writes; nothing waits, breaks or is lost here.

    Attributes:
        absent: What it calls a number it cannot reach.
        failing: What it calls a message that failed on the way, though the number is there.
        reads: Whether it tells that a message was read.
    """

    name: str
    tray: Tray
    absent: str
    failing: str
    reads: bool

    def answer(self, request: SimRequest, *, now: datetime) -> SimReply:
        """Answer a request as the provider would, wrong keys and unknown paths included."""

    def sends(self, request: SimRequest) -> bool:
        """Whether a request is to send a message."""

    def throttled(self) -> SimReply:
        """Its answer to whoever sends too fast."""

    def refuses(self, message: SimMessage, *, now: datetime) -> str | None:
        """Why a message it took will fail whoever it is for, None where it will not."""

    def registered_at(self, address: str | None) -> None:
        """From now on word goes there where no message says another; None is nowhere."""

    def news(self, message: SimMessage, *, now: datetime) -> list[Letter]:
        """What it writes about how a message stands now; none where it is silent about that."""

    def written(self, message: SimMessage, *, to: SimMessage | None) -> list[Letter]:
        """What it writes when a person wrote, or tapped a button of ours.

        Args:
            to: Our message they tapped a button of.
        """

    def forged(self, letter: Letter) -> Letter:
        """The same letter with a signature that does not hold."""
