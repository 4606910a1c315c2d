"""The whole application over a test shop: its API as a program asks it, its pages as a person does."""

from collections.abc import AsyncIterator, Collection
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from access.conftest import application, settings_on
from conftest import ShopFloor
from given import World
from inventory.stocked import two_places
from orderan.access import Permission, add_staff, hashed, make_key
from orderan.kit.clock import SetClock
from orderan.kit.crypto import Keyring

PASSWORD = "kuda-laut-berenang"
STOCK = (Permission.INVENTORY_READ, Permission.INVENTORY_WRITE, Permission.SETTINGS_WRITE)


class Api:
    """The API as a program with some permissions sees it."""

    def __init__(self, client: AsyncTestClient[Any], world: World, now: datetime) -> None:
        self.client, self.world, self.now = client, world, now
        self.secret = ""
        self.asked = 0

    async def may(
        self, permissions: Collection[Permission], *, locations: Collection[UUID] | None = None
    ) -> None:
        """From now on ask as a program with these permissions, at these places."""
        scope = None if locations is None else frozenset(locations)
        _, self.secret = await self.world.floor.run(
            lambda tx: make_key(tx, name="uji", permissions=permissions, location_ids=scope, now=self.now)
        )

    async def ask(self, method: str, path: str, body: Any = None, *, key: str = "", **query: Any) -> Any:
        self.asked += 1
        headers = {"authorization": f"Bearer {self.secret}"}
        if method == "POST":
            headers["idempotency-key"] = key or f"k{self.asked}"
        return await self.client.request(method, f"/api/v1{path}", json=body, params=query, headers=headers)


@pytest.fixture
async def world(floor: ShopFloor, now: datetime) -> World:
    """Ten of kopi and gula in Jakarta, nothing in Surabaya."""
    return await two_places(floor, now, kopi=10, gula=10)


@pytest.fixture
async def client(
    database_url: str, keyring: Keyring, now: datetime, world: World
) -> AsyncIterator[AsyncTestClient[Litestar]]:
    app = application(settings_on(database_url), keyring, SetClock(now))
    async with AsyncTestClient(app, base_url="http://testserver.local") as made:
        yield made


@pytest.fixture
async def api(client: AsyncTestClient[Any], world: World, now: datetime) -> Api:
    made = Api(client, world, now)
    await made.may(STOCK)
    return made


class Person:
    """Somebody signed in, with the forms they send."""

    def __init__(self, client: AsyncTestClient[Any], world: World) -> None:
        self.client, self.world = client, world

    async def open(self, path: str, **headers: str) -> Any:
        return await self.client.get(path, headers=headers, follow_redirects=False)

    async def send(self, path: str, fields: dict[str, Any], files: Any = None) -> Any:
        if "orderan_csrf" not in self.client.cookies:
            await self.open("/stock/locations")
        token = self.client.cookies.get("orderan_csrf", "")
        return await self.client.post(
            path, data=fields | {"_csrf_token": token}, files=files, follow_redirects=False
        )


@pytest.fixture
async def person(client: AsyncTestClient[Any], world: World, keyring: Keyring, now: datetime) -> Person:
    """The owner of the shop, signed in."""
    fingerprint = await hashed(PASSWORD)
    await world.floor.run(
        lambda tx: add_staff(
            tx,
            email="pemilik@toko.test",
            name="Rina Hartati",
            roles=("owner",),
            password_hash=fingerprint,
            keyring=keyring,
            now=now,
        )
    )
    somebody = Person(client, world)
    await somebody.open("/login")
    answer = await somebody.send("/login", {"email": "pemilik@toko.test", "password": PASSWORD})
    assert answer.status_code == 303, answer.text
    return somebody
