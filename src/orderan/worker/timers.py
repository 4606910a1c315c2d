"""Every sweep: what it looks after, and how often."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from orderan.access import sweep_sessions
from orderan.flows.complete_orders import complete_delivered
from orderan.flows.contest_chargeback import tend_chargebacks
from orderan.flows.courier_letters import sweep_old_letters as sweep_courier_letters
from orderan.flows.courier_rates import sweep_old_rates
from orderan.flows.expire_orders import expire_orders
from orderan.flows.follow_health import follow_health
from orderan.flows.follow_promotion import sweep_reserved
from orderan.flows.gateway_news import sweep_old_news
from orderan.flows.hold_order import let_holds_expire
from orderan.flows.learn_lead_times import learn_nightly
from orderan.flows.payment_incident import follow_incidents
from orderan.flows.prove_balances import prove_nightly
from orderan.flows.reach_news import sweep_old_letters
from orderan.flows.reconcile import reconcile_nightly
from orderan.flows.release_wave import release_due
from orderan.flows.tell_restock import tell_restock
from orderan.flows.train_trust import train_again
from orderan.flows.watch_limits import watch_limits
from orderan.flows.watch_promises import watch_promises
from orderan.flows.watch_rails import learn_rails, watch_rails
from orderan.inventory import quarantine_expired, watch_low_stock
from orderan.kit import jobs, throttle
from orderan.kit.db import Tx
from orderan.kit.inbound import sweep_inbound
from orderan.kit.runner import sweep_answers
from orderan.payments import open_rails_due
from orderan.promotions import end_over
from orderan.settings import WorkerSettings
from orderan.trust import learn_norm

Sweep = Callable[[Tx, datetime], Awaitable[int]]


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


class _Command(Protocol):
    def __call__(self, tx: Tx, /, *, now: datetime) -> Awaitable[int]: ...


def _at(command: _Command) -> Sweep:
    """A command as a sweep."""

    async def sweep(tx: Tx, now: datetime) -> int:
        return await command(tx, now=now)

    return sweep


async def _low_stock(tx: Tx, now: datetime) -> int:
    opened, settled = await watch_low_stock(tx, now)
    return opened + settled


MESSAGES_KEPT: Final = timedelta(days=90)
"""A marketplace asks about a quarter that is over; nobody sends a message again after that."""


async def _sweep_inbound(tx: Tx, now: datetime) -> int:
    return await sweep_inbound(tx, before=now - MESSAGES_KEPT)


TIMERS: Final[tuple[Timer, ...]] = (
    Timer("incidents", 5.0, _at(follow_incidents)),
    Timer("expire_orders", 1.0, _at(expire_orders)),
    Timer("expire_holds", 10.0, _at(let_holds_expire)),
    Timer("complete_orders", 60.0, _at(complete_delivered)),
    Timer("watch_limits", 60.0, _at(watch_limits)),
    Timer("chargebacks", 60.0, _at(tend_chargebacks)),
    Timer("low_stock", 60.0, _low_stock),
    Timer("expired_goods", 600.0, _at(quarantine_expired)),
    Timer("restock", 60.0, _at(tell_restock)),
    Timer("settlements", 600.0, _at(reconcile_nightly)),
    Timer("balance_proofs", 600.0, _at(prove_nightly)),
    Timer("waves", 60.0, _at(release_due)),
    Timer("lead_times", 600.0, _at(learn_nightly)),
    Timer("promises", 60.0, _at(watch_promises)),
    Timer("open_rails", 10.0, _at(open_rails_due)),
    Timer("watch_rails", 10.0, _at(watch_rails)),
    Timer("follow_health", 10.0, _at(follow_health)),
    Timer("learn_rails", 600.0, _at(learn_rails)),
    Timer("failed_jobs", 60.0, jobs.watch_failed),
    Timer("promotions_reserved", 60.0, _at(sweep_reserved)),
    Timer("promotions_over", 60.0, _at(end_over)),
    Timer("trust_norm", 3600.0, _at(learn_norm)),
    Timer("trust_models", 21600.0, _at(train_again)),
    Timer("sessions", 3600.0, sweep_sessions),
    Timer("throttle", 3600.0, _at(throttle.sweep)),
    Timer("inbound", 3600.0, _sweep_inbound),
    Timer("gateway_news", 3600.0, sweep_old_news),
    Timer("reach_news", 3600.0, sweep_old_letters),
    Timer("courier_news", 3600.0, sweep_courier_letters),
    Timer("courier_rates", 3600.0, sweep_old_rates),
)


def timers_of(settings: WorkerSettings) -> tuple[Timer, ...]:
    """Every sweep, those included that a setting has a say in."""
    kept = timedelta(days=settings.answers_days)

    async def answers(tx: Tx, now: datetime) -> int:
        return await sweep_answers(tx, before=now - kept)

    return (*TIMERS, Timer("answers", 60.0, answers))
