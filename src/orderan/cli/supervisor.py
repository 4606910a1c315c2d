"""The supervising process of `orderan serve`.

    start   lock, port, database, master key, migrations, web processes and worker
    watch   what crashed is started again, the database at its old address
    stop    web first (nobody is promised anything any more), then worker, then database

A SIGKILL of this process takes the others along; the next start clears up.
"""

import errno
import http.client
import os
import selectors
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
from prometheus_client import multiprocess

from orderan.cli.children import Child, told
from orderan.cli.demo_shop import greeting, there_is_a_demo
from orderan.cli.edge import prepare_database, say
from orderan.cli.exits import ExitCode, NotDone
from orderan.cli.shared_memory import fresh_folder, remove_folder
from orderan.cli.sockets import listen
from orderan.kit import telemetry
from orderan.kit.postgres import CannotStart, EmbeddedPostgres
from orderan.kit.postgres.lock import SupervisorLock
from orderan.settings import Settings

LOOK_S = 0.1
WEB_STOP_S = 15.0
WORKER_STOP_S = 30.0
SANDBOX_STOP_S = 5.0

_log = telemetry.log("orderan.serve")


def serve_all(settings: Settings, *, app: str, worker: str, demo: bool) -> None:
    """Run everything until SIGINT or SIGTERM.

    Raises:
        AlreadyRunning: Another `orderan serve` uses this data folder.
        NotDone: The port is taken.
        PostgresFault, MasterKeyRefused: The database or its key cannot be used.
    """
    with ExitStack() as stack:
        signals = stack.enter_context(_signals())
        _make_data_folder(settings.data_dir)
        lock = stack.enter_context(SupervisorLock(settings.data_dir / "serve.lock"))
        lock.acquire("orderan serve")
        listener = stack.enter_context(listen(settings.web.host, settings.web.port))
        server: EmbeddedPostgres | None = None
        if settings.database.url is None:
            server = EmbeddedPostgres(
                settings.data_dir, bin_dir=settings.database.bin_dir, purpose="orderan serve"
            )
            url = server.start()
            stack.callback(server.stop)
        else:
            url = settings.database.url
        if not signals.asked_to_stop():
            prepare_database(settings, url)
        if signals.asked_to_stop():
            say("stopping")
            return
        street = _sandbox_listener(settings, stack) if demo and there_is_a_demo() else None
        crew = Crew(settings, listener, server, url, app=app, worker=worker, demo=demo, sandbox=street)
        stack.callback(crew.stop)
        crew.start()
        crew.watch(signals)
        say("stopping")


def _sandbox_listener(settings: Settings, stack: ExitStack) -> socket.socket | None:
    """Where the demo shop's gateways listen; None where the port is taken: the rest works without them."""
    try:
        return stack.enter_context(listen("127.0.0.1", settings.sandbox.port))
    except NotDone as taken:
        say(f"the demo's payment gateways are not served: {taken}")
        return None


def _make_data_folder(folder: Path) -> None:
    """Raises NotDone: It can be neither made nor used by this user."""
    try:
        folder.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise NotDone(
            f"the data folder {folder} cannot be used ({error.strerror}): give it to this user, or set"
            " ORDERAN_DATA_DIR to a folder elsewhere",
            ExitCode.BROKEN,
        ) from error


class Signals:
    """SIGINT, SIGTERM and the end of a child, turned into something one can wait for."""

    def __init__(self, wakeup: socket.socket) -> None:
        self._wakeup = wakeup
        self._stop = False
        self._selector = selectors.DefaultSelector()
        self._selector.register(wakeup, selectors.EVENT_READ)

    def stop(self, _number: int, _frame: object) -> None:
        self._stop = True

    def asked_to_stop(self) -> bool:
        return self._stop

    def wait(self, seconds: float) -> None:
        """Until a signal arrives, at most so long."""
        if self._selector.select(seconds):
            self._wakeup.recv(4096)

    def close(self) -> None:
        self._selector.close()


@contextmanager
def _signals() -> Iterator[Signals]:
    ours, kernels = socket.socketpair()
    ours.setblocking(False)
    kernels.setblocking(False)
    signals = Signals(ours)
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD)}
    wakeup_before = signal.set_wakeup_fd(kernels.fileno(), warn_on_full_buffer=False)
    signal.signal(signal.SIGINT, signals.stop)
    signal.signal(signal.SIGTERM, signals.stop)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    try:
        yield signals
    finally:
        signal.set_wakeup_fd(wakeup_before)
        for number, handler in before.items():
            signal.signal(number, handler)
        signals.close()
        ours.close()
        kernels.close()


