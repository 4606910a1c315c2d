"""The demo shop's own van in Jakarta: what it is made of, and today's run, with its first door behind it."""

import random
from collections.abc import Sequence
from datetime import datetime, time
from typing import Final
from uuid import UUID

from orderan.demo import views
from orderan.demo.scene import Scene
from orderan.fleet import (
    AHEAD,
    Driver,
    Van,
    keep_area,
    keep_depot,
    keep_driver,
    keep_van,
    run_of_driver,
    see_van,
    stops_of,
)
from orderan.flows.drive_run import deliver_stop, leave
from orderan.flows.fleet_distances import Distances
from orderan.flows.fleet_doors import pin_door
from orderan.flows.hand_over import hand_over_many
from orderan.flows.pick_task import finish_tasks, pack, release_tasks, start_picking
from orderan.flows.plan_runs import make_plan, plan_day
from orderan.flows.views_fleet import Carried, carried_from
from orderan.fulfilment import Box
from orderan.kit.clock import SetClock
from orderan.kit.db import Caller, Tx
from orderan.kit.ids import new_id
from orderan.routes import Point

PLACE: Final = "JKT"
DRIVER: Final = "sopir@nusantara.test"
DEPOT: Final = Point(-6.2250, 106.9004)
CITIES: Final = {
    "31.71": Point(-6.1805, 106.8284),
    "31.72": Point(-6.1384, 106.8639),
    "31.73": Point(-6.1683, 106.7588),
    "31.74": Point(-6.2615, 106.8106),
    "31.75": Point(-6.2250, 106.9004),
}
"""Middles of the cities of Jakarta."""
MOST: Final = 12
"""Parcels that go by it today."""
SECONDS: Final = (1.0, 1.0)
PINNED: Final = 4
"""Of so many doors one is known by its city alone."""


class OwnVan:
    """Somebody who drives for the shop."""

    def __init__(self, scene: Scene, now: datetime, *, seed: int) -> None:
        self._scene = scene
        self._now = now
        self._chance = random.Random(seed)

    async def today(self) -> None:
        """Parcels are handed to own couriers, become a run, and the first is brought."""
        place, now = self._scene.ground.places[PLACE], self._now
        driver = await self._scene.do("demo", lambda tx: views.staff_named(tx, DRIVER))
        await self._scene.do("operasi", lambda tx: self._furnish(tx, place, driver))
        tasks = await self._scene.do(
            "demo", lambda tx: views.tasks_nearby(tx, place, province="31", most=MOST)
        )
        await self._scene.together("gudang", tasks, lambda tx, some: _hand_over(tx, some, now))
        waiting = await self._scene.do("demo", lambda tx: carried_from(tx, place))
        await self._scene.attempt("operasi", lambda tx: self._pin(tx, waiting))
        caller = Caller(self._scene.ground.shop.shop_id, "system:operasi")
        asked = await self._scene.do("operasi", lambda tx: plan_day(tx, place, weather="clear", now=now))
        refusal = await make_plan(
            self._scene.db,
            caller,
            self._scene.keyring,
            asked.id,
            clock=SetClock(now),
            distances=Distances(),
            seconds=SECONDS,
        )
        if refusal is None:
            await self._scene.attempt("sopir", lambda tx: self._drive(tx, driver))

    async def _furnish(self, tx: Tx, place: UUID, driver: UUID) -> None:
        now = self._now
        # Whoever looks at the demo by night sees a van as well.
        await keep_depot(tx, place, DEPOT, opens=time(0), closes=time(23, 59), service_s=300, now=now)
        van = Van(new_id(), place, "Blind Van 1", 350_000, 60, 8_000_000, 50_000, 2_500, 25_000)
        await keep_van(tx, van, now=now)
        await keep_driver(tx, Driver(driver, place, time(0), time(23, 59)), now=now)
        for code, point in CITIES.items():
            await keep_area(tx, code, point, now=now)

    async def _pin(self, tx: Tx, waiting: Sequence[Carried]) -> None:
        for turn, row in enumerate(waiting):
            middle = CITIES.get((row.village_code or "")[:5])
            if middle is None or turn % PINNED == 0 or row.customer_id is None:
                continue
            north, east = self._chance.uniform(-0.03, 0.03), self._chance.uniform(-0.03, 0.03)
            point = Point(middle.latitude + north, middle.longitude + east)
            await pin_door(tx, self._scene.keyring, row.parcel_id, point, now=self._now)

    async def _drive(self, tx: Tx, driver: UUID) -> None:
        run = await run_of_driver(tx, driver)
        if run is None:
            return
        run = await leave(tx, run.id, driver_id=driver, now=self._now)
        first = next(stop for stop in await stops_of(tx, [run.id]) if stop.state in AHEAD)
        await deliver_stop(
            tx,
            self._scene.keyring,
            run.id,
            first.id,
            driver_id=driver,
            received_by="Satpam",
            photo=None,
            collected_minor=first.cash_minor,
            now=self._now,
        )
        run = await run_of_driver(tx, driver)
        if run is not None:
            await see_van(tx, run, Point(DEPOT.latitude + 0.01, DEPOT.longitude - 0.02), now=self._now)


async def _hand_over(tx: Tx, tasks: Sequence[UUID], now: datetime) -> None:
    await release_tasks(tx, tasks, now=now)
    await start_picking(tx, tasks, now=now)
    await finish_tasks(tx, tasks, take_all=True, now=now)
    await pack(tx, tasks, now=now)
    boxes = [(task, Box(courier="own", awb="", service="antar", weight_g=1_200)) for task in tasks]
    await hand_over_many(tx, boxes, now=now)
