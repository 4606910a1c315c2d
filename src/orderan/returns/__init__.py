"""Returns: goods that come back, from the request to the money.

Owns     goods_return, return_line, return_policy
Promises no unit comes back that did not go out, and none twice; what was received is accounted
         for exactly once, on sale or aside
Speaks   returns.return_moved.v1
Ignores  how a refund is paid
"""

from orderan.returns.commands.move import find_return, inspect_return, move_return, receive_return
from orderan.returns.commands.policy import keep_return_policy
from orderan.returns.commands.request import request_return
from orderan.returns.errors import (
    CauseNotAccepted,
    CauseUnexplained,
    CountsDiffer,
    NotByPolicy,
    NothingToReturn,
    NotReturnable,
    RefundStillOpen,
    ReturnNotFound,
    ReturnPolicyMovedOn,
    ReturnPolicyNotUsable,
)
from orderan.returns.models import GoodsReturn, Inspected, ReturnLine, Sent, Wanted
from orderan.returns.models_policy import (
    FIRST_POLICY,
    Cause,
    CauseRule,
    Condition,
    Payer,
    PolicyVersion,
    Returnable,
    ReturnPolicy,
    Why,
)
from orderan.returns.rules import everything_is_back, goods_of, without, worth
from orderan.returns.rules_policy import last_moment, payer, plain_policy, read_policy, returnable
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
from orderan.returns.views_policy import return_policies, return_policy_now

__all__ = [
    "FIRST_POLICY",
    "RETURN",
    "Cause",
    "CauseNotAccepted",
    "CauseRule",
    "CauseUnexplained",
    "Condition",
    "CountsDiffer",
    "GoodsReturn",
    "Inspected",
    "NotByPolicy",
    "NotReturnable",
    "NothingToReturn",
    "Payer",
    "PolicyVersion",
    "RefundStillOpen",
    "ReturnEvent",
    "ReturnLine",
    "ReturnNotFound",
    "ReturnPolicy",
    "ReturnPolicyMovedOn",
    "ReturnPolicyNotUsable",
    "ReturnState",
    "ReturnWithLines",
    "Returnable",
    "Sent",
    "Wanted",
    "Why",
    "behind",
    "coming_back",
    "everything_is_back",
    "find_return",
    "forget_words",
    "goods_of",
    "inspect_return",
    "keep_return_policy",
    "last_moment",
    "lines_of",
    "move_return",
    "payer",
    "plain_policy",
    "read_policy",
    "receive_return",
    "received_before",
    "refused_at_doors",
    "request_return",
    "return_policies",
    "return_policy_now",
    "returnable",
    "returns_of",
    "returns_waiting",
    "sent_for",
    "set_refund",
    "waiting_for_refund",
    "without",
    "worth",
]
