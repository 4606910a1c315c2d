"""What a benchmark starts ends with it, however it ends."""

import os
import signal
import subprocess
import sys

import pytest

from databases import as_url
from orderan.kit.postgres.processes import wait_until

MEASURING = """
import sys
from orderan.bench import ground

began = ground.subprocess.Popen

def told(*given, **named):
    process = began(*given, **named)
    print(process.pid, flush=True)
    return process

ground.subprocess.Popen = told
with ground.web(sys.argv[1]):
    print("ready", flush=True)
    sys.stdin.read()
"""


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's end")
def test_web_processes_end_with_a_benchmark_that_was_killed(database_url: str) -> None:
    measuring = subprocess.Popen(
        [sys.executable, "-c", MEASURING, as_url(database_url)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert measuring.stdout is not None
    assert measuring.stdin is not None
    with measuring.stdout, measuring.stdin:
        pid = int(measuring.stdout.readline())
        assert measuring.stdout.readline() == "ready\n"
        measuring.send_signal(signal.SIGKILL)
        measuring.wait()

        assert wait_until(lambda: not lives(pid), 20.0)


WORKING = """
import os, time
from orderan.bench.beside import beside

if __name__ == "__main__":
    with beside(2) as pool:
        print(pool.submit(os.getpid).result(), flush=True)
        pool.submit(time.sleep, 600).result()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's end")
def test_processes_beside_each_other_end_with_a_benchmark_that_was_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", WORKING], stdout=subprocess.PIPE, text=True) as working:
        assert working.stdout is not None
        pid = int(working.stdout.readline())
        working.send_signal(signal.SIGKILL)
        working.wait()

        assert wait_until(lambda: not lives(pid), 20.0)
