"""What couriers write of bookings: a number that came later, what it costs after weighing, that nobody carries it.

A letter may be faster than the answer to the booking it is about: then it is the answer. One about a booking that
failed or was let go says that the courier has it after all, and a person looks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from orderan.couriers import Booked
from orderan.flows.book_courier import STILL_THERE, not_booked
from orderan.kit import inbox
from orderan.kit.db import Tx
from orderan.kit.errors import N_
from orderan.kit.inbox import Stuck
from orderan.orders import Order
from orderan.shipping import (
    BOOKING,
    Booking,
    BookingEvent,
    BookingState,
    Renamed,
    lock_bookings,
    note_accepted,
    note_failed,
    save_bookings,
)

OVER: Final = frozenset({BookingState.FAILED, BookingState.WITHDRAWN})


async def hear_bookings(
    tx: Tx, told: Sequence[tuple[Renamed, UUID]], orders: Mapping[UUID, Order], *, now: datetime
) -> dict[UUID, Booking]:
    """Note what letters tell of bookings whose orders are locked; returns the bookings as they stand."""
    found = await lock_bookings(tx, {booking_id for _, booking_id in told})
    entries: list[Stuck] = []
    for word, booking_id in told:
        before = found[booking_id]
        if not word.proven:
            found[booking_id] = await _ask_soon(tx, before, now=now)
            continue
        after = await _heard(tx, before, word, now=now)
        found[booking_id] = after
        order = orders[after.order_id]
        if after.state == BookingState.FAILED and before.state != BookingState.FAILED:
            entries.append(not_booked(after, order))
        elif before.state in OVER and word.ended is None:
            entries.append(_after_all(after, order))
    await inbox.report(tx, list({one.dedupe_key: one for one in entries}.values()), now=now)
    return found


async def _heard(tx: Tx, booking: Booking, word: Renamed, *, now: datetime) -> Booking:
    state = BookingState(booking.state)
    if word.ended is not None and (
        state in {BookingState.BOOKED, BookingState.WITHDRAWING, BookingState.UNKNOWN}
    ):
        return await note_failed(tx, booking, word.ended, now=now)
    told = Booked(
        word.reference or booking.reference or booking.key,
        word.awb,
        word.routing_code,
        word.cost_minor,
    )
    if state in {BookingState.BOOKED, BookingState.WITHDRAWING} or BOOKING.allows(state, BookingEvent.ACCEPT):
        if word.ended is None:
            return await note_accepted(tx, booking, told, now=now)
        return booking
    if state is BookingState.HANDED_OVER and word.cost_minor is not None:
        after = replace(booking, charged_minor=word.cost_minor)
        await save_bookings(tx, [after])
        return after
    return booking


async def _ask_soon(tx: Tx, booking: Booking, *, now: datetime) -> Booking:
    """A hint: its courier is asked, where there is something to ask."""
    if booking.ask_at is None or booking.state == BookingState.ASKING or booking.ask_at <= now:
        return booking
    after = replace(booking, ask_at=now)
    await save_bookings(tx, [after])
    return after


def _after_all(booking: Booking, order: Order) -> Stuck:
    return Stuck(
        kind=STILL_THERE,
        reason="told_after_all",
        subject_kind="order",
        subject_id=order.id,
        dedupe_key=f"{STILL_THERE}:{booking.id}",
        payload={"number": order.number, "courier": booking.courier, "awb": booking.awb},
        money_minor=booking.expected_minor or 0,
        currency=order.currency,
        deadline=None,
        next_step=N_("Kurir tidak membatalkan resi ini: batalkan di dasbornya, atau minta kembali."),
    )
