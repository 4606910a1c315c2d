"""Returns: goods that come back, from the request to the money.

Owns     goods_return, return_line
Promises no unit comes back that did not go out, and none twice; what was received is accounted
         for exactly once, on sale or aside
Speaks   returns.return_moved.v1
Ignores  how a refund is paid
"""

from orderan.returns.commands.move import find_return, inspect_return, move_return, receive_return
from orderan.returns.commands.request import request_return
from orderan.returns.errors import (
    CountsDiffer,
    NothingToReturn,
    NotReturnable,
    RefundStillOpen,
    ReturnNotFound,
)
from orderan.returns.models import GoodsReturn, Inspected, ReturnLine, Sent, Wanted
from orderan.returns.rules import everything_is_back, goods_of, without, worth
from orderan.returns.states import RETURN, ReturnEvent, ReturnState
from orderan.returns.store import (
    behind,
    coming_back,
    forget_words,
    lines_of,
    received_before,
    set_refund,
    waiting_for_refund,
)
from orderan.returns.views import ReturnWithLines, refused_at_doors, returns_of, returns_waiting, sent_for

__all__ = [
    "RETURN",
    "CountsDiffer",
    "GoodsReturn",
    "Inspected",
    "NotReturnable",
    "NothingToReturn",
    "RefundStillOpen",
    "ReturnEvent",
    "ReturnLine",
    "ReturnNotFound",
    "ReturnState",
    "ReturnWithLines",
    "Sent",
    "Wanted",
    "behind",
    "coming_back",
    "everything_is_back",
    "find_return",
    "forget_words",
    "goods_of",
    "inspect_return",
    "lines_of",
    "move_return",
    "receive_return",
    "received_before",
    "refused_at_doors",
    "request_return",
    "returns_of",
    "returns_waiting",
    "sent_for",
    "set_refund",
    "waiting_for_refund",
    "without",
    "worth",
]
