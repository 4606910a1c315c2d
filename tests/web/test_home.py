"""Home against a small made world: each figure, and the list behind it with exactly that many rows."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from httpx2 import AsyncClient

from access.conftest import Hire, House, hire, house, password_hash, sign_in
from conftest import ShopFloor
from fulfilment.working import an_order, money, pay, the_task
from given import World, a_shop
from orderan.flows.cancel_order import cancel_order
from orderan.flows.pick_task import release_tasks, start_picking
from orderan.flows.settle_payment import settle_payment
from orderan.inventory import set_policy
from orderan.kit.crypto import Keyring

pytestmark = pytest.mark.anyio
__all__ = ["hire", "house", "password_hash"]

TILE = re.compile(
    r'<a class="o-tile" href="([^"]*)">\s*<span class="o-tile-label">([^<]*)</span>\s*'
    r'<span class="o-tile-value o-num">([^<]*)</span>',
)


@dataclass(frozen=True)
class Shop:
    world: World
    owner: AsyncClient

    async def tiles(self) -> dict[str, tuple[str, str]]:
        """What each tile says and where it leads."""
        page = await self.owner.get("/")
        assert page.status_code == 200
        return {label: (value, href.replace("&amp;", "&")) for href, label, value in TILE.findall(page.text)}


@pytest.fixture
async def shop(
    floor: ShopFloor, keyring: Keyring, house: House, hire: Hire, now: datetime
) -> AsyncIterator[Shop]:
    """An order that waits in the warehouse since two days, one in the picking since yesterday, and five of today."""
    world = await a_shop(floor, now, stock={"kopi": 40, "teh": 5, "gula": 3})
    before, yesterday = now - timedelta(days=2), now - timedelta(days=1, hours=1)
    late = await an_order(world, keyring, ("kopi", 1), now=before)
    await pay(world, late, now=before)
    begun = await an_order(world, keyring, ("kopi", 1), now=yesterday)
    await pay(world, begun, now=yesterday)
    picking = await the_task(world, begun)
    await floor.run(lambda tx: release_tasks(tx, [picking], now=yesterday))
    await floor.run(lambda tx: start_picking(tx, [picking], now=yesterday))
    for units in (1, 2):
        await an_order(world, keyring, ("kopi", units), now=now)
    ready = await an_order(world, keyring, ("kopi", 3), now=now)
    await pay(world, ready, now=now)
    released = await an_order(world, keyring, ("kopi", 4), now=now)
    over = money(released, released.total_minor + 700)
    await floor.run(lambda tx: settle_payment(tx, over, now=now))
    task = await the_task(world, released)
    await floor.run(lambda tx: release_tasks(tx, [task], now=now))
    gone = await an_order(world, keyring, ("kopi", 9), now=now)
    await floor.run(lambda tx: cancel_order(tx, gone.id, reason="Batal", now=now))
    where = world.locations["JKT"]
    for code, point in (("kopi", 10), ("teh", 5), ("gula", 10)):
        await floor.run(
            lambda tx, code=code, point=point: set_policy(
                tx, world.skus[code], where, safety=0, reorder_point=point, now=now
            )
        )
    await hire()
    async with house.browser() as owner:
        await sign_in(owner)
        yield Shop(world, owner)


FIGURES = {
    "Pesanan hari ini": "4",
    "Omzet hari ini": "Rp100.000",
    "Menunggu pembayaran": "2",
    "Perlu diambil": "3",
    "Terlambat dikirim": "2",
    "Stok menipis": "2",
    "Perlu tindakan": "1",
}
COUNTED = [label for label in FIGURES if label != "Omzet hari ini"]


async def test_every_figure_is_what_was_made(shop: Shop) -> None:
    tiles = await shop.tiles()

    assert {label: value for label, (value, _) in tiles.items()} == FIGURES


@pytest.mark.parametrize("label", COUNTED)
async def test_the_list_behind_a_tile_has_as_many_rows_as_it_says(shop: Shop, label: str) -> None:
    value, href = (await shop.tiles())[label]

    behind = await shop.owner.get(href)

    assert behind.status_code == 200
    assert len(re.findall(r"<tr[^>]*\bdata-row\b", behind.text)) == int(value)


async def test_revenue_leads_to_the_orders_it_is_the_sum_of(shop: Shop) -> None:
    tiles = await shop.tiles()

    assert tiles["Omzet hari ini"][1] == tiles["Pesanan hari ini"][1]
