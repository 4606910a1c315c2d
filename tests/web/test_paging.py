"""Back and forth through a list: "Sebelumnya" leads to the page one came from, in every list."""

import re
from collections.abc import AsyncIterator
from datetime import datetime

import pytest
from httpx2 import AsyncClient

from access.conftest import Hire, House, hire, house, password_hash, sign_in
from conftest import NOW, ShopFloor
from given import a_buyer, a_shop, asked, place
from orderan.flows.place_order import Placed
from orderan.kit.crypto import Keyring
from orderan.web.dashboard import payments
from orderan.web.here import Here
from orderan.web.words import words

pytestmark = pytest.mark.anyio
__all__ = ["hire", "house", "password_hash"]


@pytest.fixture
async def owner(
    floor: ShopFloor,
    keyring: Keyring,
    house: House,
    hire: Hire,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[AsyncClient]:
    """Seven orders that wait for a transfer, two on a page."""
    monkeypatch.setattr(payments, "SHOWN", 2)
    world = await a_shop(floor, now, stock={"kopi": 50})
    answers = await place(world, keyring, *(asked(("kopi", 1), buyer=a_buyer()) for _ in range(7)), now=now)
    assert all(isinstance(one, Placed) for one in answers)
    await hire()
    async with house.browser() as browser:
        await sign_in(browser)
        yield browser


def numbers(page: str) -> list[str]:
    return re.findall(r'href="/payments/orders/\w+" data-open>(\d+)<', page)


def leads(page: str, way: str) -> str | None:
    found = re.search(rf'rel="{way}" href="([^"]*)"', page)
    return found[1].replace("&amp;", "&") if found else None


async def test_the_way_back_shows_each_page_again(owner: AsyncClient) -> None:
    seen, address, last = [], "/payments?q=", ""
    while address:
        page = (await owner.get(address)).text
        seen.append(numbers(page))
        last, address = address, leads(page, "next") or ""
    assert [len(rows) for rows in seen] == [2, 2, 2, 1]
    assert len({number for rows in seen for number in rows}) == 7

    back, address = [], last
    while address:
        page = (await owner.get(address)).text
        back.append(numbers(page))
        address = leads(page, "prev") or ""

    assert back == seen[::-1]


async def test_another_filter_begins_anew() -> None:
    third = Here(words("id"), "Asia/Jakarta", NOW, "/payments", (("q", "1"), ("was", "a"), ("after", "b")))

    assert third.next_page("c") == "/payments?q=1&after=c&was=a&was=b"
    assert third.previous_page() == "/payments?q=1&after=a"
    assert third.link(q="2") == "/payments?q=2"
