"""Lists of orders: every filter, every scope, paging there and back, and what a search box understands."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from conftest import ShopFloor
from given import BANDUNG, JAKARTA, World, a_buyer, a_shop, asked, place
from orderan.flows.cancel_order import cancel_order
from orderan.flows.hold_order import hold_order
from orderan.flows.place_order import Placed
from orderan.inventory import Receipt, receive_stock
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.orders import (
    Filters,
    Order,
    Scope,
    Terms,
    list_orders,
    tag_orders,
    understand,
    used_tags,
    views_list,
    visible,
)
from orderan.orders.views_list import Listed
from orderan.shops import ChannelKind, add_channel
from orders.acting import pay, shipped


def _known(customer_id: UUID | None) -> UUID:
    assert customer_id is not None
    return customer_id


pytestmark = pytest.mark.anyio
MINUTE = timedelta(minutes=1)


async def many(world: World, keyring: Keyring, now: datetime) -> list[Order]:
    """Twelve orders a minute apart, every third paid at the door, every fourth of tea."""
    orders = []
    for turn in range(12):
        code = "teh" if turn % 4 == 0 else "kopi"
        terms = Terms.COD if turn % 3 == 0 else Terms.PREPAID
        buyer = a_buyer("Siti Rahmawati", "+628111111111") if turn % 2 else a_buyer()
        placement = asked((code, 1 + turn), terms=terms, buyer=buyer)
        [answer] = await place(world, keyring, placement, now=now + turn * MINUTE)
        assert isinstance(answer, Placed)
        orders.append(answer.order)
    return orders


async def numbers(floor: ShopFloor, filters: Filters, scope: Scope | None = None) -> list[int]:
    """Of a whole list, read page by page there and page by page back."""
    pages: list[Listed] = []
    after = None
    while True:
        page = await floor.run(
            lambda tx, after=after: list_orders(tx, filters, scope=scope or Scope(), after=after, limit=3)
        )
        pages.append(page)
        if page.older is None:
            break
        after = page.older
    there = [row.number for page in pages for row in page.rows]
    back: list[int] = []
    before = pages[-1].newer
    while before is not None:
        page = await floor.run(
            lambda tx, before=before: list_orders(tx, filters, scope=scope or Scope(), before=before, limit=3)
        )
        back = [row.number for row in page.rows] + back
        before = page.newer
    assert back == there[: len(back)]
    assert len(set(there)) == len(there)
    return there


async def test_pages_are_whole_whatever_narrows_them(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 99, "teh": 99})
    orders = await many(world, keyring, now)
    by_number = {order.number: order for order in orders}
    await floor.run(lambda tx: cancel_order(tx, orders[5].id, reason="-", now=now))
    await pay(world, orders[1], orders[1].total_minor + 500, now)
    await floor.run(lambda tx: hold_order(tx, orders[7].id, "fraud", reason="-", now=now))
    await floor.run(lambda tx: tag_orders(tx, [orders[2], orders[9]], add=["vip"], now=now))

    def of(fits: Callable[[int, Order], bool]) -> list[int]:
        return [order.number for turn, order in reversed(list(enumerate(orders))) if fits(turn, order)]

    later = now + 4 * MINUTE
    for filters, fits in (
        (Filters(), lambda _turn, _order: True),
        (Filters(headlines=("accepted",)), lambda turn, _order: turn % 3 == 0 or turn == 1),
        (
            Filters(headlines=("accepted", "cancelled")),
            lambda turn, _order: turn % 3 == 0 or turn in {1, 5},
        ),
        (
            Filters(headlines=("accepted", "awaiting_payment"), terms="prepaid"),
            lambda turn, _order: turn % 3 != 0 and turn != 5,
        ),
        (Filters(terms="cod"), lambda turn, _order: turn % 3 == 0),
        (Filters(kind="b2c"), lambda _turn, _order: True),
        (Filters(kind="b2b"), lambda _turn, _order: False),
        (Filters(kind="no such"), lambda _turn, _order: False),
        (Filters(money="overpaid"), lambda turn, _order: turn == 1),
        (Filters(money="cod_due"), lambda turn, _order: turn % 3 == 0),
        (Filters(held=True), lambda turn, _order: turn == 7),
        (Filters(tag="vip"), lambda turn, _order: turn in {2, 9}),
        (Filters(tag="vip", terms="cod"), lambda turn, _order: turn == 9),
        (Filters(placed_from=later), lambda turn, _order: turn >= 4),
        (Filters(placed_from=later, placed_until=now + 6 * MINUTE), lambda turn, _order: turn in {4, 5}),
        (Filters(total_from=50_000, total_until=80_000), lambda turn, _order: turn in {4, 6, 7}),
        (Filters(sku_id=world.skus["teh"]), lambda turn, _order: turn % 4 == 0),
        (Filters(sku_id=world.skus["teh"], placed_from=later), lambda turn, _order: turn in {4, 8}),
        (Filters(customers=(_known(orders[1].customer_id),)), lambda turn, _order: turn % 2 == 1),
        (Filters(channels=(orders[0].channel_id,)), lambda _turn, _order: True),
        (Filters(channels=(orders[0].id,)), lambda _turn, _order: False),
        (Filters(location_id=world.locations["JKT"]), lambda turn, _order: turn != 5),
        (Filters(ids=(orders[3].id, orders[8].id)), lambda turn, _order: turn in {3, 8}),
    ):
        assert await numbers(floor, filters) == of(fits), filters
    assert by_number[orders[0].number].id == orders[0].id


async def test_a_search_that_stops_early_says_how_far_it_looked_and_goes_on_from_there(
    floor: ShopFloor, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 99, "teh": 99})
    orders = await many(world, keyring, now)
    monkeypatch.setattr(views_list, "LOOKED_THROUGH", 4)
    dear = Filters(total_from=0, total_until=20_000)  # the two oldest

    first = await floor.run(lambda tx: list_orders(tx, dear, limit=3))
    assert (first.rows, first.looked_back_to) == ((), now + 8 * MINUTE)
    second = await floor.run(lambda tx: list_orders(tx, dear, after=first.older, limit=3))
    assert (second.rows, second.looked_back_to) == ((), now + 4 * MINUTE)
    third = await floor.run(lambda tx: list_orders(tx, dear, after=second.older, limit=3))
    assert [row.id for row in third.rows] == [orders[1].id, orders[0].id]

    assert await numbers(floor, Filters(terms="cod")) == [orders[turn].number for turn in (9, 6, 3, 0)]
    two = Filters(headlines=("accepted", "awaiting_payment"), terms="cod")
    assert await numbers(floor, two) == [orders[turn].number for turn in (9, 6, 3, 0)]


async def test_a_scope_hides_every_other_order_from_lists_and_by_id(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5}, places={"JKT": JAKARTA, "BDG": BANDUNG})
    await floor.run(
        lambda tx: receive_stock(tx, [Receipt(world.skus["kopi"], world.locations["BDG"], 5)], now=now)
    )
    await floor.run(lambda tx: add_channel(tx, code="toko", name="Toko", kind=ChannelKind.STORE, now=now))
    [jakarta] = await place(world, keyring, asked(("kopi", 1), buyer=a_buyer()), now=now)
    [bandung] = await place(
        world, keyring, asked(("kopi", 1), buyer=a_buyer(village=BANDUNG), terms=Terms.COD), now=now
    )
    assert isinstance(jakarta, Placed)
    assert isinstance(bandung, Placed)
    mine = Scope(location_ids=frozenset({world.locations["BDG"]}))
    other = Scope(channel_ids=frozenset({world.locations["BDG"]}))
    web = Scope(channel_ids=frozenset({jakarta.order.channel_id}))

    assert await numbers(floor, Filters(), mine) == [bandung.order.number]
    assert await numbers(floor, Filters(), other) == []
    assert await numbers(floor, Filters(), web) == [bandung.order.number, jakarta.order.number]
    assert await numbers(floor, Filters(channels=(world.locations["BDG"],)), web) == []
    both = [jakarta.order.id, bandung.order.id]
    assert await floor.run(lambda tx: visible(tx, both, mine)) == {bandung.order.id}
    assert await floor.run(lambda tx: visible(tx, both, other)) == set()
    assert await floor.run(lambda tx: visible(tx, both, Scope())) == set(both)


async def test_the_search_box_knows_numbers_parcels_skus_phones_and_names(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 99, "TEH-50": 9})
    [ani] = await place(world, keyring, asked(("kopi", 1), buyer=a_buyer(), terms=Terms.COD), now=now)
    [siti] = await place(
        world,
        keyring,
        asked(("TEH-50", 1), buyer=a_buyer("Siti Rahmawati", "+628111222333")),
        now=now + MINUTE,
    )
    assert isinstance(ani, Placed)
    assert isinstance(siti, Placed)
    await shipped(world, ani.order.id, [(1, "kopi", 1)], now=now)
    await floor.run(lambda tx: _parcel(tx, ani.order.id))
    number = str(siti.order.number)

    for text, by, ids in (
        (f" #{number[:2]} {number[2:]}", "number", [siti.order.id]),
        ("jp 123 456", "awb", [ani.order.id]),
        ("teh-50", "sku", [siti.order.id]),
        ("0811-1222-333", "phone", [siti.order.id]),
        ("+62 811 1222 333", "phone", [siti.order.id]),
        ("siti", "name", [siti.order.id]),
        ("rahma Sit", "name", [siti.order.id]),
        ("lestari", "name", [ani.order.id]),
        ("siti lestari", "nothing", []),
        ("zzz", "nothing", []),
        ("", "nothing", []),
    ):
        found = await floor.run(lambda tx, text=text: understand(tx, keyring, text, Filters()))
        listed = await floor.run(lambda tx, found=found: list_orders(tx, found.filters))
        assert (found.by, [row.id for row in listed.rows]) == (by, ids), text

    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    found = await floor.run(lambda tx: understand(tx, keyring, wrong, Filters()))
    assert (found.by, found.mistyped) == ("nothing", True)


async def _parcel(tx: Tx, order_id: UUID) -> None:
    await tx.run(
        """
        INSERT INTO parcel (shop_id, id, order_id, task_id, courier, service, awb, state, contents, weight_g, created_at)
        SELECT shop_id, gen_random_uuid(), order_id, id, 'jne', 'REG', 'JP123456', 'picked_up', '[]', 500, planned_at
        FROM task WHERE order_id = %(order)s
        """,
        {"order": order_id},
    )


async def test_tags_in_use_are_listed_once(floor: ShopFloor, keyring: Keyring, now: datetime) -> None:
    world = await a_shop(floor, now, stock={"kopi": 99, "teh": 99})
    orders = await many(world, keyring, now)

    assert await floor.run(used_tags) == []
    await floor.run(lambda tx: tag_orders(tx, orders[:5], add=["vip", "kado"], now=now))

    assert await floor.run(used_tags) == ["kado", "vip"]
