"""A worker that runs what is due and stops."""

from datetime import datetime

from procrastinate import PsycopgConnector

from orderan.kit import jobs
from orderan.kit.clock import SetClock
from orderan.kit.crypto import Keyring
from orderan.kit.db import Database


async def work_off(db: Database, url: str, now: datetime) -> None:
    """Run whatever is due, two jobs at a time."""
    with jobs.app.replace_connector(PsycopgConnector(conninfo=url)) as app:
        async with app.open_async():
            await app.run_worker_async(
                concurrency=2,
                wait=False,
                listen_notify=False,
                install_signal_handlers=False,
                additional_context={"tools": jobs.Tools(db, SetClock(now), Keyring(bytes(32)))},
            )
