"""Settlements: what gateways say they settled and banks say arrived, held against our ledger.

Owns     remittance, remittance_row, settlement_file, settlement_line, settlement_book, settlement_mapping, payout, bank_line,
         reconciliation_entry
Promises a file is taken in once by its content and a line once by what it says; every row of a file is
         a line, known before, skipped or waiting; a difference stays in the sums until it is gone, and
         no file moves money
Speaks   settlements.file_brought.v1, settlements.difference_explained.v1
Ignores  gateways and orders: a payment is a reference and what our ledger has of it
"""

from orderan.settlements.commands.bring import FILE_PREFIX, bring_settlement, bring_statement
from orderan.settlements.commands.explain import ENTRY_PREFIX, explain
from orderan.settlements.commands.map import keep_mapping
from orderan.settlements.commands.match import match_payouts
from orderan.settlements.commands.place import BANK_PREFIX, PAYOUT_PREFIX, place_bank_money
from orderan.settlements.commands.take_remittance import drop_rows, take_remittance
from orderan.settlements.errors import (
    AccountNotFound,
    BankMoneyNotFound,
    BankMoneyPlaced,
    ColumnsMissing,
    EntryNotFound,
    FileNotFound,
    FileRefused,
    FileTooLarge,
    MappingNotFound,
    MappingRefused,
    PayoutNotWaiting,
    WordMissing,
)
from orderan.settlements.models import (
    BankRow,
    Book,
    Brought,
    FileKind,
    Finding,
    Known,
    Line,
    LineKind,
    ReadSettlement,
    ReadStatement,
    Reason,
    SavedMapping,
    SettledRow,
    Unread,
    UnreadRow,
)
from orderan.settlements.reading import (
    CAMT,
    COURIER,
    FORMATS,
    MAPPED,
    SETTLEMENT_COLUMNS,
    STATEMENT_COLUMNS,
    SettlementFormat,
    as_format,
    read_camt,
    read_settlement,
    read_statement,
)
from orderan.settlements.rules import (
    ASKS_AGAIN,
    OF_RETURNS,
    TOLERATED_MINOR,
    judge,
    still_to_settle,
    stray,
    usual_day,
)
from orderan.settlements.states import ENTRY, EntryEvent, EntryState
from orderan.settlements.store import lock_book, note_reconciled, set_attempts
from orderan.settlements.store_bank import lock_matching
from orderan.settlements.store_entries import let_vanish, save_findings
from orderan.settlements.views import (
    SettledPayment,
    attempts_of_file,
    attempts_with_entries,
    books,
    entries_waiting,
    file_by_id,
    files,
    lines_of_attempts,
    mappings,
    settled_of_order,
    unmatched_lines,
)

__all__ = [
    "ASKS_AGAIN",
    "BANK_PREFIX",
    "CAMT",
    "COURIER",
    "ENTRY",
    "ENTRY_PREFIX",
    "FILE_PREFIX",
    "FORMATS",
    "MAPPED",
    "OF_RETURNS",
    "PAYOUT_PREFIX",
    "SETTLEMENT_COLUMNS",
    "STATEMENT_COLUMNS",
    "TOLERATED_MINOR",
    "AccountNotFound",
    "BankMoneyNotFound",
    "BankMoneyPlaced",
    "BankRow",
    "Book",
    "Brought",
    "ColumnsMissing",
    "EntryEvent",
    "EntryNotFound",
    "EntryState",
    "FileKind",
    "FileNotFound",
    "FileRefused",
    "FileTooLarge",
    "Finding",
    "Known",
    "Line",
    "LineKind",
    "MappingNotFound",
    "MappingRefused",
    "PayoutNotWaiting",
    "ReadSettlement",
    "ReadStatement",
    "Reason",
    "SavedMapping",
    "SettledPayment",
    "SettledRow",
    "SettlementFormat",
    "Unread",
    "UnreadRow",
    "WordMissing",
    "as_format",
    "attempts_of_file",
    "attempts_with_entries",
    "books",
    "bring_settlement",
    "bring_statement",
    "drop_rows",
    "entries_waiting",
    "explain",
    "file_by_id",
    "files",
    "judge",
    "keep_mapping",
    "let_vanish",
    "lines_of_attempts",
    "lock_book",
    "lock_matching",
    "mappings",
    "match_payouts",
    "note_reconciled",
    "place_bank_money",
    "read_camt",
    "read_settlement",
    "read_statement",
    "save_findings",
    "set_attempts",
    "settled_of_order",
    "still_to_settle",
    "stray",
    "take_remittance",
    "unmatched_lines",
    "usual_day",
]
