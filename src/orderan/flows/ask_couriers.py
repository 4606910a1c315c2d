"""Couriers are asked where parcels are that nothing was heard of for too long, or of which a hint came.

    claim     parcels that are due, so that no other worker asks about them meanwhile
    ask       their couriers, some at a time, with no transaction open
    follow    what they answered, by the same road as their letters

A worker that dies in between has claimed for half an hour, after which another asks.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from orderan.couriers import CourierFailed, CourierRefused, Does, Step
from orderan.customers import open_contacts
from orderan.flows.courier_clients import CourierClients, OpenCourier, trackers
from orderan.flows.follow_parcels import Told, follow
from orderan.kit import telemetry
from orderan.kit.clock import Clock
from orderan.kit.crypto import Keyring
from orderan.kit.db import Caller, Database, Tx
from orderan.orders import load_orders
from orderan.shipping import DueParcel, Source, bookings_of_parcels, take_due

SILENT: Final = timedelta(hours=6)
"""After so long without a word a parcel that was handed over is asked about."""
CLAIMED: Final = timedelta(minutes=30)
AT_ONCE: Final = 8
BATCH: Final = 100
PURPOSE: Final = "delivery"
ASK_PHONE: Final = frozenset({"jne"})
"""They tell where a parcel is to whoever knows the end of its recipient's telephone number."""

TRACKS: Final = frozenset({Does.TRACK, Does.TRACK_BOOKED})

_log = telemetry.log("orderan.couriers")


@dataclass(frozen=True, slots=True)
class _Asked:
    """A parcel, who is asked, and by which name where it was booked by them."""

    parcel: DueParcel
    courier: OpenCourier
    phone: str
    key: str | None = None


@dataclass
class ParcelAsker:
    """Asks a shop's couriers."""

    db: Database
    clock: Clock
    keyring: Keyring
    clients: CourierClients

    async def ask_due(self, caller: Caller) -> int:
        """Ask about everything that is due now; returns about how many parcels something new was said."""
        now = self.clock.now()
        due = await self.db.run(caller, lambda tx: self._claim(tx, now))
        if not due:
            return 0
        gate = asyncio.Semaphore(AT_ONCE)
        answers = await asyncio.gather(*(self._ask(one, gate) for one in due))
        told = [
            Told(one.parcel.id, steps or (), one.courier.account.id, Source.ASKED, self.clock.now())
            for one, steps in zip(due, answers, strict=True)
        ]
        return await self.db.run(caller, lambda tx: follow(tx, told, now=self.clock.now()))

    async def _claim(self, tx: Tx, now: datetime) -> list[_Asked]:
        accounts = await self.clients.open_ones(tx)
        able = trackers(accounts)
        own = {one.account.id: one for one in accounts if one.client.does & TRACKS}
        asked = set(able) | {courier for one in own.values() for courier in one.client.serves}
        if not asked:
            return []
        due = await take_due(tx, asked, silent_since=now - SILENT, until=now + CLAIMED, limit=BATCH, now=now)
        booked = await bookings_of_parcels(tx, [one.id for one in due])
        phones = await self._phones(tx, [one for one in due if one.courier in ASK_PHONE], now)
        found = []
        for one in due:
            booking = booked.get(one.id)
            courier = own.get(booking.account_id) if booking and booking.account_id else None
            if booking is not None and courier is not None:
                found.append(_Asked(one, courier, phones.get(one, ""), booking.key))
            elif one.courier in able:
                found.append(_Asked(one, able[one.courier], phones.get(one, "")))
        return found

    async def _phones(self, tx: Tx, due: list[DueParcel], now: datetime) -> dict[DueParcel, str]:
        if not due:
            return {}
        orders = await load_orders(tx, {one.order_id for one in due})
        people = {one: orders[one.order_id][0].customer_id for one in due if one.order_id in orders}
        known = {person for person in people.values() if person is not None}
        contacts = await open_contacts(tx, self.keyring, known, purpose=PURPOSE, now=now)
        return {
            one: contacts[person].phone or ""
            for one, person in people.items()
            if person is not None and person in contacts
        }

    async def _ask(self, one: _Asked, gate: asyncio.Semaphore) -> tuple[Step, ...] | None:
        async with gate:
            try:
                track = await one.courier.client.track(
                    one.parcel.courier, one.parcel.awb, key=one.key, phone=one.phone
                )
            except (CourierFailed, CourierRefused) as fault:
                # Nothing was said: it is asked again, later each time, and its silence has a limit.
                _log.info("a courier did not answer", courier=fault.partner, code=fault.code)
                return None
            return track.steps
