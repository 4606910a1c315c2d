"""A shop that reaches its buyers by accounts of its own: simulated providers, and a real mail server."""

import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2
from httpx2 import AsyncClient

from access.conftest import House
from conftest import ShopFloor
from given import World, a_shop, asked, place
from notifications.telling import a_policy
from orderan.customers import Buyer
from orderan.flows.hear_reach import hear_reach
from orderan.flows.pay_links import PayLinks
from orderan.flows.place_order import Placed
from orderan.flows.reach_clients import ReachClients
from orderan.flows.send_messages import Messenger
from orderan.flows.senders import Senders
from orderan.flows.tell_buyer import teller
from orderan.kit.calling import Caller
from orderan.kit.clock import SetClock
from orderan.kit.crypto import Keyring
from orderan.kit.events import consume, sequence
from orderan.kit.public_network import PublicCaller
from orderan.messaging import Lines
from orderan.notifications import set_policy
from orderan.orders import Order
from orderan.reach import ReachAccount, open_reach
from orderan.sandbox.faults import Weather
from orderan.sandbox.keys import MAIL, MESSENGERS
from orderan.sandbox.messages.mail import MailRoom
from orderan.sandbox.messages.models import MessageState, SimMessage
from orderan.sandbox.messages.ports import MessageSimulator
from orderan.sandbox.messages.post_office import simulators
from orderan.sandbox.models import Letter, SimRequest
from orderan.settings import Settings

PHONE = "+6281234567890"


@dataclass
class Stand:
    """The shop, what is beyond its accounts, and the worker's hands.

    Attributes:
        down: Providers that answer 503.
        strangers: Hosts that are no provider, and what they answer; `went` is what was sent to them.
    """

    world: World
    house: House
    keyring: Keyring
    mail: MailRoom
    providers: dict[str, MessageSimulator]
    messenger: Messenger
    clients: ReachClients
    links: PayLinks
    web: AsyncClient
    accounts: dict[str, ReachAccount] = field(default_factory=dict)
    down: set[str] = field(default_factory=set)
    strangers: dict[str, int] = field(default_factory=dict)
    went: list[httpx2.Request] = field(default_factory=list)

    @property
    def floor(self) -> ShopFloor:
        return self.world.floor

    @property
    def clock(self) -> SetClock:
        return self.house.clock

    async def open(self, provider: str, **fields: str) -> ReachAccount:
        told: Mapping[str, str] = MESSENGERS.get(provider, {})
        if provider == "smtp":
            told = {**MAIL, "port": str(self.mail.port)}
        account: ReachAccount = await self.floor.run(
            lambda tx: open_reach(
                tx,
                self.keyring,
                provider=provider,
                name=f"{provider} {len(self.accounts)}",
                base_url=f"https://{provider.replace('_', '-')}.test",
                fields={**told, **fields},
                now=self.clock.at,
            )
        )
        self.accounts[provider] = account
        if provider in self.providers:
            self.providers[provider].registered_at(self.links.reach_news(1, account.id))
        return account

    async def order(self, *, email: str | None = "ani@contoh.test", phone: str = PHONE) -> Order:
        buyer = Buyer("Ani Lestari", phone, email, None)
        [placed] = await place(self.world, self.keyring, asked(("kopi", 1), buyer=buyer), now=self.clock.at)
        assert isinstance(placed, Placed)
        return placed.order

    async def follow(self) -> None:
        while await self.floor.run(sequence):
            pass
        consumer = teller(self.clock)
        while await self.floor.run(lambda tx: consume(tx, consumer)):
            pass

    async def tell(self, *channels: str) -> None:
        """Follow the facts and send what is due."""
        await self.follow()
        for channel in channels:
            while await self.messenger.send_due(self.floor.caller, channel):
                pass

    def on_phone(self, provider: str = "whatsapp") -> list[SimMessage]:
        return [one for one in self.providers[provider].tray.all() if not one.theirs]

    def step(self, message: SimMessage, state: MessageState, *, error: str | None = None) -> list[Letter]:
        """Bring a message further; what its provider writes of it."""
        provider = self.providers[message.provider]
        assert provider.tray.move(message, state, now=self.clock.at, error=error)
        return provider.news(message, now=self.clock.at)

    async def deliver(self, *letters: Letter, headers: Mapping[str, str] | None = None) -> list[int]:
        """Letters reach us; what we answered."""
        answers = []
        for letter in letters:
            url = urlsplit(letter.url)
            path = f"{url.path}?{url.query}" if url.query else url.path
            answer = await self.web.post(
                path, content=letter.body, headers={**letter.headers, **(headers or {})}
            )
            answers.append(answer.status_code)
        return answers

    async def hear(self) -> int:
        heard: int = await self.floor.run(lambda tx: hear_reach(tx, self.keyring, now=self.clock.at))
        return heard

    async def deliveries(self) -> list[tuple[str, str, str | None]]:
        """Channel, state and reason of every try that was begun, oldest first."""
        rows = await self.floor.all(
            "SELECT channel, state, reason FROM delivery WHERE state <> 'queued' ORDER BY made_at, id"
        )
        return [(row.channel, row.state, row.reason) for row in rows]

    async def letters(self) -> list[tuple[str, int, bool]]:
        rows = await self.floor.all("SELECT * FROM reach_news ORDER BY received_at, id")
        return [(row.verdict, row.times, row.heard_at is not None) for row in rows]

    def later(self, wait: timedelta) -> None:
        self.clock.at += wait


