"""The worker: puts facts in order, lets consumers apply them, sweeps timers, runs jobs.

    a round     for each shop: sequence the log, feed each consumer, sweep what is due
    beside it   gateways are asked what became of payments: what they sent word of, and what is due
    beside it   what buyers are told is sent, each channel for itself
    beside it   buyers who have to give their word are asked, and what they answer is heard
    beside it   procrastinate runs jobs; what a killed worker left half done is begun again

Any number of workers may run: rows and heads are locked, so a second one waits or skips. When the
database is away the round ends, and the next one starts anew.
"""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from importlib import import_module
from typing import Final

import psycopg
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ConnectorException
from psycopg_pool import PoolTimeout

from orderan import gateways
from orderan.access import sweep_sessions
from orderan.flows.ask_buyer import Askers
from orderan.flows.ask_on_the_day import DayAsker
from orderan.flows.complete_orders import complete_delivered
from orderan.flows.contest_chargeback import tend_chargebacks
from orderan.flows.execute_refund import Refunder
from orderan.flows.expire_orders import expire_orders
from orderan.flows.follow_health import follow_health
from orderan.flows.gateway_clients import GatewayClients
from orderan.flows.gateway_news import hear_news, sweep_old_news
from orderan.flows.hear_calls import CallWatch
from orderan.flows.hear_reach import hear_reach
from orderan.flows.hear_words import hear_fates, hear_words
from orderan.flows.hold_order import let_holds_expire
from orderan.flows.learn_ends import LEARNING
from orderan.flows.pay_links import PayLinks
from orderan.flows.pay_online import Cashier
from orderan.flows.payment_incident import follow_incidents
from orderan.flows.payment_promotion import sweep_reserved
from orderan.flows.reach_clients import ReachClients
from orderan.flows.reach_news import sweep_old_letters
from orderan.flows.read_maintenance import read_maintenance
from orderan.flows.reconcile import reconcile_nightly
from orderan.flows.send_digests import Digests
from orderan.flows.send_messages import Messenger, SendersOf
from orderan.flows.senders import Senders
from orderan.flows.tell_buyer import teller
from orderan.flows.tell_restock import tell_restock
from orderan.flows.verify_order import Verifier
from orderan.flows.watch_limits import watch_limits
from orderan.flows.watch_rails import learn_rails, watch_rails
from orderan.inventory import watch_low_stock
from orderan.kit import inbox, jobs, masterkey, telemetry, throttle
from orderan.kit.clock import Clock, SystemClock
from orderan.kit.crypto import Keyring
from orderan.kit.db import ALL_SHOPS, Caller, Database, Tx, connection_lost
from orderan.kit.errors import N_
from orderan.kit.events import Consumer, consume, sequence
from orderan.kit.inbound import sweep_inbound
from orderan.kit.inbox import Stuck
from orderan.kit.public_network import PublicCaller
from orderan.kit.runner import sweep_answers
from orderan.messaging import Lines, Reply
from orderan.payments import open_rails_due
from orderan.promotions import end_over
from orderan.reach import Kind
from orderan.settings import Settings, WorkerSettings
from orderan.shops import ShopState, all_shops
from orderan.trust import learn_norm
from orderan.web.words import words

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


async def _incidents(tx: Tx, now: datetime) -> int:
    return await follow_incidents(tx, now=now)


async def _complete(tx: Tx, now: datetime) -> int:
    return await complete_delivered(tx, now=now)


async def _watch(tx: Tx, now: datetime) -> int:
    return await watch_limits(tx, now=now)


async def _reconcile(tx: Tx, now: datetime) -> int:
    return await reconcile_nightly(tx, now=now)


async def _chargebacks(tx: Tx, now: datetime) -> int:
    return await tend_chargebacks(tx, now=now)


async def _low_stock(tx: Tx, now: datetime) -> int:
    opened, settled = await watch_low_stock(tx, now)
    return opened + settled


async def _watch_rails(tx: Tx, now: datetime) -> int:
    return await watch_rails(tx, now=now)


async def _open_rails(tx: Tx, now: datetime) -> int:
    return await open_rails_due(tx, now=now)


async def _follow_health(tx: Tx, now: datetime) -> int:
    return await follow_health(tx, now=now)


async def _learn_rails(tx: Tx, now: datetime) -> int:
    return await learn_rails(tx, now=now)


