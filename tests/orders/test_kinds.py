"""Kinds of orders differ by a table: what may serve them, how they are paid, how long goods wait."""

from datetime import datetime, timedelta

import pytest

from conftest import ShopFloor
from given import World, a_buyer, a_shop, asked, place
from inventory.stocked import books
from orderan.flows.change_order import confirm, open_change
from orderan.flows.place_order import Placed
from orderan.inventory import Shortfall, StockKey, StockShort, permit_oversell, set_policy
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.ids import NIL
from orderan.orders import OrderKind, SetQuantity, Terms, TermsNotForKind

pytestmark = pytest.mark.anyio

# kind            beyond stock   terms refused   time to pay, where the channel gives one hour
GRID = """
  b2c             yes            -               0d
  b2b             yes            -               3d
  dropship        yes            -               0d
  preorder        yes            cod             0d
  made_to_order   yes            cod             0d
  subscription    no             cod             0d
"""
ROWS = [tuple(line.split()) for line in GRID.strip().splitlines()]


def test_the_grid_names_every_kind() -> None:
    assert [row[0] for row in ROWS] == list(OrderKind)


async def two_there_three_permitted(floor: ShopFloor, now: datetime) -> World:
    world = await a_shop(floor, now, stock={"kopi": 2})
    key = StockKey(world.skus["kopi"], world.locations["JKT"], NIL, NIL)
    await floor.run(lambda tx: permit_oversell(tx, key, units=3, now=now))
    return world


async def more_of(floor: ShopFloor, placed: Placed, units: int, now: datetime) -> None:
    order = placed.order.id

    async def command(tx: Tx) -> None:
        change = await open_change(tx, order, [SetQuantity(1, units)], reason="tambah", now=now)
        await confirm(tx, order, change.id, now=now)

    await floor.run(command)


@pytest.mark.parametrize(("kind", "beyond", "_refused", "_hold"), ROWS)
async def test_permitted_oversell_serves_the_kinds_that_may_wait(
    floor: ShopFloor, keyring: Keyring, now: datetime, kind: str, beyond: str, _refused: str, _hold: str
) -> None:
    world = await two_there_three_permitted(floor, now)
    wanted = asked(("kopi", 5), buyer=a_buyer(), kind=OrderKind(kind), terms=Terms.INVOICE)
    before = await books(floor)

    [answer] = await place(world, keyring, wanted, now=now)

    if beyond == "yes":
        assert isinstance(answer, Placed)
        assert await world.stock("kopi") == (2, 0, 5)
    else:
        assert isinstance(answer, StockShort)
        assert answer.shortfalls == (Shortfall(world.skus["kopi"], 5, 2),)
        assert await books(floor) == before
        assert await floor.value("SELECT count(*) FROM sales_order") == 0


async def test_without_permission_a_preorder_is_short_like_any_other(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 2})

    [answer] = await place(world, keyring, asked(("kopi", 3), kind=OrderKind.PREORDER), now=now)

    assert isinstance(answer, StockShort)
    assert answer.shortfalls == (Shortfall(world.skus["kopi"], 3, 2),)


async def test_what_is_there_serves_those_who_cannot_wait_whatever_was_promised_beyond_it(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await two_there_three_permitted(floor, now)
    batch = [
        asked(("kopi", units), kind=kind, terms=Terms.INVOICE)
        for kind, units in (
            (OrderKind.SUBSCRIPTION, 2),
            (OrderKind.SUBSCRIPTION, 1),
            (OrderKind.PREORDER, 3),
            (OrderKind.MADE_TO_ORDER, 1),
        )
    ]

    answers = await place(world, keyring, *batch, now=now)

    assert [type(answer) for answer in answers] == [Placed, StockShort, Placed, StockShort]
    assert await world.stock("kopi") == (2, 0, 5)


async def test_safety_stock_is_kept_from_those_who_may_only_have_what_is_there(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await two_there_three_permitted(floor, now)
    sku, spot = world.skus["kopi"], world.locations["JKT"]
    await floor.run(lambda tx: set_policy(tx, sku, spot, safety=1, reorder_point=0, now=now))

    [two] = await place(world, keyring, asked(("kopi", 2), kind=OrderKind.SUBSCRIPTION), now=now)
    [one] = await place(world, keyring, asked(("kopi", 1), kind=OrderKind.SUBSCRIPTION), now=now)

    assert isinstance(two, StockShort)
    assert two.shortfalls == (Shortfall(sku, 2, 1),)
    assert isinstance(one, Placed)


async def test_more_of_a_subscription_must_be_there_too(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await two_there_three_permitted(floor, now)
    [placed] = await place(
        world,
        keyring,
        asked(("kopi", 1), buyer=a_buyer(), kind=OrderKind.SUBSCRIPTION, terms=Terms.INVOICE),
        now=now,
    )
    assert isinstance(placed, Placed)

    with pytest.raises(StockShort):
        await more_of(floor, placed, 3, now)

    assert await world.stock("kopi") == (2, 0, 1)
    await more_of(floor, placed, 2, now)
    assert await world.stock("kopi") == (2, 0, 2)


@pytest.mark.parametrize("terms", list(Terms))
@pytest.mark.parametrize(("kind", "_beyond", "refused", "_hold"), ROWS)
async def test_each_kind_is_paid_on_its_own_terms(
    floor: ShopFloor,
    keyring: Keyring,
    now: datetime,
    kind: str,
    _beyond: str,
    refused: str,
    _hold: str,
    terms: Terms,
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 2})

    [answer] = await place(world, keyring, asked(("kopi", 1), kind=OrderKind(kind), terms=terms), now=now)

    if terms == refused:
        assert isinstance(answer, TermsNotForKind)
        assert answer.facts() == {"order_kind": kind, "terms": "cod", "allowed": ["invoice", "prepaid"]}
        assert await world.stock("kopi") == (2, 0, 0)
        assert await floor.value("SELECT count(*) FROM sales_order") == 0
    else:
        assert isinstance(answer, Placed)
        assert (answer.order.kind, answer.order.terms) == (kind, terms)


@pytest.mark.parametrize(("kind", "_beyond", "_refused", "hold"), ROWS)
async def test_goods_wait_for_the_payment_as_long_as_the_kind_says(
    floor: ShopFloor, keyring: Keyring, now: datetime, kind: str, _beyond: str, _refused: str, hold: str
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 2})
    await floor.all("UPDATE channel SET payment_hold_minutes = 60 WHERE shop_id = %(shop)s RETURNING id")

    [answer] = await place(world, keyring, asked(("kopi", 1), kind=OrderKind(kind)), now=now)

    assert isinstance(answer, Placed)
    assert answer.order.hold_until == now + max(timedelta(hours=1), timedelta(days=int(hold[0])))
