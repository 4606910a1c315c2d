"""Inventory: what we have, where and whose, and to whom it is promised.

Owns     location, lot, stock, stock_policy, movement, claim, transfer
Promises reserved + allocated <= on_hand + oversell per stock row, always; every counter is the
         sum of its movements; a holder's demand is summed per sku and taken whole or not at all
Ignores  orders, prices, customers: a claim has a holder, and that is all we know
"""

from orderan.inventory.commands.adjust import adjust_stock
from orderan.inventory.commands.allocate import allocate_claims
from orderan.inventory.commands.receive import Receipt, receive_stock
from orderan.inventory.commands.release import Part, release_claims
from orderan.inventory.commands.take import take_stock
from orderan.inventory.errors import ClaimMissing, StockShort
from orderan.inventory.models import (
    Bucket,
    Claim,
    ClaimState,
    Demand,
    Location,
    LocationKind,
    MovementKind,
    Shortfall,
    StockKey,
    Taken,
    Want,
)
from orderan.inventory.rules import SOURCING_RULE
from orderan.inventory.store import add_location

__all__ = [
    "SOURCING_RULE",
    "Bucket",
    "Claim",
    "ClaimMissing",
    "ClaimState",
    "Demand",
    "Location",
    "LocationKind",
    "MovementKind",
    "Part",
    "Receipt",
    "Shortfall",
    "StockKey",
    "StockShort",
    "Taken",
    "Want",
    "add_location",
    "adjust_stock",
    "allocate_claims",
    "receive_stock",
    "release_claims",
    "take_stock",
]
