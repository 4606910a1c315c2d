"""Labels of booked parcels are printed, many together; one that is printed again says so.

    want      packed tasks with a booking that has its number; what cannot be printed is left out with the reason, and
              keeps nothing else from being printed
    record    who, when, and which copy of each, with the orders locked: two clerks never print the same copy
    set       the document is made of what stands when it is fetched, and kept nowhere: what was taken back or left
              meanwhile has no label any more
    void      its booking is taken back, and its number leaves with no parcel

A label tells the courier what to collect: one whose courier was told another amount is not printed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from orderan.couriers import Place
from orderan.flows.book_courier import take_back
from orderan.flows.packed_right import held_at_table
from orderan.flows.pick_task import Within, lock_work
from orderan.flows.shipments import Shipment, shipments
from orderan.flows.views_printing import parts_of_orders
from orderan.kit.audit import Trace, leave
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.errors import Refusal
from orderan.kit.i18n import format_phone
from orderan.kit.ids import to_text
from orderan.printing import (
    CodeUnprintable,
    Label,
    NothingToPrint,
    Party,
    PrintJob,
    Wanted,
    check_label_code,
    print_job,
    record_prints,
)
from orderan.shipping import (
    BOOKING_PREFIX,
    COURIERS,
    Booking,
    BookingState,
    bookings_by_id,
    lock_bookings_of_tasks,
    outdated,
)

NOT_BOOKED: Final = "label_not_booked"
NO_NUMBER: Final = "label_without_number"
OUTDATED: Final = "booking_outdated"
PACKED_WRONG: Final = "packed_wrong"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A task without a label, and why: the code of a refusal, or one of those above."""

    task_id: UUID
    number: int
    why: str

    def plain(self) -> dict[str, Any]:
        return {"task": to_text("tsk", self.task_id), "number": self.number, "why": self.why}


async def print_labels(
    tx: Tx, keyring: Keyring, tasks: Sequence[UUID], *, within: Within = None, now: datetime
) -> PrintJob:
    """Print labels of these packed tasks, in this order.

    Raises:
        TaskNotFound: One is not the shop's, or is at a location outside `within`.
        NothingToPrint: None of them has a label.
    """
    wanted_tasks = list(dict.fromkeys(tasks))
    orders, locked = await lock_work(tx, wanted_tasks, within=within)
    numbers = {task.id: orders[task.order_id].number for task in locked}
    standing = await lock_bookings_of_tasks(tx, wanted_tasks, (BookingState.BOOKED,))
    booked = {one.task_id: one for one in standing}
    ready = await shipments(tx, keyring, wanted_tasks, now=now)
    held = await held_at_table(tx, wanted_tasks)
    wanted, left_out = [], []
    for task_id in wanted_tasks:
        found = _wanted(booked.get(task_id), ready.get(task_id))
        if isinstance(found, Wanted) and task_id in held:
            found = PACKED_WRONG
        if isinstance(found, Wanted):
            wanted.append(found)
        else:
            left_out.append(LeftOut(task_id, numbers[task_id], found))
    if not wanted:
        raise NothingToPrint
    return await record_prints(tx, wanted, [one.plain() for one in left_out], now=now)


def _wanted(booking: Booking | None, shipment: Shipment | Refusal | None) -> Wanted | str:
    """What is printed of a task, or why nothing is."""
    if isinstance(shipment, Refusal):
        return shipment.code
    if booking is None or shipment is None:
        return NOT_BOOKED
    if booking.awb is None:
        return NO_NUMBER
    if outdated(booking, shipment.cod_minor):
        return OUTDATED
    try:
        check_label_code(booking.awb)
    except CodeUnprintable as refusal:
        return refusal.code
    return Wanted(booking.id, booking.awb)


async def labels_of_job(tx: Tx, keyring: Keyring, job_id: UUID, *, now: datetime) -> list[Label]:
    """Labels of a job that still stand, as they are set on paper.

    Raises:
        PrintJobNotFound: The shop printed no such labels.
        NothingToPrint: Every one of them was taken back, has left, or is held at the packing table.
    """
    job = await print_job(tx, job_id)
    bookings = await bookings_by_id(tx, [one.subject_id for one in job.prints])
    tasks = [one.task_id for one in bookings.values() if one.state == BookingState.BOOKED]
    ready = await shipments(tx, keyring, tasks, now=now)
    parts = await parts_of_orders(tx, tasks)
    held = await held_at_table(tx, tasks)
    labels = []
    for one in job.prints:
        booking = bookings[one.subject_id]
        if booking.task_id in held:
            continue
        shipment = ready.get(booking.task_id)
        if isinstance(_wanted(booking, shipment), Wanted) and isinstance(shipment, Shipment):
            labels.append(label_of(shipment, booking, parts[booking.task_id], one.copy))
    if not labels:
        raise NothingToPrint
    return labels


def label_of(shipment: Shipment, booking: Booking, part: tuple[int, int], copy: int) -> Label:
    """What stands on a booked parcel."""
    courier = booking.courier or ""
    return Label(
        awb=booking.awb or "",
        courier=COURIERS[courier].name if courier in COURIERS else courier,
        service=booking.service or "",
        reference=str(shipment.order.number),
        sender=_party(shipment.origin),
        recipient=_party(shipment.destination),
        weight_g=booking.weight_g or shipment.weight_g,
        cod_minor=booking.cod_minor,
        routing_code=booking.routing_code,
        insured=booking.insured,
        contents=tuple(f"{item.quantity} × {item.name}" for item in shipment.items),
        part=part[0],
        parts=part[1],
        copy=copy,
    )


def _party(place: Place) -> Party:
    named = [place.address, place.district, place.city, place.province]
    address = ", ".join(one for one in named if one)
    return Party(place.name, format_phone(place.phone), f"{address} {place.postal_code}".strip())


async def void_label(
    tx: Tx, booking_id: UUID, *, reason: str, within: Within = None, now: datetime
) -> Booking:
    """A label that is wanted no more: its courier is told, and its number leaves with no parcel.

    Raises:
        BookingNotFound: The shop has none of this id, or it is of a location outside `within`.
        IllegalMove: It left already, or is over.
    """
    booking = await take_back(tx, booking_id, reason=reason, within=within, now=now)
    name = to_text(BOOKING_PREFIX, booking.id)
    trace = Trace("label.void", "booking", name, before={"awb": booking.awb}, after={"reason": reason})
    await leave(tx, trace, now=now)
    return booking
