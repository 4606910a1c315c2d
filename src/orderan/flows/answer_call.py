"""A telephone provider asks what to say to a buyer it called for us; what they pressed is their word.

    read      the question, as far as the provider signs it
    doubt     of one that does not sign, what was pressed counts only for a call the provider itself knows
    talk      the thread of the call goes a step on; what ends it is noted with the attempt
    say       the answer, in the provider's manner

Asked again for the same, the same is said again: a provider that sends a question twice moves nothing twice. Of which
question an answer is stands in the address it comes to; in a flow of Exotel's no address can say so, and there only
the first answer to a question counts until the next one is fetched.
"""

from contextlib import suppress
from dataclasses import asdict, replace
from typing import Any, cast
from uuid import UUID

from orderan.flows.call_script import EVENTS, Talk, closed, hear, say
from orderan.flows.call_words import Facts, Heard, Outcome, Topic
from orderan.flows.hear_buyer import OPEN_AXIS, answer_attempt
from orderan.flows.hear_day import day_waits
from orderan.flows.reach_clients import ReachClient
from orderan.flows.views_asked import day_told, order_told
from orderan.kit.clock import Clock
from orderan.kit.db import Caller, Database, Tx
from orderan.orders import Commercial, Order, load_orders, lock_orders
from orderan.telephony import (
    CallState,
    Farewell,
    NewsForged,
    Prompt,
    Received,
    Spoken,
    TelephoneTrouble,
    at_turn,
)
from orderan.telephony import Heard as Question
from orderan.verification import (
    Attempt,
    CallThread,
    DayOver,
    NotBeingAsked,
    lock_attempt,
    lock_thread,
    save_thread,
    thread_of_call,
)


async def answer_call(
    db: Database, caller: Caller, client: ReachClient, received: Received, clock: Clock
) -> Spoken:
    """What to say next in a call.

    Raises:
        NewsForged: The signature does not hold, our token is not there, or nobody of the shop placed this call.
        NewsUnreadable: It is the provider's, and not understood.
    """
    telephone = client.telephone
    if telephone is None:
        raise NewsForged(client.account.provider)
    asked = telephone.read_ask(received)
    thread = await db.run(caller, lambda tx: _thread(tx, client, asked))
    if thread is None:
        raise NewsForged(client.account.provider)
    known = telephone.signs
    if not known and asked.digits is not None:
        known = await _known(client, asked, thread)
        if not known:
            # Perhaps the buyer's, perhaps not: the same is asked again, and nothing was heard.
            asked = replace(asked, digits=None)
    said, turn = await db.run(caller, lambda tx: _go_on(tx, thread, asked, clock, known=known))
    return telephone.speak(said, replace(asked, back=at_turn(asked.back, turn)))


async def _thread(tx: Tx, client: ReachClient, asked: Question) -> CallThread | None:
    return await thread_of_call(tx, client.account.id, asked.call_id, attempt_named(asked.reference))


async def _known(client: ReachClient, asked: Question, thread: CallThread) -> bool:
    """Whether the provider itself knows of this call, and that it is ours."""
    if client.telephone is None:
        return False
    try:
        truth = await client.telephone.look_up(asked.call_id)
    except TelephoneTrouble:
        return False
    return truth is not None and (
        truth.reference is None or attempt_named(truth.reference) == thread.attempt_id
    )


async def _go_on(
    tx: Tx, thread: CallThread, asked: Question, clock: Clock, *, known: bool
) -> tuple[Prompt | Farewell, int]:
    """What is said next, and how many answers were heard before it.

    Args:
        known: Whether the provider itself asks; the name a stranger has for a call is not kept as its name.
    """
    order = (await lock_orders(tx, [thread.order_id]))[thread.order_id]
    locked = await lock_thread(tx, thread.attempt_id)
    if locked is None:
        raise NewsForged(asked.call_id)
    attempt = await lock_attempt(tx, thread.attempt_id)
    if attempt is None:
        raise NewsForged(asked.call_id)
    before = talk_of(locked)
    if before.outcome is None and not await _waits(tx, order, attempt, clock):
        return closed(before.language, before.topic), before.turns
    machine = bool(asked.machine) or locked.state == CallState.MACHINE
    digits = asked.digits if _is_new(before, asked) else None
    after = hear(before, digits, number=order.number, machine=machine)
    if asked.turn is None:
        after = replace(after, waits=asked.digits is None)
    call_id = locked.call_id or (asked.call_id if known else None)
    if after != before or call_id != locked.call_id:
        await save_thread(tx, replace(locked, call_id=call_id, talk=asdict(after)))
    if after.outcome is not None and before.outcome is None:
        await note_outcome(tx, locked, after, clock)
    return say(after, await _facts(tx, order, attempt)), after.turns


def _is_new(talk: Talk, asked: Question) -> bool:
    """Whether what was pressed answers the question that was put last, and not an earlier one once more."""
    return talk.waits if asked.turn is None else asked.turn == talk.turns


async def _waits(tx: Tx, order: Order, attempt: Attempt, clock: Clock) -> bool:
    """Whether nobody has answered yet for what a call asks about."""
    if attempt.day_id is None:
        return order.verification in OPEN_AXIS and order.commercial == Commercial.ACCEPTED
    return await day_waits(tx, attempt.day_id, now=clock.now())


async def note_outcome(tx: Tx, thread: CallThread, talk: Talk, clock: Clock) -> None:
    """What a talk that ended means for its attempt; nothing where the order was answered for meanwhile."""
    if talk.outcome is None:
        return
    told = talk.keys if talk.answered else str(talk.outcome)
    with suppress(NotBeingAsked, DayOver):
        await answer_attempt(
            tx, thread.attempt_id, thread.order_id, EVENTS[talk.outcome], answer=told, now=clock.now()
        )


async def _facts(tx: Tx, order: Order, attempt: Attempt) -> Facts:
    if attempt.day_id is not None:
        return await day_told(tx, order, attempt.day_id)
    lines = (await load_orders(tx, [order.id]))[order.id][1]
    return await order_told(tx, order, lines)


def talk_of(thread: CallThread) -> Talk:
    """How far a thread came, as it was written down."""
    kept = cast("dict[str, Any]", dict(thread.talk))
    return Talk(
        **kept
        | {
            "last": Heard(kept["last"]) if kept["last"] else None,
            "outcome": Outcome(kept["outcome"]) if kept["outcome"] else None,
            "topic": Topic(kept.get("topic", Topic.ORDER)),
        }
    )


def attempt_named(reference: str | None) -> UUID | None:
    """The attempt a reference of ours is of; None where it is none."""
    try:
        return UUID(reference) if reference else None
    except ValueError:
        return None
