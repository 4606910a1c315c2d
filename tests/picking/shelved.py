"""A shop whose first place has shelves, orders that wait to be picked there, and a phone to pick with."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from conftest import ShopFloor
from fulfilment.working import an_order, pay, the_task
from given import BANDUNG, JAKARTA, World, a_shop
from inventory.stocked import key_of
from orderan.access import add_staff
from orderan.flows.merge_picks import Said, merge_picks
from orderan.flows.put_away_goods import put_away_goods
from orderan.flows.release_wave import begin_list, release_wave
from orderan.flows.views_waves import Criteria, Sheet, Stop, list_sheet
from orderan.inventory import BinAsked, BinKind, PutAway, Receipt, draw_bins, receive_stock
from orderan.kit.crypto import Keyring
from orderan.kit.db import Caller
from orderan.orders import EVERYTHING, Order
from orderan.picking import (
    Method,
    PickingPolicy,
    PickList,
    Scan,
    ScanKind,
    Wave,
    device_key,
    lists_of,
    open_device,
    signed,
)

SECRET = "ab" * 32
DRAWN = (
    BinAsked("A1", BinKind.PICK, "A", 0, 100),
    BinAsked("A2", BinKind.PICK, "A", 0, 700),
    BinAsked("B1", BinKind.PICK, "B", 300, 100),
    BinAsked("C1", BinKind.PICK, "C", 600, 700),
)
LIES = (("A1", "kopi", 4), ("A2", "kopi", 6), ("B1", "gula", 6), ("C1", "teh", 4))


@dataclass
class Shelved:
    """10 kopi in two bins, 6 gula, 4 teh; 3 kopi at another place."""

    world: World
    bins: dict[str, UUID]
    keyring: Keyring
    now: datetime

    @property
    def floor(self) -> ShopFloor:
        return self.world.floor

    @property
    def place(self) -> UUID:
        return self.world.locations["JKT"]

    async def order(self, *lines: tuple[str, int]) -> tuple[Order, UUID]:
        """A paid order and its task."""
        order = await an_order(self.world, self.keyring, *lines, now=self.now)
        await pay(self.world, order, now=self.now)
        return order, await the_task(self.world, order)

    async def wave(self, *, method: Method = Method.CLUSTER, slots: int = 12) -> tuple[Wave, list[PickList]]:
        policy = PickingPolicy(method=method, slots=slots)
        wave: Wave = await self.floor.run(
            lambda tx: release_wave(tx, EVERYTHING, self.place, Criteria(), policy, now=self.now)
        )
        return wave, await self.floor.run(lambda tx: lists_of(tx, wave.id))

    async def taken(self, task: UUID) -> dict[str, tuple[int, int]]:
        """(picked, wanted) of a task by sku."""
        rows = await self.floor.all(
            """
            SELECT sku.code, task_line.picked, task_line.quantity
            FROM task_line JOIN sku ON sku.shop_id = task_line.shop_id AND sku.id = task_line.sku_id
            WHERE task_line.shop_id = %(shop)s AND task_id = %(task)s
            """,
            task=task,
        )
        return {row.code: (row.picked, row.quantity) for row in rows}

    async def state(self, table: str, row: UUID) -> str:
        names = {"task": "SELECT state FROM task", "wave": "SELECT state FROM wave"}
        names["pick_list"] = "SELECT state FROM pick_list"
        found = await self.floor.all(names[table] + " WHERE shop_id = %(shop)s AND id = %(id)s", id=row)
        return str(found[0].state)

    async def inside(self) -> dict[str, int]:
        rows = await self.floor.all(
            """
            SELECT bin.code, sum(bin_stock.quantity)::int AS units
            FROM bin_stock JOIN bin ON bin.shop_id = bin_stock.shop_id AND bin.id = bin_stock.bin_id
            WHERE bin_stock.shop_id = %(shop)s AND bin_stock.quantity > 0 GROUP BY 1
            """
        )
        return {row.code: row.units for row in rows}


async def shelved(floor: ShopFloor, keyring: Keyring, now: datetime) -> Shelved:
    stock = {"kopi": 10, "gula": 6, "teh": 4}
    world = await a_shop(floor, now, stock=stock, places={"JKT": JAKARTA, "BDG": BANDUNG})
    place = world.locations["JKT"]
    drawn = await floor.run(lambda tx: draw_bins(tx, place, DRAWN, now=now))
    bins = {one.code: one.id for one in drawn}
    puts = [PutAway(bins[code], key_of(world, sku), units) for code, sku, units in LIES]
    await floor.run(lambda tx: put_away_goods(tx, place, puts, now=now))
    there = [Receipt(world.skus["kopi"], world.locations["BDG"], 3)]
    await floor.run(lambda tx: receive_stock(tx, there, now=now))
    return Shelved(world, bins, keyring, now)


@dataclass
class Phone:
    """A picker's phone: it numbers and signs what it scans, and sends it when it is told to."""

    shop: Shelved
    caller: Caller
    device: UUID
    number: int = 0
    waiting: list[Scan] = field(default_factory=list)

    @property
    def key(self) -> str:
        return device_key(SECRET, self.caller.shop_id, self.device)

    async def take(self, one: PickList, *, over: bool = False) -> Sheet:
        db, now = self.shop.floor.db, self.shop.now
        await db.run(self.caller, lambda tx: begin_list(tx, one.id, over=over, now=now))
        return await self.sheet(one)

    async def sheet(self, one: PickList) -> Sheet:
        return await self.shop.floor.db.run(
            self.caller, lambda tx: list_sheet(tx, one.id, one.location_id, one.zone)
        )

    def scan(
        self, one: PickList, stop: Stop, *, kind: ScanKind = ScanKind.PICK, units: int | None = None
    ) -> None:
        """Scan what lies at a stop, for each order of it; `units` for the first alone."""
        for take in stop.takes if units is None else stop.takes[:1]:
            self.keep(
                Scan(
                    seq=self.number + 1,
                    kind=kind,
                    list_id=one.id,
                    quantity=units or take.units,
                    happened_at=self.shop.now.isoformat(),
                    signature="",
                    task_id=take.task_id,
                    line_no=take.line_no,
                    sku_id=stop.sku_id,
                    owner_id=stop.owner_id,
                    lot_id=stop.lot_id,
                    bin_id=stop.bin_id,
                    scanned=stop.sku,
                )
            )

    def keep(self, scan: Scan) -> None:
        self.number = scan.seq
        self.waiting.append(replace(scan, signature=signed(self.key, self.device, scan)))

    async def send(self, scans: Sequence[Scan] | None = None) -> list[Said]:
        sent = self.waiting if scans is None else scans
        answers = await merge_picks(
            self.shop.floor.db, self.caller, self.device, sent, key=self.key, now=self.shop.now
        )
        if scans is None:
            self.waiting = []
        return answers


async def a_phone(shop: Shelved, name: str) -> Phone:
    """Of a picker of this name."""
    staff: Any = await shop.floor.run(
        lambda tx: add_staff(
            tx,
            email=f"{name.lower()}@toko.test",
            name=name,
            roles=["warehouse"],
            password_hash="unused",
            keyring=shop.keyring,
            now=shop.now,
        )
    )
    caller = Caller(shop.floor.shop.shop_id, f"staff:{staff.id}")
    device = await shop.floor.db.run(caller, lambda tx: open_device(tx, now=shop.now))
    return Phone(shop, caller, device)
