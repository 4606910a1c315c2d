"""Pickers of the demo shop this morning: bins, cut-offs, a wave that is done, one that waits, one walked by zones."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from orderan.catalog import set_substitutes
from orderan.demo import views
from orderan.demo.scene import Scene
from orderan.flows.pick_task import finish_tasks
from orderan.flows.put_away_goods import put_away_goods
from orderan.flows.release_wave import begin_list, end_walked, release_wave
from orderan.flows.views_waves import Candidate, Criteria, candidates
from orderan.inventory import BinAsked, PutAway, StockKey, draw_bins
from orderan.kit.db import Caller, Tx
from orderan.kit.ids import new_id
from orderan.orders import EVERYTHING
from orderan.picking import Cutoff, Method, PickingPolicy, add_cutoff, lists_of, set_policy, slots_of

CLUSTERED: Final = "JKT"
BY_ZONE: Final = "SBY"
PICKERS: Final = {CLUSTERED: "gudang@nusantara.test", BY_ZONE: "gudang.sby@nusantara.test"}
AISLES: Final = "ABC"
BINS: Final = 8
BESIDE_CM: Final = 300
ALONG_CM: Final = 120
LEAVES: Final = (("jnt", 16 * 60), ("sicepat", 17 * 60 + 30))
"""Couriers and the minute of the day they leave at."""
PICKED: Final = 3
WAITING: Final = 5
ZONED: Final = 4
EVERY_DAY: Final = (1, 2, 3, 4, 5, 6, 7)


class Picking:
    """Work that is walked in waves, at the instant somebody looks."""

    def __init__(self, scene: Scene, now: datetime) -> None:
        self._scene = scene
        self._now = now

    async def today(self) -> None:
        """Furnish both warehouses and release their waves; where nothing is ready there is none."""
        now, places = self._now, self._scene.ground.places
        for code, method in ((CLUSTERED, Method.CLUSTER), (BY_ZONE, Method.ZONE)):
            policy = PickingPolicy(method=method, slots=6)
            await self._scene.do("operasi", partial(self._furnish, places[code], policy))
        await self._scene.do("operasi", self._name_substitutes)
        done = await self._release(CLUSTERED, Method.CLUSTER, PICKED, now - timedelta(minutes=50))
        for list_id in done:
            await self._walk(CLUSTERED, list_id)
        await self._release(CLUSTERED, Method.CLUSTER, WAITING, now - timedelta(minutes=10))
        zones = await self._release(BY_ZONE, Method.ZONE, ZONED, now - timedelta(minutes=15))
        for list_id in zones[:1]:
            await self._take(BY_ZONE, list_id, now - timedelta(minutes=5))

    async def _furnish(self, place: UUID, policy: PickingPolicy, tx: Tx) -> None:
        await set_policy(tx, place, policy, now=self._now)
        asked = [
            BinAsked(f"{aisle}{no}", zone=aisle, x_cm=BESIDE_CM * turn, y_cm=ALONG_CM * no)
            for turn, aisle in enumerate(AISLES)
            for no in range(1, BINS + 1)
        ]
        bins = await draw_bins(tx, place, asked, now=self._now)
        for courier, closes in LEAVES:
            cutoff = Cutoff(new_id(), place, courier, (), closes, 180, EVERY_DAY)
            await add_cutoff(tx, cutoff, now=self._now)
        ready, _ = await candidates(tx, EVERYTHING, place, Criteria())
        wanted = _units(ready)
        puts = [
            PutAway(bins[turn % len(bins)].id, key, units)
            for turn, (key, units) in enumerate(sorted(wanted.items()))
        ]
        if puts:
            await put_away_goods(tx, place, puts, now=self._now)

    async def _name_substitutes(self, tx: Tx) -> None:
        """Of each of some goods the next two may stand in."""
        wares = [ware for ware in self._scene.ground.wares if not ware.is_bundle][:12]
        for turn, ware in enumerate(wares[:-2]):
            others = [one.code for one in wares[turn + 1 : turn + 3]]
            await set_substitutes(tx, ware.sku_id, others, now=self._now)

    async def _release(self, code: str, method: Method, most: int, at: datetime) -> list[UUID]:
        place = self._scene.ground.places[code]

        async def release(tx: Tx) -> list[UUID]:
            policy = PickingPolicy(method=method, slots=6)
            wave = await release_wave(tx, EVERYTHING, place, Criteria(most=most), policy, now=at)
            return [one.id for one in await lists_of(tx, wave.id)]

        return await self._scene.attempt("gudang", release) or []

    async def _take(self, code: str, list_id: UUID, at: datetime) -> None:
        staff = await self._scene.do("demo", lambda tx: views.staff_named(tx, PICKERS[code]))
        picker = Caller(self._scene.ground.shop.shop_id, f"staff:{staff}")
        await self._scene.db.run(picker, lambda tx: begin_list(tx, list_id, now=at))

    async def _walk(self, code: str, list_id: UUID) -> None:
        """Taken, and everything of it off the shelf."""
        await self._take(code, list_id, self._now - timedelta(minutes=45))
        at = self._now - timedelta(minutes=30)

        async def finish(tx: Tx) -> None:
            await finish_tasks(tx, list(await slots_of(tx, list_id)), take_all=True, now=at)
            await end_walked(tx, list_id, now=at)

        await self._scene.attempt("gudang", finish)


def _units(ready: Sequence[Candidate]) -> dict[StockKey, int]:
    found: dict[StockKey, int] = {}
    for task in ready:
        for key, units in task.wanted:
            found[key] = found.get(key, 0) + units
    return found
