"""Booking couriers over the API: wanted here, carried out by the worker, read again until it is known."""

from datetime import datetime
from typing import Annotated, Any

from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from pydantic import Field

from orderan.access import Permission, Principal
from orderan.flows.book_courier import Wish, settle_booking, take_back, want_couriers
from orderan.flows.views_work import pick_sheet
from orderan.fulfilment import TaskNotFound
from orderan.kit.crypto import Keyring
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import from_text, to_text
from orderan.kit.runner import Runner
from orderan.shipping import (
    BOOKING_PREFIX,
    PREFIX,
    Booking,
    BookingNotFound,
    BookingState,
    Carrier,
    bookings_by_id,
    bookings_of_tasks,
)
from orderan.web.api.answering import READ, once, scope_of
from orderan.web.api.shapes import REFUSED, Asked, IdempotencyKey, Told

MOST_TASKS = 200


class CarrierAsked(Asked):
    """Who is to carry it, as an offer names them."""

    account: Annotated[str, Field(max_length=40)]
    courier: Annotated[str, Field(min_length=1, max_length=40)]
    service: Annotated[str, Field(min_length=1, max_length=40)]


class TaskBookingAsked(Asked):
    """A packed task that is to be carried."""

    task: Annotated[str, Field(max_length=40)]
    carrier: Annotated[
        CarrierAsked | None, Field(description="Left out, the shop's rules choose among what is offered")
    ] = None
    weight_g: Annotated[
        int, Field(ge=0, le=1_000_000, description="As weighed; 0 is what its goods weigh")
    ] = 0
    insured: bool = False


class BookingsAsked(Asked):
    """Tasks to book couriers for; all of them are wanted, or none."""

    tasks: Annotated[list[TaskBookingAsked], Field(min_length=1, max_length=MOST_TASKS)]


class BookingTold(Told):
    """A booking; amounts are rupiah.

    `awb` is the tracking number and may come later than the booking; `routing_code` is what sorts the parcel, for the
    label; `cost` is what was offered and `charged` what the courier says it charges; `reason` says in the courier's
    word, or in ours, why it failed or is not known.
    """

    id: str
    task_id: str
    order_id: str
    state: BookingState
    account: str | None
    courier: str | None
    service: str | None
    awb: str | None
    routing_code: str | None
    weight_g: int
    value: int
    cod: int
    insured: bool
    cost: int | None
    insurance: int | None
    cod_fee: int | None
    charged: int | None
    least_days: int | None
    most_days: int | None
    reason: str | None
    parcel_id: str | None
    wanted_at: datetime
    moved_at: datetime


class BookingsTold(Told):
    """Bookings."""

    data: list[BookingTold]


class BackAsked(Asked):
    """Why it is not wanted any more."""

    reason: Annotated[str, Field(min_length=1, max_length=200)]


class SettledAsked(Asked):
    """What a person saw in the courier's own books."""

    awb: Annotated[
        str | None,
        Field(max_length=60, description="Its number there; null: the courier has no such booking"),
    ] = None


@post(
    "/bookings",
    summary="Book couriers for packed tasks",
    opt={"needs": Permission.SHIPPING_WRITE},
    responses=REFUSED,
)
async def couriers_booked(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    keyring: NamedDependency[Keyring],
    now: NamedDependency[datetime],
    data: BookingsAsked,
    idempotency_key: IdempotencyKey,
) -> BookingsTold:
    """Written down now and booked by the worker within seconds; read them again for their numbers.

    A task has one booking that stands: another is refused as `booked_already`, however often it is asked for.
    """

    async def command(tx: Tx) -> BookingsTold:
        wishes = list({wish.task_id: wish for wish in map(_wish, data.tasks)}.values())
        for wish in wishes:
            await pick_sheet(tx, scope_of(principal), wish.task_id)
        made = await want_couriers(tx, keyring, wishes, within=principal.location_ids, now=now)
        return BookingsTold(data=[booking_told(one) for one in made])

    return await once(request, principal, runner, idempotency_key, command, now=now, status=201)