async def _failed_jobs(tx: Tx, now: datetime) -> int:
    return await jobs.watch_failed(tx, now)


async def _sweep_throttle(tx: Tx, now: datetime) -> int:
    return await throttle.sweep(tx, now=now)


async def _restock(tx: Tx, now: datetime) -> int:
    return await tell_restock(tx, now=now)


async def _learn_norm(tx: Tx, now: datetime) -> int:
    return await learn_norm(tx, now=now)


async def _let_promotions_go(tx: Tx, now: datetime) -> int:
    return await sweep_reserved(tx, now=now)


async def _end_promotions(tx: Tx, now: datetime) -> int:
    return await end_over(tx, now=now)


MESSAGES_KEPT: Final = timedelta(days=90)
"""A marketplace asks about a quarter that is over; nobody sends a message again after that."""


async def _sweep_inbound(tx: Tx, now: datetime) -> int:
    return await sweep_inbound(tx, before=now - MESSAGES_KEPT)


TIMERS: Final[tuple[Timer, ...]] = (
    Timer("incidents", 5.0, _incidents),
    Timer("expire_orders", 1.0, _expire),
    Timer("expire_holds", 10.0, _expire_holds),
    Timer("complete_orders", 60.0, _complete),
    Timer("watch_limits", 60.0, _watch),
    Timer("chargebacks", 60.0, _chargebacks),
    Timer("low_stock", 60.0, _low_stock),
    Timer("restock", 60.0, _restock),
    Timer("settlements", 600.0, _reconcile),
    Timer("open_rails", 10.0, _open_rails),
    Timer("watch_rails", 10.0, _watch_rails),
    Timer("follow_health", 10.0, _follow_health),
    Timer("learn_rails", 600.0, _learn_rails),
    Timer("failed_jobs", 60.0, _failed_jobs),
    Timer("promotions_reserved", 60.0, _let_promotions_go),
    Timer("promotions_over", 60.0, _end_promotions),
    Timer("trust_norm", 3600.0, _learn_norm),
    Timer("sessions", 3600.0, sweep_sessions),
    Timer("throttle", 3600.0, _sweep_throttle),
    Timer("inbound", 3600.0, _sweep_inbound),
    Timer("gateway_news", 3600.0, sweep_old_news),
    Timer("reach_news", 3600.0, sweep_old_letters),
)


def timers_of(settings: WorkerSettings) -> tuple[Timer, ...]:
    """Every sweep, those included that a setting has a say in."""
    kept = timedelta(days=settings.answers_days)

    async def answers(tx: Tx, now: datetime) -> int:
        return await sweep_answers(tx, before=now - kept)

    return (*TIMERS, Timer("answers", 60.0, answers))


def consumers_of(clock: Clock) -> tuple[Consumer, ...]:
    """Everybody who follows the log."""
    return (LEARNING, teller(clock))


JOB_MODULES: Final[tuple[str, ...]] = ("orderan.flows.bulk_orders", "orderan.importing.jobs")
"""Modules whose import declares jobs."""

MOST_TURNS: Final = 50
NEWS_S: Final = 0.25
"""A buyer who has just paid looks at the page meanwhile."""
CALMLY: Final = timedelta(seconds=10)
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
                    _swept.labels(timer.name).inc(swept)
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
        await _until_stopped(self.once, stop, interval_s=interval_s)


async def _until_stopped(
    once: Callable[[], Awaitable[int]], stop: asyncio.Event, *, interval_s: float
) -> None:
    while not stop.is_set():
        done = 0
        try:
            done = await once()
        except (psycopg.OperationalError, PoolTimeout) as fault:
            _faults.labels(type(fault).__name__).inc()
            _log.warning("round cut short", fault=type(fault).__name__)
        if not done:
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), interval_s)


