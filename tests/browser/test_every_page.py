"""Every page of the route table in a real browser, held to the one check.

Which pages there are is asked of the application, not remembered here: a new page without a place in
`whole_shop.PAGES` fails. One shop with something at every stage is furnished once for all of them.
"""

import asyncio
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import pyotp
import pytest
from litestar import Litestar, get
from playwright.sync_api import BrowserContext, Page
from psycopg.conninfo import conninfo_to_dict

from access.conftest import application
from browser.checks import assert_page_is_sound, assert_page_is_sound_at_a_glance
from browser.conftest import served
from conftest import KEYRING, ShopFloor
from databases import Databases
from orderan.access import Role
from orderan.app import build
from orderan.kit.clock import SystemClock
from orderan.kit.db import ALL_SHOPS, Caller, Database
from orderan.settings import Settings
from orderan.shops import open_shop
from whole_shop import PASSWORD, Whole, furnish

PICTURES = os.environ.get("ORDERAN_PICTURES")
"""A folder to keep a picture of every page in, for people to look at."""

SIZES = ((1280, 800), (390, 844))
BOTH_THEMES = {"/", "/inbox/{entry_id:str}", "/orders/print", "/warehouse/hand-over", "/login", "/track"}
"""Themes differ in colours only; a page of each sort is enough to see them all."""

DATA = ("toko", "cabang", "jawa", "hapus", "rak", "lokasi", "kopi", "teko", "web", "umum", "impor")
"""Words of the shop itself, and the one that has to be typed to erase."""


@dataclass
class Desk:
    """Where the shop answers, and what stands in it."""

    settings: Settings
    app: Litestar
    address: str
    shop: Whole

    def sign_in(self, context: BrowserContext, role: Role) -> None:
        session = {"name": "orderan_session", "value": self.shop.tokens[role], "url": self.address}
        context.add_cookies([session])  # type: ignore[list-item]  # its typed dictionary wants what may be left out


@pytest.fixture(scope="module")
def desk(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("shop")
    with databases.one() as database_url:
        # Playwright has a loop of its own running in this thread.
        with ThreadPoolExecutor(1) as aside:
            whole = aside.submit(lambda: asyncio.run(furnished(database_url, folder))).result()
        url = f"postgresql://?{urlencode(conninfo_to_dict(database_url))}"
        settings = Settings.from_environment({"ORDERAN_DATABASE_URL": url, "ORDERAN_DATA_DIR": str(folder)})
        app = application(settings, KEYRING, SystemClock())
        with served(app) as address:
            yield Desk(settings, app, address, whole)


async def furnished(database_url: str, folder: Path) -> Whole:
    now = datetime.now(UTC)
    db = Database(database_url, min_size=1, max_size=4)
    await db.open()
    shop = await db.run(
        Caller(ALL_SHOPS, "system:test"), lambda tx: open_shop(tx, code="toko", name="Toko Uji", now=now)
    )
    floor = ShopFloor(db, shop, Caller(shop.shop_id, "staff:test"))
    whole = await furnish(floor, KEYRING, now, folder)
    await db.close()
    return whole


@pytest.mark.slow
def test_every_page_of_the_route_table_is_sound(context: BrowserContext, desk: Desk) -> None:
    page = context.new_page()
    wrong = []
    stranger = {"/login", "/track"}
    ways = sorted(desk.shop.pages(desk.app), key=lambda way: way[0].path not in stranger)
    for turn, (route, path) in enumerate(ways):
        if route.path not in stranger:
            desk.sign_in(context, Role.OWNER)
        wrong += faults_of(page, desk.address + path, both_themes=route.path in BOTH_THEMES, turn=turn)
    assert not wrong, "\n".join(wrong)


def faults_of(
    page: Page, address: str, *, both_themes: bool = False, turn: int = 0, status: int = 200
) -> list[str]:
    try:
        if both_themes:
            assert_page_is_sound(page, address, sizes=SIZES, allow_words=DATA, status=status)
        else:
            assert_page_is_sound_at_a_glance(
                page, address, sizes=SIZES, turn=turn, allow_words=DATA, status=status
            )
    except AssertionError as fault:
        return [str(fault)]
    finally:
        if PICTURES:
            _keep(page, address)
    return []


def _keep(page: Page, address: str) -> None:
    name = "".join(letter if letter.isalnum() else "-" for letter in address.split("/", 3)[3]) or "home"
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.screenshot(path=Path(PICTURES or ".") / f"{name}-{width}.png", full_page=True)


def test_the_steps_of_signing_in_are_sound(context: BrowserContext, desk: Desk) -> None:
    page = context.new_page()
    page.goto(f"{desk.address}/login?next=/account")
    page.fill("input[name=email]", "dua@toko.test")
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/login/shop?**")
    assert faults_of(page, page.url) == []

    page.goto(f"{desk.address}/login?next=/account")
    page.fill("input[name=email]", "totp@toko.test")
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/login/code?**")
    assert faults_of(page, page.url) == []
    # The code of now may be the one that was used to begin; the next one is taken too.
    page.goto(f"{desk.address}/login/code?next=/account")
    code = pyotp.TOTP(desk.shop.secret).at(datetime.now(UTC), counter_offset=1)
    page.fill("input[name=code]", code)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{desk.address}/account")


def test_what_a_buyer_sees_of_an_order_is_sound(context: BrowserContext, desk: Desk) -> None:
    page = context.new_page()
    for stage in ("waiting", "road", "cancelled", "finished"):
        page.goto(f"{desk.address}/track?shop=toko")
        page.fill("input[name=number]", str(desk.shop.numbers[stage]))
        page.fill("input[name=digits]", "7890")
        page.keyboard.press("Enter")
        page.wait_for_url(f"{desk.address}/track/order")
        assert faults_of(page, page.url) == []


def test_the_pages_that_tell_of_errors_are_sound(
    context: BrowserContext, desk: Desk, serve: Callable[[Litestar], str]
) -> None:
    @get("/rusak", opt={"signed_in": True}, include_in_schema=False)
    async def broken() -> None:
        raise ZeroDivisionError

    app = build(desk.settings, KEYRING, SystemClock())
    app.register(broken)
    desk = replace(desk, app=app, address=serve(app))
    page = context.new_page()
    assert faults_of(page, f"{desk.address}/tidak-ada", status=404) == []
    desk.sign_in(context, Role.VIEWER)
    for path, status in (
        ("/tidak-ada", 404),
        ("/orders/ord_00000000000000000000000000", 404),
        ("/products/xyz", 404),
        ("/settings/users", 403),
        ("/orders/new", 403),
        ("/orders/import", 403),
        ("/rusak", 500),
    ):
        assert faults_of(page, desk.address + path, status=status) == []


def test_a_reader_and_a_picker_find_their_pages_sound_too(context: BrowserContext, desk: Desk) -> None:
    page = context.new_page()
    wrong = []
    for role, paths in {
        Role.VIEWER: ["/orders/{order_changing}", "/products/{product}/skus/{sku}", "/inbox/{entry_over}"],
        Role.WAREHOUSE: ["/", "/orders/{order_planned}", "/warehouse/tasks/{task_picking}"],
        Role.MARKETING: ["/", "/orders/{order_cash}", "/customers"],
    }.items():
        desk.sign_in(context, role)
        for path in paths:
            wrong += faults_of(page, desk.address + path.format(**desk.shop.named))
    assert not wrong, "\n".join(wrong)
