"""kill -9 of the worker in the middle of a file: the next worker finishes it, and nobody has to ask."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest
from psycopg.conninfo import conninfo_to_dict

from conftest import ShopFloor
from importing.test_unseen_files import sale, text_file
from orderan.importing import check_source, preset
from orderan.importing.jobs import ask_for_import, keep_upload
from orderan.importing.store.uploads import Upload
from orderan.importing.uploads import UploadFolder
from orderan.kit.db import Tx

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

LINES = 6_000
# Small steps, so that the kill falls between two of them; told on standard output after each commit.
WORKER = """
from orderan.importing import jobs, running
from orderan.worker import main

running.CHUNK_LINES = 200
begin = jobs.start

def tell(step, done):
    # One write a line: two threads tell, and their lines stay whole.
    print(f"{step} {done}\\n", end="", flush=True)

async def start(*given, **named):
    return await begin(*given, progress=lambda step, done, whole: tell(step, done), **named)

forget = jobs.UploadFolder.forget

def forgotten(self, stored):
    forget(self, stored)
    tell("finished", 0)

jobs.start, jobs.UploadFolder.forget = start, forgotten
main()
"""


async def test_a_killed_worker_is_followed_by_one_that_finishes_the_file(
    floor: ShopFloor, database_url: str, now: datetime, tmp_path: Path
) -> None:
    upload = await brought(floor, now, tmp_path)
    async with worker(database_url, tmp_path) as killed:
        told = [await heard(killed) for _ in range(3)]
        assert [step for step, _ in told] == ["reading"] * 3
        killed.send_signal(signal.SIGKILL)
        assert await killed.wait() == -signal.SIGKILL
    [(state, lines)] = await floor.all("SELECT state, lines_read FROM import_run")
    assert (state, 600 <= lines < LINES) == ("reading", True)
    assert await floor.value("SELECT count(*) FROM sales_order") == 0

    # The dead worker has not been heard of for as long as it takes to be believed dead.
    await floor.all(
        "UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '1 hour' RETURNING id"
    )
    async with worker(database_url, tmp_path) as following:
        step, done = await heard(following)
        assert (step, done > lines) == ("reading", True)
        while step != "finished":
            step, _ = await heard(following)
    runs = await floor.all("SELECT state, report -> 'lines' AS lines FROM import_run")
    assert [tuple(run) for run in runs] == [
        ("finished", {"file": LINES, "ordered": LINES, "returned": 0, "waiting": 0, "known_before": 0})
    ]
    assert await floor.value("SELECT sum(total_minor)::bigint FROM sales_order") == LINES * 1530
    assert not UploadFolder(tmp_path).path(upload.stored).exists()


async def brought(floor: ShopFloor, now: datetime, data_dir: Path) -> Upload:
    """A file that was sent, and asked to be imported."""
    folder = UploadFolder(data_dir)
    coming = folder.receive("lines.csv")
    coming.write(text_file([sale(str(n // 5), f"SKU{n % 5}") for n in range(LINES)]).encode())
    coming.keep()

    async def asking(tx: Tx) -> Upload:
        upload, _ = await keep_upload(tx, coming, now=now)
        mapping = preset("online-retail")
        fingerprint = check_source(folder.path(upload.stored), mapping)
        return await ask_for_import(tx, upload.id, mapping, fingerprint=fingerprint, now=now)

    upload: Upload = await floor.run(asking)
    return upload


async def heard(process: asyncio.subprocess.Process) -> tuple[str, int]:
    """The next step a worker tells of, and how far it is."""
    assert process.stdout is not None
    async with asyncio.timeout(60):
        line = await process.stdout.readline()
    assert line, "the worker ended"
    step, done = line.split()
    return step.decode(), int(done)


@asynccontextmanager
async def worker(database_url: str, data_dir: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    url = f"postgresql://?{urlencode(conninfo_to_dict(database_url))}"
    settings = {
        "ORDERAN_DATABASE_URL": url,
        "ORDERAN_DATA_DIR": str(data_dir),
        "ORDERAN_MASTER_KEY": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
        "ORDERAN_LOG_LEVEL": "error",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WORKER, stdout=asyncio.subprocess.PIPE, env=os.environ | settings
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
