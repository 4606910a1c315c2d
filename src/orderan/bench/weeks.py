"""Weeks of a shop with three warehouses, and everything people do wrong in them.

Goods of two owners, some of them in lots, are bought, put away, sold, picked by phones without a network, packed,
cancelled, handed over, delivered and brought back. People scan the wrong thing and the right thing twice, put goods
into the wrong bin, lose some, walk one list in twos, give the wrong parcel. What really lies where is kept apart from
the book; every week somebody counts, and carries everything to where the book has it.
"""

import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from orderan.bench.booked import Booked, binned, booked
from orderan.bench.ground import keyring
from orderan.bench.hall import Hall
from orderan.bench.picked import Picker, both_walk
from orderan.flows.cancel_order import cancel_order
from orderan.flows.deliver import deliver_parcels, move_on
from orderan.flows.hand_over import hand_over
from orderan.flows.pick_task import pack
from orderan.flows.place_order import Placed, Placement, PlacementLine, place_orders
from orderan.flows.put_away_goods import put_away_goods
from orderan.flows.release_wave import release_wave
from orderan.flows.settle_payment import settle_payments
from orderan.flows.settle_return import inspect_goods, receive_goods_back
from orderan.flows.views_waves import Criteria
from orderan.fulfilment import Box
from orderan.inventory import (
    Bucket,
    PutAway,
    Receipt,
    StockKey,
    adjust_stock,
    block_bin,
    receive_stock,
    restore_stock,
    write_off,
)
from orderan.kit.clock import SetClock
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.errors import Refusal
from orderan.orders import EVERYTHING, Order, take_numbers
from orderan.payments import MoneyEvent, MoneyKind
from orderan.picking import Method, NothingToRelease, PickingPolicy, lists_of, set_policy
from orderan.returns import Inspected
from orderan.shipping import Content, ParcelEvent
from orderan.shops import Shop
from orderan.worker import Rounds

BEGAN: Final = datetime(2026, 11, 2, 1, tzinfo=UTC)
DAYS: Final = 6
"""Of a week."""
SEED: Final = 20_261_130
METHODS: Final = (Method.CLUSTER, Method.BATCH, Method.ORDER)
BACK: Final = (ParcelEvent.GO_OUT, ParcelEvent.FAIL, ParcelEvent.SEND_BACK, ParcelEvent.ARRIVE_BACK)
ACTOR: Final = "system:bench"


def work(command: Callable[..., Awaitable[Any]], *given: Any, **named: Any) -> Callable[[Tx], Awaitable[Any]]:
    """A command with what it is given, for whatever transaction it runs in."""
    return lambda tx: command(tx, *given, **named)


