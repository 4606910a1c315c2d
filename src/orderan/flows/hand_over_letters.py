"""One letter to its provider, and what became of it in our words."""

import asyncio
from datetime import datetime
from uuid import UUID

from orderan.kit import telemetry
from orderan.kit.db import refuse_outside_call
from orderan.kit.ids import to_text
from orderan.notifications import (
    REFERENCE,
    SENDING_S,
    Delivery,
    DeliveryEvent,
    Doubt,
    Letter,
    Outcome,
    Receipt,
    RefusedForGood,
    RefusedForNow,
    Sender,
    SendingFailed,
    SendingTrouble,
)

_went = telemetry.counter("messages_went", "Letters handed to providers, by how it ended", ["channel", "how"])
_log = telemetry.log("orderan.messages")


async def hand_over_letter(sender: Sender, delivery_id: UUID, letter: Letter, lease: datetime) -> Outcome:
    """Hand one letter over; whatever cannot be understood may have been sent."""
    event, reason, gone = DeliveryEvent.LOSE, "timeout", frozenset[str]()
    try:
        async with asyncio.timeout(SENDING_S):
            sent = await sender.send(letter)
    except RefusedForGood as refused:
        event, reason, gone = DeliveryEvent.REFUSE, refused.code, refused.gone
    except (RefusedForNow, SendingFailed) as trouble:
        event, reason, gone = DeliveryEvent.DELAY, trouble.code, trouble.gone
    except SendingTrouble as unknown:
        reason, gone = unknown.code, unknown.gone
    except TimeoutError:
        pass
    except Exception as fault:  # noqa: BLE001 - whatever broke, the letter may be out
        _log.exception("a sender broke", channel=letter.channel)
        reason = type(fault).__name__
    else:
        _went.labels(letter.channel, "accept").inc()
        return Outcome(
            delivery_id,
            DeliveryEvent.ACCEPT,
            provider_id=sent.provider_id,
            cost_minor=sent.cost_minor,
            lease=lease,
            gone=sent.gone,
        )
    _went.labels(letter.channel, event).inc()
    return Outcome(delivery_id, event, reason, lease=lease, gone=gone)


async def ask_about(sender: Sender | None, one: Delivery) -> Receipt | None:
    """What a provider says of a letter; None when it cannot be asked, or does not answer."""
    if sender is None or sender.doubt is not Doubt.ASK:
        return None
    refuse_outside_call(f"messages {sender.channel}")
    try:
        async with asyncio.timeout(SENDING_S):
            return await sender.look_up(to_text(REFERENCE, one.id))
    except (SendingTrouble, TimeoutError) as trouble:
        _log.warning("a letter's fate is not known", channel=one.channel, why=type(trouble).__name__)
        return None
