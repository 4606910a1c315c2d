"""The simulated gateways of one sandbox, with the weather over them and the buyers that stand before them.

Addresses a gateway would send a buyer to are exchanged for pages of this sandbox, so that a whole payment
can be walked on one machine.
"""

import asyncio
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from orderan.sandbox.book import NotPossible
from orderan.sandbox.faults import Break, Faults, Weather
from orderan.sandbox.keys import Cabinet
from orderan.sandbox.models import ChargeState, SimCharge, SimReply, SimRequest
from orderan.sandbox.ports import BankDeed, HearsBanks, HostsPages, Registered, Simulator
from orderan.sandbox.postman import Postman

HANGS_S: Final = 30.0
"""Longer than anybody waits."""
_ADDRESS: Final = re.compile(r'(?:https?|gojek|shopeeid|intent)://[^"\\\s]+')


class Unplayable(Exception):
    """The buyer cannot do that with this charge now."""


@dataclass
class Street:
    """All gateways of a sandbox.

    Attributes:
        base_url: Where its pages are.
        cabinet: Keys, and where word is sent that no request says.
    """

    base_url: str
    clock: Callable[[], datetime]
    cabinet: Cabinet
    weather: Weather = field(default_factory=Weather)
    gateways: dict[str, Simulator] = field(init=False)
    pages: dict[str, tuple[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.postman = Postman(self.weather)
        self.gateways = self.cabinet.simulators()

    async def answer(self, name: str, request: SimRequest) -> SimReply:
        """A request to a gateway, with whatever the weather makes of it."""
        gateway = self.gateways[name]
        now = self.clock()
        method = gateway.method_of(request)
        faults = self.weather.over(name, method, now)
        if faults.slow_s:
            # A slow gateway is what is played here.
            await asyncio.sleep(faults.slow_s)
        broken = self.weather.draw_break(faults)
        if broken is Break.HANG_BEFORE:
            await asyncio.sleep(HANGS_S)
        if broken in {Break.HANG_BEFORE, Break.ERROR_BEFORE}:
            return _unavailable(503)
        if method is not None and self.weather.happens(faults.channel_down):
            return _unavailable(503)
        if method is not None and isinstance(gateway, Registered):
            gateway.registered_at(self.cabinet.address(name))
        before = gateway.book.newest()
        reply = gateway.answer(request, now=now)
        if method is not None:
            made = gateway.book.newest()
            reply = self._with_pages(gateway, request, reply, made if made is not before else None)
        if broken is Break.HANG_AFTER:
            await asyncio.sleep(HANGS_S)
        if broken in {Break.HANG_AFTER, Break.ERROR_AFTER}:
            return _unavailable(500)
        if broken is Break.GARBLED:
            return SimReply(reply.status, reply.body[: len(reply.body) // 2], reply.headers)
        return reply

    def charge_at(self, page: str) -> tuple[Simulator, SimCharge]:
        """The charge a buyer's page is for.

        Raises:
            KeyError: There is no such page.
        """
        name, key = self.pages[page]
        gateway = self.gateways[name]
        charge = gateway.book.find(key)
        if charge is None and isinstance(gateway, HostsPages):
            charge = gateway.pick(key, now=self.clock())
            self.pages[page] = (name, charge.id)
        if charge is None:
            raise KeyError(page)
        return gateway, charge

    def act(self, gateway: Simulator, charge: SimCharge, deed: str, amount: int | None = None) -> None:
        """What a buyer, a bank or the gateway does to a charge; its news goes out.

        Args:
            deed: pay | pay_late | decline | expire | reverse | return | tell | forge, or a `BankDeed`; `return` is
                the bank that gives its customer what was refunded

        Raises:
            Unplayable: Not as it stands.
        """
        now = self.clock()
        pending = {ChargeState.PENDING}
        faults = self.weather.over(gateway.name, charge.method, now)
        try:
            match deed:
                case "pay" | "pay_late":
                    gateway.book.pay(
                        charge, charge.amount if amount is None else amount, now=now, late=deed == "pay_late"
                    )
                case "decline":
                    gateway.book.move(charge, ChargeState.DECLINED, from_=pending, now=now)
                case "expire":
                    gateway.book.move(charge, ChargeState.EXPIRED, from_=pending, now=now)
                case "reverse":
                    gateway.book.move(charge, ChargeState.REVERSED, from_={ChargeState.PAID}, now=now)
                case "return":
                    for refund in charge.refunds:
                        refund.confirmed = True
                case "tell":
                    pass
                case "forge":
                    faults = Faults(forged=1.0)
                case BankDeed.DISPUTE | BankDeed.WIN | BankDeed.LOSE if isinstance(gateway, HearsBanks):
                    gateway.bank_does(charge, BankDeed(deed), now=now)
                case _:
                    raise Unplayable(deed)
        except NotPossible as refused:
            raise Unplayable(str(refused)) from refused
        self.postman.send(gateway, gateway.news(charge, now=now), faults)

    def bank_may(self, gateway: Simulator, charge: SimCharge) -> tuple[BankDeed, ...]:
        """What the bank of its buyer can do with a charge; nothing where the gateway would not write of it."""
        return gateway.bank_may(charge) if isinstance(gateway, HearsBanks) else ()

    def expire_due(self) -> None:
        """Expire what nobody paid in time, and send word of it."""
        now = self.clock()
        for gateway in self.gateways.values():
            for charge in gateway.book.expire(now=now):
                self.postman.send(
                    gateway,
                    gateway.news(charge, now=now),
                    self.weather.over(gateway.name, charge.method, now),
                )

    def _with_pages(
        self, gateway: Simulator, request: SimRequest, reply: SimReply, made: SimCharge | None
    ) -> SimReply:
        asked = request.body.decode("utf-8", "replace")

        def exchanged(found: re.Match[str]) -> str:
            address = found[0]
            if address in asked:
                return address
            page = f"{gateway.name}-{len(self.pages) + 1}"
            self.pages[page] = (gateway.name, made.id if made else address.rstrip("/").rsplit("/", 1)[-1])
            return f"{self.base_url}/page/{page}"

        return SimReply(reply.status, _ADDRESS.sub(exchanged, reply.body.decode()).encode(), reply.headers)


def _unavailable(status: int) -> SimReply:
    return SimReply(status, json.dumps({"message": "Service Unavailable"}).encode())
