"""What strangers name is carried to public addresses alone, whatever the name says a moment later."""

import socket
from collections.abc import Iterator
from contextlib import closing

import httpx2
import pytest

from orderan.kit.calling import Fault, OutcomeUnknown, PartnerFailed
from orderan.kit.public_network import PublicCaller, is_public, public_transport

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - looked at, not listened on
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "toko.test",
    ],
)
def test_addresses_that_are_nobodys_business_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_addresses_of_the_world_are_public(address: str) -> None:
    assert is_public(address)


@pytest.fixture
def port() -> Iterator[int]:
    """A listener on this machine that nobody should reach."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        yield int(listener.getsockname()[1])


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "[::ffff:127.0.0.1]"])
async def test_this_machine_is_not_called(host: str, port: int) -> None:
    async with PublicCaller() as caller:
        with pytest.raises(PartnerFailed, match="not public") as refused:
            await caller.order("stranger", "POST", f"http://{host}:{port}/x", headers={}, body=b"{}")
    assert (refused.value.code, refused.value.fault) == ("no_connection", Fault.CONNECT)


def resolved_to(*addresses: str) -> PublicCaller:
    async def resolved(_host: str, _port: int) -> list[str]:
        return list(addresses)

    return PublicCaller(transport=public_transport(limits=httpx2.Limits(), resolved=resolved))


async def test_a_name_is_refused_when_one_of_its_addresses_is_private(port: int) -> None:
    async with resolved_to("8.8.8.8", "127.0.0.1") as caller:
        with pytest.raises(PartnerFailed, match="not public"):
            await caller.ask("stranger", f"http://toko.test:{port}/x", headers={})


async def test_a_name_without_address_was_never_sent() -> None:
    async with resolved_to() as caller:
        with pytest.raises(PartnerFailed, match="has no address"):
            await caller.ask("stranger", "http://toko.test/x", headers={})


async def test_a_neighbour_is_called_although_it_is_here(port: int) -> None:
    async with PublicCaller(budget_s=0.3, neighbours=frozenset({"127.0.0.1"})) as caller:
        # It listens and never answers: what matters is that it was reached.
        with pytest.raises(OutcomeUnknown) as silent:
            await caller.order("sandbox", "GET", f"http://127.0.0.1:{port}/x", headers={}, body=None)
    assert silent.value.fault is Fault.TIMEOUT
