"""From what a courier says to how a parcel moves. Pure.

Nothing goes back from delivered, returned, lost or damaged: a courier that says otherwise afterwards contradicts
itself, and a person looks. What only says how far a parcel is on its way counts when it is the latest that
happened; where it ended counts whenever it is heard, for nothing can follow it.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from orderan.couriers import Status
from orderan.shipping.accounts import ParcelStep
from orderan.shipping.states import ParcelEvent, ParcelState

_S, _E = ParcelState, ParcelEvent

PASSING: Final = frozenset(
    {Status.PICKED_UP, Status.IN_TRANSIT, Status.OUT_FOR_DELIVERY, Status.DELIVERY_FAILED}
)
"""They are overtaken by whatever happened later."""
_ROAD: Final = (_S.PICKED_UP, _S.IN_TRANSIT, _S.OUT_FOR_DELIVERY, _S.ATTEMPT_FAILED)
_WHERE: Final[Mapping[Status, tuple[ParcelEvent, tuple[ParcelState, ...]]]] = MappingProxyType(
    {
        Status.IN_TRANSIT: (_E.MOVE, (_S.PICKED_UP, _S.ATTEMPT_FAILED)),
        Status.OUT_FOR_DELIVERY: (_E.GO_OUT, (_S.PICKED_UP, _S.IN_TRANSIT, _S.ATTEMPT_FAILED)),
        Status.DELIVERY_FAILED: (_E.FAIL, (_S.PICKED_UP, _S.IN_TRANSIT, _S.OUT_FOR_DELIVERY)),
        Status.DELIVERED: (_E.DELIVER, _ROAD),
        Status.RETURNING: (_E.SEND_BACK, _ROAD),
        Status.LOST: (_E.LOSE, (*_ROAD, _S.RETURNING)),
        Status.DAMAGED: (_E.DAMAGE, (*_ROAD, _S.RETURNING)),
    }
)
"""By status: the event it is, and from where it happens."""
_SAME: Final[Mapping[Status, frozenset[ParcelState]]] = MappingProxyType(
    {
        Status.DELIVERED: frozenset({_S.DELIVERED}),
        Status.RETURNING: frozenset({_S.RETURNING, _S.RETURNED}),
        Status.RETURNED: frozenset({_S.RETURNED}),
        Status.LOST: frozenset({_S.LOST, _S.DAMAGED}),
        Status.DAMAGED: frozenset({_S.LOST, _S.DAMAGED}),
        Status.CANCELLED: frozenset({_S.RETURNED, _S.LOST, _S.DAMAGED}),
    }
)
"""Where a parcel already stands when a status of an end is news no more."""
ASK_AFTER: Final[Mapping[ParcelState, timedelta]] = MappingProxyType(
    {
        _S.CREATED: timedelta(hours=12),
        _S.PICKED_UP: timedelta(hours=8),
        _S.IN_TRANSIT: timedelta(hours=8),
        _S.OUT_FOR_DELIVERY: timedelta(hours=3),
        _S.ATTEMPT_FAILED: timedelta(hours=8),
        _S.RETURNING: timedelta(hours=24),
    }
)
"""So long a courier may say nothing before it is asked."""
MOST_WAIT: Final = timedelta(hours=48)


def events_for(state: ParcelState, status: Status) -> tuple[ParcelEvent, ...] | None:
    """How a parcel in a state comes to where its courier says it is; None where the courier contradicts itself."""
    if status in {Status.NOTED, Status.BOOKED, Status.COURIER_ASSIGNED}:
        return ()
    if state is _S.CREATED and status is not Status.CANCELLED:
        rest = events_for(_S.PICKED_UP, status)
        return None if rest is None else (_E.PICK_UP, *rest)
    if state in _SAME.get(status, frozenset()):
        return ()
    if status is Status.RETURNED:
        if state is _S.RETURNING:
            return (_E.ARRIVE_BACK,)
        return (_E.SEND_BACK, _E.ARRIVE_BACK) if state in _ROAD else None
    if status in _WHERE and state in _WHERE[status][1]:
        return (_WHERE[status][0],)
    return () if status in PASSING else None


def in_order(steps: Iterable[ParcelStep]) -> list[ParcelStep]:
    """Steps as they happened; of those at one moment that which is further along last."""
    places = list(Status)
    return sorted(steps, key=lambda step: (step.at, -1 if step.status is None else places.index(step.status)))


def counts(step: ParcelStep, told_at: datetime | None) -> bool:
    """Whether a step still says where its parcel is, of one that was last heard of at a moment."""
    return step.status not in PASSING or told_at is None or step.at >= told_at


def next_ask(state: ParcelState, asks: int, now: datetime) -> datetime:
    """When a courier is asked again that was asked so often and had nothing new to say."""
    first = ASK_AFTER.get(state, MOST_WAIT)
    return now + min(first * (1 << min(asks, 6)), MOST_WAIT)
