"""A random day of a shop: what people and machines do, with crashes in the middle of it.

Every act goes through the command runner under a key, as an API client's would. A crash (the
process ends, its connection, or only the answer gets lost) leaves the client without an answer; it
asks again under the same key until it has one, and only then writes its books. Requests overtake
each other, and arrive again long after: a repeat must get the first answer, byte for byte.

What is asked, when and with which crash stands in the plan (`simulation.plan`); who goes first at
every statement is the conductor's (`simulation.conductor`); ids come from the seed. So a seed is a day,
down to the last row.
"""

import json
import random
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import psycopg
import pytest

from conftest import ShopFloor, a_floor
from given import JAKARTA, SURABAYA, World, a_buyer, a_shop, asked
from orderan.flows.cancel_order import cancel_order
from orderan.flows.change_order import confirm, open_change
from orderan.flows.complete_orders import complete_delivered
from orderan.flows.deliver import move_on
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
from orderan.kit import events, ids
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.errors import Refusal
from orderan.kit.ids import NIL
from orderan.kit.runner import Answer, Key, Runner
from orderan.orders import SetQuantity, Terms, Units, take_numbers
from orderan.payments import MoneyEvent, MoneyKind
from orderan.pricing import Discount, put_zone, set_fee
from orderan.returns import Inspected, ReturnEvent, Wanted
from orderan.shipping import ParcelEvent
from simulation.books import FIRST_KG, NEXT_KG, PRICES, Books, LineBook, OrderBook
from simulation.conductor import Crashed, Stage
from simulation.plan import Crash, Round, Step, plan

Told = dict[str, Any]
Work = Callable[[Tx], Awaitable[Told]]
Write = Callable[[Told], None]

SKUS = ("kopi", "gula", "teh")
SELLABLE = (*SKUS, "paket")
START = {"kopi": 40, "gula": 30, "teh": 6}


@dataclass
class Letter:
    """A request as it was written once; it may arrive late, and more than once."""

    step: Step
    key: Key
    work: Work
    write: Write
    arrivals: int = 0


@dataclass(frozen=True)
class Heard:
    """A line of the trace: what an arrival was answered, after how many crashes."""

    round: int
    key: str
    arrival: int
    crashes: int
    status: int
    body: bytes


@contextmanager
def seeded_ids(seed: int, started: datetime) -> Iterator[None]:
    """Ids that come from the seed: the same day makes the same ids, in the same order."""
    dice, began = random.Random(f"{seed}:ids"), int(started.timestamp()) * 10**9
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ids, "os", SimpleNamespace(urandom=dice.randbytes))
        patch.setattr(ids, "time", SimpleNamespace(time_ns=lambda: began))
        patch.setattr(ids._Last, "stamp", 0)
        yield


@asynccontextmanager
async def a_day(
    database_url: str, keyring: Keyring, seed: int, *, started: datetime, at_once: bool
) -> AsyncIterator["Day"]:
    """A shop on an empty database, ready to live a day."""
    stage = Stage(database_url)
    await stage.open()
    try:
        with seeded_ids(seed, started):
            world = await a_shop(
                await a_floor(stage, started),
                started,
                stock=START,
                prices=PRICES,
                bundles={"paket": {"kopi": 2, "gula": 1}},
                places={"JKT": JAKARTA, "SBY": SURABAYA},
            )
            await world.floor.run(partial(_zone, now=started))
            yield Day(world, stage, keyring, seed, started=started, at_once=at_once)
    finally:
        await stage.close()


