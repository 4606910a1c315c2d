"""Hand out what is due on a channel: it is judged while it is locked, and marked before it leaves."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx
from orderan.notifications import store, store_deliveries
from orderan.notifications.models import Delivery, Message, Why
from orderan.notifications.rules import LEASE
from orderan.notifications.states import MESSAGE, MessageEvent, MessageState


async def take_due(tx: Tx, channel: str, *, limit: int, now: datetime) -> list[tuple[Delivery, Message]]:
    """What is due on a channel and nobody else looks at, locked until the transaction ends."""
    due = await store_deliveries.take_due(tx, channel, limit=limit, now=now)
    messages = await store.messages_by_id(tx, {one.message_id for one in due})
    return [(one, messages[one.message_id]) for one in due]


async def begin_sending(tx: Tx, claimed: Sequence[tuple[UUID, int, bytes]], *, now: datetime) -> datetime:
    """Mark taken deliveries as being sent; until when they are this sender's alone.

    Args:
        claimed: (delivery, version of its template, what is said, sealed).
    """
    leased_until = now + LEASE
    await store_deliveries.begin(tx, claimed, leased_until=leased_until, now=now)
    return leased_until


async def postpone(tx: Tx, later: Sequence[tuple[UUID, datetime]]) -> None:
    """Taken deliveries wait until a later moment."""
    await store_deliveries.postpone(tx, later)


async def suppress(tx: Tx, messages: Sequence[Message], why: Why, *, now: datetime) -> None:
    """Messages whose delivery was taken are not told: they are not true any more, or whom they are for is gone."""
    if not messages:
        return
    silenced = set(await store_deliveries.silence(tx, [one.id for one in messages], why, now=now))
    locked = await store.lock_messages(tx, silenced)
    await store.save_messages(
        tx,
        [
            replace(
                one,
                state=MESSAGE.after(MessageState(one.state), MessageEvent.SUPPRESS),
                reason=why,
                moved_at=now,
            )
            for one in locked.values()
        ],
    )
