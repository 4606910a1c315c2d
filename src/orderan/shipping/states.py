"""Life of a parcel, as couriers tell it, of a booking before it, of a pick-up of many, of a claim after it,
and of a door at which nobody took it.

    created --pick_up--> picked_up --move--> in_transit --go_out--> out_for_delivery --deliver--> delivered
    on the way: --fail--> attempt_failed --move | go_out--> again
                --send_back--> returning --arrive_back--> returned
    anywhere:   --lose--> lost, --damage--> damaged

Couriers skip scans, so a parcel may be delivered from any state it is under way in. Delivered to
the sender is `returned`, never `delivered`.

    wanted --choose--> asking --accept--> booked --hand_over--> handed_over
    nobody heard the answer: asking --lose--> unknown --accept | fail--> as the courier says when it is asked
    nothing came of it: wanted | asking | unknown | booked --fail--> failed
    not wanted any more: asking | unknown | booked --withdraw--> withdrawing --let_go--> withdrawn

A task has at most one booking that is neither over nor on its way out: nobody books it a second time while the
first may exist.

    open --close--> closed: what was scanned left; open --drop--> dropped: the driver left without it

A courier has one open pick-up at a location.

    open --file--> filed --accept--> accepted --pay--> paid
    open | refused --drop--> dropped; filed --refuse--> refused --file--> filed

    waiting --wish--> wished --tell--> told; waiting, wished --overtake--> overtaken

A buyer's word about a missed door counts once, until the parcel goes on.

The money a courier pays for a claim is the shop's own: the order's is settled with its buyer, whatever becomes of it.
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


class BookingState(StrEnum):
    """Where a booking stands.

    WANTED       somebody wants the task carried; by whom is not chosen, or nobody was asked yet
    ASKING       its courier is being asked
    UNKNOWN      the courier may have it
    BOOKED       the courier has it; its number may come later
    FAILED       the courier does not have it
    WITHDRAWING  it is to be taken back, and the courier may still have it
    """

    WANTED = auto()
    ASKING = auto()
    UNKNOWN = auto()
    BOOKED = auto()
    FAILED = auto()
    WITHDRAWING = auto()
    WITHDRAWN = auto()
    HANDED_OVER = auto()


class BookingEvent(StrEnum):
    """What moves it."""

    CHOOSE = auto()
    ACCEPT = auto()
    LOSE = auto()
    FAIL = auto()
    WITHDRAW = auto()
    LET_GO = auto()
    HAND_OVER = auto()


_B, _D = BookingState, BookingEvent

BOOKING = Machine(
    name="shipping.booking",
    initial=_B.WANTED,
    moves={
        (_B.WANTED, _D.CHOOSE): _B.ASKING,
        (_B.WANTED, _D.WITHDRAW): _B.WITHDRAWN,
        (_B.ASKING, _D.LOSE): _B.UNKNOWN,
        **{(state, _D.ACCEPT): _B.BOOKED for state in (_B.ASKING, _B.UNKNOWN)},
        **{(state, _D.FAIL): _B.FAILED for state in (_B.WANTED, _B.ASKING, _B.UNKNOWN, _B.BOOKED)},
        **{(state, _D.WITHDRAW): _B.WITHDRAWING for state in (_B.ASKING, _B.UNKNOWN, _B.BOOKED)},
        (_B.BOOKED, _D.HAND_OVER): _B.HANDED_OVER,
        (_B.WITHDRAWING, _D.LET_GO): _B.WITHDRAWN,
    },
)

STANDING = frozenset({_B.WANTED, _B.ASKING, _B.UNKNOWN, _B.BOOKED})
"""In which a task has a booking, and gets no second one."""


class ManifestState(StrEnum):
    """How far a courier's pick-up is."""

    OPEN = auto()
    CLOSED = auto()
    DROPPED = auto()


class ManifestEvent(StrEnum):
    """What moves it."""

    CLOSE = auto()
    DROP = auto()


MANIFEST = Machine(
    name="shipping.manifest",
    initial=ManifestState.OPEN,
    moves={
        (ManifestState.OPEN, ManifestEvent.CLOSE): ManifestState.CLOSED,
        (ManifestState.OPEN, ManifestEvent.DROP): ManifestState.DROPPED,
    },
)


class ClaimState(StrEnum):
    """How far it is.

    OPEN      to be filed before its deadline
    FILED     the courier has it, and decides
    ACCEPTED  it agreed to an amount
    REFUSED   it did not; it may be filed again with more evidence
    PAID      the amount came
    DROPPED   nobody pursues it
    """

    OPEN = auto()
    FILED = auto()
    ACCEPTED = auto()
    REFUSED = auto()
    PAID = auto()
    DROPPED = auto()


class ClaimEvent(StrEnum):
    """What moves it."""

    FILE = auto()
    ACCEPT = auto()
    REFUSE = auto()
    PAY = auto()
    DROP = auto()


_C, _V = ClaimState, ClaimEvent

CLAIM = Machine(
    name="shipping.claim",
    initial=_C.OPEN,
    moves={
        (_C.OPEN, _V.FILE): _C.FILED,
        (_C.OPEN, _V.DROP): _C.DROPPED,
        (_C.FILED, _V.ACCEPT): _C.ACCEPTED,
        (_C.FILED, _V.REFUSE): _C.REFUSED,
        (_C.REFUSED, _V.FILE): _C.FILED,
        (_C.REFUSED, _V.DROP): _C.DROPPED,
        (_C.ACCEPTED, _V.PAY): _C.PAID,
    },
)


class DoorState(StrEnum):
    """Where the asking about a missed door is.

    WAITING    its buyer may say what is to be done
    WISHED     they did; the courier is to be told
    TOLD       it was
    OVERTAKEN  the parcel went on
    """

    WAITING = auto()
    WISHED = auto()
    TOLD = auto()
    OVERTAKEN = auto()


class DoorEvent(StrEnum):
    """What moves it."""

    WISH = auto()
    TELL = auto()
    OVERTAKE = auto()


DOOR = Machine(
    name="shipping.missed_door",
    initial=DoorState.WAITING,
    moves={
        (DoorState.WAITING, DoorEvent.WISH): DoorState.WISHED,
        (DoorState.WISHED, DoorEvent.TELL): DoorState.TOLD,
        (DoorState.WAITING, DoorEvent.OVERTAKE): DoorState.OVERTAKEN,
        (DoorState.WISHED, DoorEvent.OVERTAKE): DoorState.OVERTAKEN,
    },
)
