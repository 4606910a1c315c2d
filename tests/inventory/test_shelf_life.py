"""Goods that expire: the oldest first, never too short for a channel, and off sale on their day."""

import json
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from conftest import ShopFloor
from given import World, a_buyer, asked, place
from inventory.conftest import Api, Person
from inventory.stocked import two_places
from orderan.auditor import audit
from orderan.flows.place_order import Placed
from orderan.inventory import (
    ClaimState,
    Demand,
    Goods,
    NotAShelfLife,
    Part,
    StockShort,
    Taken,
    Want,
    expiring,
    move_claims,
    quarantine_expired,
    receive_goods,
    resource,
    set_shelf_life,
    shelf_lives,
    sourced,
    take_stock,
)
from orderan.kit.crypto import Keyring
from orderan.kit.ids import new_id, to_text
from orderan.orders import Terms
from orderan.shops import list_channels

pytestmark = pytest.mark.anyio

TODAY = date(2026, 11, 11)


@pytest.fixture
async def lots(floor: ShopFloor, now: datetime) -> World:
    """Of kopi at JKT three units that keep 10 days, four that keep 40 and two that keep for ever; gula has none."""
    world = await two_places(floor, now, kopi=2, gula=5)
    goods = [
        Goods("kopi", 3, "L10", TODAY + timedelta(days=10)),
        Goods("kopi", 4, "L40", TODAY + timedelta(days=40)),
    ]
    await floor.run(lambda tx: receive_goods(tx, goods, location_id=world.locations["JKT"], now=now))
    return world


async def web(world: World) -> UUID:
    found: UUID = next(one.id for one in await world.floor.run(list_channels) if one.code == "web")
    return found


async def take(world: World, units: int, channel: UUID | None, *, now: datetime) -> Taken | StockShort:
    demand = Demand(new_id(), [Want(1, world.skus["kopi"], units)], channel_id=channel)
    [answer] = await world.floor.run(lambda tx: take_stock(tx, [(demand, ClaimState.RESERVED)], now=now))
    return answer  # type: ignore[no-any-return]


async def lot_units(world: World, taken: Taken | StockShort) -> dict[str, int]:
    assert isinstance(taken, Taken), taken
    rows = await world.floor.all("SELECT id, code FROM lot WHERE shop_id = %(shop)s")
    codes = {row.id: row.code for row in rows}
    return {codes.get(claim.key.lot_id, ""): claim.quantity for claim in taken.claims}


async def test_what_expires_first_goes_first_to_whoever_asks_for_nothing(lots: World, now: datetime) -> None:
    assert await lot_units(lots, await take(lots, 4, await web(lots), now=now)) == {"L10": 3, "L40": 1}


async def test_a_channel_gets_no_lot_that_keeps_too_short_and_others_do(lots: World, now: datetime) -> None:
    channel = await web(lots)
    await lots.floor.run(lambda tx: set_shelf_life(tx, channel, None, least_days=11, now=now))
    assert await lot_units(lots, await take(lots, 5, channel, now=now)) == {"L40": 4, "": 1}
    short = await take(lots, 2, channel, now=now)
    assert isinstance(short, StockShort)
    assert [(one.wanted, one.free) for one in short.shortfalls] == [(2, 1)]
    assert await lot_units(lots, await take(lots, 3, None, now=now)) == {"L10": 3}


async def test_the_last_day_that_is_long_enough_is_taken(lots: World, now: datetime) -> None:
    channel = await web(lots)
    await lots.floor.run(lambda tx: set_shelf_life(tx, channel, None, least_days=10, now=now))
    assert await lot_units(lots, await take(lots, 3, channel, now=now)) == {"L10": 3}


async def test_a_share_of_its_life_counts_from_its_first_receipt_and_a_sku_may_have_a_rule_of_its_own(
    lots: World, now: datetime
) -> None:
    channel = await web(lots)
    later = now + timedelta(days=3)
    await lots.floor.run(
        lambda tx: set_shelf_life(tx, channel, None, least_days=0, least_percent=75, now=now)
    )
    # 7 of 10 days are left, and 37 of 40.
    assert await lot_units(lots, await take(lots, 1, channel, now=later)) == {"L40": 1}
    kopi = lots.skus["kopi"]
    await lots.floor.run(lambda tx: set_shelf_life(tx, channel, kopi, least_days=7, now=now))
    assert await lot_units(lots, await take(lots, 1, channel, now=later)) == {"L10": 1}
    await lots.floor.run(lambda tx: set_shelf_life(tx, channel, None, least_days=0, now=now))
    assert [(one.sku_id, one.least_days) for one in await lots.floor.run(shelf_lives)] == [(kopi, 7)]


async def test_orders_of_the_channel_follow_it_and_why_can_be_replayed(
    lots: World, keyring: Keyring, now: datetime
) -> None:
    channel = await web(lots)
    await lots.floor.run(lambda tx: set_shelf_life(tx, channel, None, least_days=30, now=now))
    [placed] = await place(lots, keyring, asked(("kopi", 4), buyer=a_buyer(), terms=Terms.COD), now=now)
    assert isinstance(placed, Placed)
    assert (
        await lots.floor.value(
            "SELECT sum(quantity)::int FROM claim JOIN lot ON lot.id = claim.lot_id WHERE lot.code = 'L40'"
        )
        == 4
    )
    demand = Demand(new_id(), [Want(1, lots.skus["kopi"], 1)], channel_id=channel)
    [taken] = await lots.floor.run(lambda tx: take_stock(tx, [(demand, ClaimState.RESERVED)], now=now))
    decision = sourced(demand, taken)
    again = resource(json.loads(json.dumps(decision.inputs, default=str)))
    assert again is not None
    assert again.outcome == json.loads(json.dumps(decision.outcome, default=str))


