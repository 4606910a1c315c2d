"""Forms that move money, through HTTP: clicked twice they book once, opened anew they book again."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import pytest
from httpx2 import AsyncClient

from access.conftest import Hire, House, hire, house, password_hash, send, sign_in
from conftest import ShopFloor
from fulfilment.working import delivered, order_row, two_parcels
from given import World, a_shop, asked
from orderan.flows.collect_cod import Cash, collect_cod
from orderan.flows.expire_orders import expire_orders
from orderan.flows.refund_order import execute_refund, promise_refund
from orderan.flows.settle_return import ask_return, decide_return, receive_goods_back
from orderan.kit.crypto import Keyring
from orderan.kit.ids import to_text
from orderan.orders import Order, Terms
from orderan.returns import ReturnEvent, Wanted
from orders.acting import look, pay, placed

pytestmark = pytest.mark.anyio
__all__ = ["hire", "house", "password_hash"]


@pytest.fixture
async def world(floor: ShopFloor, now: datetime) -> World:
    return await a_shop(floor, now, stock={"kopi": 50})


@pytest.fixture
async def owner(house: House, hire: Hire, world: World) -> AsyncIterator[AsyncClient]:
    await hire()
    async with house.browser() as browser:
        await sign_in(browser)
        yield browser


async def form_id(browser: AsyncClient, page: str, action: str) -> str:
    """The id of the first form of a page that is sent to an address."""
    text = (await browser.get(page)).text
    found = re.search(rf'action="{action}">.*?name="_once" value="(\w+)"', text)
    assert found is not None, f"no form for {action} with an id"
    return found[1]


async def clicked(browser: AsyncClient, action: str, fields: dict[str, Any], times: int) -> list[Any]:
    return list(await asyncio.gather(*(send(browser, action, fields) for _ in range(times))))


def path(order: Order) -> str:
    return f"/orders/{to_text('ord', order.id)}"


def money_path(order: Order) -> str:
    return f"/payments/orders/{to_text('ord', order.id)}"


async def promised(world: World) -> list[int]:
    return [row.amount_minor for row in await world.floor.all("SELECT amount_minor FROM refund")]


async def test_a_payment_confirmed_with_a_double_click_on_the_order_is_booked_once(
    owner: AsyncClient, world: World, keyring: Keyring, now: datetime
) -> None:
    order = await placed(world, keyring, asked(("kopi", 4)), now)
    action = f"{path(order)}/pay"
    form = {"amount": "10.000", "method": "cash", "_once": await form_id(owner, path(order), action)}

    answers = await clicked(owner, action, form, 3)

    assert {(one.status_code, one.headers.get("location")) for one in answers} == {
        (303, f"{path(order)}?said=paid")
    }
    assert (await look(world, order.id))[0].paid_minor == 10_000
    # Opened anew it is another payment, though every word of it is the same.
    form["_once"] = await form_id(owner, path(order), action)
    await send(owner, action, form)
    assert (await look(world, order.id))[0].paid_minor == 20_000


async def test_a_payment_confirmed_with_a_double_click_on_the_money_page_is_booked_once(
    owner: AsyncClient, world: World, keyring: Keyring, now: datetime
) -> None:
    order = await placed(world, keyring, asked(("kopi", 4)), now)
    action = f"{money_path(order)}/confirm"
    form = {"amount": "10.000", "method": "cash", "_once": await form_id(owner, money_path(order), action)}

    answers = await clicked(owner, action, form, 3)

    assert {(one.status_code, one.headers.get("location")) for one in answers} == {(303, money_path(order))}
    assert (await look(world, order.id))[0].paid_minor == 10_000


@pytest.mark.parametrize("desk", ["orders", "payments"])
async def test_a_refund_granted_with_a_double_click_is_promised_once(
    owner: AsyncClient, world: World, keyring: Keyring, now: datetime, desk: str
) -> None:
    order = await placed(world, keyring, asked(("kopi", 2)), now)
    await pay(world, order, 20_000, now)
    page, action, field = {
        "orders": (path(order), f"{path(order)}/refunds", "amount"),
        "payments": (money_path(order), f"{money_path(order)}/refund", "amount"),
    }[desk]
    form = {field: "5.000", "reason": "Penyok", "_once": await form_id(owner, page, action)}

    answers = await clicked(owner, action, form, 3)

    assert [answer.status_code for answer in answers] == [303, 303, 303]
    assert await promised(world) == [5_000]


async def test_a_form_sent_again_with_another_amount_is_told_so_and_books_nothing(
    owner: AsyncClient, world: World, keyring: Keyring, now: datetime
) -> None:
    order = await placed(world, keyring, asked(("kopi", 4)), now)
    action = f"{path(order)}/pay"
    form = {"amount": "10.000", "method": "cash", "_once": await form_id(owner, path(order), action)}
    await send(owner, action, form)

    changed = await send(owner, action, form | {"amount": "15.000"})

    assert changed.status_code == 422
    assert "isi yang ini belum dicatat" in changed.text
    assert 'value="15.000"' in changed.text
    assert (await look(world, order.id))[0].paid_minor == 10_000
    fresh = re.findall(r'name="_once" value="(\w+)"', changed.text)
    assert form["_once"] not in fresh
    assert len(fresh) == len(set(fresh)) > 0


async def test_a_refused_form_can_be_mended_and_sent_again(
    owner: AsyncClient, world: World, keyring: Keyring, now: datetime
) -> None:
    order = await placed(world, keyring, asked(("kopi", 4)), now)
    action = f"{money_path(order)}/confirm"
    form = {"amount": "0", "method": "cash", "_once": await form_id(owner, money_path(order), action)}

    refused = await send(owner, action, form)
    assert refused.status_code == 409
    assert (await look(world, order.id))[0].paid_minor == 0

    fresh = re.search(rf'action="{action}">.*?name="_once" value="(\w+)"', refused.text)
    assert fresh is not None
    assert (await send(owner, action, form | {"amount": "10.000", "_once": fresh[1]})).status_code == 303
    assert (await look(world, order.id))[0].paid_minor == 10_000


def prefilled(text: str, field: str) -> str:
    """The amount that stands in a field of a page already."""
    found = re.search(rf'<input[^>]*id="{field}"[^>]*>', text)
    assert found is not None, f"no field {field}"
    value = re.search(r'value="([^"]*)"', found[0])
    return value[1] if value else ""


async def test_no_form_asks_again_for_what_was_given_back(
    owner: AsyncClient, world: World, keyring: Keyring, now: datetime
) -> None:
    order = await placed(world, keyring, asked(("kopi", 2)), now)
    await pay(world, order, 20_000, now)
    refund = await world.floor.run(
        lambda tx: promise_refund(tx, order.id, amount_minor=5_000, reason="Penyok", now=now)
    )
    await world.floor.run(lambda tx: execute_refund(tx, refund.id, method="cash", reference="K-1", now=now))

    assert prefilled((await owner.get(path(order))).text, "f-pay-amount") == ""
    assert "/confirm" not in (await owner.get(money_path(order))).text


async def test_no_form_asks_for_what_came_back_before_it_was_paid(
    owner: AsyncClient, world: World, keyring: Keyring, now: datetime
) -> None:
    order = await placed(world, keyring, asked(("kopi", 3), terms=Terms.COD), now)
    await delivered(world, order, now=now)
    back = await world.floor.run(
        lambda tx: ask_return(tx, order.id, [Wanted(1, 1)], reason="Ditolak", now=now)
    )
    await world.floor.run(lambda tx: decide_return(tx, back.id, ReturnEvent.APPROVE, now=now))
    spot = world.locations["JKT"]
    await world.floor.run(lambda tx: receive_goods_back(tx, back.id, {1: 1}, location_id=spot, now=now))

    assert prefilled((await owner.get(path(order))).text, "f-pay-amount") == "20.000"
    assert prefilled((await owner.get(money_path(order))).text, "f-confirm-amount") == "20.000"


async def test_the_refund_of_an_expired_order_is_all_it_kept_less_what_is_promised(
    owner: AsyncClient, world: World, keyring: Keyring, now: datetime
) -> None:
    order = await placed(world, keyring, asked(("kopi", 10)), now)
    await pay(world, order, 50_000, now)
    assert order.hold_until is not None
    limit = order.hold_until
    await world.floor.run(lambda tx: expire_orders(tx, now=limit))
    assert prefilled((await owner.get(path(order))).text, "f-refund-amount") == "50.000"

    await world.floor.run(
        lambda tx: promise_refund(tx, order.id, amount_minor=20_000, reason="Sebagian", now=now)
    )

    assert prefilled((await owner.get(path(order))).text, "f-refund-amount") == "30.000"


async def test_the_cash_desk_books_an_order_in_two_parcels_whole_and_once(
    owner: AsyncClient, world: World, keyring: Keyring, now: datetime
) -> None:
    order = await placed(world, keyring, asked(("kopi", 2), terms=Terms.COD), now)
    first, second = await two_parcels(world, order, now)
    await world.floor.run(lambda tx: collect_cod(tx, "sicepat", [Cash(second)], now=now))
    due = await owner.get("/payments/cod")
    assert f"sicepat:{first}" in due.text
    assert "Rp10.000" in due.text

    await send(owner, "/payments/cod", {"tab": "cod_due", "parcel": [f"sicepat:{first}"]})
    row = await order_row(world, order)
    assert (row.money, row.paid_minor) == ("cod_collected", 20_000)
    for _ in range(2):
        await send(
            owner,
            "/payments/cod",
            {"tab": "cod_collected", "statement": "ST-1", "parcel": [f"sicepat:{first}"]},
        )

    assert (await order_row(world, order)).money == "cod_remitted"
    remitted = await world.floor.all(
        "SELECT reference, amount_minor FROM payment_event WHERE kind = 'cod_remitted' ORDER BY seq"
    )
    assert [tuple(event) for event in remitted] == [
        (f"ST-1:sicepat:{first}", 10_000),
        (f"ST-1:sicepat:{second}", 10_000),
    ]