@dataclass
class Beside:
    """Parts that wait for partners, each in a task of its own beside the others.

    What hangs is not begun a second time, and holds up nobody else. A fault is told in the exception inbox
    of its shop and hinders no other.
    """

    rounds: Rounds
    _under_way: dict[tuple[int, str], "asyncio.Task[None]"] = field(default_factory=dict, kw_only=True)

    async def once(self) -> int:
        """One look over all shops; how much was done or begun, not how it ended."""
        raise NotImplementedError

    async def run(self, stop: asyncio.Event, *, interval_s: float) -> None:
        """Rounds until told to stop; what was begun is finished."""
        await _until_stopped(self.once, stop, interval_s=interval_s)
        await self.finish()

    @property
    def under_way(self) -> Collection["asyncio.Task[None]"]:
        return list(self._under_way.values())

    async def finish(self) -> None:
        """Wait for everything that is under way."""
        await asyncio.gather(*self.under_way)

    def begin(self, shop_id: int, part: str, work: Callable[[], Awaitable[int]]) -> bool:
        """Begin a part unless it is under way; whether it was begun."""
        if (shop_id, part) in self._under_way:
            return False
        self._under_way[shop_id, part] = asyncio.create_task(self._run(shop_id, part, work))
        return True

    async def _run(self, shop_id: int, part: str, work: Callable[[], Awaitable[int]]) -> None:
        try:
            await self.rounds.guarded(shop_id, part, work)
        except (psycopg.OperationalError, PoolTimeout) as fault:
            _faults.labels(type(fault).__name__).inc()
            _log.warning("asking cut short", part=part, shop=shop_id, fault=type(fault).__name__)
        finally:
            del self._under_way[shop_id, part]


@dataclass
class GatewayRounds(Beside):
    """What gateways sent word of, and what they are to be asked: each account beside the others."""

    cashier: Cashier
    refunder: Refunder
    http: gateways.Caller
    _read_at: dict[int, datetime] = field(default_factory=dict)

    async def once(self) -> int:
        """Hear what came and begin to ask what is due; how much was heard or begun, not how it ended."""
        return await self.rounds.in_every_shop("gateways", self._shop)

    async def _shop(self, shop_id: int) -> int:
        caller = Caller(shop_id, "system:gateways")
        now = self.cashier.clock.now()
        heard, accounts = await self.cashier.db.run(caller, lambda tx: hear_news(tx, now=now))
        begun = [
            self.begin(shop_id, f"gateway {account_id}", partial(self.cashier.ask_due, caller, account_id))
            for account_id in accounts
        ]
        if self._is_time(shop_id, now):
            self.begin(shop_id, "refunds", partial(self.refunder.ask_due, caller))
            self.begin(
                shop_id,
                "maintenance",
                partial(read_maintenance, self.cashier.db, caller, self.http, self.cashier.clock),
            )
        return heard + sum(begun)

    def _is_time(self, shop_id: int, now: datetime) -> bool:
        """Whether what nobody waits for before a page is looked at again."""
        if (last := self._read_at.get(shop_id)) is not None and now - last < CALMLY:
            return False
        self._read_at[shop_id] = now
        return True


@dataclass
class MessageRounds(Beside):
    """What buyers are told, and what their providers tell of it: each channel of a shop beside the others."""

    messenger: Messenger
    digests: Digests | None = None

    async def once(self) -> int:
        """Hear what came and begin to send what is due; how many letters were heard."""
        heard = await self.rounds.in_every_shop("reach", self._hear)
        await self.rounds.in_every_shop("messages", self._shop)
        return heard

    async def _hear(self, shop_id: int) -> int:
        now, keyring = self.messenger.clock.now(), self.messenger.keyring

        async def answers(tx: Tx, replies: Sequence[tuple[Kind, Reply]], now: datetime) -> None:
            await hear_words(tx, keyring, replies, now=now)

        return await self.messenger.db.run(
            Caller(shop_id, "system:reach"),
            lambda tx: hear_reach(tx, keyring, now=now, answers=[answers], fates=[hear_fates]),
        )

    async def _shop(self, shop_id: int) -> int:
        caller = Caller(shop_id, "system:messages")
        for channel in await self.messenger.channels(caller):
            self.begin(shop_id, f"messages {channel}", partial(self.messenger.send_due, caller, channel))
        if self.digests is not None:
            self.begin(shop_id, "digests", partial(self.digests.send_due, caller))
        # A channel looks until it finds nothing: to have begun it is no reason to look again at once.
        return 0


