"""An order, an account at a Midtrans on this machine, and the whole application before them."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from httpx2 import AsyncClient

from access.conftest import House, hire, house, password_hash, send
from conftest import ShopFloor
from gateways.simulated import serving
from given import World, a_buyer, a_shop, asked, place
from orderan import gateways
from orderan.flows.gateway_clients import GatewayClients
from orderan.flows.gateway_news import hear_news
from orderan.flows.pay_links import PayLinks
from orderan.flows.pay_online import Cashier
from orderan.flows.place_order import Placed
from orderan.kit.clock import SetClock
from orderan.kit.crypto import Keyring
from orderan.kit.ids import to_text
from orderan.orders import Order
from orderan.payments import GatewayAccount, open_account
from orderan.sandbox.gateways.midtrans import MidtransSimulator
from orderan.sandbox.models import Letter, SimCharge

__all__ = ["hire", "house", "password_hash"]

CREDENTIALS = {"server_key": "SB-Mid-server-TESTKEY", "merchant_id": "G-101"}
METHODS = ["va_bca", "va_mandiri", "qris", "gopay", "alfamart", "card"]


@dataclass
class Counter:
    """A shop with an order of 20,000 that waits, its gateway, and a buyer's browser."""

    world: World
    order: Order
    account: GatewayAccount
    there: MidtransSimulator
    house: House
    buyer: AsyncClient
    cashier: Cashier
    links: PayLinks
    began_at: datetime

    @property
    def floor(self) -> ShopFloor:
        return self.world.floor

    @property
    def clock(self) -> SetClock:
        return self.house.clock

    @property
    def page(self) -> str:
        """The address of the order's pay page, without the host."""
        return f"/pay/{self.links.ticket(1, self.order.id, now=self.began_at)}"

    @property
    def notices(self) -> str:
        return f"/notices/1/{to_text('gwa', self.account.id)}"

    async def choose(self, method: str, **more: str) -> Any:
        return await send(self.buyer, self.page, {"method": method, **more}, page=self.page)

    def charged(self) -> SimCharge:
        """The newest charge at the gateway."""
        return self.there.book.all()[0]

    async def deliver(self, letter: Letter, **headers: str) -> Any:
        return await self.buyer.post(self.notices, content=letter.body, headers={**letter.headers, **headers})

    async def work(self) -> int:
        """What the worker does with gateways, once."""
        heard, _ = await self.floor.run(lambda tx: hear_news(tx, now=self.clock.at))
        return int(heard) + await self.cashier.ask_due(self.floor.caller)

    async def row(self) -> Any:
        [row] = await self.floor.all("SELECT * FROM sales_order WHERE id = %(id)s", id=self.order.id)
        return row

    async def kept(self) -> list[tuple[str, int, bool, UUID | None]]:
        rows = await self.floor.all("SELECT * FROM gateway_notice ORDER BY received_at, id")
        return [(row.verdict, row.times, row.heard_at is not None, row.attempt_id) for row in rows]


@pytest.fixture
def midtrans() -> MidtransSimulator:
    return MidtransSimulator(CREDENTIALS)


@pytest.fixture
def midtrans_address(midtrans: MidtransSimulator, house: House) -> Iterator[str]:
    with serving(midtrans, house.clock) as address:
        yield address


@pytest.fixture
async def counter(
    floor: ShopFloor,
    keyring: Keyring,
    house: House,
    midtrans: MidtransSimulator,
    midtrans_address: str,
    now: datetime,
) -> AsyncIterator[Counter]:
    world = await a_shop(floor, now, stock={"kopi": 5})
    [placed] = await place(world, keyring, asked(("kopi", 2), buyer=a_buyer()), now=now)
    assert isinstance(placed, Placed)
    account = await floor.run(
        lambda tx: open_account(
            tx,
            keyring,
            gateway="midtrans",
            name="Midtrans",
            base_url=midtrans_address,
            credentials=CREDENTIALS,
            methods=METHODS,
            now=now,
        )
    )
    links = PayLinks("https://toko.test", keyring)
    async with gateways.Caller() as reach, house.browser() as buyer:
        clients = GatewayClients(keyring, house.clock, reach)
        cashier = Cashier(floor.db, house.clock, links, clients.of_rail)
        yield Counter(world, placed.order, account, midtrans, house, buyer, cashier, links, now)


async def only_at_duitku(counter: Counter, keyring: Keyring) -> None:
    """From now on QRIS is all there is, through a gateway that takes no less than 10,000."""
    await counter.floor.run(lambda tx: tx.run("UPDATE rail SET state = 'paused'"))
    await counter.floor.run(
        lambda tx: open_account(
            tx, keyring, gateway="duitku", name="Duitku", base_url="http://127.0.0.1:1",
            credentials={"merchant_code": "D1", "api_key": "k"}, methods=["qris"], now=counter.clock.at,
        )
    )  # fmt: skip
