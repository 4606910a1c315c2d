"""A random day of a shop: what people and machines do, with crashes in the middle of it.

Every act goes through the command runner under a key, as an API client's would. A crash (the
task is cancelled, or its connection killed) leaves the client without an answer; it asks again
under the same key until it has one, and only then writes its books. Repeats and late duplicates
must get the first answer, byte for byte.
"""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg

from conftest import ShopFloor
from given import World, asked
from orderan.flows.cancel_order import cancel_order
from orderan.flows.change_order import confirm, open_change
from orderan.flows.complete_orders import complete_delivered
from orderan.flows.deliver import deliver_parcels
from orderan.flows.expire_orders import expire_orders
from orderan.flows.hand_over import hand_over
from orderan.flows.hold_order import hold_order, let_continue, let_holds_expire
from orderan.flows.pick_task import finish_tasks, pack, release_tasks, run_short, start_picking
from orderan.flows.place_order import Placed, place_orders
from orderan.flows.refund_order import execute_refund, promise_refund
from orderan.flows.settle_payment import settle_payment
from orderan.flows.settle_return import (
    ask_return,
    close_return,
    decide_return,
    inspect_goods,
    receive_goods_back,
    resolve_return,
)
from orderan.flows.watch_limits import watch_limits
from orderan.fulfilment import Box
from orderan.inventory import (
    Arrival,
    Bucket,
    Counted,
    Receipt,
    StockKey,
    Travel,
    adjust_stock,
    count_stock,
    dispatch_transfer,
    open_transfer,
    receive_stock,
    receive_transfer,
    set_aside,
    write_off,
)
from orderan.kit import events
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.errors import Refusal
from orderan.kit.ids import NIL
from orderan.kit.runner import Answer, Key, Runner
from orderan.orders import SetQuantity, Terms, Units, take_numbers
from orderan.payments import MoneyEvent, MoneyKind
from orderan.returns import Inspected, ReturnEvent, Wanted
from simulation.books import PRICE, Books, LineBook, OrderBook

Told = dict[str, Any]
Work = Callable[[Tx], Awaitable[Told]]
Write = Callable[[Told], None]

SKUS = ("kopi", "gula", "teh")
SELLABLE = (*SKUS, "paket")


