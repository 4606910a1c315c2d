"""Rules of sourcing as a browser and a program see them: edited, tried on past orders, put live, nothing lost."""

import html
import re
from datetime import datetime
from typing import Any, Final

import pytest
from httpx2 import AsyncClient

from access.conftest import Hire, House, hire, house, password_hash, send, sign_in
from conftest import ShopFloor
from given import BANDUNG, JAKARTA, SURABAYA, World, a_buyer, a_shop, asked, place
from orderan.access import Permission, make_key
from orderan.flows.place_order import Placed
from orderan.inventory import Receipt, receive_stock
from orderan.kit.crypto import Keyring
from orderan.kit.ids import new_id, to_text
from orderan.sourcing import followed

pytestmark = pytest.mark.anyio
__all__ = ["hire", "house", "password_hash"]

PAGE: Final = "/stock/sourcing"
TYPED: Final = {
    "revision": "0",
    "way_0": "60.000",
    "way_1": "40.000",
    "way_2": "25.000",
    "way_3": "10.000",
    "way_4": "0",
    "split": "100.000",
    "whole_below": "",
}


@pytest.fixture
async def world(floor: ShopFloor, keyring: Keyring, now: datetime) -> World:
    """Coffee in Jakarta and Surabaya, and an order from Jakarta that was served there."""
    world = await a_shop(floor, now, stock={"kopi": 10}, places={"JKT": JAKARTA, "SBY": SURABAYA})
    await floor.run(
        lambda tx: receive_stock(tx, [Receipt(world.skus["kopi"], world.locations["SBY"], 10)], now=now)
    )
    [placed] = await place(world, keyring, asked(("kopi", 1), buyer=a_buyer()), now=now)
    assert isinstance(placed, Placed)
    return world


@pytest.fixture
async def browser(world: World, house: House, hire: Hire) -> Any:
    await hire(name="Rina")
    async with house.browser() as client:
        await sign_in(client)
        yield client


def words(answer: Any) -> str:
    """What a page says, in one line."""
    text = re.sub(r"<(script|style|svg)[^>]*>.*?</\1>", " ", answer.text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text)))


def dear_jakarta(world: World) -> dict[str, str]:
    """What is typed to keep orders out of Jakarta."""
    return TYPED | {f"cost_{to_text('loc', world.locations['JKT'])}": "90.000"}


async def test_a_draft_is_typed_tried_on_past_orders_and_put_live(world: World, browser: AsyncClient) -> None:
    assert "Tidak ada perubahan yang menunggu" in words(await browser.get(PAGE))
    assert 'href="/stock/sourcing"' in (await browser.get("/stock/locations")).text

    wrong = await send(browser, f"{PAGE}/edit", dear_jakarta(world) | {"way_4": "70.000", "split": "mahal"})
    assert wrong.status_code == 422
    assert "Yang lebih dekat tidak boleh lebih mahal" in words(wrong)
    assert 'value="mahal"' in wrong.text
    kept = await send(browser, f"{PAGE}/edit", dear_jakarta(world))
    assert (kept.status_code, kept.headers["location"]) == (303, f"{PAGE}?said=saved")
    assert "tambah Rp90.000 per pesanan" in words(await browser.get(PAGE))
    untried = await send(browser, f"{PAGE}/live", {"revision": "1", "note": "Jakarta penuh"})
    assert untried.status_code == 409
    assert "belum dicoba pada pesanan lalu" in words(untried)

    never = await send(browser, f"{PAGE}/trial", {"revision": "1", "days": "0"})
    assert never.status_code == 422
    assert "Percobaan mencakup 1 sampai 90 hari" in words(never)
    assert 'name="revision" value="1"' in never.text
    await send(browser, f"{PAGE}/trial", {"revision": "1", "days": "7"})
    said = words(await browser.get(PAGE))
    assert "1 dari 1 pesanan akan datang dari tempat lain." in said
    assert "Dulu dari" in said
    unexplained = await send(browser, f"{PAGE}/live", {"revision": "1", "note": " "})
    assert unexplained.status_code == 422
    live = await send(browser, f"{PAGE}/live", {"revision": "1", "note": "Jakarta penuh"})
    assert live.headers["location"] == f"{PAGE}?said=live"
    said = words(await browser.get(PAGE))
    assert "Aturan yang berjalan · versi 1" in said
    assert "Jakarta penuh" in said
    assert "Rina" in said


