"""Placing a batch of orders: what is taken, what is refused, what is written."""

from datetime import datetime

import pytest

from conftest import ShopFloor
from given import LONG_AGO, a_buyer, a_shop, asked, place
from orderan.catalog import UnknownSkus
from orderan.catalog import store as catalog_store
from orderan.customers import Typed, register
from orderan.flows.place_order import CartTaken, Placed, Placement, PlacementLine, place_orders
from orderan.inventory import Shortfall, StockShort
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.errors import Refusal
from orderan.kit.text import read_number
from orderan.orders import Terms
from orderan.pricing import TotalChanged
from orderan.shops import ChannelKind, add_channel

pytestmark = pytest.mark.anyio


async def test_an_unpaid_order_reserves_its_stock_until_the_channels_hold_is_over(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})

    [placed] = await place(world, keyring, asked(("kopi", 2), buyer=a_buyer()), now=now)

    assert isinstance(placed, Placed)
    assert placed.order.total_minor == 20_000
    assert placed.order.tax_minor == 1_982  # 11/111 of the price, rounded half up
    assert await world.stock("kopi") == (5, 2, 0)
    assert await floor.value("SELECT count(*) FROM event WHERE kind = 'orders.placed.v1'") == 1
    assert read_number(str(placed.order.number)) == placed.order.number


async def test_a_cod_order_is_accepted_at_once_and_its_work_is_planned(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})

    await place(world, keyring, asked(("kopi", 2), buyer=a_buyer(), terms=Terms.COD), now=now)

    assert await world.stock("kopi") == (5, 0, 2)
    assert await floor.value("SELECT commercial FROM sales_order") == "accepted"
    assert await floor.value("SELECT quantity FROM task_line") == 2


async def test_the_second_of_a_batch_is_short_when_the_first_took_the_last_unit(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 1})

    first, second = await place(world, keyring, asked(("kopi", 1)), asked(("kopi", 1)), now=now)

    assert isinstance(first, Placed)
    assert isinstance(second, StockShort)
    assert second.shortfalls == (Shortfall(world.skus["kopi"], 1, 0),)
    assert await floor.value("SELECT count(*) FROM sales_order") == 1


async def test_two_lines_of_one_sku_and_a_bundle_that_holds_it_are_summed(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 3, "gula": 9}, bundles={"paket": {"kopi": 2, "gula": 1}})

    [refused] = await place(world, keyring, asked(("kopi", 1), ("kopi", 1), ("paket", 1)), now=now)

    assert isinstance(refused, StockShort)
    assert refused.shortfalls == (Shortfall(world.skus["kopi"], 4, 3),)
    assert await world.stock("gula") == (9, 0, 0)


async def test_a_repeated_external_id_answers_with_the_order_that_stands(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    [first] = await place(world, keyring, asked(("kopi", 1), external_id="TKP-1"), now=now)

    [again] = await place(world, keyring, asked(("kopi", 1), external_id="TKP-1"), now=now)

    assert isinstance(first, Placed)
    assert isinstance(again, Placed)
    assert again.again
    assert again.order.id == first.order.id
    assert await world.stock("kopi") == (5, 1, 0)


async def test_another_total_than_the_buyer_was_shown_is_refused_with_the_new_quote(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})

    [refused] = await place(world, keyring, asked(("kopi", 1), expected_total_minor=9_000), now=now)

    assert isinstance(refused, TotalChanged)
    assert refused.total_minor == 10_000
    assert await world.stock("kopi") == (5, 0, 0)


async def test_a_refused_placement_leaves_no_customer_no_key_and_no_address(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 1})
    buyers = [a_buyer(f"Pembeli {number}", f"+628120000000{number}") for number in range(4)]

    answers = await place(
        world,
        keyring,
        asked(("kopi", 1), buyer=buyers[0]),
        asked(("kopi", 1), buyer=buyers[1]),
        asked(("teh", 1), buyer=buyers[2]),
        asked(("kopi", 1), buyer=buyers[3], expected_total_minor=1),
        now=now,
    )

    assert [type(answer) for answer in answers] == [Placed, StockShort, UnknownSkus, TotalChanged]
    [row] = await floor.all(
        """
        SELECT (SELECT array_agg(id) FROM customer) AS customers,
               (SELECT array_agg(subject_id) FROM subject_key) AS keys,
               (SELECT array_agg(customer_id) FROM customer_address) AS addresses,
               (SELECT array_agg(DISTINCT customer_id) FROM customer_word) AS words
        """
    )
    [placed, *_] = answers
    assert isinstance(placed, Placed)
    only = [placed.order.customer_id]
    assert (row.customers, row.keys, row.addresses, row.words) == (only, only, only, only)


async def test_a_known_buyer_keeps_the_price_of_their_group(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    typed = Typed(name="Ani Lestari", phone="081234567890", customer_group="grosir")
    known = await floor.run(lambda tx: register(tx, keyring, typed, now=now))

    async def a_list_for_the_group(tx: Tx) -> None:
        made = await catalog_store.insert_price_list(
            tx, code="grosir", name="Grosir", currency="IDR", customer_group="grosir", rank=1, now=now
        )
        await catalog_store.insert_prices(tx, [(made, world.skus["kopi"], 1, LONG_AGO, None, 8_000)])

    await floor.run(a_list_for_the_group)

    theirs, anothers = await place(
        world,
        keyring,
        asked(("kopi", 1), buyer=a_buyer()),
        asked(("kopi", 1), buyer=a_buyer("Budi", "+6281299999999")),
        now=now,
    )

    assert isinstance(theirs, Placed)
    assert isinstance(anothers, Placed)
    assert (theirs.order.customer_id, theirs.order.total_minor) == (known, 8_000)
    assert anothers.order.total_minor == 10_000


async def test_a_row_that_repeats_a_refused_one_is_tried_by_itself(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 2})

    answers = await place(
        world,
        keyring,
        asked(("kopi", 5), cart_id="keranjang"),
        asked(("kopi", 2), cart_id="keranjang"),
        asked(("kopi", 2), cart_id="keranjang"),
        now=now,
    )

    assert [type(answer) for answer in answers] == [StockShort, Placed, Placed]
    second, third = answers[1], answers[2]
    assert isinstance(second, Placed)
    assert isinstance(third, Placed)
    assert (second.again, third.again, third.order.id) == (False, True, second.order.id)
    assert await floor.value("SELECT count(*) FROM sales_order") == 1


async def test_a_cart_of_another_channel_is_not_shown_to_who_may_not_see_it(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    other = await floor.run(
        lambda tx: add_channel(tx, code="pasar", name="Pasar", kind=ChannelKind.MARKETPLACE, now=now)
    )
    [first] = await place(world, keyring, asked(("kopi", 1), cart_id="keranjang"), now=now)
    assert isinstance(first, Placed)

    async def elsewhere(tx: Tx) -> list[Placed | Refusal]:
        return await place_orders(
            tx,
            floor.shop,
            [Placement("pasar", [PlacementLine("kopi", 1)], cart_id="keranjang")],
            keyring=keyring,
            next_number=lambda: 0,
            within=[other.id],
            now=now,
        )

    [answer] = await floor.run(elsewhere)

    assert isinstance(answer, CartTaken)
    assert answer.facts() == {"cart_id": "keranjang"}
