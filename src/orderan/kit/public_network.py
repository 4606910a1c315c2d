"""Connections to public addresses alone, for addresses that strangers choose.

A name is resolved once, every address it has is looked at, and the connection goes to an address that was
looked at: a name that answers differently a moment later gains nothing. TLS still asks for the name.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable
from functools import cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any, Final

import httpcore2
import httpx2
from httpcore2 import AnyIOBackend, AsyncNetworkBackend, AsyncNetworkStream

from orderan.kit.calling import BUDGET_S, Caller

_TRANSLATED: Final = IPv6Network("64:ff9b::/96")
"""An IPv4 address in IPv6's clothes, behind a translator. Source: RFC 6052."""

Resolve = Callable[[str, int], Awaitable[list[str]]]


class AddressNotPublic(httpcore2.ConnectError):
    """The address is of this machine, its network, or nobody's: nothing was sent."""


class PublicCaller(Caller):
    """Calls addresses that somebody outside chose, and carries nothing to this machine or its network."""

    def __init__(
        self,
        *,
        budget_s: float = BUDGET_S,
        connections: int = 100,
        neighbours: frozenset[str] = frozenset(),
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        """Open no connection yet.

        Args:
            neighbours: Hosts that are called wherever they are: a sandbox.
            transport: Instead of the network: a simulator in the same process.
        """
        limits = httpx2.Limits(max_connections=connections, max_keepalive_connections=connections)
        super().__init__(
            budget_s=budget_s, transport=transport or public_transport(limits=limits, neighbours=neighbours)
        )


def is_public(address: str) -> bool:
    """Whether an IP address is one that anybody in the world may call; addresses within addresses count."""
    try:
        found: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo or (None, None))[1]
        if found in _TRANSLATED:
            inner = IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return found.is_global and not found.is_multicast


async def resolve(host: str, port: int) -> list[str]:
    """Every address a name has, in the order they are to be tried; none where it has none."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        return []
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def public_transport(
    *, limits: httpx2.Limits, neighbours: frozenset[str] = frozenset(), resolved: Resolve = resolve
) -> httpx2.AsyncBaseTransport:
    """A transport that carries requests to public addresses alone.

    Args:
        neighbours: Hosts that are called wherever they are.
    """
    transport = httpx2.AsyncHTTPTransport(verify=_trusted(), limits=limits, trust_env=False)
    # The transport has no argument for the network under its pool, which is what has to be another one.
    transport._pool = httpcore2.AsyncConnectionPool(  # noqa: SLF001
        ssl_context=_trusted(),
        max_connections=limits.max_connections,
        max_keepalive_connections=limits.max_keepalive_connections,
        keepalive_expiry=limits.keepalive_expiry,
        network_backend=_PublicNetwork(neighbours, resolved),
    )
    return transport


@cache
def _trusted() -> ssl.SSLContext:
    """Whom this machine trusts, read once: its list of authorities takes longer to read than a call to make."""
    return httpx2.create_ssl_context(trust_env=False)


class _PublicNetwork(AsyncNetworkBackend):
    def __init__(self, neighbours: frozenset[str], resolved: Resolve) -> None:
        self._neighbours = neighbours
        self._resolved = resolved
        self._network = AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the base class has it
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> AsyncNetworkStream:
        addresses = [host] if host in self._neighbours else await self._looked_at(host, port)
        broken: httpcore2.ConnectError | httpcore2.ConnectTimeout | None = None
        for address in addresses:
            try:
                return await self._network.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as fault:
                broken = fault
        raise broken or httpcore2.ConnectError(f"{host} has no address")

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109 - the base class has it
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002 - the same
    ) -> AsyncNetworkStream:
        raise AddressNotPublic(path)

    async def sleep(self, seconds: float) -> None:
        await self._network.sleep(seconds)

    async def _looked_at(self, host: str, port: int) -> list[str]:
        addresses = await self._resolved(host, port)
        if not all(is_public(address) for address in addresses):
            raise AddressNotPublic(f"{host} is not public")
        return addresses
