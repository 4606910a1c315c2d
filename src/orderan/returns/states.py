"""Lives of a return, of what it is exchanged for, and of a quarrel over its parcel.

    requested --approve--> approved --send--> in_transit --receive--> received --inspect--> inspected
              --reject--> rejected   approved --receive--> received (brought to the counter)
    inspected --resolve--> resolved --close--> closed
    requested, approved, in_transit --give_up--> closed   the goods never came

    open --add--> evidence --add--> evidence
    open, evidence --for_buyer--> for_buyer, --for_shop--> for_shop   somebody decided, and said why

    held --settle--> settled   what the goods were worth paid for the replacement, or its buyer did
         --drop----> dropped   nothing came of it: the replacement's stock is free

A resolution is a refund granted, or none; the return closes once what was granted is paid. A replacement
holds its stock from the request on, and is an order like any other once its exchange is settled.
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
        (_S.REQUESTED, _E.GIVE_UP): _S.CLOSED,
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


class ExchangeState(StrEnum):
    """Where a replacement stands to the return it is for."""

    HELD = auto()
    SETTLED = auto()
    DROPPED = auto()


class ExchangeEvent(StrEnum):
    """What moves it."""

    SETTLE = auto()
    DROP = auto()


EXCHANGE = Machine(
    name="returns.exchange",
    initial=ExchangeState.HELD,
    moves={
        (ExchangeState.HELD, ExchangeEvent.SETTLE): ExchangeState.SETTLED,
        (ExchangeState.HELD, ExchangeEvent.DROP): ExchangeState.DROPPED,
    },
)


class DisputeState(StrEnum):
    """Where a quarrel over a parcel stands."""

    OPEN = auto()
    EVIDENCE = auto()
    FOR_BUYER = auto()
    FOR_SHOP = auto()


class DisputeEvent(StrEnum):
    """What moves it."""

    ADD = auto()
    FOR_BUYER = auto()
    FOR_SHOP = auto()


_D, _V = DisputeState, DisputeEvent

DISPUTE = Machine(
    name="returns.dispute",
    initial=_D.OPEN,
    moves={
        (_D.OPEN, _V.ADD): _D.EVIDENCE,
        (_D.OPEN, _V.FOR_BUYER): _D.FOR_BUYER,
        (_D.OPEN, _V.FOR_SHOP): _D.FOR_SHOP,
        (_D.EVIDENCE, _V.ADD): _D.EVIDENCE,
        (_D.EVIDENCE, _V.FOR_BUYER): _D.FOR_BUYER,
        (_D.EVIDENCE, _V.FOR_SHOP): _D.FOR_SHOP,
    },
)
