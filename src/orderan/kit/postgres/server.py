"""The supervisor: start, stop and find the PostgreSQL of one data folder."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from orderan.kit.postgres import cluster as clusters
from orderan.kit.postgres.accounts import ensure_accounts
from orderan.kit.postgres.binaries import Binaries, copied, find_binaries
from orderan.kit.postgres.errors import AlreadyRunning, CannotStart
from orderan.kit.postgres.identity import Identity, server_identity
from orderan.kit.postgres.layout import DATABASE, OWNER, SUPERUSER, Layout, Running
from orderan.kit.postgres.lock import SupervisorLock, holder, is_held
from orderan.kit.postgres.processes import (
    accepts_connections,
    end_leftovers,
    end_with_parent,
    postmaster_pid,
    processes_of,
    wait_until,
)

START_ATTEMPTS = 5
# Replaying the log after a crash may take minutes on a slow disk; a server that dies is noticed at once.
START_PATIENCE_S = 600.0
STOP_PATIENCE_S = 60.0
# How long a program that started the server for itself waits for another one that came along.
GUEST_PATIENCE_S = 30.0
ROOT_CACHE = Path("/var/cache/orderan")


@dataclass(frozen=True, slots=True)
class Status:
    """What is known of a data folder's server without touching it.

    Attributes:
        state: absent (never started), stopped, running, or orphaned (processes without a supervisor;
            the next start ends them).
        owner_pid: The process that supervises it, and `purpose` says what that is.
        pids: Every process of the server, the postmaster among them.
    """

    state: Literal["absent", "stopped", "running", "orphaned"]
    owner_pid: int | None = None
    purpose: str | None = None
    port: int | None = None
    pids: tuple[int, ...] = ()


class EmbeddedPostgres:
    """The PostgreSQL server of one Orderan data folder.

    The application's role, `orderan`, owns the database `orderan` and is no superuser, because row-level
    security must hold for it; it may create databases. The superuser is `postgres`.

    Args:
        data_dir: The Orderan data folder; the server lives in `postgres` under it.
        bin_dir: Folder of PostgreSQL programs; default: the wheel's, else the system's newest.
        purpose: What the owning process is, told to whoever finds the folder taken.
        fast: Give up durability for speed. For tests alone.
    """

    def __init__(
        self, data_dir: Path, *, bin_dir: Path | None = None, purpose: str = "orderan", fast: bool = False
    ) -> None:
        self._layout = Layout(data_dir.absolute())
        self._bin_dir = bin_dir
        self._purpose = purpose
        self._fast = fast
        self._lock = SupervisorLock(self._layout.lock_file)
        self._server: subprocess.Popen[bytes] | None = None

    def start(self) -> str:
        """Start the server, making the cluster on first use and clearing up after a crash.

        Returns:
            libpq URL of the database `orderan` as the role `orderan`, over the private socket.

        Raises:
            AlreadyRunning: Another process runs this folder; `running` connects to that one instead.
            NoBinaries: There is no PostgreSQL to start.
            CannotStart: The server or its folder refuses; nothing is left running.
        """
        layout = self._layout
        layout.prepare()
        identity = server_identity(layout.cluster)
        self._lock.acquire(self._purpose)
        try:
            binaries = self._reachable_binaries(identity)
            end_leftovers(layout.cluster)
            if left := processes_of(layout.cluster):
                raise CannotStart(
                    f"processes of an earlier run do not end: {left}; end them, then start again"
                )
            credentials = layout.credentials()
            if not layout.cluster.exists():
                clusters.create_cluster(layout, binaries, identity, credentials, fast=self._fast)
            self._start_server(binaries, identity)
            ensure_accounts(self.superuser_url("postgres"), credentials)
        except BaseException:
            self.stop()
            raise
        return self.url

    def restart(self) -> str:
        """Bring back a server that died under us, at the same address where that can be had.

        Returns:
            The URL, which differs from before only when another program took the port meanwhile.

        Raises:
            CannotStart: It does not come back. The folder stays ours, so that this can be tried again.
        """
        if self._server is not None and self._server.poll() is None:
            return self.url
        before = self._layout.running()
        end_leftovers(self._layout.cluster)
        identity = server_identity(self._layout.cluster)
        self._start_server(
            self._reachable_binaries(identity), identity, port=before.port if before is not None else None
        )
        return self.url

    def stop(self, *, guests_first: bool = False) -> None:
        """Stop the server: sessions are cut off, everything acknowledged is on disk. Safe to call twice.

        Args:
            guests_first: Let other programs finish what they do, up to half a minute.
        """
        server, self._server = self._server, None
        if server is not None:
            if guests_first and server.poll() is None:
                server.send_signal(signal.SIGTERM)
                wait_until(lambda: server.poll() is not None, GUEST_PATIENCE_S)
            for sign in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
                if server.poll() is not None:
                    break
                server.send_signal(sign)
                wait_until(lambda: server.poll() is not None, STOP_PATIENCE_S)
            end_leftovers(self._layout.cluster)
            self._layout.clear_socket_folder()
            self._layout.forget_running()
        self._lock.release()

    def status(self) -> Status:
        """What runs here, asked of the lock and the process table."""
        layout = self._layout
        if not layout.cluster.exists():
            return Status("absent")
        pids = tuple(processes_of(layout.cluster))
        if is_held(layout.lock_file):
            pid, purpose = holder(layout.lock_file)
            told = layout.running()
            return Status("running", pid, purpose, told.port if told is not None else None, pids)
        return Status("orphaned", pids=pids) if pids else Status("stopped")

    @property
    def alive(self) -> bool:
        """Whether the server this object started still runs."""
        return self._server is not None and self._server.poll() is None

    @property
    def url(self) -> str:
        """URL (libpq) of the application's database and role, over the private socket."""
        return self._layout.url(self._where(), OWNER, DATABASE)

    @property
    def tcp_url(self) -> str:
        """The same over 127.0.0.1."""
        return self._layout.url(self._where(), OWNER, DATABASE, tcp=True)

    def superuser_url(self, database: str = DATABASE) -> str:
        """URL (libpq) as the superuser: for backup, restore and diagnosis, never for the application."""
        return self._layout.url(self._where(), SUPERUSER, database)

    def _where(self) -> Running:
        where = self._layout.running()
        if where is None:
            raise CannotStart(f"the database in {self._layout.home} is not running")
        return where

    def _reachable_binaries(self, identity: Identity) -> Binaries:
        binaries = find_binaries(self._bin_dir)
        if identity.reaches(binaries.program("postgres"), os.X_OK):
            return binaries
        # A virtual environment under a private home, typically root's: only root can be here.
        copy = copied(binaries, ROOT_CACHE)
        if not identity.reaches(copy.program("postgres"), os.X_OK):
            raise CannotStart(
                f"user id {identity.uid}, which the database runs as, can run neither"
                f" {binaries.program('postgres')} nor the copy in {ROOT_CACHE}: allow it to pass their"
                " parent folders (chmod o+x), or set ORDERAN_PG_BIN to programs that everybody can run"
            )
        return copy

    def _start_server(self, binaries: Binaries, identity: Identity, *, port: int | None = None) -> None:
        layout = self._layout
        # The lock is ours and no process of this cluster lives, so whatever this names is a stranger.
        (layout.cluster / "postmaster.pid").unlink(missing_ok=True)
        for attempt in range(START_ATTEMPTS):
            socket_dir = layout.make_socket_folder(identity)
            if port is None or attempt > 0:
                port = _free_port()
            # Written before the server lives, so that the next start finds the socket folder of a killed run.
            layout.write_running(Running(0, port, str(socket_dir)))
            clusters.write_configuration(
                layout, binaries, identity, socket_dir=socket_dir, port=port, fast=self._fast
            )
            server = self._spawn(binaries, identity)
            self._wait_for_answer(server)
            if server.poll() is None:
                layout.write_running(Running(server.pid, port, str(socket_dir)))
                return
            told = _last_words(layout)
            # Another program may have taken the port between our look and the server's.
            if attempt + 1 == START_ATTEMPTS or "Address already in use" not in told:
                raise CannotStart(f"PostgreSQL did not start (exit {server.returncode}): {told}")

    def _wait_for_answer(self, server: subprocess.Popen[bytes]) -> None:
        cluster = self._layout.cluster
        if not wait_until(
            lambda: server.poll() is not None or accepts_connections(cluster, server.pid), START_PATIENCE_S
        ):
            raise CannotStart(
                f"PostgreSQL is not ready after {START_PATIENCE_S:.0f} s: {_last_words(self._layout)}"
            )

    def _spawn(self, binaries: Binaries, identity: Identity) -> subprocess.Popen[bytes]:
        layout = self._layout
        with layout.start_log.open("wb") as log:
            self._server = subprocess.Popen(
                [binaries.program("postgres"), "-D", clusters.folder_as_seen(layout.cluster, identity)],
                cwd=layout.cluster,
                env=clusters.server_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Its own session: Ctrl-C in a terminal must reach the server last, and from us.
                start_new_session=True,
                preexec_fn=end_with_parent(signal.SIGINT),  # noqa: PLW1509 - it calls nothing but prctl
                user=identity.user,
                group=identity.group,
                extra_groups=identity.groups,
            )
        return self._server


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _last_words(layout: Layout) -> str:
    """The last lines of the server's logs, for an error message."""
    logs = [layout.start_log, *(layout.cluster / "log").glob("*.log")]
    newest = sorted((log for log in logs if log.exists()), key=lambda log: log.stat().st_mtime)[-2:]
    lines = [line for log in newest for line in log.read_text(errors="replace").splitlines()[-8:]]
    return " / ".join(lines) or "it said nothing"


