"""The whole way: an order, our client, a Midtrans that answers, its news, and the money in the ledger."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from conftest import ShopFloor
from flows.paying import Till, a_till
from gateways.simulated import delivered, opened
from orderan.flows.execute_refund import Refunder
from orderan.flows.pay_links import PayLinks
from orderan.flows.pay_online import Cashier
from orderan.flows.refund_order import promise_refund
from orderan.flows.views_settling import standing_of_attempts
from orderan.gateways import Gateway
from orderan.gateways.midtrans import wire
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.payments import Attempt, Rail, account_behind, attempts_named, open_account, rails
from orderan.sandbox.gateways.midtrans import MidtransSimulator
from orderan.sandbox.models import ChargeState, SimCharge, SimRequest
from orderan.settlements import Known, judge
from orderan.settlements.rules import still_to_settle

pytestmark = pytest.mark.anyio

CREDENTIALS = {"server_key": "SB-Mid-server-TESTKEY", "merchant_id": "G-101"}


@dataclass
class Way:
    """An order, and an account at a Midtrans that carries one method."""

    till: Till
    there: MidtransSimulator
    cashier: Cashier
    refunder: Refunder
    clients: dict[str, Any]
    account: UUID

    async def paid_by_card(self) -> tuple[Attempt, SimCharge]:
        """A card was typed on Snap's page, captured, and heard of."""
        floor = self.till.floor
        page = await self.cashier.charge(floor.caller, self.till.order.id, "card")
        charge = self.there.pick(str(page.gateway_id).removeprefix("snap:"), now=self.till.clock.at)
        self.there.book.pay(charge, 20_000, now=self.till.clock.at)
        return await self.cashier.ask(floor.caller, page), charge

    async def entries(self) -> list[str]:
        rows = await self.till.floor.all("SELECT reason FROM exception_entry WHERE state = 'open'")
        return [row.reason for row in rows]


async def a_way(floor: ShopFloor, keyring: Keyring, now: datetime, method: str) -> Way:
    till = await a_till(floor, keyring, now)
    there = MidtransSimulator(CREDENTIALS)
    account = await floor.run(
        lambda tx: open_account(
            tx,
            keyring,
            gateway="midtrans",
            name="Midtrans",
            base_url="https://gateway.test",
            credentials=CREDENTIALS,
            methods=[method],
            now=now,
        )
    )
    clients: dict[str, Any] = {}

    async def open_rail(tx: Tx, rail: Rail) -> Gateway:
        secrets = (await account_behind(tx, keyring, rail.account_id)).credentials
        if "midtrans" not in clients:
            clients["midtrans"], _ = opened(there, secrets, till.clock)
        gateway: Gateway = clients["midtrans"]
        return gateway

    cashier = Cashier(floor.db, till.clock, PayLinks("https://toko.test", keyring), open_rail)
    return Way(till, there, cashier, Refunder(floor.db, till.clock, open_rail), clients, account.id)


async def test_a_card_that_is_voided_for_its_refund_is_paid_back_in_every_book(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    """Midtrans calls it cancelled then, as it calls a card nobody paid: to us it is a payment that went back."""
    way = await a_way(floor, keyring, now, "card")
    attempt, charge = await way.paid_by_card()
    assert attempt.state == "paid"
    refund = await floor.run(
        lambda tx: promise_refund(tx, way.till.order.id, amount_minor=20_000, reason="batal", now=now)
    )

    [sent] = await way.refunder.send(floor.caller, refund.id)
    after = await way.cashier.ask(floor.caller, attempt)

    assert (sent.state, charge.state, after.state) == ("done", ChargeState.CANCELLED, "refunded")
    row = await way.till.row()
    assert (row.money, row.paid_minor, row.refunded_minor) == ("refunded", 20_000, 20_000)
    assert await way.entries() == []
    [stands] = await floor.run(lambda tx: standing_of_attempts(tx, [attempt.id], zone="Asia/Jakarta"))
    known = Known(
        attempt.id,
        attempt.order_id,
        attempt.reference,
        "IDR",
        stands.captured,
        stands.returned,
        True,
        True,
        None,
    )
    # It never settles: no settlement is missed.
    assert (judge(known, []), still_to_settle(known, [])) == ([], 0)


async def test_a_card_that_somebody_voids_at_midtrans_is_told(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    way = await a_way(floor, keyring, now, "card")
    attempt, charge = await way.paid_by_card()
    way.there.answer(
        SimRequest("POST", f"/v2/{charge.id}/cancel", wire.headers(CREDENTIALS["server_key"]), b"{}"), now=now
    )
    assert charge.state is ChargeState.CANCELLED

    assert (await way.cashier.ask(floor.caller, attempt)).state == "refunded"
    assert await way.entries() == ["refunded_elsewhere"]


async def test_an_order_is_paid_through_midtrans_and_its_news_is_only_a_hint(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    way = await a_way(floor, keyring, now, "qris")
    till, there, cashier, clients = way.till, way.there, way.cashier, way.clients
    assert CREDENTIALS["server_key"].encode() not in await floor.value(
        "SELECT secrets FROM gateway_account WHERE id = %(id)s", id=way.account
    )
    assert [rail.method for rail in await floor.run(rails)] == ["qris", "va_bca", "va_bca"]

    attempt = await cashier.charge(floor.caller, till.order.id, "qris")
    assert attempt.state == "offered"
    assert attempt.instrument is not None
    assert attempt.instrument["qr"].startswith("000201")
    assert attempt.expires_at == now + timedelta(minutes=15)

    charge = there.book.find(attempt.reference)
    assert charge is not None
    there.book.pay(charge, 20_000, now=till.clock.at)
    notices = [clients["midtrans"].read_notice(delivered(one)) for one in there.news(charge, now=now)]
    named = await floor.run(lambda tx: attempts_named(tx, [str(one.reference) for one in notices]))
    for notice in (*notices, *notices):
        await cashier.ask(floor.caller, named[str(notice.reference)])

    row = await till.row()
    assert (row.commercial, row.money, row.paid_minor) == ("accepted", "paid", 20_000)
    assert [kind for kind, _ in await till.ledger()] == ["pending", "pending_cleared", "captured"]
