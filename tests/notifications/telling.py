"""A shop that tells its buyers things, and providers that do what a test says."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from conftest import ShopFloor
from given import JAKARTA, SURABAYA, World, a_buyer, a_shop, asked, place
from orderan.customers import Buyer
from orderan.flows.pay_links import PayLinks
from orderan.flows.place_order import Placed
from orderan.flows.send_messages import Messenger
from orderan.flows.tell_buyer import teller
from orderan.inventory import Receipt as Goods
from orderan.inventory import receive_stock
from orderan.kit.clock import SetClock
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.events import consume, sequence
from orderan.notifications import (
    Doubt,
    Fate,
    Letter,
    Policy,
    Receipt,
    RefusedForGood,
    RefusedForNow,
    Sender,
    SendingFailed,
    SendingUnknown,
    SentAs,
    set_policy,
)
from orderan.orders import Order, Terms

MINUTE = timedelta(minutes=1)


class Died(BaseException):
    """The process ends here: nothing after it runs."""


@dataclass
class Post:
    """A provider of one channel.

    Attributes:
        how: `ok`, `for_good`, `for_now`, `failed`, `lost_before` (not sent, and it did not say), `lost_after`
            (sent, and it did not say), `died_before`, `died_after` (our process ends), `broken`.
        out: What it sent, by reference; a reference it has is not sent again where it can tell.
        opened: Awaited before anything is sent.
    """

    channel: str
    doubt: Doubt = Doubt.NONE
    how: str = "ok"
    out: list[Letter] = field(default_factory=list)
    asked: int = 0
    handed: int = 0
    cost_minor: int | None = 50
    opened: asyncio.Event | None = None
    now: datetime | None = None

    async def send(self, letter: Letter) -> SentAs:
        self.handed += 1
        if self.opened is not None:
            await self.opened.wait()
        match self.how:
            case "for_good":
                raise RefusedForGood("not_there")
            case "for_now":
                raise RefusedForNow("busy")
            case "failed":
                raise SendingFailed("down")
            case "lost_before":
                raise SendingUnknown("cut_off")
            case "died_before":
                raise Died
            case "broken":
                raise RuntimeError
        if self.doubt is Doubt.NONE or letter.reference not in self.references():
            self.out.append(letter)
        if self.how == "lost_after":
            raise SendingUnknown("cut_off")
        if self.how == "died_after":
            raise Died
        return SentAs(f"{self.channel}-{letter.reference}", self.cost_minor)

    async def look_up(self, reference: str) -> Receipt:
        self.asked += 1
        assert self.now is not None
        if reference in self.references():
            return Receipt(Fate.SENT, self.now, provider_id=f"{self.channel}-{reference}", cost_minor=50)
        return Receipt(Fate.ABSENT, self.now)

    def references(self) -> set[str]:
        return {letter.reference for letter in self.out}

    def kinds(self) -> list[str]:
        return [letter.kind for letter in self.out]


@dataclass
class Town:
    """A shop, its posts, and the hands that tell and send."""

    world: World
    clock: SetClock
    keyring: Keyring
    posts: dict[str, Post]
    messenger: Messenger

    @property
    def floor(self) -> ShopFloor:
        return self.world.floor

    @property
    def now(self) -> datetime:
        return self.clock.at

    def later(self, wait: timedelta) -> None:
        self.clock.at += wait
        for post in self.posts.values():
            post.now = self.clock.at

    async def order(self, buyer: Buyer | None = None, *, terms: Terms = Terms.PREPAID) -> Order:
        [placed] = await place(
            self.world, self.keyring, asked(("kopi", 1), buyer=buyer or a_buyer(), terms=terms), now=self.now
        )
        assert isinstance(placed, Placed)
        return placed.order

    async def follow(self) -> int:
        """Let the facts so far become messages."""
        await self.floor.run(sequence)
        consumer = teller(self.clock)
        passed: int = await self.floor.run(lambda tx: consume(tx, consumer))
        return passed

    async def send(self, channel: str = "whatsapp") -> int:
        return await self.messenger.send_due(self.floor.caller, channel)

    async def tell(self, channel: str = "whatsapp") -> None:
        """Follow and send, as often as there is something to do."""
        while await self.follow():
            pass
        while await self.send(channel):
            pass

    async def messages(self) -> list[tuple[str, str, str | None]]:
        """Kind, state and reason, oldest first."""
        rows = await self.floor.all("SELECT kind, state, reason FROM message ORDER BY made_at, id")
        return [tuple(row) for row in rows]

    async def deliveries(self) -> list[tuple[str, str, str, str | None]]:
        """Kind, channel, state and reason, oldest first."""
        rows = await self.floor.all(
            """
            SELECT message.kind, delivery.channel, delivery.state, delivery.reason
            FROM delivery JOIN message ON message.id = delivery.message_id
            ORDER BY delivery.made_at, delivery.id
            """
        )
        return [tuple(row) for row in rows]

    async def message(self, kind: str) -> Any:
        [row] = await self.floor.all("SELECT * FROM message WHERE kind = %(kind)s", kind=kind)
        return row

    async def untold(self) -> list[str]:
        rows = await self.floor.all(
            "SELECT reason FROM exception_entry WHERE kind = 'message_untold' AND state = 'open' ORDER BY id"
        )
        return [row.reason for row in rows]


def a_policy(*channels: str, **others: Any) -> Policy:
    """By these channels, at any hour."""
    anytime: dict[str, Any] = {"quiet_from": time(0), "quiet_until": time(0)}
    return Policy(channels=channels or ("whatsapp", "email"), **anytime | others)


async def a_town(
    floor: ShopFloor,
    keyring: Keyring,
    now: datetime,
    *,
    policy: Policy | None = None,
    doubt: Doubt = Doubt.NONE,
    stock: int = 50,
    teh: int | None = None,
    second: int = 0,
) -> Town:
    """A shop that tells things; `second` is how much coffee stands in another place."""
    goods = {"kopi": stock} if teh is None else {"kopi": stock, "teh": teh}
    places = {"JKT": JAKARTA, "SBY": SURABAYA} if second else None
    world = await a_shop(floor, now, stock=goods, places=places)
    if second:
        there = Goods(world.skus["kopi"], world.locations["SBY"], second)
        await floor.run(lambda tx: receive_stock(tx, [there], now=now))
    posts = {channel: Post(channel, doubt, now=now) for channel in ("whatsapp", "email", "sms")}
    clock = SetClock(now)

    async def senders(_: Tx) -> Mapping[str, Sender]:
        return dict(posts)

    await floor.run(lambda tx: set_policy(tx, policy or a_policy(), now=now))
    messenger = Messenger(floor.db, clock, keyring, PayLinks("https://toko.test", keyring), senders)
    return Town(world, clock, keyring, posts, messenger)


def with_email(name: str = "Ani Lestari", phone: str = "+6281234567890") -> Buyer:
    plain = a_buyer(name, phone)
    return Buyer(plain.name, plain.phone, "ani@contoh.id", plain.address)


async def person_of(town: Town, order: Order) -> UUID:
    assert order.customer_id is not None
    return order.customer_id
