"""The whole API of a shop, asked as a program with some permissions and some scope."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar.testing import AsyncTestClient

from access.conftest import application, settings_on
from conftest import ShopFloor
from orderan.access import Permission, make_key
from orderan.kit.clock import SetClock
from orderan.kit.crypto import Keyring


class Program:
    """A program with a key."""

    def __init__(self, client: AsyncTestClient[Any], secret: str) -> None:
        self.client, self.secret, self.keys = client, secret, 0

    async def get(self, path: str, **query: Any) -> Any:
        headers = {"authorization": f"Bearer {self.secret}"}
        return await self.client.get(f"/api/v1{path}", params=query, headers=headers)

    async def post(self, path: str, body: Any = None, *, key: str = "") -> Any:
        self.keys += 1
        headers = {
            "authorization": f"Bearer {self.secret}",
            "idempotency-key": key or f"{self.secret[-6:]}-{self.keys}",
            "accept-language": "en",
        }
        return await self.client.post(f"/api/v1{path}", json=body, headers=headers)


@asynccontextmanager
async def serving(floor: ShopFloor, keyring: Keyring, now: datetime) -> AsyncIterator[AsyncTestClient[Any]]:
    async with AsyncTestClient(application(settings_on(floor.db.url), keyring, SetClock(now))) as client:
        yield client


async def a_program(
    client: AsyncTestClient[Any],
    floor: ShopFloor,
    now: datetime,
    *,
    permissions: Collection[Permission] = tuple(Permission),
    locations: Collection[UUID] | None = None,
    channels: Collection[UUID] | None = None,
) -> Program:
    _, secret = await floor.run(
        lambda tx: make_key(
            tx,
            name="uji",
            permissions=permissions,
            location_ids=locations,
            channel_ids=channels,
            now=now,
        )
    )
    return Program(client, secret)
