"""Keep what became of deliveries, and go on from there: it was told, or the next channel, or a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from orderan.kit import inbox
from orderan.kit.db import Tx
from orderan.kit.errors import N_
from orderan.kit.ids import new_id, to_text
from orderan.kit.inbox import Stuck
from orderan.notifications import store, store_deliveries
from orderan.notifications.kinds import NATURES, Need
from orderan.notifications.models import Delivery, Kind, Message, Outcome, Policy, Why
from orderan.notifications.rules import goes_on_in_doubt, next_channel, when
from orderan.notifications.rules_moves import HEARD, moved
from orderan.notifications.states import MESSAGE, DeliveryState, MessageEvent, MessageState

PREFIX = "msg"


@dataclass
class _Going:
    """What is to be written once all outcomes are looked at."""

    messages: list[Message] = field(default_factory=list)
    tries: list[tuple[UUID, UUID, int, str, datetime]] = field(default_factory=list)
    untold: list[Stuck] = field(default_factory=list)
    told: list[UUID] = field(default_factory=list)


async def note(tx: Tx, outcomes: Sequence[Outcome], *, policy: Policy, now: datetime) -> int:
    """Keep outcomes; returns how many deliveries they moved.

    They may come twice, late, and in any order: word of less than is known changes nothing.
    """
    locked = await store_deliveries.lock_deliveries(tx, {one.delivery_id for one in outcomes})
    after: dict[UUID, Delivery] = {}
    for outcome in outcomes:
        before = after.get(outcome.delivery_id) or locked.get(outcome.delivery_id)
        if before is not None and (stands := moved(before, outcome, now=now)) is not None:
            after[outcome.delivery_id] = stands
    if not after:
        return 0
    await store_deliveries.save_deliveries(tx, list(after.values()))
    was = {one: DeliveryState(locked[one].state) for one in after}
    await follow(tx, list(after.values()), was=was, policy=policy, now=now)
    return len(after)


async def follow(
    tx: Tx,
    deliveries: Sequence[Delivery],
    *,
    was: Mapping[UUID, DeliveryState],
    policy: Policy,
    now: datetime,
) -> None:
    """What the moves of some locked deliveries make of their messages."""
    news = [one for one in deliveries if one.state != was[one.id]]
    heard = {one.message_id for one in news if one.state in HEARD}
    failed = [one for one in news if one.state == DeliveryState.FAILED and one.message_id not in heard]
    if not heard and not failed:
        return
    messages = await store.lock_messages(tx, heard | {one.message_id for one in failed})
    going = _Going()
    for message_id in sorted(heard):
        _tell(going, messages[message_id], now=now)
    if failed:
        touched = [one.message_id for one in failed]
        tried = await store_deliveries.tried_channels(tx, touched)
        standing = await store_deliveries.standing_tries(tx, touched)
        for one in failed:
            message = messages[one.message_id]
            if one.round == message.round and one.message_id not in standing:
                _go_on(going, message, one, tried.get(message.id, set()), policy=policy, now=now)
    await store.save_messages(tx, going.messages)
    # Told by a sending that was taken for lost: what was to make good for it is not needed.
    await store_deliveries.silence(tx, going.told, Why.OVERTAKEN, now=now)
    await store_deliveries.insert_deliveries(tx, going.tries, now=now)
    await inbox.report(tx, going.untold, now=now)
    await inbox.settle(tx, [untold_key(one) for one in going.told], note="told after all", now=now)


def _tell(going: _Going, message: Message, *, now: datetime) -> None:
    if MESSAGE.allows(MessageState(message.state), MessageEvent.TELL):
        state = MESSAGE.after(MessageState(message.state), MessageEvent.TELL)
        going.messages.append(replace(message, state=state, reason=None, moved_at=now))
        going.told.append(message.id)


def _go_on(
    going: _Going, message: Message, failed: Delivery, tried: set[str], *, policy: Policy, now: datetime
) -> None:
    """The next channel, where there is one and it is not too late; else nobody got it."""
    state = MessageState(message.state)
    if state not in {MessageState.WAITING, MessageState.TOLD}:
        return
    doubtful = failed.reason == Why.IN_DOUBT and not goes_on_in_doubt(message.kind)
    channel = None if doubtful else next_channel(message.channels, tried)
    at = None
    if channel is not None:
        until = message.useful_until
        at = when(Kind(message.kind), channel, policy, message.zone, now, until=until)
    if channel is not None and at is not None:
        going.tries.append((new_id(), message.id, message.round, channel, at))
        if state is MessageState.TOLD:
            state = MESSAGE.after(state, MessageEvent.AGAIN)
            going.messages.append(replace(message, state=state, due_at=at, moved_at=now))
        return
    why = Why.TOO_LATE if channel is not None else (failed.reason or Why.CHANNELS_OVER)
    state = MESSAGE.after(state, MessageEvent.FAIL)
    going.messages.append(replace(message, state=state, reason=why, moved_at=now))
    if NATURES[Kind(message.kind)].need is Need.MUST:
        going.untold.append(_stuck(message, str(why)))


def untold_key(message_id: UUID) -> str:
    return f"message_untold:{message_id}"


def _stuck(message: Message, why: str) -> Stuck:
    return Stuck(
        kind="message_untold",
        reason=why,
        subject_kind="message",
        subject_id=message.id,
        dedupe_key=untold_key(message.id),
        payload={"message": to_text(PREFIX, message.id), "message_kind": message.kind, "why": why},
        money_minor=0,
        currency="IDR",
        deadline=message.useful_until,
        next_step=N_("Hubungi pembeli dengan cara lain, atau kirim lagi pesannya."),
    )
