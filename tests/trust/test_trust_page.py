"""The page of trust: what waits for a look, what was not taken and why, and how buyers fare."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from access.conftest import Hire, House, hire, house, password_hash, sign_in
from conftest import ShopFloor
from flows.test_score_orders import FAST, act_on, cod, learn
from given import a_buyer, a_shop, asked, place
from orderan.kit.crypto import Keyring
from orderan.kit.ids import to_text
from orderan.orders import Terms
from orderan.trust import Bands
from orders.test_order_pages import words

pytestmark = pytest.mark.anyio
__all__ = ["hire", "house", "password_hash"]


async def test_the_page_shows_held_orders_denials_and_shares(
    floor: ShopFloor, keyring: Keyring, now: datetime, house: House, hire: Hire
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 50})
    await act_on(floor, now, FAST, cod=Bands(refuse=50))
    prepaid = asked(("kopi", 1), buyer=a_buyer())
    await place(world, keyring, prepaid, prepaid, now=now)
    await place(world, keyring, cod("+628999"), cod("+628999"), now=now)
    await hire()

    async with house.browser() as browser:
        await sign_in(browser)
        shown = words(await browser.get("/trust"))

    assert "Pesanan lain dari nomor ini dalam sehari: 1 (+50)" in shown
    assert "tolak" in shown
    assert "Pembeli lama" in shown
    assert "Aturan versi 1 menilai tiap pesanan dan bertindak." in shown


async def test_the_page_of_an_order_tells_its_score_and_why(
    floor: ShopFloor, keyring: Keyring, now: datetime, house: House, hire: Hire
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 50})
    await act_on(floor, now, FAST, cod=Bands(hold=50))
    await place(world, keyring, cod(), now=now - timedelta(hours=1))
    [held] = await place(world, keyring, replace(cod(), terms=Terms.COD), now=now)
    await learn(floor)
    await hire()

    async with house.browser() as browser:
        await sign_in(browser)
        shown = words(await browser.get(f"/orders/{to_text('ord', held.order.id)}"))  # type: ignore[union-attr]

    assert "Pesanan dinilai" in shown
    assert "50 poin: tahan untuk diperiksa" in shown
    assert "Dengan aturan hari ini penilaiannya sama." in shown
    assert "Skor pesanan ini perlu diperiksa." in shown
