"""The nouns of paying out: a payout, the bank account it goes to, and the banks there are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final
from uuid import UUID

from orderan.payments.errors_payouts import AccountMistyped, HolderMissing, UnknownBank


@dataclass(frozen=True, slots=True)
class Bank:
    """A bank a transfer can go to.

    Attributes:
        code: Bank Indonesia's three digits.
        least, most: How many digits its account numbers have.
    """

    code: str
    name: str
    least: int
    most: int


_BANKS: Final = (
    Bank("014", "BCA", 10, 10),
    Bank("008", "Mandiri", 13, 13),
    Bank("002", "BRI", 15, 15),
    Bank("009", "BNI", 10, 10),
    Bank("451", "BSI", 10, 10),
    Bank("200", "BTN", 10, 16),
    Bank("022", "CIMB Niaga", 10, 14),
    Bank("013", "Permata", 9, 16),
    Bank("011", "Danamon", 8, 12),
    Bank("028", "OCBC", 10, 12),
    Bank("019", "Panin", 10, 10),
    Bank("016", "Maybank", 10, 10),
    Bank("426", "Mega", 10, 15),
    Bank("441", "KB Bank", 8, 10),
    Bank("147", "Muamalat", 10, 10),
    Bank("213", "SMBC Indonesia (Jenius)", 8, 12),
    Bank("542", "Bank Jago", 10, 12),
    Bank("535", "SeaBank", 10, 14),
    Bank("501", "blu by BCA Digital", 10, 12),
    Bank("490", "Neo Commerce", 8, 16),
    Bank("110", "Bank BJB", 10, 13),
    Bank("111", "Bank DKI", 8, 13),
    Bank("114", "Bank Jatim", 10, 10),
    Bank("113", "Bank Jateng", 10, 10),
)
BANKS: Final[Mapping[str, Bank]] = MappingProxyType({bank.code: bank for bank in _BANKS})
"""By code, in the order a form shows them."""

LONGEST_HOLDER: Final = 100


@dataclass(frozen=True, slots=True)
class BankAccount:
    """Where a payout goes, checked as far as it can be without asking the bank."""

    bank: str
    number: str = field(repr=False)
    holder: str = field(repr=False)


def checked_account(bank: str, number: str, holder: str) -> BankAccount:
    """An account as it was typed; spaces, dots and hyphens in the number are left out.

    Raises:
        UnknownBank: Not of our list.
        AccountMistyped: Not the digits that bank's accounts have.
        HolderMissing: No name.
    """
    known = BANKS.get(bank)
    if known is None:
        raise UnknownBank(bank[:20])
    digits = "".join(letter for letter in number if letter not in " .-\t")
    if not (digits.isascii() and digits.isdigit() and known.least <= len(digits) <= known.most):
        raise AccountMistyped(known.name, known.least, known.most)
    name = " ".join(holder.split())[:LONGEST_HOLDER]
    if not any(letter.isalpha() for letter in name):
        raise HolderMissing
    return BankAccount(known.code, digits, name)


def mask_account(number: str) -> str:
    """The last four digits."""
    return f"****{number[-4:]}"


@dataclass(frozen=True, slots=True)
class Sealed:
    """A bank account as it is kept: the number and the holder sealed under the customer's key."""

    bank: str
    account: bytes = field(repr=False)
    holder: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Payout:
    """A refund, or what is left of one, on its way to a bank account.

    Attributes:
        holder_differs: The account's holder is called otherwise than the buyer.
        link_until: Until when the buyer can type the account by a link; None without one.
        batch: The transfer file it stands in.
        reference: The bank's word for the transfer, once it was made.
    """

    id: UUID
    refund_id: UUID
    order_id: UUID
    customer_id: UUID
    amount_minor: int
    currency: str
    state: str
    bank: str | None
    account_enc: bytes | None = field(repr=False)
    holder_enc: bytes | None = field(repr=False)
    holder_differs: bool
    link_until: datetime | None
    opened_by: str
    opened_at: datetime
    entered_by: str | None
    approved_by: str | None
    batch: str | None
    reference: str | None
    moved_at: datetime
