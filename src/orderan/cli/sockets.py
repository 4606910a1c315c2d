"""The listening socket: made once, shared by every web process."""

import errno
import socket

from orderan.cli.exits import ExitCode, NotDone


def listen(host: str, port: int) -> socket.socket:
    """A listening TCP socket.

    Raises:
        NotDone: The port is taken or the address is not ours; the words say what to do.
    """
    try:
        [(family, kind, protocol, _, address), *_] = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise NotDone(
            f"cannot listen on {host}: {error.strerror}; set ORDERAN_HOST", ExitCode.BROKEN
        ) from error
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen(2048)
    except OSError as error:
        listener.close()
        reason = {
            errno.EADDRINUSE: "is taken by another program",
            errno.EACCES: "may not be used by this user",
            errno.EADDRNOTAVAIL: "is not an address of this machine",
        }.get(error.errno or 0, str(error.strerror))
        raise NotDone(
            f"{host} port {port} {reason}: stop that program, or choose another with ORDERAN_PORT",
            ExitCode.BROKEN,
        ) from error
    return listener
