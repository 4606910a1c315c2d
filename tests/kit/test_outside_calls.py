"""Nobody waits for a stranger: what leaves this machine is refused while rows may be locked."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import ShopFloor
from orderan.kit.db import OutsideCallInTransaction, refuse_outside_call

pytestmark = pytest.mark.anyio

SOURCE = Path(__file__).parents[2] / "src" / "orderan"
CLIENTS = {
    "aiohttp",
    "aiosmtplib",
    "ftplib",
    "http.client",
    "httpcore2",
    "httpx",
    "httpx2",
    "imaplib",
    "poplib",
    "requests",
    "smtplib",
    "telnetlib",
    "urllib.request",
    "urllib3",
    "websockets",
    "xmlrpc.client",
}
OURSELVES = {
    "cli/supervisor.py",  # asks its own web process whether it is ready
    "kit/calling.py",  # the one way to partners: refuses inside a transaction
    "kit/partner_network.py",  # the network under it
    "kit/public_network.py",  # the same, for addresses that strangers choose
    "messaging/smtp/client.py",  # the one way to mail servers: refuses inside a transaction
    "sandbox/postman.py",  # plays the gateways, and writes to us
    "sandbox/phones/trunk.py",  # plays the telephone providers, asks us and writes to us
    "bench/callbacks.py",  # plays the providers that call us back, in the same process
    "bench/ground.py",
    "bench/startup.py",  # the same, of the server it measures
    "bench/storm.py",  # is the partner itself: simulated gateways behind a transport
}


async def test_an_outside_call_inside_a_transaction_is_refused_and_after_it_is_not(
    floor: ShopFloor,
) -> None:
    async with floor.db.transaction(floor.caller):
        with pytest.raises(OutsideCallInTransaction, match="gateway"):
            refuse_outside_call("gateway")
    refuse_outside_call("gateway")


def test_no_module_has_the_means_to_call_a_partner() -> None:
    found = {
        str(file.relative_to(SOURCE))
        for file in SOURCE.rglob("*.py")
        if any(is_client(name) for name in imported(file.read_text()))
    }
    assert found == OURSELVES


@pytest.mark.parametrize(
    "text",
    [
        "import http.client",
        "import http.client as web",
        "from http import client",
        "from http.client import HTTPSConnection",
        "from urllib import parse, request",
        "import httpx2",
        "from httpx import AsyncClient",
        "from websockets.asyncio import client",
        "def later():\n    import requests",
        "from importlib import import_module\nimport_module('aiohttp')",
    ],
)
def test_every_way_to_import_a_client_is_seen(text: str) -> None:
    assert any(is_client(name) for name in imported(text))


@pytest.mark.parametrize(
    "text", ["from http import HTTPStatus", "from urllib.parse import quote", "import orderan.requests"]
)
def test_what_calls_nobody_is_not_taken_for_a_client(text: str) -> None:
    assert not any(is_client(name) for name in imported(text))


def is_client(name: str) -> bool:
    return any(name == client or name.startswith(f"{client}.") for client in CLIENTS)


def imported(text: str) -> Iterator[str]:
    """Whatever a module imports, by its whole name: `from a import b` may mean the module a.b."""
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Import(names=names):
                yield from (one.name for one in names)
            case ast.ImportFrom(module=str(module), names=names):
                yield module
                yield from (f"{module}.{one.name}" for one in names)
            case ast.Call(
                func=ast.Name(id="import_module" | "__import__") | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                yield name
