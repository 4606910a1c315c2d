"""Customers: people who buy, known by their phone; their personal data under their own key.

Owns     customer, customer_word, customer_address, consent, personal_access, region
Promises one active customer per phone; an address is never edited, so an order keeps its own
Ignores  orders, money
"""

from orderan.customers.commands.resolve import (
    Buyer,
    BuyerAddress,
    Resolved,
    customer_groups,
    resolve_customers,
)
from orderan.customers.rules import PhoneUnreadable, e164

__all__ = [
    "Buyer",
    "BuyerAddress",
    "PhoneUnreadable",
    "Resolved",
    "customer_groups",
    "e164",
    "resolve_customers",
]
