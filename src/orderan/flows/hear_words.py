"""Replies and receipts of messages that asked buyers whether they mean their order, or whether somebody is home.

A button carries what only this attempt's buyer was given, and counts from their own number. A written yes, no or
"tomorrow" counts where it answers the message that asked, or comes from a number which was asked one thing only that
way and has not answered yet, however late; any other words, a voice, and a yes to two questions at once stand with what
was asked, for a person to read. A reason that is chosen after a no is kept with it. A message that did not arrive is a
try in vain.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final
from uuid import UUID

from orderan import messaging
from orderan.customers import people_by_phone
from orderan.flows.answer_call import attempt_named
from orderan.flows.asking_words import WHY, WORDS
from orderan.flows.call_words import Topic
from orderan.flows.hear_buyer import VALID, answer_attempt, asked_by, explain, hear_answer, is_good
from orderan.flows.own_words import keep_own_words
from orderan.flows.reply_words import meant
from orderan.flows.views_days import answerable_days_of
from orderan.flows.views_verifying import answerable_attempts_of, asked_somebody_else, is_buyer
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.messaging import ReceiptState, Reply, ReplyKind
from orderan.orders import lock_orders
from orderan.reach import Kind
from orderan.verification import (
    AnswerUnknown,
    Attempt,
    AttemptEvent,
    DayOver,
    NotBeingAsked,
    Way,
    attempts_named,
    attempts_of_provider,
    note_costs,
)

WAYS: Final = {Kind.WHATSAPP: Way.WHATSAPP, Kind.SMS: Way.SMS}
WITHOUT_WORDS: Final = "[…]"
"""Stands for a picture or a voice: nobody of us hears it, and a person may."""
OVER: Final = (NotBeingAsked, DayOver)
"""What was asked was answered for, or needs no answer any more."""


async def hear_words(
    tx: Tx, keyring: Keyring, replies: Sequence[tuple[Kind, Reply]], *, now: datetime
) -> None:
    """What buyers answered; whatever is no answer to a question of ours is let be."""
    for kind, reply in replies:
        if reply.kind is ReplyKind.BUTTON:
            await _tapped(tx, keyring, reply, now=now)
        elif kind in WAYS:
            await _written(tx, keyring, WAYS[kind], reply, now=now)


async def _tapped(tx: Tx, keyring: Keyring, reply: Reply, *, now: datetime) -> None:
    word, _, token = reply.payload.partition(":")
    person = (await people_by_phone(tx, keyring, [reply.from_])).get(reply.from_)
    if not token or person is None:
        return
    if word == WHY:
        await _explained(tx, person, token)
        return
    # An old button, or one of an order that was answered for, decides nothing any more.
    with suppress(AnswerUnknown, *OVER):
        asked = await asked_by(tx, token, now=now)
        event = WORDS[topic_of(asked)].get(word)
        if event is not None and await is_buyer(tx, asked.order_id, person):
            await hear_answer(tx, token, event, answer=word, now=now)


async def _explained(tx: Tx, person: UUID, chosen: str) -> None:
    """A reason was chosen of the list that `ask_why` sent; it is the buyer's from their own number only."""
    why, _, name = chosen.partition(":")
    attempt_id = attempt_named(name)
    named = await attempts_named(tx, Way.WHATSAPP, [attempt_id]) if attempt_id else {}
    for asked in named.values():
        if await is_buyer(tx, asked.order_id, person) and not await asked_somebody_else(tx, asked.id):
            await explain(tx, asked, why)


def topic_of(asked: Attempt) -> Topic:
    """What an attempt asks about."""
    return Topic.DAY if asked.day_id else Topic.ORDER


async def _written(tx: Tx, keyring: Keyring, way: Way, reply: Reply, *, now: datetime) -> None:
    if reply.in_reply_to:
        named = await attempts_of_provider(tx, way, [reply.in_reply_to])
        asked = [one for one in named.values() if await is_good(tx, one, now=now)]
    else:
        person = (await people_by_phone(tx, keyring, [reply.from_])).get(reply.from_)
        asked = []
        if person is not None:
            asked += await answerable_attempts_of(tx, way, person, since=now - VALID, now=now)
            asked += await answerable_days_of(tx, way, person, since=now - VALID)
    event = meant(reply.text, topic_of(asked[0])) if len(asked) == 1 else None
    if event is None:
        for one in asked:
            await keep_own_words(tx, one, reply.text.strip() or WITHOUT_WORDS, now=now)
        return
    words = {means: word for word, means in WORDS[topic_of(asked[0])].items()}
    await _end(tx, asked[0], event, words[event], now=now)


async def hear_fates(tx: Tx, receipts: Sequence[tuple[Kind, messaging.Receipt]], now: datetime) -> None:
    """What became of messages that asked: what they cost, and which did not arrive."""
    for kind, way in WAYS.items():
        mine = [one for of, one in receipts if of is kind]
        if not mine:
            continue
        asked = await attempts_of_provider(tx, way, {one.provider_id for one in mine})
        # Of a message whose outcome was unknown only our own name for it is known.
        ours = {one.provider_id: attempt_named(one.reference) for one in mine}
        named = await attempts_named(tx, way, {name for name in ours.values() if name is not None})
        await lock_orders(tx, {attempt.order_id for attempt in (*asked.values(), *named.values())})
        for one in mine:
            name = ours[one.provider_id]
            attempt = asked.get(one.provider_id) or (named.get(name) if name is not None else None)
            if attempt is None:
                continue
            cost = one.cost.minor if one.cost is not None and one.cost.currency == "IDR" else None
            await note_costs(tx, attempt.id, cost_minor=cost, recording_url=None)
            if one.state is ReceiptState.FAILED:
                why = "not_there" if one.for_good else "undelivered"
                await _end(tx, attempt, AttemptEvent.MISS, why, now=now)


async def _end(tx: Tx, attempt: Attempt, event: AttemptEvent, answer: str, *, now: datetime) -> None:
    with suppress(*OVER):
        await answer_attempt(tx, attempt.id, attempt.order_id, event, answer=answer, now=now)
