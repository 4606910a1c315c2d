"""Every answer carries its request's id, also the one to an address that does not exist."""

from typing import Any, cast

import pytest
from httpx2 import ASGITransport, AsyncClient
from litestar import Litestar, Request, get
from litestar.params import FromPath
from prometheus_client import REGISTRY

from orderan.web.observing import Observing

pytestmark = pytest.mark.anyio


@get("/echo/{word:str}", sync_to_thread=False)
def echo(word: FromPath[str], request: Request[Any, Any, Any]) -> str:
    return f"{word} {request.scope['state']['request_id']}"


@get("/broken", sync_to_thread=False)
def broken() -> str:
    raise RuntimeError


def client() -> AsyncClient:
    # Inside as well, as the application has it: one id all the same.
    application = Litestar([echo, broken], middleware=[Observing], logging_config=None)
    transport = ASGITransport(cast("Any", Observing(application)), raise_app_exceptions=False)
    return AsyncClient(transport=transport, base_url="http://shop.test")


def answered(method: str, route: str, status: int) -> float:
    labels = {"method": method, "route": route, "status": str(status)}
    return REGISTRY.get_sample_value("orderan_http_request_seconds_count", labels) or 0.0


async def test_a_harmless_id_is_kept_through_to_the_answer() -> None:
    answer = await client().get("/echo/satu", headers={"X-Request-ID": "permintaan-0001"})
    assert answer.text == "satu permintaan-0001"
    assert answer.headers.get_list("x-request-id") == ["permintaan-0001"]


@pytest.mark.parametrize("offered", ["short", "x" * 65, "<script>alert", "two words"])
async def test_an_id_that_could_do_harm_is_replaced(offered: str) -> None:
    answer = await client().get("/echo/satu", headers={"X-Request-ID": offered})
    given = answer.headers["x-request-id"]
    assert given != offered
    assert len(given) == 32


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [("GET", "/nowhere", 404), ("POST", "/echo/satu", 405), ("GET", "/broken", 500)],
)
async def test_an_error_carries_its_id_too(method: str, address: str, status: int) -> None:
    answer = await client().request(method, address, headers={"X-Request-ID": "permintaan-0002"})
    assert (answer.status_code, answer.headers["x-request-id"]) == (status, "permintaan-0002")


async def test_requests_are_counted_by_route_and_not_by_address() -> None:
    before = answered("GET", "/echo/{word}", 200)
    await client().get("/echo/satu")
    await client().get("/echo/dua")
    assert answered("GET", "/echo/{word}", 200) == before + 2
    assert answered("GET", "/echo/dua", 200) == 0
