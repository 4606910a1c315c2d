"""Stock-takes: what lies on the shelves, counted by people who are not told what the book says.

Owns     stock_take, stock_take_area, stock_take_row
Promises one open stock-take at most counts a bin or goods on the floor; a difference over the tolerance is counted
         by two people, and whoever counted does not approve; what is booked of a difference is never more than it
Speaks   stocktake.stock_take_opened.v1, stock_take_posted
Ignores  orders: units that are promised are kept by inventory
"""

from orderan.stocktake.commands.approve import agree, book
from orderan.stocktake.commands.count import (
    begin_area,
    doubt_areas,
    finish_area,
    leave_area,
    lock_area,
    names_goods,
    skip_area,
    tally,
)
from orderan.stocktake.commands.open import Within, cancel_take, lock_take, open_take
from orderan.stocktake.errors import (
    ApprovedByCounter,
    AreaNotFound,
    AreaOfAnother,
    CountedBefore,
    CountedElsewhere,
    NotAllCounted,
    NothingToCount,
    NotInTake,
    TakeNotFound,
    ToleranceUnreadable,
)
from orderan.stocktake.models import Area, AreaAsked, Counted, Off, Row, Scope, StockTake, Tolerance
from orderan.stocktake.rules import must_recount, off, shared
from orderan.stocktake.states import AREA, SETTLED, TAKE, AreaEvent, AreaState, TakeEvent, TakeState
from orderan.stocktake.views import (
    Difference,
    Seen,
    TakeRow,
    ToCount,
    areas_of,
    differences,
    find_area,
    list_takes,
    seen_in,
    takes_waiting,
    to_count,
    to_post,
)

__all__ = [
    "AREA",
    "SETTLED",
    "TAKE",
    "ApprovedByCounter",
    "Area",
    "AreaAsked",
    "AreaEvent",
    "AreaNotFound",
    "AreaOfAnother",
    "AreaState",
    "Counted",
    "CountedBefore",
    "CountedElsewhere",
    "Difference",
    "NotAllCounted",
    "NotInTake",
    "NothingToCount",
    "Off",
    "Row",
    "Scope",
    "Seen",
    "StockTake",
    "TakeEvent",
    "TakeNotFound",
    "TakeRow",
    "TakeState",
    "ToCount",
    "Tolerance",
    "ToleranceUnreadable",
    "Within",
    "agree",
    "areas_of",
    "begin_area",
    "book",
    "cancel_take",
    "differences",
    "doubt_areas",
    "find_area",
    "finish_area",
    "leave_area",
    "list_takes",
    "lock_area",
    "lock_take",
    "must_recount",
    "names_goods",
    "off",
    "open_take",
    "seen_in",
    "shared",
    "skip_area",
    "takes_waiting",
    "tally",
    "to_count",
    "to_post",
]
