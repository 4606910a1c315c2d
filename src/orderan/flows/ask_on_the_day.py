"""On the day a parcel comes its buyer is asked whether somebody is home, before the courier is at the door.

open      the parcel goes out for delivery, or the day its buyer wished for has come; once per parcel and day
try       as any question is asked: see `asking_steps`
answer    see `hear_day`
silence   nobody answered by the end of the hours: the courier is told so, and a person is warned
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from orderan.flows.asking_steps import Asks, advance, reach_out
from orderan.flows.nobody_home import report_nobody_home
from orderan.flows.verify_order import plans_of
from orderan.flows.views_days import Door, doors_of, promised_parcels
from orderan.kit.clock import Clock
from orderan.kit.db import Caller, Database, Tx
from orderan.orders import Order, Terms, lock_orders
from orderan.shipping import UNDER_WAY, Parcel, ParcelState, expect_parcel, parcels_of_orders
from orderan.verification import (
    UNSAID,
    AnswerUnknown,
    Attempt,
    AttemptState,
    Begun,
    Coming,
    DayEvent,
    DayPolicy,
    DayState,
    DeliveryDay,
    Next,
    Reached,
    Way,
    after_missed_day,
    begin_day_attempts,
    days_due,
    go_on_with_day,
    lock_attempt,
    lock_attempts_of_days,
    lock_days,
    move_day,
    next_day,
    note_asked,
    open_days,
    policy_now,
)

BATCH: Final = 100
MOST_PROMISED: Final = 1000


async def ask_about(tx: Tx, parcels: Collection[UUID], *, now: datetime) -> int:
    """Begin to ask about parcels of locked orders that go out, or whose day has come; returns how many are asked about.

    Whoever wished for a later day is not asked before it.
    """
    version = await policy_now(tx)
    if version is None or version.policy.on_the_day is None:
        return 0
    policy = version.policy.on_the_day
    coming = []
    for door in (await doors_of(tx, parcels)).values():
        day = next_day(policy, now, door.zone)
        asked = door.known and (policy.everyone or door.terms == Terms.COD)
        if (
            asked
            and ParcelState(door.state) in UNDER_WAY
            and (door.deliver_on is None or door.deliver_on <= day)
        ):
            coming.append(Coming(door.order_id, door.parcel_id, day, door.zone))
    return len(await open_days(tx, coming, version, policy, now=now))


async def ask_promised(tx: Tx, *, now: datetime) -> int:
    """Begin to ask about parcels whose buyers wished for a day that has come; returns how many are asked about."""
    version = await policy_now(tx)
    if version is None or version.policy.on_the_day is None:
        return 0
    policy = version.policy.on_the_day
    # All of the country lives ahead of UTC, by less than a day.
    today = now.date()
    found = await promised_parcels(tx, first=today, last=today + timedelta(days=1), limit=MOST_PROMISED)
    if not found:
        return 0
    doors = await doors_of(tx, found)
    ready = {
        door.parcel_id: door.order_id
        for door in doors.values()
        if door.deliver_on == next_day(policy, now, door.zone)
    }
    orders = await lock_orders(tx, set(ready.values()))
    return await ask_about(tx, [one for one, order_id in ready.items() if order_id in orders], now=now)


@dataclass
class DayAsker:
    """Works off what is due of one shop's parcels that come."""

    db: Database
    clock: Clock
    ways: Mapping[Way, Asks]

    async def look_ahead(self, caller: Caller) -> int:
        """Begin to ask about parcels whose wished day has come; returns how many."""
        return await self.db.run(caller, lambda tx: ask_promised(tx, now=self.clock.now()))

    async def work_due(self, caller: Caller) -> int:
        """Make the tries that are due and conclude silence; returns how many parcels it was about."""
        now = self.clock.now()
        due = await self.db.run(caller, lambda tx: days_due(tx, now=now, limit=BATCH))
        if not due:
            return 0
        begun = await self.db.run(caller, lambda tx: advance_days(tx, due, self.ways, now=self.clock.now()))
        await reach_out(self.db, caller, begun, self.ways, self._noted)
        return len(due)

    async def _noted(self, tx: Tx, attempt: Attempt, reached: Reached) -> None:
        now = self.clock.now()
        orders = await lock_orders(tx, [attempt.order_id])
        days = await lock_days(tx, [attempt.day_id] if attempt.day_id else [])
        locked = await lock_attempt(tx, attempt.id)
        if locked is None or not days:
            raise AnswerUnknown
        after = await note_asked(tx, locked, reached, now=now)
        [day] = days.values()
        if day.state not in UNSAID:
            return
        if after.state is AttemptState.FAILED:
            await after_missed(tx, orders[day.order_id], day, now=now)
        elif after.state in {AttemptState.ASKED, AttemptState.UNKNOWN}:
            await go_on_with_day(tx, day, Next(day.step, day.tries, attempt.until), asked=True)


