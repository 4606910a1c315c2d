"""A gateway whose every answer a test chooses, and a shop with rails over two of them."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from conftest import ShopFloor
from given import World, a_buyer, a_shop, asked, place
from orderan.flows.pay_links import PayLinks
from orderan.flows.pay_online import Cashier
from orderan.flows.place_order import Placed
from orderan.gateways import (
    ChargeAsked,
    Charged,
    Fault,
    Gateway,
    GatewayFailed,
    GatewayRefused,
    Instrument,
    InstrumentKind,
    Outcome,
    OutcomeUnknown,
    Truth,
)
from orderan.kit.clock import SetClock
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.ids import new_id
from orderan.orders import Order
from orderan.payments import GatewayAccount, Rail
from orderan.payments.store_attempts import insert_account, insert_rails
from orderan.routing import PROBE_BP, draw_of


class Died(BaseException):
    """The process ends here: nothing after it runs."""


@dataclass
class Scripted:
    """A gateway that does what `how` says when it is charged.

    Attributes:
        how: `ok`, `refused`, `revoked` (it refuses our account), `failed` (nothing happened), `lost_before` (nothing happened, and it did not
            say), `lost_after` (it did it and did not say), `died_after` (our process ends before the answer
            is kept).
        away: It answers no question either.
        keeps: What it was asked for cannot be taken back.
        there: Its own books: what it was asked for, by our reference.
    """

    name: str
    how: str = "ok"
    away: bool = False
    there: dict[str, Truth] = field(default_factory=dict)
    charged: list[ChargeAsked] = field(default_factory=list)
    looked: int = 0
    keeps: bool = False
    taken_back: list[str] = field(default_factory=list)

    async def charge(self, asked_for: ChargeAsked) -> Charged:
        self.charged.append(asked_for)
        if self.how == "refused":
            raise GatewayRefused(self.name, "not_enabled")
        if self.how == "revoked":
            raise GatewayRefused(self.name, "401", of_account=True)
        if self.how == "failed":
            raise GatewayFailed(self.name, "bank_away", fault=Fault.BANK)
        if self.how == "lost_before":
            raise OutcomeUnknown(self.name, "no_answer_in_time", fault=Fault.TIMEOUT)
        self.there[asked_for.reference] = Truth(
            reference=asked_for.reference,
            gateway_id=f"{self.name}-{len(self.charged)}",
            outcome=Outcome.PENDING,
            amount_minor=asked_for.amount_minor,
            currency=asked_for.currency,
        )
        if self.how == "lost_after":
            raise OutcomeUnknown(self.name, "cut_off", fault=Fault.SERVER)
        if self.how == "died_after":
            raise Died
        number = Instrument(InstrumentKind.VIRTUAL_ACCOUNT, number="8808123", expires_at=asked_for.expires_at)
        return Charged(f"{self.name}-{len(self.charged)}", Outcome.PENDING, number, b"{}")

    async def look_up(
        self, *, reference: str, gateway_id: str | None, method: str, since: datetime | None = None
    ) -> Truth:
        self.looked += 1
        if self.how == "revoked":
            raise GatewayRefused(self.name, "401", of_account=True)
        if self.away:
            raise GatewayFailed(self.name, "no_connection", fault=Fault.CONNECT)
        return self.there.get(reference) or Truth(reference, None, Outcome.ABSENT, None, "IDR")

    async def cancel(
        self, *, reference: str, gateway_id: str | None, method: str, since: datetime | None = None
    ) -> Truth:
        truth = await self.look_up(reference=reference, gateway_id=gateway_id, method=method, since=since)
        if truth.outcome is not Outcome.PENDING or self.keeps:
            return truth
        self.taken_back.append(reference)
        self.there[reference] = replace(truth, outcome=Outcome.CANCELLED)
        return self.there[reference]

    def says(self, outcome: Outcome, *, paid: int = 0, **others: Any) -> None:
        """The last charge stands so from now on."""
        reference = self.charged[-1].reference
        self.there[reference] = replace(self.there[reference], outcome=outcome, paid_minor=paid, **others)


@dataclass
class Till:
    """A shop, an order that waits for 20,000, and two gateways that carry BCA's virtual accounts."""

    world: World
    order: Order
    first: Scripted
    second: Scripted
    clock: SetClock
    cashier: Cashier

    @property
    def floor(self) -> ShopFloor:
        return self.world.floor

    def later(self, wait: timedelta) -> None:
        self.clock.at += wait

    async def row(self, order_id: UUID | None = None) -> Any:
        [row] = await self.floor.all(
            "SELECT * FROM sales_order WHERE id = %(id)s", id=order_id or self.order.id
        )
        return row

    async def ledger(self) -> list[tuple[str, int]]:
        rows = await self.floor.all("SELECT kind, amount_minor FROM payment_event ORDER BY seq")
        return [(row.kind, row.amount_minor) for row in rows]

    async def states(self) -> list[tuple[str, str]]:
        rows = await self.floor.all("SELECT gateway, state FROM payment_attempt ORDER BY began_at, id")
        return [(row.gateway, row.state) for row in rows]


async def a_till(floor: ShopFloor, keyring: Keyring, now: datetime) -> Till:
    world = await a_shop(floor, now, stock={"kopi": 5})
    [placed] = await place(world, keyring, asked(("kopi", 2), buyer=a_buyer()), now=now)
    assert isinstance(placed, Placed)
    first, second = Scripted("midtrans"), Scripted("xendit")
    by_name: dict[str, Any] = {"midtrans": first, "xendit": second}

    async def furnish(tx: Tx) -> None:
        for rank, name in enumerate(by_name):
            account = GatewayAccount(new_id(), name, name, "https://gateway.test", b"", b"")
            await insert_account(tx, account, now=now)
            await insert_rails(tx, [Rail(new_id(), "va_bca", account.id, name, rank, "open")])

    async def opened(_: Tx, rail: Rail) -> Gateway:
        gateway: Gateway = by_name[rail.gateway]
        return gateway

    await floor.run(furnish)
    clock = SetClock(now)
    links = PayLinks("https://toko.test", keyring)
    return Till(world, placed.order, first, second, clock, Cashier(floor.db, clock, links, opened))


async def open_a_rail(tx: Tx, *, now: datetime, method: str = "qris", gateway: str = "midtrans") -> None:
    """A way to pay that is open, at a gateway nobody asks."""
    account = GatewayAccount(new_id(), gateway, gateway, "https://gateway.test", b"", b"")
    await insert_account(tx, account, now=now)
    await insert_rails(tx, [Rail(new_id(), method, account.id, gateway, 0, "open")])


PROBING: Final = [number for number in range(10_000, 13_000) if draw_of(f"1-{number}") % 10_000 < PROBE_BP]
"""Numbers of orders whose draw has them try another rail than the best."""


async def some_probing(till: Till, keyring: Keyring, count: int) -> list[UUID]:
    """Orders that try another rail than the best."""
    await till.floor.run(lambda tx: tx.run("UPDATE stock SET on_hand = on_hand + 200"))
    wanted = [asked(("kopi", 2), buyer=a_buyer()) for _ in range(count)]
    placed = await place(till.world, keyring, *wanted, now=till.clock.at)
    ids = [one.order.id for one in placed if isinstance(one, Placed)]
    assert len(ids) == count

    async def renumber(tx: Tx) -> None:
        for order_id, number in zip(ids, PROBING, strict=False):
            named = {"number": number, "id": order_id}
            await tx.run("UPDATE sales_order SET number = %(number)s WHERE id = %(id)s", named)

    await till.floor.run(renumber)
    return ids
