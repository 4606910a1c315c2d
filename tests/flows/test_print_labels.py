"""Labels of booked parcels: many at once, each copy known, none of what was taken back."""

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from conftest import ShopFloor
from flows.test_book_courier import Desk, a_desk
from orderan.flows.hand_over import hand_over
from orderan.flows.pack_goods import finish_packing, open_packing, scan_into_parcel
from orderan.flows.print_labels import labels_of_job, print_labels, void_label
from orderan.flows.views_printing import printed_jobs, printed_labels, tasks_to_print
from orderan.fulfilment import Box, TaskNotFound
from orderan.kit.crypto import Keyring
from orderan.kit.ids import new_id
from orderan.orders import EVERYTHING, Scope, Terms
from orderan.printing import Label, NothingToPrint, PrintJob, PrintJobNotFound
from orderan.shipping import BookingNotFound, NumberTakenBack

pytestmark = pytest.mark.anyio


@pytest.fixture
async def desk(floor: ShopFloor, keyring: Keyring, now: datetime) -> Desk:
    return await a_desk(floor, keyring, now, "biteship")


async def printed(desk: Desk, *tasks: UUID) -> PrintJob:
    made: PrintJob = await desk.floor.run(
        lambda tx: print_labels(tx, desk.keyring, list(tasks), now=desk.now)
    )
    return made


async def labels(desk: Desk, job: PrintJob) -> list[Label]:
    found: list[Label] = await desk.floor.run(
        lambda tx: labels_of_job(tx, desk.keyring, job.id, now=desk.now)
    )
    return found


async def test_a_label_says_what_was_booked(desk: Desk) -> None:
    order, task = await desk.packed()
    booking = await desk.book(task)
    job = await printed(desk, task)
    [label] = await labels(desk, job)
    assert (label.awb, label.reference, label.copy) == (booking.awb, str(order.number), 1)
    assert (label.cod_minor, label.routing_code) == (order.total_minor, "CGK-10110")
    assert (label.recipient.name, label.recipient.phone) == ("Ani Lestari", "0812-3456-7890")
    assert label.recipient.address.startswith("Jl. Mawar 1, ")
    assert label.recipient.address.endswith("10110")
    assert (label.sender.name, label.contents) == ("Gudang", ("2 × Kopi – kopi",))
    assert (label.part, label.parts) == (1, 1)


async def test_what_cannot_be_printed_is_left_out_with_the_reason_and_keeps_nothing_back(desk: Desk) -> None:
    _, ready = await desk.packed()
    await desk.book(ready)
    unbooked_order, unbooked = await desk.packed()
    numberless_order, numberless = await desk.packed()
    waiting = await desk.book(numberless)
    await desk.floor.run(
        lambda tx: tx.run(
            "UPDATE courier_booking SET awb = NULL WHERE shop_id = %(shop)s AND id = %(id)s",
            {"shop": tx.shop_id, "id": waiting.id},
        )
    )
    outdated_order, outdated = await desk.packed(Terms.PREPAID)
    wrong = await desk.book(outdated)
    await desk.floor.run(
        lambda tx: tx.run(
            "UPDATE courier_booking SET cod_minor = 1 WHERE shop_id = %(shop)s AND id = %(id)s",
            {"shop": tx.shop_id, "id": wrong.id},
        )
    )

    job = await printed(desk, unbooked, ready, numberless, outdated, ready)

    assert [one.turn for one in job.prints] == [1]
    assert [(row["number"], row["why"]) for row in job.left_out] == [
        (unbooked_order.number, "label_not_booked"),
        (numberless_order.number, "label_without_number"),
        (outdated_order.number, "booking_outdated"),
    ]
    with pytest.raises(NothingToPrint):
        await printed(desk, unbooked)
    assert len(await desk.floor.run(lambda tx: printed_jobs(tx, EVERYTHING))) == 1


async def test_no_label_is_printed_of_a_parcel_that_is_open_on_the_packing_table(desk: Desk) -> None:
    _, closed = await desk.packed()
    await desk.book(closed)
    job = await printed(desk, closed)
    order, reopened = await desk.packed()
    await desk.book(reopened)
    for task in (closed, reopened):
        await desk.floor.run(lambda tx, t=task: open_packing(tx, t, now=desk.now))
    await desk.floor.run(lambda tx: scan_into_parcel(tx, closed, "kopi", now=desk.now))
    await desk.floor.run(lambda tx: scan_into_parcel(tx, closed, "kopi", now=desk.now))
    with pytest.raises(NothingToPrint):
        await labels(desk, job)
    await desk.floor.run(lambda tx: finish_packing(tx, closed, now=desk.now))

    again = await printed(desk, closed, reopened)

    assert len(again.prints) == 1
    assert [(row["number"], row["why"]) for row in again.left_out] == [(order.number, "packed_wrong")]
    assert len(await labels(desk, job)) == 1