@asynccontextmanager
async def a_stand(
    floor: ShopFloor,
    keyring: Keyring,
    house: House,
    now: datetime,
    *channels: str,
    world: World | None = None,
) -> AsyncIterator[Stand]:
    """Tell by these channels, of what happens from now on."""
    world = world or await a_shop(floor, now, stock={"kopi": 5})
    while await floor.run(sequence):
        pass
    await floor.run(lambda tx: set_policy(tx, a_policy(*channels), now=now))
    mail = MailRoom(house.clock.now, Weather())
    await mail.open(socket.create_server(("127.0.0.1", 0)))
    providers, down = simulators(), set[str]()
    strangers: dict[str, int] = {}
    went: list[httpx2.Request] = []

    async def answer(request: httpx2.Request) -> httpx2.Response:
        url = urlsplit(str(request.url))
        if url.hostname in strangers:
            went.append(request)
            return httpx2.Response(strangers[url.hostname])
        name = str(url.hostname).removesuffix(".test").replace("-", "_")
        if name in down:
            return httpx2.Response(503)
        asked_of = SimRequest(
            request.method,
            url.path.rstrip("/"),
            {key.lower(): value for key, value in request.headers.items()},
            await request.aread(),
            dict(parse_qsl(url.query, keep_blank_values=True)),
        )
        reply = providers[name].answer(asked_of, now=house.clock.at)
        return httpx2.Response(reply.status, headers=dict(reply.headers), content=reply.body)

    transport = httpx2.MockTransport(answer)
    lines = Lines(Caller(transport=transport), PublicCaller(transport=transport))
    links = PayLinks(Settings.from_environment({}).web.address, keyring)
    clients = ReachClients(keyring, house.clock, lines)
    senders = Senders(clients, links, house.clock)
    messenger = Messenger(floor.db, house.clock, keyring, links, senders.of)
    try:
        async with house.browser() as web:
            yield Stand(
                world,
                house,
                keyring,
                mail,
                providers,
                messenger,
                clients,
                links,
                web,
                down=down,
                strangers=strangers,
                went=went,
            )
    finally:
        await lines.close()
        await mail.close()


async def spent(stand: Stand) -> Any:
    return await stand.floor.value("SELECT sum(cost_minor) FROM delivery")
