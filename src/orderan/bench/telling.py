"""A hundred thousand messages with crashes: each fact is told to its buyer exactly once.

messages              made, each of one fact and one person
letters               that providers sent; told_twice and told_never are of what they sent
messages_lost         made, not silenced, sent by nobody, and no person knows: neither the inbox nor the list of
                      messages nobody got names them
messages_in_doubt     a provider that cannot tell had them when the line tore or the sender died
doubled_in_doubt, unsent_in_doubt
                      of those, told by another channel too, and told by none: a person looks at them
crashes               senders that died with letters in their hands
audit_findings        of all that is proved on a live database
messages_per_s        from the first fact read to the last letter noted

Orders are placed and some of them cancelled; the teller follows their facts, two senders per channel hand
letters to a provider that dies, tears and refuses. Half of the buyers are first told by a provider that cannot tell
what became of a letter, as nearly all real ones; half by one that is asked; the third drops what it has.

What cannot tell doubles or loses by its nature: a letter in doubt that went out is told again by the next channel where
the buyer would lose money by not knowing, and one that did not go out is told nobody where they would not. Neither
can be told apart from here, so that those are counted by themselves, and told_twice is of all others. Time is told to the senders, so that waiting for a lease costs none.
"""

import asyncio
import itertools
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from datetime import time as hour
from typing import Any, Final
from uuid import UUID

from orderan.auditor import audit
from orderan.bench.ground import Ground, keyring, know_sizes, opened, prepared, server
from orderan.bench.promises import Promise
from orderan.customers import Buyer
from orderan.flows.cancel_order import cancel_order
from orderan.flows.pay_links import PayLinks
from orderan.flows.place_order import Placed, Placement, PlacementLine, place_orders
from orderan.flows.send_messages import Messenger
from orderan.flows.tell_buyer import teller
from orderan.kit.clock import SetClock
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.events import consume, sequence
from orderan.kit.ids import from_text
from orderan.notifications import (
    NATURES,
    REFERENCE,
    Doubt,
    Fate,
    Letter,
    Need,
    Policy,
    Receipt,
    RefusedForGood,
    Sender,
    SendingUnknown,
    SentAs,
    close_channel,
    set_policy,
)
from orderan.orders import take_numbers

MESSAGES: Final = 100_000
PER_ORDER: Final = 2
BATCH: Final = 250
SENDERS: Final = 2
CANCELLED: Final = 0.1
DIES, TEARS, REFUSES = 0.0005, 0.01, 0.02
"""Shares of letters: the process dies, the line tears, the provider refuses the address."""


class Died(BaseException):
    """A sender ends here, with a batch in its hands."""


@dataclass(frozen=True)
class Figures:
    """What one run measured."""

    messages: int
    letters: int
    told_twice: int
    told_never: int
    messages_lost: int
    messages_in_doubt: int
    doubled_in_doubt: int
    unsent_in_doubt: int
    crashes: int
    audit_findings: int
    messages_per_s: float


@dataclass
class Provider:
    """A provider that does not always answer; whether it knows what it has, or says so, its `doubt` tells."""

    channel: str
    doubt: Doubt
    clock: SetClock
    chance: random.Random
    out: dict[str, Letter] = field(default_factory=dict)
    copies: Counter[str] = field(default_factory=Counter)
    crashes: int = 0

    async def send(self, letter: Letter) -> SentAs:
        throw = self.chance.random()
        if throw < DIES:
            if self.chance.random() < 0.5:
                self._put(letter)
            self.crashes += 1
            raise Died
        if throw < DIES + TEARS:
            if self.chance.random() < 0.5:
                self._put(letter)
            raise SendingUnknown("cut_off")
        if throw < DIES + TEARS + REFUSES:
            raise RefusedForGood("not_there")
        self._put(letter)
        return SentAs(f"{self.channel}-{letter.reference}", 25)

    async def look_up(self, reference: str) -> Receipt:
        fate = Fate.SENT if reference in self.out else Fate.ABSENT
        return Receipt(fate, self.clock.now(), provider_id=f"{self.channel}-{reference}", cost_minor=25)

    def _put(self, letter: Letter) -> None:
        if self.doubt is Doubt.REPEAT and letter.reference in self.out:
            return
        self.out[letter.reference] = letter
        self.copies[letter.reference] += 1