@contextmanager
def running(data_dir: Path, *, bin_dir: Path | None = None, purpose: str) -> Iterator[EmbeddedPostgres]:
    """The server of a data folder for as long as the block runs: the one that runs, or one of our own.

    A program such as `orderan audit` uses this beside a running `orderan serve` and without one alike.

    Raises:
        NoBinaries, CannotStart: As `EmbeddedPostgres.start`.
        AlreadyRunning: Another process holds the folder but its server does not come up.
    """
    server = EmbeddedPostgres(data_dir, bin_dir=bin_dir, purpose=purpose)
    try:
        server.start()
    except AlreadyRunning:
        layout = Layout(data_dir.absolute())
        if not wait_until(lambda: _answers(layout), START_PATIENCE_S if is_held(layout.lock_file) else 0):
            raise
        yield server
        return
    try:
        yield server
    finally:
        server.stop(guests_first=True)


def _answers(layout: Layout) -> bool:
    pid = postmaster_pid(layout.cluster)
    told = layout.running()
    if pid is None or told is None or told.postmaster_pid != pid:
        return False
    return accepts_connections(layout.cluster, pid)


@contextmanager
def ephemeral(
    folder: Path | None = None, *, bin_dir: Path | None = None, fast: bool = True
) -> Iterator[EmbeddedPostgres]:
    """A started server that is gone afterwards, files included: for tests and benchmarks.

    Args:
        folder: Data folder to use, made if absent; only its `postgres` folder is removed afterwards.
            Default: a fresh temporary one.
        bin_dir: As for `EmbeddedPostgres`.
        fast: Without durability.

    Yields:
        The server; `.url` is the application's role, `.superuser_url(database)` the superuser's.
    """
    made = Path(tempfile.mkdtemp(prefix="orderan-pg-")) if folder is None else None
    place = folder if made is None else made
    if place is None:
        raise AssertionError("unreachable: one of the two is set")
    server = EmbeddedPostgres(place, bin_dir=bin_dir, purpose="a test", fast=fast)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(made if made is not None else place / "postgres", ignore_errors=True)
