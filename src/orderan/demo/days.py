"""The days of the demo shop, lived through the product's own commands.

Each day has its orders at the hours people buy, payments that come or do not, and an afternoon: in
the warehouse, on the road, at the service desk and with the exception inbox. The last days stay as a
shop finds them in the morning: work at every stage, and a few things somebody left lying.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from orderan.customers import Buyer
from orderan.demo import views
from orderan.demo.asking import Asking
from orderan.demo.couriers import Couriers
from orderan.demo.desk import Desk
from orderan.demo.ground import CHANNELS, replenish
from orderan.demo.scene import Scene
from orderan.demo.telling import Telling
from orderan.demo.till import UNSEEN, WATCHED, Tills
from orderan.demo.troubles import Troubles
from orderan.demo.warehouse import Warehouse
from orderan.flows.complete_orders import complete_delivered
from orderan.flows.expire_orders import expire_orders
from orderan.flows.place_order import Placed, Placement, PlacementLine, place_orders
from orderan.flows.settle_payment import settle_payments
from orderan.inventory import StockShort
from orderan.kit.db import Tx
from orderan.kit.errors import Refusal
from orderan.orders import POLICIES, OrderKind, Terms, take_numbers
from orderan.payments import MoneyEvent, MoneyKind
from orderan.pricing import Discount

BATCH = 60
CHOICES = 5
"""How often a buyer chooses before asking what there is."""
BUSY_HOURS = (1, 1, 1, 1, 1, 2, 3, 5, 7, 8, 9, 9, 8, 8, 7, 7, 7, 8, 9, 11, 12, 10, 6, 3)
"""From 00.00 in Jakarta on, which is 17.00 UTC of the day before."""
WEEKDAY = (1.0, 0.95, 0.95, 1.0, 1.15, 1.3, 1.2)
CHANNEL_SHARE = (30, 14, 6, 28, 22)


def hours_of(midnight: datetime, until: datetime) -> list[tuple[datetime, int]]:
    """The hours of a day that began before an instant, and how busy each is."""
    starts = [midnight + timedelta(hours=hour - 7) for hour in range(24)]
    return [(at, busy) for at, busy in zip(starts, BUSY_HOURS, strict=True) if at < until]


class Days:
    """Lives one day after another."""

    def __init__(
        self, scene: Scene, people: Sequence[Buyer], tills: Tills, telling: Telling, asking: Asking
    ) -> None:
        self._scene = scene
        self._asking = asking
        self._tills = tills
        self._telling = telling
        self._people = people
        self._met = 0
        self._odd = 0
        self._warehouse = Warehouse(scene)
        self._parts = (self._warehouse, Couriers(scene), Desk(scene), Troubles(scene))

    async def live(self, midnight: datetime, orders: int, *, until: datetime, days_left: int) -> None:
        """One day of `orders` orders, no later than `until`."""
        # The warehouse works in the afternoon: 15.00 in Jakarta is 08.00 UTC.
        afternoon = midnight + timedelta(hours=8)
        worked = False
        for at, count in self._hours(midnight, orders, until):
            if at >= afternoon and not worked:
                worked = True
                await self._afternoon(afternoon, orders, days_left)
            await self._place(at, count)
            await self._asking.hour(at, until=until)
            await self._telling.hour(at, until=until)
            await self._pay(at, days_left)
            if UNSEEN < until - at < WATCHED:
                await self._scene.do("watch_rails", lambda tx: self._tills.look(tx, now=at))
        if not worked and afternoon < until:
            await self._afternoon(afternoon, orders, days_left)

    async def stand_still(self, now: datetime) -> None:
        """What is on the warehouse's board at this instant."""
        await self._warehouse.board(now)

    async def _afternoon(self, at: datetime, orders: int, days_left: int) -> None:
        await self._sweep(at)
        for part in self._parts:
            await part.afternoon(at, days_left)
        if at.weekday() == 0:
            for place in self._scene.ground.places:
                await self._scene.do(
                    "demo",
                    lambda tx: replenish(
                        tx, self._scene.ground, self._scene.chance, place, orders * 8, now=at
                    ),
                )

    def _hours(self, midnight: datetime, orders: int, until: datetime) -> Iterator[tuple[datetime, int]]:
        left, chance = orders, self._scene.chance
        hours = hours_of(midnight, until)
        whole = sum(busy for _, busy in hours)
        for start, busy in hours:
            count = min(left, round(orders * busy / whole * chance.uniform(0.7, 1.3)))
            if start == hours[-1][0]:
                count = left
            left -= count
            at = min(start + timedelta(minutes=chance.randrange(60)), until - timedelta(minutes=1))
            for turn in range(0, count, BATCH):
                yield at + timedelta(seconds=turn // BATCH), min(BATCH, count - turn)

    # Orders

    async def _place(self, at: datetime, count: int) -> None:
        """Place `count` orders; who finds something sold out chooses again, and at last takes what there is."""
        wanted = [self._placement(at) for _ in range(count)]
        for turn in range(CHOICES + 1):
            sold_out = []
            for placement, outcome in zip(wanted, await self._ask(wanted, at), strict=True):
                if isinstance(outcome, StockShort):
                    sold_out.append(placement)
                elif isinstance(outcome, Refusal):
                    raise outcome
                else:
                    self._scene.memory.remember(outcome)
                    if outcome.order.hold_until is not None:
                        self._scene.memory.unpaid.append((at, outcome))
            if not sold_out:
                return
            if turn + 1 < CHOICES:
                wanted = [replace(placement, **self._choice(placement.kind)) for placement in sold_out]
            else:
                wanted = await self._of_what_there_is(sold_out)
        raise AssertionError("the demo shop has nothing left to sell")

    async def _of_what_there_is(self, placements: Sequence[Placement]) -> list[Placement]:
        """The same buyers with one unit each of something that lies on a shelf."""
        free: dict[UUID, int] = {}
        for place in self._scene.ground.places.values():
            there = await self._scene.do("demo", lambda tx: views.free_units(tx, place))
            for sku, units in there.items():
                free[sku] = max(units, free.get(sku, 0))
        enough = [ware for ware in self._scene.ground.wares if free.get(ware.sku_id, 0) >= len(placements)]
        return [
            replace(placement, lines=[PlacementLine(self._scene.chance.choice(enough).code, 1)], discounts=[])
            for placement in placements
        ]

    async def _ask(self, placements: Sequence[Placement], at: datetime) -> list[Placed | Refusal]:
        async def work(tx: Tx) -> list[Placed | Refusal]:
            numbers = iter(await take_numbers(tx, len(placements)))
            return await place_orders(
                tx,
                self._scene.ground.shop,
                placements,
                keyring=self._scene.keyring,
                next_number=lambda: next(numbers),
                now=at,
            )

        return await self._scene.do("demo", work)

    def _choice(self, kind: OrderKind) -> dict[str, Any]:
        """Lines a buyer of this kind picks, and the discount that goes with them."""
        chance = self._scene.chance
        wares = chance.choices(
            self._scene.ground.wares,
            [ware.liked for ware in self._scene.ground.wares],
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
        # Every third buyer would rather have something else than wait.
        lets = self._met % 3 == 0
        return {
            "lines": [PlacementLine(code, count, may_substitute=lets) for code, count in units.items()],
            "discounts": discounts,
        }

    def _placement(self, at: datetime) -> Placement:
        chance = self._scene.chance
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

    async def _pay(self, at: datetime, days_left: int) -> None:
        due = [entry for entry in self._scene.memory.unpaid if at - entry[0] >= timedelta(hours=1)]
        self._scene.memory.unpaid = [
            entry for entry in self._scene.memory.unpaid if at - entry[0] < timedelta(hours=1)
        ]
        events = []
        tapped: list[Placed] = []
        for placed_at, placed in due:
            fate = self._scene.chance.random()
            if fate < 0.09:
                continue
            if fate > 0.97 and at - placed_at < timedelta(hours=4):
                self._scene.memory.unpaid.append((placed_at, placed))
                continue
            amount = placed.order.total_minor
            # Yesterday somebody surely paid too much, somebody too little.
            if fate < 0.10 or (days_left == 1 and self._odd == 1):
                amount -= 10_000 if amount > 20_000 else 0
                self._odd += days_left == 1
            elif fate < 0.11 or (days_left == 1 and self._odd == 0):
                amount += 5_000
                self._odd += days_left == 1
            if amount == placed.order.total_minor and self._tills.takes(at):
                tapped.append(placed)
            else:
                events.append(self._paid(placed, amount))
        if events or tapped:
            await self._scene.do("finance", lambda tx: self._settled(tx, events, tapped, at))

    async def _settled(
        self, tx: Tx, events: Sequence[MoneyEvent], tapped: Sequence[Placed], at: datetime
    ) -> None:
        """What was transferred, and what went through a gateway."""
        told = list(events)
        for turn, placed in enumerate(tapped):
            told += await self._tills.pay(tx, placed, turn=turn, at=at)
        await settle_payments(tx, told, now=at)

    def _paid(self, placed: Placed, amount: int) -> MoneyEvent:
        order = placed.order
        reference = f"TRF{uuid5(order.id, 'transfer').hex[:12].upper()}"
        return MoneyEvent(order.id, MoneyKind.CAPTURED, "bank_transfer", amount, order.currency, reference)

    async def _sweep(self, at: datetime) -> None:
        while await self._scene.do("expire_orders", lambda tx: expire_orders(tx, now=at)):
            pass
        while await self._scene.do("complete_orders", lambda tx: complete_delivered(tx, now=at)):
            pass