async def test_two_clerks_who_print_at_once_get_different_copies(desk: Desk) -> None:
    _, task = await desk.packed()
    await desk.book(task)
    jobs = await asyncio.gather(*(printed(desk, task) for _ in range(3)))
    assert sorted(job.prints[0].copy for job in jobs) == [1, 2, 3]
    copies = [(await labels(desk, job))[0].copy for job in jobs]
    assert copies == [job.prints[0].copy for job in jobs]
    [row] = await desk.floor.run(lambda tx: printed_labels(tx, EVERYTHING, jobs[0].id))
    assert row.last == 3


async def test_the_number_of_a_voided_label_leaves_with_no_parcel(desk: Desk) -> None:
    _, task = await desk.packed()
    booking = await desk.book(task)
    job = await printed(desk, task)
    await desk.floor.run(lambda tx: void_label(tx, booking.id, reason="salah kurir", now=desk.now))
    await desk.later(1)

    with pytest.raises(NothingToPrint):
        await labels(desk, job)
    box = Box(booking.courier or "", booking.awb or "")
    with pytest.raises(NumberTakenBack):
        await desk.floor.run(lambda tx: hand_over(tx, task, [box], now=desk.now))
    assert await desk.floor.value("SELECT count(*) FROM parcel WHERE shop_id = %(shop)s") == 0
    [trace] = await desk.floor.all(
        "SELECT before, after FROM audit_entry WHERE shop_id = %(shop)s AND action = 'label.void'"
    )
    assert (trace.before["awb"], trace.after["reason"]) == (booking.awb, "salah kurir")

    fresh = await desk.book(task)
    [again] = (await printed(desk, task)).prints
    assert (again.code, again.copy) == (fresh.awb, 1)
    [parcel] = await desk.floor.run(
        lambda tx: hand_over(tx, task, [Box(fresh.courier or "", fresh.awb or "")], now=desk.now)
    )
    assert parcel.awb == fresh.awb


async def test_what_left_has_no_label_any_more(desk: Desk) -> None:
    _, task = await desk.packed()
    booking = await desk.book(task)
    job = await printed(desk, task)
    box = Box(booking.courier or "", booking.awb or "")
    await desk.floor.run(lambda tx: hand_over(tx, task, [box], now=desk.now))
    with pytest.raises(NothingToPrint):
        await labels(desk, job)
    with pytest.raises(NothingToPrint):
        await printed(desk, task)


async def test_a_job_reads_a_bounded_number_of_statements(desk: Desk) -> None:
    tasks = [(await desk.packed())[1] for _ in range(4)]
    for task in tasks:
        await desk.book(task)
    few = await counted(desk, tasks[:1])
    assert await counted(desk, tasks) == few


async def counted(desk: Desk, tasks: list[UUID]) -> int:
    made = 0

    async def run(tx: Any) -> None:
        nonlocal made
        whole = tx.all

        async def counting(*given: Any, **named: Any) -> Any:
            nonlocal made
            made += 1
            return await whole(*given, **named)

        object.__setattr__(tx, "all", counting)
        job = await print_labels(tx, desk.keyring, tasks, now=desk.now)
        await labels_of_job(tx, desk.keyring, job.id, now=desk.now)

    await desk.floor.run(run)
    return made


async def test_only_what_somebody_may_see_is_printed_and_shown(desk: Desk) -> None:
    _, task = await desk.packed()
    booking = await desk.book(task)
    job = await printed(desk, task)
    elsewhere = Scope(location_ids=frozenset({new_id()}))
    with pytest.raises(TaskNotFound):
        await desk.floor.run(lambda tx: tasks_to_print(tx, elsewhere, tasks=[task]))
    with pytest.raises(BookingNotFound):
        await desk.floor.run(lambda tx: tasks_to_print(tx, elsewhere, bookings=[booking.id]))
    with pytest.raises(TaskNotFound):
        await desk.floor.run(
            lambda tx: print_labels(tx, desk.keyring, [task], within=frozenset({new_id()}), now=desk.now)
        )
    assert await desk.floor.run(lambda tx: printed_labels(tx, elsewhere, job.id)) == []
    assert await desk.floor.run(lambda tx: printed_jobs(tx, elsewhere)) == []
    assert await desk.floor.run(lambda tx: tasks_to_print(tx, EVERYTHING, bookings=[booking.id])) == [task]
    with pytest.raises(PrintJobNotFound):
        await labels(desk, replace(job, id=new_id()))
