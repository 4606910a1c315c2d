"""The axes an order moves on by itself: commercial and verification.

    draft --place--> awaiting_payment --accept--> accepted --complete--> completed
                     awaiting_payment --expire--> expired --revive--> accepted
    accepted straight from draft when nothing is to be paid first (COD, invoice, zero)
    draft, awaiting_payment, accepted --cancel--> cancelled

An order that was paid after it expired may be revived if its stock can be had again; a
cancelled one never comes back, because its buyer was told so.
"""

from enum import StrEnum, auto

from orderan.kit.states import Machine


class Commercial(StrEnum):
    """What shop and buyer owe each other."""

    DRAFT = auto()
    AWAITING_PAYMENT = auto()
    ACCEPTED = auto()
    COMPLETED = auto()
    CANCELLED = auto()
    EXPIRED = auto()


class CommercialEvent(StrEnum):
    """What moves it."""

    PLACE = auto()
    ACCEPT = auto()
    EXPIRE = auto()
    REVIVE = auto()
    COMPLETE = auto()
    CANCEL = auto()


COMMERCIAL = Machine(
    name="order.commercial",
    initial=Commercial.DRAFT,
    moves={
        (Commercial.DRAFT, CommercialEvent.PLACE): Commercial.AWAITING_PAYMENT,
        (Commercial.DRAFT, CommercialEvent.ACCEPT): Commercial.ACCEPTED,
        (Commercial.DRAFT, CommercialEvent.CANCEL): Commercial.CANCELLED,
        (Commercial.AWAITING_PAYMENT, CommercialEvent.ACCEPT): Commercial.ACCEPTED,
        (Commercial.AWAITING_PAYMENT, CommercialEvent.EXPIRE): Commercial.EXPIRED,
        (Commercial.AWAITING_PAYMENT, CommercialEvent.CANCEL): Commercial.CANCELLED,
        (Commercial.ACCEPTED, CommercialEvent.COMPLETE): Commercial.COMPLETED,
        (Commercial.ACCEPTED, CommercialEvent.CANCEL): Commercial.CANCELLED,
        (Commercial.EXPIRED, CommercialEvent.REVIVE): Commercial.ACCEPTED,
    },
)


class Verification(StrEnum):
    """Whether a COD buyer confirmed that the order is meant."""

    NOT_NEEDED = auto()
    WAITING = auto()
    CONFIRMED = auto()
    REFUSED = auto()
    UNREACHABLE = auto()
    WAIVED = auto()


class VerificationEvent(StrEnum):
    """What moves it."""

    ASK = auto()
    CONFIRM = auto()
    REFUSE = auto()
    GIVE_UP = auto()
    WAIVE = auto()


VERIFICATION = Machine(
    name="order.verification",
    initial=Verification.NOT_NEEDED,
    moves={
        (Verification.NOT_NEEDED, VerificationEvent.ASK): Verification.WAITING,
        (Verification.NOT_NEEDED, VerificationEvent.WAIVE): Verification.WAIVED,
        (Verification.WAITING, VerificationEvent.CONFIRM): Verification.CONFIRMED,
        (Verification.WAITING, VerificationEvent.REFUSE): Verification.REFUSED,
        (Verification.WAITING, VerificationEvent.GIVE_UP): Verification.UNREACHABLE,
        (Verification.WAITING, VerificationEvent.WAIVE): Verification.WAIVED,
        (Verification.UNREACHABLE, VerificationEvent.CONFIRM): Verification.CONFIRMED,
        (Verification.UNREACHABLE, VerificationEvent.REFUSE): Verification.REFUSED,
        (Verification.UNREACHABLE, VerificationEvent.WAIVE): Verification.WAIVED,
        (Verification.UNREACHABLE, VerificationEvent.ASK): Verification.WAITING,
        # The order became another one than the buyer was asked about.
        (Verification.CONFIRMED, VerificationEvent.ASK): Verification.WAITING,
        (Verification.WAIVED, VerificationEvent.ASK): Verification.WAITING,
    },
)


class ChangeState(StrEnum):
    """Life of a change set."""

    OPEN = auto()
    CONFIRMED = auto()
    DECLINED = auto()


class ChangeEvent(StrEnum):
    """What ends it."""

    CONFIRM = auto()
    DECLINE = auto()


CHANGE = Machine(
    name="order.change",
    initial=ChangeState.OPEN,
    moves={
        (ChangeState.OPEN, ChangeEvent.CONFIRM): ChangeState.CONFIRMED,
        (ChangeState.OPEN, ChangeEvent.DECLINE): ChangeState.DECLINED,
    },
)


class HoldState(StrEnum):
    """Life of one hold; the reasons to wait are a set, so each has its own."""

    OPEN = auto()
    RELEASED = auto()
    EXPIRED = auto()


class HoldEvent(StrEnum):
    """What ends it."""

    RELEASE = auto()
    EXPIRE = auto()


HOLD = Machine(
    name="order.hold",
    initial=HoldState.OPEN,
    moves={
        (HoldState.OPEN, HoldEvent.RELEASE): HoldState.RELEASED,
        (HoldState.OPEN, HoldEvent.EXPIRE): HoldState.EXPIRED,
    },
)
