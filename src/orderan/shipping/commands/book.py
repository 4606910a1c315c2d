"""A booking, from what somebody wants to the parcel it leaves in; the caller has locked its order.

Each command takes the booking as it stands in the table, locked: what an answer says of a booking that moved on
meanwhile is kept where it can matter, and moves nothing back.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from orderan.couriers import Booked
from orderan.kit.db import Tx
from orderan.kit.events import Fact, record_all
from orderan.kit.ids import new_id, to_text
from orderan.shipping import rules_bookings as rules
from orderan.shipping import store_bookings as store
from orderan.shipping.bookings import Booking, Carrier, Wanted
from orderan.shipping.errors_bookings import BookingNotFound
from orderan.shipping.events import BookingEnded, ParcelBooked
from orderan.shipping.models import Parcel
from orderan.shipping.states import BOOKING, STANDING, BookingEvent, BookingState

BOOKING_PREFIX = "bkg"
LONGEST_REASON = 200


async def want_bookings(tx: Tx, wanted: Sequence[Wanted], *, now: datetime) -> list[Booking]:
    """Write down what is to be carried, before any courier hears of it; due at once.

    A task that has a booking standing gets no second one, and is missing from the answer.
    """
    made = []
    for one in wanted:
        booking_id = new_id()
        carrier = one.carrier
        made.append(
            Booking(
                id=booking_id,
                order_id=one.order_id,
                task_id=one.task_id,
                key=rules.key_of(booking_id),
                state=BOOKING.initial,
                account_id=carrier.account_id if carrier else None,
                courier=carrier.courier if carrier else None,
                service=carrier.service if carrier else None,
                weight_g=one.weight_g,
                value_minor=one.value_minor,
                cod_minor=one.cod_minor,
                insured=one.insured,
                cost_minor=None,
                insurance_minor=None,
                cod_fee_minor=None,
                charged_minor=None,
                least_days=None,
                most_days=None,
                serial=None,
                prepared=None,
                reference=None,
                awb=None,
                routing_code=None,
                reason=None,
                parcel_id=None,
                wanted_by=tx.actor,
                wanted_at=now,
                moved_at=now,
                ask_at=now,
                asked=0,
            )
        )
    if not made:
        return []
    there = await store.insert_bookings(tx, made)
    return [one for one in made if one.task_id in there]


async def choose_for_booking(
    tx: Tx, booking: Booking, carrier: Carrier, *, cod_minor: int, insured: bool, ranged: bool, now: datetime
) -> Booking:
    """Somebody is to carry it, and is asked next.

    Args:
        cod_minor: What is to be collected as things stand now.
        ranged: The account hands out numbers of a range; the booking gets the next one.

    Raises:
        IllegalMove: It is not wanted any more.
    """
    serial = await store.next_serial(tx, carrier.account_id) if ranged else None
    chosen = replace(
        booking,
        account_id=carrier.account_id,
        courier=carrier.courier,
        service=carrier.service,
        cost_minor=carrier.cost_minor,
        insurance_minor=carrier.insurance_minor,
        cod_fee_minor=carrier.cod_fee_minor,
        least_days=carrier.least_days,
        most_days=carrier.most_days,
        cod_minor=cod_minor,
        insured=insured,
        serial=serial,
        reason=None,
    )
    return await _moved(tx, chosen, BookingEvent.CHOOSE, now=now)


async def note_prepared(tx: Tx, booking: Booking, prepared: str) -> Booking:
    """The courier's name for what is booked next."""
    after = replace(booking, prepared=prepared)
    await store.save_bookings(tx, [after])
    return after


async def note_accepted(tx: Tx, booking: Booking, told: Booked, *, now: datetime) -> Booking:
    """The courier has it; of one that is being taken back, its names are kept so that it can be."""
    named = replace(
        booking,
        reference=told.reference or booking.reference,
        awb=_number(told.awb) or booking.awb,
        routing_code=told.routing_code or booking.routing_code,
        charged_minor=booking.charged_minor if told.cost_minor is None else told.cost_minor,
        reason=None,
    )
    state = BookingState(booking.state)
    if BOOKING.allows(state, BookingEvent.ACCEPT):
        return await _moved(tx, named, BookingEvent.ACCEPT, now=now)
    if state is BookingState.BOOKED:
        return await _asked_again(tx, named, now=now)
    if state is BookingState.WITHDRAWING:
        after = replace(named, ask_at=now)
        await store.save_bookings(tx, [after])
        return after
    return booking


async def note_lost(tx: Tx, booking: Booking, reason: str, *, now: datetime) -> Booking:
    """Nobody knows what became of it, still: it is asked again later."""
    why = replace(booking, reason=reason[:LONGEST_REASON])
    if BOOKING.allows(BookingState(booking.state), BookingEvent.LOSE):
        return await _moved(tx, why, BookingEvent.LOSE, now=now)
    return await _asked_again(tx, why, now=now)


