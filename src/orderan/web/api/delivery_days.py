"""Whether somebody is home when a parcel comes, over the API: what the buyer said, and what somebody heard."""

from datetime import date, datetime
from enum import StrEnum, auto
from typing import Annotated, Any, Final

from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from pydantic import Field

from orderan.access import Permission, Principal
from orderan.flows.hear_day import answer_day_by_hand
from orderan.flows.views_work import one_parcel
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import from_text, to_text
from orderan.kit.runner import Runner
from orderan.verification import AttemptEvent, DayState, attempts_of_days, last_days
from orderan.web.api.answering import READ, once, scope_of
from orderan.web.api.shapes import REFUSED, Asked, IdempotencyKey, Told
from orderan.web.api.verification import AttemptTold, Note, attempt_told


class DeliveryDayTold(Told):
    """A parcel and what is known of the door it goes to; day and state are null where nobody asked."""

    parcel_id: str
    deliver_on: date | None
    """The day its buyer wants it, where they named one."""
    day: date | None
    """The last day they were asked about, of their own calendar."""
    state: DayState | None
    deadline: datetime | None
    answered_at: datetime | None
    attempts: list[AttemptTold]


class DoorWord(StrEnum):
    """What was heard: somebody is home, it is wanted on another day, nobody will be there, or nobody answered."""

    HOME = auto()
    ANOTHER_DAY = auto()
    NOBODY = auto()
    MISSED = auto()


EVENTS: Final = {
    DoorWord.HOME: AttemptEvent.CONFIRM,
    DoorWord.ANOTHER_DAY: AttemptEvent.PUT_OFF,
    DoorWord.NOBODY: AttemptEvent.REFUSE,
    DoorWord.MISSED: AttemptEvent.MISS,
}


class DoorWordAsked(Asked):
    """What the buyer said of the day their parcel comes."""

    answer: DoorWord
    deliver_on: Annotated[
        date | None, Field(description="Of another day: which, within two weeks; tomorrow where it is null")
    ] = None
    note: Note = ""


@get(
    "/parcels/{parcel_id:str}/delivery-day",
    summary="Whether somebody is home when a parcel comes",
    opt={"needs": Permission.SHIPPING_READ},
    responses=READ,
)
async def day_read(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    parcel_id: FromPath[str],
) -> DeliveryDayTold:
    """Of the last day its buyer was asked about, with every attempt, the oldest first."""
    return await db.run(caller, lambda tx: _told(tx, principal, parcel_id))


async def _told(tx: Tx, principal: Principal, text: str) -> DeliveryDayTold:
    row = await one_parcel(tx, scope_of(principal), from_text("pcl", text))
    day = (await last_days(tx, [row.id])).get(row.id)
    tries = await attempts_of_days(tx, [day.id]) if day else []
    hears = principal.may(Permission.PERSONAL_READ)
    return DeliveryDayTold(
        parcel_id=to_text("pcl", row.id),
        deliver_on=row.deliver_on,
        day=day.day if day else None,
        state=day.state if day else None,
        deadline=day.deadline if day else None,
        answered_at=day.answered_at if day else None,
        attempts=[attempt_told(one, hears=hears) for one in tries],
    )


@post(
    "/parcels/{parcel_id:str}/delivery-day",
    summary="Write down whether somebody is home when a parcel comes",
    opt={"needs": Permission.ORDERS_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def day_written(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    parcel_id: FromPath[str],
    data: DoorWordAsked,
    idempotency_key: IdempotencyKey,
) -> DeliveryDayTold:
    """The last word holds until the parcel arrives; told to others as `shipping.delivery_expected.v1`."""

    async def command(tx: Tx) -> DeliveryDayTold:
        row = await one_parcel(tx, scope_of(principal), from_text("pcl", parcel_id))
        await answer_day_by_hand(
            tx, row.id, EVENTS[data.answer], note=data.note, put_off_to=data.deliver_on, now=now
        )
        return await _told(tx, principal, parcel_id)

    return await once(request, principal, runner, idempotency_key, command, now=now)


handlers = [Router("/api/v1", route_handlers=[day_read, day_written], tags=["parcels"])]
