"""A shop whose packed orders are booked at couriers, and the driver of one of them at its door."""

from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID

from conftest import ShopFloor
from fulfilment.working import an_order, packed, pay
from given import BANDUNG, JAKARTA, World, a_shop
from orderan.couriers import Booked
from orderan.flows.manifest import Answer, close_manifest, scan_labels
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.orders import Order
from orderan.shipping import (
    Booking,
    Carrier,
    Manifest,
    Parcel,
    Wanted,
    choose_for_booking,
    note_accepted,
    open_courier_account,
    open_manifest,
    want_bookings,
)

NUMBERS = count(1)


def an_awb() -> str:
    return f"00258{next(NUMBERS):07}"


@dataclass
class Door:
    """Paid orders of one kopi each, packed and booked."""

    world: World
    keyring: Keyring
    now: datetime
    account: UUID
    said: dict[str, str] = field(default_factory=dict)

    @property
    def floor(self) -> ShopFloor:
        return self.world.floor

    @property
    def place(self) -> UUID:
        return self.world.locations["JKT"]

    async def ready(self, courier: str = "sicepat") -> tuple[Order, UUID, str]:
        """An order that is packed and booked; its task and tracking number."""
        order = await an_order(self.world, self.keyring, ("kopi", 1), now=self.now)
        await pay(self.world, order, now=self.now)
        task = await packed(self.world, order, now=self.now)
        awb = an_awb()
        await self.floor.run(lambda tx: self.book(tx, order, task, courier, awb))
        return order, task, awb

    async def book(self, tx: Tx, order: Order, task: UUID, courier: str, awb: str) -> Booking:
        [wanted] = await want_bookings(tx, [Wanted(order.id, task, 500, 10_000, 0)], now=self.now)
        chosen = await choose_for_booking(
            tx,
            wanted,
            Carrier(self.account, courier, "reguler"),
            cod_minor=0,
            insured=False,
            ranged=False,
            now=self.now,
        )
        return await note_accepted(tx, chosen, Booked(chosen.key, awb, None), now=self.now)

    async def driver(self, courier: str = "sicepat", place: UUID | None = None) -> Manifest:
        made: Manifest = await self.floor.run(
            lambda tx: open_manifest(tx, place or self.place, courier, now=self.now)
        )
        return made

    async def scan(self, manifest: Manifest, *awbs: str) -> list[str]:
        """What each label is, with `again` where it was on the manifest."""
        answers: list[Answer] = await self.floor.run(
            lambda tx: scan_labels(tx, manifest.id, awbs, now=self.now)
        )
        return ["again" if one.again else str(one.scan.verdict) for one in answers]

    async def close(self, manifest: Manifest, *left_behind: str) -> list[Parcel]:
        parcels: list[Parcel] = await self.floor.run(
            lambda tx: close_manifest(tx, manifest.id, left_behind=left_behind, now=self.now)
        )
        return parcels

    async def states(self, manifest: Manifest) -> dict[str, int]:
        rows: list[Any] = await self.floor.all(
            """
            SELECT verdict, count(*)::int AS many FROM manifest_scan
            WHERE shop_id = %(shop)s AND manifest_id = %(manifest)s GROUP BY 1
            """,
            manifest=manifest.id,
        )
        return {row.verdict: row.many for row in rows}


async def a_door(floor: ShopFloor, keyring: Keyring, now: datetime, *, units: int = 50) -> Door:
    world = await a_shop(floor, now, stock={"kopi": units}, places={"JKT": JAKARTA, "BDG": BANDUNG})
    account = await floor.run(
        lambda tx: open_courier_account(
            tx,
            keyring,
            provider="own",
            name="Kurir",
            base_url="",
            fields={"cities": "Jakarta Pusat", "cost_minor": "10000"},
            now=now,
        )
    )
    return Door(world, keyring, now, account.id)
