"""Gateways in the worst of weather, on a clock that is set: the product's own simulators behind its own clients.

A request is answered, refused, torn before or after it was carried out, garbled, or carried out after its
sender gave up. What a gateway writes is lost, doubled, late, out of order, forged, or a lie.
"""

import heapq
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from itertools import count
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import httpx2
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from orderan.gateways import GATEWAYS
from orderan.kit.clock import SetClock
from orderan.sandbox.faults import Break, Faults, Weather, Window
from orderan.sandbox.gateways.snap import SnapSimulator
from orderan.sandbox.keys import CREDENTIALS, simulators
from orderan.sandbox.models import ChargeState, Letter, SimCharge, SimReply, SimRequest
from orderan.sandbox.ports import Simulator

USUAL: Final = Faults(
    breaks={
        Break.HANG_BEFORE: 0.02,
        Break.HANG_AFTER: 0.03,
        Break.ERROR_BEFORE: 0.02,
        Break.ERROR_AFTER: 0.02,
        Break.GARBLED: 0.02,
    },
    channel_down=0.02,
    lost=0.1,
    doubled=0.2,
    late_s=600.0,
    forged=0.03,
)
"""Of every gateway, all night; a letter takes up to `late_s`."""
DOWN: Final = Faults(
    breaks={Break.ERROR_BEFORE: 0.7, Break.HANG_BEFORE: 0.2, Break.HANG_AFTER: 0.1}, lost=0.5
)
DOWN_FOR: Final = timedelta(minutes=15)
QUEUED: Final = 0.02
"""Share of charges a gateway carries out after it was given up."""
QUEUED_S: Final = 20
HOSTS: Final = GATEWAYS


@dataclass(order=True)
class Posted:
    """A letter on its way."""

    at: datetime
    number: int
    gateway: str = field(compare=False)
    letter: Letter = field(compare=False)