@dataclass
class Weeks:
    """A shop with three warehouses."""

    db: Database
    caller: Caller
    shop: Shop
    dice: random.Random
    places: dict[UUID, list[UUID]]
    goods: Sequence[tuple[UUID, str, UUID, UUID]]
    now: datetime = BEGAN
    hall: Hall = field(default_factory=Hall)
    did: Counter[str] = field(default_factory=Counter)
    pickers: list[Picker] = field(default_factory=list)
    orders: int = 0
    awbs: int = 0

    async def go_by(self, weeks: int, orders: int) -> None:
        """So many weeks, with so many orders a day."""
        for name in ("ani", "budi", "citra"):
            caller = Caller(self.shop.shop_id, f"system:{name}")
            self.pickers.append(await Picker.hired(self.db, caller, self.hall, self.dice, self.did, self.now))
        for _ in range(weeks):
            for _ in range(DAYS):
                await self._day(orders)
                self.now += timedelta(days=1)
            await self.count()
            self.now += timedelta(days=1)
            await self._evening()

    async def _day(self, orders: int) -> None:
        await self._receive()
        await self._put_away()
        self._lose_some()
        await self._sell(orders)
        for place in self.places:
            await self._pick(place)
        await self._pack()
        await self._hand_over()
        await self._road()
        await self._give_up_short()
        await self._evening()

    async def _evening(self) -> None:
        """The worker's rounds."""
        await Rounds(self.db, SetClock(self.now)).shop(self.shop.shop_id)

    async def _receive(self) -> None:
        """A lorry at every place."""
        receipts = []
        for place in self.places:
            for sku, _, owner, lot in self.dice.sample(list(self.goods), 4):
                units = self.dice.randint(4, 14)
                receipts.append(Receipt(sku, place, units, owner, lot))
                self.hall.arrive(receipts[-1].key, units)
        await self.run(lambda tx: receive_stock(tx, receipts, now=self.now))

    async def _put_away(self) -> None:
        """What lies on the floor goes into bins; one time in twenty-five into another than was scanned."""
        for (spot, key), units in list(self.hall.lies.items()):
            if spot not in self.places or not units:
                continue
            bins = self.places[spot]
            scanned = self.dice.choice(bins)
            put = PutAway(scanned, key, units)

            async def away(tx: Tx, put: PutAway = put) -> None:
                await put_away_goods(tx, put.key.location_id, [put], now=self.now)

            if not await self._tried(away):
                continue
            meant = scanned
            if self.dice.random() < 0.04:
                self.did["wrong bin"] += 1
                meant = self.dice.choice(bins)
            self.hall.shift(key, spot, meant, units)

    def _lose_some(self) -> None:
        """Something falls behind a shelf."""
        there = [(spot, key) for (spot, key), units in self.hall.lies.items() if units > 1]
        for spot, key in self.dice.sample(there, min(1, len(there))):
            self.did["lost"] += 1
            self.hall.vanish(key, spot, 1)

    async def _sell(self, orders: int) -> None:
        """Orders that are paid at once."""
        codes = sorted({code for _, code, _, _ in self.goods})
        placements = [
            Placement(
                channel="web",
                lines=[
                    PlacementLine(code, self.dice.randint(1, 3))
                    for code in self.dice.sample(codes, self.dice.randint(1, 3))
                ],
            )
            for _ in range(orders)
        ]

        async def sell(tx: Tx) -> list[Order]:
            numbers = iter(await take_numbers(tx, len(placements)))
            answers = await place_orders(
                tx,
                self.shop,
                placements,
                keyring=keyring(),
                next_number=lambda: next(numbers),
                now=self.now,
            )
            placed = [one.order for one in answers if isinstance(one, Placed)]
            paid = [
                MoneyEvent(
                    one.id,
                    MoneyKind.CAPTURED,
                    "bank_transfer",
                    one.total_minor,
                    one.currency,
                    f"bank:{one.number}",
                )
                for one in placed
            ]
            await settle_payments(tx, paid, now=self.now)
            return placed

        placed = await self.run(sell)
        self.orders += len(placed)
        self.did["sold out"] += len(placements) - len(placed)

    async def _pick(self, place: UUID) -> None:
        policy = PickingPolicy(method=self.dice.choice(METHODS), elsewhere=True, partial=True)
        await self.run(lambda tx: set_policy(tx, place, policy, now=self.now))
        try:
            wave = await self.run(
                lambda tx: release_wave(tx, EVERYTHING, place, Criteria(), policy, now=self.now)
            )
        except NothingToRelease:
            return
        for one in await self.run(lambda tx: lists_of(tx, wave.id)):
            first, second = self.dice.sample(self.pickers, 2)
            if self.dice.random() < 0.06:
                await self._cancel_one("picking")
            try:
                if self.dice.random() < 0.2:
                    await both_walk(first, second, one, self.now)
                else:
                    await first.walks(one, self.now)
            except Refusal as refusal:
                self.did[f"refused: {refusal.code}"] += 1

    async def _cancel_one(self, state: str) -> None:
        """A buyer changes their mind about an order that is being worked on."""
        tasks = await self._tasks(state)
        if not tasks:
            return
        task = self.dice.choice(tasks)
        self.did[f"cancelled when {state}"] += 1
        await self._tried(lambda tx: cancel_order(tx, task.order_id, reason="berubah pikiran", now=self.now))
        await self._lay_down()

    async def _lay_down(self) -> None:
        """Goods of tasks that are no more go onto the floor."""
        for task in await self._tasks("cancelled"):
            self.hall.lay_down(task.id)

    async def _pack(self) -> None:
        tasks = [one.id for one in await self._tasks("picked")]
        if tasks:
            await self.run(lambda tx: pack(tx, tasks, now=self.now))
        for _ in range(2):
            if self.dice.random() < 0.5:
                await self._cancel_one("packed")

    async def _hand_over(self) -> None:
        """Every packed task; now and then with the contents of another, or twice."""
        for task in await self._tasks("packed"):
            self.awbs += 1
            box = Box("jnt", f"JP{self.awbs:010d}")
            if self.dice.random() < 0.08:
                self.did["wrong parcel"] += 1
                sku, _, owner, lot = self.dice.choice(list(self.goods))
                wrong = Box("jnt", box.awb, contents=[Content(1, sku, owner, lot, 99)])
                if await self._give(task.id, wrong):
                    self.did["wrong parcel left"] += 1
            if await self._give(task.id, box):
                self.hall.leave(task.id)
                if self.dice.random() < 0.08 and await self._give(task.id, box):
                    self.did["left twice"] += 1

    async def _give(self, task: UUID, box: Box) -> bool:
        return await self._tried(lambda tx: hand_over(tx, task, [box], now=self.now))

    async def _road(self) -> None:
        """Parcels that left a day ago or longer are delivered, brought back or lost."""
        rows = await self._rows(
            """
            SELECT id, task_id FROM parcel
            WHERE shop_id = %(shop)s AND state = 'picked_up' AND shipped_at < %(now)s - interval '12 hours' ORDER BY id
            """
        )
        for row in rows:
            fate = self.dice.random()
            if fate < 0.8:
                await self.run(work(deliver_parcels, [row.id], now=self.now))
            elif fate < 0.95:
                self.did["brought back"] += 1
                await self._bring_back(row.id, row.task_id)
            elif fate < 0.97:
                self.did["lost on the road"] += 1
                await self.run(work(move_on, [row.id], ParcelEvent.LOSE, now=self.now))

    async def _bring_back(self, parcel: UUID, task: UUID) -> None:
        async def arrive(tx: Tx) -> None:
            for event in BACK:
                await move_on(tx, [parcel], event, now=self.now)

        await self.run(arrive)
        [place] = await self._rows(
            "SELECT location_id FROM task WHERE shop_id = %(shop)s AND id = %(task)s", task=task
        )
        [back] = await self._rows(
            """
            SELECT goods_return.id, array_agg(return_line.line_no ORDER BY 1) AS lines,
                   array_agg(return_line.quantity ORDER BY return_line.line_no) AS units
            FROM goods_return
            JOIN return_line ON return_line.shop_id = goods_return.shop_id AND return_line.return_id = goods_return.id
            JOIN parcel ON parcel.shop_id = goods_return.shop_id AND parcel.order_id = goods_return.order_id
            WHERE goods_return.shop_id = %(shop)s AND parcel.id = %(parcel)s AND goods_return.state = 'in_transit'
            GROUP BY goods_return.id
            """,
            parcel=parcel,
        )
        units = dict(zip(back.lines, back.units, strict=True))

        async def look(tx: Tx) -> None:
            await receive_goods_back(tx, back.id, units, location_id=place.location_id, now=self.now)
            aside = self.dice.random() < 0.2
            judged = [
                Inspected(line, 0 if aside else count, count if aside else 0) for line, count in units.items()
            ]
            await inspect_goods(tx, back.id, judged, now=self.now)

        await self.run(look)
        self.hall.come_back(task)

    async def _give_up_short(self) -> None:
        """Orders that still wait for goods nobody found are cancelled in the evening."""
        for task in await self._tasks("short"):
            self.did["given up"] += 1
            await self._tried(work(cancel_order, task.order_id, reason="habis", now=self.now))
        await self._lay_down()

    async def count(self) -> None:
        """Bins are opened, everything is counted and carried to where the book has it."""
        for place, bins in self.places.items():
            inside = Counter(
                {key: units for key, units in self.hall.inside().items() if key.location_id == place}
            )
            for bin_id in bins:
                await self.run(work(block_bin, place, bin_id, why=None, now=self.now))
            for key, told in (await self.run(work(booked, place))).items():
                await self.run(work(self._settle, key, told, inside[key]))
            book = await self.run(work(binned, place))
            self.hall.tidy(place, book, set(bins))

    async def _settle(self, tx: Tx, key: StockKey, book: Booked, real: int) -> None:
        missing = book.there - real
        lost = min(max(missing, 0), book.aside)
        if lost:
            self.did["written off"] += lost
            await write_off(tx, {key: lost}, out_of=Bucket.QUARANTINE, reason="tidak ditemukan", now=self.now)
        if found := book.aside - lost:
            await restore_stock(tx, {key: found}, out_of=Bucket.QUARANTINE, reason="ditemukan", now=self.now)
        if change := max(-(missing - lost), -(book.free + found)) if missing - lost > 0 else lost - missing:
            self.did["adjusted"] += abs(change)
            await adjust_stock(tx, [(key, change)], reason="stok opname", now=self.now)

    async def _tasks(self, state: str) -> list[Any]:
        return await self._rows(
            "SELECT id, order_id FROM task WHERE shop_id = %(shop)s AND state = %(state)s ORDER BY id",
            state=state,
        )

    async def _rows(self, statement: str, **named: Any) -> list[Any]:
        given = {"shop": self.shop.shop_id, "now": self.now, **named}
        found: list[Any] = await self.run(lambda tx: tx.all(statement, given))
        return found

    async def run(self, command: Callable[[Tx], Awaitable[Any]]) -> Any:
        return await self.db.run(self.caller, command)

    async def _tried(self, command: Callable[[Tx], Awaitable[Any]]) -> bool:
        """Whether it was done; a refusal is counted."""
        try:
            await self.run(command)
        except Refusal as refusal:
            self.did[f"refused: {refusal.code}"] += 1
            return False
        return True
