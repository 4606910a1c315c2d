"""An order in pounds beside orders in rupiah: every page says which is which, and adds neither to the other."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime

import pytest
from httpx2 import AsyncClient

from access.conftest import Hire, House, hire, house, password_hash, send, sign_in
from conftest import ShopFloor
from fulfilment.working import an_order, delivered, pay, shipped
from given import LONG_AGO, World, a_shop
from orderan.catalog.store import insert_price_list, insert_prices
from orderan.customers import find_customers
from orderan.flows.refund_order import promise_refund
from orderan.flows.settle_payment import settle_payment
from orderan.flows.settle_return import ask_return, decide_return, inspect_goods, receive_goods_back
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.ids import to_text
from orderan.orders import Order, Terms
from orderan.payments import MoneyEvent, MoneyKind
from orderan.returns import Inspected, ReturnEvent, Wanted
from orderan.web.forms import amount_of

pytestmark = pytest.mark.anyio
__all__ = ["hire", "house", "password_hash"]

AWB = ("002589984055", "002589984063")


@dataclass(frozen=True)
class Shop:
    world: World
    owner: AsyncClient
    names: dict[str, str]


async def in_pounds(
    world: World, keyring: Keyring, now: datetime, *lines: tuple[str, int], **how: Terms
) -> Order:
    """An order as an import or a shop abroad makes it: in pounds, at £12.34 a unit."""
    pounds = replace(world, floor=replace(world.floor, shop=replace(world.floor.shop, currency="GBP")))
    return await an_order(pounds, keyring, *lines, now=now, **how)


@pytest.fixture
async def shop(
    floor: ShopFloor, keyring: Keyring, house: House, hire: Hire, now: datetime
) -> AsyncIterator[Shop]:
    world = await a_shop(floor, now, stock={"kopi": 500})
    await floor.run(lambda tx: sold_in_pounds(tx, world, now))
    waiting = await in_pounds(world, keyring, now, ("kopi", 1))
    await an_order(world, keyring, ("kopi", 2), now=now)
    paid = await in_pounds(world, keyring, now, ("kopi", 2))
    await pay(world, paid, now=now)
    await floor.run(lambda tx: promise_refund(tx, paid.id, amount_minor=505, reason="Telat", now=now))
    cash = await in_pounds(world, keyring, now, ("kopi", 3), terms=Terms.COD)
    await shipped(world, cash, awb=AWB[0], now=now)
    back = await in_pounds(world, keyring, now, ("kopi", 4))
    await pay(world, back, now=now)
    await delivered(world, back, awb=AWB[1], now=now)
    asked = await floor.run(lambda tx: ask_return(tx, back.id, [Wanted(1, 1)], reason="Rusak", now=now))
    await floor.run(lambda tx: decide_return(tx, asked.id, ReturnEvent.APPROVE, now=now))
    place = world.locations["JKT"]
    await floor.run(lambda tx: receive_goods_back(tx, asked.id, {1: 1}, location_id=place, now=now))
    await floor.run(lambda tx: inspect_goods(tx, asked.id, [Inspected(1, 1, 0)], now=now))
    over = await in_pounds(world, keyring, now, ("kopi", 5))
    event = MoneyEvent(over.id, MoneyKind.CAPTURED, "cash", over.total_minor + 7, "GBP")
    await floor.run(lambda tx: settle_payment(tx, event, now=now))
    [entry] = await floor.all("SELECT id FROM exception_entry WHERE kind = 'payment_over'")
    [customer] = await floor.run(lambda tx: find_customers(tx, keyring, "+6281234567890", limit=1))
    names = {
        "waiting": to_text("ord", waiting.id),
        "paid": to_text("ord", paid.id),
        "back": to_text("ret", asked.id),
        "entry": to_text("exc", entry.id),
        "customer": to_text("cus", customer.id),
    }
    await hire()
    async with house.browser() as owner:
        await sign_in(owner)
        yield Shop(world, owner, names)


async def sold_in_pounds(tx: Tx, world: World, now: datetime) -> None:
    pounds = await insert_price_list(tx, code="luar", name="Luar", currency="GBP", now=now)
    await insert_prices(tx, [(pounds, world.skus["kopi"], 1, LONG_AGO, None, 1_234)])


PAGES = {
    "/": ("Rp20.000 + £12,34", "Rp0 + £0,07"),
    "/orders": ("£12,34", "£24,68", "£37,02", "£49,36", "£61,70", "Rp20.000"),
    "/orders/{waiting}": ("£12,34",),
    "/payments": ("£12,34", "Rp20.000"),
    "/payments/cod": ("£37,02", "belum ditagih £37,02", "di kurir £0,00"),
    "/payments/refunds": ("£5,05", "Sudah dibayar £5,05"),
    "/payments/orders/{waiting}": ("£12,34", "£0,00"),
    "/payments/orders/{paid}": ("£24,68", "£5,05", "£19,63"),
    "/shipping": ("£37,02",),
    "/returns/{back}": ("£12,34",),
    "/inbox": ("£0,07",),
    "/inbox/{entry}": ("£61,77", "£61,70", "£0,07"),
    "/customers/{customer}": ("£12,34", "£135,81"),
}
RUPIAH_TOO = {"/", "/orders", "/payments", "/customers/{customer}"}


@pytest.mark.parametrize("address", PAGES)
async def test_pounds_are_written_as_pounds_and_to_the_penny(shop: Shop, address: str) -> None:
    answer = await shop.owner.get(address.format(**shop.names))

    assert answer.status_code == 200
    # The ticket of a pay link is of letters by chance, "Rp" among them now and then.
    text = re.sub(r"/pay/[\w.-]+", "/pay/", answer.text[answer.text.index("<main") :])
    for amount in PAGES[address]:
        assert amount in text
    if address not in RUPIAH_TOO:
        assert "Rp" not in text


async def test_an_amount_in_pounds_is_typed_with_pence_and_booked_to_the_penny(shop: Shop) -> None:
    page = await shop.owner.get(f"/payments/orders/{shop.names['waiting']}")
    assert 'value="12,34"' in page.text

    await send(shop.owner, f"/payments/orders/{shop.names['waiting']}/confirm", {"amount": "12,34"})

    row = await shop.world.floor.all(
        "SELECT paid_minor, money FROM sales_order WHERE total_minor = 1234 AND currency = 'GBP'"
    )
    assert [tuple(one) for one in row] == [(1234, "paid")]


@pytest.mark.parametrize(
    ("typed", "currency", "minor"),
    [
        ("12,50", "GBP", 1250),
        ("12.50", "GBP", 1250),
        ("£ 1.250,05", "GBP", 125_005),
        ("1,250", "GBP", 125_000),
        ("12", "GBP", 1200),
        ("12,5", "GBP", None),
        ("1.250.000", "IDR", 1_250_000),
        ("12.500", "KWD", 12_500),
        ("", "GBP", None),
        ("dua", "GBP", None),
    ],
)
def test_an_amount_is_read_by_the_decimals_of_its_currency(
    typed: str, currency: str, minor: int | None
) -> None:
    assert amount_of(typed, currency) == minor
