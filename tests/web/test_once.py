"""A form that is sent more than once: what runs, and what is answered."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import pytest
from httpx2 import ASGITransport, AsyncClient
from litestar import Litestar, Request, Response, post

from conftest import ShopFloor
from orderan.kit.db import Tx
from orderan.kit.errors import Kind, Refusal
from orderan.kit.ids import new_id
from orderan.web.forms import one, posted
from orderan.web.once import FormReused, FormWithoutId, once, once_field

pytestmark = pytest.mark.anyio


class Unwanted(Refusal):
    """The business turns it down."""

    code = "unwanted"
    kind = Kind.CONFLICT
    sentence = "Tidak."


@pytest.fixture
async def browser(floor: ShopFloor, now: datetime) -> AsyncIterator[AsyncClient]:
    @post("/{place:str}", status_code=200)
    async def write(request: Request[Any, Any, Any]) -> Response[Any]:
        form = await posted(request)

        async def command(tx: Tx) -> str:
            name = new_id().hex
            await tx.run(
                """
                INSERT INTO inbound (shop_id, source, message_id, received_at)
                VALUES (%(shop)s, %(what)s, %(name)s, %(now)s)
                """,
                {"shop": tx.shop_id, "what": one(form, "what"), "name": name, "now": now},
            )
            if one(form, "what") == "unwanted":
                raise Unwanted
            return f"/written/{name}"

        try:
            return await once(request, floor.db, floor.caller, form, command, now=now)
        except Refusal as refusal:
            return Response(refusal.code, status_code=409)

    app: Any = Litestar([write])
    async with AsyncClient(transport=ASGITransport(app), base_url="http://testserver.local") as client:
        yield client


async def written(floor: ShopFloor) -> list[str]:
    return [
        row.source for row in await floor.all("SELECT source FROM inbound ORDER BY received_at, message_id")
    ]


async def test_a_form_sent_again_leads_to_where_it_led_first_and_runs_once(
    browser: AsyncClient, floor: ShopFloor
) -> None:
    form = {"_once": "form-1", "_csrf_token": "a", "what": "cash"}

    first = await browser.post("/till", data=form)
    again = await browser.post("/till", data=form | {"_csrf_token": "b"})

    assert [first.status_code, again.status_code] == [303, 303]
    assert first.headers["location"] == again.headers["location"]
    assert await written(floor) == ["cash"]


async def test_three_clicks_at_once_are_one(browser: AsyncClient, floor: ShopFloor) -> None:
    form = {"_once": "form-1", "what": "cash"}

    answers = await asyncio.gather(*(browser.post("/till", data=form) for _ in range(3)))

    assert [answer.status_code for answer in answers] == [303, 303, 303]
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert await written(floor) == ["cash"]


async def test_control_forms_with_ids_of_their_own_run_each(browser: AsyncClient, floor: ShopFloor) -> None:
    answers = await asyncio.gather(
        *(browser.post("/till", data={"_once": f"form-{turn}", "what": "cash"}) for turn in range(3))
    )

    assert [answer.status_code for answer in answers] == [303, 303, 303]
    assert await written(floor) == ["cash", "cash", "cash"]


async def test_the_same_form_with_other_content_is_refused_and_changes_nothing(
    browser: AsyncClient, floor: ShopFloor
) -> None:
    await browser.post("/till", data={"_once": "form-1", "what": "cash"})

    other = await browser.post("/till", data={"_once": "form-1", "what": "card"})

    assert (other.status_code, other.text) == (409, FormReused.code)
    assert await written(floor) == ["cash"]


async def test_one_id_on_two_addresses_is_two_forms(browser: AsyncClient, floor: ShopFloor) -> None:
    form = {"_once": "form-1", "what": "cash"}

    await browser.post("/till", data=form)
    await browser.post("/safe", data=form)

    assert await written(floor) == ["cash", "cash"]


@pytest.mark.parametrize("name", ["", "x" * 256])
async def test_a_form_without_a_usable_id_is_refused_and_changes_nothing(
    browser: AsyncClient, floor: ShopFloor, name: str
) -> None:
    answer = await browser.post("/till", data={"_once": name, "what": "cash"})

    assert (answer.status_code, answer.text) == (409, FormWithoutId.code)
    assert await written(floor) == []


async def test_a_refusal_changes_nothing_and_is_not_kept(browser: AsyncClient, floor: ShopFloor) -> None:
    form = {"_once": "form-1", "what": "unwanted"}

    assert (await browser.post("/till", data=form)).text == Unwanted.code

    assert await written(floor) == []
    assert await floor.value("SELECT count(*) FROM answer") == 0
    assert (await browser.post("/till", data=form | {"what": "cash"})).status_code == 303
    assert await written(floor) == ["cash"]


def test_every_rendered_field_has_an_id_of_its_own() -> None:
    assert once_field() != once_field()
    assert str(once_field()).startswith('<input type="hidden" name="_once" value="')