class Day:
    """One shop, one seed.

    Attributes:
        at_once: Whether what arrives in a round meets in the database; else one comes after the other,
            and the books can say every answer beforehand.
    """

    def __init__(
        self, world: World, stage: Stage, keyring: Keyring, seed: int, *, started: datetime, at_once: bool
    ) -> None:
        self.world = world
        self.floor: ShopFloor = world.floor
        self.keyring = keyring
        self.seed = seed
        self.dice = random.Random()
        self.now = started
        self.at_once = at_once
        self.books = Books()
        self.books.on_hand.update(START)
        self.runner = Runner(stage)
        self.conductor = stage.conductor
        self.acts: Counter[str] = Counter()
        self.crashes: Counter[str] = Counter()
        self.trace: list[Heard] = []
        self.post: dict[int, list[Letter]] = defaultdict(list)

    @property
    def statements(self) -> int:
        return self.conductor.statements

    async def live(self, rounds: int) -> None:
        """Rounds of a few acts, side by side or one by one, with time passing between them."""
        for part in plan(self.seed, rounds, ACTS):
            self.now += timedelta(minutes=part.minutes)
            for step in part.steps:
                self._write(step, part.number)
            arriving = self.post.pop(part.number, [])
            dice = part.dice()
            dice.shuffle(arriving)
            works = [partial(self._arrive, part, letter) for letter in arriving]
            for group in [works] if self.at_once else [[work] for work in works]:
                await self.conductor.side_by_side(group, dice)
            await self._sweep()

    def _write(self, step: Step, number: int) -> None:
        """Write a request from what the books say now, and post it for all its arrivals."""
        self.dice = step.dice()
        made = getattr(self, step.act)()
        if made is not None:
            letter = Letter(step, Key.of("simulation", f"{step.act}-{step.serial}", step.act.encode()), *made)
            for rounds in (0, *step.again):
                self.post[number + step.late + rounds].append(letter)

    async def _arrive(self, part: Round, letter: Letter) -> None:
        letter.arrivals += 1
        arrival = letter.arrivals
        crashes = letter.step.crashes(arrival)
        answer = await self._until_answered(letter, crashes)
        text = letter.key.text
        self.trace.append(Heard(part.number, text, arrival, len(crashes), answer.status, answer.body))
        if text in self.books.answers:
            assert answer.body == self.books.answers[text], f"{text}: another answer to the same key"
            self.acts["heard again"] += 1
            return
        self.books.answers[text] = answer.body
        self.acts[f"{letter.step.act}:{'refused' if answer.status == 409 else 'done'}"] += 1
        if answer.status == 200:
            letter.write(json.loads(answer.body))

    async def _until_answered(self, letter: Letter, crashes: tuple[Crash, ...]) -> Answer:
        async def command(tx: Tx) -> Answer:
            return Answer(200, json.dumps(await letter.work(tx), default=str).encode())

        def ask() -> Awaitable[Answer]:
            return self.runner.once(self.floor.caller, letter.key, command, refused=_refused, now=self.now)

        for crash in crashes:
            try:
                # It may have ended well: a crash planned for a statement that never came.
                answer: Answer = await self.conductor.asked(crash, ask)
            except (Crashed, psycopg.OperationalError):
                self.crashes[crash.how] += 1
            else:
                return answer
        last: Answer = await self.conductor.asked(None, ask)
        return last

    async def _sweep(self) -> None:
        expected = self.books.expire(self.now)
        now = self.now
        assert await self.floor.run(lambda tx: expire_orders(tx, now=now)) == expected
        await self.floor.run(lambda tx: let_holds_expire(tx, now=now))
        await self.floor.run(events.sequence)
        await self.floor.run(lambda tx: complete_delivered(tx, now=now))
        await self.floor.run(lambda tx: watch_limits(tx, now=now))

    async def rows(self) -> dict[str, list[str]]:
        """Everything that stands in the shop's tables, by table."""

        async def reading(tx: Tx) -> dict[str, list[str]]:
            tables = await tx.all(
                """
                SELECT table_name FROM information_schema.columns
                WHERE table_schema = 'public' AND column_name = 'shop_id'
                """
            )
            found = {}
            for (table,) in tables:
                cursor = await tx.connection.execute(
                    f"SELECT {table}::text AS row FROM {table} WHERE shop_id = %s".encode(), [tx.shop_id]
                )
                found[table] = sorted([row for (row,) in await cursor.fetchall()])
            return found

        standing: dict[str, list[str]] = await self.floor.run(reading)
        return standing

    # What a buyer does

    def place(self) -> tuple[Work, Write]:
        lines = [
            (self.dice.choice(SELLABLE), self.dice.randint(1, 3)) for _ in range(self.dice.randint(1, 3))
        ]
        terms = self.dice.choice((Terms.PREPAID, Terms.PREPAID, Terms.COD))
        off = [
            Discount(f"V{number}", "merchant", self.dice.randint(1, PRICES[sku] * units - 1), number)
            for number, (sku, units) in enumerate(lines, 1)
            if self.dice.random() < 0.3
        ]
        sent = {"buyer": a_buyer(), "shipping_service": "reg"} if self.dice.random() < 0.4 else {}
        placement = asked(*lines, terms=terms, discounts=off, **sent)

        async def work(tx: Tx) -> Told:
            numbers = iter(await take_numbers(tx, 1))
            [answer] = await place_orders(
                tx,
                self.floor.shop,
                [placement],
                keyring=self.keyring,
                next_number=lambda: next(numbers),
                now=self.now,
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
            wanted = sum((LineBook(sku, units).owed for sku, units in lines), Counter[str]())
            missing = wanted - self.books.free
            assert self.at_once or not missing, f"sold what was not there: {missing}"
            order = OrderBook(
                told["id"],
                {number: LineBook(sku, units) for number, (sku, units) in enumerate(lines, 1)},
                terms,
                self.now,
                "accepted" if terms is Terms.COD else "awaiting_payment",
                bool(sent),
            )
            for discount in off:
                assert discount.line_no is not None
                line = order.lines[discount.line_no]
                line.off, line.off_for = discount.amount_minor, line.quantity
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

        return self._book(order, event)

    def pay_again(self) -> tuple[Work, Write] | None:
        """The bank tells of money it told of before, in a message of its own: it counts once."""
        told_of = list(self.books.transfers.values())
        if not told_of:
            return None
        event = self.dice.choice(told_of[-6:])
        return self._book(self.books.orders[str(event.order_id)], event)

    def _book(self, order: OrderBook, event: MoneyEvent) -> tuple[Work, Write]:
        async def work(tx: Tx) -> Told:
            stands = await settle_payment(tx, event, now=self.now)
            commercial = await tx.value(
                "SELECT commercial FROM sales_order WHERE shop_id = %(shop)s AND id = %(id)s",
                {"shop": tx.shop_id, "id": event.order_id},
            )
            return {"commercial": commercial, "paid": stands.paid_minor}

        def write(told: Told) -> None:
            assert event.reference is not None
            assert event.reference not in self.books.transfers, "one transfer counted twice"
            self.books.transfers[event.reference] = event
            short = order.owed - self.books.free
            order.paid += event.amount_minor
            if not self.at_once:
                assert told["paid"] == order.paid
            order.follow_money()
            if order.commercial == "expired" and order.paid - order.refunded >= order.total and order.total:
                assert self.at_once or (told["commercial"] == "accepted") == (not short)
                order.commercial = told["commercial"]

        return work, write

    def cancel(self) -> tuple[Work, Write] | None:
        order = self._any_order(lambda one: one.commercial in {"awaiting_payment", "accepted"})
        if order is None:
            return None
        number = self.dice.choice(list(order.lines))
        line, whole = order.lines[number], self.dice.random() < 0.4
        units = None if whole else [Units(number, self.dice.randint(1, max(line.stands, 1)))]

        async def work(tx: Tx) -> Told:
            order_now = await cancel_order(
                tx, UUID(order.id), units=units, reason="berubah pikiran", now=self.now
            )
            return {"total": order_now.total_minor, "commercial": order_now.commercial}

        def write(told: Told) -> None:
            for one, book in order.lines.items():
                book.cancelled += (
                    book.stands if units is None else sum(u.quantity for u in units if u.line_no == one)
                )
                assert book.cancelled <= book.quantity
            if not any(line.stands for line in order.lines.values()):
                order.commercial = "cancelled"
            order.follow_money()
            assert self.at_once or told["total"] == order.total

        return work, write

    def change(self) -> tuple[Work, Write] | None:
        order = self._any_order(lambda one: one.commercial in {"awaiting_payment", "accepted"})
        if order is None:
            return None
        number = self.dice.choice(list(order.lines))
        wanted = self.dice.randint(1, 5)

        async def work(tx: Tx) -> Told:
            actions = [SetQuantity(number, wanted)]
            change = await open_change(tx, UUID(order.id), actions, reason="ganti jumlah", now=self.now)
            preview = await confirm(tx, UUID(order.id), change.id, now=self.now)
            return {"total": preview.becomes.sums.total_minor}

        def write(told: Told) -> None:
            line = order.lines[number]
            if wanted > line.stands:
                line.quantity += wanted - line.stands
            else:
                line.cancelled += line.stands - wanted
            order.follow_money()
            assert self.at_once or told["total"] == order.total

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
        turn, awb = self.dice.randint(0, 5), f"JX{self.dice.randint(0, 10**10 - 1):010d}"

        async def work(tx: Tx) -> Told:
            task = await _pick_row(tx, "task", "packed", turn)
            if task is None:
                return {"parcels": [], "ids": []}
            parcels = await hand_over(tx, task, [Box("jnt", awb)], now=self.now)
            codes = {sku: code for code, sku in self.world.skus.items()}
            return {
                "parcels": [
                    (parcel.order_id, content.line_no, codes[content.sku_id], content.quantity)
                    for parcel in parcels
                    for content in parcel.contents
                ],
                "ids": [parcel.id for parcel in parcels],
            }

        def write(told: Told) -> None:
            for order, number, sku, units in told["parcels"]:
                line = self.books.orders[order].lines[number]
                assert self.at_once or line.owed[sku] >= units, "shipped more than was owed"
                line.shipped[sku] += units
                self.books.on_hand[sku] -= units
            self.books.parcels.update(dict.fromkeys(told["ids"], "picked_up"))

        return work, write

    def courier(self) -> tuple[Work, Write] | None:
        """A courier tells of a parcel; what they tell may overtake what they told before."""
        on_the_road = [parcel for parcel, state in self.books.parcels.items() if state not in ARRIVED]
        if not on_the_road:
            return None
        parcel = self.dice.choice(on_the_road[-8:])
        event = ParcelEvent(self.dice.choices(list(SCANS), list(SCANS.values()))[0])

        async def work(tx: Tx) -> Told:
            [was] = await move_on(tx, [UUID(parcel)], event, now=self.now)
            return {"was": was.state}

        def write(told: Told) -> None:
            assert told["was"] == self.books.parcels[parcel]
            assert told["was"] not in ARRIVED, "it moved on after its end"
            self.books.parcels[parcel] = LEADS_TO[event]

        return work, write

    def give_back(self) -> tuple[Work, Write] | None:
        """A whole return at the counter: asked, received, inspected, paid back, closed."""
        order = self._any_order(lambda one: any(_returnable(line) for line in one.lines.values()))
        if order is None:
            return None
        number, line = next((n, one) for n, one in order.lines.items() if _returnable(one))
        units, to_stock = self.dice.randint(1, _returnable(line)), self.dice.random() < 0.7
        worth = min(units * PRICES[line.sku], max(order.paid - order.refunded, 0))
        reference = self._word()

        async def work(tx: Tx) -> Told:
            asked_for = await ask_return(
                tx, UUID(order.id), [Wanted(number, units)], reason="rusak", now=self.now
            )
            await decide_return(tx, asked_for.id, ReturnEvent.APPROVE, now=self.now)
            place = self.world.locations["JKT"]
            await receive_goods_back(tx, asked_for.id, {number: units}, location_id=place, now=self.now)
            judged = Inspected(number, units if to_stock else 0, 0 if to_stock else units)
            await inspect_goods(tx, asked_for.id, [judged], now=self.now)
            refund = await resolve_return(tx, asked_for.id, amount_minor=worth, now=self.now)
            if refund is not None:
                await execute_refund(tx, refund.id, method="cash", reference=reference, now=self.now)
            await close_return(tx, asked_for.id, now=self.now)
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
        amount, reference = self.dice.choice((room, room // 2 or 1, room + 1)), self._word()

        async def work(tx: Tx) -> Told:
            refund = await promise_refund(
                tx, UUID(order.id), amount_minor=amount, reason="maaf", now=self.now
            )
            stands = await execute_refund(tx, refund.id, method="cash", reference=reference, now=self.now)
            return {"refunded": stands.refunded_minor}

        def write(told: Told) -> None:
            order.refunded += amount
            assert order.refunded <= order.paid, "gave back more than was taken"
            assert self.at_once or told["refunded"] == order.refunded

        return work, write

    def hold(self) -> tuple[Work, Write] | None:
        order = self._any_order(lambda one: one.commercial == "accepted")
        if order is None:
            return None
        until, briefly = self.now + timedelta(hours=self.dice.randint(1, 30)), self.dice.random() < 0.5

        async def work(tx: Tx) -> Told:
            hold = await hold_order(
                tx, UUID(order.id), "address", reason="alamat", expires_at=until, now=self.now
            )
            if briefly:
                await let_continue(tx, UUID(order.id), hold, now=self.now)
            return {}

        return work, lambda _told: None

    def receive(self) -> tuple[Work, Write]:
        sku, units = self.dice.choice(SKUS), self.dice.randint(1, 12)
        receipt = Receipt(self.world.skus[sku], self.world.locations[self.dice.choice(("JKT", "SBY"))], units)

        async def work(tx: Tx) -> Told:
            await receive_stock(tx, [receipt], now=self.now)
            return {}

        def write(_told: Told) -> None:
            self.books.on_hand[sku] += units

        return work, write

    def adjust(self) -> tuple[Work, Write]:
        sku, by = self.dice.choice(SKUS), self.dice.choice((-3, -1, 1, 2))
        key = self._key(sku)

        async def work(tx: Tx) -> Told:
            await adjust_stock(tx, [(key, by)], reason="hitung ulang", now=self.now)
            return {}

        def write(_told: Told) -> None:
            self.books.on_hand[sku] += by

        return work, write

    def count(self) -> tuple[Work, Write]:
        sku, found = self.dice.choice(SKUS), self.dice.randint(0, 30)
        sheet = [Counted(sku, self.dice.choice(("JKT", "SBY")), found)]

        async def work(tx: Tx) -> Told:
            [result] = await count_stock(tx, sheet, reason="opname", now=self.now)
            return {"change": result.change}

        def write(told: Told) -> None:
            self.books.on_hand[sku] += told["change"]

        return work, write

    def damage(self) -> tuple[Work, Write]:
        sku, units = self.dice.choice(SKUS), self.dice.randint(1, 3)
        key, give_up = self._key(sku), self.dice.random() < 0.5

        async def work(tx: Tx) -> Told:
            await set_aside(tx, {key: units}, into=Bucket.DAMAGED, reason="pecah", now=self.now)
            if give_up:
                await write_off(tx, {key: units}, out_of=Bucket.DAMAGED, reason="dibuang", now=self.now)
            return {}

        def write(_told: Told) -> None:
            self.books.on_hand[sku] -= units
            self.books.aside[sku] += 0 if give_up else units

        return work, write

    def send(self) -> tuple[Work, Write]:
        sku, units = self.dice.choice(SKUS), self.dice.randint(1, 5)
        ends = [self.world.locations[code] for code in self.dice.sample(("JKT", "SBY"), 2)]

        async def work(tx: Tx) -> Told:
            goods = [Travel(self.world.skus[sku], units)]
            transfer = await open_transfer(
                tx, from_location=ends[0], to_location=ends[1], goods=goods, now=self.now
            )
            await dispatch_transfer(tx, transfer.id, now=self.now)
            return {}

        def write(_told: Told) -> None:
            self.books.on_hand[sku] -= units
            self.books.travelling[sku] += units

        return work, write

    def arrive(self) -> tuple[Work, Write]:
        turn, lost = self.dice.randint(0, 3), self.dice.random() < 0.3
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
            await receive_transfer(tx, transfer, arrivals, now=self.now)
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
    "pay_again": 3,
    "cancel": 6,
    "change": 6,
    "release": 8,
    "start": 8,
    "finish": 8,
    "short": 2,
    "resume": 3,
    "pack": 8,
    "ship": 10,
    "courier": 12,
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

SCANS = {"move": 4, "go_out": 4, "fail": 1, "deliver": 6, "lose": 1, "damage": 1}
LEADS_TO = {
    "move": "in_transit",
    "go_out": "out_for_delivery",
    "fail": "attempt_failed",
    "deliver": "delivered",
    "lose": "lost",
    "damage": "damaged",
}
ARRIVED = {"delivered", "lost", "damaged"}
"""What couriers tell of a parcel, how often, and where it is then; nothing follows the last three."""


async def _zone(tx: Tx, *, now: datetime) -> None:
    zone = await put_zone(tx, None, code="jawa", name="Jawa", areas=["*"], now=now)
    await set_fee(tx, zone, service="reg", first_kg_minor=FIRST_KG, next_kg_minor=NEXT_KG, now=now)


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
