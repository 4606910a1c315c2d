"""POST /api/v1/orders/batch: each row for itself, in one transaction, once per key."""

from typing import Any
from uuid import uuid4

import pytest
from httpx2 import AsyncClient, Response

from access.conftest import House, house
from conftest import ShopFloor
from given import World
from orders.test_order_api import api, world

pytestmark = pytest.mark.anyio
__all__ = ["House", "api", "house", "world"]


def row(sku: str = "kopi", quantity: int = 1, **others: Any) -> dict[str, Any]:
    return {"channel": "web", "lines": [{"sku": sku, "quantity": quantity}]} | others


async def send(api: AsyncClient, rows: list[Any], key: str = "") -> Response:
    headers = {"idempotency-key": key or uuid4().hex}
    return await api.post("/api/v1/orders/batch", json={"orders": rows}, headers=headers)


def told(answer: Response) -> list[tuple[int, str]]:
    """(status, code or "placed") per row."""
    assert answer.status_code == 200, answer.text
    results = answer.json()["results"]
    assert [result["index"] for result in results] == list(range(len(results)))
    return [(one["status"], one["problem"]["code"] if "problem" in one else "placed") for one in results]


async def orders(floor: ShopFloor) -> int:
    count: int = await floor.value("SELECT count(*) FROM sales_order")
    return count


async def test_every_row_has_its_own_answer_and_a_bad_one_hinders_nobody(
    api: AsyncClient, floor: ShopFloor, world: World
) -> None:
    answer = await send(
        api,
        [
            row(),
            row(quantity=0, unbekannt=1, buyer={"name": "", "phone": "0812-3456-7890"}),
            row("teh", 51),
            row("gula"),
            "bukan pesanan",
            row(channel="pasar"),
            row("teh", 2),
        ],
    )

    assert told(answer) == [
        (201, "placed"),
        (400, "invalid_request"),
        (409, "stock_short"),
        (422, "unknown_skus"),
        (400, "invalid_request"),
        (422, "unknown_channel"),
        (201, "placed"),
    ]
    assert (answer.json()["placed"], answer.json()["refused"]) == (2, 5)
    assert await orders(floor) == 2
    assert await world.stock("kopi") == (50, 1, 0)
    assert await world.stock("teh") == (50, 2, 0)


async def test_a_misshapen_row_is_told_every_wrong_field_as_it_would_be_alone(api: AsyncClient) -> None:
    wrong = row(quantity=0, unbekannt=1, buyer={"name": "", "phone": "0812-3456-7890"}, note="x" * 1001)

    [result] = (await send(api, [wrong])).json()["results"]

    problem = result["problem"]
    assert (problem["status"], problem["type"]) == (400, "/problems/invalid_request")
    assert {error["field"] for error in problem["errors"]} == {
        "lines.0.quantity",
        "unbekannt",
        "buyer.name",
        "note",
    }
    alone = await api.post("/api/v1/orders", json=wrong, headers={"idempotency-key": "sendiri"})
    assert alone.status_code == 400


async def test_a_second_row_of_a_cart_or_an_external_id_gets_the_order_of_the_first(
    api: AsyncClient, floor: ShopFloor
) -> None:
    answer = await send(
        api,
        [
            row(cart_id="c1"),
            row("teh", cart_id="c1"),
            row(external_id="e1"),
            row("teh", external_id="e1"),
            row(external_id="e1", channel="web", cart_id="c1"),
        ],
    )

    results = answer.json()["results"]
    assert [one["status"] for one in results] == [201, 200, 201, 200, 200]
    assert results[1]["order"]["id"] == results[0]["order"]["id"]
    assert results[3]["order"]["id"] == results[2]["order"]["id"]
    assert await orders(floor) == 2


async def test_a_row_whose_namesake_was_refused_is_tried_by_itself(
    api: AsyncClient, floor: ShopFloor, world: World
) -> None:
    answer = await send(
        api,
        [
            row("gula", cart_id="c1"),
            row(quantity=51, cart_id="c1"),
            row(quantity=3, cart_id="c1", external_id="e1"),
            row("teh", external_id="e1"),
            row(quantity=0, cart_id="c2"),
            row("teh", cart_id="c2"),
        ],
    )

    assert told(answer) == [
        (422, "unknown_skus"),
        (409, "stock_short"),
        (201, "placed"),
        (200, "placed"),
        (400, "invalid_request"),
        (201, "placed"),
    ]
    results = answer.json()["results"]
    assert results[3]["order"]["id"] == results[2]["order"]["id"]
    assert await orders(floor) == 2
    assert await world.stock("kopi") == (50, 3, 0)
    assert await world.stock("teh") == (50, 1, 0)


async def test_five_hundred_rows_are_placed_and_five_hundred_and_one_are_refused_whole(
    api: AsyncClient, floor: ShopFloor, world: World
) -> None:
    many = await send(api, [row() for _ in range(501)])
    assert many.status_code == 400
    assert [error["field"] for error in many.json()["errors"]] == ["orders"]
    assert await orders(floor) == 0
    assert (await send(api, [])).status_code == 400

    answer = await send(api, [row() for _ in range(500)])

    assert told(answer) == [(201, "placed")] * 50 + [(409, "stock_short")] * 450
    assert await world.stock("kopi") == (50, 50, 0)


async def test_a_repeated_batch_gets_the_first_answer_and_places_nothing(
    api: AsyncClient, floor: ShopFloor, world: World
) -> None:
    rows = [row(), row(quantity=0), row("gula")]
    first = await send(api, rows, key="k1")

    again = await send(api, rows, key="k1")
    other = await send(api, [row()], key="k1")

    assert again.content == first.content
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    assert await orders(floor) == 1
    assert await world.stock("kopi") == (50, 1, 0)


async def test_a_batch_of_which_no_row_has_its_shape_is_answered_and_kept(
    api: AsyncClient, floor: ShopFloor
) -> None:
    first = await send(api, [1, None], key="k1")
    again = await send(api, [1, None], key="k1")

    assert told(first) == [(400, "invalid_request")] * 2
    assert again.content == first.content
    assert await orders(floor) == 0
