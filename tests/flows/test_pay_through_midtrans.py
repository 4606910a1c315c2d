"""The whole way: an order, our client, a Midtrans that answers, its news, and the money in the ledger."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from conftest import ShopFloor
from flows.paying import a_till
from gateways.simulated import delivered, opened
from orderan.flows.pay_links import PayLinks
from orderan.flows.pay_online import Cashier
from orderan.gateways import Gateway
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.payments import Rail, account_behind, attempts_named, open_account, rails
from orderan.sandbox.gateways.midtrans import MidtransSimulator

pytestmark = pytest.mark.anyio

CREDENTIALS = {"server_key": "SB-Mid-server-TESTKEY", "merchant_id": "G-101"}


async def test_an_order_is_paid_through_midtrans_and_its_news_is_only_a_hint(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
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
            methods=["qris"],
            now=now,
        )
    )
    assert CREDENTIALS["server_key"].encode() not in await floor.value(
        "SELECT secrets FROM gateway_account WHERE id = %(id)s", id=account.id
    )
    clients: dict[str, Any] = {}

    async def open_rail(tx: Tx, rail: Rail) -> Gateway:
        secrets = (await account_behind(tx, keyring, rail.account_id)).credentials
        if "midtrans" not in clients:
            clients["midtrans"], _ = opened(there, secrets, till.clock)
        gateway: Gateway = clients["midtrans"]
        return gateway

    cashier = Cashier(floor.db, till.clock, PayLinks("https://toko.test", keyring), open_rail)
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
