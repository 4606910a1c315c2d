"""Orders over the API: read, listed page by page, and changed once per key."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from httpx2 import AsyncClient

from access.conftest import House, house
from conftest import ShopFloor
from given import World, a_buyer, a_shop, asked
from orderan.access import Permission, make_key
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.ids import new_id, to_text
from orderan.orders import Order, Terms
from orders.acting import look, placed

pytestmark = pytest.mark.anyio
__all__ = ["house"]


async def a_key(floor: ShopFloor, now: datetime, **scope: Any) -> str:
    async def command(tx: Tx) -> str:
        _, made = await make_key(tx, name="uji", permissions=list(Permission), now=now, **scope)
        return made

    secret: str = await floor.run(command)
    return secret


@pytest.fixture
async def world(floor: ShopFloor, now: datetime) -> World:
    return await a_shop(floor, now, stock={"kopi": 50, "teh": 50})


@pytest.fixture
async def api(house: House, floor: ShopFloor, world: World, now: datetime) -> AsyncIterator[AsyncClient]:
    secret = await a_key(floor, now)
    async with house.browser(authorization=f"Bearer {secret}", **{"accept-language": "id"}) as client:
        yield client


def at(order: Order, *rest: str) -> str:
    return "/".join(("/api/v1/orders", to_text("ord", order.id), *rest))


async def post(api: AsyncClient, address: str, body: Any = None, key: str = "") -> Any:
    return await api.post(address, json=body, headers={"idempotency-key": key or uuid4().hex})


async def test_orders_are_listed_page_by_page_and_narrowed(
    api: AsyncClient, world: World, keyring: Keyring, now: datetime
) -> None:
    orders = [
        await placed(
            world,
            keyring,
            asked(("kopi", turn + 1), terms=Terms.COD if turn % 2 else Terms.PREPAID, buyer=a_buyer()),
            now + timedelta(minutes=turn),
        )
        for turn in range(5)
    ]
    found, cursor = [], ""
    while True:
        page = (await api.get("/api/v1/orders", params={"limit": 2, "cursor": cursor})).json()
        found += [row["number"] for row in page["data"]]
        if not (cursor := page["next_cursor"]):
            break
    assert found == [str(order.number) for order in reversed(orders)]

    only = (await api.get("/api/v1/orders", params={"status": ["accepted", "packed"], "terms": "cod"})).json()
    assert [row["number"] for row in only["data"]] == [str(orders[3].number), str(orders[1].number)]
    one = (await api.get("/api/v1/orders", params={"q": str(orders[2].number)})).json()
    assert [row["id"] for row in one["data"]] == [to_text("ord", orders[2].id)]
    for wrong, status in (("cursor=x", 422), ("status=x", 400), ("limit=0", 400), ("channel_id=x", 404)):
        assert (await api.get(f"/api/v1/orders?{wrong}")).status_code == status, wrong


async def test_a_repeated_cancellation_cancels_once_and_tells_the_first_answer(
    api: AsyncClient, world: World, keyring: Keyring, now: datetime
) -> None:
    order = await placed(world, keyring, asked(("kopi", 3), terms=Terms.COD), now)
    body = {"reason": "Kurang satu", "lines": [{"line": 1, "quantity": 1}]}

    first = await post(api, at(order, "cancel"), body, key="k1")
    again = await post(api, at(order, "cancel"), body, key="k1")

    assert first.status_code == 200
    assert again.content == first.content
    told = first.json()
    assert (told["total"], told["version"], told["lines"][0]["quantity"], told["lines"][0]["cancelled"]) == (
        20_000,
        2,
        2,
        1,
    )
    assert (await look(world, order.id))[1][0].cancelled == 1
    too_many = await post(api, at(order, "cancel"), body | {"lines": [{"line": 1, "quantity": 9}]})
    assert (too_many.status_code, too_many.json()["code"]) == (409, "units_not_open")
    assert too_many.json()["lines"] == [{"line_no": 1, "asked": 9, "open": 2, "shipped": 0}]


async def test_an_order_is_read_whole_with_its_timeline_and_versions(
    api: AsyncClient, world: World, keyring: Keyring, now: datetime
) -> None:
    order = await placed(world, keyring, asked(("kopi", 2), terms=Terms.COD), now)
    await post(api, at(order, "notes"), {"body": "Telepon dulu"})
    await post(api, at(order, "tags"), {"add": ["VIP"]})
    held = (await post(api, at(order, "holds"), {"kind": "address", "reason": "?"})).json()
    released = await post(api, at(order, "holds", held["hold_list"][0]["id"], "release"), {})
    assert released.json()["holds"] == 0

    opened = await post(
        api,
        at(order, "changes"),
        {"actions": [{"action": "add_line", "sku": "teh", "quantity": 1}], "reason": "+1"},
    )
    assert opened.status_code == 201
    assert (opened.json()["difference"], opened.json()["short"]) == (10_000, [])
    second = await post(
        api, at(order, "changes"), {"actions": [{"action": "set_quantity", "line": 1, "quantity": 1}]}
    )
    assert (second.status_code, second.json()["code"]) == (409, "change_open")
    change = opened.json()["change_id"]
    done = await post(api, at(order, "changes", change, "confirm"), {"expected_total": 30_000})
    assert (done.json()["total"], done.json()["version"]) == (30_000, 2)
    late = await post(api, at(order, "changes", change, "decline"))
    assert (late.status_code, late.json()["code"]) == (409, "change_not_open")

    whole = (await api.get(at(order))).json()
    assert (whole["tags"], len(whole["lines"]), whole["holds"]) == (["vip"], 2, 0)
    kinds = [moment["kind"] for moment in (await api.get(at(order, "timeline"))).json()["data"]]
    assert {
        "orders.placed.v1",
        "note",
        "orders.hold_placed.v1",
        "orders.changed.v1",
        "decision.sourcing",
    } <= set(kinds)
    [version] = (await api.get(at(order, "versions"))).json()["data"]
    assert (version["version"], version["reason"]) == (1, "+1")
    kept = (await api.get(at(order, "versions", "1"))).json()
    assert (kept["order"]["total_minor"], len(kept["lines"])) == (20_000, 1)


async def test_what_makes_no_sense_or_is_not_there_is_refused(
    api: AsyncClient, house: House, floor: ShopFloor, world: World, keyring: Keyring, now: datetime
) -> None:
    order = await placed(world, keyring, asked(("kopi", 2), terms=Terms.COD), now)
    for address in (
        "/api/v1/orders/ord_x",
        f"/api/v1/orders/{to_text('ord', new_id())}",
        at(order, "versions", "7"),
    ):
        assert (await api.get(address)).status_code == 404, address
    missing = await api.post(at(order, "complete"), json={})
    assert missing.status_code == 400
    for body in ({}, {"reason": ""}, {"reason": "-", "lines": []}, {"reason": "-", "extra": 1}):
        assert (await post(api, at(order, "cancel"), body)).status_code == 400, body
    unfinished = await post(api, at(order, "complete"), {})
    assert (unfinished.status_code, unfinished.json()["code"]) == (409, "goods_still_owed")

    elsewhere = await a_key(floor, now, channel_ids=[world.locations["JKT"]])
    async with house.browser(authorization=f"Bearer {elsewhere}") as other:
        assert (await other.get(at(order))).status_code == 404
        assert (await other.get("/api/v1/orders")).json()["data"] == []
        refused = await post(other, at(order, "cancel"), {"reason": "-"})
        assert refused.status_code == 404
    assert (await look(world, order.id))[0].commercial == "accepted"


async def test_a_batch_tells_row_by_row_whatever_a_row_is(api: AsyncClient, world: World) -> None:
    good = {"channel": "web", "lines": [{"sku": "kopi", "quantity": 1}]}
    rows = [
        good,
        {"channel": "web", "lines": [], "unbekannt": 1},
        "bukan pesanan",
        good | {"lines": [{"sku": "kopi", "quantity": 500}]},
        good | {"buyer": {"name": "Ani", "phone": "tidak ada"}},
        good | {"external_id": "X-1"},
    ]

    answer = await post(api, "/api/v1/orders/batch", {"orders": rows}, key="kunci")
    again = await post(api, "/api/v1/orders/batch", {"orders": rows}, key="kunci")

    assert answer.status_code == 200
    told = answer.json()
    assert (told["placed"], told["refused"]) == (2, 4)
    assert [row["status"] for row in told["results"]] == [201, 400, 400, 409, 422, 201]
    misshapen = told["results"][1]["problem"]
    assert misshapen["code"] == "invalid_request"
    assert {error["field"] for error in misshapen["errors"]} == {"lines", "unbekannt"}
    assert told["results"][3]["problem"]["code"] == "stock_short"
    assert again.json() == told
    assert await world.stock("kopi") == (50, 2, 0)


async def test_a_batch_is_bounded(api: AsyncClient, world: World) -> None:
    good = {"channel": "web", "lines": [{"sku": "kopi", "quantity": 1}]}

    for count in (0, 501):
        answer = await post(api, "/api/v1/orders/batch", {"orders": [good] * count})
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["field"] == "orders"
    assert await world.stock("kopi") == (50, 0, 0)

    whole = (await post(api, "/api/v1/orders/batch", {"orders": [good] * 500})).json()
    assert (whole["placed"], whole["refused"]) == (50, 450)
    assert await world.stock("kopi") == (50, 50, 0)


async def test_a_program_that_books_money_cannot_send_it_back(
    api: AsyncClient, world: World, keyring: Keyring, now: datetime
) -> None:
    order = await placed(world, keyring, asked(("kopi", 1)), now)
    paid = {"order_id": to_text("ord", order.id), "method": "bank_transfer", "amount": 10_000}
    assert (await post(api, "/api/v1/payments", paid)).status_code == 200

    for kind in (
        "refunded",
        "refund_reversed",
        "forgone",
        "credited",
        "promotion_granted",
        "promotion_withdrawn",
        "promotion_returned",
    ):
        answer = await post(api, "/api/v1/payments", paid | {"kind": kind})
        assert answer.status_code == 400, kind
    assert (await look(world, order.id))[0].refunded_minor == 0


async def test_a_deposit_is_agreed_on_once_and_only_of_less_than_the_order_costs(
    api: AsyncClient, world: World, keyring: Keyring, now: datetime
) -> None:
    order = await placed(world, keyring, asked(("kopi", 2)), now)
    for amount in (20_000, 99_000):
        assert (await post(api, at(order, "deposit"), {"amount": amount})).status_code == 409
    assert (await post(api, at(order, "deposit"), {"amount": 0})).status_code == 400
    assert (await api.get(at(order))).json()["deposit"] is None

    first = await post(api, at(order, "deposit"), {"amount": 6_000}, key="uang-muka")
    again = await post(api, at(order, "deposit"), {"amount": 6_000}, key="uang-muka")

    assert (first.status_code, first.json()["deposit"]) == (200, 6_000)
    assert again.json() == first.json()
    paid = {"order_id": to_text("ord", order.id), "method": "bank_transfer", "amount": 6_000}
    assert (await post(api, "/api/v1/payments", paid)).status_code == 200
    told = (await api.get(at(order))).json()
    assert (told["commercial"], told["money"], told["paid"], told["covered"]) == (
        "accepted",
        "partly_paid",
        6_000,
        0,
    )
