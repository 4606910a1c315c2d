"""Inventory: what we have, where and whose, and to whom it is promised.

Owns     location, lot, stock, stock_policy, expected_goods, movement, claim, transfer
Promises reserved + allocated <= on_hand + oversell per stock row, always; every counter is the
         sum of its movements; a holder's demand is summed per sku and taken whole or not at all
Speaks   inventory.stock_received.v1, stock_adjusted, stock_returned, stock_ran_low,
         transfer_dispatched, transfer_arrived
Ignores  orders, prices, customers: a claim has a holder, and that is all we know
"""

from orderan.inventory.availability_views import (
    Availability,
    Change,
    ClaimAt,
    Level,
    StockAt,
    availability,
    claims_on,
    policies_of,
    rows_of,
    watched_levels,
)
from orderan.inventory.commands.adjust import adjust_stock
from orderan.inventory.commands.allocate import allocate_claims
from orderan.inventory.commands.arrive import Goods, find_or_make_lots, receive_goods
from orderan.inventory.commands.count import Counted, CountedTwice, CountResult, count_stock
from orderan.inventory.commands.dispatch import dispatch_claims
from orderan.inventory.commands.locations import (
    add_location,
    change_location,
    close_location,
    open_accounts,
    reopen_location,
)
from orderan.inventory.commands.move_claim import move_claims
from orderan.inventory.commands.policy import permit_oversell, set_policy
from orderan.inventory.commands.receive import Receipt, expect_stock, forget_expected, receive_stock
from orderan.inventory.commands.release import release_claims
from orderan.inventory.commands.set_aside import restore_stock, set_aside, write_off
from orderan.inventory.commands.take import take_stock
from orderan.inventory.commands.take_back import TakenBack, take_back
from orderan.inventory.commands.transfer import (
    Arrival,
    Travel,
    cancel_transfer,
    dispatch_transfer,
    open_transfer,
    receive_transfer,
)
from orderan.inventory.commands.watch_low_stock import watch_low_stock
from orderan.inventory.count_sheet import NotASheet, SheetRow, Wrong, read_sheet, write_sheet
from orderan.inventory.errors import (
    ClaimMissing,
    LocationBusy,
    LocationCannotSell,
    LocationCodeTaken,
    LossNeedsReason,
    LotExpiryDiffers,
    LotNeeded,
    MoreThanSent,
    NotDispatched,
    OversellInUse,
    StockShort,
    TransferEmpty,
    UnknownLocation,
    UnknownSku,
    UnknownTransfer,
)
from orderan.inventory.expected_store import Expected, expected_goods
from orderan.inventory.models import (
    COUNTED,
    Bucket,
    Claim,
    ClaimState,
    Counters,
    Demand,
    Location,
    LocationKind,
    Lot,
    MovementKind,
    Part,
    Shortfall,
    StockKey,
    Taken,
    Transfer,
    TransferLine,
    TransferState,
    Want,
)
from orderan.inventory.movement_views import Moved, movements
from orderan.inventory.replaying import SOURCING, resource, sourced
from orderan.inventory.rules import SOURCING_RULE
from orderan.inventory.states import TRANSFER, TransferEvent
from orderan.inventory.store import claims_of, forget_words
from orderan.inventory.transfer_store import read as read_transfer
from orderan.inventory.transfer_views import TransferRow, list_transfers, names_of
from orderan.inventory.views import (
    StockedSku,
    counted_rows,
    list_locations,
    require_counted,
    sellable_units,
    stocked_skus,
)
from orderan.inventory.views_waiting import transfers_waiting

__all__ = [
    "COUNTED",
    "SOURCING",
    "SOURCING_RULE",
    "TRANSFER",
    "Arrival",
    "Availability",
    "Bucket",
    "Change",
    "Claim",
    "ClaimAt",
    "ClaimMissing",
    "ClaimState",
    "CountResult",
    "Counted",
    "CountedTwice",
    "Counters",
    "Demand",
    "Expected",
    "Goods",
    "Level",
    "Location",
    "LocationBusy",
    "LocationCannotSell",
    "LocationCodeTaken",
    "LocationKind",
    "LossNeedsReason",
    "Lot",
    "LotExpiryDiffers",
    "LotNeeded",
    "MoreThanSent",
    "Moved",
    "MovementKind",
    "NotASheet",
    "NotDispatched",
    "OversellInUse",
    "Part",
    "Receipt",
    "SheetRow",
    "Shortfall",
    "StockAt",
    "StockKey",
    "StockShort",
    "StockedSku",
    "Taken",
    "TakenBack",
    "Transfer",
    "TransferEmpty",
    "TransferEvent",
    "TransferLine",
    "TransferRow",
    "TransferState",
    "Travel",
    "UnknownLocation",
    "UnknownSku",
    "UnknownTransfer",
    "Want",
    "Wrong",
    "add_location",
    "adjust_stock",
    "allocate_claims",
    "availability",
    "cancel_transfer",
    "change_location",
    "claims_of",
    "claims_on",
    "close_location",
    "count_stock",
    "counted_rows",
    "dispatch_claims",
    "dispatch_transfer",
    "expect_stock",
    "expected_goods",
    "find_or_make_lots",
    "forget_expected",
    "forget_words",
    "list_locations",
    "list_transfers",
    "move_claims",
    "movements",
    "names_of",
    "open_accounts",
    "open_transfer",
    "permit_oversell",
    "policies_of",
    "read_sheet",
    "read_transfer",
    "receive_goods",
    "receive_stock",
    "receive_transfer",
    "release_claims",
    "reopen_location",
    "require_counted",
    "resource",
    "restore_stock",
    "rows_of",
    "sellable_units",
    "set_aside",
    "set_policy",
    "sourced",
    "stocked_skus",
    "take_back",
    "take_stock",
    "transfers_waiting",
    "watch_low_stock",
    "watched_levels",
    "write_off",
    "write_sheet",
]