@get(
    "/bookings/{booking_id:str}", summary="A booking", opt={"needs": Permission.SHIPPING_READ}, responses=READ
)
async def booking_read(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    booking_id: FromPath[str],
) -> BookingTold:
    """As it stands."""
    return await db.run(caller, lambda tx: _one(tx, principal, booking_id))


@get(
    "/tasks/{task_id:str}/bookings",
    summary="Bookings of a task",
    opt={"needs": Permission.SHIPPING_READ},
    responses=READ,
)
async def task_bookings(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    task_id: FromPath[str],
) -> BookingsTold:
    """The oldest first."""
    task = from_text("tsk", task_id)

    async def read(tx: Tx) -> BookingsTold:
        await pick_sheet(tx, scope_of(principal), task)
        return BookingsTold(data=[booking_told(one) for one in await bookings_of_tasks(tx, [task])])

    return await db.run(caller, read)


@post(
    "/bookings/{booking_id:str}/cancel",
    summary="Take a booking back",
    opt={"needs": Permission.SHIPPING_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def booking_taken_back(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    booking_id: FromPath[str],
    data: BackAsked,
    idempotency_key: IdempotencyKey,
) -> BookingTold:
    """Its courier is told by the worker; it is `withdrawn` once the courier let go of it."""

    async def command(tx: Tx) -> BookingTold:
        await _one(tx, principal, booking_id)
        found = from_text(BOOKING_PREFIX, booking_id)
        return booking_told(
            await take_back(tx, found, reason=data.reason, within=principal.location_ids, now=now)
        )

    return await once(request, principal, runner, idempotency_key, command, now=now)


@post(
    "/bookings/{booking_id:str}/settle",
    summary="Say what became of a booking nobody knows the end of",
    opt={"needs": Permission.SHIPPING_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def booking_settled(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    booking_id: FromPath[str],
    data: SettledAsked,
    idempotency_key: IdempotencyKey,
) -> BookingTold:
    """Of one in `unknown` or `withdrawing`, after a look into the courier's own books."""

    async def command(tx: Tx) -> BookingTold:
        await _one(tx, principal, booking_id)
        found = from_text(BOOKING_PREFIX, booking_id)
        return booking_told(await settle_booking(tx, found, data.awb, within=principal.location_ids, now=now))

    return await once(request, principal, runner, idempotency_key, command, now=now)


def booking_told(one: Booking) -> BookingTold:
    return BookingTold(
        id=to_text(BOOKING_PREFIX, one.id),
        task_id=to_text("tsk", one.task_id),
        order_id=to_text("ord", one.order_id),
        state=BookingState(one.state),
        account=to_text(PREFIX, one.account_id) if one.account_id else None,
        courier=one.courier,
        service=one.service,
        awb=one.awb,
        routing_code=one.routing_code,
        weight_g=one.weight_g,
        value=one.value_minor,
        cod=one.cod_minor,
        insured=one.insured,
        cost=one.cost_minor,
        insurance=one.insurance_minor,
        cod_fee=one.cod_fee_minor,
        charged=one.charged_minor,
        least_days=one.least_days,
        most_days=one.most_days,
        reason=one.reason,
        parcel_id=to_text("pcl", one.parcel_id) if one.parcel_id else None,
        wanted_at=one.wanted_at,
        moved_at=one.moved_at,
    )


async def _one(tx: Tx, principal: Principal, booking_id: str) -> BookingTold:
    """Raises BookingNotFound, also where its task is outside what the caller may see."""
    found = (await bookings_by_id(tx, [from_text(BOOKING_PREFIX, booking_id)])).values()
    for one in found:
        try:
            await pick_sheet(tx, scope_of(principal), one.task_id)
        except TaskNotFound as fault:
            raise BookingNotFound(booking_id) from fault
        return booking_told(one)
    raise BookingNotFound(booking_id)


def _wish(asked: TaskBookingAsked) -> Wish:
    carrier = asked.carrier
    return Wish(
        from_text("tsk", asked.task),
        Carrier(from_text(PREFIX, carrier.account), carrier.courier, carrier.service) if carrier else None,
        asked.weight_g,
        asked.insured,
    )


handlers = [
    Router(
        "/api/v1",
        route_handlers=[couriers_booked, booking_read, task_bookings, booking_taken_back, booking_settled],
        tags=["parcels"],
    )
]
