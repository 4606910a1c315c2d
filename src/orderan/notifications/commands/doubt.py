"""Find out what became of letters of which nobody knows, and let go of channels that are away."""

from collections.abc import Sequence
from datetime import datetime

from orderan.kit.db import Tx
from orderan.notifications import store_deliveries
from orderan.notifications.commands.note import note
from orderan.notifications.models import Delivery, Outcome, Policy, Why
from orderan.notifications.ports import Doubt, Fate, Receipt
from orderan.notifications.rules import ASKED_EVERY, DOUBT_LASTS, PATIENCE, SETTLES
from orderan.notifications.states import DeliveryEvent

MOST_TRIES = 10
"""A letter that ten senders died with is looked at by a person."""

_FATES = {
    Fate.SENT: DeliveryEvent.ACCEPT,
    Fate.DELIVERED: DeliveryEvent.ARRIVE,
    Fate.SEEN: DeliveryEvent.SEE,
    Fate.FAILED: DeliveryEvent.REFUSE,
    Fate.ABSENT: DeliveryEvent.DELAY,
}


async def lose_leases(tx: Tx, *, now: datetime, limit: int = 500) -> int:
    """Whoever has had a letter in hand for too long is taken for dead; returns how many letters that were."""
    return await store_deliveries.lose_leases(tx, now=now, ask_at=now + SETTLES, limit=limit)


async def take_doubts(tx: Tx, channel: str, *, limit: int, now: datetime) -> list[Delivery]:
    """Letters of unknown fate to look into now; nobody else does for a while."""
    return await store_deliveries.claim_doubts(tx, channel, again_at=now + ASKED_EVERY, limit=limit, now=now)


def judged(one: Delivery, doubt: Doubt, said: Receipt | None, *, now: datetime) -> Outcome | None:
    """What is made of a letter of unknown fate; None to wait on.

    Args:
        said: The provider's answer, where it was asked and answered.
    """
    if doubt is Doubt.REPEAT and one.tries < MOST_TRIES:
        return Outcome(one.id, DeliveryEvent.DELAY, Why.IN_DOUBT)
    if said is not None:
        return heard(one, said)
    lost_at = one.lost_at or now
    if now - lost_at >= DOUBT_LASTS:
        return Outcome(one.id, DeliveryEvent.REFUSE, Why.IN_DOUBT)
    return None


def heard(one: Delivery, said: Receipt) -> Outcome:
    """What a provider says of a letter, as what it does to the delivery."""
    reason = said.reason or (Why.IN_DOUBT if said.fate is Fate.ABSENT else "failed")
    return Outcome(
        one.id,
        _FATES[said.fate],
        reason=reason,
        provider_id=said.provider_id,
        cost_minor=said.cost_minor,
        at=said.at,
    )


async def leave_channel(tx: Tx, channel: str, *, policy: Policy, now: datetime, limit: int = 500) -> int:
    """Take what waited too long for a channel that is away to the next one; returns how much.

    What has no other channel stays: it is told late rather than not at all.
    """
    stranded = await store_deliveries.claim_stranded(tx, channel, before=now - PATIENCE, limit=limit)
    return await note(tx, _away(stranded), policy=policy, now=now)


def _away(stranded: Sequence[Delivery]) -> list[Outcome]:
    return [Outcome(one.id, DeliveryEvent.REFUSE, Why.CHANNEL_AWAY) for one in stranded]
