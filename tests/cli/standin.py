"""The smallest application and worker that `orderan serve` can supervise."""

import os
import signal
import threading
from datetime import UTC, datetime

from litestar import Litestar, get
from litestar.di import Provide

from orderan.kit.db import Database
from orderan.kit.telemetry import log
from orderan.web.health import health, metrics
from orderan.web.observing import Observing


@get("/pid", sync_to_thread=False)
def pid() -> str:
    log("standin").info("asked")
    return str(os.getpid())


def create() -> Litestar:
    db = Database(os.environ["ORDERAN_DATABASE_URL"], min_size=1, max_size=2)

    async def give() -> Database:
        return db

    return Litestar(
        [health, metrics, pid],
        dependencies={
            "db": Provide(give),
            "now": Provide(lambda: datetime.now(UTC), sync_to_thread=False),
        },
        on_startup=[db.open],
        on_shutdown=[db.close],
        middleware=[Observing],
    )


def work() -> None:
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    stop.wait()
    print(f"worker done, nice {os.nice(0)}", flush=True)
