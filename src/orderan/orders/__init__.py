"""Orders: the axes of an order, its lines with quantities by state, holds, changes, versions.

Owns     sales_order, order_line, order_move, order_hold, order_note, order_tag, order_version,
         order_change, order_counter, saved_view
Promises each axis moves only by its machine and leaves a history row; quantities only move
         forward; one order per (channel, external id) and per cart; at most one change open per
         order, and every earlier version can be shown exactly as it was
Speaks   orders.placed.v1, orders.accepted.v1, orders.cancelled.v1, orders.expired.v1, ...
Ignores  how money is paid, how stock is counted, how parcels travel
"""

from orderan.orders.changes import (
    Action,
    AddLine,
    Article,
    Becomes,
    SetAddress,
    SetDiscount,
    SetQuantity,
    SetShipping,
    fold,
)
from orderan.orders.changes import Shop as ChangeContext
from orderan.orders.commands.accept import accept_orders
from orderan.orders.commands.annotate import add_note, clean_tag, tag_orders
from orderan.orders.commands.cancel import Units, cancel_units, choose_cuts
from orderan.orders.commands.change import (
    confirm_change,
    decline_change,
    edit_change,
    open_change,
    require_current,
)
from orderan.orders.commands.complete import complete_orders, due_for_completion, require_complete
from orderan.orders.commands.expire import close_unpaid, overdue
from orderan.orders.commands.headline import refresh_headline
from orderan.orders.commands.hold import expire_holds, place_hold, release_every_hold, release_hold
from orderan.orders.commands.money import note_money, note_moneys
from orderan.orders.commands.open_orders import NewOrder, open_orders
from orderan.orders.commands.progress import Progress, advance_lines, count_returned
from orderan.orders.errors import (
    AddressNotTheirs,
    AlreadyOnItsWay,
    ChangeNotOpen,
    ChangeOpen,
    ChangeOutdated,
    EmptyNote,
    GoodsStillOwed,
    HoldNotOpen,
    LineNotFound,
    MoneyStillDue,
    NothingChanged,
    NothingLeft,
    OnHold,
    OrderNotEditable,
    OrderNotFound,
    TagUnusable,
    TooMany,
    UnitsNotOpen,
)
from orderan.orders.headlines import Headline, Tally, headline
from orderan.orders.models import EVERYTHING, Change, Hold, HoldKind, Line, Order, OrderKind, Scope, Terms
from orderan.orders.numbers import NumberLease, take_numbers
from orderan.orders.rules import Cut, Tax, least_advanced, owed, taxes_for, unshipped
from orderan.orders.states import (
    CHANGE,
    COMMERCIAL,
    HOLD,
    VERIFICATION,
    ChangeEvent,
    ChangeState,
    Commercial,
    CommercialEvent,
    HoldEvent,
    HoldState,
    Verification,
    VerificationEvent,
)
from orderan.orders.store import (
    insert_moves,
    known_orders,
    lines_of,
    lock_orders,
    order_numbered,
    set_allocated,
)
from orderan.orders.store_notes import expired_holds
from orderan.orders.views import (
    change,
    destinations,
    group_of,
    holds_of,
    load_orders,
    tags_of,
    version_of,
    versions_of,
)
from orderan.orders.views import open_change as standing_change
from orderan.orders.views_of_customer import (
    CustomerOrder,
    CustomerTotals,
    orders_of_customers,
    totals_of_customers,
    under_way_of_customers,
)
from orderan.orders.views_waiting import (
    changes_waiting,
    holds_waiting,
    moneys_waiting,
    orders_waiting,
    verifications_waiting,
)

__all__ = [
    "CHANGE",
    "COMMERCIAL",
    "EVERYTHING",
    "HOLD",
    "VERIFICATION",
    "Action",
    "AddLine",
    "AddressNotTheirs",
    "AlreadyOnItsWay",
    "Article",
    "Becomes",
    "Change",
    "ChangeContext",
    "ChangeEvent",
    "ChangeNotOpen",
    "ChangeOpen",
    "ChangeOutdated",
    "ChangeState",
    "Commercial",
    "CommercialEvent",
    "CustomerOrder",
    "CustomerTotals",
    "Cut",
    "EmptyNote",
    "GoodsStillOwed",
    "Headline",
    "Hold",
    "HoldEvent",
    "HoldKind",
    "HoldNotOpen",
    "HoldState",
    "Line",
    "LineNotFound",
    "MoneyStillDue",
    "NewOrder",
    "NothingChanged",
    "NothingLeft",
    "NumberLease",
    "OnHold",
    "Order",
    "OrderKind",
    "OrderNotEditable",
    "OrderNotFound",
    "Progress",
    "Scope",
    "SetAddress",
    "SetDiscount",
    "SetQuantity",
    "SetShipping",
    "TagUnusable",
    "Tally",
    "Tax",
    "Terms",
    "TooMany",
    "Units",
    "UnitsNotOpen",
    "Verification",
    "VerificationEvent",
    "accept_orders",
    "add_note",
    "advance_lines",
    "cancel_units",
    "change",
    "changes_waiting",
    "choose_cuts",
    "clean_tag",
    "close_unpaid",
    "complete_orders",
    "confirm_change",
    "count_returned",
    "decline_change",
    "destinations",
    "due_for_completion",
    "edit_change",
    "expire_holds",
    "expired_holds",
    "fold",
    "group_of",
    "headline",
    "holds_of",
    "holds_waiting",
    "insert_moves",
    "known_orders",
    "least_advanced",
    "lines_of",
    "load_orders",
    "lock_orders",
    "moneys_waiting",
    "note_money",
    "note_moneys",
    "open_change",
    "open_orders",
    "order_numbered",
    "orders_of_customers",
    "orders_waiting",
    "overdue",
    "owed",
    "place_hold",
    "refresh_headline",
    "release_every_hold",
    "release_hold",
    "require_complete",
    "require_current",
    "set_allocated",
    "standing_change",
    "tag_orders",
    "tags_of",
    "take_numbers",
    "taxes_for",
    "totals_of_customers",
    "under_way_of_customers",
    "unshipped",
    "verifications_waiting",
    "version_of",
    "versions_of",
]