async def test_orders_come_from_where_the_rules_say_and_tell_why(
    world: World, browser: AsyncClient, keyring: Keyring, now: datetime
) -> None:
    await send(browser, f"{PAGE}/edit", dear_jakarta(world))
    await send(browser, f"{PAGE}/trial", {"revision": "1", "days": "7"})
    await send(browser, f"{PAGE}/live", {"revision": "1", "note": "Jakarta penuh"})

    near = a_buyer("Budi", "+6281234567899", BANDUNG)
    [placed] = await place(world, keyring, asked(("kopi", 1), buyer=near), now=now)

    assert isinstance(placed, Placed)
    rows = await world.floor.all("SELECT location_id FROM claim")
    assert {row.location_id for row in rows} == {world.locations["JKT"], world.locations["SBY"]}
    page = words(await browser.get(f"/orders/{to_text('ord', placed.order.id)}"))
    assert "Dengan aturan hari ini (cheapest_places@2) pilihannya sama." in page


async def test_two_who_edit_at_once_do_not_lose_each_others_work(world: World, browser: AsyncClient) -> None:
    await send(browser, f"{PAGE}/edit", TYPED | {"split": "50.000"})

    late = await send(browser, f"{PAGE}/edit", TYPED | {"split": "70.000"})

    assert late.status_code == 409
    assert 'value="70.000"' in late.text
    assert 'name="revision" value="1"' in late.text
    await send(browser, f"{PAGE}/discard", {"revision": "1"})
    assert "Tidak ada perubahan yang menunggu" in words(await browser.get(PAGE))


async def test_a_program_drafts_tries_and_puts_rules_live(world: World, house: House, now: datetime) -> None:
    _, secret = await world.floor.run(
        lambda tx: make_key(
            tx, name="uji", permissions=[Permission.SETTINGS_READ, Permission.SETTINGS_WRITE], now=now
        )
    )
    rules = {
        "way_minor": [60_000, 40_000, 25_000, 10_000, 0],
        "split_minor": 20_000,
        "places": [{"location_id": to_text("loc", world.locations["JKT"]), "orders_a_day": 100}],
    }
    async with house.browser() as client:

        async def ask(path: str, body: Any = None) -> Any:
            headers = {"authorization": f"Bearer {secret}"}
            address = f"/api/v1/sourcing-rules{path}"
            if body is None:
                return await client.get(address, headers=headers)
            return await client.post(address, json=body, headers=headers | {"idempotency-key": new_id().hex})

        before = (await ask("")).json()
        nowhere = rules | {"places": [{"location_id": "loc_x"}]}
        refused = await ask("/draft", {"revision": 0, "rules": nowhere})
        drafted = await ask("/draft", {"revision": 0, "rules": rules})
        tried = await ask("/trial", {"revision": 1, "days": 7})
        live = await ask("/activate", {"revision": 1, "note": "paket murah"})
        version = await ask("/versions/1")
        missing = await ask("/versions/2")

    assert (before["version"], before["followed"]["split_minor"]) == (0, 100_000)
    assert refused.status_code == 404
    assert drafted.json()["rules"]["places"][0]["orders_a_day"] == 100
    trial = tried.json()["trial"]
    assert (trial["orders"], trial["moved"], trial["parcels_then"]) == (1, 0, 1)
    assert (live.json()["version"], live.json()["followed"]["split_minor"]) == (1, 20_000)
    assert version.json()["rules"] == live.json()["followed"]
    assert missing.status_code == 404
    rules_now = await world.floor.run(followed)
    assert rules_now.place(world.locations["JKT"]).orders_a_day == 100
