"""Payments through a storm: what the gateways took is what we wrote down, once, and every order says so.

A shop takes orders for some hours while every gateway does its worst (storm.py) and buyers do theirs
(buyers.py). The cashier, the intake of letters, the worker's rounds and its timers are the product's own.
When nothing is due any more it is counted:

unexplained_rupiah    what gateways hold as taken in and the ledger does not, or the other way round, summed
                      over payments, each difference for itself
double_captures       orders that keep more than they asked for, by the money of more than one try, untold
paid_without_event    orders that say paid, or were accepted, without the events that make it so
unpaid_with_event     orders that wait for money, or say it is not there, and their events say it is
audit_findings        what `orderan audit` finds
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

import uvloop

from orderan import gateways
from orderan.auditor import audit
from orderan.bench.buyers import Crowd
from orderan.bench.ground import know_sizes
from orderan.bench.storm import Posted, Storm
from orderan.bench.tills import line_up, open_tills
from orderan.bench.wares import stock_shop
from orderan.flows.execute_refund import Refunder
from orderan.flows.gateway_clients import GatewayClients
from orderan.flows.gateway_news import check
from orderan.flows.pay_links import PayLinks
from orderan.flows.pay_online import Cashier
from orderan.flows.place_order import Placed, Placement, PlacementLine, place_orders
from orderan.gateways import Received
from orderan.kit.clock import SetClock
from orderan.kit.crypto import Keyring
from orderan.kit.db import ALL_SHOPS, Caller, Database, Tx
from orderan.kit.migrations import migrate
from orderan.kit.postgres import ephemeral
from orderan.orders import take_numbers
from orderan.payments import METHODS, keep_notices
from orderan.sandbox.models import ChargeState
from orderan.sandbox.ports import Simulator
from orderan.shops import Shop, open_shop
from orderan.worker import GatewayRounds, Rounds

BEGAN: Final = datetime(2026, 11, 11, 11, tzinfo=UTC)
HOURS: Final = 2.5
TICK: Final = timedelta(seconds=30)
HOLD_MINUTES: Final = 60
AT_ONCE: Final = 16
"""Buyers who act in the same instant and are served beside each other."""
TAIL: Final = timedelta(hours=2)
"""So long the weather stays bad after the last order."""
DRAINED: Final = timedelta(days=10)
LEAP: Final = timedelta(minutes=5)
TURNS: Final = 10
"""So often other gateways come first."""
NOTHING_KEPT: Final = frozenset({ChargeState.REVERSED})


@dataclass(frozen=True, slots=True)
class Counted:
    """What a storm left behind."""

    payments: int
    orders_paid: int
    taken_minor: int
    unexplained_rupiah: int
    double_captures: int
    paid_without_event: int
    unpaid_with_event: int
    audit_findings: int


@dataclass(frozen=True, slots=True)
class Weathered:
    """A storm that is over.

    Attributes:
        did: What buyers did, and were told.
        ways: Tries that brought money, by gateway and kind of method.
        asked, broken: Requests to gateways, and of them those that were torn or refused by the weather.
        letters: Sent by gateways.
    """

    counted: Counted
    did: Mapping[str, int]
    ways: Mapping[str, int]
    asked: int
    broken: int
    letters: int


class NeverCalm(Exception):
    """Something is still due long after the storm."""


@dataclass
class Night:
    """A shop in a storm."""

    db: Database
    url: str
    keyring: Keyring
    storm: Storm
    clock: SetClock
    shop: Shop
    caller: Caller
    clients: GatewayClients
    crowd: Crowd
    rounds: Rounds
    asking: GatewayRounds
    accounts: dict[str, UUID]

    async def goes_by(self, payments: int, *, tell: Callable[[str], None] = lambda _text: None) -> Weathered:
        """Take so many orders through the storm, and wait until nothing is due any more."""
        self.storm.breaks_out(self.clock.at, HOURS)
        ticks = round(timedelta(hours=HOURS) / TICK)
        placed = 0
        for tick in range(ticks):
            if tick % (ticks // TURNS) == 0:
                await self.db.run(self.caller, partial(line_up, turn=tick // (ticks // TURNS)))
            wanted = payments * (tick + 1) // ticks - placed
            for order_id in await self._place(wanted):
                self.crowd.joins(order_id, self.clock.at)
            placed += wanted
            await self._moment()
            self.clock.at += TICK
            if tick % (ticks // TURNS) == ticks // TURNS // 2:
                await asyncio.to_thread(know_sizes, self.url)
                tell(f"{placed} orders, {self.storm.asked} requests, {self.storm.sent} letters")
        calm_by = self.clock.at + DRAINED
        clears_at = self.clock.at + TAIL
        while (at := await self._next()) is not None:
            if self.clock.at >= clears_at:
                self.storm.clears()
            if self.clock.at > calm_by:
                raise NeverCalm(f"{at} is due at {self.clock.at}")
            self.clock.at = max(self.clock.at + (LEAP if self.crowd.gone else TICK), at)
            await self._moment()
        tell("counting")
        return Weathered(
            await self.counted(),
            dict(self.crowd.did),
            await self._ways(),
            self.storm.asked,
            self.storm.broken,
            self.storm.sent,
        )

    async def _ways(self) -> dict[str, int]:
        rows = await self.db.run(self.caller, lambda tx: tx.all(_WAYS, {"shop": tx.shop_id}))
        found: Counter[str] = Counter()
        for row in rows:
            found[f"{row.gateway} {METHODS[row.method].group}"] += row.tries
        return dict(found)

    async def counted(self) -> Counted:
        """The books of both sides against each other."""
        books = await self.db.run(self.caller, lambda tx: tx.all(_BOOKS, {"shop": tx.shop_id}))
        orders = await self.db.run(self.caller, lambda tx: tx.all(_ORDERS, {"shop": tx.shop_id}))
        there = taken(self.storm.gateways.values())
        here: dict[str, int] = {row.reference: int(row.kept) for row in books}
        [report] = [await asyncio.to_thread(audit, self.url, now=self.clock.at)]
        return Counted(
            payments=len(orders),
            orders_paid=sum(row.kept >= row.total > 0 for row in orders),
            taken_minor=sum(there.values()),
            unexplained_rupiah=sum(
                abs(there.get(name, 0) - here.get(name, 0)) for name in there.keys() | here.keys()
            ),
            double_captures=sum(_twice(row) for row in orders),
            paid_without_event=sum(_says_paid(row) and row.kept < row.total for row in orders),
            unpaid_with_event=sum(not _says_paid(row) and row.kept >= row.total for row in orders),
            audit_findings=sum(verdict.found for verdict in report.verdicts),
        )

    async def _place(self, wanted: int) -> list[UUID]:
        dice = self.storm.dice
        placements = [
            Placement(
                channel="web",
                # Of the scarce ware there is seldom enough for who pays late.
                lines=[PlacementLine(*(("K1", 40) if dice.random() < 0.05 else ("K0", dice.randint(1, 3))))],
            )
            for _ in range(wanted)
        ]

        async def work(tx: Tx) -> Sequence[object]:
            numbers = iter(await take_numbers(tx, len(placements)))
            return await place_orders(
                tx,
                self.shop,
                placements,
                keyring=self.keyring,
                next_number=lambda: next(numbers),
                now=self.clock.at,
            )

        if not placements:
            return []
        answers = await self.db.run(self.caller, work)
        return [answer.order.id for answer in answers if isinstance(answer, Placed)]

    async def _moment(self) -> None:
        """Everything of one instant: buyers, letters and the worker, beside each other."""
        self.storm.passes()
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(deed: Callable[[], Any]) -> None:
            async with gate:
                await deed()

        await asyncio.gather(
            self._work(), self._deliver(self.storm.arrived()), *(one(deed) for deed in self.crowd.due())
        )

    async def _work(self) -> None:
        await self.rounds.shop(self.shop.shop_id)
        while await self.asking.once():
            await self.asking.finish()
        await self.asking.finish()

    async def _deliver(self, posted: Sequence[Posted]) -> None:
        if not posted:
            return
        kept = []
        for one in posted:
            account = self.accounts[one.gateway]
            gateway = await self.db.run(self.caller, partial(self.clients.of_account, account_id=account))
            path = one.letter.url.partition("://")[2].partition("/")[2]
            headers = {name.lower(): value for name, value in one.letter.headers.items()}
            kept.append(check(gateway, account, Received(f"/{path}", headers, one.letter.body))[0])
        await self.db.run(self.caller, lambda tx: keep_notices(tx, kept, now=self.clock.at))

    async def _next(self) -> datetime | None:
        """When something is due next; None when nothing ever will be."""
        [row] = await self.db.run(
            self.caller, lambda tx: tx.all(_DUE, {"shop": tx.shop_id, "now": self.clock.at})
        )
        return min(filter(None, (row.due, self.crowd.next_at, self.storm.next_at)), default=None)


def weather(payments: int, seed: int) -> Weathered:
    """One storm over a throw-away server of its own."""
    with ephemeral() as running:
        migrate(running.url)
        return uvloop.run(_weather(running.url, payments, seed))


async def _weather(url: str, payments: int, seed: int) -> Weathered:
    db = Database(url, min_size=2, max_size=AT_ONCE + 8)
    await db.open()
    try:
        night = await a_night(url, db, payments=payments, seed=seed)
        return await night.goes_by(payments)
    finally:
        await db.close()


async def a_night(url: str, db: Database, *, payments: int, seed: int) -> Night:
    """A shop with an account at every gateway, before a storm.

    Args:
        url: Of the same migrated database, for the audit.
    """
    clock = SetClock(BEGAN)
    keyring = Keyring(b"storm" * 6 + b"st")
    storm = Storm(clock, seed)

    async def opening(tx: Tx) -> Shop:
        return await open_shop(tx, code="storm", name="Storm", now=clock.at)

    shop = await db.run(Caller(ALL_SHOPS, "system:bench"), opening)
    caller = Caller(shop.shop_id, "system:bench")
    links = PayLinks("https://shop.test", keyring)
    http = gateways.Caller(transport=storm.transport)
    clients = GatewayClients(keyring, clock, http)
    cashier = Cashier(db, clock, links, clients.of_rail)

    async def furnish(tx: Tx) -> dict[str, UUID]:
        await stock_shop(tx, skus=2, units=max(4 * payments, 400), now=clock.at)
        await tx.run(
            "UPDATE channel SET payment_hold_minutes = %(hold)s WHERE shop_id = %(shop)s",
            {"hold": HOLD_MINUTES, "shop": tx.shop_id},
        )
        return await open_tills(tx, keyring, storm, now=clock.at)

    accounts = await db.run(caller, furnish)
    for name, account in accounts.items():
        storm.registers(name, links.notifications(shop.shop_id, account))
    rounds = Rounds(db, clock)
    return Night(
        db=db,
        url=url,
        keyring=keyring,
        storm=storm,
        clock=clock,
        shop=shop,
        caller=caller,
        clients=clients,
        crowd=Crowd(cashier, caller, storm),
        rounds=rounds,
        asking=GatewayRounds(rounds, cashier, Refunder(db, clock, clients.of_rail), http),
        accounts=accounts,
    )


def taken(there: Iterable[Simulator]) -> dict[str, int]:
    """Rupiah each gateway holds as taken in, by our reference; what it took back is not among it."""
    return {
        charge.reference: charge.paid
        for gateway in there
        for charge in gateway.book.all()
        if charge.paid and charge.state not in NOTHING_KEPT
    }


def _says_paid(row: Any) -> bool:
    """Whether an order behaves as one whose money is there."""
    return row.money in {"paid", "overpaid"}


def _twice(row: Any) -> bool:
    return row.tries > 1 and row.kept > row.total and not row.told


_BOOKS: Final = """
SELECT split_part(reference, ':', 1) AS reference,
       sum(CASE kind WHEN 'captured' THEN amount_minor ELSE -amount_minor END) AS kept
