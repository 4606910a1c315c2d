"""A process that takes one step of paying and can be killed anywhere in it: `python payer.py` with its orders as JSON.

It counts its way: every transaction that begins, is about to commit and has committed, and every call to a
gateway before and after. At the point it was told to die at it kills itself as the kernel would.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from orderan import gateways
from orderan.flows.execute_refund import Refunder
from orderan.flows.gateway_clients import GatewayClients
from orderan.flows.gateway_news import check, hear_news
from orderan.flows.pay_links import PayLinks
from orderan.flows.pay_online import Cashier, Wanted
from orderan.gateways import Received
from orderan.gateways.midtrans.client import Midtrans
from orderan.kit.clock import SetClock
from orderan.kit.crypto import Keyring
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.errors import Refusal
from orderan.payments import keep_notices

way: list[str] = []


def at(point: str, *, dies_at: int | None) -> None:
    way.append(point)
    if len(way) - 1 == dies_at:
        print(json.dumps(way), flush=True)
        os.kill(os.getpid(), signal.SIGKILL)


def watched(dies_at: int | None) -> None:
    """Put the points in."""
    begin = Database.transaction

    @asynccontextmanager
    async def transaction(self: Database, caller: Caller) -> AsyncIterator[Tx]:
        at("begin", dies_at=dies_at)
        async with begin(self, caller) as tx:
            yield tx
            at("commit", dies_at=dies_at)
        at("committed", dies_at=dies_at)

    Database.transaction = transaction  # type: ignore[method-assign]
    for name in ("charge", "look_up", "cancel", "refund"):
        setattr(Midtrans, name, _called(getattr(Midtrans, name), name, dies_at))


def _called(call: Any, name: str, dies_at: int | None) -> Any:
    async def calling(self: Midtrans, *args: Any, **named: Any) -> Any:
        at(f"{name} unsent", dies_at=dies_at)
        answer = await call(self, *args, **named)
        at(f"{name} answered", dies_at=dies_at)
        return answer

    return calling


async def step(orders: dict[str, Any]) -> None:
    clock = SetClock(datetime.fromisoformat(orders["now"]))
    keyring = Keyring(orders["key"].encode())
    caller = Caller(orders["shop"], "system:test")
    db = Database(orders["url"], min_size=1, max_size=2)
    await db.open()
    async with gateways.Caller() as reach:
        clients = GatewayClients(keyring, clock, reach)
        cashier = Cashier(db, clock, PayLinks("https://toko.test", keyring), clients.of_rail)
        watched(orders["dies_at"])
        match orders["step"]:
            case "charge" | "change":
                anew = orders["step"] == "change"
                await cashier.charge(caller, UUID(orders["order"]), orders["method"], anew=anew)
            case "promoted":
                wish = Wanted(UUID(orders["promotion"]), shown_minor=5_000)
                await cashier.charge(caller, UUID(orders["order"]), orders["method"], wish=wish)
            case "news":
                account = UUID(orders["account"])
                gateway = await db.run(caller, lambda tx: clients.of_account(tx, account))
                received = Received("/notices", {}, orders["letter"].encode())
                kept = check(gateway, account, received)[0]
                await db.run(caller, lambda tx: keep_notices(tx, [kept], now=clock.at))
                await db.run(caller, lambda tx: hear_news(tx, now=clock.at))
                await cashier.ask_due(caller)
            case "refund":
                await Refunder(db, clock, clients.of_rail).send(caller, UUID(orders["refund"]))
    await db.close()


def main() -> None:
    try:
        asyncio.run(step(json.loads(sys.argv[1])))
    except Refusal as refusal:
        way.append(f"refused {refusal.code}")
    print(json.dumps(way), flush=True)


if __name__ == "__main__":
    main()
