"""The days of the demo shop, lived through the product's own commands.

Each day has its orders at the hours people buy, payments that come or do not, an afternoon in
the warehouse, couriers that deliver, fail and return, cash that couriers collect and hand in, and
a few people who cancel, change their minds or send something back. The last two days stay as a
shop finds them in the morning: work at every stage.
"""

import random
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid5

from orderan.customers import Buyer
from orderan.demo import views
from orderan.demo.ground import CHANNELS, Ground, replenish
from orderan.flows.cancel_order import cancel_order
from orderan.flows.change_order import confirm, open_change
from orderan.flows.collect_cod import Cash, collect_cod, remit_cod
from orderan.flows.complete_orders import complete_delivered
from orderan.flows.deliver import move_on
from orderan.flows.expire_orders import expire_orders
from orderan.flows.hand_over import hand_over_many
from orderan.flows.hold_order import hold_order, let_continue
from orderan.flows.pick_task import finish_tasks, pack, release_tasks, run_short, start_picking
from orderan.flows.place_order import Placed, Placement, PlacementLine, place_orders
from orderan.flows.refund_order import execute_refund
from orderan.flows.settle_payment import settle_payments
from orderan.flows.settle_return import (
    ask_return,
    decide_return,
    inspect_goods,
    propose_refund,
    receive_goods_back,
    resolve_return,
)
from orderan.fulfilment import Box
from orderan.inventory import StockShort
from orderan.kit.crypto import Keyring
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.errors import Refusal
from orderan.orders import (
    POLICIES,
    HoldKind,
    OrderKind,
    SetQuantity,
    Terms,
    Units,
    add_note,
    lock_orders,
    tag_orders,
    take_numbers,
)
from orderan.payments import MoneyEvent, MoneyKind
from orderan.pricing import Discount
from orderan.returns import Inspected, ReturnEvent, Wanted
from orderan.shipping import ParcelEvent

T = TypeVar("T")

BATCH = 60
CHOICES = 5
"""How often a buyer chooses again before giving up for the day."""
BUSY_HOURS = (1, 1, 1, 1, 1, 2, 3, 5, 7, 8, 9, 9, 8, 8, 7, 7, 7, 8, 9, 11, 12, 10, 6, 3)
WEEKDAY = (1.0, 0.95, 0.95, 1.0, 1.15, 1.3, 1.2)
CHANNEL_SHARE = (30, 14, 6, 28, 22)
COURIER_SHARE = {"jne": 30, "jnt": 28, "sicepat": 18, "anteraja": 10, "ninja": 8, "own": 6}


@dataclass
class Memory:
    """What a day has to remember of the ones before."""

    unpaid: list[tuple[datetime, Placed]] = field(default_factory=list)
    delivered: list[tuple[datetime, Placed]] = field(default_factory=list)
    cash: list[tuple[datetime, str, str]] = field(default_factory=list)
    held: list[tuple[datetime, UUID, UUID]] = field(default_factory=list)
    orders: dict[UUID, Placed] = field(default_factory=dict)


