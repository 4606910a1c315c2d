"""`orderan sandbox`: simulated gateways, telephones, messengers and a mailbox on ports of this machine."""

from typing import Annotated

import typer

from orderan.cli.edge import read_settings, say


def register(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command()(sandbox)


def sandbox(
    port: Annotated[int | None, typer.Option(help="Port to listen on. [ORDERAN_SANDBOX_PORT]")] = None,
    fd: Annotated[int | None, typer.Option(hidden=True, help="An open listening socket.")] = None,
) -> None:
    """Run simulated gateways, telephones and a mailbox, with pages to play buyers at, until Ctrl-C. Never for real."""
    import secrets
    import socket

    import uvicorn

    from orderan.cli.exits import NotDone
    from orderan.cli.sockets import listen
    from orderan.kit.clock import SystemClock
    from orderan.kit.telemetry import configure_logs
    from orderan.sandbox.keys import Cabinet
    from orderan.sandbox.server import build

    settings = read_settings()
    configure_logs(level=settings.logs.level, shape=settings.logs.format)
    chosen = port or settings.sandbox.port
    listener = socket.socket(fileno=fd) if fd is not None else listen("127.0.0.1", chosen)
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    mail = None
    try:
        mail = listen("127.0.0.1", settings.sandbox.mail_port)
    except NotDone:
        taken = settings.sandbox.mail_port
        say(
            f"no simulated mail server: port {taken} cannot be used; set ORDERAN_SANDBOX_MAIL_PORT to another"
        )
    app = build(
        SystemClock(),
        base_url=address,
        secret=secrets.token_hex(16),
        cabinet=Cabinet(settings.sandbox_file),
        mail=mail,
    )
    if fd is None:
        say(
            f"simulated gateways: {address}\nsimulated phones and mailbox: {address}/messages\nCtrl-C stops them."
        )
    config = uvicorn.Config(
        app, log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=2
    )
    uvicorn.Server(config).run(sockets=[listener])
