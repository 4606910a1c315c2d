"""Where an order's money stands. Derived from its events, never set by hand."""

from enum import StrEnum, auto


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
