"""A NUL character, which the database can neither keep nor compare with, counts as a space or is left out."""

from typing import Any, cast

import pytest
from httpx2 import ASGITransport, AsyncClient
from litestar.datastructures import FormMultiDict

from access.conftest import Hire, House, hire, house, password_hash, sign_in
from conftest import ShopFloor
from orderan.access import Permission, make_key
from orderan.web.forms import many, one
from web.test_keys_and_bodies import DOCUMENT, address

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


async def test_every_question_of_the_api_takes_a_nul_for_a_space(house: House, floor: ShopFloor) -> None:
    _, secret = await floor.run(
        lambda tx: make_key(tx, name="semua", permissions=list(Permission), now=house.clock.at)
    )
    transport = ASGITransport(cast("Any", house.app.state.door), raise_app_exceptions=False)
    headers = {"authorization": f"Bearer {secret}"}
    async with AsyncClient(transport=transport, base_url="http://shop.test", headers=headers) as client:

        async def answers(text: str) -> dict[tuple[str, str], tuple[int, Any]]:
            found = {}
            for path, name in TYPED:
                answer = await client.get(address(path), params={name: text})
                told = answer.json()
                told.pop("request_id", None)
                found[path, name] = answer.status_code, told
            return found

        with_nul, with_space = await answers("a\0"), await answers("a ")

    assert len(TYPED) > 40
    assert with_nul == with_space
    assert max(status for status, _ in with_nul.values()) < 500


@pytest.mark.parametrize("page", ["/orders", "/orders/export.csv", "/stock/movements"])
@pytest.mark.parametrize("name", ["q", "tag"])
async def test_a_page_takes_a_nul_for_a_space(house: House, hire: Hire, page: str, name: str) -> None:
    await hire()
    async with house.browser() as browser:
        await sign_in(browser)
        answer = await browser.get(page, params={name: "a\0"})

    assert answer.status_code == 200


def test_what_a_form_posts_is_read_without_it() -> None:
    form = FormMultiDict([("name", "A\0ni"), ("tag", "a\0"), ("tag", "\0")])

    assert (one(form, "name"), many(form, "tag")) == ("Ani", ["a"])
