"""Payments: an append-only list of money events per order, and refunds granted apart from executed.

Owns     payment_event, refund
Promises what is paid, refunded, due and owed back is computed from the events by one function;
         what is refunded and promised back never exceeds what was taken in
Speaks   payments.money_moved.v1, payments.refund_granted.v1, payments.refund_closed.v1
Ignores  what was bought, where it is; an order is an id, a total and its terms
"""

from orderan.payments.commands.append import append_money
from orderan.payments.commands.refunds import close_refund, find_refund, grant_refund
from orderan.payments.errors import (
    AmountNotPositive,
    CurrencyDiffers,
    MoreThanThereIs,
    ReferenceUsed,
    RefundNotFound,
    RefundTooLarge,
)
from orderan.payments.models import MoneyEvent, MoneyKind, Refund, RefundLine, Standing
from orderan.payments.rules import refundable, room_for, share_of_line, standing
from orderan.payments.states import REFUND, Money, RefundEvent, RefundState
from orderan.payments.store import (
    booked,
    events_of,
    forget_words,
    promised,
    sums,
    used_references,
)
from orderan.payments.views import LedgerRow, MoneyOf, ledger_of, money_of, refunds_of, refunds_waiting

__all__ = [
    "REFUND",
    "AmountNotPositive",
    "CurrencyDiffers",
    "LedgerRow",
    "Money",
    "MoneyEvent",
    "MoneyKind",
    "MoneyOf",
    "MoreThanThereIs",
    "ReferenceUsed",
    "Refund",
    "RefundEvent",
    "RefundLine",
    "RefundNotFound",
    "RefundState",
    "RefundTooLarge",
    "Standing",
    "append_money",
    "booked",
    "close_refund",
    "events_of",
    "find_refund",
    "forget_words",
    "grant_refund",
    "ledger_of",
    "money_of",
    "promised",
    "refundable",
    "refunds_of",
    "refunds_waiting",
    "room_for",
    "share_of_line",
    "standing",
    "sums",
    "used_references",
]
