"""A simulated courier in the place of the network, and parcels to be carried."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2

from orderan.couriers import (
    Account,
    Asked,
    Box,
    CourierClient,
    Item,
    Place,
    RatesAsked,
    Received,
    fields_of,
    open_courier,
)
from orderan.kit.calling import Caller
from orderan.kit.clock import SetClock
from orderan.sandbox.couriers.biteship import BiteshipSimulator
from orderan.sandbox.couriers.jnt import JntSimulator
from orderan.sandbox.couriers.kiriminaja import KiriminajaSimulator
from orderan.sandbox.couriers.models import SimParcel
from orderan.sandbox.couriers.ports import CourierSimulator
from orderan.sandbox.couriers.rajaongkir import RajaongkirSimulator
from orderan.sandbox.couriers.yard import play
from orderan.sandbox.keys import COURIERS
from orderan.sandbox.models import Letter, SimReply, SimRequest

NOW = datetime(2026, 11, 11, 4, 0, tzinfo=UTC)
BASE = "https://courier.test"
HOOK = "https://toko.test/tracking/1/cra"
SIMULATORS: Mapping[str, type[Any]] = {
    "biteship": BiteshipSimulator,
    "kiriminaja": KiriminajaSimulator,
    "rajaongkir": RajaongkirSimulator,
    "jnt": JntSimulator,
}
SHOP = Place(
    "Toko Kopi", "+622150001000", "Jl. Sabang 1", "Menteng", "Kota Adm. Jakarta Pusat", "DKI Jakarta", "10340"
)
HOME = Place("Ani", "+6281234567890", "Jl. Mawar 1", "Coblong", "Kota Bandung", "Jawa Barat", "40132")


def keys(provider: str) -> dict[str, str]:
    """What an account of a simulated courier is opened with."""
    defaults = {one.name: one.default for one in fields_of(provider) if one.default is not None}
    more = {"tariff_url": BASE, "track_url": BASE} if provider == "jnt" else {}
    return {**defaults, **COURIERS[provider], **more}


@dataclass
class Depot:
    """A simulator, our client over it, the clock both look at, and what went over.

    Attributes:
        broken: Statuses the next requests are answered with, `None` for no answer after they were carried out.
    """

    provider: str
    clock: SetClock = field(default_factory=lambda: SetClock(NOW))
    went: list[SimRequest] = field(default_factory=list)
    broken: list[int | None] = field(default_factory=list)
    simulator: CourierSimulator = field(init=False)
    client: CourierClient = field(init=False)

    def __post_init__(self) -> None:
        self.simulator = SIMULATORS[self.provider](COURIERS[self.provider])
        caller = Caller(transport=httpx2.MockTransport(self._answer))
        self.client = open_courier(Account(self.provider, BASE, keys(self.provider)), caller, self.clock)

    async def _answer(self, request: httpx2.Request) -> httpx2.Response:
        url = urlsplit(str(request.url))
        asked = SimRequest(
            request.method,
            url.path,
            {name.lower(): value for name, value in request.headers.items()},
            await request.aread(),
            dict(parse_qsl(url.query, keep_blank_values=True)),
        )
        self.went.append(asked)
        broken = self.broken.pop(0) if self.broken else 200
        if broken not in {200, None}:
            return httpx2.Response(broken or 500, content=b"<html>")
        reply: SimReply = self.simulator.answer(asked, now=self.clock.at)
        if broken is None:
            raise httpx2.ReadTimeout("no answer", request=request)
        return httpx2.Response(reply.status, headers=dict(reply.headers), content=reply.body)

    def kept(self, name: str) -> SimParcel:
        found = self.simulator.shelf.find(name)
        assert found is not None
        return found

    def play(self, parcel: SimParcel, deed: str) -> list[Letter]:
        return play(self.simulator, parcel, deed, now=self.clock.at, address=hook(self.provider))


def hook(provider: str) -> str:
    """Where a courier sends word; of one that signs nothing the address itself is the secret."""
    token = COURIERS[provider].get("hook_token")
    return f"{HOOK}?token={token}" if token else HOOK


def delivered(letter: Letter) -> Received:
    """A letter as it reaches us."""
    headers = {name.lower(): value for name, value in letter.headers.items()}
    return Received("POST", letter.url, headers, letter.body)


def rates_asked(*couriers: str, weight_g: int = 1_200, **others: Any) -> RatesAsked:
    return RatesAsked(SHOP, HOME, Box(weight_g), couriers, value_minor=150_000, **others)


def a_parcel(courier: str, service: str, key: str = "0194c2b0aabb", **others: Any) -> Asked:
    return Asked(
        key=key,
        order_number="101",
        courier=courier,
        service=service,
        origin=SHOP,
        destination=HOME,
        box=Box(1_200, 200, 150, 100),
        items=(Item("Kopi Gayo", 2, 75_000, 500),),
        value_minor=150_000,
        **others,
    )
