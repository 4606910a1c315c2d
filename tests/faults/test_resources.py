"""A database that went away, and a disk that is full: clear answers, and recovery without a hand."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from faults.site import Buyers, Site, open_for_business, serving
from orderan.kit.postgres.processes import wait_until

pytestmark = pytest.mark.slow

STOCK = {"kopi": 1_000_000}
ORDER = {"channel": "web", "lines": [{"sku": "kopi", "quantity": 1}]}


def post(site: Site, key: str, name: str) -> tuple[int, dict[str, str], bytes]:
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json", "idempotency-key": name}
    return site.ask("POST", "/api/v1/orders", json.dumps(ORDER).encode(), headers)


def asks_to_come_back(answer: tuple[int, dict[str, str], bytes]) -> bool:
    status, headers, body = answer
    return (
        status == 503
        and headers["content-type"].startswith("application/problem+json")
        and int(headers["retry-after"]) > 0
        and json.loads(body)["code"] == "try_again"
    )


def test_a_lost_database_is_told_clearly_and_its_return_needs_no_hand(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as site:
        key = open_for_business(site, stock=STOCK)
        assert post(site, key, "before")[0] == 201
        [postmaster] = site.pids("postgres")
        # The supervisor mends a database that ended within a second; while it is stopped itself,
        # the database stays away for as long as the test looks.
        os.kill(site.process.pid, signal.SIGSTOP)
        try:
            os.kill(postmaster, signal.SIGKILL)
            assert wait_until(lambda: asks_to_come_back(post(site, key, "during")), 20)
            assert asks_to_come_back(post(site, key, "during"))
            assert site.ask("GET", "/health/live")[0] == 200
            assert site.ask("GET", "/health/ready")[0] == 503
        finally:
            os.kill(site.process.pid, signal.SIGCONT)

        buyers = Buyers(site, key, ("kopi",))
        status, _ = buyers.buy("during", ORDER)
        assert status == 201
        assert wait_until(site.ready, 30)
        assert site.audit()[0] == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of our own that is quickly full."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0:
        pytest.skip("a disk of our own needs root")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=400m,mode=755", "tmpfs", str(folder)],
        check=False,
        capture_output=True,
        text=True,
    )
    if mounted.returncode != 0:
        pytest.skip(f"a disk of our own cannot be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_is_told_clearly_and_room_is_enough_to_go_on(small_disk: Path, tmp_path: Path) -> None:
    with serving(small_disk / "data", log=tmp_path / "log") as site:
        key = open_for_business(site, stock=STOCK)
        # Long orders, so that what is left in pages and log files is soon used up.
        buyers = Buyers(site, key, ("kopi",), lines=150)
        assert buyers.buy("before", ORDER)[0] == 201
        filler = small_disk / "filler"
        _fill(filler)
        buyers.start(4)

        assert wait_until(lambda: len(buyers.setbacks) > 8, 60), "the disk was never full"
        assert [one for one in buyers.setbacks if not asks_to_come_back(one)] == []
        assert site.process.poll() is None

        filler.unlink()
        assert buyers.wait_for(20, patience_s=60), site.log.read_text()[-3000:]
        buyers.finish()
        assert wait_until(site.ready, 30)
        code, report = site.audit()
        assert [check for check in report["checks"] if check["found"]] == []
        assert code == 0
        assert {status for status, _ in buyers.acknowledged.values()} == {201}


def _fill(filler: Path) -> None:
    with filler.open("wb", buffering=0) as out:
        for size in (1 << 20, 4096):
            try:
                while True:
                    out.write(b"\0" * size)
            except OSError:
                continue
