"""What every simulated courier can do."""

from datetime import datetime
from typing import Protocol

from orderan.sandbox.couriers.models import Shelf, SimParcel
from orderan.sandbox.models import Letter, SimReply, SimRequest


class Registry(Protocol):
    """Where each courier was told to send word."""

    def address(self, name: str) -> str | None:
        """None is nowhere."""


class CourierSimulator(Protocol):
    """One courier as it answers and writes; nothing waits, breaks or is lost here: `Weather` does that.

    Attributes:
        shelf: Its parcels. Whoever plays the rider moves them.
        tells: Whether it sends word by itself.
    """

    name: str
    shelf: Shelf
    tells: bool

    def registered_at(self, address: str | None) -> None:
        """From now on word goes there; None is nowhere."""

    def answer(self, request: SimRequest, *, now: datetime) -> SimReply:
        """Answer a request as the courier would, wrong keys and unknown paths included."""

    def news(self, parcel: SimParcel) -> list[Letter]:
        """What the courier writes about where a parcel is now."""

    def repriced(self, parcel: SimParcel) -> list[Letter]:
        """What it writes after weighing the parcel; nothing where it does not."""

    def forged(self, letter: Letter) -> Letter:
        """The same letter without what shows whose it is."""
