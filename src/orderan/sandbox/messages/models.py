"""What simulators of message providers are made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum, auto


class MessageState(StrEnum):
    """How far a message came, whatever its provider calls it."""

    TAKEN = auto()
    SENT = auto()
    DELIVERED = auto()
    READ = auto()
    FAILED = auto()


@dataclass
class SimMessage:
    """A message as its provider keeps it; phones are written +62...

    Attributes:
        provider: By whom it went.
        phone: The person's end, whoever wrote it.
        theirs: Whether the person wrote it.
        buttons: What can be tapped: what comes back, and what stands on it.
        reference: The shop's own name for it, where the provider repeats it.
        notify_url: Where its receipts go; None is where the account says.
        error: Why it failed, in the provider's word.
        answered: The button that was tapped.
        free: Whether it was sent as it stands, not from a template.
        listed: Whether its buttons are rows of a list, of which one is chosen.
    """

    provider: str
    id: str
    phone: str
    text: str
    at: datetime
    theirs: bool = False
    buttons: tuple[tuple[str, str], ...] = ()
    reference: str | None = None
    notify_url: str | None = None
    parts: int = 1
    state: MessageState = MessageState.TAKEN
    changed_at: datetime | None = None
    error: str | None = None
    answered: str | None = None
    free: bool = True
    listed: bool = False


@dataclass(frozen=True, slots=True)
class SimLetter:
    """An e-mail as the mail server took it.

    Attributes:
        headers: The first of each name.
    """

    id: str
    at: datetime
    sender: str
    to: tuple[str, ...]
    headers: Mapping[str, str]
    plain: str
    html: str
    raw: bytes = field(repr=False)