FROM payment_event
WHERE shop_id = %(shop)s AND kind IN ('captured', 'capture_reversed')
GROUP BY 1
"""
_ORDERS: Final = """
SELECT sales_order.id, sales_order.money, sales_order.total_minor AS total, coalesce(came.kept, 0) AS kept,
       coalesce(came.tries, 0) AS tries,
       EXISTS (SELECT FROM exception_entry AS told
               WHERE told.shop_id = sales_order.shop_id AND told.subject_id = sales_order.id AND told.state = 'open'
                 AND told.kind IN ('payment_over', 'payment_after_close')) AS told
FROM sales_order
LEFT JOIN (
    SELECT order_id, sum(kept) AS kept, count(*) FILTER (WHERE kept > 0) AS tries
    FROM (SELECT order_id,
                 sum(CASE kind WHEN 'captured' THEN amount_minor ELSE -amount_minor END) AS kept
          FROM payment_event
          WHERE shop_id = %(shop)s AND kind IN ('captured', 'capture_reversed')
          GROUP BY order_id, split_part(reference, ':', 1)) AS per_try
    GROUP BY order_id
) AS came ON came.order_id = sales_order.id
WHERE sales_order.shop_id = %(shop)s
"""
_WAYS: Final = """
SELECT gateway, method, count(*) AS tries
FROM payment_attempt
WHERE shop_id = %(shop)s AND booked_minor > 0
GROUP BY gateway, method
"""
_DUE: Final = """
SELECT least(
    (SELECT min(ask_at) FROM payment_attempt WHERE shop_id = %(shop)s),
    (SELECT min(received_at) FROM gateway_notice WHERE shop_id = %(shop)s AND heard_at IS NULL),
    (SELECT min(CASE WHEN clock_stopped_at IS NULL THEN hold_until ELSE %(now)s END)
     FROM sales_order WHERE shop_id = %(shop)s AND commercial = 'awaiting_payment')
) AS due
"""
