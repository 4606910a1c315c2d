"""The sandbox as `orderan sandbox` serves it asks a small crowd for a shop: calls and messages, end to end over HTTP."""

import asyncio
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pytest
from httpx2 import ASGITransport, AsyncClient
from litestar import Litestar

from access.conftest import House, house
from conftest import ShopFloor
from given import World, a_buyer, a_shop, asked, place
from orderan.flows.ask_buyer import Askers
from orderan.flows.hear_calls import CallWatch
from orderan.flows.hear_reach import hear_reach
from orderan.flows.hear_words import hear_fates, hear_words
from orderan.flows.pay_links import PayLinks
from orderan.flows.place_order import Placed
from orderan.flows.reach_clients import ReachClients
from orderan.flows.verify_order import Verifier
from orderan.kit.calling import Caller
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.public_network import PublicCaller
from orderan.messaging import Lines
from orderan.orders import Terms, orders_by_id
from orderan.reach import open_reach
from orderan.sandbox.keys import MESSENGERS, Cabinet
from orderan.sandbox.messages.crowd import Crowd, Temper
from orderan.sandbox.messages.post_office import PostOffice
from orderan.sandbox.phones.crowd import Manner
from orderan.sandbox.phones.exchange import Exchange
from orderan.sandbox.phones.trunk import Trunk
from orderan.sandbox.server import build
from orderan.verification import Policy, Step, Way, keep_policy

pytestmark = pytest.mark.anyio
__all__ = ["house"]

BASE = "http://127.0.0.1:8100"
BUYERS = 14


@dataclass
class Street:
    """A shop's application and the sandbox, each calling the other."""

    world: World
    keyring: Keyring
    house: House
    sandbox: Litestar
    person: AsyncClient
    askers: Askers

    @property
    def floor(self) -> ShopFloor:
        return self.world.floor

    @property
    def exchange(self) -> Exchange:
        return cast("Exchange", self.sandbox.state.exchange)

    @property
    def office(self) -> PostOffice:
        return cast("PostOffice", self.sandbox.state.post_office)

    async def opens(self, provider: str, fields: dict[str, str]) -> None:
        now = self.house.clock.at
        account = await self.floor.run(
            lambda tx: open_reach(
                tx,
                self.keyring,
                provider=provider,
                name=provider,
                base_url=f"{BASE}/{provider}",
                fields=fields,
                now=now,
            )
        )
        self.askers.clients.forget()
        if provider in MESSENGERS:
            address = self.askers.links.reach_news(self.floor.shop.shop_id, account.id)
            self.office.cabinet.register(provider, address)

    async def chooses(self, page: str, **fields: str) -> None:
        """Click at a page of the sandbox."""
        await self.person.get("/phones")
        token = self.person.cookies.get("orderan_sandbox_csrf", "")
        assert (await self.person.post(page, data={**fields, "_csrf_token": token})).status_code == 303

    async def orders(self, *, first: int) -> dict[str, UUID]:
        """One of each buyer, by telephone."""
        placed = {}
        for number in range(first, first + BUYERS):
            phone = f"+6281234567{number:03}"
            buyer = replace(a_buyer(), phone=phone)
            [one] = await place(
                self.world,
                self.keyring,
                asked(("kopi", 1), buyer=buyer, terms=Terms.COD),
                now=self.house.clock.at,
            )
            assert isinstance(one, Placed)
            placed[phone] = one.order.id
        return placed

    async def asks(self) -> None:
        """What the worker does."""
        ways = await self.floor.run(self.askers.of)
        while await Verifier(self.floor.db, self.house.clock, ways).work_due(self.floor.caller):
            pass

    async def hears(self) -> None:
        watch = CallWatch(self.floor.db, self.house.clock, self.keyring, self.askers.clients)
        while await watch.hear(self.floor.caller) + await self.floor.run(self._letters):
            pass

    async def _letters(self, tx: Tx) -> int:
        async def answers(tx: Tx, replies: Any, now: datetime) -> None:
            await hear_words(tx, self.keyring, replies, now=now)

        now = self.house.clock.at
        return await hear_reach(tx, self.keyring, now=now, answers=[answers], fates=[hear_fates])

    async def stands(self, placed: dict[str, UUID]) -> dict[str, tuple[str, str]]:
        found = await self.floor.run(lambda tx: orders_by_id(tx, list(placed.values())))
        return {phone: (found[one].verification, found[one].commercial) for phone, one in placed.items()}


