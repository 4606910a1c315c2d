"""POST /api/v1/orders through both of its doors: the hot one and the framework's own.

The hot door answers the route in production; the framework's handler documents it. Whatever is
asked, both must say the same.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import pytest
from httpx2 import ASGITransport, AsyncClient, Response

from access.conftest import application, settings_on
from conftest import ShopFloor
from given import World, a_shop
from orderan.access import Permission, make_key
from orderan.flows.place_order import Placement, place_orders
from orderan.kit.clock import SetClock
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.shops import ChannelKind, add_channel

pytestmark = pytest.mark.anyio

ORDER = {"channel": "web", "lines": [{"sku": "kopi", "quantity": 1}]}
CHANGING = {"id", "number", "request_id", "placed_at", "pay_before"}


@dataclass
class Doors:
    """Clients of both doors, and a shop behind them."""

    hot: AsyncClient
    own: AsyncClient
    world: World
    key: str

    async def one(self, body: Any, *, text: str) -> Response:
        """A request to the hot door."""
        headers = {"authorization": f"Bearer {self.key}", "idempotency-key": text}
        return await self.hot.post("/api/v1/orders", headers=headers, json=body)

    async def both(self, body: Any = None, *, text: str = "", key: str | None = None) -> list[Response]:
        """The same request to each door, under keys of their own."""
        answers = []
        for name, client in (("hot", self.hot), ("own", self.own)):
            headers = {"content-type": "application/json", "authorization": f"Bearer {key or self.key}"}
            if text:
                headers["idempotency-key"] = f"{name}-{text}"
            content = body if isinstance(body, bytes) else None
            json = None if content is not None else body
            answers.append(await client.post("/api/v1/orders", headers=headers, content=content, json=json))
        return answers


@pytest.fixture
async def doors(floor: ShopFloor, database_url: str, keyring: Keyring, now: datetime) -> AsyncIterator[Doors]:
    world = await a_shop(floor, now, stock={"kopi": 9})

    async def keyed(tx: Tx) -> str:
        return (await make_key(tx, name="uji", permissions=[Permission.ORDERS_WRITE], now=now))[1]

    secret = await floor.run(keyed)
    app = application(settings_on(database_url), keyring, SetClock(now))
    async with app.lifespan():
        hot = ASGITransport(cast("Any", app.state.door), raise_app_exceptions=False)
        own = ASGITransport(cast("Any", app), raise_app_exceptions=False)
        async with (
            AsyncClient(transport=hot, base_url="http://testserver.local") as first,
            AsyncClient(transport=own, base_url="http://testserver.local") as second,
        ):
            yield Doors(first, second, world, secret)


def told(answer: Response) -> tuple[int, str, dict[str, Any]]:
    """What has to be the same: status, media type, and the body without what differs by nature."""
    body = {name: value for name, value in answer.json().items() if name not in CHANGING}
    return answer.status_code, answer.headers["content-type"].partition(";")[0], body


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (ORDER, 201),
        (ORDER | {"buyer": {"name": "Ani", "phone": "0812-3456-7890"}, "terms": "cod"}, 201),
        (ORDER | {"lines": [{"sku": "kopi", "quantity": 10}]}, 409),
        (ORDER | {"expected_total": 1}, 409),
        (ORDER | {"lines": [{"sku": "teh", "quantity": 1}]}, 422),
        (ORDER | {"channel": "pasar"}, 422),
        (ORDER | {"buyer": {"name": "Ani", "phone": "tidak ada"}}, 422),
    ],
)
async def test_both_doors_give_the_same_answer(doors: Doors, body: dict[str, Any], status: int) -> None:
    hot, own = await doors.both(body, text="1")

    assert told(hot) == told(own)
    assert hot.status_code == status
    assert hot.headers["content-security-policy"] == own.headers["content-security-policy"]


@pytest.mark.parametrize(
    "body",
    [
        {"channel": "web", "lines": []},
        {"channel": "web", "lines": [{"sku": "", "quantity": 0}], "unbekannt": 1},
        ORDER | {"note": "nol \x00 di tengah"},
    ],
)
async def test_a_wrong_shape_is_refused_by_both_with_every_wrong_field(doors: Doors, body: Any) -> None:
    hot, own = await doors.both(body, text="1")

    assert hot.status_code == 400
    assert told(hot) == told(own)
    assert hot.json()["errors"] != []


@pytest.mark.parametrize(("text", "key", "status"), [("", None, 400), ("1", "ordk_1_salah", 401)])
async def test_without_a_key_of_either_kind_both_refuse(
    doors: Doors, text: str, key: str | None, status: int
) -> None:
    hot, own = await doors.both(ORDER, text=text, key=key)

    assert hot.status_code == status
    assert told(hot) == told(own)


async def test_a_missing_key_is_told_together_with_every_wrong_field(doors: Doors) -> None:
    [hot, own] = await doors.both({"channel": "web", "lines": [{"sku": "kopi", "quantity": 0}]})

    assert hot.status_code == 400
    assert told(hot) == told(own)
    assert [(one["field"], one["code"]) for one in hot.json()["errors"]] == [
        ("Idempotency-Key", "invalid"),
        ("lines.0.quantity", "greater_than_equal"),
    ]
    assert await doors.world.stock("kopi") == (9, 0, 0)


async def test_the_same_key_gives_the_first_answer_and_another_body_is_refused(doors: Doors) -> None:
    first = await doors.both(ORDER, text="1")
    again = await doors.both(ORDER, text="1")
    other = await doors.both(ORDER | {"note": "lain"}, text="1")

    assert [answer.content for answer in again] == [answer.content for answer in first]
    assert [answer.json()["code"] for answer in other] == ["idempotency_key_reused"] * 2
    assert await doors.world.stock("kopi") == (9, 2, 0)


async def test_a_key_of_one_channel_places_on_no_other(doors: Doors, floor: ShopFloor, now: datetime) -> None:
    async def scoped(tx: Tx) -> str:
        other = await add_channel(tx, code="toko", name="Toko", kind=ChannelKind.STORE, now=now)
        made = await make_key(
            tx, name="kasir", permissions=[Permission.ORDERS_WRITE], channel_ids=[other.id], now=now
        )
        return made[1]

    key = await floor.run(scoped)
    refused = await doors.both(ORDER, text="1", key=key)
    placed = await doors.both(ORDER | {"channel": "toko"}, text="2", key=key)

    assert [answer.json()["code"] for answer in refused] == ["unknown_channel"] * 2
    assert [answer.status_code for answer in placed] == [201, 201]


async def test_a_fault_of_one_request_is_told_to_it_alone(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = place_orders

    async def fragile(tx: Tx, shop: Any, placements: Sequence[Placement], **more: Any) -> Any:
        if any(placement.note == "racun" for placement in placements):
            raise LookupError("a bug that one order meets")
        return await real(tx, shop, placements, **more)

    monkeypatch.setattr("orderan.web.gather.place_orders", fragile)
    bodies = [ORDER | {"note": "racun" if turn == 2 else "baik"} for turn in range(4)]

    answers = await asyncio.gather(
        *(doors.one(body, text=f"bersama-{turn}") for turn, body in enumerate(bodies))
    )

    assert [answer.status_code for answer in answers] == [201, 201, 500, 201]
    assert await doors.world.stock("kopi") == (9, 3, 0)