async def test_what_is_served_from_elsewhere_keeps_long_enough_there_too(lots: World, now: datetime) -> None:
    channel = await web(lots)
    sby, kopi = lots.locations["SBY"], lots.skus["kopi"]
    goods = [Goods("kopi", 3, "L10", TODAY + timedelta(days=10))]
    await lots.floor.run(lambda tx: receive_goods(tx, goods, location_id=sby, now=now))
    await lots.floor.run(lambda tx: set_shelf_life(tx, channel, None, least_days=30, now=now))
    demand = Demand(new_id(), [Want(1, kopi, 2)], only_at=lots.locations["JKT"], channel_id=channel)
    [taken] = await lots.floor.run(lambda tx: take_stock(tx, [(demand, ClaimState.RESERVED)], now=now))
    assert isinstance(taken, Taken)
    part, channels = Part(demand.holder_id, 1, kopi, 2), {demand.holder_id: channel}
    with pytest.raises(StockShort):
        await lots.floor.run(lambda tx: move_claims(tx, [part], to_location=sby, channels=channels, now=now))
    moved = await lots.floor.run(lambda tx: move_claims(tx, [part], to_location=sby, now=now))
    assert [claim.key.location_id for claim in moved] == [sby]


async def test_what_expired_is_set_aside_and_what_is_promised_of_it_stays(
    lots: World, keyring: Keyring, database_url: str, now: datetime
) -> None:
    await place(lots, keyring, asked(("kopi", 1), buyer=a_buyer()), now=now)
    day = now + timedelta(days=10)
    late = await take(lots, 7, None, now=day)
    assert isinstance(late, StockShort)
    assert await lots.floor.run(lambda tx: quarantine_expired(tx, now=day)) == 1
    assert await lots.floor.run(lambda tx: quarantine_expired(tx, now=day)) == 0
    [row] = await lots.floor.all(
        """
        SELECT stock.on_hand, stock.reserved, stock.quarantine
        FROM stock JOIN lot ON lot.id = stock.lot_id
        WHERE stock.shop_id = %(shop)s AND lot.code = 'L10'
        """
    )
    assert tuple(row) == (1, 1, 2)
    assert [one for one in audit(database_url, now=day).findings if one.check.startswith("stock.")] == []


async def test_the_list_has_what_expires_first_on_top_and_says_for_whom_it_is_too_short(
    lots: World, now: datetime
) -> None:
    channel = await web(lots)
    await lots.floor.run(lambda tx: set_shelf_life(tx, channel, None, least_days=11, now=now))
    await take(lots, 1, None, now=now)
    found = await lots.floor.run(lambda tx: expiring(tx, within=None, days=60, now=now))
    assert [(one.lot, one.days, one.free, one.promised, one.channels) for one in found] == [
        ("L10", 10, 2, 1, (channel,)),
        ("L40", 40, 4, 0, ()),
    ]
    after = (found[0].expires_on, *found[0].key)
    rest = await lots.floor.run(lambda tx: expiring(tx, within=None, days=60, now=now, after=after))
    assert [one.lot for one in rest] == ["L40"]
    assert (
        await lots.floor.run(lambda tx: expiring(tx, within=[lots.locations["SBY"]], days=60, now=now)) == []
    )


async def test_a_rule_out_of_range_is_refused(lots: World, now: datetime) -> None:
    channel = await web(lots)
    for days, percent in ((-1, 0), (3651, 0), (0, 101)):
        with pytest.raises(NotAShelfLife):
            await lots.floor.run(
                lambda tx, days=days, percent=percent: set_shelf_life(
                    tx, channel, None, least_days=days, least_percent=percent, now=now
                )
            )
    assert await lots.floor.run(shelf_lives) == []


async def test_people_set_a_rule_and_see_what_expires_and_programs_the_same(
    person: Person, api: Api, world: World, now: datetime
) -> None:
    goods = [Goods("kopi", 3, "L10", TODAY + timedelta(days=10))]
    await world.floor.run(lambda tx: receive_goods(tx, goods, location_id=world.locations["JKT"], now=now))
    channel = to_text("chn", await web(world))
    wrong = await person.send("/stock/expiring", {"channel": channel, "days": "banyak", "percent": "20"})
    assert wrong.status_code == 422
    assert 'value="20"' in wrong.text
    sent = {"channel": channel, "days": "14", "percent": "20", "sku": "kopi"}
    assert (await person.send("/stock/expiring", sent)).status_code == 303
    shown = (await person.open("/stock/expiring")).text
    assert "L10" in shown
    assert "14 hari" in shown
    assert "L10" not in (await person.open("/stock/expiring?days=0")).text

    told = (await api.ask("GET", "/shelf-life")).json()["data"]
    assert told == [{"channel": "web", "sku": "kopi", "least_days": 14, "least_percent": 20}]
    [row] = (await api.ask("GET", "/stock-expiring", days=10)).json()["data"]
    assert (row["lot"], row["days"], row["free"], row["too_short_for"]) == ("L10", 10, 3, ["web"])
    changed = await api.ask("PUT", "/shelf-life", {"channel": "web", "sku": "kopi", "least_days": 0})
    assert changed.json()["data"][0]["least_days"] == 0
    nowhere = await api.ask("PUT", "/shelf-life", {"channel": "tak-ada", "least_days": 3})
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "channel_not_found")
