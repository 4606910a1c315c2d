"""How orders ended comes back to their scores: facts of couriers, returns and holds, in the order they came.

    delivered          the buyer took it
    on the way back    the buyer did not, or was never there
    return received    the buyer took it and sent it back
    not meant          asked by telephone, chat, link or an agent, the buyer said no
    let go, over       a look that nobody needs any more lapses

Chargebacks tell it themselves, because they are no fact, and a person who refuses an order by judgement does.
"""

from collections.abc import Sequence
from typing import Final

from orderan.kit.db import Tx
from orderan.kit.events import Consumer, Recorded
from orderan.orders import HoldKind, Verification
from orderan.returns import ReturnState
from orderan.shipping import ParcelState
from orderan.trust import Ended, lapse_reviews, note_ends

KINDS: Final = frozenset(
    {
        "orders.cancelled.v1",
        "orders.delivered.v1",
        "orders.expired.v1",
        "orders.hold_released.v1",
        "orders.verification_moved.v1",
        "returns.return_moved.v1",
        "shipping.parcel_moved.v1",
    }
)


async def learn_ends(tx: Tx, facts: Sequence[Recorded]) -> None:
    """Apply facts: each end of each order counts once, however often it is told."""
    ended = [(fact.entity_id, end, fact.occurred_at) for fact in facts if (end := _end_of(fact))]
    await note_ends(tx, ended)
    if over := {fact.entity_id for fact in facts if _needs_no_look(fact)}:
        await lapse_reviews(tx, over, now=max(fact.occurred_at for fact in facts))


LEARNING: Final = Consumer("trust", KINDS, learn_ends)


def _end_of(fact: Recorded) -> Ended | None:
    if fact.kind == "orders.delivered.v1":
        return Ended.DELIVERED
    if fact.kind == "orders.verification_moved.v1":
        return Ended.DISOWNED if fact.payload["verification"] == Verification.REFUSED else None
    state = fact.payload.get("state")
    if fact.kind == "shipping.parcel_moved.v1" and state == ParcelState.RETURNING:
        return Ended.REFUSED
    if fact.kind == "returns.return_moved.v1" and state == ReturnState.RECEIVED:
        return Ended.RETURNED
    return None


def _needs_no_look(fact: Recorded) -> bool:
    if fact.kind == "orders.hold_released.v1":
        return bool(fact.payload["hold"] == HoldKind.FRAUD)
    return fact.kind in {"orders.cancelled.v1", "orders.expired.v1"}
