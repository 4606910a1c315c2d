"""Promotions by way of paying: what a buyer gets for paying by a bank, a card range, a wallet or a method.

Owns     payment_promotion, promotion_redemption, promotion_share
Promises a budget is never exceeded by a rupiah, however many pay at once: a use is granted whole or not at
         all, so the last one is refused when the budget has less left than it is worth; what each payer
         bears adds up to the use, per line and in all; of a card at most its first eight digits are kept
Speaks   promotions.redemption_moved.v1
Ignores  what an order holds and how its money is got: it is an id, a due and lines with amounts, and a way
         to pay is a word with a bank
"""

from orderan.promotions.commands.keep import (
    change_promotion,
    end_over,
    make_promotion,
    move_promotion,
)
from orderan.promotions.commands.redeem import (
    Wish,
    attach_use,
    confirm_use,
    pay_out,
    release_use,
    reserve_use,
    reverse_use,
    worth_of,
)
from orderan.promotions.errors import (
    LimitBelowTaken,
    NothingOwed,
    PromotionChanged,
    PromotionDoesNotApply,
    PromotionEnded,
    PromotionNotFound,
    PromotionTermsWrong,
    PromotionWorthChanged,
    RedemptionNotFound,
)
from orderan.promotions.models import (
    Asking,
    Card,
    Months,
    Payer,
    PayerKind,
    Promotion,
    PromotionKind,
    Reason,
    Redemption,
    Share,
    Terms,
    Way,
)
from orderan.promotions.rules import (
    best,
    first_digits,
    fits_without_card,
    held_to_ranges,
    range_fits,
    why_not,
    without_uses,
    worth,
)
from orderan.promotions.states import (
    PROMOTION,
    REDEMPTION,
    PromotionEvent,
    PromotionState,
    RedemptionEvent,
    RedemptionState,
)
from orderan.promotions.store import (
    lock_confirmed,
    lock_of_attempt,
    lock_promotions,
    lock_redemption,
    of_attempts,
    shares_of,
    uses_of,
)
from orderan.promotions.views import (
    Cost,
    costs_of,
    find_promotion,
    promotions_open,
    promotions_page,
    uses_of_order,
)

__all__ = [
    "PROMOTION",
    "REDEMPTION",
    "Asking",
    "Card",
    "Cost",
    "LimitBelowTaken",
    "Months",
    "NothingOwed",
    "Payer",
    "PayerKind",
    "Promotion",
    "PromotionChanged",
    "PromotionDoesNotApply",
    "PromotionEnded",
    "PromotionEvent",
    "PromotionKind",
    "PromotionNotFound",
    "PromotionState",
    "PromotionTermsWrong",
    "PromotionWorthChanged",
    "Reason",
    "Redemption",
    "RedemptionEvent",
    "RedemptionNotFound",
    "RedemptionState",
    "Share",
    "Terms",
    "Way",
    "Wish",
    "attach_use",
    "best",
    "change_promotion",
    "confirm_use",
    "costs_of",
    "end_over",
    "find_promotion",
    "first_digits",
    "fits_without_card",
    "held_to_ranges",
    "lock_confirmed",
    "lock_of_attempt",
    "lock_promotions",
    "lock_redemption",
    "make_promotion",
    "move_promotion",
    "of_attempts",
    "pay_out",
    "promotions_open",
    "promotions_page",
    "range_fits",
    "release_use",
    "reserve_use",
    "reverse_use",
    "shares_of",
    "uses_of",
    "uses_of_order",
    "why_not",
    "without_uses",
    "worth",
    "worth_of",
]
