"""Jobs: work for later or for outside, enqueued in the caller's transaction.

A job exists if and only if its change was committed. The queue is procrastinate on the same
PostgreSQL. Jobs take ids, are safe to run twice, and name their lock and retry budget. Timers
are not jobs: they are columns swept by set-based statements in the worker.
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from procrastinate import App, JobContext, PsycopgConnector, RetryStrategy
from procrastinate.tasks import Task

from orderan.kit.clock import Clock
from orderan.kit.crypto import Keyring
from orderan.kit.db import Database, Tx

app = App(connector=PsycopgConnector())
"""Where job functions are registered; the worker replaces the connector with a live one."""

TRANSIENT = RetryStrategy(max_attempts=6, exponential_wait=4)
"""Faults of the world: six tries over about 20 minutes, then the job stays failed and visible."""


@dataclass(frozen=True)
class Tools:
    """What the worker hands to every job."""

    db: Database
    clock: Clock
    keyring: Keyring


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


async def defer(tx: Tx, task: Task[..., Any, Any], *, lock: str | None = None, **arguments: Any) -> int:
    """Enqueue in this transaction; returns the job's number.

    Args:
        lock: Jobs of one lock run one after another (`order:<id>`).
        arguments: Plain values only.
    """
    configured = task.configure(lock=lock, connection=tx.connection)
    return int(await configured.defer_async(shop_id=tx.shop_id, **arguments))
