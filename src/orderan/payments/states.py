"""Where an order's money stands (derived from its events, never set by hand), the lives of a refund and of a try to get money.

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


class AttemptState(StrEnum):
    """Where a try to get money through a rail stands.

    ASKING     the gateway is being asked; written before it is
    UNKNOWN    it may have taken the charge, and did not say
    OFFERED    the buyer has something to pay with
    HELD       the money is there, and the gateway's fraud desk thinks
    FAILED     nothing happened
    """

    ASKING = auto()
    UNKNOWN = auto()
    OFFERED = auto()
    HELD = auto()
    PAID = auto()
    DECLINED = auto()
    EXPIRED = auto()
    CANCELLED = auto()
    FAILED = auto()
    REVERSED = auto()
    REFUNDED = auto()
    DISPUTED = auto()


class AttemptEvent(StrEnum):
    """What moves it; all but the first three are what the gateway says of it."""

    OFFER = auto()
    LOSE = auto()
    FAIL = auto()
    HOLD = auto()
    PAY = auto()
    DECLINE = auto()
    EXPIRE = auto()
    CANCEL = auto()
    REVERSE = auto()
    REFUND = auto()
    DISPUTE = auto()


_ASKING, _UNKNOWN, _OFFERED, _HELD = (
    AttemptState.ASKING,
    AttemptState.UNKNOWN,
    AttemptState.OFFERED,
    AttemptState.HELD,
)
_CLOSED = (AttemptState.DECLINED, AttemptState.EXPIRED, AttemptState.CANCELLED, AttemptState.FAILED)
_ENDINGS = {
    AttemptEvent.PAY: AttemptState.PAID,
    AttemptEvent.DECLINE: AttemptState.DECLINED,
    AttemptEvent.EXPIRE: AttemptState.EXPIRED,
    AttemptEvent.CANCEL: AttemptState.CANCELLED,
}

ATTEMPT = Machine(
    name="payments.attempt",
    initial=_ASKING,
    moves={
        **{
            (state, event): end
            for state in (_ASKING, _UNKNOWN, _OFFERED, _HELD)
            for event, end in _ENDINGS.items()
        },
        **{(state, AttemptEvent.OFFER): _OFFERED for state in (_ASKING, _UNKNOWN)},
        **{(state, AttemptEvent.FAIL): AttemptState.FAILED for state in (_ASKING, _UNKNOWN)},
        **{(state, AttemptEvent.HOLD): _HELD for state in (_ASKING, _UNKNOWN, _OFFERED)},
        (_ASKING, AttemptEvent.LOSE): _UNKNOWN,
        # Money comes late: after the account number expired, or after it was taken back.
        **{(state, AttemptEvent.PAY): AttemptState.PAID for state in _CLOSED},
        (AttemptState.PAID, AttemptEvent.REVERSE): AttemptState.REVERSED,
        (AttemptState.PAID, AttemptEvent.REFUND): AttemptState.REFUNDED,
        (AttemptState.PAID, AttemptEvent.DISPUTE): AttemptState.DISPUTED,
        (AttemptState.REVERSED, AttemptEvent.PAY): AttemptState.PAID,
        (AttemptState.DISPUTED, AttemptEvent.PAY): AttemptState.PAID,
        (AttemptState.DISPUTED, AttemptEvent.REVERSE): AttemptState.REVERSED,
    },
)

IN_THE_AIR = frozenset({_ASKING, _UNKNOWN, _HELD})
"""While one of an order's tries stands so, nobody may try to get its money another way."""
