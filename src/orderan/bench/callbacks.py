"""The providers a shop asks its buyers by, played in this process, and the shop's own application that they call.

Whatever a provider asks or writes goes over HTTP, without a socket, to the routes of the application: `/asks` and
`/news`. On the way some is lost before the shop or behind it, some comes twice, and strangers write too.
"""

import asyncio
import random
import re
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, cast
from urllib.parse import parse_qs, parse_qsl, urlsplit
from uuid import UUID

import httpx2
from litestar import Litestar

from orderan import app as web
from orderan.bench.ground import Ground, keyring
from orderan.flows.ask_buyer import Askers
from orderan.flows.hear_calls import CallWatch
from orderan.flows.hear_reach import hear_reach
from orderan.flows.hear_words import hear_fates, hear_words
from orderan.flows.pay_links import PayLinks
from orderan.flows.reach_clients import ReachClients
from orderan.flows.verify_order import Verifier
from orderan.kit.calling import Caller as PartnerCaller
from orderan.kit.clock import Clock
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.public_network import PublicCaller
from orderan.messaging import Lines
from orderan.reach import open_reach
from orderan.sandbox.faults import Window
from orderan.sandbox.keys import MESSENGERS, Cabinet
from orderan.sandbox.messages.models import SimMessage
from orderan.sandbox.messages.whatsapp import WhatsappSimulator
from orderan.sandbox.models import Letter, SimReply, SimRequest
from orderan.sandbox.phones.exchange import Exchange
from orderan.sandbox.phones.faults import PhoneFaults
from orderan.sandbox.phones.models import Ask, SimCall, Told
from orderan.sandbox.phones.trunk import Trunk
from orderan.settings import Settings

VOICES: Final = ("twilio", "vonage", "exotel")
WHATSAPP: Final = "whatsapp"
WORKERS: Final = 2
LOST, DOUBLED, FORGED = 0.1, 0.2, 0.05
"""Shares of what goes over the wire."""
BUSY: Final = 0.5
"""Of calls the first two providers of calls take no more of, so that the next one is asked."""
FORBIDDEN: Final = 403


@dataclass
class Saying:
    """Keys somebody presses just now, and who is to know what came of them."""

    keys: str
    other: str
    taken: Callable[[], None]
    believed: Callable[[], None]


SAYING: Final[ContextVar[Saying | None]] = ContextVar("saying", default=None)


@dataclass
class Wire(Trunk):
    """Carries what providers of calls ask us, and loses, repeats and forges some of it.

    Attributes:
        chance: None lets everything through.
    """

    chance: random.Random = field(default_factory=random.Random)

    async def ask(self, question: Ask) -> Told:
        said = SAYING.get()
        if said is not None and self.chance.random() < FORGED:
            stranger = await super().ask(tampered(question, said.keys, said.other))
            if stranger.status != FORBIDDEN:
                said.believed()
        if self.chance.random() < LOST / 2:
            return _NOTHING
        told = await super().ask(question)
        if said is not None and told.status in {200, 302}:
            said.taken()
        if self.chance.random() < DOUBLED:
            told = await super().ask(question)
        return _NOTHING if self.chance.random() < LOST / 2 else told


_NOTHING: Final = Told(0, "", b"")


def tampered(question: Ask, keys: str, other: str) -> Ask:
    """What a stranger sends who has seen a question: another key, under the signature of the first, or a guess."""
    body = question.body
    for form in ("Digits={}", '"digits": "{}"'):
        body = body.replace(form.format(keys).encode(), form.format(other).encode())
    url = re.sub(r"token=[^&]+", "token=guessed", question.url)
    return replace(question, url=url.replace(f"digits=%22{keys}%22", f"digits=%22{other}%22"), body=body)


@dataclass
class Town:
    """One shop with its accounts, the providers behind them, and whoever works for it.

    Attributes:
        shop: Where the application is called.
    """

    caller: Caller
    db: Database
    clock: Clock
    exchange: Exchange
    whatsapp: WhatsappSimulator
    shop: httpx2.AsyncClient
    askers: Askers
    watch: CallWatch
    _calls: dict[str, int] = field(default_factory=dict)
    _messages: int = 0

    async def asks(self) -> None:
        """Everything that is due is asked, by two workers at once."""
        ways = await self.db.run(self.caller, self.askers.of)
        workers = [Verifier(self.db, self.clock, ways) for _ in range(WORKERS)]
        while any(await asyncio.gather(*(one.work_due(self.caller) for one in workers))):
            pass
        await self.exchange.settle()

    async def hears(self) -> None:
        """Everything that was written to the shop is heard."""
        while await self.db.run(self.caller, self._hear) + await self.watch.hear(self.caller):
            pass
        await self.watch.look_up(self.caller)

    async def posted(self, letter: Letter) -> int:
        """Write to the shop; returns what it answered."""
        answer = await self.shop.post(letter.url, headers=dict(letter.headers), content=letter.body)
        return answer.status_code

    def rang(self) -> list[tuple[UUID, SimCall]]:
        """Calls that were placed since this was asked last, each with the attempt it is of."""
        found = []
        for name, carrier in self.exchange.carriers.items():
            fresh = len(carrier.book) - self._calls.get(name, 0)
            # The newest stand in front.
            found += [(_attempt_of(call), call) for call in carrier.book.all()[:fresh]]
            self._calls[name] = len(carrier.book)
        return found

    def wrote(self) -> list[SimMessage]:
        """Messages the shop sent since this was asked last."""
        made = self.whatsapp.tray.all()
        fresh, self._messages = made[self._messages :], len(made)
        return [one for one in fresh if not one.theirs]

    async def _hear(self, tx: Tx) -> int:
        async def answers(tx: Tx, replies: Sequence[Any], now: datetime) -> None:
            await hear_words(tx, keyring(), replies, now=now)

        return await hear_reach(tx, keyring(), now=self.clock.now(), answers=[answers], fates=[hear_fates])


