"""Stock as it changes: one look at the database for everybody who watches, while anybody does.

join     a watcher names its skus and is told at once what is known of them
look     twice a second, one statement per shop reads the union of what is watched
tell     each watcher hears only what changed of its own skus; a slow one hears the newest
leave    with the last watcher the looking ends
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import psycopg
from psycopg_pool import PoolTimeout

from orderan.inventory import Change, watched_levels
from orderan.kit import telemetry
from orderan.kit.clock import Clock
from orderan.kit.db import Caller, Database

EVERY_S: Final = 0.5
HEARTBEAT_S: Final = 15.0
MOST_WATCHED: Final = 200
EVERYWHERE: Final = "all"

_log = telemetry.log("orderan.web.live_stock")
_Place = tuple[UUID, UUID]


@dataclass(frozen=True, slots=True)
class Told:
    """Units available of a sku at a location; location None is all the watcher may see."""

    sku: str
    location_id: UUID | None
    available: int


@dataclass(eq=False)
class _Watcher:
    """Somebody who watches. What is waiting to be heard is kept by place, so it cannot pile up."""

    shop_id: int
    skus: frozenset[UUID]
    locations: frozenset[UUID] | None
    waiting: dict[tuple[str, UUID | None], Told] = field(default_factory=dict)
    something: asyncio.Event = field(default_factory=asyncio.Event)
    over: bool = False

    def hear(self, changes: Iterable[Change], known: dict[_Place, Change]) -> None:
        touched = set()
        for change in changes:
            if change.sku_id in self.skus and self._sees(change.location_id):
                self._put(Told(change.code, change.location_id, change.sellable))
                touched.add((change.sku_id, change.code))
        for sku_id, code in touched:
            total = sum(
                one.sellable
                for (sku, location), one in known.items()
                if sku == sku_id and self._sees(location)
            )
            self._put(Told(code, None, total))

    def _sees(self, location: UUID) -> bool:
        return self.locations is None or location in self.locations

    def _put(self, told: Told) -> None:
        self.waiting[told.sku, told.location_id] = told
        self.something.set()

    def take(self) -> list[Told]:
        told = list(self.waiting.values())
        self.waiting.clear()
        self.something.clear()
        return told


class StockWatch:
    """All who watch stock through this process."""

    def __init__(self, db: Database, clock: Clock, *, every_s: float = EVERY_S) -> None:
        self._db = db
        self._clock = clock
        self._every_s = every_s
        self._watchers: set[_Watcher] = set()
        self._known: dict[int, dict[_Place, Change]] = {}
        self._hurry = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None
        self.looks = 0

    @property
    def watchers(self) -> int:
        return len(self._watchers)

    async def follow(
        self,
        shop_id: int,
        skus: Collection[UUID],
        *,
        locations: frozenset[UUID] | None = None,
        heartbeat_s: float = HEARTBEAT_S,
    ) -> AsyncIterator[list[Told]]:
        """What is available now, then every change; an empty list when nothing was heard for a while.

        Ends when looking failed for good; whoever watches may join again.
        """
        watcher = _Watcher(shop_id, frozenset(skus), locations)
        self._join(watcher)
        try:
            while not watcher.over:
                try:
                    async with asyncio.timeout(heartbeat_s):
                        await watcher.something.wait()
                except TimeoutError:
                    yield []
                else:
                    if told := watcher.take():
                        yield told
        finally:
            self._watchers.discard(watcher)
            self._hurry.set()

    def _join(self, watcher: _Watcher) -> None:
        known = self._known.get(watcher.shop_id, {})
        watcher.hear([one for (sku, _), one in known.items() if sku in watcher.skus], known)
        self._watchers.add(watcher)
        self._hurry.set()
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look_on(), name="stock watch")

    async def _look_on(self) -> None:
        try:
            while self._watchers:
                self._hurry.clear()
                try:
                    await self._look()
                except (psycopg.Error, PoolTimeout) as fault:
                    # The next look may find the database again; watchers keep what they know.
                    _log.warning("stock_watch_failed", fault=repr(fault))
                try:
                    async with asyncio.timeout(self._every_s):
                        await self._hurry.wait()
                except TimeoutError:
                    continue
        finally:
            self._known.clear()
            for watcher in self._watchers:
                watcher.over = True
                watcher.something.set()

    async def _look(self) -> None:
        wanted: dict[int, set[UUID]] = {}
        for watcher in self._watchers:
            wanted.setdefault(watcher.shop_id, set()).update(watcher.skus)
        for shop_id, skus in wanted.items():
            found = await self._levels(shop_id, skus)
            before = self._known.get(shop_id, {})
            known = {(one.sku_id, one.location_id): one for one in found}
            self._known[shop_id] = known
            changed = [one for place, one in known.items() if before.get(place) != one]
            for watcher in self._watchers:
                if watcher.shop_id == shop_id:
                    watcher.hear(changed, known)
        for gone in self._known.keys() - wanted.keys():
            del self._known[gone]

    async def _levels(self, shop_id: int, skus: set[UUID]) -> list[Change]:
        self.looks += 1

        async with self._db.transaction(Caller(shop_id, "system:stock_watch")) as tx:
            return await watched_levels(tx, skus, now=self._clock.now())
