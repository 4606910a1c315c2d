"""Payments: an append-only list of money events per order, refunds, and tries to get money through gateways.

Owns     payment_event, refund, gateway_account, rail, rail_fee, payment_attempt
Promises what is paid, refunded, due and owed back is computed from the events by one function;
         what is refunded and promised back never exceeds what was taken in; while one try to get an
         order's money is in the air, no other begins
Speaks   payments.money_moved.v1, payments.refund_granted.v1, payments.refund_closed.v1
Ignores  what was bought, where it is; an order is an id, a total and its terms
"""

from orderan.payments.attempts import Attempt, Fee, GatewayAccount, Rail
from orderan.payments.commands.accounts import account_behind, open_account
from orderan.payments.commands.append import append_money
from orderan.payments.commands.attempts import (
    Noted,
    begin_attempt,
    note_charged,
    note_failed,
    note_truth,
    note_unasked,
    note_unknown,
)
from orderan.payments.commands.refunds import close_refund, find_refund, grant_refund
from orderan.payments.errors import (
    AmountNotPositive,
    AttemptInTheAir,
    CurrencyDiffers,
    MoreThanThereIs,
    NoRail,
    NoSuchAttempt,
    NothingToPay,
    ReferenceUsed,
    RefundNotFound,
    RefundTooLarge,
)
from orderan.payments.methods import BY_HAND, GROUP_NAMES, METHODS, Group, Method
from orderan.payments.models import MoneyEvent, MoneyKind, Refund, RefundLine, Standing
from orderan.payments.rules import cash_of, cover_back, refundable, room_for, share_of_line, standing
from orderan.payments.states import (
    ATTEMPT,
    REFUND,
    AttemptEvent,
    AttemptState,
    Money,
    RefundEvent,
    RefundState,
)
from orderan.payments.store import (
    booked,
    events_of,
    forget_words,
    promised,
    sums,
    used_references,
)
from orderan.payments.store_attempts import (
    attempts_due,
    attempts_named,
    attempts_of,
    fees_on,
    rail_of,
    rails,
    set_fee,
)
from orderan.payments.views import LedgerRow, MoneyOf, ledger_of, money_of, refunds_of, refunds_waiting

__all__ = [
    "ATTEMPT",
    "BY_HAND",
    "GROUP_NAMES",
    "METHODS",
    "REFUND",
    "AmountNotPositive",
    "Attempt",
    "AttemptEvent",
    "AttemptInTheAir",
    "AttemptState",
    "CurrencyDiffers",
    "Fee",
    "GatewayAccount",
    "Group",
    "LedgerRow",
    "Method",
    "Money",
    "MoneyEvent",
    "MoneyKind",
    "MoneyOf",
    "MoreThanThereIs",
    "NoRail",
    "NoSuchAttempt",
    "Noted",
    "NothingToPay",
    "Rail",
    "ReferenceUsed",
    "Refund",
    "RefundEvent",
    "RefundLine",
    "RefundNotFound",
    "RefundState",
    "RefundTooLarge",
    "Standing",
    "account_behind",
    "append_money",
    "attempts_due",
    "attempts_named",
    "attempts_of",
    "begin_attempt",
    "booked",
    "cash_of",
    "close_refund",
    "cover_back",
    "events_of",
    "fees_on",
    "find_refund",
    "forget_words",
    "grant_refund",
    "ledger_of",
    "money_of",
    "note_charged",
    "note_failed",
    "note_truth",
    "note_unasked",
    "note_unknown",
    "open_account",
    "promised",
    "rail_of",
    "rails",
    "refundable",
    "refunds_of",
    "refunds_waiting",
    "room_for",
    "set_fee",
    "share_of_line",
    "standing",
    "sums",
    "used_references",
]
