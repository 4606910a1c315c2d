"""Open cases, begin attempts, and note what became of them; a token is given out once and kept as a digest."""

import hashlib
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from orderan.kit.db import Tx
from orderan.kit.events import Fact, record, record_all
from orderan.kit.ids import new_id
from orderan.verification import rules, store
from orderan.verification.errors import BuyerTaken
from orderan.verification.events import BuyerAnswered, BuyerAsked, DeliveryAnswered, DeliveryAsked
from orderan.verification.models import LEASE, Attempt, Case, Policy, Reached, Step, Way
from orderan.verification.rules import Next
from orderan.verification.states import ATTEMPT, OPEN, AttemptEvent, AttemptState
from orderan.verification.views import PolicyVersion, attempts_of, policy_now

LONGEST_WORDS: Final = 300
"""Of what a buyer wrote in place of an answer; the rest is on the shop's own telephone."""


@dataclass(frozen=True, slots=True)
class Begun:
    """An attempt about to be made, with what only its buyer is given."""

    attempt: Attempt
    token: str


def digest_of(token: str) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).digest()


async def open_cases(tx: Tx, orders: Mapping[UUID, str], policy: PolicyVersion, *, now: datetime) -> None:
    """Begin to ask the buyers of these locked orders, or begin anew.

    Args:
        orders: The time zone of each order's buyer.
    """
    deadline = now + timedelta(hours=policy.policy.deadline_hours)
    cases = []
    for order_id, zone in orders.items():
        due = rules.first(policy.policy, now=now, zone=zone)
        cases.append(Case(order_id, policy.version, 0, 0, due.at, now, deadline))
    if cases:
        await store.insert_cases(tx, cases)


async def begin_attempts(
    tx: Tx, cases: Sequence[Case], policies: Mapping[int, Policy], *, now: datetime
) -> list[Begun]:
    """Write down the next try of each locked case that has no open one, before anybody is called.

    One by an agent is asked at once: it waits on their list. Any other is looked after again when its lease ends.
    """
    begun, after, facts = [], [], []
    for case in cases:
        step = rules.steps_of(policies[case.policy_version])[case.step]
        one = begin(tx, case.order_id, step, deadline=case.deadline, now=now)
        begun.append(one)
        after.append(replace(case, tries=case.tries + 1, next_at=looked_after(one.attempt)))
        if step.way is Way.AGENT:
            facts.append(Fact(case.order_id, BuyerAsked(str(step.way), None, "asked")))
    if begun:
        await store.insert_attempts(tx, [one.attempt for one in begun])
        await store.save_cases(tx, after)
        await record_all(tx, facts, now=now)
    return begun


def begin(
    tx: Tx, order_id: UUID, step: Step, *, deadline: datetime, day_id: UUID | None = None, now: datetime
) -> Begun:
    """The next try by a step, not yet written down."""
    token = secrets.token_urlsafe(16)
    attempt = Attempt(
        id=new_id(),
        order_id=order_id,
        way=step.way,
        state=AttemptState.ASKED if step.way is Way.AGENT else ATTEMPT.initial,
        provider=None,
        provider_id=None,
        token_digest=digest_of(token),
        answer=None,
        note=None,
        cost_minor=None,
        recording_url=None,
        began_at=now,
        until=min(now + timedelta(minutes=step.answer_minutes), deadline),
        moved_at=now,
        moved_by=tx.actor,
        day_id=day_id,
    )
    return Begun(attempt, token)


def looked_after(begun: Attempt) -> datetime:
    """When something is due of a try that was just begun."""
    return begun.until if begun.way is Way.AGENT else begun.began_at + LEASE


async def note_asked(tx: Tx, attempt: Attempt, reached: Reached, *, now: datetime) -> Attempt:
    """Note what came of placing the call or handing over the message: asked, failed or unknown.

    The buyer may have answered before the provider did: then that stands.

    Args:
        attempt: Locked.
    """
    if attempt.state not in {AttemptState.SENDING, AttemptState.UNKNOWN}:
        return attempt
    after = replace(
        attempt,
        state=ATTEMPT.after(attempt.state, reached.event),
        provider=reached.provider,
        provider_id=reached.provider_id or attempt.provider_id,
        moved_at=now,
        moved_by=tx.actor,
        failure=reached.failure,
        failure_code=reached.failure_code,
    )
    await store.save_attempt(tx, after, was=attempt.state)
    told = DeliveryAsked if attempt.day_id else BuyerAsked
    fact = told(str(attempt.way), reached.provider, str(after.state), reached.failure)
    await record(tx, attempt.order_id, fact, now=now)
    return after


