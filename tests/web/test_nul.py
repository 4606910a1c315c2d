"""A NUL character, which the database can neither keep nor compare with, is refused wherever it is asked for."""

from typing import Any, cast

import pytest
from httpx2 import ASGITransport, AsyncClient
from litestar.datastructures import FormMultiDict

from access.conftest import Hire, House, hire, house, password_hash, sign_in
from conftest import ShopFloor
from orderan.access import Permission, make_key
from orderan.web.forms import many, one
from web.test_keys_and_bodies import DOCUMENT, address, told

pytestmark = pytest.mark.anyio

__all__ = ["hire", "house", "password_hash"]

TYPED = [
    (path, parameter["name"])
    for path, operations in DOCUMENT["paths"].items()
    if "get" in operations
    for parameter in operations["get"].get("parameters", [])
    if parameter["in"] == "query"
]
"""Every (path, name) of something that can be asked for."""


async def test_every_question_of_the_api_refuses_a_nul_by_its_name(house: House, floor: ShopFloor) -> None:
    _, secret = await floor.run(
        lambda tx: make_key(tx, name="semua", permissions=list(Permission), now=house.clock.at)
    )
    transport = ASGITransport(cast("Any", house.app.state.door), raise_app_exceptions=False)
    headers = {"authorization": f"Bearer {secret}"}
    async with AsyncClient(transport=transport, base_url="http://shop.test", headers=headers) as client:
        answers = {
            (path, name): told(await client.get(address(path), params={name: "a\0"})) for path, name in TYPED
        }
        in_path = told(await client.get("/api/v1/orders/a%00"))

    assert len(TYPED) > 40
    assert answers == {
        (path, name): (400, "application/problem+json", "invalid_request", [(name, "invalid")])
        for path, name in TYPED
    }
    assert in_path == (400, "application/problem+json", "invalid_request", [("path", "invalid")])


@pytest.mark.parametrize("page", ["/orders", "/orders/export.csv", "/stock/movements"])
async def test_a_page_refuses_a_nul(house: House, hire: Hire, page: str) -> None:
    await hire()
    async with house.browser() as browser:
        await sign_in(browser)
        answer = await browser.get(page, params={"q": "a\0"})

    assert (answer.status_code, answer.headers["content-type"]) == (400, "text/html; charset=utf-8")


def test_what_a_form_posts_is_read_without_it() -> None:
    form = FormMultiDict([("name", "A\0ni"), ("tag", "a\0"), ("tag", "\0")])

    assert (one(form, "name"), many(form, "tag")) == ("Ani", ["a"])
