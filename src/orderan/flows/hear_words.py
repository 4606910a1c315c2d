"""Replies and receipts of messages that asked buyers whether they mean their order.

A button carries what only this attempt's buyer was given, and counts from their own number. A plain yes or no counts where it answers the message
that asked, or comes from a number of which one order only was asked about that way and has no word yet, however
late; any other text is for whoever reads replies. A message that did not arrive is a try in vain.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final

from orderan import messaging
from orderan.customers import people_by_phone
from orderan.flows.answer_call import attempt_named
from orderan.flows.ask_buyer import NO, YES
from orderan.flows.hear_buyer import VALID, answer_attempt, asked_by, hear_answer, is_good
from orderan.flows.views_verifying import answerable_attempts_of, is_buyer
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.messaging import ReceiptState, Reply, ReplyKind
from orderan.orders import lock_orders
from orderan.reach import Kind
from orderan.verification import (
    AnswerUnknown,
    Attempt,
    AttemptEvent,
    NotBeingAsked,
    Way,
    attempts_named,
    attempts_of_provider,
    note_costs,
)

EVENTS: Final = {YES: AttemptEvent.CONFIRM, NO: AttemptEvent.REFUSE}
WAYS: Final = {Kind.WHATSAPP: Way.WHATSAPP, Kind.SMS: Way.SMS}
YESES: Final = frozenset({"ya", "iya", "y", "benar", "betul", "yes"})
NOES: Final = frozenset({"tidak", "bukan", "nggak", "gak", "no", "batal"})


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
    if word not in EVENTS or not token or person is None:
        return
    # An old button, or one of an order that was answered for, decides nothing any more.
    with suppress(AnswerUnknown, NotBeingAsked):
        asked = await asked_by(tx, token, now=now)
        if await is_buyer(tx, asked.order_id, person):
            await hear_answer(tx, token, EVENTS[word], answer=word, now=now)


async def _written(tx: Tx, keyring: Keyring, way: Way, reply: Reply, *, now: datetime) -> None:
    text = reply.text.strip().strip(".!").casefold()
    word = YES if text in YESES else NO if text in NOES else None
    if word is None:
        return
    if reply.in_reply_to:
        named = await attempts_of_provider(tx, way, [reply.in_reply_to])
        asked = [one for one in named.values() if await is_good(tx, one, now=now)]
    else:
        person = (await people_by_phone(tx, keyring, [reply.from_])).get(reply.from_)
        asked = await answerable_attempts_of(tx, way, person, since=now - VALID, now=now) if person else []
    if len(asked) == 1:
        await _end(tx, asked[0], EVENTS[word], word, now=now)


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
                await _end(tx, attempt, AttemptEvent.MISS, "undelivered", now=now)


async def _end(tx: Tx, attempt: Attempt, event: AttemptEvent, answer: str, *, now: datetime) -> None:
    with suppress(NotBeingAsked):
        await answer_attempt(tx, attempt.id, attempt.order_id, event, answer=answer, now=now)
