"""How a delivery moves, and what that makes of its message."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from orderan.notifications.models import Delivery, Outcome, Why
from orderan.notifications.rules import SETTLES, next_try
from orderan.notifications.states import DELIVERY, DeliveryEvent, DeliveryState

HEARD: Final = frozenset({DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.SEEN})
"""Somebody was told by it."""

IN_THE_AIR: Final = frozenset({DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.UNKNOWN})
"""While one stands so, no other try of its message begins."""

_UNHEARD: Final = frozenset({DeliveryEvent.REFUSE, DeliveryEvent.DELAY, DeliveryEvent.LOSE})


def moved(before: Delivery, outcome: Outcome, *, now: datetime) -> Delivery | None:
    """A delivery after an outcome; None where it says nothing new.

    An outcome of a claim that is over says nothing of the next one, unless it says that the letter went out.
    """
    event = outcome.event
    state = DeliveryState(before.state)
    stale = outcome.lease is not None and before.leased_until not in {None, outcome.lease}
    if event in _UNHEARD and (stale or not DELIVERY.allows(state, event)):
        return None
    named = replace(
        before,
        provider_id=before.provider_id or outcome.provider_id,
        cost_minor=before.cost_minor if outcome.cost_minor is None else outcome.cost_minor,
    )
    if not DELIVERY.allows(state, event):
        return named if named != before else None
    if event is DeliveryEvent.DELAY and outcome.lease is not None:
        again = next_try(before.tries, now=now)
        if again is None:
            event = DeliveryEvent.REFUSE
        else:
            named = replace(named, due_at=again)
    elif event is DeliveryEvent.DELAY:
        named = replace(named, due_at=now)
    return _settled(replace(named, state=DELIVERY.after(state, event)), event, outcome, now=now)


def _settled(after: Delivery, event: DeliveryEvent, outcome: Outcome, *, now: datetime) -> Delivery:
    at = outcome.at or now
    after = replace(after, leased_until=None, ask_at=None, moved_at=now)
    if event is DeliveryEvent.LOSE:
        after = replace(after, lost_at=now, ask_at=now + SETTLES)
    if event in {DeliveryEvent.ACCEPT, DeliveryEvent.ARRIVE, DeliveryEvent.SEE}:
        after = replace(after, sent_at=after.sent_at or at, reason=None)
    if event in {DeliveryEvent.ARRIVE, DeliveryEvent.SEE}:
        after = replace(after, delivered_at=after.delivered_at or at)
    if event is DeliveryEvent.SEE:
        after = replace(after, seen_at=at)
    if event in _UNHEARD:
        after = replace(after, reason=outcome.reason or Why.IN_DOUBT)
    return after
