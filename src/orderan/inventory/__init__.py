"""Inventory: what we have, where and whose, and to whom it is promised.

Owns     location, lot, stock, stock_policy, shelf_life, served_day, expected_goods, movement, claim, transfer, bin, bin_stock, bin_move,
         pick_face
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
from orderan.inventory.bin_errors import BinBlocked, BinHoldsGoods, BinShort, NothingToPutAway, UnknownBin
from orderan.inventory.bin_models import Bin, BinAsked, BinKind, Binned, PutAway, Shift, Take
from orderan.inventory.bin_rules import less, taken, walk
from orderan.inventory.bin_views import (
    Inside,
    has_bins,
    inside,
    list_bins,
    unbinned,
    where_binned,
    zones_of,
)
from orderan.inventory.commands.adjust import adjust_stock
from orderan.inventory.commands.allocate import allocate_claims
from orderan.inventory.commands.arrive import Goods, find_or_make_lots, receive_goods
from orderan.inventory.commands.bins import block_bin, doubt_bin, draw_bins
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
from orderan.inventory.commands.put_away import put_away, shift, take_from_bins
from orderan.inventory.commands.receive import Receipt, expect_stock, forget_expected, receive_stock
from orderan.inventory.commands.refill import NotAPickFace, NothingToRefill, hold_ready, refill
from orderan.inventory.commands.release import release_claims
from orderan.inventory.commands.set_aside import restore_stock, set_aside, write_off
from orderan.inventory.commands.settle_count import settle_count
from orderan.inventory.commands.shelf_life import NotAShelfLife, quarantine_expired, set_shelf_life
from orderan.inventory.commands.take import take_stock
from orderan.inventory.commands.take_back import TakenBack, take_back
from orderan.inventory.commands.take_more import take_more
from orderan.inventory.commands.transfer import (
    Arrival,
    Travel,
    cancel_transfer,
    dispatch_transfer,
    open_transfer,
    receive_transfer,
)
from orderan.inventory.commands.watch_low_stock import watch_low_stock
from orderan.inventory.count_rules import CountOff, bookable
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
    StockRow,
    Taken,
    Transfer,
    TransferLine,
    TransferState,
    Want,
)
from orderan.inventory.movement_views import Moved, movements
from orderan.inventory.place_store import lock_location
from orderan.inventory.refill_views import PickFace, Refill, pick_faces, refills
from orderan.inventory.replaying import SOURCING, recall, resource, sourced
from orderan.inventory.rules import SOURCING_RULE, Pool
from orderan.inventory.rules_batch import serve
from orderan.inventory.shelf_life_views import Expiring, ShelfLife, expiring, shelf_lives
from orderan.inventory.states import TRANSFER, TransferEvent
from orderan.inventory.store import claims_of, forget_words, lock_rows
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
    "Bin",
    "BinAsked",
    "BinBlocked",
    "BinHoldsGoods",
    "BinKind",
    "BinShort",
    "Binned",
    "Bucket",
    "Change",
    "Claim",
    "ClaimAt",
    "ClaimMissing",
    "ClaimState",
    "CountOff",
    "CountResult",
    "Counted",
    "CountedTwice",
    "Counters",
    "Demand",
    "Expected",
    "Expiring",
    "Goods",
    "Inside",
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
    "NotAPickFace",
    "NotASheet",
    "NotAShelfLife",
    "NotDispatched",
    "NothingToPutAway",
    "NothingToRefill",
    "OversellInUse",
    "Part",
    "PickFace",
    "Pool",
    "PutAway",
    "Receipt",
    "Refill",
    "SheetRow",
    "ShelfLife",
    "Shift",
    "Shortfall",
    "StockAt",
    "StockKey",
    "StockRow",
    "StockShort",
    "StockedSku",
    "Take",
    "Taken",
    "TakenBack",
    "Transfer",
    "TransferEmpty",
    "TransferEvent",
    "TransferLine",
    "TransferRow",
    "TransferState",
    "Travel",
    "UnknownBin",
    "UnknownLocation",
    "UnknownSku",
    "UnknownTransfer",
    "Want",
    "Wrong",
    "add_location",
    "adjust_stock",
    "allocate_claims",
    "availability",
    "block_bin",
    "bookable",
    "cancel_transfer",
    "change_location",
    "claims_of",
    "claims_on",
    "close_location",
    "count_stock",
    "counted_rows",
    "dispatch_claims",
    "dispatch_transfer",
    "doubt_bin",
    "draw_bins",
    "expect_stock",
    "expected_goods",
    "expiring",
    "find_or_make_lots",
    "forget_expected",
    "forget_words",
    "has_bins",
    "hold_ready",
    "inside",
    "less",
    "list_bins",
    "list_locations",
    "list_transfers",
    "lock_location",
    "lock_rows",
    "move_claims",
    "movements",
    "names_of",
    "open_accounts",
    "open_transfer",
    "permit_oversell",
    "pick_faces",
    "policies_of",
    "put_away",
    "quarantine_expired",
    "read_sheet",
    "read_transfer",
    "recall",
    "receive_goods",
    "receive_stock",
    "receive_transfer",
    "refill",
    "refills",
    "release_claims",
    "reopen_location",
    "require_counted",
    "resource",
    "restore_stock",
    "rows_of",
    "sellable_units",
    "serve",
    "set_aside",
    "set_policy",
    "set_shelf_life",
    "settle_count",
    "shelf_lives",
    "shift",
    "sourced",
    "stocked_skus",
    "take_back",
    "take_from_bins",
    "take_more",
    "take_stock",
    "taken",
    "transfers_waiting",
    "unbinned",
    "walk",
    "watch_low_stock",
    "watched_levels",
    "where_binned",
    "write_off",
    "write_sheet",
    "zones_of",
]
