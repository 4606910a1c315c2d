"""What a refund is for: units no refund is for yet, shipping, and an amount that covers both."""

from datetime import datetime
from typing import Any

import pytest
from httpx2 import AsyncClient

from access.conftest import Hire, House, hire, house, password_hash, send, sign_in
from conftest import ShopFloor
from given import World, a_shop, asked
from orderan.flows.refund_order import promise_parts, promise_refund, withdraw_refund
from orderan.flows.refund_parts import units_left_of
from orderan.kit.crypto import Keyring
from orderan.kit.ids import to_text
from orderan.orders import LineNotFound, Order
from orderan.payments import (
    AmountNotPositive,
    Refund,
    RefundLine,
    RefundPartsTooMuch,
    RefundUnitsTooMany,
    refunds_of,
)
from orders.acting import pay, placed

pytestmark = pytest.mark.anyio
__all__ = ["hire", "house", "password_hash"]


@pytest.fixture
async def world(floor: ShopFloor, now: datetime) -> World:
    return await a_shop(floor, now, stock={"kopi": 50})


@pytest.fixture
async def order(world: World, keyring: Keyring, now: datetime) -> Order:
    """Three of 10,000 each, paid."""
    made = await placed(world, keyring, asked(("kopi", 3)), now)
    await pay(world, made, 30_000, now)
    return made


async def promised(world: World, order: Order, now: datetime, **wanted: Any) -> Refund:
    given: dict[str, Any] = {"units": {}, "shipping_minor": 0, "amount_minor": None} | wanted
    refund: Refund = await world.floor.run(
        lambda tx: promise_parts(tx, order.id, reason="rusak", now=now, **given)
    )
    return refund


async def test_units_and_shipping_make_the_amount_and_a_person_may_give_more(
    world: World, order: Order, now: datetime
) -> None:
    first = await promised(world, order, now, units={1: 2}, shipping_minor=1_500)
    assert (first.amount_minor, first.shipping_minor, first.lines) == (
        21_500,
        1_500,
        (RefundLine(1, 2, 20_000),),
    )
    assert await world.floor.run(lambda tx: units_left_of(tx, order.id)) == {1: 1}

    more = await promised(world, order, now, units={}, amount_minor=500)
    assert (more.amount_minor, more.lines, more.shipping_minor) == (500, (), 0)
    [kept, _] = await world.floor.run(lambda tx: refunds_of(tx, order.id))
    assert kept.shipping_minor == 1_500


async def test_units_are_refunded_once_and_again_only_after_a_promise_was_withdrawn(
    world: World, order: Order, now: datetime
) -> None:
    first = await promised(world, order, now, units={1: 2})
    with pytest.raises(RefundUnitsTooMany) as refused:
        await promised(world, order, now, units={1: 2})
    assert (refused.value.asked, refused.value.left) == (2, 1)
    await world.floor.run(lambda tx: withdraw_refund(tx, first.id, reason="salah", now=now))
    assert (await promised(world, order, now, units={1: 3})).amount_minor == 30_000


async def test_unit_by_unit_comes_to_the_whole_line(world: World, order: Order, now: datetime) -> None:
    """Three for 20.000: rounded each for itself they would come to 20.001."""
    for statement in (
        "UPDATE order_line SET discount_minor = 10000 WHERE order_id = %(order)s RETURNING 1",
        "UPDATE sales_order SET discount_minor = 10000, total_minor = 20000 WHERE id = %(order)s RETURNING 1",
    ):
        await world.floor.all(statement, order=order.id)
    parts = [(await promised(world, order, now, units={1: 1})).amount_minor for _ in range(3)]
    assert parts == [6_667, 6_666, 6_667]


@pytest.mark.parametrize(
    ("wanted", "refusal"),
    [
        ({"units": {2: 1}}, LineNotFound),
        ({"units": {1: 4}}, RefundUnitsTooMany),
        ({"units": {1: 1}, "amount_minor": 9_999}, RefundPartsTooMuch),
        ({"units": {1: 1}, "shipping_minor": 1, "amount_minor": 10_000}, RefundPartsTooMuch),
        ({"shipping_minor": -1, "amount_minor": 10}, AmountNotPositive),
        ({}, AmountNotPositive),
    ],
)
async def test_what_does_not_fit_is_refused_and_nothing_promised(
    world: World, order: Order, now: datetime, wanted: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        await promised(world, order, now, **wanted)
    assert await world.floor.run(lambda tx: refunds_of(tx, order.id)) == []


async def test_two_lines_of_one_number_count_together(world: World, order: Order, now: datetime) -> None:
    twice = [RefundLine(1, 2, 1), RefundLine(1, 2, 1)]
    with pytest.raises(RefundUnitsTooMany):
        await world.floor.run(
            lambda tx: promise_refund(tx, order.id, amount_minor=10, reason="x", lines=twice, now=now)
        )


@pytest.mark.parametrize("place", ["orders", "payments"])
async def test_both_pages_promise_units_and_shipping_and_keep_what_was_typed(
    world: World, order: Order, house: House, hire: Hire, place: str
) -> None:
    await hire()
    path = f"/orders/{to_text('ord', order.id)}"
    page, action = {
        "orders": (path, f"{path}/refunds"),
        "payments": (f"/payments{path}", f"/payments{path}/refund"),
    }[place]
    async with house.browser() as owner:
        await sign_in(owner)
        assert 'name="units_1"' in await text(owner, page)
        typed = {"units_1": "2", "shipping": "1.500", "amount": "", "reason": "rusak"}
        wrong = await send(owner, action, typed | {"units_1": "4"})
        assert wrong.status_code in {409, 422}
        assert ('value="4"' in wrong.text, "tinggal 3" in wrong.text) == (True, True)
        assert (await send(owner, action, typed)).status_code == 303
    [refund] = await world.floor.run(lambda tx: refunds_of(tx, order.id))
    assert (refund.amount_minor, refund.shipping_minor) == (21_500, 1_500)
    assert 'max="1"' in await again(house, page)


async def text(browser: AsyncClient, page: str) -> str:
    answer = await browser.get(page)
    assert answer.status_code == 200
    return str(answer.text)


async def again(house: House, page: str) -> str:
    async with house.browser() as owner:
        await sign_in(owner)
        return await text(owner, page)
