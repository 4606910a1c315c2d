"""Payments: an append-only list of money events per order, and refunds granted apart from executed.

Owns     payment_event, refund
Promises what is paid, refunded, due and owed back is computed from the events by one function
Speaks   payments.money_moved.v1
Ignores  what was bought, where it is; an order is an id, a total and its terms
"""

from orderan.payments.commands.append import append_money
from orderan.payments.models import MoneyEvent, MoneyKind, Standing
from orderan.payments.rules import standing
from orderan.payments.states import Money

__all__ = ["Money", "MoneyEvent", "MoneyKind", "Standing", "append_money", "standing"]
