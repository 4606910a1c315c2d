"""A buyer's word about the day their parcel comes, by whatever way: it goes to whoever brings the parcel.

    home          somebody takes it
    another day   the parcel has that day for its wish; on it the buyer is asked again
    nobody        a person is warned, before the courier is at the door
    not heard     the try is over; what comes next, the policy says

The last word holds until the parcel arrives, or is on its way to the buyer no more; after that, none does.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from orderan.flows.ask_on_the_day import after_missed
from orderan.flows.nobody_home import report_nobody_home, settle_nobody_home
from orderan.flows.put_off_stop import put_off_stop
from orderan.flows.verify_order import followed_now
from orderan.flows.views_days import Door, doors_of
from orderan.kit.db import Tx
from orderan.kit.ids import to_text
from orderan.orders import Order, lock_orders
from orderan.shipping import (
    UNDER_WAY,
    Parcel,
    ParcelNotFound,
    ParcelState,
    behind,
    expect_parcel,
    parcels_of,
)
from orderan.verification import (
    OPEN,
    UNSAID,
    Attempt,
    AttemptEvent,
    Coming,
    DayEvent,
    DayOver,
    DayPolicy,
    DayState,
    DayUnusable,
    DeliveryDay,
    NotOnTheList,
    Way,
    delivery_day,
    lock_attempts_of_days,
    lock_days,
    lock_last_days,
    move_day,
    note_answer,
    note_by_hand,
    open_days,
)

EVENTS: Final = {
    AttemptEvent.CONFIRM: DayEvent.BE_HOME,
    AttemptEvent.PUT_OFF: DayEvent.PUT_OFF,
    AttemptEvent.REFUSE: DayEvent.BE_OUT,
}
LATEST: Final = timedelta(days=14)
"""Within which a parcel may be put off: no courier keeps it longer."""


async def answer_of_day(
    tx: Tx,
    order: Order,
    attempt: Attempt,
    event: AttemptEvent,
    *,
    answer: str | None,
    note: str | None,
    now: datetime,
) -> None:
    """A locked attempt to ask about a day of a locked order's parcel ended.

    Raises:
        DayOver: The parcel arrived or turned round, the day is over, or this attempt had its answer; nothing changed.
    """
    [day] = (await lock_days(tx, [attempt.day_id] if attempt.day_id else [])).values()
    was_open = attempt.state in OPEN
    if event not in EVENTS:
        if await note_answer(tx, attempt, event, answer=answer, note=note, now=now) and was_open:
            await after_missed(tx, order, day, now=now)
        return
    parcel, door = await _on_the_road(tx, order, day.parcel_id)
    if now.astimezone(ZoneInfo(door.zone)).date() > day.day:
        raise DayOver(str(order.number))
    if await note_answer(tx, attempt, event, answer=answer, note=note, now=now) is None:
        raise DayOver(str(order.number))
    put_off_to = day.day + timedelta(days=1) if event is AttemptEvent.PUT_OFF else None
    await _follow(tx, order, parcel, day, EVENTS[event], by=str(attempt.way), put_off_to=put_off_to, now=now)


async def answer_day_by_hand(
    tx: Tx,
    parcel_id: UUID,
    event: AttemptEvent,
    *,
    note: str = "",
    put_off_to: date | None = None,
    now: datetime,
) -> None:
    """Somebody of the shop heard from a parcel's buyer, whether anybody had asked or not.

    Args:
        put_off_to: The day they want it; tomorrow where they named none.

    Raises:
        ParcelNotFound: The shop has no such parcel.
        DayOver: It arrived, is on its way to the buyer no more, or that is what was said already; nothing changed.
        DayUnusable: It cannot be put off to that day.
        NotOnTheList: Nobody answered, and nobody of the shop was to call them.
    """
    order_id = (await behind(tx, [parcel_id])).get(parcel_id, (None, None))[0]
    order = (await lock_orders(tx, [order_id])).get(order_id) if order_id else None
    if order is None:
        raise ParcelNotFound(to_text("pcl", parcel_id))
    parcel, door = await _on_the_road(tx, order, parcel_id)
    today = now.astimezone(ZoneInfo(door.zone)).date()
    day = await _day_of(tx, door, today, now=now)
    asked = (await lock_attempts_of_days(tx, [day.id])).get(day.id)
    on_the_list = asked is not None and asked.way is Way.AGENT
    if event is AttemptEvent.MISS:
        if asked is None or not on_the_list:
            raise NotOnTheList(str(order.number))
        await note_answer(tx, asked, event, note=note or None, by_hand=True, now=now)
        await after_missed(tx, order, day, now=now)
        return
    if event is AttemptEvent.PUT_OFF:
        put_off_to = put_off_to or today + timedelta(days=1)
        if not today < put_off_to <= today + LATEST:
            raise DayUnusable(put_off_to.isoformat())
        if day.put_off_to == put_off_to:
            raise DayOver(str(order.number))
    if asked is not None and on_the_list:
        await note_answer(tx, asked, event, note=note or None, by_hand=True, now=now)
    else:
        await note_by_hand(tx, order.id, event, note=note or None, day_id=day.id, now=now)
    await _follow(tx, order, parcel, day, EVENTS[event], by=tx.actor, put_off_to=put_off_to, now=now)


async def close_days(tx: Tx, parcels: Collection[UUID], *, now: datetime) -> None:
    """Ask no more about parcels of locked orders that arrived, were refused, or are on their way no more."""
    for day in (await lock_last_days(tx, parcels)).values():
        await move_day(tx, day, DayEvent.OVERTAKE, now=now)
    await settle_nobody_home(tx, parcels, note="parcel moved on", now=now)


async def day_stands(tx: Tx, day_id: UUID, *, now: datetime) -> tuple[DeliveryDay, bool]:
    """A day, and whether a word about it still counts; nothing is locked."""
    day = await delivery_day(tx, day_id)
    door = (await doors_of(tx, [day.parcel_id]))[day.parcel_id]
    parcel = next(one for one in await parcels_of(tx, day.order_id) if one.id == day.parcel_id)
    under_way = ParcelState(parcel.state) in UNDER_WAY
    return day, under_way and now.astimezone(ZoneInfo(door.zone)).date() <= day.day


async def day_waits(tx: Tx, day_id: UUID, *, now: datetime) -> bool:
    """Whether nobody has answered for a day yet, and a word about it still counts; nothing is locked."""
    day, counts = await day_stands(tx, day_id, now=now)
    return counts and day.state in {*UNSAID, DayState.UNREACHABLE}


async def _on_the_road(tx: Tx, order: Order, parcel_id: UUID) -> tuple[Parcel, Door]:
    parcel = next(one for one in await parcels_of(tx, order.id) if one.id == parcel_id)
    if ParcelState(parcel.state) not in UNDER_WAY:
        raise DayOver(str(order.number))
    return parcel, (await doors_of(tx, [parcel_id]))[parcel_id]


async def _day_of(tx: Tx, door: Door, today: date, *, now: datetime) -> DeliveryDay:
    """The day a word of today is about: the last that is not over, or today."""
    last = (await lock_last_days(tx, [door.parcel_id])).get(door.parcel_id)
    if last is not None and last.day >= today:
        return last
    version = await followed_now(tx, now=now)
    policy = version.policy.on_the_day or DayPolicy()
    [made] = await open_days(
        tx, [Coming(door.order_id, door.parcel_id, today, door.zone)], version, policy, now=now
    )
    return made


async def _follow(
    tx: Tx,
    order: Order,
    parcel: Parcel,
    day: DeliveryDay,
    event: DayEvent,
    *,
    by: str,
    put_off_to: date | None,
    now: datetime,
) -> None:
    """Let a locked day and its parcel follow what was said."""
    after = await move_day(tx, day, event, by=by, put_off_to=put_off_to, now=now)
    if after is None:
        raise DayOver(str(order.number))
    wished = parcel.deliver_on if parcel.deliver_on and parcel.deliver_on <= day.day else None
    await expect_parcel(tx, parcel, str(after.state), deliver_on=put_off_to or wished, now=now)
    if put_off_to is not None:
        await put_off_stop(tx, parcel.id, now=now)
    if after.state is DayState.NOBODY:
        await report_nobody_home(tx, order, parcel, str(after.state), deadline=day.deadline, now=now)
    else:
        await settle_nobody_home(tx, [parcel.id], note="buyer answered", now=now)