async def advance_days(
    tx: Tx, due: Mapping[UUID, UUID], ways: Collection[Way], *, now: datetime
) -> list[Begun]:
    """Let each day that is still due go a step on; what is to be asked outside is returned.

    Args:
        due: Day -> its order.
        ways: Those the shop has, besides its agents.
    """
    orders = await lock_orders(tx, set(due.values()))
    days = await lock_days(tx, due)
    left = await lock_attempts_of_days(tx, days)
    pursuit = await _pursuit(tx, orders, list(days.values()), now=now)
    waiting = [(day, left.get(day_id)) for day_id, day in days.items()]
    ready = await advance(tx, waiting, pursuit, ways, now=now)
    return await begin_day_attempts(tx, ready, pursuit.plans, now=now)


async def after_missed(tx: Tx, order: Order, day: DeliveryDay, *, now: datetime) -> None:
    """The open try of a locked day reached nobody."""
    await (await _pursuit(tx, {order.id: order}, [day], now=now)).missed(day)


async def _pursuit(
    tx: Tx, orders: Mapping[UUID, Order], days: Sequence[DeliveryDay], *, now: datetime
) -> "_Days":
    plans = await plans_of(tx, {day.policy_version for day in days})
    return _Days(
        tx,
        orders,
        {parcel.id: parcel for parcel in await parcels_of_orders(tx, {day.order_id for day in days})},
        await doors_of(tx, {day.parcel_id for day in days}),
        {version: plan.on_the_day or DayPolicy() for version, plan in plans.items()},
        now,
    )


@dataclass(frozen=True)
class _Days:
    """See `Pursuit`: parcels whose buyers have to say whether somebody is home."""

    tx: Tx
    orders: Mapping[UUID, Order]
    parcels: Mapping[UUID, Parcel]
    doors: Mapping[UUID, Door]
    plans: Mapping[int, DayPolicy]
    now: datetime

    def plan(self, case: DeliveryDay) -> DayPolicy:
        return self.plans[case.policy_version]

    def zone(self, case: DeliveryDay) -> str:
        return self.doors[case.parcel_id].zone

    async def go_on(self, case: DeliveryDay, due: Next) -> DeliveryDay:
        return await go_on_with_day(self.tx, case, due)

    async def missed(self, case: DeliveryDay) -> None:
        due = after_missed_day(self.plan(case), case, now=self.now, zone=self.zone(case))
        if due.step is None:
            await self.silent(case)
        else:
            await self.go_on(case, due)

    async def silent(self, case: DeliveryDay) -> None:
        parcel = self.parcels[case.parcel_id]
        if ParcelState(parcel.state) not in UNDER_WAY:
            await move_day(self.tx, case, DayEvent.OVERTAKE, now=self.now)
            return
        why = "never_asked" if case.state is DayState.WAITING else str(DayState.UNREACHABLE)
        await move_day(self.tx, case, DayEvent.GIVE_UP, now=self.now)
        await expect_parcel(
            self.tx, parcel, str(DayState.UNREACHABLE), deliver_on=parcel.deliver_on, now=self.now
        )
        await report_nobody_home(
            self.tx, self.orders[case.order_id], parcel, why, deadline=case.deadline, now=self.now
        )
