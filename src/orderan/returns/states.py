"""Life of a return.

    requested --approve--> approved --send--> in_transit --receive--> received --inspect--> inspected
              --reject--> rejected   approved --receive--> received (brought to the counter)
    inspected --resolve--> resolved --close--> closed
    approved, in_transit --give_up--> closed   the goods never came

A resolution is a refund granted, or none; the return closes once what was granted is paid.
"""

from enum import StrEnum, auto

from orderan.kit.states import Machine


class ReturnState(StrEnum):
    """Where a return stands."""

    REQUESTED = auto()
    APPROVED = auto()
    REJECTED = auto()
    IN_TRANSIT = auto()
    RECEIVED = auto()
    INSPECTED = auto()
    RESOLVED = auto()
    CLOSED = auto()


class ReturnEvent(StrEnum):
    """What moves it."""

    APPROVE = auto()
    REJECT = auto()
    SEND = auto()
    RECEIVE = auto()
    INSPECT = auto()
    RESOLVE = auto()
    CLOSE = auto()
    GIVE_UP = auto()


_S, _E = ReturnState, ReturnEvent

RETURN = Machine(
    name="returns.goods_return",
    initial=_S.REQUESTED,
    moves={
        (_S.REQUESTED, _E.APPROVE): _S.APPROVED,
        (_S.REQUESTED, _E.REJECT): _S.REJECTED,
        (_S.APPROVED, _E.SEND): _S.IN_TRANSIT,
        (_S.APPROVED, _E.RECEIVE): _S.RECEIVED,
        (_S.APPROVED, _E.GIVE_UP): _S.CLOSED,
        (_S.IN_TRANSIT, _E.RECEIVE): _S.RECEIVED,
        (_S.IN_TRANSIT, _E.GIVE_UP): _S.CLOSED,
        (_S.RECEIVED, _E.INSPECT): _S.INSPECTED,
        (_S.INSPECTED, _E.RESOLVE): _S.RESOLVED,
        (_S.RESOLVED, _E.CLOSE): _S.CLOSED,
    },
)
