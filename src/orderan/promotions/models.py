"""The nouns of payment promotions."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum, auto
from hashlib import sha256
from uuid import UUID

from orderan.promotions.states import PromotionState, RedemptionState


class PromotionKind(StrEnum):
    """What a buyer gets.

    DISCOUNT     less to pay, at once
    CASHBACK     owed to them once they paid; nothing is taken off
    INSTALMENT   months without interest; nothing is taken off, and somebody else bears the interest
    """

    DISCOUNT = auto()
    CASHBACK = auto()
    INSTALMENT = auto()


class PayerKind(StrEnum):
    """Who bears what a promotion costs."""

    SHOP = auto()
    BANK = auto()
    WALLET = auto()
    BRAND = auto()


class Reason(StrEnum):
    """Why a promotion does not apply."""

    NOT_RUNNING = auto()
    NOT_YET = auto()
    OVER = auto()
    OUTSIDE_HOURS = auto()
    OTHER_CURRENCY = auto()
    OTHER_METHOD = auto()
    OTHER_CARD = auto()
    CARD_UNKNOWN = auto()
    BELOW_MINIMUM = auto()
    WORTH_NOTHING = auto()
    OTHER_MONTHS = auto()
    BUYER_UNKNOWN = auto()
    BUYER_LIMIT = auto()
    QUOTA_SPENT = auto()
    BUDGET_SPENT = auto()
    ANOTHER_IS_BETTER = auto()


@dataclass(frozen=True, slots=True)
class Payer:
    """Somebody who bears a part, in basis points of the whole."""

    kind: PayerKind
    name: str
    share_bp: int


@dataclass(frozen=True, slots=True)
class Months:
    """An instalment plan: how many months, and the interest that is not asked of the buyer."""

    months: int
    rate_bp: int


@dataclass(frozen=True, slots=True)
class Terms:
    """What a promotion says, as a person writes it.

    Attributes:
        methods, banks, wallets, card_ranges: Whoever pays by any of them; all empty is every way. A card
            range is the first six to eight digits.
        rate_bp, cap_minor: A part of what is due, at most so much; or
        fixed_minor: so much, whatever is due.
        months: Of an instalment, instead of both.
        payers: Their shares are 10,000 together.
        valid_from, valid_until: Half open.
        hour_from, hour_until: Of each day in the shop's time zone, half open; over midnight when the
            second is not above the first.
        minimum_minor: Of what is due.
        per_buyer, quota, budget_minor: At most; None is no limit.
    """

    name: str
    kind: PromotionKind
    currency: str
    valid_from: datetime
    payers: tuple[Payer, ...]
    valid_until: datetime | None = None
    methods: tuple[str, ...] = ()
    banks: tuple[str, ...] = ()
    wallets: tuple[str, ...] = ()
    card_ranges: tuple[str, ...] = ()
    rate_bp: int = 0
    cap_minor: int | None = None
    fixed_minor: int = 0
    months: tuple[Months, ...] = ()
    hour_from: int = 0
    hour_until: int = 24
    minimum_minor: int = 0
    per_buyer: int | None = None
    quota: int | None = None
    budget_minor: int | None = None

    @property
    def digest(self) -> str:
        """Names these terms: others have another one."""
        return sha256(repr(self).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Promotion:
    """A promotion as it stands.

    Attributes:
        taken_minor, taken_count: By redemptions that are open or confirmed, less what went back.
    """

    id: UUID
    terms: Terms
    state: PromotionState
    taken_minor: int
    taken_count: int
    made_by: str
    made_at: datetime
    moved_at: datetime

    @property
    def left_minor(self) -> int | None:
        """What the budget still has; None without a budget."""
        return None if self.terms.budget_minor is None else self.terms.budget_minor - self.taken_minor


@dataclass(frozen=True, slots=True)
class Card:
    """What a gateway tells of a card: never more than its first eight digits, and maybe its bank."""

    range: str | None = None
    bank: str | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """A way to pay, as promotions know it.

    Attributes:
        least_minor: The least that can be paid this way.
        restricts_cards: Whether only cards of certain ranges can be let pay, so that the right one needs no proof.
    """

    method: str
    bank: str | None = None
    is_wallet: bool = False
    is_card: bool = False
    least_minor: int = 1
    restricts_cards: bool = False


@dataclass(frozen=True, slots=True)
class Asking:
    """Who wants to pay what, when.

    Attributes:
        hour: Of the shop's day.
        used: How often this buyer used each promotion.
    """

    due_minor: int
    currency: str
    now: datetime
    hour: int
    buyer_id: UUID | None
    used: dict[UUID, int] = field(default_factory=dict)
    card: Card | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """What a payer bears of a redemption for an order line."""

    line_no: int
    payer_no: int
    payer: PayerKind
    payer_name: str
    amount_minor: int
    reversed_minor: int = 0


@dataclass(frozen=True, slots=True)
class Redemption:
    """One use of a promotion for one try to pay.

    Attributes:
        amount_minor: What it costs its payers.
        reversed_minor: What of that went back, since the buyer got money back.
        paid_out_minor: What of a cashback the buyer has got.
        by_card: It holds only for cards of certain ranges.
        turn: How often it was confirmed.
    """

    id: UUID
    promotion_id: UUID
    order_id: UUID
    buyer_id: UUID | None
    kind: PromotionKind
    method: str
    state: RedemptionState
    amount_minor: int
    currency: str
    reversed_minor: int
    paid_out_minor: int
    months: int | None
    by_card: bool
    card_range: str | None
    attempt_id: UUID | None
    turn: int
    reserved_at: datetime
    moved_at: datetime

    @property
    def off_minor(self) -> int:
        """How much less the buyer pays."""
        return self.amount_minor if self.kind is PromotionKind.DISCOUNT else 0

    @property
    def left_minor(self) -> int:
        """What its payers still bear."""
        return self.amount_minor - self.reversed_minor

    @property
    def free_minor(self) -> int:
        """What of that can still go back: the buyer has not got it."""
        return self.left_minor - self.paid_out_minor
