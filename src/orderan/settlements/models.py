"""The nouns of settling: lines of gateways and banks, the files they came in, and where they differ from our ledger."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum, auto
from typing import Any
from uuid import UUID


class LineKind(StrEnum):
    """What a settlement line is about."""

    PAYMENT = auto()
    REFUND = auto()


class FileKind(StrEnum):
    """Whose file it is: a gateway's, or a bank's."""

    SETTLEMENT = auto()
    STATEMENT = auto()


class Reason(StrEnum):
    """Why something waits for a person; kept for ever because programs read it."""

    ROW_UNREADABLE = auto()
    UNKNOWN_PAYMENT = auto()
    OTHER_ACCOUNT = auto()
    OTHER_CURRENCY = auto()
    NOT_KNOWN_AS_PAID = auto()
    AMOUNT_DIFFERS = auto()
    PAID_TWICE = auto()
    MISSING_IN_SETTLEMENT = auto()
    REFUNDED_NOT_SETTLED = auto()
    REFUND_NOT_KNOWN = auto()
    FEE_DIFFERS = auto()
    NET_DOES_NOT_ADD_UP = auto()


class Unread(StrEnum):
    """Why a row of a file could not be read."""

    NO_REFERENCE = auto()
    NO_AMOUNT = auto()
    AMOUNT_UNREADABLE = auto()
    AMOUNT_AMBIGUOUS = auto()
    AMOUNT_NOT_WHOLE = auto()
    NO_DATE = auto()
    DATE_UNREADABLE = auto()
    CURRENCY_NOT_KEPT = auto()
    ROW_TORN = auto()


@dataclass(frozen=True, slots=True)
class SettledRow:
    """A row of a settlement file, read.

    Attributes:
        reference: Ours, by which the gateway knew the payment.
        gross_minor, net_minor: Below zero for what was taken back.
        fee_minor, tax_minor: Above zero where the shop pays them, below where it gets them back.
        settled_on: The day of the payout.
    """

    row_no: int
    kind: LineKind
    reference: str | None
    gateway_id: str | None
    method: str | None
    gross_minor: int
    fee_minor: int
    tax_minor: int
    net_minor: int
    currency: str
    settled_on: date
    payout_reference: str | None


@dataclass(frozen=True, slots=True)
class BankRow:
    """A row of a bank statement that brought money, read."""

    row_no: int
    bank_account: str
    booked_on: date
    amount_minor: int
    currency: str
    words: str
    reference: str | None


@dataclass(frozen=True, slots=True)
class UnreadRow:
    """A row that waits: nothing of it was guessed."""

    row_no: int
    reason: Unread
    payload: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ReadSettlement:
    """A settlement file, read whole.

    Attributes:
        skipped: Rows that are no payment and no refund, or not settled yet.
    """

    digest: str
    format: str
    lines: tuple[SettledRow, ...]
    unread: tuple[UnreadRow, ...]
    skipped: int


@dataclass(frozen=True, slots=True)
class ReadStatement:
    """A bank statement, read whole.

    Attributes:
        skipped: Rows that took money, or are not booked yet.
    """

    digest: str
    format: str
    lines: tuple[BankRow, ...]
    unread: tuple[UnreadRow, ...]
    skipped: int


@dataclass(frozen=True, slots=True)
class Brought:
    """A file that was brought in; every row of it is one of the four counts.

    Attributes:
        known_before: Rows another file told of already.
    """

    id: UUID
    kind: str
    account_id: UUID | None
    format: str
    name: str
    digest: str
    rows: int
    lines: int
    known_before: int
    skipped: int
    unread: int
    brought_by: str
    brought_at: datetime


@dataclass(frozen=True, slots=True)
class SavedMapping:
    """Which column of a CSV holds what, by our words.

    Attributes:
        decimal_sign: `auto` is told by the whole file.
    """

    id: UUID
    kind: str
    name: str
    columns: Mapping[str, str]
    decimal_sign: str


@dataclass(frozen=True, slots=True)
class Line:
    """A settlement line as it stands."""

    id: UUID
    row_no: int
    kind: str
    reference: str | None
    gateway_id: str | None
    gross_minor: int
    fee_minor: int
    tax_minor: int
    net_minor: int
    currency: str
    settled_on: date
    attempt_id: UUID | None
    order_id: UUID | None


@dataclass(frozen=True, slots=True)
class Known:
    """What our ledger has of one payment, for a settlement to be held against.

    Attributes:
        captured_minor: Taken in through the gateway, nothing subtracted.
        returned_minor: Taken back by the gateway, or refunded through it.
        due: Whether a settlement that covers its usual day is here already.
        return_due: The same of what was taken back.
        fee_minor: What its rail costs for it, tax included; None where nothing was stated.
    """

    attempt_id: UUID
    order_id: UUID
    reference: str
    currency: str
    captured_minor: int
    returned_minor: int
    due: bool
    return_due: bool
    fee_minor: int | None


@dataclass(frozen=True, slots=True)
class Finding:
    """One way in which a settlement and our ledger differ.

    Attributes:
        subject: One entry stands per subject.
        difference_minor: What is at stake, in the words of the reason.
        gap_minor: What the ledger has beyond the settlement's gross: the account's balance is off by it.
    """

    subject: str
    reason: Reason
    line_id: UUID | None
    attempt_id: UUID | None
    order_id: UUID | None
    difference_minor: int
    gap_minor: int
    currency: str
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """A difference as it stands."""

    id: UUID
    subject: str
    reason: str
    difference_minor: int
    currency: str
    state: str
    word: str | None


@dataclass(frozen=True, slots=True)
class Proof:
    """What an account came to in a night: captured - reversed - refunded is the five after it, to the rupiah.

    Attributes:
        waiting_minor: Still to be settled.
        explained_minor, open_minor: Gaps a person explained, and those nobody did.
        adrift_minor: What is left over: nothing accounts for it.
    """

    account_id: UUID
    proved_at: datetime
    captured_minor: int
    reversed_minor: int
    refunded_minor: int
    settled_minor: int
    waiting_minor: int
    explained_minor: int
    open_minor: int
    adrift_minor: int


@dataclass(frozen=True, slots=True)
class Book:
    """The settlement days of an account that files told of."""

    account_id: UUID
    covered_from: date | None
    covered_until: date | None
    reconciled_at: datetime | None
