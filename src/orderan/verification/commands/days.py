"""Open days on which parcels come, begin to ask about them, and move them by what is answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from orderan.kit.db import Tx
from orderan.kit.events import Fact, record_all
from orderan.kit.ids import new_id
from orderan.verification import rules, store, store_days
from orderan.verification.commands.ask import Begun, begin, looked_after, note_answer
from orderan.verification.events import DeliveryAsked
from orderan.verification.models import DayPolicy, DeliveryDay, Way
from orderan.verification.rules import Next
from orderan.verification.states import DAY, UNSAID, AttemptEvent, DayEvent
from orderan.verification.views import PolicyVersion


@dataclass(frozen=True, slots=True)
class Coming:
    """A parcel that comes on a day of its buyer's zone."""

    order_id: UUID
    parcel_id: UUID
    day: date
    zone: str


async def open_days(
    tx: Tx, coming: Sequence[Coming], version: PolicyVersion, policy: DayPolicy, *, now: datetime
) -> list[DeliveryDay]:
    """Begin to ask the buyers of parcels of locked orders, once per parcel and day; returns what was begun."""
    made = []
    for one in coming:
        opens, closes = rules.hours_of(policy, one.day, one.zone)
        made.append(
            DeliveryDay(
                id=new_id(),
                order_id=one.order_id,
                parcel_id=one.parcel_id,
                day=one.day,
                state=DAY.initial,
                policy_version=version.version,
                step=0,
                tries=0,
                next_at=max(now, opens),
                opened_at=now,
                deadline=closes,
            )
        )
    return await store_days.insert_days(tx, made) if made else []


async def begin_day_attempts(
    tx: Tx, days: Sequence[DeliveryDay], policies: Mapping[int, DayPolicy], *, now: datetime
) -> list[Begun]:
    """Write down the next try of each locked day that has no open one, before anybody is called."""
    begun, after, facts = [], [], []
    for day in days:
        step = policies[day.policy_version].steps[day.step]
        one = begin(tx, day.order_id, step, deadline=day.deadline, day_id=day.id, now=now)
        begun.append(one)
        moved = replace(day, tries=day.tries + 1, next_at=looked_after(one.attempt))
        if step.way is Way.AGENT:
            moved = as_asked(moved)
            facts.append(Fact(day.order_id, DeliveryAsked(str(step.way), None, "asked")))
        after.append(moved)
    if begun:
        await store.insert_attempts(tx, [one.attempt for one in begun])
        await store_days.save_days(tx, after)
        await record_all(tx, facts, now=now)
    return begun


def as_asked(day: DeliveryDay) -> DeliveryDay:
    """The day once somebody was reached for; one that was reached for before stands where it stood."""
    return (
        replace(day, state=DAY.after(day.state, DayEvent.ASK)) if DAY.allows(day.state, DayEvent.ASK) else day
    )


async def go_on_with_day(tx: Tx, day: DeliveryDay, due: Next, *, asked: bool = False) -> DeliveryDay:
    """Let a locked day wait for what is due next.

    Args:
        asked: Whether a provider took the call or the message.
    """
    after = replace(as_asked(day) if asked else day, step=due.step or 0, tries=due.tries, next_at=due.at)
    await store_days.save_days(tx, [after])
    return after


async def move_day(
    tx: Tx,
    day: DeliveryDay,
    event: DayEvent,
    *,
    by: str | None = None,
    put_off_to: date | None = None,
    now: datetime,
) -> DeliveryDay | None:
    """Move a locked day, and end what is open of its asking; None where it does not move so.

    Args:
        by: The way by which it was answered, or who wrote it down; None where nobody answered.
        put_off_to: The day that is wanted, where it is another one.
    """
    becomes = DAY.moves.get((day.state, event))
    if becomes is None:
        return None
    after = replace(
        day,
        state=becomes,
        next_at=day.next_at if becomes in UNSAID else None,
        put_off_to=put_off_to,
        answered_at=now if by else day.answered_at,
        answered_by=by or day.answered_by,
    )
    await store_days.save_days(tx, [after])
    left = (await store_days.lock_attempts_of_days(tx, [day.id])).get(day.id)
    if left is not None:
        await note_answer(tx, left, AttemptEvent.OVERTAKE, now=now)
    return after
