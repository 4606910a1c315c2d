"""The worker: puts facts in order, lets consumers apply them, sweeps timers, runs jobs.

    a round     for each shop: sequence the log, feed each consumer, sweep what is due
    beside it   procrastinate runs jobs, which are the only place partners are called; what a killed
            worker left half done is begun again

Any number of workers may run: rows and heads are locked, so a second one waits or skips. When the
database is away the round ends, and the next one starts anew.
"""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from importlib import import_module
from typing import Final

import psycopg
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ConnectorException
from psycopg_pool import PoolTimeout

from orderan.access import sweep_sessions
from orderan.flows.complete_orders import complete_delivered
from orderan.flows.expire_orders import expire_orders
from orderan.flows.hold_order import let_holds_expire
from orderan.flows.payment_promotion import sweep_reserved
from orderan.flows.watch_limits import watch_limits
from orderan.inventory import watch_low_stock
from orderan.kit import inbox, jobs, masterkey, telemetry, throttle
from orderan.kit.clock import Clock, SystemClock
from orderan.kit.crypto import Keyring
from orderan.kit.db import ALL_SHOPS, Caller, Database, Tx, connection_lost
from orderan.kit.errors import N_
from orderan.kit.events import Consumer, consume, sequence
from orderan.kit.inbound import sweep_inbound
from orderan.kit.inbox import Stuck
from orderan.kit.runner import sweep_answers
from orderan.promotions import end_over
from orderan.settings import Settings, WorkerSettings
from orderan.shops import ShopState, all_shops

Sweep = Callable[[Tx, datetime], Awaitable[int]]

_log = telemetry.log("orderan.worker")
_swept = telemetry.counter("swept", "Rows a sweep worked on", ["sweep"])
_taken_up = telemetry.counter("jobs_taken_up", "Jobs a killed worker left half done, begun again")
_faults = telemetry.counter("worker_faults", "Rounds and parts that a fault cut short", ["fault"])


@dataclass(frozen=True)
class Timer:
    """A sweep, how often it is due, and how many rows it takes at once.

    Attributes:
        run: Works on one shop in one transaction; returns how many rows it touched. It is run
            again at once while it keeps finding work.
    """

    name: str
    every_s: float
    run: Sweep


async def _expire(tx: Tx, now: datetime) -> int:
    return await expire_orders(tx, now=now)


async def _expire_holds(tx: Tx, now: datetime) -> int:
    return await let_holds_expire(tx, now=now)


async def _complete(tx: Tx, now: datetime) -> int:
    return await complete_delivered(tx, now=now)


async def _watch(tx: Tx, now: datetime) -> int:
    return await watch_limits(tx, now=now)


async def _low_stock(tx: Tx, now: datetime) -> int:
    opened, settled = await watch_low_stock(tx, now)
    return opened + settled


async def _failed_jobs(tx: Tx, now: datetime) -> int:
    return await jobs.watch_failed(tx, now)


async def _sweep_throttle(tx: Tx, now: datetime) -> int:
    return await throttle.sweep(tx, now=now)


async def _let_promotions_go(tx: Tx, now: datetime) -> int:
    return await sweep_reserved(tx, now=now)


async def _end_promotions(tx: Tx, now: datetime) -> int:
    return await end_over(tx, now=now)


MESSAGES_KEPT: Final = timedelta(days=90)
"""A marketplace asks about a quarter that is over; nobody sends a message again after that."""


async def _sweep_inbound(tx: Tx, now: datetime) -> int:
    return await sweep_inbound(tx, before=now - MESSAGES_KEPT)


TIMERS: Final[tuple[Timer, ...]] = (
    Timer("expire_orders", 1.0, _expire),
    Timer("expire_holds", 10.0, _expire_holds),
    Timer("complete_orders", 60.0, _complete),
    Timer("watch_limits", 60.0, _watch),
    Timer("low_stock", 60.0, _low_stock),
    Timer("failed_jobs", 60.0, _failed_jobs),
    Timer("promotions_reserved", 60.0, _let_promotions_go),
    Timer("promotions_over", 60.0, _end_promotions),
    Timer("sessions", 3600.0, sweep_sessions),
    Timer("throttle", 3600.0, _sweep_throttle),
    Timer("inbound", 3600.0, _sweep_inbound),
)


def timers_of(settings: WorkerSettings) -> tuple[Timer, ...]:
    """Every sweep, those included that a setting has a say in."""
    kept = timedelta(days=settings.answers_days)

    async def answers(tx: Tx, now: datetime) -> int:
        return await sweep_answers(tx, before=now - kept)

    return (*TIMERS, Timer("answers", 60.0, answers))


