"""Error answers for programs: the request id stands in the body too, and whoever should wait is told how long."""

from dataclasses import dataclass
from typing import Any, cast

import psycopg
import pytest
from httpx2 import ASGITransport, AsyncClient
from litestar import Litestar, get

from access.conftest import House, house
from conftest import ShopFloor
from orderan.kit.errors import Kind, Refusal
from orderan.kit.throttle import TooManyAttempts
from orderan.web.errors import HANDLERS, RETRY_AFTER_S
from orderan.web.observing import Observing

pytestmark = pytest.mark.anyio

__all__ = ["house"]

ID = "permintaan-0003"


@dataclass(eq=False)
class Stormy(Refusal):
    """A courier that is closed for a while, without a word for how long."""

    code = "stormy"
    kind = Kind.TRY_AGAIN
    sentence = "Nanti lagi."


@dataclass(eq=False)
class Broken(Refusal):
    """Nothing that waiting would mend."""

    code = "broken"
    kind = Kind.CONFLICT
    sentence = "Rusak."


FAULTS: dict[str, Exception] = {
    "too_many": TooManyAttempts(17),
    "stormy": Stormy(),
    "conflict": Broken(),
    "away": psycopg.OperationalError(),
    "bug": RuntimeError(),
}


@get("/fails/{how:str}", sync_to_thread=False)
def fails(how: str) -> None:
    raise FAULTS[how]


async def asked(how: str) -> Any:
    application = Litestar([fails], middleware=[Observing], exception_handlers=HANDLERS, logging_config=None)
    transport = ASGITransport(cast("Any", Observing(application)), raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://shop.test") as client:
        return await client.get(f"/fails/{how}", headers={"X-Request-ID": ID})


@pytest.mark.parametrize(
    ("how", "status", "retry_after"),
    [
        ("too_many", 429, "17"),
        ("stormy", 503, str(RETRY_AFTER_S)),
        ("away", 503, str(RETRY_AFTER_S)),
        ("conflict", 409, None),
        ("bug", 500, None),
    ],
)
async def test_an_error_names_the_request_and_when_to_come_back(
    how: str, status: int, retry_after: str | None
) -> None:
    answer = await asked(how)

    assert (answer.status_code, answer.headers.get("retry-after")) == (status, retry_after)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["request_id"] == answer.headers["x-request-id"] == ID


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("GET", "/api/v1/nowhere", 404),
        ("GET", "/api/v1/orders", 401),
        ("POST", "/api/v1/orders", 401),
        ("DELETE", "/api/v1/orders", 405),
    ],
)
async def test_the_api_names_the_request_in_every_error(
    house: House, floor: ShopFloor, method: str, address: str, status: int
) -> None:
    # As it is served: with the door that takes orders before the framework.
    transport = ASGITransport(cast("Any", house.app.state.door), raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://shop.test") as client:
        answer = await client.request(method, address, json={}, headers={"X-Request-ID": ID})

    assert answer.status_code == status
    assert answer.json()["request_id"] == answer.headers["x-request-id"] == ID
