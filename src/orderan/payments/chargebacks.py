"""The nouns of chargebacks: what a bank claims for its customer, and what the shop says to it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, auto
from uuid import UUID


class EvidenceKind(StrEnum):
    """What a piece of evidence points at."""

    DELIVERY = auto()
    INVOICE = auto()
    CONVERSATION = auto()
    NOTE = auto()


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """A file as a list shows it.

    Attributes:
        name: As the person called it who brought it; its ending says nothing.
        kind: `pdf`, `jpg`, `png` or `webp`, by its bytes.
    """

    name: str
    kind: str
    size_bytes: int

    @property
    def size_kb(self) -> int:
        """Kilobytes, rounded up."""
        return -(-self.size_bytes // 1024)


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file with what is in it.

    Attributes:
        sealed_for: The buyer under whose key the content is; None where it is under nobody's.
    """

    file: EvidenceFile
    sealed_for: UUID | None
    content: bytes


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing the shop tells the bank: where the proof is found, a file of it, or a note."""

    id: UUID
    kind: str
    words: str
    added_by: str
    added_at: datetime
    file: EvidenceFile | None = None


@dataclass(frozen=True, slots=True)
class Chargeback:
    """A payment a buyer's bank took back, or wants to.

    Attributes:
        attempt_id: The buyer's try it is about; None for money that came another way.
        taken: Whether the ledger says already that the money is gone.
        deadline: Until when the bank hears the shop.
    """

    id: UUID
    order_id: UUID
    attempt_id: UUID | None
    amount_minor: int
    currency: str
    reason: str
    state: str
    taken: bool
    deadline: datetime
    opened_by: str
    opened_at: datetime
    moved_at: datetime