class Crew:
    """The processes of one installation."""

    def __init__(
        self,
        settings: Settings,
        listener: socket.socket,
        server: EmbeddedPostgres | None,
        url: str,
        *,
        app: str,
        worker: str,
        demo: bool,
        sandbox: socket.socket | None = None,
    ) -> None:
        self._settings = settings
        self._server = server
        self._url = url
        self._metrics = settings.data_dir / "metrics"
        descriptor = listener.fileno()
        self._web = [
            Child(f"web {number}", ("web", "--fd", str(descriptor), "--app", app), WEB_STOP_S, (descriptor,))
            for number in range(1, settings.web.processes + 1)
        ]
        # Our death takes the database along, so what these two do cannot be finished: they would wait for
        # it, half a minute at a time. The next start takes up jobs, and makes half a demo shop anew.
        self._worker = Child("worker", ("worker", "--worker", worker), WORKER_STOP_S, orphaned=signal.SIGKILL)
        self._demo = (
            [Child("demo", ("demo", "--if-empty"), WORKER_STOP_S, once=True, orphaned=signal.SIGKILL)]
            if demo and there_is_a_demo()
            else []
        )
        self._sandbox = (
            [
                Child(
                    "sandbox", ("sandbox", "--fd", str(sandbox.fileno())), SANDBOX_STOP_S, (sandbox.fileno(),)
                )
            ]
            if sandbox is not None
            else []
        )
        self._announced = False

    @property
    def _everybody(self) -> list[Child]:
        return [*self._web, self._worker, *self._sandbox, *self._demo]

    def start(self) -> None:
        fresh_folder(self._metrics)
        for child in self._everybody:
            child.start(self._environment())

    def watch(self, signals: Signals) -> None:
        """Keep everybody running until asked to stop."""
        while not signals.asked_to_stop():
            self._mend_database()
            for child in list(self._everybody):
                self._mend(child)
            if not self._announced:
                self._announce()
            waits = [wait for child in self._everybody if (wait := child.wait_left_s()) is not None]
            signals.wait(min([LOOK_S if not self._announced else 1.0, *waits]))

    def stop(self) -> None:
        """Web, then worker: who is being served is answered, then what was begun is finished."""
        for group in (self._web + self._demo, [self._worker], self._sandbox):
            for child in group:
                child.ask_to_stop()
            for child in group:
                child.stop()
        remove_folder(self._metrics)

    def _environment(self) -> dict[str, str]:
        return os.environ | {
            "ORDERAN_DATABASE_URL": self._url,
            telemetry.METRICS_FOLDER: str(self._metrics),
        }

    def _mend_database(self) -> None:
        if self._server is None or self._server.alive:
            return
        _log.error("the database ended; starting it again")
        try:
            url = self._server.restart()
        except CannotStart as error:
            _log.error("the database does not start", reason=str(error))
            return
        if url != self._url:
            self._url = url
            for child in self._everybody:
                child.ask_to_stop()

    def _mend(self, child: Child) -> None:
        pid = child.pid
        code = child.ended()
        if code is not None:
            multiprocess.mark_process_dead(pid, path=str(self._metrics))  # type: ignore[no-untyped-call]
            if child.once:
                self._demo.remove(child)
                self._announced = self._announced and code != 0
                if code != 0:
                    _log.error("the demo shop could not be loaded", ended=told(code))
                return
            _log.error("a process ended; starting it again", process=child.name, ended=told(code))
        if child.wait_left_s() == 0.0:
            child.start(self._environment())

    def _announce(self) -> None:
        if not _answers(self._settings.web.host, self._settings.web.port):
            return
        try:
            lines = greeting(self._url)
        except psycopg.OperationalError:
            # It went away just now; a greeting is no reason to give up. It is said once it is back.
            return
        self._announced = True
        say(f"\nOrderan is ready: {self._settings.web.address}")
        for line in lines:
            say(f"  {line}")
        if self._sandbox:
            say(f"  simulated payment gateways: {self._settings.sandbox.address}")
        say("Ctrl-C stops everything.\n")


def _answers(host: str, port: int) -> bool:
    there = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104 - compared only
    connection = http.client.HTTPConnection(there, port, timeout=1)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
