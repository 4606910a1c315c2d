"""The demo shop's accounts at payment gateways, what each method costs there, and what went over them.

Of the last weeks some buyers paid through a gateway: they were given something to pay with, a few let it
run out first, and the gateway sent word a little after they had paid. All of it goes through the product's own
commands, so that the watch of rails and the choice between them have something to tell of.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from orderan.demo import store
from orderan.flows.follow_health import follow_health
from orderan.flows.payment_incident import close, open_incident, recover
from orderan.flows.place_order import Placed
from orderan.flows.route_payment import route_payment
from orderan.flows.settle_payment import settle_payments
from orderan.flows.watch_rails import learn_rails, watch_rails
from orderan.gateways import GATEWAY_NAMES, Charged, Instrument, InstrumentKind, Outcome, Truth, offers_of
from orderan.incidents import Kind, Severity, add_note, keep_contact, plan_maintenance
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.i18n import local_date
from orderan.orders import Order
from orderan.payments import (
    METHODS,
    Attempt,
    Blame,
    Fee,
    Group,
    MoneyEvent,
    Rail,
    begin_attempt,
    note_charged,
    note_failed,
    note_truths,
    open_account,
    pause_rail,
    rails,
    set_fee,
)

FEES: Final[Mapping[Group, tuple[int, int]]] = {
    Group.VIRTUAL_ACCOUNT: (4_000, 0),
    Group.QRIS: (0, 70),
    Group.WALLET: (0, 200),
    Group.CARD: (2_000, 290),
    Group.PAY_LATER: (0, 230),
    Group.COUNTER: (5_000, 0),
    Group.DIRECT_DEBIT: (3_000, 0),
}
"""Rupiah per payment and basis points, about what gateways publish."""
PPN_BP: Final = 1_100


@dataclass(frozen=True, slots=True)
class GatewayThere:
    """A gateway the demo shop has an account at."""

    gateway: str
    base_url: str
    credentials: Mapping[str, str]


async def open_tills(tx: Tx, keyring: Keyring, there: Sequence[GatewayThere], *, now: datetime) -> None:
    """Open an account at each, the first choice first, with a rail for every method it offers."""
    for rank, gateway in enumerate(there):
        await open_account(
            tx,
            keyring,
            gateway=gateway.gateway,
            name=GATEWAY_NAMES[gateway.gateway],
            base_url=gateway.base_url,
            credentials=gateway.credentials,
            methods=[method for method in METHODS if method in offers_of(gateway.gateway)],
            now=now,
        )
        # A second gateway is a little dearer: that is why it is the second.
        extra = 500 * rank
        day = local_date(now, "Asia/Jakarta")
        for rail in await rails(tx):
            if rail.gateway == gateway.gateway:
                fixed, rate_bp = FEES[METHODS[rail.method].group]
                await set_fee(tx, rail.id, Fee(day, fixed + extra, rate_bp, 0, PPN_BP))


LIKED: Final = (("qris", 36), ("va_bca", 26), ("gopay", 14), ("va_mandiri", 12), ("va_bri", 8), ("dana", 4))
"""How buyers pay, in parts of a hundred."""
LATELY: Final = timedelta(days=30)
"""Since when they pay through gateways."""
TRIES: Final = 36
"""Of buyers whose bank is half away, in the last three quarters of an hour."""
UNSEEN: Final = timedelta(hours=1)
"""What the watch has not counted yet when the last troubles begin: it never looks at the same minutes twice."""
WATCHED: Final = timedelta(days=9)
SECOND: Final = timedelta(seconds=1)
MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)


@dataclass
class Tills:
    """What buyers paid through the shop's gateways.

    Attributes:
        since: Before that they paid by bank transfer alone.
        chance: Of its own, so that a shop without gateways is the same shop.
    """

    since: datetime
    chance: random.Random
    carried: Mapping[str, Sequence[Rail]] = field(default_factory=dict)

    def takes(self, at: datetime) -> bool:
        """Whether somebody who pays now pays here."""
        return bool(self.carried) and at >= self.since and self.chance.random() < 0.6

    async def pay(self, tx: Tx, placed: Placed, *, turn: int, at: datetime) -> list[MoneyEvent]:
        """Everything an order's money says after its buyer paid a little before now."""
        [method] = self.chance.choices([name for name, _ in LIKED], [parts for _, parts in LIKED])
        asked_at = at - timedelta(minutes=self.chance.uniform(4, 25), seconds=-turn)
        chosen_at = asked_at - 20 * MINUTE
        routed = await route_payment(tx, placed.order.id, method, self.carried[method], now=chosen_at)
        events: list[MoneyEvent] = []
        tries = 0
        if self.chance.random() < 0.12:
            given, events = await self._given(tx, placed.order, routed[0], now=chosen_at)
            [over] = await note_truths(tx, [(given, self._truth(given, Outcome.EXPIRED))], now=asked_at)
            events = [*events, *over.events]
            tries = 1
        given, begun = await self._given(tx, placed.order, routed[0], tries=tries, now=asked_at)
        lag = timedelta(seconds=self.chance.lognormvariate(1.2, 0.8))
        paid_at = max(asked_at + MINUTE, at - lag - timedelta(seconds=self.chance.uniform(0, 60)))
        truth = self._truth(given, Outcome.SUCCEEDED, paid_minor=given.amount_minor, at=paid_at)
        [paid] = await note_truths(tx, [(given, truth)], now=paid_at + lag)
        await store.insert_word(tx, routed[0].account_id, given.id, at=paid_at + lag)
        return [*events, *begun, *paid.events]

    async def try_in_vain(self, tx: Tx, order: Order, rail: Rail, *, refused: bool, at: datetime) -> None:
        """A buyer who got nothing to pay with from the bank, or let it be."""
        if not refused:
            given, events = await self._given(tx, order, rail, tries=None, now=at)
            [over] = await note_truths(tx, [(given, self._truth(given, Outcome.EXPIRED))], now=at + MINUTE)
            await settle_payments(tx, [*events, *over.events], now=at + MINUTE)
            return
        attempt = await self._begun(tx, order, rail, tries=None, now=at)
        took_ms = round(self.chance.uniform(4_000, 9_000))
        ended = at + timedelta(milliseconds=took_ms)
        await note_failed(tx, attempt, "bank_away", blame=Blame.BANK, took_ms=took_ms, now=ended)

    async def _given(
        self, tx: Tx, order: Order, rail: Rail, *, tries: int | None = 0, now: datetime
    ) -> tuple[Attempt, list[MoneyEvent]]:
        attempt = await self._begun(tx, order, rail, tries=tries, now=now)
        took_ms = round(self.chance.lognormvariate(6.0, 0.5))
        instrument = Instrument(InstrumentKind.VIRTUAL_ACCOUNT, number=f"8808{order.number:08d}")
        charged = Charged(f"demo-{attempt.reference}", Outcome.PENDING, instrument, b"{}")
        noted = await note_charged(
            tx, attempt, charged, took_ms=took_ms, now=now + timedelta(milliseconds=took_ms)
        )
        return noted.attempt, list(noted.events)

    async def _begun(self, tx: Tx, order: Order, rail: Rail, *, tries: int | None, now: datetime) -> Attempt:
        return await begin_attempt(
            tx,
            order.id,
            rail,
            number=order.number,
            known=tries,
            amount_minor=order.due_minor,
            currency=order.currency,
            expires_at=now + METHODS[rail.method].lasts,
            now=now,
        )

    def _truth(
        self, given: Attempt, outcome: Outcome, *, paid_minor: int = 0, at: datetime | None = None
    ) -> Truth:
        return Truth(
            reference=given.reference,
            gateway_id=given.gateway_id,
            outcome=outcome,
            amount_minor=given.amount_minor,
            currency=given.currency,
            paid_minor=paid_minor,
            at=at,
        )

    async def look(self, tx: Tx, *, now: datetime) -> None:
        """The watch of rails counts what was done up to now."""
        if self.carried:
            await watch_rails(tx, now=now)


