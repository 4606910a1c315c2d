"""Nobody waits for a stranger: what leaves this machine is refused while rows may be locked."""

import ast
from pathlib import Path

import pytest

from conftest import ShopFloor
from orderan.kit.db import OutsideCallInTransaction, refuse_outside_call

pytestmark = pytest.mark.anyio

SOURCE = Path(__file__).parents[2] / "src" / "orderan"
CLIENTS = {"aiohttp", "ftplib", "http.client", "httpx", "requests", "smtplib", "urllib.request", "urllib3"}
OURSELVES = {
    "cli/supervisor.py",  # asks its own web process whether it is ready
    "bench/ground.py",
    "bench/startup.py",  # the same, of the server it measures
    "bench/load.py",
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
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
        )
        if name in CLIENTS
    }
    assert found <= OURSELVES