@dataclass
class Storm:
    """Every gateway there is, with the weather over them."""

    clock: SetClock
    seed: int
    gateways: dict[str, Simulator] = field(default_factory=dict)
    post: list[Posted] = field(default_factory=list)
    queued: list[tuple[datetime, str, SimRequest]] = field(default_factory=list)
    asked: int = 0
    broken: int = 0
    sent: int = 0
    _numbers: "count[int]" = field(default_factory=count)

    def __post_init__(self) -> None:
        self.weather = Weather(seed=self.seed)
        self.dice = self.weather.dice
        self.gateways = {**simulators(), "snap": SnapSimulator(self._snap)}

    def credentials(self, gateway: str) -> dict[str, str]:
        """What an account at a gateway is opened with."""
        if gateway != "snap":
            return dict(CREDENTIALS[gateway])
        bank: Any = self.gateways["snap"]
        return self._snap | {"public_key": bank.public_key}

    def registers(self, gateway: str, address: str) -> None:
        """Where news goes, for gateways that are told so once and not with a charge."""
        there: Any = self.gateways[gateway]
        if gateway == "snap":
            there.notify_url = address
        if gateway == "xendit":
            there.webhook_url = address
        if gateway == "stripe":
            there.endpoint = address

    def breaks_out(self, start: datetime, hours: float) -> None:
        """Bad weather all the time, and each gateway down for a while; once all of them together."""
        for name in self.gateways:
            self.weather.set(Window(name, USUAL))
        span = timedelta(hours=hours)
        for place, name in enumerate(self.gateways):
            at = start + span * (place + 0.5) / len(self.gateways)
            self.weather.set(Window(name, DOWN, None, at, at + DOWN_FOR))
            self.weather.set(Window(name, DOWN, None, start + span * 0.8, start + span * 0.8 + DOWN_FOR / 3))

    def clears(self) -> None:
        """The storm is over; what is on its way still arrives."""
        self.weather.clear()

    @property
    def transport(self) -> httpx2.AsyncBaseTransport:
        return httpx2.MockTransport(self._answer)

    @property
    def next_at(self) -> datetime | None:
        """When the next letter arrives, or what was queued is carried out."""
        return min((*(at for at, _, _ in self.queued), *(one.at for one in self.post[:1])), default=None)

    def passes(self) -> None:
        """What was queued is carried out by now, whoever still waits for it."""
        now = self.clock.now()
        due = [one for one in self.queued if one[0] <= now]
        self.queued = [one for one in self.queued if one[0] > now]
        for _, name, request in due:
            self.gateways[name].answer(request, now=now)

    def tell(self, gateway: Simulator, charge: SimCharge, *, surely: bool = False) -> None:
        """What the gateway writes about a charge as it stands sets out.

        Args:
            surely: The letter is not lost: late news of a charge nobody asks about any more is what
                settlement files are for, and none is played here.
        """
        now = self.clock.now()
        faults = self.weather.over(gateway.name, charge.method, now)
        for _ in range(2 if self.weather.happens(faults.doubled) else 1):
            # What is late was sent late: a signature holds the time of its sending.
            at = now + timedelta(seconds=self.dice.uniform(0, faults.late_s))
            for letter in gateway.news(charge, now=at):
                if not surely and self.weather.happens(faults.lost):
                    continue
                if self.weather.happens(faults.forged):
                    self._post(gateway.forged(letter), gateway.name, at)
                self._post(letter, gateway.name, at)

    def lie(self, gateway: Simulator, charge: SimCharge, state: ChargeState) -> None:
        """The gateway writes that a charge stands otherwise than it does, and signs that."""
        was, paid = charge.state, charge.paid
        charge.state, charge.paid = state, charge.amount if state is ChargeState.PAID else 0
        self.tell(gateway, charge, surely=True)
        charge.state, charge.paid = was, paid

    def arrived(self) -> list[Posted]:
        """Letters that arrive by now."""
        found = []
        while self.post and self.post[0].at <= self.clock.now():
            found.append(heapq.heappop(self.post))
        return found

    def _post(self, letter: Letter, gateway: str, at: datetime) -> None:
        self.sent += 1
        heapq.heappush(self.post, Posted(at, next(self._numbers), gateway, letter))

    async def _answer(self, request: httpx2.Request) -> httpx2.Response:
        url = urlsplit(str(request.url))
        name = (url.hostname or "").partition(".")[0]
        asked = SimRequest(
            request.method,
            url.path,
            {key.lower(): value for key, value in request.headers.items()},
            await request.aread(),
            dict(parse_qsl(url.query, keep_blank_values=True)),
        )
        self.asked += 1
        reply = self._reply(name, asked)
        if reply is None:
            self.broken += 1
            raise httpx2.ReadTimeout("no answer", request=request)
        return httpx2.Response(reply.status, headers=dict(reply.headers), content=reply.body)

    def _reply(self, name: str, asked: SimRequest) -> SimReply | None:
        """None is no answer."""
        gateway, now = self.gateways[name], self.clock.now()
        method = gateway.method_of(asked)
        faults = self.weather.over(name, method, now)
        broken = self.weather.draw_break(faults)
        if broken is Break.HANG_BEFORE:
            return None
        if broken is Break.ERROR_BEFORE or (method and self.weather.happens(faults.channel_down)):
            self.broken += 1
            return _unavailable(503)
        if method and faults.breaks and self.weather.happens(QUEUED):
            self.queued.append((now + timedelta(seconds=QUEUED_S), name, asked))
            return None
        reply = gateway.answer(asked, now=now)
        self.broken += broken in {Break.ERROR_AFTER, Break.GARBLED}
        if broken is Break.HANG_AFTER:
            return None
        if broken is Break.ERROR_AFTER:
            return _unavailable(500)
        if broken is Break.GARBLED:
            return SimReply(reply.status, reply.body[: len(reply.body) // 2], reply.headers)
        return reply

    @cached_property
    def _snap(self) -> dict[str, str]:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return {
            "flavour": "bi",
            "client_id": "CL-BENCH",
            "client_secret": "bench",
            "private_key": pem.decode(),
            "public_key": "",
            "partner_id": "P-BENCH",
            "channel_id": "95221",
            "partner_service_id": "   88899",
            "merchant_id": "M-BENCH",
        }


def _unavailable(status: int) -> SimReply:
    return SimReply(status, b'{"message": "Service Unavailable"}')
