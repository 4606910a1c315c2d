"""The whole application over a test database, and people to ask as."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

import pytest
from httpx2 import ASGITransport, AsyncClient
from litestar import Litestar

from conftest import ShopFloor
from orderan.access import Staff, add_staff, hashed
from orderan.app import Parts, build
from orderan.kit.clock import Clock, SetClock
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.ids import new_id
from orderan.settings import Settings

PASSWORD = "kuda-laut-berenang"


@dataclass
class House:
    """The application with a clock that tests move."""

    app: Litestar
    clock: SetClock

    def browser(self, **headers: str) -> AsyncClient:
        """A browser with no cookies; it follows no redirect, so that each is seen."""
        transport = ASGITransport(cast("Any", self.app), raise_app_exceptions=False)
        return AsyncClient(transport=transport, base_url="http://testserver.local", headers=headers)


def settings_on(database_url: str) -> Settings:
    plain = Settings.from_environment({})
    return replace(plain, database=replace(plain.database, url=database_url, pool_min=1))


_built: dict[tuple[object, ...], Litestar] = {}


def application(settings: Settings, keyring: Keyring, clock: Clock) -> Litestar:
    """The application, built once in a process and furnished anew for each test: building takes most of a second.

    What an application has of its own is made anew too; only its routes are kept.
    """
    kind = (keyring.secret("csrf"), settings.web.secure)
    app = _built.get(kind)
    # One that serves somebody beside this test's own is another one.
    if app is None or not app.state.parts.db._pool.closed:
        app = _built[kind] = build(settings, keyring, clock)
    else:
        vars(app.state.parts).update(vars(Parts.of(settings, keyring, clock)))
    return app


@pytest.fixture
async def house(database_url: str, keyring: Keyring, now: datetime) -> AsyncIterator[House]:
    settings = settings_on(database_url)
    clock = SetClock(now)
    app = application(settings, keyring, clock)
    async with app.lifespan():
        yield House(app, clock)


@pytest.fixture(scope="session")
def password_hash() -> str:
    """Hashing takes long on purpose, so it is done once."""
    import asyncio

    return asyncio.run(hashed(PASSWORD))


Hire = Callable[..., Awaitable[Staff]]


@pytest.fixture
def hire(floor: ShopFloor, keyring: Keyring, now: datetime, password_hash: str) -> Hire:
    async def hiring(email: str = "pemilik@toko.test", *roles: str, **others: Any) -> Staff:
        async def command(tx: Tx) -> Staff:
            return await add_staff(
                tx,
                email=email,
                name=others.pop("name", email.split("@", maxsplit=1)[0].title()),
                roles=roles or ("owner",),
                password_hash=password_hash,
                keyring=keyring,
                now=now,
                **others,
            )

        staff: Staff = await floor.run(command)
        return staff

    return hiring


async def sign_in(
    browser: AsyncClient,
    email: str = "pemilik@toko.test",
    password: str = PASSWORD,
    **more: str,
) -> Any:
    """Open the form and send it; the answer to the form."""
    return await send(browser, "/login", {"email": email, "password": password, **more}, page="/login")


async def send(browser: AsyncClient, address: str, fields: dict[str, Any], page: str = "/login") -> Any:
    """Post a form as a browser does, with the token of a page opened before and an id of its own."""
    if "orderan_csrf" not in browser.cookies:
        await browser.get(page)
    token = browser.cookies.get("orderan_csrf", "")
    return await browser.post(address, data={"_once": new_id().hex, **fields, "_csrf_token": token})


async def everything(floor: ShopFloor) -> dict[str, Any]:
    """A print of every table that holds a row, but for when somebody was last seen."""
    # A table without a page has no row; one with a page may have none either.
    tables = await floor.all(
        """
        SELECT relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
        WHERE nspname = current_schema() AND relkind = 'r' AND relname <> 'throttle'
          AND pg_relation_size(pg_class.oid) > 0
        """
    )
    prints = {}
    for (name,) in tables:
        rows = await floor.all(
            # The whole row, also of a table with a column of that name.
            f"SELECT md5(string_agg(row_to_json(kept.*)::text, '|' ORDER BY (kept.*)::text)) FROM {name} AS kept"
        )
        if rows[0][0] is not None:
            prints[name] = rows[0][0]
    return prints