def _attempt_of(call: SimCall) -> UUID:
    named = call.extra.get("custom") or parse_qs(urlsplit(call.ask_url).query)["reference"][0]
    return UUID(named)


@asynccontextmanager
async def town(ground: Ground, db: Database, clock: Clock, chance: random.Random) -> AsyncIterator[Town]:
    """A shop that has accounts at every provider, with its application under way."""
    plain = Settings.from_environment({})
    settings = replace(plain, database=replace(plain.database, url=ground.url))
    built = web.build(settings, keyring(), clock)
    links = PayLinks(settings.web.address, keyring())
    with TemporaryDirectory() as folder:
        cabinet = Cabinet(Path(folder) / "sandbox.json")
        shop = httpx2.AsyncClient(transport=httpx2.ASGITransport(cast("Any", built)))
        exchange = Exchange(cabinet.carriers(), clock.now, cabinet, Wire(shop, chance=chance))
        exchange.weather.dice = chance
        for name in VOICES:
            busy = 0.0 if name == VOICES[-1] else BUSY
            faults = PhoneFaults(
                lost=LOST, doubled=DOUBLED, forged=FORGED, too_many=busy, late_digit=name == "vonage"
            )
            exchange.weather.set(Window(name, faults))
        whatsapp = WhatsappSimulator(MESSENGERS[WHATSAPP])
        lines = Lines(
            PartnerCaller(transport=httpx2.MockTransport(_providers(exchange, whatsapp, clock))),
            PublicCaller(),
        )
        # What it asks of a provider stays in this process too.
        built.state.parts.reached.lines = lines
        caller = Caller(ground.shop.shop_id, "system:bench")
        async with _serving(built):
            await db.run(caller, lambda tx: _opened(tx, cabinet, whatsapp, links, now=clock.now()))
            clients = ReachClients(keyring(), clock, lines)
            askers = Askers(db, clock, keyring(), links, clients)
            watch = CallWatch(db, clock, keyring(), clients)
            yield Town(caller, db, clock, exchange, whatsapp, shop, askers, watch)
        await exchange.close()


@asynccontextmanager
async def _serving(built: Litestar) -> AsyncIterator[None]:
    async with built.lifespan():
        yield


async def _opened(
    tx: Tx, cabinet: Cabinet, whatsapp: WhatsappSimulator, links: PayLinks, *, now: datetime
) -> None:
    given = {
        name: dict(fields) | {"caller_id": "+622150001234"} for name, fields in cabinet.telephones().items()
    }
    given[WHATSAPP] = dict(MESSENGERS[WHATSAPP])
    for name in (*VOICES, WHATSAPP):
        account = await open_reach(
            tx,
            keyring(),
            provider=name,
            name=name,
            base_url=f"https://{name}.test",
            fields=given[name],
            now=now,
        )
        if name == "exotel":
            asks = links.reach_asks(tx.shop_id, account.id)
            cabinet.register(name, f"{asks}?token={given[name]['hook_token']}")
        if name == WHATSAPP:
            whatsapp.registered_at(links.reach_news(tx.shop_id, account.id))


def _providers(
    exchange: Exchange, whatsapp: WhatsappSimulator, clock: Clock
) -> Callable[[httpx2.Request], Coroutine[None, None, httpx2.Response]]:
    async def answer(request: httpx2.Request) -> httpx2.Response:
        url = urlsplit(str(request.url))
        name = (url.hostname or "").removesuffix(".test")
        told = SimRequest(
            request.method,
            url.path,
            {key.lower(): value for key, value in request.headers.items()},
            await request.aread(),
            dict(parse_qsl(url.query, keep_blank_values=True)),
        )
        reply: SimReply
        if name == WHATSAPP:
            reply = whatsapp.answer(told, now=clock.now())
        elif exchange.carriers[name].calls_somebody(told):
            reply = await exchange.answer(name, told)
        else:
            reply = exchange.carriers[name].answer(told, now=clock.now())
        return httpx2.Response(reply.status, headers=dict(reply.headers), content=reply.body)

    return answer
