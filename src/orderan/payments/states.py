"""Where an order's money stands (derived from its events, never set by hand), and the life of a refund.

    granted --execute---> executed    the money left the shop
            --withdraw--> withdrawn   it will not be paid after all

Granting is a promise to the buyer and executing it is a bank transfer: two people may do them,
and what was promised counts against what may still be promised.
"""

from enum import StrEnum, auto

from orderan.kit.states import Machine


class Money(StrEnum):
    """The words of the money axis."""

    UNPAID = auto()
    PENDING = auto()
    UNKNOWN = auto()
    PARTLY_PAID = auto()
    PAID = auto()
    OVERPAID = auto()
    PARTLY_REFUNDED = auto()
    REFUNDED = auto()
    COD_DUE = auto()
    COD_COLLECTED = auto()
    COD_REMITTED = auto()


class RefundState(StrEnum):
    """Where a refund stands."""

    GRANTED = auto()
    EXECUTED = auto()
    WITHDRAWN = auto()


class RefundEvent(StrEnum):
    """What moves it."""

    EXECUTE = auto()
    WITHDRAW = auto()


REFUND = Machine(
    name="payments.refund",
    initial=RefundState.GRANTED,
    moves={
        (RefundState.GRANTED, RefundEvent.EXECUTE): RefundState.EXECUTED,
        (RefundState.GRANTED, RefundEvent.WITHDRAW): RefundState.WITHDRAWN,
    },
)
