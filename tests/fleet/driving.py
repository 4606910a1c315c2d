"""A shop with a van, a driver, and parcels of own couriers behind doors that are known."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from uuid import UUID

from conftest import ShopFloor
from fulfilment.working import pay, shipped
from given import World, a_buyer, a_shop, asked, place
from orderan.access import add_staff
from orderan.fleet import (
    Driver,
    Run,
    RunStop,
    Tour,
    Van,
    Waiting,
    keep_depot,
    keep_driver,
    keep_van,
    make_runs,
    runs_of_day,
    stops_of,
)
from orderan.flows.collect_cod import cash_at_doors
from orderan.flows.drive_run import deliver_stop, leave
from orderan.flows.fleet_distances import Distances
from orderan.flows.fleet_doors import pin_door
from orderan.flows.place_order import Placed
from orderan.flows.plan_runs import make_plan, plan_day
from orderan.fulfilment import Box
from orderan.kit.clock import SetClock
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.errors import Refusal
from orderan.kit.ids import new_id
from orderan.orders import Order, Terms
from orderan.routes import Point
from orderan.shipping import Parcel

DEPOT = Point(-6.2000, 106.8200)
SHORT = (0.3, 0.2)
"""Seconds of solving: so few stops are solved at once."""


@dataclass
class Fleet:
    """What a test drives with.

    Attributes:
        parcels: In the order their doors were given, each with its order.
    """

    world: World
    keyring: Keyring
    now: datetime
    place: UUID
    vans: list[UUID]
    drivers: list[UUID]
    parcels: list[tuple[Order, Parcel]]

    @property
    def floor(self) -> ShopFloor:
        return self.world.floor

    async def do(self, work: Any) -> Any:
        return await self.floor.run(work)

    async def plan(self, *, distances: Distances | None = None, weather: str = "clear") -> Refusal | None:
        """Ask for routes and do what was asked for."""
        made = await self.do(lambda tx: plan_day(tx, self.place, weather=weather, now=self.now))
        return await self.solve(made.id, distances=distances)

    async def solve(self, planning_id: UUID, *, distances: Distances | None = None) -> Refusal | None:
        return await make_plan(
            self.floor.db,
            self.floor.caller,
            self.keyring,
            planning_id,
            clock=SetClock(self.now),
            distances=distances or Distances(),
            seconds=SHORT,
        )

    async def runs(self) -> list[tuple[Run, list[RunStop]]]:
        async def read(tx: Tx) -> list[tuple[Run, list[RunStop]]]:
            runs = await runs_of_day(tx, self.place, self.now.date())
            return [(run, await stops_of(tx, [run.id])) for run in runs]

        found: list[tuple[Run, list[RunStop]]] = await self.do(read)
        return found

    async def the_run(self) -> tuple[Run, list[RunStop]]:
        [found] = await self.runs()
        return found

    async def parcel_states(self) -> list[str]:
        rows = await self.floor.all("SELECT id, state FROM parcel WHERE shop_id = %(shop)s")
        states = {row.id: row.state for row in rows}
        return [states[parcel.id] for _, parcel in self.parcels]


async def an_own_parcel(
    world: World, keyring: Keyring, buyer: str, phone: str, terms: Terms, now: datetime, units: int = 1
) -> tuple[Order, Parcel]:
    """An order of somebody, handed to own couriers."""
    [placed] = await place(
        world, keyring, asked(("kopi", units), buyer=a_buyer(buyer, phone), terms=terms), now=now
    )
    assert isinstance(placed, Placed)
    if terms is Terms.PREPAID:
        await pay(world, placed.order, now=now)
    [parcel] = await shipped(world, placed.order, boxes=[Box("own", "", weight_g=1_000)], now=now)
    return placed.order, parcel


async def a_fleet(
    floor: ShopFloor,
    keyring: Keyring,
    now: datetime,
    *doors: tuple[float, float] | None,
    vans: int = 1,
    capacity: int = 20,
    cash_limit: int = 5_000_000,
    terms: Sequence[Terms] = (Terms.COD,),
    units: int = 1,
) -> Fleet:
    """Vans with a driver each, and a parcel per door.

    Args:
        doors: Degrees from the depot; None is a door nobody pinned.
        terms: Of the orders, in turn.
        units: In each parcel.
    """
    world = await a_shop(floor, now, stock={"kopi": 50})
    place_id = world.locations["JKT"]
    van_ids, driver_ids = [], []

    async def furnish(tx: Tx) -> None:
        await keep_depot(tx, place_id, DEPOT, opens=time(8), closes=time(20), service_s=300, now=now)
        for turn in range(vans):
            van = Van(
                new_id(), place_id, f"Mobil {turn}", 300_000, capacity, cash_limit, 50_000, 2_500, 25_000
            )
            await keep_van(tx, van, now=now)
            staff = await add_staff(
                tx,
                email=f"sopir{turn}@toko.test",
                name=f"Sopir {turn}",
                roles=["driver"],
                password_hash="x",
                keyring=keyring,
                now=now,
            )
            await keep_driver(tx, Driver(staff.id, place_id, time(8), time(18)), now=now)
            van_ids.append(van.id)
            driver_ids.append(staff.id)

    await floor.run(furnish)
    parcels = [
        await an_own_parcel(
            world, keyring, f"Pembeli {turn}", f"+62812345678{turn:02}", terms[turn % len(terms)], now, units
        )
        for turn in range(len(doors))
    ]
    for (_, parcel), door in zip(parcels, doors, strict=True):
        if door is not None:
            point = Point(DEPOT.latitude + door[0], DEPOT.longitude + door[1])
            await floor.run(
                lambda tx, parcel=parcel, point=point: pin_door(tx, keyring, parcel.id, point, now=now)
            )
    return Fleet(world, keyring, now, place_id, van_ids, driver_ids, parcels)


@dataclass(frozen=True)
class OnTheRoad:
    """A van that is out: what was handed over with a photo, what is next, and a parcel that waits for another."""

    run: UUID
    handed_over: UUID
    ahead: UUID
    waiting: UUID


async def on_the_road(
    world: World,
    keyring: Keyring,
    place_id: UUID,
    orders: Sequence[Order],
    *,
    van: str,
    photo: bytes,
    now: datetime,
) -> OnTheRoad:
    """Three orders go by own van, without anything that solves."""
    parcels = [
        (await shipped(world, order, boxes=[Box("own", "", weight_g=1_000)], now=now))[0] for order in orders
    ]
    handed_over, ahead, waiting = parcels

    async def drive(tx: Tx) -> OnTheRoad:
        await keep_depot(tx, place_id, DEPOT, opens=time(0), closes=time(23), service_s=300, now=now)
        made = Van(new_id(), place_id, van, 300_000, 20, 5_000_000, 0, 0, 0)
        await keep_van(tx, made, now=now)
        staff = await add_staff(
            tx,
            email="mobil@toko.test",
            name="Sopir van",
            roles=["driver"],
            password_hash="x",
            keyring=keyring,
            now=now,
        )
        await keep_driver(tx, Driver(staff.id, place_id, time(0), time(23)), now=now)
        for parcel in parcels:
            await pin_door(tx, keyring, parcel.id, Point(DEPOT.latitude + 0.01, DEPOT.longitude), now=now)
        stops = [
            Waiting(one.id, one.order_id, DEPOT, pinned=True, weight_g=1, cash_minor=0)
            for one in (handed_over, ahead)
        ]
        tour = Tour(made.id, staff.id, now, now, 1_000, tuple((one, now, now, now) for one in stops))
        [run] = await make_runs(tx, place_id, [tour], instead_of={}, day=now.date(), weather="clear", now=now)
        await leave(tx, run, driver_id=None, now=now)
        first, _ = await stops_of(tx, [run])
        await deliver_stop(
            tx,
            keyring,
            run,
            first.id,
            driver_id=None,
            received_by="Satpam",
            photo=photo,
            collected_minor=(await cash_at_doors(tx, [handed_over]))[handed_over.id],
            now=now,
        )
        return OnTheRoad(run, first.id, ahead.id, waiting.id)

    found: OnTheRoad = await world.floor.run(drive)
    return found
