"""The shop's own bank accounts: what a buyer is shown who wants to transfer, and what was seen is confirmed by a person."""

from dataclasses import dataclass
from enum import StrEnum, auto
from uuid import UUID

from orderan.payments.payouts import BANKS


class TransferState(StrEnum):
    """Whether buyers see it."""

    SHOWN = auto()
    HIDDEN = auto()


@dataclass(frozen=True, slots=True)
class TransferAccount:
    """An account of the shop's. It is meant to be public, so nothing of it is sealed.

    Attributes:
        bank: Of `BANKS`.
    """

    id: UUID
    bank: str
    number: str
    holder: str
    state: str

    @property
    def bank_name(self) -> str:
        """What the bank is called; its code where it left our list."""
        known = BANKS.get(self.bank)
        return known.name if known else self.bank