async def carried_by(tx: Tx) -> dict[str, list[Rail]]:
    """The rails of each method buyers like, the first choice first."""
    there = await rails(tx)
    return {name: [rail for rail in there if rail.method == name] for name, _ in LIKED}


async def last_troubles(tx: Tx, tills: Tills, waiting: Sequence[Order], *, now: datetime) -> None:
    """What there is to see on the board: an outage of last week, a bank that fails right now, one rail paused.

    Args:
        waiting: Orders whose buyers try to pay just now, and are refused by the bank.
    """
    if not tills.carried:
        return
    while await learn_rails(tx, now=now):
        pass
    first, *_ = tills.carried["va_bca"]
    await _outage(tx, first, since=now - 5 * DAY - 3 * HOUR)
    await plan_maintenance(
        tx,
        first.account_id,
        ["va_bri"],
        starts_at=now + 9 * HOUR,
        ends_at=now + 11 * HOUR,
        title="Perawatan sistem inti BRI",
        now=now,
    )
    paused = tills.carried["dana"][0]
    await pause_rail(
        tx,
        paused.id,
        reason="Saldo pembeli terpotong tanpa kabar; menunggu jawaban penyedia.",
        until=now + DAY,
        now=now - 4 * HOUR,
    )
    troubled = tills.carried["va_mandiri"][0]
    for turn in range(TRIES if waiting else 0):
        await tills.try_in_vain(
            tx,
            waiting[turn % len(waiting)],
            troubled,
            refused=turn % 3 == 0,
            at=now - 45 * MINUTE + turn * MINUTE,
        )
    await watch_rails(tx, now=now)
    await follow_health(tx, now=now)
    await store.ask_no_more(tx)


async def _outage(tx: Tx, rail: Rail, *, since: datetime) -> None:
    """Three quarters of an hour in which a bank was away, with what the provider said of it."""
    contact = "Meja bantuan merchant"
    await keep_contact(
        tx,
        rail.account_id,
        name=contact,
        phone="1500-770",
        email="merchant@gateway.example",
        hours="24 jam",
        now=since - DAY,
    )
    opened = await open_incident(
        tx,
        [rail.id],
        kind=Kind.DOWN,
        severity=Severity.MAJOR,
        since=since,
        evidence={"note": "Sembilan pembeli gagal membuat nomor BCA berturut-turut"},
        now=since + 4 * MINUTE,
    )
    incident = opened.incident.id
    said = (
        (6, False, "what", "Nomor BCA gagal dibuat sejak beberapa menit. Apa yang terjadi?"),
        (17, True, "what", "Sambungan ke BCA terputus, sedang dipindah ke jalur cadangan."),
        (31, True, "how_long", "Perkiraan selesai lima belas menit lagi."),
    )
    for minutes, heard, question, words in said:
        await add_note(
            tx,
            incident,
            heard=heard,
            who=contact if heard else "",
            question=question,
            words=words,
            now=since + minutes * MINUTE,
        )
    await recover(tx, incident, now=since + 46 * MINUTE)
    review = "Sambungan BCA di gateway putus 46 menit. Lain kali pindah jalur pada menit kelima."
    await close(tx, incident, review=review, now=since + 2 * HOUR)