def measure(
    *, messages: int = MESSAGES, seed: int = 1, tell: Callable[[str], None] = lambda _text: None
) -> Figures:
    """Run it on a throw-away server; what it made is gone afterwards."""
    with server() as url:
        ground = prepared(url, skus=10, units=1_000_000_000)
        return asyncio.run(_measure(ground, messages, seed, tell))


async def _measure(ground: Ground, messages: int, seed: int, tell: Callable[[str], None]) -> Figures:
    async with opened(ground) as db:
        caller = Caller(ground.shop.shop_id, "system:bench")
        return await told(ground, db, caller, messages=messages, seed=seed, tell=tell)


async def told(
    ground: Ground,
    db: Database,
    caller: Caller,
    *,
    messages: int,
    seed: int = 1,
    tell: Callable[[str], None] = lambda _text: None,
) -> Figures:
    """Orders whose buyers are told of them, through crashes."""
    clock, chance = SetClock(datetime.now(UTC)), random.Random(seed)  # noqa: S311 - a seed, not a secret
    providers = {
        "whatsapp": Provider("whatsapp", Doubt.NONE, clock, random.Random(seed + 1)),  # noqa: S311
        "sms": Provider("sms", Doubt.ASK, clock, random.Random(seed + 3)),  # noqa: S311
        "email": Provider("email", Doubt.REPEAT, clock, random.Random(seed + 2)),  # noqa: S311
    }
    await _begin(db, caller, clock)
    tell(f"{max(messages // PER_ORDER, 1)} orders")
    await _ordered(ground, db, caller, clock, chance, max(messages // PER_ORDER, 1))
    know_sizes(ground.url)
    tell("told, with crashes")
    began = time.perf_counter()
    await _follow(db, caller, clock)
    await _send(db, caller, clock, providers)
    # Reminders are due now; nobody has paid.
    limit = await db.run(caller, _first_limit)
    clock.at = max(clock.at, limit - timedelta(hours=1))
    await _send(db, caller, clock, providers)
    took_s = time.perf_counter() - began
    rows = await db.run(caller, _tried)
    copies: Counter[UUID] = Counter()
    for provider in providers.values():
        for reference, times in provider.copies.items():
            copies[rows[from_text(REFERENCE, reference)].message_id] += times
    told_ones = {row.message_id for row in rows.values() if row.told}
    silent = [name for name, provider in providers.items() if provider.doubt is Doubt.NONE]
    made = await db.run(caller, lambda tx: _made(tx, silent))
    doubted = {row.id for row in made if row.doubted}
    twice = {message for message, times in copies.items() if times > 1}
    return Figures(
        messages=len(made),
        letters=copies.total(),
        told_twice=len(twice - doubted),
        told_never=len(told_ones - copies.keys()),
        messages_lost=sum(1 for row in made if not row.known and row.id not in copies),
        messages_in_doubt=len(doubted),
        doubled_in_doubt=len(twice & doubted),
        unsent_in_doubt=len(doubted - copies.keys()),
        crashes=sum(provider.crashes for provider in providers.values()),
        audit_findings=len(audit(ground.url, now=clock.now()).findings),
        messages_per_s=round(len(made) / took_s, 1),
    )


async def _tried(tx: Tx) -> dict[UUID, Any]:
    """Every try by its id, with its message and whether that counts as told."""
    rows = await tx.all(
        """
        SELECT delivery.id, delivery.message_id, message.state = 'told' AS told
        FROM delivery
        JOIN message ON message.shop_id = delivery.shop_id AND message.id = delivery.message_id
        WHERE delivery.shop_id = %(shop)s
        """,
        {"shop": tx.shop_id},
    )
    return {row.id: row for row in rows}


async def _made(tx: Tx, silent: Sequence[str]) -> list[Any]:
    """Every message: whether it was silenced or a person knows of it, and whether one that cannot tell had it last.

    Args:
        silent: Channels whose provider cannot tell.
    """
    urgent = [str(kind) for kind, nature in NATURES.items() if nature.need is Need.MUST]
    return await tx.all(
        """
        SELECT message.id,
               message.state = 'suppressed' OR (message.state = 'untold' AND (message.kind <> ALL(%(urgent)s) OR EXISTS (
                   SELECT FROM exception_entry AS entry
                   WHERE entry.shop_id = %(shop)s AND entry.kind = 'message_untold' AND entry.state = 'open'
                     AND entry.subject_id = message.id))) AS known,
               EXISTS (SELECT FROM delivery
                       WHERE delivery.shop_id = %(shop)s AND delivery.message_id = message.id
                         AND delivery.channel = ANY(%(silent)s) AND delivery.reason = 'in_doubt') AS doubted
        FROM message
        WHERE message.shop_id = %(shop)s
        """,
        {"shop": tx.shop_id, "urgent": urgent, "silent": list(silent)},
    )


async def _begin(db: Database, caller: Caller, clock: SetClock) -> None:
    policy = Policy(channels=("whatsapp", "sms", "email"), quiet_from=hour(0), quiet_until=hour(0))
    await db.run(caller, lambda tx: set_policy(tx, policy, now=clock.now()))


async def _ordered(
    ground: Ground, db: Database, caller: Caller, clock: SetClock, chance: random.Random, orders: int
) -> None:
    """Place orders, each of a buyer of its own, half of whom closed WhatsApp, and cancel some."""
    serial = itertools.count()

    async def placing(tx: Tx, size: int) -> list[Placed]:
        numbers = iter(await take_numbers(tx, size))
        asked = [
            Placement(
                channel="web",
                lines=[PlacementLine("K0", 1)],
                buyer=Buyer("Budi", f"+62812{next(serial):08}", "budi@contoh.id", None),
            )
            for _ in range(size)
        ]
        answers = await place_orders(
            tx, ground.shop, asked, keyring=keyring(), next_number=lambda: next(numbers), now=clock.now()
        )
        return [answer for answer in answers if isinstance(answer, Placed)]

    for left in range(orders, 0, -BATCH):
        placed = await db.run(caller, lambda tx, left=left: placing(tx, min(left, BATCH)))  # type: ignore[misc]
        closed = [one.order.customer_id for one in placed[::2] if one.order.customer_id]
        await db.run(
            caller,
            lambda tx, closed=closed: close_channel(tx, closed, "whatsapp", now=clock.now()),  # type: ignore[misc]
        )
        for one in placed:
            if chance.random() < CANCELLED:
                await db.run(
                    caller,
                    lambda tx, one=one: cancel_order(  # type: ignore[misc]
                        tx, one.order.id, reason="bench", now=clock.now()
                    ),
                )


async def _follow(db: Database, caller: Caller, clock: SetClock) -> None:
    consumer = teller(clock)
    while await db.run(caller, sequence):
        pass
    while await db.run(caller, lambda tx: consume(tx, consumer)):
        pass


async def _send(db: Database, caller: Caller, clock: SetClock, providers: Mapping[str, Provider]) -> None:
    """Send until nothing waits; who dies is followed by another, and time goes on."""

    async def senders(_: Tx) -> Mapping[str, Sender]:
        return dict(providers)

    def messenger() -> Messenger:
        return Messenger(db, clock, keyring(), PayLinks("https://bench.test", keyring()), senders)

    async def life(channel: str) -> int:
        try:
            return await messenger().send_due(caller, channel)
        except Died:
            return 1

    quiet = 0
    while quiet < 3:
        done: Sequence[int] = await asyncio.gather(
            *(life(channel) for channel in providers for _ in range(SENDERS))
        )
        left = await db.run(caller, _in_the_air)
        quiet = 0 if any(done) or left else quiet + 1
        if not any(done):
            clock.at += timedelta(minutes=1)


async def _first_limit(tx: Tx) -> Any:
    return await tx.value(
        "SELECT min(hold_until) FROM sales_order WHERE shop_id = %(shop)s", {"shop": tx.shop_id}
    )


async def _in_the_air(tx: Tx) -> int:
    return int(
        await tx.value(
            "SELECT count(*) FROM delivery WHERE shop_id = %(shop)s AND state IN ('sending', 'unknown')",
            {"shop": tx.shop_id},
        )
    )


PROMISES: Final = (
    Promise("told_twice", at_most=0, binds=True),
    Promise("told_never", at_most=0, binds=True),
    Promise("messages_lost", at_most=0, binds=True),
    Promise("audit_findings", at_most=0, binds=True),
)
