"""kill -9 at every step between a gateway and our books: afterwards there is one capture, or one refund, in both.

The way each step goes is written down here. A step that begins to go another way fails until somebody has
looked at it: every point of the new way is then killed at, too.
"""

import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from conftest import ShopFloor
from gateways.simulated import serving
from given import World, a_buyer, a_shop, asked, place
from orderan import gateways
from orderan.auditor import audit
from orderan.flows.execute_refund import Refunder
from orderan.flows.gateway_clients import GatewayClients
from orderan.flows.gateway_news import hear_news
from orderan.flows.pay_links import PayLinks
from orderan.flows.pay_online import Cashier
from orderan.flows.place_order import Placed
from orderan.flows.refund_order import promise_refund
from orderan.kit.clock import SetClock
from orderan.kit.crypto import Keyring
from orderan.payments import open_account
from orderan.sandbox.gateways.midtrans import MidtransSimulator
from orderan.sandbox.keys import CREDENTIALS
from orderan.sandbox.models import ChargeState, SimCharge, SimReply, SimRequest
from orderan.worker import Rounds
from promotions.promoting import a_discount, running, uses

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
TX = ["begin", "commit", "committed"]


def call(name: str) -> list[str]:
    return [f"{name} unsent", f"{name} answered"]


WAYS = {
    # rails and window, offered before, amount, earlier tries, routing, begun; asked; noted
    "charge": [*TX * 6, *call("charge"), *TX],
    # rails and window, amount, earlier tries, clients; the old one is taken back; heard, routed, begun; asked;
    # noted
    "change": [
        *TX * 4, "cancel unsent", *call("look_up") * 2, "cancel answered", *TX * 3, *call("charge"), *TX,
    ],
    # rails and window, offered before, amount, earlier tries, clients; the old one cannot be taken back; heard,
    # routed, begun with the promotion the old one had; asked; noted
    "promoted": [*TX * 5, "cancel unsent", *call("look_up"), *TX * 3, *call("charge"), *TX],
    # client, kept, heard, claimed, clients, whether it may still be paid; asked; noted and booked
    "news": [*TX * 6, *call("look_up"), *TX],
    # begun, client; asked; noted and booked
    "refund": [*TX * 2, *call("refund"), *TX],
}  # fmt: skip
PROMOTED_BEGUN = WAYS["promoted"].index("charge unsent") - 1
"""From where on the new try stands: before, killing it is what killing a change is."""
METHODS = {"charge": "gopay", "change": "va_bca"}