async def note_answer(
    tx: Tx,
    attempt: Attempt,
    event: AttemptEvent,
    *,
    answer: str | None = None,
    note: str | None = None,
    by_hand: bool = False,
    now: datetime,
) -> Attempt | None:
    """Note how a locked attempt ended; None when it had ended so already, or cannot any more.

    Args:
        by_hand: Somebody of the shop called: that costs what the policy says a call of theirs does.
    """
    becomes = ATTEMPT.moves.get((attempt.state, event))
    if becomes is None:
        return None
    after = replace(
        attempt,
        state=becomes,
        answer=answer if answer is not None else attempt.answer,
        note=note if note is not None else attempt.note,
        cost_minor=await _cost_of_a_call(tx) if by_hand and attempt.way is Way.AGENT else attempt.cost_minor,
        moved_at=now,
        moved_by=tx.actor,
    )
    await store.save_attempt(tx, after, was=attempt.state)
    if event is not AttemptEvent.OVERTAKE:
        told = DeliveryAnswered if attempt.day_id else BuyerAnswered
        fact = told(str(attempt.way), str(becomes), after.answer, after.cost_minor)
        await record(tx, attempt.order_id, fact, now=now)
    return after


async def note_why(tx: Tx, attempt: Attempt, why: str, *, among: Collection[str]) -> bool:
    """Keep why a buyer said no to a locked attempt; False where they did not by it, or a reason stands already.

    The first reason stays: it was given with the no. When they answered stays too: it is the moment their order moved.
    What they wrote before comes after it.

    Args:
        among: All reasons there are to choose from.
    """
    said = attempt.note or ""
    if attempt.state is not AttemptState.REFUSED or attempt.day_id is not None:
        return False
    if any(said == one or said.startswith(f"{one} / ") for one in among):
        return False
    note = f"{why} / {said}" if said else why
    await store.save_attempt(tx, replace(attempt, note=note[:LONGEST_WORDS]), was=attempt.state)
    return True


async def note_words(tx: Tx, attempt: Attempt, words: str) -> bool:
    """Keep what somebody wrote to a locked attempt that has no answer; whether it is new.

    What they wrote before stays in front of it, as long as there is room.
    """
    said = " ".join(words.split())
    before = attempt.note or ""
    if attempt.state not in {*OPEN, AttemptState.MISSED} or not said or said in before:
        return False
    note = f"{before} / {said}" if before else said
    await store.save_attempt(tx, replace(attempt, note=note[:LONGEST_WORDS]), was=attempt.state)
    return len(before) < LONGEST_WORDS


async def note_by_hand(
    tx: Tx,
    order_id: UUID,
    event: AttemptEvent,
    *,
    note: str | None,
    day_id: UUID | None = None,
    now: datetime,
) -> Attempt:
    """Write down what somebody heard without having been asked to call."""
    attempt = Attempt(
        id=new_id(),
        order_id=order_id,
        way=Way.AGENT,
        state=ATTEMPT.after(AttemptState.ASKED, event),
        provider=None,
        provider_id=None,
        token_digest=digest_of(secrets.token_urlsafe(16)),
        answer=None,
        note=note,
        cost_minor=await _cost_of_a_call(tx),
        recording_url=None,
        began_at=now,
        until=now,
        moved_at=now,
        moved_by=tx.actor,
        day_id=day_id,
    )
    await store.insert_attempts(tx, [attempt])
    told = DeliveryAnswered if day_id else BuyerAnswered
    await record(tx, order_id, told(str(attempt.way), str(attempt.state), None, attempt.cost_minor), now=now)
    return attempt


async def _cost_of_a_call(tx: Tx) -> int | None:
    """Rupiah that a call by the shop's own people costs now; None where the shop does not count it."""
    found = await policy_now(tx)
    return (found.policy.agent_minor or None) if found else None


async def take_case(tx: Tx, case: Case, *, now: datetime) -> Case:
    """Say who is about to call the buyer of a locked case, so that no colleague does.

    Raises:
        BuyerTaken: Somebody else is calling them.
    """
    if case.taken_from(tx.actor, now=now):
        raise BuyerTaken
    after = replace(case, taken_by=tx.actor, taken_at=now)
    await store.save_cases(tx, [after])
    return after


async def go_on(tx: Tx, case: Case, due: Next, *, deadline: datetime | None = None, now: datetime) -> Case:
    """Let a locked case wait for what is due next, or end; nobody has it in hand any more.

    Args:
        deadline: A new one; None leaves it.
    """
    free = replace(case, deadline=deadline or case.deadline, taken_by=None, taken_at=None)
    if due.step is None:
        after = replace(free, next_at=None, closed_at=now)
    else:
        after = replace(free, step=due.step, tries=due.tries, next_at=due.at)
    await store.save_cases(tx, [after])
    return after


async def close_case(tx: Tx, order_id: UUID, *, now: datetime) -> None:
    """End the asking about a locked order, whatever is open; nothing happens where nobody was asked."""
    case = (await store.lock_cases(tx, [order_id])).get(order_id)
    if case is None or case.closed_at is not None:
        return
    await store.save_cases(tx, [replace(case, next_at=None, closed_at=now, taken_by=None, taken_at=None)])
    left = (await store.lock_open_attempts(tx, [order_id])).get(order_id)
    if left is not None:
        await note_answer(tx, left, AttemptEvent.OVERTAKE, now=now)


async def overtake_attempts(tx: Tx, order_id: UUID, *, now: datetime) -> None:
    """Let no attempt of a locked order be answered any more: it was about what the order is no longer."""
    await close_case(tx, order_id, now=now)
    for attempt in await attempts_of(tx, order_id):
        await note_answer(tx, attempt, AttemptEvent.OVERTAKE, now=now)
