"""`orderan serve`: one command runs everything, mends what crashes, and stops it all cleanly."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from base64 import b64encode
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from cli.given import Installation, free_port
from orderan.kit.postgres import EmbeddedPostgres
from orderan.kit.postgres.processes import postmaster_pid, processes_of, wait_until


@pytest.fixture
def here() -> Iterator[Installation]:
    with tempfile.TemporaryDirectory(prefix="orderan-test-") as folder:
        yield Installation(Path(folder) / "data", free_port())


def cluster(here: Installation) -> Path:
    return here.folder / "postgres" / "cluster"


def running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def inside(folder: Path) -> list[int]:
    """Live processes whose working folder this is, whatever program they run."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and running(int(entry.name)):
            with suppress(OSError):  # It ended while we looked.
                if (entry / "cwd").readlink() == folder:
                    found.append(int(entry.name))
    return found


def pressed(process: subprocess.Popen[str], draft: Path) -> bool:
    """Ctrl-C once more, as a terminal sends it to everybody in the foreground, until the draft is done with."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGINT)
    return process.poll() is not None or not draft.exists()


def children(pid: int, word: str) -> list[int]:
    """Live children of a process with this word on their command line."""
    told = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [
        child
        for child in map(int, told)
        if word.encode() in Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
    ]


def test_serve_answers_tells_its_address_and_stops_everything_cleanly(here: Installation) -> None:
    with here.serving() as served:
        assert json.loads(here.get("/health/ready")[2]) == {
            "status": "ready",
            "checks": {"database": "ok", "migrations": "ok"},
        }
        status, headers, body = here.get("/health/live", {"X-Request-ID": "permintaan-0001"})
        assert (status, body) == (200, '{"status":"alive"}')
        assert headers["x-request-id"] == "permintaan-0001"
        assert here.get("/health/live", {"X-Request-ID": "<script>"})[1]["x-request-id"] != "<script>"
        here.get("/pid", {"X-Request-ID": "permintaan-0002"})
        assert 'route="/pid"' in here.get("/metrics")[2]
        assert wait_until(lambda: f"Orderan is ready: http://127.0.0.1:{here.port}" in served.words(), 10)

        assert served.end(signal.SIGINT) == 0
    asked = [line for line in served.lines() if line["event"] == "asked"]
    assert [line["request_id"] for line in asked] == ["permintaan-0002"]
    assert len([line for line in served.lines() if line.get("request_id") == "permintaan-0002"]) == 2
    assert not [line for line in served.lines() if line["logger"] == "uvicorn.access"]
    # Whoever waits for an answer comes before whatever nobody waits for.
    assert f"worker done, nice {min(os.nice(0) + 5, 19)}" in served.words()
    assert processes_of(cluster(here)) == []
    assert not here.answers()
    assert (here.folder / "master.key").stat().st_mode & 0o777 == 0o600


def test_a_second_serve_says_which_process_runs_already(here: Installation) -> None:
    with here.serving() as served:
        second = here.run("serve", ORDERAN_PORT=str(free_port()))
        assert second.returncode == 1
        assert (
            f"process {served.process.pid} (orderan serve) already runs Orderan in {here.folder}"
            in second.stderr
        )
        assert here.answers()


def test_a_taken_port_is_said_so_and_no_database_is_left_running(here: Installation) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", here.port))
        other.listen()
        refused = here.run("serve")
    assert refused.returncode == 3
    assert f"127.0.0.1 port {here.port} is taken by another program" in refused.stderr
    assert processes_of(cluster(here)) == []


def test_a_killed_web_process_and_a_killed_database_come_back(here: Installation) -> None:
    with here.serving() as served:
        os.kill(int(here.get("/pid")[2]), signal.SIGKILL)
        assert wait_until(lambda: "a process ended; starting it again" in served.words(), 10)
        assert wait_until(here.answers, 30)

        pid = postmaster_pid(cluster(here))
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        assert wait_until(lambda: postmaster_pid(cluster(here)) not in {None, pid}, 30)
        assert wait_until(here.answers, 30), served.words()
        assert served.process.poll() is None


def test_after_a_sigkill_nothing_is_left_and_the_next_serve_recovers(here: Installation) -> None:
    with here.serving() as served:
        web = int(here.get("/pid")[2])
        served.end(signal.SIGKILL)
        assert wait_until(lambda: not running(web), 30)
        assert wait_until(lambda: not processes_of(cluster(here)), 30)
    with here.serving():
        assert here.answers()


def test_the_worker_of_a_killed_serve_ends_with_it_and_without_a_word(here: Installation) -> None:
    with here.serving(worker="orderan.worker:main") as served:
        url = EmbeddedPostgres(here.folder).url
        with psycopg.connect(url, autocommit=True) as database:
            at_work = "SELECT count(*) FROM procrastinate_workers"
            assert wait_until(lambda: database.execute(at_work).fetchone() == (1,), 30), served.words()
        [worker] = children(served.process.pid, "worker")
        served.end(signal.SIGKILL)
        assert wait_until(lambda: not running(worker), 5)
        assert "Traceback" not in served.words()
        assert not [line for line in served.lines() if line["level"] in {"warning", "error"}]


def test_ctrl_c_while_the_first_cluster_is_made_ends_calmly_and_the_next_serve_is_whole(
    here: Installation,
) -> None:
    draft = here.folder / "postgres" / "cluster.unfinished"
    with subprocess.Popen(
        [sys.executable, "-m", "orderan", "serve", "--app", "standin:create", "--worker", "standin:work"],
        env=here.env,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert wait_until((draft / "base").exists, 30)
        assert wait_until(lambda: pressed(process, draft), 60)
        _, words = process.communicate(timeout=60)
    assert (process.returncode, words) == (0, "stopping\n")
    assert processes_of(cluster(here)) == []
    with here.serving():
        assert here.answers()


def test_a_serve_killed_while_the_first_cluster_is_made_leaves_nothing_that_hinders_the_next(
    here: Installation,
) -> None:
    draft = here.folder / "postgres" / "cluster.unfinished"
    with subprocess.Popen(
        [sys.executable, "-m", "orderan", "serve", "--app", "standin:create", "--worker", "standin:work"],
        env=here.env,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        assert wait_until((draft / "base").exists, 30)
        process.kill()
        process.wait(10)
    assert wait_until(lambda: not inside(draft), 10)
    assert not cluster(here).exists()
    with here.serving():
        assert here.answers()


def test_a_web_process_that_waits_for_its_database_ends_when_it_is_told_to(here: Installation) -> None:
    nobody = f"postgresql://orderan@127.0.0.1:{free_port()}/orderan"
    with subprocess.Popen(
        [sys.executable, "-m", "orderan", "web"],
        env=here.env | {"ORDERAN_DATABASE_URL": nobody, "ORDERAN_MASTER_KEY": b64encode(bytes(32)).decode()},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        assert any("error connecting" in line for line in process.stderr)
        process.terminate()

        assert process.wait(5) == 0
    assert not here.answers()


def test_ready_turns_503_when_the_schema_is_not_this_releases(here: Installation) -> None:
    with here.serving():
        url = EmbeddedPostgres(here.folder).url
        with psycopg.connect(url, autocommit=True) as database:
            database.execute("DELETE FROM migration WHERE name LIKE '0001%'")
        status, _, body = here.get("/health/ready")
        assert status == 503
        assert json.loads(body) == {
            "status": "not_ready",
            "checks": {"database": "ok", "migrations": "pending"},
        }
        assert here.get("/health/live")[0] == 200
