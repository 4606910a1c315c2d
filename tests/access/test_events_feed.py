"""The feed of facts: in order, from any cursor, inside the scope of the key."""

from typing import Any

import pytest

from access.conftest import House
from conftest import ShopFloor
from given import a_buyer, a_shop, asked, place
from orderan.access import Permission, make_key
from orderan.flows.place_order import Placed
from orderan.flows.views_inbox import entry_list
from orderan.insights import Scope as DayScope
from orderan.insights import today
from orderan.kit.crypto import Keyring
from orderan.kit.events import sequence
from orderan.kit.ids import from_text, new_id, to_text
from orderan.kit.inbox import Stuck, report
from orderan.orders import Scope as OrderScope
from orderan.shops import list_channels

pytestmark = pytest.mark.anyio


async def _orders(floor: ShopFloor, keyring: Keyring, house: House, count: int) -> list[str]:
    world = await a_shop(floor, house.clock.at, stock={"kopi": 100})
    placements = [asked(("kopi", 1), buyer=a_buyer(phone=f"+62812345678{n:02}")) for n in range(count)]
    placed = await place(world, keyring, *placements, now=house.clock.at)
    await floor.run(sequence)
    return [to_text("ord", one.order.id) for one in placed if isinstance(one, Placed)]


async def _bearer(floor: ShopFloor, house: House, **scope: Any) -> dict[str, str]:
    _, secret = await floor.run(
        lambda tx: make_key(
            tx, name="umpan", permissions=[Permission.EVENTS_READ], now=house.clock.at, **scope
        )
    )
    return {"authorization": f"Bearer {secret}"}


async def test_pages_follow_each_other_without_gap_or_repeat(
    floor: ShopFloor, house: House, keyring: Keyring
) -> None:
    orders = await _orders(floor, keyring, house, 5)
    bearer = await _bearer(floor, house)
    seen, cursor, pages = [], "0", 0
    async with house.browser() as program:
        while True:
            page = (await program.get(f"/api/v1/events?cursor={cursor}&limit=3", headers=bearer)).json()
            seen += page["data"]
            cursor, pages = page["next_cursor"], pages + 1
            if not page["has_more"]:
                break
        again = (await program.get(f"/api/v1/events?cursor={cursor}", headers=bearer)).json()
        assert (again["data"], again["next_cursor"]) == ([], cursor)
        positions = [fact["position"] for fact in seen]
        assert positions == list(range(1, len(seen) + 1))
        assert {fact["entity_id"] for fact in seen} >= set(orders)
        assert len({fact["id"] for fact in seen}) == len(seen)
        kind = "orders.placed.v1"
        only = (await program.get(f"/api/v1/events?kind={kind}", headers=bearer)).json()["data"]
        assert [fact["entity_id"] for fact in only] == [f["entity_id"] for f in seen if f["kind"] == kind]
        assert len(only) == 5
    assert pages > 1


async def test_a_key_of_another_channel_sees_nothing_and_still_moves_on(
    floor: ShopFloor, house: House, keyring: Keyring
) -> None:
    orders = await _orders(floor, keyring, house, 2)
    [channel] = await floor.run(list_channels)
    inside = await _bearer(floor, house, channel_ids=[channel.id])
    outside = await _bearer(floor, house, channel_ids=[new_id()])
    async with house.browser() as program:
        mine = (await program.get("/api/v1/events", headers=inside)).json()
        assert {fact["entity_id"] for fact in mine["data"]} == set(orders)
        theirs = (await program.get("/api/v1/events", headers=outside)).json()
    assert theirs["data"] == []
    assert theirs["next_cursor"] == mine["next_cursor"] != "0"


async def test_a_key_of_a_location_sees_orders_that_nobody_has_paid_yet(
    floor: ShopFloor, house: House, keyring: Keyring
) -> None:
    """An unpaid order has stock at its location and no work there."""
    orders = await _orders(floor, keyring, house, 2)
    assert await floor.value("SELECT count(*) FROM task WHERE shop_id = %(shop)s") == 0
    there = await floor.value("SELECT DISTINCT location_id FROM claim WHERE shop_id = %(shop)s")
    inside = await _bearer(floor, house, location_ids=[there])
    outside = await _bearer(floor, house, location_ids=[new_id()])
    async with house.browser() as program:
        mine = (await program.get("/api/v1/events", headers=inside)).json()
        theirs = (await program.get("/api/v1/events", headers=outside)).json()
    assert {fact["entity_id"] for fact in mine["data"]} == set(orders)
    assert (theirs["data"], theirs["next_cursor"]) == ([], mine["next_cursor"])


async def test_the_day_and_the_inbox_of_a_location_know_unpaid_orders(
    floor: ShopFloor, house: House, keyring: Keyring
) -> None:
    [order_id, _] = await _orders(floor, keyring, house, 2)
    there = await floor.value("SELECT DISTINCT location_id FROM claim WHERE shop_id = %(shop)s")
    stuck = Stuck(
        "payment_over",
        "over",
        "order",
        from_text("ord", order_id),
        "over:1",
        {},
        1_000,
        "IDR",
        None,
        "Kembalikan.",
    )
    await floor.run(lambda tx: report(tx, [stuck], now=house.clock.at))
    [channel] = await floor.run(list_channels)
    for channels, locations, many in (
        (None, [there], 2),
        ([channel.id], [there], 2),
        (None, [new_id()], 0),
        ([new_id()], [there], 0),
    ):
        scope = DayScope("Asia/Jakarta", "IDR", channels=channels, locations=locations)
        tiles = await floor.run(lambda tx: today(tx, scope, now=house.clock.at))  # noqa: B023 - run at once
        assert (tiles.orders, tiles.waiting, tiles.exceptions) == (many, many, many // 2)
        seen = OrderScope(None if channels is None else frozenset(channels), frozenset(locations))
        entries = await floor.run(lambda tx: entry_list(tx, seen))  # noqa: B023 - run at once
        assert [to_text("ord", entry.subject_id) for entry in entries if entry.subject_id] == [order_id] * (
            many // 2
        )


@pytest.mark.parametrize("query", ["cursor=-1", "cursor=x", "limit=0", "limit=501"])
async def test_a_wrong_cursor_or_limit_is_refused(floor: ShopFloor, house: House, query: str) -> None:
    bearer = await _bearer(floor, house)
    async with house.browser() as program:
        answer = await program.get(f"/api/v1/events?{query}", headers=bearer)
    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid_request"
