"""A person sends a message again."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from orderan.kit import inbox
from orderan.kit.audit import Trace, leave
from orderan.kit.db import Tx
from orderan.kit.ids import new_id, to_text
from orderan.notifications import store, store_deliveries
from orderan.notifications.commands.note import PREFIX, untold_key
from orderan.notifications.commands.tell import people_of
from orderan.notifications.errors import MessageNotFound, NowhereToSend, StillBeingSent
from orderan.notifications.models import Kind, Message, Policy
from orderan.notifications.rules import channels_for
from orderan.notifications.states import MESSAGE, MessageEvent, MessageState
from orderan.shops import Shop


async def resend(
    tx: Tx,
    message_id: UUID,
    *,
    shop: Shop,
    policy: Policy,
    channel: str | None = None,
    now: datetime,
) -> Message:
    """Send a message again, told before or not; at once, since somebody asked for it.

    Args:
        channel: Only by this one; default is every channel that is open to the person, in their order.

    Raises:
        MessageNotFound: The shop has no such message.
        IllegalMove: It was suppressed: it is not true any more.
        StillBeingSent: A try of it is in the air.
        NowhereToSend: No channel is open to the person, or not the one asked for.
    """
    locked = await store.lock_messages(tx, [message_id])
    message = locked.get(message_id)
    if message is None:
        raise MessageNotFound(to_text(PREFIX, message_id))
    if hanging := await store_deliveries.in_the_air(tx, message_id):
        raise StillBeingSent(hanging)
    state = MESSAGE.after(MessageState(message.state), MessageEvent.AGAIN)
    people = await people_of(tx, [message.person_id], shop=shop)
    person = people.get(message.person_id)
    channels, _ = ((), None) if person is None else channels_for(Kind(message.kind), policy, person)
    if channel is not None:
        channels = tuple(one for one in channels if one == channel)
    if not channels:
        raise NowhereToSend
    again = replace(
        message,
        state=state,
        channels=channels,
        round=message.round + 1,
        due_at=now,
        moved_at=now,
        reason=None,
    )
    await store.save_messages(tx, [again])
    await store_deliveries.insert_deliveries(
        tx, [(new_id(), message.id, again.round, channels[0], now)], now=now
    )
    await inbox.settle(tx, [untold_key(message.id)], note="sent again", now=now)
    named = to_text(PREFIX, message.id)
    trace = Trace("message.resend", "message", named, after={"kind": message.kind, "channel": channels[0]})
    await leave(tx, trace, now=now)
    return again
