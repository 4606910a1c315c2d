"""A shop that asks its buyers by its own accounts, and the simulated providers it asks them by."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import httpx2

from conftest import ShopFloor
from given import World, a_buyer, asked, place
from orderan.flows.answer_call import answer_call
from orderan.flows.ask_buyer import Askers
from orderan.flows.ask_on_the_day import DayAsker
from orderan.flows.ask_why import WhyAsker
from orderan.flows.hear_calls import CallWatch
from orderan.flows.hear_reach import hear_reach
from orderan.flows.hear_words import hear_fates, hear_words
from orderan.flows.pay_links import PayLinks
from orderan.flows.place_order import Placed
from orderan.flows.reach_clients import ReachClient, ReachClients
from orderan.flows.reach_news import Came, check
from orderan.flows.verify_order import Verifier
from orderan.kit.calling import Caller
from orderan.kit.clock import SetClock
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.ids import from_text
from orderan.kit.public_network import PublicCaller
from orderan.messaging import Lines
from orderan.orders import Order, Terms, orders_by_id
from orderan.reach import PREFIX, keep_letters, open_reach
from orderan.sandbox.faults import Window
from orderan.sandbox.keys import MESSENGERS, Cabinet
from orderan.sandbox.messages.models import MessageState, SimMessage
from orderan.sandbox.messages.ports import MessageSimulator
from orderan.sandbox.messages.post_office import simulators
from orderan.sandbox.models import Letter, SimRequest
from orderan.sandbox.phones.exchange import Exchange
from orderan.sandbox.phones.faults import PhoneFaults
from orderan.sandbox.phones.models import SimCall
from orderan.sandbox.phones.trunk import Trunk
from orderan.telephony import NewsForged, Received
from orderan.verification import Attempt, Policy, Step, attempts_of, keep_policy

HOME = "https://toko.test"
PHONE = "+6281234567890"
CALLS = ("exotel", "twilio", "vonage")


@cache
def _telephones() -> dict[str, dict[str, str]]:
    with TemporaryDirectory() as folder:
        return {name: dict(one) for name, one in Cabinet(Path(folder) / "keys.json").telephones().items()}


@dataclass
class Registry:
    """Where the flow of Exotel asks, as its pages keep it."""

    asks: str = ""

    def address(self, name: str) -> str | None:
        return self.asks if name == "exotel" else None


@dataclass
class Office:
    """A shop that asks its COD buyers by accounts, and the world it asks in.

    Attributes:
        lost: Whether news of the providers does not reach the shop.
        doubled: Whether a provider that asks does not hear us at first, and asks again word for word.
        refused: How many requests the shop did not believe.
    """

    world: World
    keyring: Keyring
    clock: SetClock
    registry: Registry = field(default_factory=Registry)
    lost: bool = False
    doubled: bool = False
    refused: int = 0
    came: list[Letter] = field(default_factory=list)

    def __post_init__(self) -> None:
        carriers = {
            name: getattr(import_module(f"orderan.sandbox.phones.{name}"), f"{name.title()}Simulator")(fields)
            for name, fields in _telephones().items()
        }
        shop = httpx2.AsyncClient(transport=httpx2.MockTransport(self._shop))
        self.exchange = Exchange(carriers, self.clock.now, self.registry, Trunk(shop))
        self.messages = simulators()
        self.links = PayLinks(HOME, self.keyring)
        lines = Lines(Caller(transport=httpx2.MockTransport(self._provider)), PublicCaller())
        self.clients = ReachClients(self.keyring, self.clock, lines)
        self.askers = Askers(self.floor.db, self.clock, self.keyring, self.links, self.clients)
        self.watch = CallWatch(self.floor.db, self.clock, self.keyring, self.clients)

    @property
    def floor(self) -> ShopFloor:
        return self.world.floor

    async def opens(self, provider: str) -> UUID:
        """Open an account of the shop's at a simulated provider."""
        fields = _telephones().get(provider) or MESSENGERS[provider]
        given = dict(fields) | (
            {"caller_id": "+622150001234", "unit_cost": "900"} if provider in CALLS else {}
        )
        account = await self.floor.run(
            lambda tx: open_reach(
                tx,
                self.keyring,
                provider=provider,
                name=provider,
                base_url=f"https://{provider.replace('_', '-')}.test",
                fields=given,
                now=self.clock.at,
            )
        )
        self.clients.forget()
        shop_id = self.floor.shop.shop_id
        if provider == "exotel":
            self.registry.asks = self.links.reach_asks(shop_id, account.id) + f"?token={given['hook_token']}"
        if provider in self.messages:
            self.messages[provider].registered_at(self.links.reach_news(shop_id, account.id))
        found: UUID = account.id
        return found

    async def asks_by(self, *steps: Step, **others: Any) -> None:
        policy = Policy(steps=steps, **{"deadline_hours": 24} | others)
        await self.floor.run(lambda tx: keep_policy(tx, policy, expected=1, now=self.clock.at))

    async def order(self, phone: str = PHONE) -> Order:
        buyer = replace(a_buyer(), phone=phone)
        [placed] = await place(
            self.world, self.keyring, asked(("kopi", 2), buyer=buyer, terms=Terms.COD), now=self.clock.at
        )
        assert isinstance(placed, Placed)
        return await self.stands(placed.order.id)

    async def stands(self, order_id: UUID) -> Order:
        found: dict[UUID, Order] = await self.floor.run(lambda tx: orders_by_id(tx, [order_id]))
        return found[order_id]

    async def attempts(self, order_id: UUID) -> list[Attempt]:
        found: list[Attempt] = await self.floor.run(lambda tx: attempts_of(tx, order_id))
        return found

    async def works(self, **later: float) -> None:
        """What the worker does, until nothing is due."""
        self.clock.at += timedelta(**later)
        for _ in range(10):
            ways = await self.floor.run(self.askers.of)
            done = await Verifier(self.floor.db, self.clock, ways).work_due(self.floor.caller)
            today = DayAsker(self.floor.db, self.clock, ways)
            done += await today.look_ahead(self.floor.caller) + await today.work_due(self.floor.caller)
            await self.exchange.settle()
            done += await self.watch.hear(self.floor.caller) + await self.watch.look_up(self.floor.caller)
            done += await self.floor.run(self._hears)
            done += await self.asks_why().work_due(self.floor.caller)
            if not done:
                return

    def asks_why(self) -> WhyAsker:
        return WhyAsker(self.floor.db, self.clock, self.keyring, self.clients)

    async def _hears(self, tx: Tx) -> int:
        async def answers(tx: Tx, replies: Any, now: datetime) -> None:
            await hear_words(tx, self.keyring, replies, now=now)

        return await hear_reach(tx, self.keyring, now=self.clock.at, answers=[answers], fates=[hear_fates])

    def ringing(self) -> SimCall:
        return self.exchange.calls()[0]

    def spoil(self, provider: str, faults: PhoneFaults) -> None:
        self.exchange.weather.set(Window(provider, faults))

    async def writes(self, letters: list[Letter]) -> list[int]:
        """A provider of messages writes to us; returns what we answered."""
        answers = []
        for letter in letters:
            headers = {name.lower(): value for name, value in letter.headers.items()}
            answers.append(await self._takes(Came("POST", letter.url, headers, letter.body)))
        return answers

    def written(
        self, provider: str, text: str, *, to: SimMessage | None = None, tapped: str | None = None
    ) -> list[Letter]:
        """What a provider writes when its person taps a button, or types something."""
        simulator: MessageSimulator = self.messages[provider]
        message = SimMessage(
            provider,
            f"in.{simulator.tray.next_number()}",
            PHONE,
            text,
            self.clock.at,
            theirs=True,
            state=MessageState.DELIVERED,
            answered=tapped,
        )
        return simulator.written(message, to=to)

    async def _provider(self, request: httpx2.Request) -> httpx2.Response:
        url = urlsplit(str(request.url))
        name = (url.hostname or "").removesuffix(".test").replace("-", "_")
        told = SimRequest(
            request.method,
            url.path,
            {key.lower(): value for key, value in request.headers.items()},
            await request.aread(),
            dict(parse_qsl(url.query, keep_blank_values=True)),
        )
        if name in self.messages:
            reply = self.messages[name].answer(told, now=self.clock.at)
        else:
            reply = await self.exchange.answer(name, told)
        return httpx2.Response(reply.status, headers=dict(reply.headers), content=reply.body)

    async def _shop(self, request: httpx2.Request) -> httpx2.Response:
        came = Came(
            request.method,
            str(request.url),
            {key.lower(): value for key, value in request.headers.items()},
            await request.aread(),
        )
        client = await self._client(came)
        if urlsplit(came.url).path.startswith("/news/"):
            return httpx2.Response(await self._takes(came))
        try:
            received = Received(came.method, came.url, came.headers, came.body)
            spoken = await answer_call(self.floor.db, self.floor.caller, client, received, self.clock)
            if self.doubled:
                spoken = await answer_call(self.floor.db, self.floor.caller, client, received, self.clock)
        except NewsForged:
            self.refused += 1
            return httpx2.Response(403)
        return httpx2.Response(
            spoken.status, headers={"content-type": spoken.media_type}, content=spoken.body
        )

    async def _takes(self, came: Came) -> int:
        if self.lost:
            return 200
        client = await self._client(came)
        letter, answer = check(client, self.floor.shop.shop_id, came)
        await self.floor.run(lambda tx: keep_letters(tx, [letter], now=self.clock.at))
        if answer is None:
            self.refused += 1
            return 403
        return answer.status

    async def _client(self, came: Came) -> ReachClient:
        named = from_text(PREFIX, urlsplit(came.url).path.rpartition("/")[2])
        client: ReachClient = await self.floor.run(lambda tx: self.clients.of_account(tx, named))
        return client
