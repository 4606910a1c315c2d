"""A shop with a packing table: goods with weights and barcodes, and orders that were picked."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from conftest import ShopFloor
from fulfilment.working import an_order, pay, the_task
from given import World, a_shop
from orderan.flows.pack_goods import open_packing, scan_into_parcel
from orderan.flows.pick_task import finish_tasks, release_tasks, start_picking
from orderan.kit.crypto import Keyring
from orderan.orders import Order
from orderan.packing import Carton, Scanned, add_carton

GTIN = {"kopi": "08992761002015", "teh": "08992761002022"}
SMALL = Carton(UUID(int=1), "KECIL", 200, 150, 100, weight_g=80, carries_g=2_000, cost_minor=1_500)
LARGE = Carton(UUID(int=2), "BESAR", 400, 300, 300, weight_g=250, carries_g=15_000, cost_minor=4_000)


@dataclass
class Table:
    """Kopi weighs 250 g and measures 100 x 80 x 60 mm, teh 100 g and 60 x 60 x 60 mm; of gula nobody knows."""

    world: World
    keyring: Keyring
    now: datetime

    @property
    def floor(self) -> ShopFloor:
        return self.world.floor

    async def order(self, *lines: tuple[str, int]) -> tuple[Order, UUID]:
        """A paid order and its task, everything of it off the shelf."""
        order = await an_order(self.world, self.keyring, *lines, now=self.now)
        await pay(self.world, order, now=self.now)
        task = await the_task(self.world, order)
        for step in (release_tasks, start_picking):
            await self.floor.run(lambda tx, step=step: step(tx, [task], now=self.now))
        await self.floor.run(lambda tx: finish_tasks(tx, [task], take_all=True, now=self.now))
        return order, task

    async def opened(self, *lines: tuple[str, int]) -> tuple[Order, UUID]:
        """The same, on the table."""
        order, task = await self.order(*lines)
        await self.floor.run(lambda tx: open_packing(tx, task, now=self.now))
        return order, task

    async def scan(self, task: UUID, code: str, *, parcel: int | None = None) -> Scanned:
        scan: Scanned = await self.floor.run(
            lambda tx: scan_into_parcel(tx, task, code, parcel_no=parcel, now=self.now)
        )
        return scan

    async def state(self, task: UUID) -> tuple[str, str | None]:
        """Of the task, and of its packing."""
        [row] = await self.floor.all(
            """
            SELECT task.state, packing.state AS packing
            FROM task LEFT JOIN packing ON packing.shop_id = task.shop_id AND packing.task_id = task.id
            WHERE task.shop_id = %(shop)s AND task.id = %(task)s
            """,
            task=task,
        )
        return row.state, row.packing

    async def inside(self, task: UUID) -> dict[tuple[int, str], int]:
        """Units by parcel and sku."""
        rows = await self.floor.all(
            """
            SELECT packing_unit.parcel_no, sku.code, sum(packing_unit.quantity)::int AS units
            FROM packing
            JOIN packing_unit ON packing_unit.shop_id = packing.shop_id AND packing_unit.packing_id = packing.id
            JOIN sku ON sku.shop_id = packing.shop_id AND sku.id = packing_unit.sku_id
            WHERE packing.shop_id = %(shop)s AND packing.task_id = %(task)s
            GROUP BY 1, 2
            """,
            task=task,
        )
        return {(row.parcel_no, row.code): row.units for row in rows}

    async def scans(self, task: UUID) -> list[str]:
        """What became of every scan, the earliest first."""
        rows = await self.floor.all(
            """
            SELECT outcome FROM packing_scan
            JOIN packing ON packing.shop_id = packing_scan.shop_id AND packing.id = packing_scan.packing_id
            WHERE packing.shop_id = %(shop)s AND packing.task_id = %(task)s ORDER BY packing_scan.id
            """,
            task=task,
        )
        return [row.outcome for row in rows]


async def a_table(floor: ShopFloor, keyring: Keyring, now: datetime) -> Table:
    world = await a_shop(floor, now, stock={"kopi": 20, "teh": 20, "gula": 20})
    await floor.run(
        lambda tx: tx.run(
            """
            UPDATE sku SET gtin = kind.gtin, weight_g = kind.g, length_mm = kind.x, width_mm = kind.y, height_mm = kind.z
            FROM (VALUES ('kopi', %(kopi)s, 250, 100, 80, 60), ('teh', %(teh)s, 100, 60, 60, 60),
                         ('gula', NULL, 0, 0, 0, 0))
                 AS kind (code, gtin, g, x, y, z)
            WHERE sku.shop_id = %(shop)s AND sku.code = kind.code
            """,
            {"shop": tx.shop_id, "kopi": GTIN["kopi"][1:], "teh": GTIN["teh"][1:]},
        )
    )
    for kind in (SMALL, LARGE):
        await floor.run(lambda tx, kind=kind: add_carton(tx, kind, now=now))
    return Table(world, keyring, now)