async def note_failed(tx: Tx, booking: Booking, reason: str, *, now: datetime) -> Booking:
    """The courier does not have it. Of one that is being taken back that is all that was wanted."""
    why = replace(booking, reason=reason[:LONGEST_REASON])
    state = BookingState(booking.state)
    if BOOKING.allows(state, BookingEvent.FAIL):
        return await _moved(tx, why, BookingEvent.FAIL, now=now)
    if state is BookingState.WITHDRAWING:
        return await _moved(tx, why, BookingEvent.LET_GO, now=now)
    return booking


async def note_kept(tx: Tx, booking: Booking, reason: str, *, now: datetime) -> Booking:
    """The courier does not let go of it, or did not answer: it is asked again later."""
    return await _asked_again(tx, replace(booking, reason=reason[:LONGEST_REASON]), now=now)


async def note_let_go(tx: Tx, booking: Booking, *, now: datetime) -> Booking:
    """The courier took it back.

    Raises:
        IllegalMove: Nobody asked for that.
    """
    return await _moved(tx, replace(booking, reason=None), BookingEvent.LET_GO, now=now)


async def withdraw_bookings(
    tx: Tx, tasks: Collection[UUID], *, reason: str, now: datetime, only: Booking | None = None
) -> list[Booking]:
    """Take back what these tasks have booked; the couriers are told by the worker.

    What is being asked this moment is left to whoever asks until its time is over.

    Args:
        only: Nothing but this one, which is locked.

    Raises:
        IllegalMove: Of `only`: it left already, or is over.
    """
    found = [only] if only else await store.lock_bookings_of_tasks(tx, tasks, STANDING)
    return [
        await _moved(tx, replace(one, reason=reason[:LONGEST_REASON]), BookingEvent.WITHDRAW, now=now)
        for one in found
    ]


async def book_out(
    tx: Tx, parcels: Sequence[Parcel], standing: Sequence[Booking], *, now: datetime
) -> list[Booking]:
    """Parcels left with their courier: what was booked for them is used, what else stood is taken back.

    Args:
        standing: Of the parcels' tasks, locked.
    """
    by_name = {(one.task_id, one.courier, one.awb): one.id for one in parcels}
    after = []
    for one in standing:
        parcel_id = by_name.get((one.task_id, one.courier or "", one.awb or ""))
        if one.state == BookingState.BOOKED and parcel_id is not None:
            used = replace(one, parcel_id=parcel_id)
            after.append(await _moved(tx, used, BookingEvent.HAND_OVER, now=now))
        else:
            other = replace(one, reason="left_another_way")
            after.append(await _moved(tx, other, BookingEvent.WITHDRAW, now=now))
    return after


async def locked_booking(tx: Tx, booking_id: UUID) -> Booking:
    """A booking, locked.

    Raises:
        BookingNotFound: The shop has none of this id.
    """
    found = (await store.lock_bookings(tx, [booking_id])).get(booking_id)
    if found is None:
        raise BookingNotFound(to_text(BOOKING_PREFIX, booking_id))
    return found


async def _moved(tx: Tx, booking: Booking, event: BookingEvent, *, now: datetime) -> Booking:
    was = BookingState(booking.state)
    becomes = BOOKING.after(was, event)
    ask_at = rules.next_ask(becomes, 0, now, awb=booking.awb)
    if event is BookingEvent.WITHDRAW and becomes is BookingState.WITHDRAWING:
        # While somebody asks its courier to book it, nobody else asks to take it back.
        ask_at = booking.ask_at if was is BookingState.ASKING else now
    after = replace(booking, state=becomes, moved_at=now, ask_at=ask_at, asked=0)
    await store.save_bookings(tx, [after])
    await record_all(tx, _facts(after, becomes), now=now)
    return after


async def _asked_again(tx: Tx, booking: Booking, *, now: datetime) -> Booking:
    ask_at = rules.next_ask(BookingState(booking.state), booking.asked, now, awb=booking.awb)
    after = replace(booking, asked=booking.asked + 1, ask_at=ask_at)
    await store.save_bookings(tx, [after])
    return after


def _facts(booking: Booking, becomes: BookingState) -> list[Fact]:
    if becomes is BookingState.BOOKED:
        told = ParcelBooked(
            booking.id,
            booking.task_id,
            booking.courier or "",
            booking.service or "",
            booking.awb,
            booking.cod_minor,
        )
        return [Fact(booking.order_id, told)]
    if becomes in {BookingState.FAILED, BookingState.WITHDRAWN}:
        ended = BookingEnded(
            booking.id, booking.task_id, booking.courier, booking.awb, becomes, booking.reason
        )
        return [Fact(booking.order_id, ended)]
    return []


def _number(awb: str | None) -> str | None:
    """A tracking number as it is stored: capitals, no spaces."""
    return "".join(awb.split()).upper() or None if awb else None
