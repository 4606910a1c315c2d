"""The demo shop's warehouses: an afternoon's work, and the board as it stands right now.

Ordinary afternoons hand over whatever may leave. Yesterday's left a few tasks half done, which the
inbox tells of by now; this morning's work stands at every stage.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from orderan.demo import views
from orderan.demo.scene import Scene, chunks
from orderan.flows.hand_over import hand_over_many
from orderan.flows.pick_task import finish_tasks, pack, release_tasks, run_short, start_picking
from orderan.fulfilment import Box
from orderan.inventory import (
    Arrival,
    Transfer,
    Travel,
    dispatch_transfer,
    open_transfer,
    receive_transfer,
)
from orderan.kit.db import Tx

BATCH = 60
COURIER_SHARE = {"jne": 30, "jnt": 28, "sicepat": 18, "anteraja": 10, "ninja": 8, "own": 6}
SHORT = "Rak kosong, catatan masih dua."
STUCK_TRANSFER = 16
"""Days before today on which a transfer left that never arrived."""


class Warehouse:
    """People who pick, pack and send."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._awb = 0

    async def afternoon(self, at: datetime, days_left: int) -> None:
        """Everything that may leave leaves, but for what the last days leave behind."""
        scene = self._scene
        await self._find_what_was_short(at)
        for place in scene.ground.places.values():
            tasks = await self._tasks(place, "planned", ready=True)
            if days_left == 0:
                # What remains of today's is on the board, see `board`.
                tasks = tasks[: len(tasks) // 2]
            keep = 4 if days_left == 1 else 0
            whole, left = tasks[: len(tasks) - keep], tasks[len(tasks) - keep :]
            short = [whole.pop()] if len(whole) > 3 and scene.chance.random() < 0.1 else []
            for some in chunks(whole, BATCH):
                await self._hand_over(some, at)
            await self._stop_at(left, at)
            if short:
                await self._run_short(short, at)
        await self._transfers(at, days_left)

    async def board(self, now: datetime) -> None:
        """This morning's work: some of it at every stage, begun within the last hours."""
        for turn, place in enumerate(self._scene.ground.places.values()):
            tasks = await self._tasks(place, "planned", ready=True)
            busy = tasks[: len(tasks) * 6 // 10]
            await self._stop_at(busy, now - timedelta(hours=1, minutes=17 * turn))
            if len(tasks) > len(busy) and turn == 0:
                await self._run_short(tasks[len(busy) :][:1], now - timedelta(minutes=35))

    async def _stop_at(self, tasks: Sequence[UUID], at: datetime) -> None:
        """A quarter is released, a quarter being picked, a quarter picked, a quarter packed."""
        reach = {task: turn % 4 for turn, task in enumerate(tasks)}

        async def work(tx: Tx, some: Sequence[UUID]) -> None:
            picking, picked, packed = ([task for task in some if reach[task] >= far] for far in (1, 2, 3))
            await release_tasks(tx, some, now=at)
            if picking:
                await start_picking(tx, picking, now=at)
            if picked:
                await finish_tasks(tx, picked, take_all=True, now=at)
            if packed:
                await pack(tx, packed, now=at)

        if tasks:
            await self._scene.together("gudang", tasks, work)

    async def _hand_over(self, tasks: list[UUID], at: datetime, *, known: bool = False) -> None:
        """Off the shelf, into a box, to the courier; `known` tasks were on the pickers' list before."""
        boxes = {task: self._box() for task in tasks}

        async def work(tx: Tx, some: Sequence[UUID]) -> None:
            if not known:
                await release_tasks(tx, some, now=at)
            await start_picking(tx, some, now=at)
            await finish_tasks(tx, some, take_all=True, now=at)
            await pack(tx, some, now=at)
            await hand_over_many(tx, [(task, boxes[task]) for task in some], now=at)

        await self._scene.together("gudang", tasks, work)

    async def _run_short(self, tasks: list[UUID], at: datetime) -> None:
        async def work(tx: Tx, some: Sequence[UUID]) -> None:
            await release_tasks(tx, some, now=at)
            await start_picking(tx, some, now=at)
            for task in some:
                await run_short(tx, task, note=SHORT, now=at)

        await self._scene.together("gudang", tasks, work)

    async def _find_what_was_short(self, at: datetime) -> None:
        for place in self._scene.ground.places.values():
            if found := await self._tasks(place, "short", ready=True):
                await self._hand_over(found, at, known=True)

    async def _transfers(self, at: datetime, days_left: int) -> None:
        """Goods that go from one place to another, three days on the way."""
        scene = self._scene
        for entry in [one for one in scene.memory.travelling if at - one[0] > timedelta(days=3)]:
            scene.memory.travelling.remove(entry)
            await scene.attempt("gudang", lambda tx: self._arrive(tx, entry[1], at))
        if at.weekday() != 2 and days_left != STUCK_TRANSFER:
            return
        sent = await scene.attempt("gudang", lambda tx: self._send(tx, at))
        if sent is not None and days_left != STUCK_TRANSFER:
            scene.memory.travelling.append((at, sent.id))

    async def _send(self, tx: Tx, at: datetime) -> Transfer | None:
        source, *others = self._scene.ground.places.values()
        free = await views.free_units(tx, source)
        wares = [ware for ware in self._scene.ground.wares if not ware.by_lot]
        most = sorted(wares, key=lambda ware: -free.get(ware.sku_id, 0))[:5]
        plenty = [Travel(ware.sku_id, 4) for ware in most if free.get(ware.sku_id, 0) > 8]
        if not plenty:
            return None
        made = await open_transfer(
            tx,
            from_location=source,
            to_location=self._scene.chance.choice(others),
            goods=plenty,
            note="Isi ulang mingguan",
            now=at,
        )
        return await dispatch_transfer(tx, made.id, now=at)

    async def _arrive(self, tx: Tx, transfer_id: UUID, at: datetime) -> None:
        lines = await views.transfer_lines(tx, transfer_id)
        await receive_transfer(tx, transfer_id, [Arrival(no, units) for no, units in lines], now=at)

    def _box(self) -> Box:
        chance = self._scene.chance
        [courier] = chance.choices(list(COURIER_SHARE), list(COURIER_SHARE.values()))
        self._awb += 1
        number = 10_000_000 + self._awb * 17 + chance.randrange(17)
        awb = {
            "jne": f"NSP{number:011d}",
            "jnt": f"JX{number:010d}",
            "sicepat": f"00{number:010d}",
            "anteraja": f"1{number:013d}",
            "ninja": f"NJV{number:011d}",
            "own": "",
        }[courier]
        return Box(courier=courier, awb=awb, service="REG", weight_g=chance.randrange(200, 3_000))

    async def _tasks(self, place: UUID, state: str, *, ready: bool) -> list[UUID]:
        return await self._scene.do("demo", lambda tx: views.tasks_at(tx, place, state=state, ready=ready))
