"""A shop with shelves that are counted by people with names."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from conftest import ShopFloor
from given import World, a_shop
from inventory.stocked import key_of
from orderan.auditor import audit
from orderan.flows.approve_stock_take import approve_stock_take
from orderan.flows.count_stock_take import GoodsCounted, begin_counting, count_goods, finish_counting
from orderan.flows.open_stock_take import TakeAsked, open_stock_take
from orderan.flows.put_away_goods import put_away_goods
from orderan.inventory import BinAsked, BinKind, PutAway, draw_bins
from orderan.kit.db import Caller, Tx
from orderan.stocktake import Area, AreaState, Scope, StockTake, Tolerance, areas_of, list_takes

DRAWN = (
    BinAsked("A1", BinKind.PICK, "A", 0, 100),
    BinAsked("A2", BinKind.PICK, "A", 0, 200),
    BinAsked("B1", BinKind.PICK, "B", 300, 100),
)


class Counting:
    """10 kopi and 6 gula: 7 kopi in A1, 6 gula in A2, 3 kopi on the floor, B1 empty."""

    def __init__(self, world: World, bins: dict[str, UUID], url: str, now: datetime) -> None:
        self.world, self.bins, self.url, self.now = world, bins, url, now
        self.place = world.locations["JKT"]

    async def by(self, who: str, work: Callable[[Tx], Awaitable[Any]]) -> Any:
        floor = self.world.floor
        return await floor.db.run(Caller(floor.caller.shop_id, f"staff:{who}"), work)

    async def open(
        self, scope: Scope = Scope.ALL, *named: str, tolerance: Tolerance | None = None, note: str = ""
    ) -> StockTake:
        asked = TakeAsked(self.place, scope, named, tolerance or Tolerance(), note)
        take: StockTake = await self.by("kepala", lambda tx: open_stock_take(tx, asked, now=self.now))
        return take

    async def areas(self, take: StockTake) -> dict[str, Area]:
        found = await self.by("kepala", lambda tx: areas_of(tx, take.id))
        return {area.label: area for area in found}

    async def count(self, who: str, area: Area, *goods: tuple[str, int]) -> AreaState:
        """Count an area from beginning to end."""
        await self.by(who, lambda tx: begin_counting(tx, area.id, now=self.now))
        await self.say(who, area, *goods)
        ended: AreaState = await self.by(who, lambda tx: finish_counting(tx, area.id, now=self.now))
        return ended

    async def say(self, who: str, area: Area, *goods: tuple[str, int], add: bool = True) -> None:
        told = [GoodsCounted(sku, units) for sku, units in goods]
        await self.by(who, lambda tx: count_goods(tx, area.id, told, add=add, now=self.now))

    async def approve(self, who: str, take: StockTake) -> int:
        held: int = await self.by(who, lambda tx: approve_stock_take(tx, take.id, now=self.now))
        return held

    async def state(self, take: StockTake) -> str:
        [row] = await self.by("kepala", lambda tx: list_takes(tx, within=None, only=take.id))
        return str(row.take.state)

    async def book(self) -> dict[str, int]:
        """Units by bin and sku, and on hand by sku."""
        rows = await self.world.floor.all(
            """
            SELECT bin.code || ' ' || sku.code AS what, bin_stock.quantity AS units
            FROM bin_stock
            JOIN bin ON bin.shop_id = bin_stock.shop_id AND bin.id = bin_stock.bin_id
            JOIN sku ON sku.shop_id = bin_stock.shop_id AND sku.id = bin_stock.sku_id
            WHERE bin_stock.shop_id = %(shop)s AND bin_stock.quantity > 0
            UNION ALL
            SELECT sku.code, stock.on_hand
            FROM stock JOIN sku ON sku.shop_id = stock.shop_id AND sku.id = stock.sku_id
            WHERE stock.shop_id = %(shop)s AND stock.on_hand > 0
            """
        )
        return {row.what: row.units for row in rows}

    def sound(self) -> bool:
        return audit(self.url, now=self.now).findings == []


AS_BOOKED = {"A1 kopi": 7, "A2 gula": 6, "kopi": 10, "gula": 6}


async def counting_shop(floor: ShopFloor, url: str, now: datetime) -> Counting:
    world = await a_shop(floor, now, stock={"kopi": 10, "gula": 6})
    place = world.locations["JKT"]
    drawn = await floor.run(lambda tx: draw_bins(tx, place, DRAWN, now=now))
    bins = {one.code: one.id for one in drawn}
    puts = [PutAway(bins["A1"], key_of(world, "kopi"), 7), PutAway(bins["A2"], key_of(world, "gula"), 6)]
    await floor.run(lambda tx: put_away_goods(tx, place, puts, now=now))
    return Counting(world, bins, url, now)
