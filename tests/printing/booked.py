"""A packed task whose courier gave its number, without asking one."""

from datetime import datetime
from uuid import UUID

from given import World
from orderan.couriers import Booked
from orderan.flows.book_courier import Wish, want_couriers
from orderan.flows.print_labels import print_labels
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.printing import PrintJob
from orderan.shipping import (
    Booking,
    Carrier,
    Sender,
    choose_for_booking,
    note_accepted,
    open_courier_account,
    set_sender,
)


async def booked(world: World, keyring: Keyring, place: UUID, *tasks: UUID, now: datetime) -> list[Booking]:
    """These packed tasks of a place, each with a number of its own."""
    fields = {"cities": "Semua kota", "cost_minor": "9000"}

    async def book(tx: Tx) -> list[Booking]:
        await set_sender(tx, Sender(place, "Gudang", "+622150001000", "10110"), now=now)
        account = await open_courier_account(
            tx, keyring, provider="own", name="Motor", base_url="", fields=fields, now=now
        )
        wanted = await want_couriers(tx, keyring, [Wish(task) for task in tasks], now=now)
        made = []
        for turn, one in enumerate(wanted):
            chosen = await choose_for_booking(
                tx,
                one,
                Carrier(account.id, "own", "reguler", 9_000),
                cod_minor=one.cod_minor,
                insured=False,
                ranged=False,
                now=now,
            )
            told = Booked(f"ref-{one.id}", f"OWN-{turn}-{one.id.hex[-8:].upper()}", "JKT-01")
            made.append(await note_accepted(tx, chosen, told, now=now))
        return made

    made: list[Booking] = await world.floor.run(book)
    return made


async def labelled(world: World, keyring: Keyring, place: UUID, task: UUID, now: datetime) -> PrintJob:
    """A packed task with a label that was printed."""
    await booked(world, keyring, place, task, now=now)
    job: PrintJob = await world.floor.run(lambda tx: print_labels(tx, keyring, [task], now=now))
    return job
