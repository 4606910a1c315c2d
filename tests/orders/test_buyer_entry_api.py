"""Buyers as orders come with them: what is impossible is refused, what only looks odd is not."""

from typing import Any
from uuid import uuid4

import pytest
from httpx2 import AsyncClient, Response

from access.conftest import House, house
from conftest import ShopFloor
from given import JAKARTA
from orderan.customers import load_regions, save_postcodes
from orders.test_order_api import api, world

pytestmark = pytest.mark.anyio
__all__ = ["House", "api", "house", "world"]


def an_order(phone: str = "0812-3456-7890", email: str | None = None, **address: Any) -> dict[str, Any]:
    where = {"line": "Jl. Mawar 1", "village_code": JAKARTA, "postcode": "10110"} | address
    buyer = {"name": "Ani Lestari", "phone": phone, "email": email, "address": where}
    return {"channel": "web", "lines": [{"sku": "kopi", "quantity": 1}], "buyer": buyer}


async def send(api: AsyncClient, body: Any) -> Response:
    return await api.post("/api/v1/orders", json=body, headers={"idempotency-key": uuid4().hex})


def wrong(answer: Response) -> list[tuple[str, str, str | None]]:
    """(field, doubt, suggestion) of what is refused."""
    assert (answer.status_code, answer.json()["code"]) == (422, "entry_refused"), answer.text
    return [(one["field"], one["doubt"], one["suggestion"]) for one in answer.json()["fields"]]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"village_code": "99.99.99.9999"}, [("buyer.address.village_code", "unknown_code", None)]),
        ({"postcode": "60286"}, [("buyer.address.postcode", "postcode_elsewhere", None)]),
        ({"postcode": "00000"}, [("buyer.address.postcode", "not_a_postcode", None)]),
        (
            {"village_code": None, "postcode": "00000"},
            [("buyer.address.postcode", "not_a_postcode", None)],
        ),
        ({"email": "ani..l@gmail.com"}, [("buyer.email", "not_an_address", "ani.l@gmail.com")]),
        (
            {"phone": "tidak ada", "village_code": "99.99.99.9999", "postcode": "00000", "email": "a@b.c"},
            [
                ("buyer.phone", "not_a_number", None),
                ("buyer.email", "not_an_address", None),
                ("buyer.address.village_code", "unknown_code", None),
                ("buyer.address.postcode", "not_a_postcode", None),
            ],
        ),
    ],
)
async def test_what_cannot_be_is_refused_with_its_field_and_what_was_meant(
    api: AsyncClient, floor: ShopFloor, given: dict[str, Any], told: list[tuple[str, str, str | None]]
) -> None:
    answer = await send(api, an_order(**given))

    assert wrong(answer) == told
    assert await floor.value("SELECT count(*) FROM sales_order") == 0
    assert await floor.value("SELECT count(*) FROM customer") == 0


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"email": "ani@gmial.com"},
        {"village_code": None, "postcode": None},
        {"village_code": None, "postcode": "60286"},
        {"postcode": None},
    ],
)
async def test_what_may_be_meant_is_placed(api: AsyncClient, given: dict[str, Any]) -> None:
    assert (await send(api, an_order(**given))).status_code == 201


async def test_a_row_of_a_batch_with_an_impossible_address_is_refused_alone(
    api: AsyncClient, floor: ShopFloor
) -> None:
    rows = [an_order(village_code="99.99.99.9999"), an_order()]

    answer = await api.post("/api/v1/orders/batch", json={"orders": rows}, headers={"idempotency-key": "b"})

    results = answer.json()["results"]
    assert [one["status"] for one in results] == [422, 201]
    assert results[0]["problem"]["fields"][0]["field"] == "buyer.address.village_code"
    assert await floor.value("SELECT count(*) FROM sales_order") == 1


async def test_where_postcodes_are_loaded_the_villages_own_is_insisted_on(
    floor: ShopFloor, api: AsyncClient
) -> None:
    await floor.run(load_regions)
    await floor.run(lambda tx: save_postcodes(tx, {JAKARTA: "10110"}))

    assert wrong(await send(api, an_order(postcode="10120"))) == [
        ("buyer.address.postcode", "postcode_elsewhere", "10110")
    ]
    assert (await send(api, an_order(postcode="10110"))).status_code == 201