class Day:
    """One shop, one seed."""

    def __init__(self, world: World, keyring: Keyring, seed: int, *, started: datetime, at_once: int) -> None:
        self.world = world
        self.floor: ShopFloor = world.floor
        self.keyring = keyring
        self.dice = random.Random(seed)
        self.now = started
        self.at_once = at_once
        self.books = Books()
        self.runner = Runner(self.floor.db)
        self.acts: Counter[str] = Counter()
        self.crashes = 0
        self._serial = 0

    async def live(self, rounds: int) -> None:
        """Rounds of a few acts, side by side or one by one, with time passing between them."""
        for _ in range(rounds):
            self.now += timedelta(minutes=self.dice.randint(0, 200))
            chosen = [
                self.dice.choices(list(ACTS), list(ACTS.values()))[0] for _ in range(self.dice.randint(1, 6))
            ]
            if self.at_once > 1:
                await asyncio.gather(*(self._act(name) for name in chosen))
            else:
                for name in chosen:
                    await self._act(name)
            await self._sweep()

    async def _act(self, name: str) -> None:
        made = getattr(self, name)()
        if made is None:
            return
        work, write = made
        self._serial += 1
        key = Key.of("simulation", f"{name}-{self._serial}", name.encode())
        answer = await self._until_answered(key, work)
        first = self.books.answers.setdefault(key.text, answer.body)
        assert answer.body == first
        self.acts[f"{name}:{'refused' if answer.status == 409 else 'done'}"] += 1
        if answer.status == 200:
            write(json.loads(answer.body))
        if self.dice.random() < 0.2:
            again = await self._until_answered(key, work)
            assert again == answer, f"{key.text}: another answer to the same key"

    async def _until_answered(self, key: Key, work: Work) -> Answer:
        async def command(tx: Tx) -> Answer:
            return Answer(200, json.dumps(await work(tx), default=str).encode())

        for attempt in range(30):
            asking = asyncio.create_task(
                self.runner.once(self.floor.caller, key, command, refused=_refused, now=self.now)
            )
            if attempt < 5 and self.dice.random() < 0.15:
                await self._crash(asking)
            with suppress(asyncio.CancelledError, psycopg.OperationalError):
                return await asking
        raise AssertionError(f"{key.text}: no answer in thirty tries")

    async def _crash(self, asking: "asyncio.Task[Answer]") -> None:
        """End it somewhere in the middle: the process's task, or the connection under it."""
        self.crashes += 1
        await asyncio.wait({asking}, timeout=self.dice.uniform(0, 0.02))
        if self.dice.random() < 0.5:
            asking.cancel()
        else:
            await asyncio.to_thread(_kill_one, self.floor.db.url)

    async def _sweep(self) -> None:
        expected = self.books.expire(self.now)
        now = self.now
        assert await self.floor.run(lambda tx: expire_orders(tx, now=now)) == expected
        await self.floor.run(lambda tx: let_holds_expire(tx, now=now))
        await self.floor.run(events.sequence)
        await self.floor.run(lambda tx: complete_delivered(tx, now=now))
        await self.floor.run(lambda tx: watch_limits(tx, now=now))

    # What a buyer does

    def place(self) -> tuple[Work, Write]:
        lines = [
            (self.dice.choice(SELLABLE), self.dice.randint(1, 3)) for _ in range(self.dice.randint(1, 3))
        ]
        terms = self.dice.choice((Terms.PREPAID, Terms.PREPAID, Terms.COD))
        placement, now = asked(*lines, terms=terms), self.now
        missing = sum((LineBook(sku, units).owed for sku, units in lines), Counter[str]()) - self.books.free

        async def work(tx: Tx) -> Told:
            numbers = iter(await take_numbers(tx, 1))
            [answer] = await place_orders(
                tx,
                self.floor.shop,
                [placement],
                keyring=self.keyring,
                next_number=lambda: next(numbers),
                now=now,
            )
            if isinstance(answer, Refusal):
                raise answer
            assert isinstance(answer, Placed)
            return {
                "id": answer.order.id,
                "commercial": answer.order.commercial,
                "total": answer.order.total_minor,
            }

        def write(told: Told) -> None:
            assert self.at_once > 1 or not missing, f"sold what was not there: {missing}"
            order = OrderBook(
                told["id"],
                {number: LineBook(sku, units) for number, (sku, units) in enumerate(lines, 1)},
                terms,
                now,
                "accepted" if terms is Terms.COD else "awaiting_payment",
            )
            assert (told["commercial"], told["total"]) == (order.commercial, order.total)
            assert told["id"] not in self.books.orders
            self.books.orders[told["id"]] = order

        return work, write

    def pay(self) -> tuple[Work, Write] | None:
        order = self._any_order(lambda one: one.paid < one.total or self.dice.random() < 0.05)
        if order is None:
            return None
        due = max(order.total - order.paid, 1)
        amount = self.dice.choice((due, due, due, due // 2 or 1, due + 500))
        cod = order.terms == "cod"
        event = MoneyEvent(
            UUID(order.id),
            MoneyKind.COD_COLLECTED if cod else MoneyKind.CAPTURED,
            "cash",
            amount,
            "IDR",
            self._word(),
        )
        now = self.now

        async def work(tx: Tx) -> Told:
            stands = await settle_payment(tx, event, now=now)
            commercial = await tx.value(
                "SELECT commercial FROM sales_order WHERE shop_id = %(shop)s AND id = %(id)s",
                {"shop": tx.shop_id, "id": event.order_id},
            )
            return {"commercial": commercial, "paid": stands.paid_minor}

        def write(told: Told) -> None:
            short = order.owed - self.books.free
            order.paid += amount
            if self.at_once == 1:
                assert told["paid"] == order.paid
            order.follow_money()
            if order.commercial == "expired" and order.paid - order.refunded >= order.total and order.total:
                assert self.at_once > 1 or (told["commercial"] == "accepted") == (not short)
                order.commercial = told["commercial"]

        return work, write

    def cancel(self) -> tuple[Work, Write] | None:
        order = self._any_order(lambda one: one.commercial in {"awaiting_payment", "accepted"})
        if order is None:
            return None
        number = self.dice.choice(list(order.lines))
        line, whole = order.lines[number], self.dice.random() < 0.4
        units = None if whole else [Units(number, self.dice.randint(1, max(line.stands, 1)))]
        now = self.now

        async def work(tx: Tx) -> Told:
            order_now = await cancel_order(tx, UUID(order.id), units=units, reason="berubah pikiran", now=now)
            return {"total": order_now.total_minor, "commercial": order_now.commercial}

        def write(told: Told) -> None:
            for one, book in order.lines.items():
                book.cancelled += (
                    book.stands if units is None else sum(u.quantity for u in units if u.line_no == one)
                )
                assert book.cancelled <= book.quantity
            if order.total == 0:
                order.commercial = "cancelled"
            order.follow_money()
            assert self.at_once > 1 or told["total"] == order.total

        return work, write

    def change(self) -> tuple[Work, Write] | None:
        order = self._any_order(lambda one: one.commercial in {"awaiting_payment", "accepted"})
        if order is None:
            return None
        number = self.dice.choice(list(order.lines))
        wanted, now = self.dice.randint(1, 5), self.now

        async def work(tx: Tx) -> Told:
            actions = [SetQuantity(number, wanted)]
            change = await open_change(tx, UUID(order.id), actions, reason="ganti jumlah", now=now)
            preview = await confirm(tx, UUID(order.id), change.id, now=now)
            return {"total": preview.becomes.sums.total_minor}

        def write(told: Told) -> None:
            line = order.lines[number]
            if wanted > line.stands:
                line.quantity += wanted - line.stands
            else:
                line.cancelled += line.stands - wanted
            order.follow_money()
            assert self.at_once > 1 or told["total"] == order.total

        return work, write

    # What the warehouse does

    def release(self) -> tuple[Work, Write]:
        return self._task_step("planned", lambda tx, task: release_tasks(tx, [task], now=self.now))

    def start(self) -> tuple[Work, Write]:
        return self._task_step("released", lambda tx, task: start_picking(tx, [task], now=self.now))

    def finish(self) -> tuple[Work, Write]:
        return self._task_step(
            "picking", lambda tx, task: finish_tasks(tx, [task], take_all=True, now=self.now)
        )

    def short(self) -> tuple[Work, Write]:
        return self._task_step(
            "picking", lambda tx, task: run_short(tx, task, note="tidak ada", now=self.now)
        )

    def resume(self) -> tuple[Work, Write]:
        return self._task_step("short", lambda tx, task: start_picking(tx, [task], now=self.now))

    def pack(self) -> tuple[Work, Write]:
        return self._task_step("picked", lambda tx, task: pack(tx, [task], now=self.now))

    def _task_step(self, state: str, step: Callable[[Tx, UUID], Awaitable[None]]) -> tuple[Work, Write]:
        turn = self.dice.randint(0, 5)

        async def work(tx: Tx) -> Told:
            task = await _pick_row(tx, "task", state, turn)
            if task is not None:
                await step(tx, task)
            return {}

        return work, lambda _told: None

    def ship(self) -> tuple[Work, Write]:
        turn, awb, now = (
            self.dice.randint(0, 5),
            f"JX{self._serial:06d}{self.dice.randint(0, 9999):04d}",
            self.now,
        )

        async def work(tx: Tx) -> Told:
            task = await _pick_row(tx, "task", "packed", turn)
            if task is None:
                return {"parcels": []}
            parcels = await hand_over(tx, task, [Box("jnt", awb)], now=now)
            codes = {sku: code for code, sku in self.world.skus.items()}
            return {
                "parcels": [
                    (parcel.order_id, content.line_no, codes[content.sku_id], content.quantity)
                    for parcel in parcels
                    for content in parcel.contents
                ]
            }

        def write(told: Told) -> None:
            for order, number, sku, units in told["parcels"]:
                line = self.books.orders[order].lines[number]
                assert self.at_once > 1 or line.owed[sku] >= units, "shipped more than was owed"
                line.shipped[sku] += units
                self.books.on_hand[sku] -= units

        return work, write

    def deliver(self) -> tuple[Work, Write]:
        turn, now = self.dice.randint(0, 5), self.now

        async def work(tx: Tx) -> Told:
            parcel = await _pick_row(tx, "parcel", "picked_up", turn)
            if parcel is not None:
                await deliver_parcels(tx, [parcel], now=now)
            return {}

        return work, lambda _told: None

    def give_back(self) -> tuple[Work, Write] | None:
        """A whole return at the counter: asked, received, inspected, paid back, closed."""
        order = self._any_order(lambda one: any(_returnable(line) for line in one.lines.values()))
        if order is None:
            return None
        number, line = next((n, one) for n, one in order.lines.items() if _returnable(one))
        units, to_stock, now = self.dice.randint(1, _returnable(line)), self.dice.random() < 0.7, self.now
        worth = min(units * PRICE, max(order.paid - order.refunded, 0))
        reference = self._word()

        async def work(tx: Tx) -> Told:
            asked_for = await ask_return(tx, UUID(order.id), [Wanted(number, units)], reason="rusak", now=now)
            await decide_return(tx, asked_for.id, ReturnEvent.APPROVE, now=now)
            place = self.world.locations["JKT"]
            await receive_goods_back(tx, asked_for.id, {number: units}, location_id=place, now=now)
            judged = Inspected(number, units if to_stock else 0, 0 if to_stock else units)
            await inspect_goods(tx, asked_for.id, [judged], now=now)
            refund = await resolve_return(tx, asked_for.id, amount_minor=worth, now=now)
            if refund is not None:
                await execute_refund(tx, refund.id, method="cash", reference=reference, now=now)
            await close_return(tx, asked_for.id, now=now)
            return {"refunded": refund.amount_minor if refund else 0}

        def write(told: Told) -> None:
            line.returned += units
            order.refunded += told["refunded"]
            (self.books.on_hand if to_stock else self.books.aside)[line.sku] += units

        return work, write

    # What the office does

    def refund(self) -> tuple[Work, Write] | None:
        order = self._any_order(lambda one: one.paid > one.refunded)
        if order is None:
            return None
        room = order.paid - order.refunded
        amount, now, reference = self.dice.choice((room, room // 2 or 1, room + 1)), self.now, self._word()

        async def work(tx: Tx) -> Told:
            refund = await promise_refund(tx, UUID(order.id), amount_minor=amount, reason="maaf", now=now)
            stands = await execute_refund(tx, refund.id, method="cash", reference=reference, now=now)
            return {"refunded": stands.refunded_minor}

        def write(told: Told) -> None:
            order.refunded += amount
            assert order.refunded <= order.paid, "gave back more than was taken"
            assert self.at_once > 1 or told["refunded"] == order.refunded

        return work, write

    def hold(self) -> tuple[Work, Write] | None:
        order = self._any_order(lambda one: one.commercial == "accepted")
        if order is None:
            return None
        until, now = self.now + timedelta(hours=self.dice.randint(1, 30)), self.now

        async def work(tx: Tx) -> Told:
            hold = await hold_order(tx, UUID(order.id), "address", reason="alamat", expires_at=until, now=now)
            if self.dice.random() < 0.5:
                await let_continue(tx, UUID(order.id), hold, now=now)
            return {}

        return work, lambda _told: None

    def receive(self) -> tuple[Work, Write]:
        sku, units = self.dice.choice(SKUS), self.dice.randint(1, 12)
        receipt = Receipt(self.world.skus[sku], self.world.locations[self.dice.choice(("JKT", "SBY"))], units)
        now = self.now

        async def work(tx: Tx) -> Told:
            await receive_stock(tx, [receipt], now=now)
            return {}

        def write(_told: Told) -> None:
            self.books.on_hand[sku] += units

        return work, write

    def adjust(self) -> tuple[Work, Write]:
        sku, by, now = self.dice.choice(SKUS), self.dice.choice((-3, -1, 1, 2)), self.now
        key = self._key(sku)

        async def work(tx: Tx) -> Told:
            await adjust_stock(tx, [(key, by)], reason="hitung ulang", now=now)
            return {}

        def write(_told: Told) -> None:
            self.books.on_hand[sku] += by

        return work, write

    def count(self) -> tuple[Work, Write]:
        sku, found, now = self.dice.choice(SKUS), self.dice.randint(0, 30), self.now
        sheet = [Counted(sku, self.dice.choice(("JKT", "SBY")), found)]

        async def work(tx: Tx) -> Told:
            [result] = await count_stock(tx, sheet, reason="opname", now=now)
            return {"change": result.change}

        def write(told: Told) -> None:
            self.books.on_hand[sku] += told["change"]

        return work, write

    def damage(self) -> tuple[Work, Write]:
        sku, units, now = self.dice.choice(SKUS), self.dice.randint(1, 3), self.now
        key, give_up = self._key(sku), self.dice.random() < 0.5

        async def work(tx: Tx) -> Told:
            await set_aside(tx, {key: units}, into=Bucket.DAMAGED, reason="pecah", now=now)
            if give_up:
                await write_off(tx, {key: units}, out_of=Bucket.DAMAGED, reason="dibuang", now=now)
            return {}

        def write(_told: Told) -> None:
            self.books.on_hand[sku] -= units
            self.books.aside[sku] += 0 if give_up else units

        return work, write

    def send(self) -> tuple[Work, Write]:
        sku, units, now = self.dice.choice(SKUS), self.dice.randint(1, 5), self.now
        ends = [self.world.locations[code] for code in self.dice.sample(("JKT", "SBY"), 2)]

        async def work(tx: Tx) -> Told:
            goods = [Travel(self.world.skus[sku], units)]
            transfer = await open_transfer(
                tx, from_location=ends[0], to_location=ends[1], goods=goods, now=now
            )
            await dispatch_transfer(tx, transfer.id, now=now)
            return {}

        def write(_told: Told) -> None:
            self.books.on_hand[sku] -= units
            self.books.travelling[sku] += units

        return work, write

    def arrive(self) -> tuple[Work, Write]:
        turn, lost, now = self.dice.randint(0, 3), self.dice.random() < 0.3, self.now
        codes = {sku: code for code, sku in self.world.skus.items()}

        async def work(tx: Tx) -> Told:
            transfer = await _pick_row(tx, "transfer", "in_transit", turn)
            if transfer is None:
                return {"goods": []}
            rows = await tx.all(
                "SELECT line_no, sku_id, quantity FROM transfer_line WHERE shop_id = %(shop)s AND transfer_id = %(id)s",
                {"shop": tx.shop_id, "id": transfer},
            )
            gone = [1 if lost else 0 for _ in rows]
            arrivals = [
                Arrival(row.line_no, row.quantity - less, less, "hilang" if less else None)
                for row, less in zip(rows, gone, strict=True)
            ]
            await receive_transfer(tx, transfer, arrivals, now=now)
            return {
                "goods": [
                    (codes[row.sku_id], row.quantity, less) for row, less in zip(rows, gone, strict=True)
                ]
            }

        def write(told: Told) -> None:
            for sku, units, less in told["goods"]:
                self.books.travelling[sku] -= units
                self.books.on_hand[sku] += units - less

        return work, write

    def _any_order(self, fits: Callable[[OrderBook], bool]) -> OrderBook | None:
        fitting = [order for order in self.books.orders.values() if fits(order)]
        return self.dice.choice(fitting[-12:]) if fitting else None

    def _key(self, sku: str) -> StockKey:
        return StockKey(
            self.world.skus[sku], self.world.locations[self.dice.choice(("JKT", "SBY"))], NIL, NIL
        )

    def _word(self) -> str:
        return f"K-{self.dice.getrandbits(48):x}"


ACTS = {
    "place": 30,
    "pay": 16,
    "cancel": 6,
    "change": 6,
    "release": 8,
    "start": 8,
    "finish": 8,
    "short": 2,
    "resume": 3,
    "pack": 8,
    "ship": 10,
    "deliver": 5,
    "give_back": 4,
    "refund": 3,
    "hold": 3,
    "receive": 7,
    "adjust": 2,
    "count": 2,
    "damage": 2,
    "send": 2,
    "arrive": 3,
}
"""What happens, and how often."""


def _returnable(line: LineBook) -> int:
    return line.shipped[line.sku] - line.returned


def _refused(refusal: Refusal) -> Answer:
    return Answer(409, str(refusal).encode())


async def _pick_row(tx: Tx, table: str, state: str, turn: int) -> UUID | None:
    cursor = await tx.connection.execute(
        f"SELECT id FROM {table} WHERE shop_id = %s AND state = %s ORDER BY id".encode(), [tx.shop_id, state]
    )
    rows = await cursor.fetchall()
    return rows[turn % len(rows)].id if rows else None


def _kill_one(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND xact_start IS NOT NULL ORDER BY xact_start LIMIT 1"
        )
