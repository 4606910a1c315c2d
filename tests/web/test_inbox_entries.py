"""An entry of the inbox as a person reads it: words of their language, and links to what it is about."""

import html
import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from httpx2 import AsyncClient

import orderan
from access.conftest import Hire, House, hire, house, password_hash, send, sign_in
from conftest import ShopFloor
from fulfilment.working import an_order, pay, the_task
from given import JAKARTA, SURABAYA, World, a_shop
from orderan.flows.pick_task import release_tasks, run_short, start_picking
from orderan.flows.watch_limits import watch_limits
from orderan.inventory import Travel, open_transfer, set_policy, watch_low_stock
from orderan.kit.crypto import Keyring
from orderan.kit.ids import to_text
from orderan.web.dashboard.inbox_facts import CLOSED_BECAUSE

pytestmark = pytest.mark.anyio
__all__ = ["hire", "house", "password_hash"]


@pytest.fixture
async def world(floor: ShopFloor, now: datetime) -> World:
    return await a_shop(floor, now, stock={"kopi": 9}, places={"JKT": JAKARTA, "SBY": SURABAYA})


@pytest.fixture
async def owner(house: House, hire: Hire, world: World) -> AsyncIterator[AsyncClient]:
    await hire()
    async with house.browser() as browser:
        await sign_in(browser)
        yield browser


async def path_of(world: World, kind: str) -> str:
    [row] = await world.floor.all("SELECT id FROM exception_entry WHERE kind = %(kind)s", kind=kind)
    return f"/inbox/{to_text('exc', row.id)}"


def facts(page: str) -> dict[str, str]:
    """Labels and what stands beside them."""
    found = re.findall(r"<dt>([^<]*)</dt><dd>(.*?)</dd>", page, re.DOTALL)
    return {label: " ".join(html.unescape(re.sub(r"<[^>]*>", " ", told)).split()) for label, told in found}


async def test_a_shortage_names_what_is_missing_and_leads_to_it(
    owner: AsyncClient, world: World, keyring: Keyring, now: datetime
) -> None:
    order = await an_order(world, keyring, ("kopi", 2), now=now)
    await pay(world, order, now=now)
    task = await the_task(world, order)
    for step in (release_tasks, start_picking):
        await world.floor.run(lambda tx, step=step: step(tx, [task], now=now))
    await world.floor.run(lambda tx: run_short(tx, task, note="Rak B", now=now))

    page = (await owner.get(await path_of(world, "task_short"))).text

    told = facts(page)
    assert told["Yang kurang"] == "2 × Kopi – kopi (kopi)"
    assert told["Tugas gudang"] == "Buka tugas"
    assert told["Catatan"] == "Rak B"
    assert f'href="/stock/items/{to_text("sku", world.skus["kopi"])}"' in page
    assert f'href="/warehouse/tasks/{to_text("tsk", task)}"' in page
    assert "sku_id" not in page


async def test_low_stock_is_told_in_words_of_both_languages_and_leads_to_the_sku(
    owner: AsyncClient, world: World, now: datetime
) -> None:
    place = world.locations["JKT"]
    await world.floor.run(
        lambda tx: set_policy(tx, world.skus["kopi"], place, safety=0, reorder_point=12, now=now)
    )
    await world.floor.run(lambda tx: watch_low_stock(tx, now=now))
    path = await path_of(world, "low_stock")

    page = (await owner.get(path)).text
    owner.cookies.set("bahasa", "en")
    english = (await owner.get(path)).text

    assert facts(page) | {"SKU": "kopi", "Stok bebas": "9", "Titik pesan ulang": "12"} == facts(page)
    assert facts(english) | {"SKU": "kopi", "Free stock": "9", "Reorder point": "12"} == facts(english)
    assert f'href="/stock/items/{to_text("sku", world.skus["kopi"])}"' in page
    for raw in ("reorder_point", "location_id"):
        assert raw not in page


async def test_a_transfer_that_waits_leads_to_the_transfer(
    owner: AsyncClient, world: World, now: datetime
) -> None:
    made = await world.floor.run(
        lambda tx: open_transfer(
            tx,
            from_location=world.locations["JKT"],
            to_location=world.locations["SBY"],
            goods=[Travel(world.skus["kopi"], 1)],
            now=now - timedelta(days=9),
        )
    )
    await world.floor.run(lambda tx: watch_limits(tx, now=now))

    page = (await owner.get(await path_of(world, "transfer_waiting"))).text

    assert f'href="/stock/transfers/{to_text("trf", made.id)}"' in page
    assert facts(page)["Sejak"] == "2 Nov 2026 11.00 WIB"
    assert facts(page)["Status"] == "Belum dikirim"


async def test_what_the_system_closed_is_told_in_the_readers_language(
    owner: AsyncClient, world: World, keyring: Keyring, now: datetime
) -> None:
    order = await an_order(world, keyring, ("kopi", 2), now=now)
    await pay(world, order, 5_000, now=now)
    path = await path_of(world, "payment_under")
    await pay(world, order, order.total_minor - 5_000, now=now)

    page = (await owner.get(path)).text

    assert "Pembayarannya sudah cocok." in page
    assert "balanced" not in page
    assert facts(page)["Ditutup oleh"] == "staff:test"


async def test_closed_entries_are_listed_with_who_closed_them_when_and_why(
    owner: AsyncClient, world: World, keyring: Keyring, now: datetime
) -> None:
    order = await an_order(world, keyring, ("kopi", 2), now=now)
    await pay(world, order, order.total_minor + 700, now=now)
    path = await path_of(world, "payment_over")
    await send(owner, f"{path}/close", {"note": "Sudah ditransfer balik", "outcome": "resolved"})

    page = (await owner.get("/inbox?tab=closed")).text
    other = (await owner.get("/inbox?tab=closed&kind=low_stock")).text

    rows = re.findall(r"<tr data-row>.*?</tr>", page, re.DOTALL)
    [row] = rows
    for said in (path, "Lebih bayar", "Beres", ["Pemilik", "Toko.Test"][0], "Sudah ditransfer balik"):
        assert said in row
    assert "<tr data-row>" not in other
    assert 'href="/inbox?tab=closed"' in (await owner.get("/inbox")).text


def test_every_reason_the_system_closes_for_has_words() -> None:
    source = Path(orderan.__file__).parent
    settled = {
        note
        for file in source.rglob("*.py")
        for note in re.findall(r'settle\w*\([^\n]*note="([^"]+)"', file.read_text(encoding="utf-8"))
    }
    assert settled
    assert settled <= CLOSED_BECAUSE.keys()
