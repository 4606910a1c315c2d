"""Jobs: work for later or for outside, enqueued in the caller's transaction.

A job exists if and only if its change was committed. The queue is procrastinate on the same
PostgreSQL. Jobs take ids, are safe to run twice, and name their lock and retry budget. Timers
are not jobs: they are columns swept by set-based statements in the worker.
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from procrastinate import App, JobContext, PsycopgConnector, RetryStrategy
from procrastinate.tasks import Task

from orderan.kit import inbox
from orderan.kit.clock import Clock
from orderan.kit.crypto import Keyring
from orderan.kit.db import Database, Tx
from orderan.kit.errors import N_
from orderan.kit.inbox import Stuck

app = App(connector=PsycopgConnector())
"""Where job functions are registered; the worker replaces the connector with a live one."""

TRANSIENT = RetryStrategy(max_attempts=5, exponential_wait=4)
"""Faults of the world: a try and five more over about 20 minutes, then the job is an entry of the exception
inbox."""

FAILED = "job_failed"


@dataclass(frozen=True)
class Tools:
    """What the worker hands to every job.

    Attributes:
        data_dir: Where files kept on this machine lie.
        osrm_url: A server that knows how far it is by road; None where there is none.
    """

    db: Database
    clock: Clock
    keyring: Keyring
    data_dir: Path = Path()
    osrm_url: str | None = None


Job = Callable[..., Coroutine[Any, Any, None]]


def job(
    name: str, *, retry: RetryStrategy = TRANSIENT, queue: str = "work"
) -> Callable[[Job], Task[..., Any, Any]]:
    """Declare a job under a name that is kept for ever, since queued rows carry it.

    The function takes `tools`, `shop_id` and the plain arguments it was deferred with.
    """

    def declare(work: Job) -> Task[..., Any, Any]:
        async def run(context: JobContext, /, **arguments: Any) -> None:
            await work(context.additional_context["tools"], **arguments)

        run.__doc__ = work.__doc__
        declared: Task[..., Any, Any] = app.task(name=name, queue=queue, retry=retry, pass_context=True)(run)
        return declared

    return declare


STALLED_S = 30.0
"""A worker that did not say that it lives for so long is dead, and what it was doing is begun again."""


async def take_up_again(running: App) -> int:
    """Put back into the queue what a killed worker left half done; returns how many.

    Jobs are safe to run twice, so it does not matter how far it came.
    """
    stalled = list(await running.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_S))
    for one in stalled:
        await running.job_manager.retry_job(one)
    return len(stalled)


async def watch_failed(tx: Tx, now: datetime) -> int:
    """Tell of every job of the shop that failed for good, until it is run again; returns how many changed."""
    rows = await tx.all(
        """
        SELECT id, task_name, attempts
        FROM procrastinate_jobs
        WHERE status = 'failed' AND args ->> 'shop_id' = %(shop)s::text
        ORDER BY id
        """,
        {"shop": str(tx.shop_id)},
    )
    failed = [
        Stuck(
            kind=FAILED,
            reason=row.task_name,
            subject_kind="job",
            subject_id=None,
            dedupe_key=f"{FAILED}:{row.id}",
            payload={"job": row.id, "task": row.task_name, "attempts": row.attempts},
            money_minor=0,
            currency="IDR",
            deadline=None,
            next_step=N_("Pekerjaan ini gagal berulang kali. Lihat log, lalu ulangi dari halamannya."),
        )
        for row in rows
    ]
    opened, closed = await inbox.watch(tx, FAILED, failed, quiet_for=timedelta(days=3), now=now)
    return opened + closed


async def defer(tx: Tx, task: Task[..., Any, Any], *, lock: str | None = None, **arguments: Any) -> int:
    """Enqueue in this transaction; returns the job's number.

    Args:
        lock: Jobs of one lock run one after another (`order:<id>`).
        arguments: Plain values only.
    """
    configured = task.configure(lock=lock, connection=tx.connection)
    return int(await configured.defer_async(shop_id=tx.shop_id, **arguments))
