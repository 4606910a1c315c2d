"""`orderan serve`, `orderan web`, `orderan worker`: all in one, or one process each."""

import os
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from types import FrameType
from typing import Annotated, Any

import typer

from orderan.cli.edge import read_settings
from orderan.cli.exits import ExitCode, NotDone
from orderan.settings import Settings

APP = "orderan.app:create"
WORKER = "orderan.worker:main"
BEHIND_THE_WEB = 5
"""How much further back (nice) the worker stands for a processor it shares with the web processes: there
somebody waits for an answer."""

# Stand-ins for the parts, so that supervision can be tested without the product.
AppName = Annotated[str, typer.Option(hidden=True)]


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command()(serve)
    app.command()(web)
    app.command()(worker)


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on. [ORDERAN_HOST]")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on. [ORDERAN_PORT]")] = None,
    processes: Annotated[int | None, typer.Option(help="Web processes. [ORDERAN_WEB_PROCESSES]")] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Load the demo shop if there is no shop yet.")] = False,
    app: AppName = APP,
    job_worker: Annotated[str, typer.Option("--worker", hidden=True)] = WORKER,
) -> None:
    """Run everything: the embedded database, web processes and the worker. Ctrl-C stops it all cleanly."""
    from orderan.cli.supervisor import serve_all

    settings = _chosen(host, port, processes)
    _configure_logs()
    serve_all(settings, app=app, worker=job_worker, demo=demo)


def web(
    host: Annotated[str | None, typer.Option(help="Address to listen on. [ORDERAN_HOST]")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on. [ORDERAN_PORT]")] = None,
    fd: Annotated[int | None, typer.Option(hidden=True, help="An open listening socket.")] = None,
    app: AppName = APP,
) -> None:
    """Run one web process against ORDERAN_DATABASE_URL, or the embedded database that runs."""
    import gc
    import socket

    import uvicorn

    from orderan.cli.sockets import listen

    settings = _with_database(_chosen(host, port, None), "orderan web")
    _configure_logs()
    listener = socket.socket(fileno=fd) if fd is not None else listen(settings.web.host, settings.web.port)

    def application() -> Any:
        made = _named(app)()
        _configure_logs()  # Again: a framework may have set up logs of its own while it was built.
        # What was built stays for good: the collector need not walk it again in the middle of a batch.
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 20, 20)
        return made

    config = uvicorn.Config(
        application,
        factory=True,
        loop="uvloop",
        http="httptools",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=settings.web.proxies,
        timeout_graceful_shutdown=10,
    )

    class Server(uvicorn.Server):
        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            if not self.started:
                # Nobody was answered yet. Waiting for a database that may be gone for good would keep
                # the port from whoever starts next.
                os._exit(ExitCode.DONE)
            super().handle_exit(sig, frame)

    server = Server(config)
    server.run(sockets=[listener])
    if not server.started:
        raise NotDone("the web process did not start; the log above says why", ExitCode.BROKEN)


def worker(job_worker: Annotated[str, typer.Option("--worker", hidden=True)] = WORKER) -> None:
    """Run one worker: jobs, timers and the event log."""
    _with_database(read_settings(), "orderan worker")
    _configure_logs()
    os.nice(BEHIND_THE_WEB)
    _named(job_worker)()


def _named(place: str) -> Callable[[], Any]:
    """What `module:name` stands for."""
    module, _, name = place.partition(":")
    found: Callable[[], Any] = getattr(import_module(module), name)
    return found


def _chosen(host: str | None, port: int | None, processes: int | None) -> Settings:
    """The settings, with what was said on the command line put into the environment, where every part looks."""
    said = {"ORDERAN_HOST": host, "ORDERAN_PORT": port, "ORDERAN_WEB_PROCESSES": processes}
    os.environ.update({name: str(value) for name, value in said.items() if value is not None})
    return read_settings()


def _with_database(settings: Settings, purpose: str) -> Settings:
    """Settings that name a database: the given one, or the embedded one another process runs.

    A single process never starts the embedded database: the others would lose it when this one ends.
    """
    if settings.database.url is not None:
        _refuse_newer(settings.database.url)
        return settings
    from orderan.kit.postgres import EmbeddedPostgres

    server = EmbeddedPostgres(settings.data_dir, bin_dir=settings.database.bin_dir)
    if server.status().state != "running":
        raise NotDone(
            f"{purpose} needs a database that runs: start `orderan serve`, or set ORDERAN_DATABASE_URL",
            ExitCode.BROKEN,
        )
    os.environ["ORDERAN_DATABASE_URL"] = server.url
    _refuse_newer(server.url)
    return read_settings()


def _refuse_newer(url: str) -> None:
    import psycopg

    from orderan.kit.migrations import refuse_newer

    # A database that is away right now is waited for later, where the pool is opened.
    with suppress(psycopg.OperationalError), psycopg.connect(url, autocommit=True) as database:
        refuse_newer(database)


def _configure_logs() -> None:
    from orderan.kit.telemetry import configure_logs

    logs = read_settings().logs
    configure_logs(level=logs.level, shape=logs.format)
