"""Life of a parcel, as couriers tell it.

    created --pick_up--> picked_up --move--> in_transit --go_out--> out_for_delivery --deliver--> delivered
    on the way: --fail--> attempt_failed --move | go_out--> again
                --send_back--> returning --arrive_back--> returned
    anywhere:   --lose--> lost, --damage--> damaged

Couriers skip scans, so a parcel may be delivered from any state it is under way in. Delivered to
the sender is `returned`, never `delivered`.
"""

from enum import StrEnum, auto

from orderan.kit.states import Machine


class ParcelState(StrEnum):
    """Where a parcel is."""

    CREATED = auto()
    PICKED_UP = auto()
    IN_TRANSIT = auto()
    OUT_FOR_DELIVERY = auto()
    ATTEMPT_FAILED = auto()
    RETURNING = auto()
    DELIVERED = auto()
    RETURNED = auto()
    LOST = auto()
    DAMAGED = auto()


class ParcelEvent(StrEnum):
    """What moves it."""

    PICK_UP = auto()
    MOVE = auto()
    GO_OUT = auto()
    FAIL = auto()
    DELIVER = auto()
    SEND_BACK = auto()
    ARRIVE_BACK = auto()
    LOSE = auto()
    DAMAGE = auto()


_S, _E = ParcelState, ParcelEvent
_ON_THE_ROAD = (_S.PICKED_UP, _S.IN_TRANSIT, _S.OUT_FOR_DELIVERY, _S.ATTEMPT_FAILED)

PARCEL = Machine(
    name="shipping.parcel",
    initial=_S.CREATED,
    moves={
        (_S.CREATED, _E.PICK_UP): _S.PICKED_UP,
        (_S.PICKED_UP, _E.MOVE): _S.IN_TRANSIT,
        (_S.ATTEMPT_FAILED, _E.MOVE): _S.IN_TRANSIT,
        (_S.PICKED_UP, _E.GO_OUT): _S.OUT_FOR_DELIVERY,
        (_S.IN_TRANSIT, _E.GO_OUT): _S.OUT_FOR_DELIVERY,
        (_S.ATTEMPT_FAILED, _E.GO_OUT): _S.OUT_FOR_DELIVERY,
        (_S.PICKED_UP, _E.FAIL): _S.ATTEMPT_FAILED,
        (_S.IN_TRANSIT, _E.FAIL): _S.ATTEMPT_FAILED,
        (_S.OUT_FOR_DELIVERY, _E.FAIL): _S.ATTEMPT_FAILED,
    }
    | {(state, _E.DELIVER): _S.DELIVERED for state in _ON_THE_ROAD}
    | {(state, _E.SEND_BACK): _S.RETURNING for state in _ON_THE_ROAD}
    | {(_S.RETURNING, _E.ARRIVE_BACK): _S.RETURNED}
    | {(state, _E.LOSE): _S.LOST for state in (*_ON_THE_ROAD, _S.RETURNING)}
    | {(state, _E.DAMAGE): _S.DAMAGED for state in (*_ON_THE_ROAD, _S.RETURNING)},
)

UNDER_WAY = frozenset(state for state, event in PARCEL.moves if event is ParcelEvent.DELIVER)
"""From which a parcel may reach its buyer."""