@pytest.fixture
async def street(floor: ShopFloor, keyring: Keyring, now: datetime, house: House, tmp_path: Path) -> Any:
    world = await a_shop(floor, now, stock={"kopi": 50})
    sandbox = build(
        house.clock, base_url=BASE, secret="only-for-tests", cabinet=Cabinet(tmp_path / "sandbox.json")
    )
    parts = house.app.state.parts
    lines = Lines(Caller(transport=ASGITransport(cast("Any", sandbox))), PublicCaller())
    parts.reached.lines = lines
    links: PayLinks = parts.links
    askers = Askers(floor.db, house.clock, keyring, links, ReachClients(keyring, house.clock, lines))
    shop, person = (
        AsyncClient(transport=ASGITransport(cast("Any", app)), base_url=BASE) for app in (house.app, sandbox)
    )
    async with sandbox.lifespan(), shop, person:
        sandbox.state.exchange.trunk = Trunk(shop)
        sandbox.state.post_office.postman._client = shop
        sandbox.state.post_office.step_s = 0.0
        yield Street(world, keyring, house, sandbox, person, askers)


async def test_a_crowd_takes_calls_and_each_order_follows_its_buyer(street: Street) -> None:
    twilio = dict(street.office.cabinet.telephones()["twilio"])
    await street.opens("twilio", twilio | {"caller_id": "+622150001234"})
    policy = Policy(steps=(Step(Way.CALL, tries=1, answer_minutes=30),))
    await street.floor.run(lambda tx: keep_policy(tx, policy, expected=1, now=street.house.clock.at))
    await street.chooses("/phones/crowd", crowd="usual", seed="5")
    assert street.exchange.crowd is not None
    street.exchange.crowd.thinks = (0.0, 0.0)
    placed = await street.orders(first=100)

    await street.asks()
    await street.exchange.settle()
    for _ in range(6):
        await street.exchange.tick()
        street.house.clock.at += timedelta(seconds=40)
    await street.hears()
    await street.asks()

    plans = {call.to: Manner(call.plan) for call in street.exchange.calls() if call.plan}
    ends = {
        Manner.CONFIRMS: ("confirmed", "accepted"),
        Manner.REFUSES: ("refused", "cancelled"),
    }
    assert plans.keys() == placed.keys()
    assert len(Counter(plans.values())) >= 3
    assert ends.keys() <= set(plans.values())
    assert await street.stands(placed) == {
        phone: ends.get(plan, ("unreachable", "accepted")) for phone, plan in plans.items()
    }


async def test_a_crowd_answers_messages_and_each_order_follows_its_buyer(street: Street) -> None:
    await street.opens("vonage_sms", dict(MESSENGERS["vonage_sms"]))
    policy = Policy(steps=(Step(Way.SMS, tries=1, answer_minutes=30),))
    await street.floor.run(lambda tx: keep_policy(tx, policy, expected=1, now=street.house.clock.at))
    street.office.crowd = Crowd(seed=3, confirms=0.4, cancels=0.3, ignores=0.3)
    placed = await street.orders(first=200)

    await street.asks()
    while under_way := [*street.office._under_way, *street.office.postman._under_way]:
        await asyncio.gather(*under_way)
    await street.hears()
    street.house.clock.at += timedelta(minutes=31)
    await street.asks()

    tempers = {phone: street.office.crowd.temper(phone) for phone in placed}
    ends = {
        Temper.CONFIRMS: ("confirmed", "accepted"),
        Temper.CANCELS: ("refused", "cancelled"),
        Temper.IGNORES: ("unreachable", "accepted"),
    }
    assert set(tempers.values()) == set(ends)
    assert await street.stands(placed) == {phone: ends[temper] for phone, temper in tempers.items()}
