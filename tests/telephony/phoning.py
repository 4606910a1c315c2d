"""Our client over a simulated provider, an exchange whose telephones ring, and a shop that says something."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2

from orderan.kit.clock import SetClock
from orderan.sandbox.faults import Window
from orderan.sandbox.models import SimRequest
from orderan.sandbox.phones.exchange import Exchange
from orderan.sandbox.phones.faults import PhoneFaults
from orderan.sandbox.phones.models import SimCall
from orderan.sandbox.phones.ports import Carrier
from orderan.sandbox.phones.trunk import Trunk
from orderan.telephony import (
    Account,
    CallAsked,
    Caller,
    CallNews,
    Farewell,
    Heard,
    NewsForged,
    Prompt,
    Received,
    Telephone,
    open_telephone,
)

NOW = datetime(2026, 11, 11, 4, 0, tzinfo=UTC)
BASE = "https://provider.test"
ASK = "https://toko.test/phone/1/ask"
NEWS = "https://toko.test/phone/1/news"
HOOK = "hook-token-nobody-can-guess"
QUESTION = Prompt("Pesanan satu nol satu. Tekan satu untuk setuju, dua untuk batal.", "id")
THANKS = Farewell("Terima kasih.", "id")


def an_asked(reference: str = "cal-101-1", **others: Any) -> CallAsked:
    told: dict[str, Any] = {
        "reference": reference,
        "to": "+6281234567890",
        "caller_id": "+622150001234",
        "ask_url": ASK,
        "news_url": NEWS,
    }
    return CallAsked(**(told | others))


def over(answer: Callable[[httpx2.Request], httpx2.Response], account: Account) -> Telephone:
    """Our client over a provider that answers as it is told to."""
    caller = Caller(transport=httpx2.MockTransport(answer))
    return open_telephone(account, caller, SetClock(NOW))


@dataclass
class Addresses:
    """Where the flow of a provider asks, as a sandbox keeps it."""

    asks: str | None

    def address(self, name: str) -> str | None:
        return self.asks if name == "exotel" else None


@dataclass
class World:
    """A provider, our client, a shop that asks once and says goodbye, and a clock all look at.

    Attributes:
        heard: Every question the provider asked, in order; digits among them.
        news: Every piece of news that was believed, in order.
        forged: How many requests were not believed.
        say: What the shop says instead of what it usually does; `raw` what it answers instead.
    """

    carrier: Carrier
    fields: Mapping[str, str]
    clock: SetClock = field(default_factory=lambda: SetClock(NOW))
    heard: list[Heard] = field(default_factory=list)
    news: list[CallNews] = field(default_factory=list)
    forged: int = 0
    went: list[SimRequest] = field(default_factory=list)
    came: list[Received] = field(default_factory=list)
    say: Callable[[Heard], Prompt | Farewell] | None = None
    raw: tuple[int, bytes] | None = None

    def __post_init__(self) -> None:
        asks = f"{ASK}?token={HOOK}"
        shop = httpx2.AsyncClient(transport=httpx2.MockTransport(self._shop))
        self.exchange = Exchange(
            {self.carrier.name: self.carrier}, self.clock.now, Addresses(asks), Trunk(shop)
        )
        self.telephone = self.patient(8.0)

    def patient(self, budget_s: float) -> Telephone:
        """Our client, which waits so long for an answer."""
        caller = Caller(budget_s=budget_s, transport=httpx2.MockTransport(self._provider))
        return open_telephone(Account(self.carrier.name, BASE, self.fields), caller, self.clock)

    async def call(self, **others: Any) -> SimCall:
        """A call that rings."""
        placed = await self.telephone.place(an_asked(**others))
        await self.exchange.settle()
        call = self.carrier.book.find(placed.call_id)
        assert call is not None
        return call

    def spoil(self, faults: PhoneFaults) -> None:
        self.exchange.weather.set(Window(self.carrier.name, faults))

    @property
    def digits(self) -> list[str | None]:
        return [one.digits for one in self.heard]

    async def _provider(self, request: httpx2.Request) -> httpx2.Response:
        url = urlsplit(str(request.url))
        asked = SimRequest(
            request.method,
            url.path,
            {name.lower(): value for name, value in request.headers.items()},
            await request.aread(),
            dict(parse_qsl(url.query, keep_blank_values=True)),
        )
        self.went.append(asked)
        reply = await self.exchange.answer(self.carrier.name, asked)
        return httpx2.Response(reply.status, headers=dict(reply.headers), content=reply.body)

    async def _shop(self, request: httpx2.Request) -> httpx2.Response:
        received = Received(
            request.method,
            str(request.url),
            {name.lower(): value for name, value in request.headers.items()},
            await request.aread(),
        )
        self.came.append(received)
        try:
            if urlsplit(received.url).path == urlsplit(NEWS).path:
                self.news.append(self.telephone.read_news(received))
                return httpx2.Response(204)
            heard = self.telephone.read_ask(received)
        except NewsForged:
            self.forged += 1
            return httpx2.Response(403)
        self.heard.append(heard)
        if self.raw is not None:
            return httpx2.Response(self.raw[0], content=self.raw[1])
        said = (self.say or self._says)(heard)
        spoken = self.telephone.speak(said, heard)
        return httpx2.Response(
            spoken.status, headers={"content-type": spoken.media_type}, content=spoken.body
        )

    def _says(self, heard: Heard) -> Prompt | Farewell:
        """Asks until a key that means something was pressed, three times at most."""
        answers = [
            one.digits for one in self.heard if one.call_id == heard.call_id and one.digits is not None
        ]
        return THANKS if {"1", "2"} & set(answers) or len(answers) > 2 else QUESTION
