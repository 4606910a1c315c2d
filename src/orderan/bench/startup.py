"""How soon `orderan serve` answers, and how much memory its processes hold.

fresh_s             from the command to the first 200 of /health/ready, in an empty data folder:
                    database made, migrations, administrative areas
again_s             the same on the folder that now exists
web_idle_mb ...     proportional memory (PSS: what is shared is shared out) once it is ready
web_loaded_mb ...   after 2,000 orders placed at a steady pace and their facts worked off
"""

import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvloop

from orderan.bench import load, placement
from orderan.bench.ground import STARTED_S, DidNotStart, prepared, worked_off
from orderan.bench.promises import Promise
from orderan.kit.postgres import EmbeddedPostgres
from orderan.kit.postgres.processes import wait_until

PLACED = 2_000
PER_SECOND = 100
PATIENCE_S = 60.0

PROMISES = (Promise("fresh_s", at_most=60), Promise("again_s", at_most=10))


@dataclass(frozen=True)
class Figures:
    """What one run measured: seconds, and megabytes (2^20)."""

    fresh_s: float
    again_s: float
    web_idle_mb: float
    web_loaded_mb: float
    worker_idle_mb: float
    worker_loaded_mb: float
    placed: int


class NoMemoryFigures(Exception):
    """This system does not tell a process's share of memory; Linux does."""


class NotWorkedOff(Exception):
    """The worker did not keep up with the facts, so its memory means nothing yet."""


@dataclass(frozen=True)
class Served:
    """An installation that answers."""

    seconds: float
    pid: int
    folder: Path
    port: int


def measure(*, placed: int = PLACED, tell: Callable[[str], None] = lambda _text: None) -> Figures:
    """Run the benchmark in a folder of its own, which is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="orderan-bench-") as made:
        folder = Path(made) / "data"
        tell("starting in an empty folder")
        with _serving(folder) as first:
            fresh_s = first.seconds
        tell("starting again")
        with _serving(folder) as served:
            idle = memory_mb(served.pid)
            tell(f"placing {placed:,} orders")
            answered = _load(served, placed)
            loaded = memory_mb(served.pid)
    return Figures(
        fresh_s=round(fresh_s, 2),
        again_s=round(served.seconds, 2),
        web_idle_mb=idle["web"],
        web_loaded_mb=loaded["web"],
        worker_idle_mb=idle["worker"],
        worker_loaded_mb=loaded["worker"],
        placed=answered,
    )


@contextmanager
def _serving(folder: Path) -> Iterator[Served]:
    """`orderan serve` with one web process, from the command on; stopped cleanly afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    theirs = {name: value for name, value in os.environ.items() if not name.startswith("ORDERAN_")}
    environment = theirs | {
        "ORDERAN_DATA_DIR": str(folder),
        "ORDERAN_PORT": str(port),
        "ORDERAN_WEB_PROCESSES": "1",
        "ORDERAN_LOG_LEVEL": "warning",
    }
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "orderan", "serve"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _until_ready(port, process)
        yield Served(time.perf_counter() - began, process.pid, folder, port)
    finally:
        process.send_signal(signal.SIGTERM)
        # It stops its children in order and the database last; killed, it would leave them to us.
        process.wait(PATIENCE_S)


def _until_ready(port: int, process: "subprocess.Popen[bytes]") -> None:
    def settled() -> bool:
        return process.poll() is not None or _answers(port)

    if not wait_until(settled, 2 * STARTED_S) or process.poll() is not None:
        raise DidNotStart(f"exit code {process.returncode}")


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _load(served: Served, placed: int) -> int:
    url = EmbeddedPostgres(served.folder).url
    ground = prepared(url, skus=placement.SKUS, units=1_000_000_000)
    requests = placement.orders(ground.key, hot=False)
    outcome = placement.whole(
        uvloop.run(
            load.paced(
                "127.0.0.1",
                served.port,
                requests,
                per_second=PER_SECOND,
                seconds=placed / PER_SECOND,
                connections=32,
            )
        )
    )
    if not wait_until(lambda: worked_off(url), PATIENCE_S):
        raise NotWorkedOff(f"after {PATIENCE_S:.0f} s")
    return len(outcome.latencies)


def memory_mb(serving: int) -> dict[str, float]:
    """PSS of the web process and the worker that `orderan serve` of this pid runs.

    Raises:
        NoMemoryFigures: There is no /proc with memory figures here.
    """
    found: dict[str, float] = {}
    for place in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((place / "stat").read_text().rpartition(")")[2].split()[1])
            words = (place / "cmdline").read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError):
            continue  # It ended while we looked.
        if parent != serving:
            continue
        for part in ("web", "worker"):
            if part.encode() in words:
                found[part] = _pss_mb(place)
    if found.keys() != {"web", "worker"}:
        raise NoMemoryFigures(str(sorted(found)))
    return found


def _pss_mb(place: Path) -> float:
    try:
        lines = (place / "smaps_rollup").read_text().splitlines()
    except OSError as fault:
        raise NoMemoryFigures(str(fault)) from fault
    return round(next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024, 1)