CONSUMERS: Final[tuple[Consumer, ...]] = ()
JOB_MODULES: Final[tuple[str, ...]] = ("orderan.flows.bulk_orders", "orderan.importing.jobs")
"""Modules whose import declares jobs."""

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
        consumers: Sequence[Consumer] = CONSUMERS,
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
        async with self._db.transaction(Caller(ALL_SHOPS, "system:worker")) as tx:
            shops = await all_shops(tx)
        return sum([await self.shop(shop.shop_id) for shop in shops if shop.state == ShopState.OPEN])

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
                    _swept.labels(timer.name).inc(swept)
                    done += swept
        return done

    async def _sweep(self, timer: Timer, tx: Tx) -> int:
        return await timer.run(tx, self._clock.now())

    async def _part(self, shop_id: int, part: str, work: Callable[[Tx], Awaitable[int]]) -> int | None:
        """How much a part did, None when it failed."""
        try:
            done = await self._until_idle(shop_id, part, work)
            await self._works(shop_id, part)
        except Exception as fault:  # noqa: BLE001 - a bug in one part must not end the others' work
            _raise_when_away(fault)
            _faults.labels(type(fault).__name__).inc()
            _log.exception("a part failed", part=part, shop=shop_id)
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
            _faults.labels(type(another).__name__).inc()
            _log.exception("a failed part could not be reported", part=part, shop=shop_id)

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
        while not stop.is_set():
            done = 0
            try:
                done = await self.once()
            except (psycopg.OperationalError, PoolTimeout) as fault:
                _faults.labels(type(fault).__name__).inc()
                _log.warning("round cut short", fault=type(fault).__name__)
            if not done:
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), interval_s)


def _raise_when_away(fault: Exception) -> None:
    """A database that went away is no fault of a shop or a part: it ends the round."""
    if connection_lost(fault) or isinstance(fault, PoolTimeout):
        raise fault


def _failed_key(part: str) -> str:
    return f"{SWEEP_FAILED}:{part}"


async def take_up_stalled(running: App, stop: asyncio.Event, *, every_s: float = jobs.STALLED_S) -> None:
    """Begin again what killed workers left half done, until told to stop."""
    while not stop.is_set():
        try:
            _taken_up.inc(await jobs.take_up_again(running))
        except (psycopg.OperationalError, PoolTimeout, ConnectorException) as fault:
            _faults.labels(type(fault).__name__).inc()
            _log.warning("stalled jobs not looked for", fault=type(fault).__name__)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), every_s)


async def work(settings: Settings, keyring: Keyring, clock: Clock, stop: asyncio.Event) -> None:
    """Run rounds and jobs until told to stop."""
    if settings.database.url is None:
        message = "the worker needs a database URL"
        raise ValueError(message)
    for module in JOB_MODULES:
        import_module(module)
    db = Database(settings.database.url, min_size=1, max_size=settings.worker.concurrency + 2)
    await db.open()
    connector = PsycopgConnector(conninfo=settings.database.url)
    try:
        with jobs.app.replace_connector(connector) as app:
            async with app.open_async():
                own = Rounds(db, clock, timers=timers_of(settings.worker))
                rounds = asyncio.create_task(own.run(stop, interval_s=settings.worker.sweep_interval_s))
                runner = asyncio.create_task(
                    app.run_worker_async(
                        concurrency=settings.worker.concurrency,
                        install_signal_handlers=False,
                        additional_context={"tools": jobs.Tools(db, clock, keyring, settings.data_dir)},
                    )
                )
                waiting = asyncio.create_task(stop.wait())
                tending = asyncio.create_task(take_up_stalled(app, stop))
                await asyncio.wait({rounds, runner, waiting, tending}, return_when=asyncio.FIRST_COMPLETED)
                stop.set()
                await rounds
                await tending
                runner.cancel()
                with suppress(asyncio.CancelledError):
                    await runner
    finally:
        await db.close()


def main() -> None:
    """A worker process; SIGTERM and SIGINT end it after what it is doing."""
    settings = Settings.from_environment(os.environ)
    secrets = settings.secrets
    master = masterkey.obtain(secrets.master_key_file, given=secrets.master_key, create=False)

    async def until_signalled() -> None:
        stop = asyncio.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
        await work(settings, Keyring(master), SystemClock(), stop)

    asyncio.run(until_signalled())
