"""Short ways to act on a shop's stock in tests."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from conftest import ShopFloor
from given import JAKARTA, SURABAYA, World, a_shop
from orderan.inventory import (
    Availability,
    ClaimState,
    Demand,
    Part,
    StockKey,
    StockShort,
    Taken,
    Want,
    availability,
    take_stock,
)
from orderan.kit.db import Tx
from orderan.kit.errors import Refusal
from orderan.kit.ids import NIL, new_id

TWO_PLACES = {"JKT": JAKARTA, "SBY": SURABAYA}
Work = Callable[[Tx], Awaitable[Any]]


async def two_places(floor: ShopFloor, now: datetime, **stock: int) -> World:
    """A shop with stock in Jakarta and an empty place in Surabaya."""
    return await a_shop(floor, now, stock=stock, places=TWO_PLACES)


def key_of(world: World, sku: str, place: str = "JKT", lot_id: UUID = NIL) -> StockKey:
    return StockKey(world.skus[sku], world.locations[place], NIL, lot_id)


async def claimed(
    world: World, sku: str, units: int, *, state: ClaimState = ClaimState.ALLOCATED, now: datetime
) -> Part:
    """A holder whose line 1 has claimed these units."""
    holder = new_id()
    demand = Demand(holder, [Want(1, world.skus[sku], units)])
    [answer] = await world.floor.run(lambda tx: take_stock(tx, [(demand, state)], now=now))
    assert isinstance(answer, Taken), answer
    return Part(holder, 1, world.skus[sku], units)


async def taken_or_short(world: World, sku: str, units: int, *, now: datetime) -> Taken | StockShort:
    demand = Demand(new_id(), [Want(1, world.skus[sku], units)])
    [answer] = await world.floor.run(lambda tx: take_stock(tx, [(demand, ClaimState.RESERVED)], now=now))
    return answer  # type: ignore[no-any-return]


async def level(world: World, sku: str, *, now: datetime) -> Availability:
    [one] = await world.floor.run(lambda tx: availability(tx, now=now, skus=[world.skus[sku]]))
    return one  # type: ignore[no-any-return]


async def refused(floor: ShopFloor, kind: type[Refusal], work: Work) -> Any:
    """Run what must be refused; the refusal, after making sure that nothing was written."""
    before = await books(floor)
    with pytest.raises(kind) as found:
        await floor.run(work)
    assert await books(floor) == before
    return found.value


async def books(floor: ShopFloor) -> list[Any]:
    return [
        await floor.all("SELECT * FROM stock ORDER BY sku_id, location_id, owner_id, lot_id"),
        await floor.all("SELECT * FROM claim ORDER BY holder_id, line_no, sku_id, location_id, lot_id"),
        await floor.all("SELECT * FROM transfer ORDER BY id"),
        await floor.all("SELECT * FROM transfer_line ORDER BY transfer_id, line_no"),
        await floor.all("SELECT * FROM lot ORDER BY id"),
        await floor.value("SELECT count(*) FROM movement"),
        await floor.value("SELECT count(*) FROM event"),
    ]
