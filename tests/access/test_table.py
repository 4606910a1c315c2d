"""Who may do what: one table of every route, and every route really asked as everybody.

`table.txt` is written by hand into review: a line per route with what it needs. A route that is not
in it, or that needs something else than it says there, fails; so does a line without its route.
`ORDERAN_WRITE_TABLE=1` writes the file anew, for its difference to be read.

Then each route is requested by nobody, by every role and by keys of every single permission. Who is
not allowed gets 401 or 403 (or the login page), and the database is as it was, to the row; who is
allowed gets past the guard.
"""

import os
from pathlib import Path
from typing import Any

import pytest
from httpx2 import AsyncClient

from access.conftest import Hire, House, everything, sign_in
from access.routes import Route, routes_of
from conftest import ShopFloor
from orderan.access import ROLES, Permission, Role, make_key

pytestmark = pytest.mark.anyio

TABLE = Path(__file__).parent / "table.txt"
STREAMS = {"/api/v1/availability/stream", "/stock/stream"}
"""Answers without an end; past the guard they are another test's business."""


async def test_the_table_is_of_the_routes_there_are(house: House) -> None:
    there = "\n".join(f"{route.needs:<18} {route.name}" for route in sorted(routes_of(house.app))) + "\n"
    if os.environ.get("ORDERAN_WRITE_TABLE"):
        TABLE.write_text(there, encoding="utf-8")
    written = TABLE.read_text(encoding="utf-8").splitlines()
    assert sorted(there.splitlines()) == sorted(written)


async def test_only_these_pages_are_open_to_everybody(house: House) -> None:
    public = {route.path for route in routes_of(house.app) if route.needs == "public"}
    expected = {
        "/api",
        "/api/docs",
        "/api/openapi.json",
        "/api/{path:str}",
        "/health/live",
        "/health/ready",
        "/images/{name:str}",
        "/login",
        "/login/code",
        "/login/shop",
        "/metrics",
        "/news/{shop_id:int}/{account:str}",
        "/tracking/{shop_id:int}/{account:str}",
        "/notices/{shop_id:int}/{account:str}",
        "/pay/{ticket:str}",
        "/pay/{ticket:str}/back",
        "/pay/{ticket:str}/invoice.pdf",
        "/pay/{ticket:str}/standing",
        "/door/{ticket:str}",
        "/pay/{ticket:str}/voucher",
        "/payout/{link:str}",
        "/pick/manifest.webmanifest",
        "/pick/worker.js",
        "/preferences",
        "/static/{tree:str}/{path:path}",
        "/status",
        "/stop/{ticket:str}",
        "/track",
        "/track/order",
        "/track/order/invoice.pdf",
        "/track/order/return",
        "/track/order/return/keep",
        "/asks/{shop_id:int}/{account:str}",
        "/ya/{link:str}",
    }
    assert public == expected


async def test_nobody_gets_past_any_guarded_route(floor: ShopFloor, house: House, hire: Hire) -> None:
    await hire()
    before = await everything(floor)
    async with house.browser() as stranger:
        await stranger.get("/login")
        answers = {
            route.name: (await _ask(stranger, route))
            for route in routes_of(house.app)
            if route.needs != "public"
        }
    wrong = {
        name: (answer.status_code, answer.headers.get("location"))
        for name, answer in answers.items()
        if not _refused_to_stranger(name, answer)
    }
    assert wrong == {}
    assert await everything(floor) == before


@pytest.mark.parametrize("role", list(Role))
async def test_a_role_opens_its_pages_and_no_others(
    floor: ShopFloor, house: House, hire: Hire, role: Role
) -> None:
    await hire()
    if role is not Role.OWNER:
        await hire("orang@toko.test", role)
    pages = [route for route in routes_of(house.app) if not route.is_api and route.needs != "public"]
    allowed = {"signed_in", *map(str, ROLES[role])}
    async with house.browser() as person:
        await sign_in(person, "pemilik@toko.test" if role is Role.OWNER else "orang@toko.test")
        await person.get("/account")
        before = await everything(floor)
        refused = [route for route in pages if route.needs not in allowed]
        let_in = {route.name: (await _ask(person, route)).status_code for route in refused}
        assert let_in == dict.fromkeys(let_in, 403)
        assert await everything(floor) == before
        past = {
            route.name: (await _ask(person, route)).status_code
            for route in pages
            if route.needs in allowed and route.path != "/logout" and route.path not in STREAMS
        }
    shut_out = {name: status for name, status in past.items() if status in {401, 403} or status >= 500}
    assert shut_out == {}


@pytest.mark.parametrize("permission", list(Permission))
async def test_a_key_opens_what_its_one_permission_says(
    floor: ShopFloor, house: House, permission: Permission
) -> None:
    _, secret = await floor.run(
        lambda tx: make_key(tx, name="satu", permissions=[permission], now=house.clock.at)
    )
    api = [route for route in routes_of(house.app) if route.is_api]
    async with house.browser(authorization=f"Bearer {secret}") as program:
        await program.get("/api/v1/regions")
        before = await everything(floor)
        refused = [route for route in api if route.needs not in {permission, "signed_in"}]
        let_in = {route.name: (await _ask(program, route)).status_code for route in refused}
        assert let_in == dict.fromkeys(let_in, 403)
        assert await everything(floor) == before
        past = {
            route.name: (await _ask(program, route)).status_code
            for route in api
            if route.needs in {permission, "signed_in"} and route.path not in STREAMS
        }
    shut_out = {name: status for name, status in past.items() if status in {401, 403} or status >= 500}
    assert shut_out == {}


async def test_a_session_is_no_key_and_a_key_is_no_session(
    floor: ShopFloor, house: House, hire: Hire
) -> None:
    await hire()
    _, secret = await floor.run(
        lambda tx: make_key(tx, name="semua", permissions=list(Permission), now=house.clock.at)
    )
    async with house.browser() as person:
        await sign_in(person)
        assert (await person.get("/api/v1/events")).status_code == 401
    async with house.browser(authorization=f"Bearer {secret}", cookie=f"orderan_session={secret}") as program:
        assert (await program.get("/account")).status_code == 303
        assert (await program.get("/settings/users")).status_code == 303


async def _ask(client: AsyncClient, route: Route) -> Any:
    if route.method == "GET":
        return await client.request(route.method, route.address)
    if route.is_api:
        headers = {"idempotency-key": f"{route.name}"}
        return await client.request(route.method, route.address, json={}, headers=headers)
    fields = {"_csrf_token": client.cookies.get("orderan_csrf", "")}
    return await client.request(route.method, route.address, data=fields)


def _refused_to_stranger(name: str, answer: Any) -> bool:
    if "/api/" in name:
        return bool(answer.status_code == 401)
    return bool(answer.status_code == 303 and answer.headers["location"].startswith("/login"))