@dataclass
class Street:
    """A shop with one account, whose gateway outlives every process of ours."""

    world: World
    keyring: Keyring
    url: str
    account: UUID
    there: MidtransSimulator
    clock: SetClock
    cashier: Cashier
    refunder: Refunder

    @property
    def floor(self) -> ShopFloor:
        return self.world.floor

    async def order(self) -> UUID:
        [placed] = await place(
            self.world, self.keyring, asked(("kopi", 2), buyer=a_buyer()), now=self.clock.at
        )
        assert isinstance(placed, Placed)
        return placed.order.id

    def child(self, step: str, dies_at: int | None, **of: Any) -> list[str]:
        """Let a process take a step; the way it went until it ended or was killed."""
        orders = {
            "step": step, "dies_at": dies_at, "now": self.clock.at.isoformat(), "url": self.url,
            "key": "0123456789abcdef0123456789abcdef", "shop": 1, "account": str(self.account),
            "method": METHODS.get(step), **of,
        }  # fmt: skip
        done = subprocess.run(
            [sys.executable, str(ROOT / "tests" / "paying" / "payer.py"), json.dumps(orders)],
            env={"PYTHONPATH": str(ROOT / "src")},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == (0 if dies_at is None else -signal.SIGKILL), done.stderr
        way: list[str] = json.loads(done.stdout)
        return way

    async def janitor(self, *, hours: float = 2) -> None:
        """What the clock has done, until nothing near is due."""
        began = self.clock.at
        while self.clock.at < began + timedelta(hours=hours):
            # Minutes matter in the beginning.
            soon = self.clock.at < began + timedelta(minutes=10)
            self.clock.at += timedelta(minutes=1 if soon else 30)
            await self.floor.run(lambda tx: hear_news(tx, now=self.clock.at))
            while await self.cashier.ask_due(self.floor.caller):
                pass
            await self.refunder.ask_due(self.floor.caller)
        await Rounds(self.floor.db, self.clock).shop(self.floor.shop.shop_id)

    def of(self, number: int) -> list[SimCharge]:
        """What the gateway has for an order."""
        return [charge for charge in self.there.book.all() if f"-{number}-" in charge.reference]

    async def books(self, order_id: UUID) -> dict[str, int]:
        rows = await self.floor.all(
            """
            SELECT kind, count(*) AS times, sum(amount_minor)::int AS amount FROM payment_event
            WHERE order_id = %(id)s AND kind IN ('captured', 'capture_reversed', 'refunded', 'refund_reversed')
            GROUP BY kind
            """,
            id=order_id,
        )
        assert all(row.times == 1 for row in rows)
        return {row.kind: row.amount for row in rows}

    async def paid_once(self, order_id: UUID, *, refunded: int = 0) -> None:
        number = await self.floor.value("SELECT number FROM sales_order WHERE id = %(id)s", id=order_id)
        taken = [charge for charge in self.of(number) if charge.paid]
        assert [(charge.paid, charge.refunded) for charge in taken] == [(20_000, refunded)]
        assert await self.books(order_id) == {"captured": 20_000} | (
            {"refunded": refunded} if refunded else {}
        )
        left = [charge for charge in self.of(number) if charge.state is ChargeState.PENDING]
        assert left == []
        assert audit(self.url, now=self.clock.at).findings == []

    async def pay(self, order_id: UUID) -> SimCharge:
        """The buyer pays the one thing they were given last."""
        number = await self.floor.value("SELECT number FROM sales_order WHERE id = %(id)s", id=order_id)
        [charge] = [one for one in self.of(number) if one.state is ChargeState.PENDING]
        self.there.book.pay(charge, charge.amount, now=self.clock.at)
        return charge


@pytest.fixture
async def street(
    floor: ShopFloor, database_url: str, keyring: Keyring, now: datetime
) -> AsyncIterator[Street]:
    clock = SetClock(now)
    there = MidtransSimulator(CREDENTIALS["midtrans"])
    world = await a_shop(floor, now, stock={"kopi": 1_000})
    with ExitStack() as stack:
        address = stack.enter_context(serving(there, clock))
        account = await floor.run(
            lambda tx: open_account(
                tx,
                keyring,
                gateway="midtrans",
                name="Midtrans",
                base_url=address,
                credentials=CREDENTIALS["midtrans"],
                methods=["gopay", "va_bca"],
                now=now,
            )
        )
        async with gateways.Caller() as reach:
            clients = GatewayClients(keyring, clock, reach)
            cashier = Cashier(floor.db, clock, PayLinks("https://toko.test", keyring), clients.of_rail)
            refunder = Refunder(floor.db, clock, clients.of_rail)
            yield Street(world, keyring, database_url, account.id, there, clock, cashier, refunder)


def points(step: str) -> list[int | None]:
    """Points of a step's way, and none: then it goes to its end.

    To die as a transaction begins, or before it commits, is to die after the one before it, or before there
    was anything; only the last commit is tried from both sides.
    """
    way = WAYS[step]
    same = {place for place, point in enumerate(way) if point == "begin"}
    same |= {place for place, point in enumerate(way[:-2]) if point == "commit"}
    return [None, *(place for place in range(len(way)) if place not in same)]


@pytest.mark.parametrize("dies_at", points("charge"))
async def test_a_charge_that_was_cut_short_is_one_payment_in_the_end(
    street: Street, dies_at: int | None
) -> None:
    order = await street.order()

    way = street.child("charge", dies_at, order=str(order))

    assert way == WAYS["charge"][: None if dies_at is None else dies_at + 1]
    await street.janitor(hours=0.05)
    street.child("charge", None, order=str(order))
    await street.pay(order)
    await street.janitor()
    await street.paid_once(order)


@pytest.mark.parametrize("dies_at", points("change"))
async def test_a_change_of_method_that_was_cut_short_is_one_payment_in_the_end(
    street: Street, dies_at: int | None
) -> None:
    order = await street.order()
    street.child("charge", None, order=str(order))

    way = street.child("change", dies_at, order=str(order))

    assert way == WAYS["change"][: None if dies_at is None else dies_at + 1]
    await street.janitor(hours=0.05)
    street.child("change", None, order=str(order))
    await street.pay(order)
    await street.janitor()
    await street.paid_once(order)


@pytest.mark.parametrize(
    "dies_at",
    [None, *(place for place in points("promoted") if place is not None and place >= PROMOTED_BEGUN)],
)
async def test_a_promotion_that_goes_to_another_method_is_kept_once_however_it_was_cut_short(
    street: Street, dies_at: int | None
) -> None:
    order = await street.order()
    terms = a_discount(street.clock.at, banks=(), methods=("gopay", "va_bca"), per_buyer=1, quota=1)
    promotion = str((await running(street.floor, terms, now=street.clock.at)).id)
    street.child("promoted", None, order=str(order), promotion=promotion, method="gopay")
    answer = street.there.answer

    def keeping(request: SimRequest, *, now: datetime) -> SimReply:
        return SimReply(503, b"{}") if request.path.endswith("/cancel") else answer(request, now=now)

    street.there.answer = keeping  # type: ignore[method-assign]
    way = street.child("promoted", dies_at, order=str(order), promotion=promotion, method="va_bca")

    assert way == WAYS["promoted"][: None if dies_at is None else dies_at + 1]
    await street.janitor(hours=0.05)
    street.child("promoted", None, order=str(order), promotion=promotion, method="va_bca")
    newest = max(street.there.book.all(), key=lambda charge: charge.reference)
    assert (newest.method, newest.amount) == ("bank_transfer.bca", 15_000)
    street.there.book.pay(newest, newest.amount, now=street.clock.at)
    await street.janitor()

    assert await street.books(order) == {"captured": 15_000}
    [stands] = await street.floor.all("SELECT money, covered_minor FROM sales_order")
    assert tuple(stands) == ("paid", 5_000)
    assert [use[0] for use in await uses(street.floor)].count("confirmed") == 1
    assert {use[0] for use in await uses(street.floor)} == {"confirmed", "released"}
    assert audit(street.url, now=street.clock.at).findings == []


@pytest.mark.parametrize("dies_at", points("news"))
async def test_news_that_was_cut_short_is_one_payment_in_the_end(street: Street, dies_at: int | None) -> None:
    order = await street.order()
    street.child("charge", None, order=str(order))
    charge = await street.pay(order)
    charge.notify_url = charge.notify_url or "https://toko.test/notices"
    [letter] = street.there.news(charge, now=street.clock.at)

    way = street.child("news", dies_at, letter=letter.body.decode())

    assert way == WAYS["news"][: None if dies_at is None else dies_at + 1]
    await street.janitor()
    await street.paid_once(order)


@pytest.mark.parametrize("dies_at", points("refund"))
async def test_a_refund_that_was_cut_short_is_sent_once_in_the_end(
    street: Street, dies_at: int | None
) -> None:
    order = await street.order()
    street.child("charge", None, order=str(order))
    charge = await street.pay(order)
    await street.janitor(hours=0.2)
    refund = await street.floor.run(
        lambda tx: promise_refund(tx, order, amount_minor=7_000, reason="maaf", now=street.clock.at)
    )

    way = street.child("refund", dies_at, refund=str(refund.id))

    assert way == WAYS["refund"][: None if dies_at is None else dies_at + 1]
    await street.janitor(hours=0.05)
    if not charge.refunds:
        # It died before it was written down: whoever clicked clicks again.
        street.child("refund", None, refund=str(refund.id))
    for one in charge.refunds:
        one.confirmed = True
    await street.janitor(hours=26)
    await street.paid_once(order, refunded=7_000)