@dataclass
class VerificationRounds(Beside):
    """Buyers who are asked, of their order or of the day its parcel comes: agents, calls, messages, what was heard.

    What calls tell is heard beside what is asked: a provider that hangs while it is asked to call delays no answer.
    """

    askers: Askers
    _looked_ahead: dict[int, datetime] = field(default_factory=dict)

    async def once(self) -> int:
        """Begin to ask and to hear; how many parts of shops were begun, not how they ended."""
        return await self.rounds.in_every_shop("verification", self._shop)

    async def _shop(self, shop_id: int) -> int:
        caller = Caller(shop_id, "system:verification")
        watch = CallWatch(self.askers.db, self.askers.clock, self.askers.keyring, self.askers.clients)
        self.begin(shop_id, "verification asks", partial(self._ask, caller))
        self.begin(shop_id, "delivery day asks", partial(self._ask_today, caller))
        self.begin(shop_id, "verification calls", partial(self._hear, watch, caller))
        # A part looks until it finds nothing: to have begun it is no reason to look again at once.
        return 0

    async def _ask(self, caller: Caller) -> int:
        ways = await self.askers.db.run(caller, self.askers.of)
        return await Verifier(self.askers.db, self.askers.clock, ways).work_due(caller)

    async def _ask_today(self, caller: Caller) -> int:
        ways = await self.askers.db.run(caller, self.askers.of)
        asker = DayAsker(self.askers.db, self.askers.clock, ways)
        now = self.askers.clock.now()
        if now - self._looked_ahead.get(caller.shop_id, now - CALMLY) >= CALMLY:
            self._looked_ahead[caller.shop_id] = now
            await asker.look_ahead(caller)
        return await asker.work_due(caller)

    async def _hear(self, watch: CallWatch, caller: Caller) -> int:
        return await watch.hear(caller) + await watch.look_up(caller)


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


async def work(
    settings: Settings,
    keyring: Keyring,
    clock: Clock,
    stop: asyncio.Event,
    *,
    senders: SendersOf | None = None,
) -> None:
    """Run rounds and jobs until told to stop.

    Args:
        senders: Who carries the messages of a shop; None is the accounts it opened.
    """
    if settings.database.url is None:
        message = "the worker needs a database URL"
        raise ValueError(message)
    for module in JOB_MODULES:
        import_module(module)
    db = Database(settings.database.url, min_size=1, max_size=settings.worker.concurrency + 2)
    await db.open()
    clients = GatewayClients(keyring, clock, reach=gateways.Caller())
    links = PayLinks(settings.web.address, keyring)
    cashier = Cashier(db, clock, links, clients.of_rail)
    reached = ReachClients(keyring, clock, Lines(clients.reach, PublicCaller()))
    messenger = Messenger(db, clock, keyring, links, senders or Senders(reached, links, clock).of)
    connector = PsycopgConnector(conninfo=settings.database.url)
    try:
        with jobs.app.replace_connector(connector) as app:
            async with app.open_async():
                own = Rounds(db, clock, timers=timers_of(settings.worker), consumers=consumers_of(clock))
                rounds = asyncio.create_task(own.run(stop, interval_s=settings.worker.sweep_interval_s))
                asking = asyncio.create_task(
                    GatewayRounds(own, cashier, Refunder(db, clock, clients.of_rail), clients.reach).run(
                        stop, interval_s=min(NEWS_S, settings.worker.sweep_interval_s)
                    )
                )
                telling = asyncio.create_task(
                    MessageRounds(own, messenger, Digests(db, clock, reached, links, words)).run(
                        stop, interval_s=settings.worker.sweep_interval_s
                    )
                )
                verifying = asyncio.create_task(
                    VerificationRounds(own, Askers(db, clock, keyring, links, reached)).run(
                        stop, interval_s=settings.worker.sweep_interval_s
                    )
                )
                runner = asyncio.create_task(
                    app.run_worker_async(
                        concurrency=settings.worker.concurrency,
                        install_signal_handlers=False,
                        additional_context={"tools": jobs.Tools(db, clock, keyring, settings.data_dir)},
                    )
                )
                waiting = asyncio.create_task(stop.wait())
                tending = asyncio.create_task(take_up_stalled(app, stop))
                await asyncio.wait(
                    {rounds, asking, telling, verifying, runner, waiting, tending},
                    return_when=asyncio.FIRST_COMPLETED,
                )
                stop.set()
                await rounds
                await asking
                await telling
                await verifying
                await tending
                runner.cancel()
                with suppress(asyncio.CancelledError):
                    await runner
    finally:
        await reached.lines.close()
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
