"""A worker process: rounds, what runs beside them, and jobs, until it is told to stop."""

import asyncio
import os
import signal
from contextlib import suppress
from importlib import import_module
from typing import Final

import psycopg
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ConnectorException
from psycopg_pool import PoolTimeout

from orderan import gateways
from orderan.flows.ask_buyer import Askers
from orderan.flows.ask_couriers import ParcelAsker
from orderan.flows.book_courier import Booker
from orderan.flows.courier_clients import CourierClients
from orderan.flows.execute_refund import Refunder
from orderan.flows.gateway_clients import GatewayClients
from orderan.flows.learn_ends import LEARNING
from orderan.flows.pay_links import PayLinks
from orderan.flows.pay_online import Cashier
from orderan.flows.promise_dates import promiser
from orderan.flows.reach_clients import ReachClients
from orderan.flows.send_digests import Digests
from orderan.flows.send_messages import Messenger, SendersOf
from orderan.flows.senders import Senders
from orderan.flows.tell_buyer import teller
from orderan.kit import jobs, masterkey
from orderan.kit.clock import Clock, SystemClock
from orderan.kit.crypto import Keyring
from orderan.kit.db import Database
from orderan.kit.events import Consumer
from orderan.kit.public_network import PublicCaller
from orderan.messaging import Lines
from orderan.settings import Settings
from orderan.web.words import words
from orderan.worker import counts
from orderan.worker.couriers import CourierRounds
from orderan.worker.gateways import NEWS_S, GatewayRounds
from orderan.worker.messages import MessageRounds
from orderan.worker.rounds import Rounds
from orderan.worker.timers import timers_of
from orderan.worker.verification import VerificationRounds

JOB_MODULES: Final[tuple[str, ...]] = (
    "orderan.flows.bulk_orders",
    "orderan.flows.plan_runs",
    "orderan.flows.train_trust",
    "orderan.importing.jobs",
)
"""Modules whose import declares jobs."""


def consumers_of(clock: Clock) -> tuple[Consumer, ...]:
    """Everybody who follows the log."""
    return (LEARNING, promiser(clock), teller(clock))


async def take_up_stalled(running: App, stop: asyncio.Event, *, every_s: float = jobs.STALLED_S) -> None:
    """Begin again what killed workers left half done, until told to stop."""
    while not stop.is_set():
        try:
            counts.taken_up.inc(await jobs.take_up_again(running))
        except (psycopg.OperationalError, PoolTimeout, ConnectorException) as fault:
            counts.faults.labels(type(fault).__name__).inc()
            counts.log.warning("stalled jobs not looked for", fault=type(fault).__name__)
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
    carried = CourierClients(keyring, clock, clients.reach)
    messenger = Messenger(db, clock, keyring, links, senders or Senders(reached, links, clock).of)
    connector = PsycopgConnector(conninfo=settings.database.url)
    try:
        with jobs.app.replace_connector(connector) as app:
            async with app.open_async():
                own = Rounds(db, clock, timers=timers_of(settings.worker), consumers=consumers_of(clock))
                every_s = settings.worker.sweep_interval_s
                asking = GatewayRounds(own, cashier, Refunder(db, clock, clients.of_rail), clients.reach)
                telling = MessageRounds(own, messenger, Digests(db, clock, reached, links, words))
                verifying = VerificationRounds(own, Askers(db, clock, keyring, links, reached))
                following = CourierRounds(
                    own, ParcelAsker(db, clock, keyring, carried), Booker(db, clock, keyring, carried)
                )
                parts = [
                    asyncio.create_task(part)
                    for part in (
                        own.run(stop, interval_s=every_s),
                        asking.run(stop, interval_s=min(NEWS_S, every_s)),
                        telling.run(stop, interval_s=every_s),
                        verifying.run(stop, interval_s=every_s),
                        following.run(stop, interval_s=every_s),
                        take_up_stalled(app, stop),
                    )
                ]
                runner = asyncio.create_task(
                    app.run_worker_async(
                        concurrency=settings.worker.concurrency,
                        install_signal_handlers=False,
                        additional_context={
                            "tools": jobs.Tools(
                                db, clock, keyring, settings.data_dir, settings.routes.osrm_url
                            )
                        },
                    )
                )
                waiting = asyncio.create_task(stop.wait())
                await asyncio.wait({*parts, runner, waiting}, return_when=asyncio.FIRST_COMPLETED)
                stop.set()
                # A part that broke ends the worker, but not what the others are in the middle of.
                await asyncio.wait({*parts, waiting})
                runner.cancel()
                with suppress(asyncio.CancelledError):
                    await runner
                for part in parts:
                    part.result()
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
