"""The lives of a promotion and of one use of it.

draft --start--> running --pause--> paused --start--> running
                 running --exhaust--> exhausted --refill--> running
all of them --end--> ended

reserved --confirm--> confirmed   the money is there
         --release--> released    the try failed, ended or was replaced; the budget has it back
released --confirm--> confirmed   money came late, and the budget still had it
confirmed --release--> released   the money was taken back
          --reverse--> reversed   the buyer got all of it back
"""

from enum import StrEnum, auto

from orderan.kit.states import Machine


class PromotionState(StrEnum):
    """Where a promotion stands.

    EXHAUSTED   budget or quota has no room for another use; it runs on once there is some again
    """

    DRAFT = auto()
    RUNNING = auto()
    PAUSED = auto()
    EXHAUSTED = auto()
    ENDED = auto()


class PromotionEvent(StrEnum):
    """What moves it; the clock ends one whose time is over."""

    START = auto()
    PAUSE = auto()
    EXHAUST = auto()
    REFILL = auto()
    END = auto()


PROMOTION = Machine(
    name="promotions.promotion",
    initial=PromotionState.DRAFT,
    moves={
        (PromotionState.DRAFT, PromotionEvent.START): PromotionState.RUNNING,
        (PromotionState.RUNNING, PromotionEvent.PAUSE): PromotionState.PAUSED,
        (PromotionState.PAUSED, PromotionEvent.START): PromotionState.RUNNING,
        (PromotionState.RUNNING, PromotionEvent.EXHAUST): PromotionState.EXHAUSTED,
        (PromotionState.EXHAUSTED, PromotionEvent.REFILL): PromotionState.RUNNING,
        (PromotionState.DRAFT, PromotionEvent.END): PromotionState.ENDED,
        (PromotionState.RUNNING, PromotionEvent.END): PromotionState.ENDED,
        (PromotionState.PAUSED, PromotionEvent.END): PromotionState.ENDED,
        (PromotionState.EXHAUSTED, PromotionEvent.END): PromotionState.ENDED,
    },
)


class RedemptionState(StrEnum):
    """Where one use stands."""

    RESERVED = auto()
    CONFIRMED = auto()
    RELEASED = auto()
    REVERSED = auto()


class RedemptionEvent(StrEnum):
    """What moves it."""

    CONFIRM = auto()
    RELEASE = auto()
    REVERSE = auto()


REDEMPTION = Machine(
    name="promotions.redemption",
    initial=RedemptionState.RESERVED,
    moves={
        (RedemptionState.RESERVED, RedemptionEvent.CONFIRM): RedemptionState.CONFIRMED,
        (RedemptionState.RESERVED, RedemptionEvent.RELEASE): RedemptionState.RELEASED,
        (RedemptionState.RELEASED, RedemptionEvent.CONFIRM): RedemptionState.CONFIRMED,
        (RedemptionState.CONFIRMED, RedemptionEvent.RELEASE): RedemptionState.RELEASED,
        (RedemptionState.CONFIRMED, RedemptionEvent.REVERSE): RedemptionState.REVERSED,
    },
)
