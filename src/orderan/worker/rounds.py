"""The worker's round: the log, its consumers and the sweeps of every shop, each part by itself."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Final

import psycopg
from psycopg_pool import PoolTimeout

from orderan.kit import inbox
from orderan.kit.clock import Clock
from orderan.kit.db import ALL_SHOPS, Caller, Database, Tx, connection_lost
from orderan.kit.errors import N_
from orderan.kit.events import Consumer, consume, sequence
from orderan.kit.inbox import Stuck
from orderan.shops import ShopState, all_shops
from orderan.worker import counts
from orderan.worker.timers import TIMERS, Timer

MOST_TURNS: Final = 50
SWEEP_FAILED: Final = "sweep_failed"


class Rounds:
    """The worker's own work, apart from jobs.

    A part that fails in one shop is told in that shop's exception inbox and hinders neither its
    other parts nor the other shops.
    """

    def __init__(
        self,
        db: Database,
        clock: Clock,
        *,
        timers: Sequence[Timer] = TIMERS,
        consumers: Sequence[Consumer] = (),
    ) -> None:
        self._db = db
        self._clock = clock
        self._timers = timers
        self._consumers = consumers
        self._due: dict[tuple[int, str], datetime] = {}
        self._well: set[tuple[int, str]] = set()

    async def once(self) -> int:
        """One round over all shops; returns how much was done.

        Raises:
            psycopg.OperationalError, PoolTimeout: The database went away.
        """
        return sum([await self.shop(shop_id) for shop_id in await self._open_shops()])

    async def in_every_shop(self, part: str, work: Callable[[int], Awaitable[int]]) -> int:
        """Work that holds no transaction while it waits for partners, shop after shop; how much was done."""
        return sum(
            [
                await self.guarded(shop_id, part, partial(work, shop_id)) or 0
                for shop_id in await self._open_shops()
            ]
        )

    async def _open_shops(self) -> list[int]:
        async with self._db.transaction(Caller(ALL_SHOPS, "system:worker")) as tx:
            return [shop.shop_id for shop in await all_shops(tx) if shop.state == ShopState.OPEN]

    async def shop(self, shop_id: int) -> int:
        """One round for one shop."""
        done = await self._part(shop_id, "sequence", sequence) or 0
        for consumer in self._consumers:
            done += await self._part(shop_id, consumer.name, partial(consume, consumer=consumer)) or 0
        now = self._clock.now()
        for timer in self._timers:
            last = self._due.get((shop_id, timer.name))
            if last is None or (now - last).total_seconds() >= timer.every_s:
                swept = await self._part(shop_id, timer.name, partial(self._sweep, timer))
                if swept is not None:
                    self._due[shop_id, timer.name] = now
                    counts.swept.labels(timer.name).inc(swept)
                    done += swept
        return done

    async def _sweep(self, timer: Timer, tx: Tx) -> int:
        return await timer.run(tx, self._clock.now())

    async def _part(self, shop_id: int, part: str, work: Callable[[Tx], Awaitable[int]]) -> int | None:
        """How much a part did, None when it failed."""
        return await self.guarded(shop_id, part, partial(self._until_idle, shop_id, part, work))

    async def guarded(self, shop_id: int, part: str, work: Callable[[], Awaitable[int]]) -> int | None:
        """How much a part did, None when it failed, which is told; raises only when the database is away."""
        try:
            done = await work()
            await self._works(shop_id, part)
        except Exception as fault:  # noqa: BLE001 - a bug in one part must not end the others' work
            _raise_when_away(fault)
            counts.faults.labels(type(fault).__name__).inc()
            counts.log.exception("a part failed", part=part, shop=shop_id)
            await self._tell(shop_id, part, type(fault).__name__)
            return None
        return done

    async def _works(self, shop_id: int, part: str) -> None:
        if (shop_id, part) in self._well:
            return
        await self._db.run(
            Caller(shop_id, "system:worker"),
            lambda tx: inbox.settle(tx, [_failed_key(part)], note="works again", now=self._clock.now()),
        )
        self._well.add((shop_id, part))

    async def _tell(self, shop_id: int, part: str, fault: str) -> None:
        """Report a part that failed; where even that fails, the log and the count have to do."""
        self._well.discard((shop_id, part))
        stuck = Stuck(
            kind=SWEEP_FAILED,
            reason=part,
            subject_kind="shop",
            subject_id=None,
            dedupe_key=_failed_key(part),
            payload={"part": part, "fault": fault},
            money_minor=0,
            currency="IDR",
            deadline=None,
            next_step=N_("Bagian kerja latar ini gagal. Lihat log, lalu jalankan `orderan doctor`."),
        )
        try:
            await self._db.run(
                Caller(shop_id, "system:worker"), lambda tx: inbox.report(tx, [stuck], now=self._clock.now())
            )
        except Exception as another:  # noqa: BLE001 - the same
            _raise_when_away(another)
            counts.faults.labels(type(another).__name__).inc()
            counts.log.exception("a failed part could not be reported", part=part, shop=shop_id)

    async def _until_idle(self, shop_id: int, part: str, work: Callable[[Tx], Awaitable[int]]) -> int:
        total = 0
        for _ in range(MOST_TURNS):
            done = await self._db.run(Caller(shop_id, f"system:{part}"), work)
            total += done
            if not done:
                break
        return total

    async def run(self, stop: asyncio.Event, *, interval_s: float) -> None:
        """Rounds until told to stop; an idle worker looks again after the interval."""
        await until_stopped(self.once, stop, interval_s=interval_s)


async def until_stopped(
    once: Callable[[], Awaitable[int]], stop: asyncio.Event, *, interval_s: float
) -> None:
    while not stop.is_set():
        done = 0
        try:
            done = await once()
        except (psycopg.OperationalError, PoolTimeout) as fault:
            counts.faults.labels(type(fault).__name__).inc()
            counts.log.warning("round cut short", fault=type(fault).__name__)
        if not done:
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), interval_s)


def _raise_when_away(fault: Exception) -> None:
    """A database that went away is no fault of a shop or a part: it ends the round."""
    if connection_lost(fault) or isinstance(fault, PoolTimeout):
        raise fault


def _failed_key(part: str) -> str:
    return f"{SWEEP_FAILED}:{part}"