class Days:
    """Lives one day after another."""

    def __init__(
        self,
        db: Database,
        keyring: Keyring,
        ground: Ground,
        people: Sequence[Buyer],
        chance: random.Random,
    ) -> None:
        self._db = db
        self._keyring = keyring
        self._ground = ground
        self._people = people
        self._chance = chance
        self._memory = Memory()
        self._met = 0
        self._road: dict[ParcelEvent, list[views.Travelling]] = {}
        self._awb = 0

    async def live(self, midnight: datetime, orders: int, *, until: datetime, days_left: int) -> None:
        """One day of about `orders` orders, no later than `until`."""
        # The warehouse works in the afternoon: 15.00 in Jakarta is 08.00 UTC.
        afternoon = midnight + timedelta(hours=8)
        worked = False
        for at, count in self._hours(midnight, orders):
            if at >= until:
                break
            if at >= afternoon and not worked:
                worked = True
                await self._afternoon(afternoon, orders, days_left)
            await self._place(at, count)
            await self._pay(at)
        if not worked and afternoon < until:
            await self._afternoon(afternoon, orders, days_left)

    async def _afternoon(self, at: datetime, orders: int, days_left: int) -> None:
        await self._sweep(at)
        await self._work(at, days_left)
        await self._couriers(at)
        await self._people_change_their_minds(at)
        await self._take_back(at)
        if at.weekday() == 0:
            for place in self._ground.places:
                await self._do(
                    "demo",
                    lambda tx: replenish(tx, self._ground, self._chance, place, orders * 8, now=at),
                )

    async def _do(self, who: str, work: Callable[[Tx], Awaitable[T]]) -> T:
        return await self._db.run(Caller(self._ground.shop.shop_id, f"system:{who}"), work)

    def _hours(self, midnight: datetime, orders: int) -> Iterator[tuple[datetime, int]]:
        left = orders
        # The shop's day begins at 00.00 in Jakarta, 17.00 UTC of the day before.
        for hour, busy in enumerate(BUSY_HOURS):
            count = min(left, round(orders * busy / sum(BUSY_HOURS) * self._chance.uniform(0.7, 1.3)))
            left -= count
            at = midnight + timedelta(hours=hour - 7, minutes=self._chance.randrange(60))
            for start in range(0, count, BATCH):
                yield at + timedelta(seconds=start), min(BATCH, count - start)
        if left > 0:
            yield midnight + timedelta(hours=16, minutes=59), left

    # Orders

    async def _place(self, at: datetime, count: int) -> None:
        """Place `count` orders; who finds something sold out chooses again."""
        wanted = [self._placement(at) for _ in range(count)]
        for _ in range(CHOICES):
            sold_out = []
            for placement, outcome in zip(wanted, await self._ask(wanted, at), strict=True):
                if isinstance(outcome, StockShort):
                    sold_out.append(placement)
                elif isinstance(outcome, Refusal):
                    raise outcome
                else:
                    self._memory.orders[outcome.order.id] = outcome
                    if outcome.order.hold_until is not None:
                        self._memory.unpaid.append((at, outcome))
            if not sold_out:
                return
            wanted = [replace(placement, **self._choice(placement.kind)) for placement in sold_out]

    async def _ask(self, placements: Sequence[Placement], at: datetime) -> list[Placed | Refusal]:
        async def work(tx: Tx) -> list[Placed | Refusal]:
            numbers = iter(await take_numbers(tx, len(placements)))
            return await place_orders(
                tx,
                self._ground.shop,
                placements,
                keyring=self._keyring,
                next_number=lambda: next(numbers),
                now=at,
            )

        return await self._do("demo", work)

    def _choice(self, kind: OrderKind) -> dict[str, Any]:
        """Lines a buyer of this kind picks, and the discount that goes with them."""
        chance = self._chance
        wares = chance.choices(
            self._ground.wares,
            [ware.liked for ware in self._ground.wares],
            k=chance.choice((1, 1, 1, 2, 2, 3)),
        )
        times = 6 if kind is OrderKind.B2B else 1
        units = {ware.code: times * chance.choice((1, 1, 1, 1, 2, 3)) for ware in wares}
        discounts = []
        if chance.random() < 0.2:
            value = min(ware.price_minor for ware in wares)
            discounts.append(
                Discount("HEMAT10", chance.choice(("merchant", "platform")), max(1_000, value // 10))
            )
        return {
            "lines": [PlacementLine(code, count) for code, count in units.items()],
            "discounts": discounts,
        }

    def _placement(self, at: datetime) -> Placement:
        chance = self._chance
        # Everybody buys once before anybody is drawn a second time.
        self._met += 1
        buyer = self._people[self._met - 1] if self._met <= len(self._people) else chance.choice(self._people)
        [channel] = chance.choices([row[0] for row in CHANNELS], CHANNEL_SHARE)
        marketplace = channel in {"shopee", "tokopedia"}
        kind = chance.choices(list(OrderKind), (88, 5, 3, 2, 1, 1))[0]
        terms = Terms.PREPAID
        if not marketplace and chance.random() < 0.45 and Terms.COD in POLICIES[kind].terms:
            terms = Terms.COD
        if kind is OrderKind.B2B:
            terms = Terms.INVOICE
        return Placement(
            channel=channel,
            buyer=buyer,
            kind=kind,
            terms=terms,
            external_id=f"{channel[:3].upper()}{at:%y%m%d}{self._met:06d}" if marketplace else None,
            shipping_service=chance.choice(("reguler", "reguler", "reguler", "kilat")),
            note=chance.choice((None, None, None, None, "Tolong bungkus rapi, untuk kado.")),
            **self._choice(kind),
        )

    async def _pay(self, at: datetime) -> None:
        due = [entry for entry in self._memory.unpaid if at - entry[0] >= timedelta(hours=1)]
        self._memory.unpaid = [entry for entry in self._memory.unpaid if at - entry[0] < timedelta(hours=1)]
        events = []
        for placed_at, placed in due:
            fate = self._chance.random()
            if fate < 0.09:
                continue
            amount = placed.order.total_minor
            if fate < 0.10:
                amount -= 10_000 if amount > 20_000 else 0
            elif fate < 0.11:
                amount += 5_000
            if fate > 0.97 and at - placed_at < timedelta(hours=4):
                self._memory.unpaid.append((placed_at, placed))
                continue
            events.append(self._paid(placed, amount))
        if events:
            await self._do("finance", lambda tx: settle_payments(tx, events, now=at))

    def _paid(self, placed: Placed, amount: int) -> MoneyEvent:
        order = placed.order
        reference = f"TRF{uuid5(order.id, 'transfer').hex[:12].upper()}"
        return MoneyEvent(order.id, MoneyKind.CAPTURED, "bank_transfer", amount, order.currency, reference)

    async def _sweep(self, at: datetime) -> None:
        while await self._do("expire_orders", lambda tx: expire_orders(tx, now=at)):
            pass
        while await self._do("complete_orders", lambda tx: complete_delivered(tx, now=at)):
            pass

    # The warehouse

    async def _work(self, at: datetime, days_left: int) -> None:
        for place in self._ground.places.values():
            tasks = await self._tasks(place, "planned", ready=True)
            if days_left < 1:
                tasks = tasks[: len(tasks) // 3]
            for chunk in _chunks(tasks, BATCH):
                await self._pick(at, chunk, days_left)

    async def _pick(self, at: datetime, tasks: list[UUID], days_left: int) -> None:
        stop = len(tasks)
        if days_left <= 1:
            # The last days leave some of everything: released, being picked, short, picked, packed.
            stop = len(tasks) // 3
        await self._do("gudang", lambda tx: release_tasks(tx, tasks, now=at))
        going = tasks[: stop + (len(tasks) - stop) * 4 // 5]
        if not going:
            return
        await self._do("gudang", lambda tx: start_picking(tx, going, now=at))
        further = going[: stop + (len(going) - stop) * 3 // 4]
        if days_left <= 1 and len(going) > len(further):
            short = going[len(further)]
            note = "Rak kosong, catatan masih dua."
            await self._do("gudang", lambda tx: run_short(tx, short, note=note, now=at))
        if not further:
            return
        await self._do("gudang", lambda tx: finish_tasks(tx, further, take_all=True, now=at))
        packed = further[: stop + (len(further) - stop) // 2]
        if packed:
            await self._do("gudang", lambda tx: pack(tx, packed, now=at))
        shipped = tasks[:stop]
        if shipped:
            boxes = [(task, self._box()) for task in shipped]
            await self._do("gudang", lambda tx: hand_over_many(tx, boxes, now=at))

    def _box(self) -> Box:
        [courier] = self._chance.choices(list(COURIER_SHARE), list(COURIER_SHARE.values()))
        self._awb += 1
        number = 10_000_000 + self._awb * 17 + self._chance.randrange(17)
        awb = {
            "jne": f"NSP{number:011d}",
            "jnt": f"JX{number:010d}",
            "sicepat": f"00{number:010d}",
            "anteraja": f"1{number:013d}",
            "ninja": f"NJV{number:011d}",
            "own": "",
        }[courier]
        return Box(courier=courier, awb=awb, service="REG", weight_g=self._chance.randrange(200, 3_000))

    async def _tasks(self, place: UUID, state: str, *, ready: bool) -> list[UUID]:
        return await self._do("demo", lambda tx: views.tasks_at(tx, place, state=state, ready=ready))

    # Couriers

    async def _couriers(self, at: datetime) -> None:
        for parcel in await self._do(
            "demo", lambda tx: views.parcels_under_way(tx, before=at - timedelta(hours=20))
        ):
            self._road.setdefault(self._next_stop(parcel), []).append(parcel)
        for event, parcels in self._road.items():
            for chunk in _chunks(parcels, BATCH):
                ids = [parcel.id for parcel in chunk]
                reason = "Penerima tidak di tempat" if event is ParcelEvent.FAIL else None
                await self._do(
                    "kurir",
                    lambda tx: move_on(tx, ids, event, reason=reason, now=at),
                )
                if event is ParcelEvent.DELIVER:
                    await self._reached(at, chunk)
        self._road.clear()
        await self._hand_in(at)

    def _next_stop(self, parcel: views.Travelling) -> ParcelEvent:
        fate = self._chance.random()
        if parcel.state == "returning":
            return ParcelEvent.ARRIVE_BACK
        if parcel.state == "attempt_failed":
            return ParcelEvent.SEND_BACK if fate < 0.35 else ParcelEvent.GO_OUT
        if parcel.state == "picked_up":
            return ParcelEvent.MOVE
        if parcel.state == "in_transit":
            return ParcelEvent.LOSE if fate < 0.002 else ParcelEvent.GO_OUT
        failing = 0.16 if parcel.terms == Terms.COD else 0.03
        return ParcelEvent.FAIL if fate < failing else ParcelEvent.DELIVER

    async def _reached(self, at: datetime, parcels: Sequence[views.Travelling]) -> None:
        cod: dict[str, list[str]] = {}
        for parcel in parcels:
            if placed := self._memory.orders.get(parcel.order_id):
                self._memory.delivered.append((at, placed))
            if parcel.terms == Terms.COD:
                cod.setdefault(parcel.courier, []).append(parcel.awb)
        for courier, awbs in cod.items():
            cash = [Cash(awb) for awb in awbs]
            await self._do("kurir", lambda tx: collect_cod(tx, courier, cash, now=at))
            self._memory.cash += [(at, courier, awb) for awb in awbs]

    async def _hand_in(self, at: datetime) -> None:
        due = [entry for entry in self._memory.cash if at - entry[0] >= timedelta(days=3)]
        self._memory.cash = [entry for entry in self._memory.cash if at - entry[0] < timedelta(days=3)]
        by_courier: dict[str, list[Cash]] = {}
        for _, courier, awb in due:
            # A statement now and then forgets one: that is what the ledger is for.
            if self._chance.random() > 0.01:
                by_courier.setdefault(courier, []).append(Cash(awb))
        for courier, cash in by_courier.items():
            statement = f"{courier.upper()}-{at:%Y%m%d}"
            await self._do(
                "finance",
                lambda tx: remit_cod(tx, courier, statement, cash, now=at),
            )

    # People

    async def _people_change_their_minds(self, at: datetime) -> None:
        for placed in await self._drawn(at, 3):
            await self._try(
                "layanan",
                lambda tx: cancel_order(tx, placed.order.id, reason="Pembeli berubah pikiran", now=at),
            )
        for placed in await self._drawn(at, 2):
            if placed.lines[0].quantity > 1:
                await self._try(
                    "layanan",
                    lambda tx: cancel_order(
                        tx,
                        placed.order.id,
                        units=[Units(1, 1)],
                        reason="Pembeli minta dikurangi satu",
                        now=at,
                    ),
                )
        for placed in await self._drawn(at, 1):
            await self._try("layanan", lambda tx: self._change(tx, placed, at))
        for placed in await self._drawn(at, 2):
            kind = self._chance.choice((HoldKind.FRAUD, HoldKind.ADDRESS, HoldKind.CUSTOMER_REQUEST))
            hold = await self._try(
                "layanan",
                lambda tx: hold_order(
                    tx,
                    placed.order.id,
                    kind,
                    reason=HOLD_REASONS[kind],
                    expires_at=at + timedelta(days=9),
                    now=at,
                ),
            )
            if hold is not None:
                self._memory.held.append((at, placed.order.id, hold))
        for placed in await self._drawn(at, 4):
            await self._try("layanan", lambda tx: self._annotate(tx, placed, at))
        for since, order, hold in [entry for entry in self._memory.held if at - entry[0] > timedelta(days=2)]:
            self._memory.held.remove((since, order, hold))
            await self._try(
                "layanan",
                lambda tx: let_continue(tx, order, hold, reason="Sudah dihubungi", now=at),
            )

    async def _drawn(self, at: datetime, most: int) -> list[Placed]:
        """Orders of the last two days, a few of them."""
        recent = [one for one in self._memory.orders.values() if at - one.order.placed_at < timedelta(days=2)]
        return self._chance.sample(recent, min(most, len(recent)))

    async def _change(self, tx: Tx, placed: Placed, at: datetime) -> None:
        more = [SetQuantity(1, placed.lines[0].quantity + 1)]
        change = await open_change(tx, placed.order.id, more, reason="Pembeli menambah satu", now=at)
        await confirm(tx, placed.order.id, change.id, now=at)

    async def _annotate(self, tx: Tx, placed: Placed, at: datetime) -> None:
        note = self._chance.choice(
            (
                "Pembeli minta dikirim sebelum Jumat.",
                "Sudah ditelepon, alamat benar.",
                "Pelanggan lama, beri bonus stiker.",
            )
        )
        await add_note(tx, placed.order.id, note, now=at)
        orders = await lock_orders(tx, [placed.order.id])
        await tag_orders(
            tx, list(orders.values()), add=[self._chance.choice(("kado", "vip", "cek-alamat"))], now=at
        )

    async def _take_back(self, at: datetime) -> None:
        arrived = [entry for entry in self._memory.delivered if at - entry[0] < timedelta(days=2)]
        self._memory.delivered = arrived
        for _, placed in self._chance.sample(arrived, min(2, len(arrived))):
            await self._try(
                "layanan",
                lambda tx: ask_return(
                    tx, placed.order.id, [Wanted(1, 1, "Barang rusak")], reason="Barang datang rusak", now=at
                ),
            )
        for state, return_id in await self._do("demo", views.returns_open):
            if self._chance.random() < 0.8:
                await self._try("gudang", lambda tx: self._advance(tx, state, return_id, at))
        for refund_id in await self._do("demo", views.refunds_granted):
            if self._chance.random() < 0.7:
                reference = f"RFD{refund_id.hex[:12].upper()}"
                await self._try(
                    "finance",
                    lambda tx: execute_refund(
                        tx, refund_id, method="bank_transfer", reference=reference, now=at
                    ),
                )

    async def _advance(self, tx: Tx, state: str, return_id: UUID, at: datetime) -> None:
        if state == "requested":
            event = ReturnEvent.REJECT if self._chance.random() < 0.15 else ReturnEvent.APPROVE
            await decide_return(tx, return_id, event, note=None, now=at)
        elif state == "approved":
            await decide_return(tx, return_id, ReturnEvent.SEND, now=at)
        elif state == "in_transit":
            lines = await views.return_lines(tx, return_id)
            place = next(iter(self._ground.places.values()))
            await receive_goods_back(tx, return_id, dict(lines), location_id=place, now=at)
        elif state == "received":
            lines = await views.received_lines(tx, return_id)
            whole = self._chance.random() < 0.5
            judged = [
                Inspected(no, n if whole else 0, 0 if whole else n, "utuh" if whole else "penyok")
                for no, n in lines
            ]
            await inspect_goods(tx, return_id, judged, now=at)
        elif state == "inspected":
            worth = sum(line.amount_minor for line in await propose_refund(tx, return_id))
            await resolve_return(tx, return_id, amount_minor=worth, note="Dikembalikan penuh", now=at)

    async def _try(self, who: str, work: Callable[[Tx], Awaitable[T]]) -> T | None:
        """What a person would be told no to, they leave."""
        try:
            return await self._do(who, work)
        except Refusal:
            return None


HOLD_REASONS = {
    HoldKind.FRAUD: "Tiga pesanan COD dalam satu jam dari nomor yang sama",
    HoldKind.ADDRESS: "Nomor rumah tidak ada",
    HoldKind.CUSTOMER_REQUEST: "Pembeli minta dikirim minggu depan",
}


def _chunks(items: Sequence[T], size: int) -> Iterator[list[T]]:
    for start in range(0, len(items), size):
        yield list(items[start : start + size])
