"""Getting an order's money through a gateway, and finding out what became of it.

begin      a try is written down with the order locked; while an earlier one is in the air, none begins
promise    a payment promotion is reserved with the try, and asked for less by as much
ask        the gateway is called with no transaction open
note       what it said is kept: something to pay with, a failure, or nothing that can be understood
next       a rail that did nothing, and said so, is followed by the next one; the buyer saw nothing yet
aside      what the buyer was given before is taken back at its gateway, or watched until it is over
truth      whoever hears of news (a notification, the buyer's return, the clock) calls for asking, and
           only what the gateway answers to us moves money

A process that dies between two of these leaves a try that is asked for by the clock: the gateway knows
it by the reference it was given, or never heard of it.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

import psycopg

from orderan.flows import offer_promotion
from orderan.flows.book_tries import book_tries
from orderan.flows.fitting_rails import fitting
from orderan.flows.gateway_refuses import Asked, Call, note_calls, refuses_us
from orderan.flows.pay_links import PayLinks
from orderan.flows.payable import can_pay, is_payable, part_of, payable, sound_rails
from orderan.flows.route_payment import route_payment
from orderan.flows.weigh_cards import weigh_cards
from orderan.gateways import (
    ChargeAsked,
    Fault,
    Gateway,
    GatewayFailed,
    GatewayRefused,
    GatewayTrouble,
    Item,
    OutcomeUnknown,
    Payer,
    Truth,
)
from orderan.incidents import LOWERED_BEFORE, banner_for, maintenance_now
from orderan.kit import inbox
from orderan.kit.clock import Clock
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.errors import N_, Refusal
from orderan.kit.inbox import Stuck
from orderan.kit.together import raise_broken, to_its_end
from orderan.orders import Order, lock_orders, orders_by_id
from orderan.payments import (
    IN_THE_AIR,
    METHODS,
    Attempt,
    AttemptInTheAir,
    AttemptState,
    Blame,
    NoRail,
    Noted,
    Rail,
    RailPaused,
    attempts_of,
    begin_attempt,
    claim_due,
    note_charged,
    note_failed,
    note_truths,
    note_unknown,
    rails,
    rails_by_id,
)
from orderan.promotions import Card, Redemption, first_digits, of_attempts

BATCH: Final = 64
LANES: Final = 2
"""Where there is more than one batch: while one is being booked, another is asked about."""
MOST_BATCHES: Final = 4
"""Asked one after the other at most: a worker that shall stop waits for them, and a gateway may hang."""
AT_ONCE: Final = 32
"""Questions to one account in flight."""
NOT_STORABLE: Final = "not_storable"
"""A gateway's words or amounts that no column takes."""
LEASE: Final = timedelta(seconds=60)
"""Longer than a gateway may take: whoever took a try and died leaves it due again."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A promotion a buyer was shown and wants to pay with.

    Attributes:
        shown_minor: What they were shown it is worth; None where it depends on their choice of months.
        months: Of an instalment.
    """

    promotion_id: UUID
    shown_minor: int | None = None
    months: int | None = None


@dataclass
class Cashier:
    """Speaks to gateways for one process.

    Attributes:
        open: A rail's client; tests put a simulator here.
    """

    db: Database
    clock: Clock
    links: PayLinks
    open: Callable[[Tx, Rail], Awaitable[Gateway]]
    _turns: dict[UUID, asyncio.Semaphore] = field(
        default_factory=lambda: defaultdict(lambda: asyncio.Semaphore(AT_ONCE))
    )

    async def charge(
        self,
        caller: Caller,
        order_id: UUID,
        method: str,
        *,
        phone: str | None = None,
        wish: Wanted | None = None,
        part_minor: int | None = None,
        anew: bool = False,
        instead_of: UUID | None = None,
    ) -> Attempt:
        """Try to get what an order has due by a method, over its rails in their order.

        The try comes back OFFERED with something to pay with, PAID, UNKNOWN while nobody may try
        anything else, or DECLINED. What was offered for the same amount by the same method and can
        still be paid is offered again instead, unless its rail has trouble and another one has none.

        Args:
            phone: E.164, of a wallet that asks its owner there.
            wish: The promotion the buyer was shown; of a part of what is due there is none.
            part_minor: Only so much now, the rest another way or later; None is all that is due.
            anew: The buyer wants another one, whatever stands.
            instead_of: They want another one than this; asked twice, they get the one that came of it.

        Raises:
            OrderNotFound, NothingToPay: Of the order.
            PartDoesNotFit: Not so much, not this way.
            AttemptInTheAir: What became of an earlier try is not known yet.
            NoRail: The method has no rail, none that takes so much, or every one of them failed.
            PromotionNotFound, PromotionDoesNotApply, PromotionWorthChanged: Nothing was begun.
        """
        open_rails = await self.db.run(caller, lambda tx: _rails_for(tx, method))
        wanted = wish if part_minor is None else None
        standing = None if anew else await self._offered(caller, order_id, method, wanted, part_minor)
        if standing is not None and standing.id != instead_of:
            return standing
        amount, ranges = await self.db.run(
            caller, lambda tx: self._asked_for(tx, order_id, method, wanted, part_minor)
        )
        fit = fitting(open_rails, amount, card_ranges=ranges)
        if not fit:
            raise NoRail(method)
        known = await self.put_aside(caller, order_id)
        routed = await self.db.run(caller, lambda tx: self._routed(tx, order_id, method, fit, amount))
        begun = 0
        for rail in routed:
            try:
                attempt = await self._over(
                    caller,
                    order_id,
                    rail,
                    phone,
                    wanted,
                    part_minor=part_minor,
                    card_ranges=ranges,
                    known=known + begun,
                )
            except RailPaused:
                # Since the rails were put in their order: the next one is asked.
                continue
            begun += 1
            if attempt.state != AttemptState.FAILED:
                return attempt
        raise NoRail(method)

    async def ask(self, caller: Caller, attempt: Attempt) -> Attempt:
        """Ask the gateway what became of a try, and let the order follow.

        A gateway that does not answer is asked again later.
        """
        [noted] = await self._ask_all(caller, [attempt])
        return noted

    async def ask_due(self, caller: Caller, account_id: UUID | None = None) -> int:
        """Ask about every try that is due; returns how many there were.

        Args:
            account_id: Only those through this account, so that a gateway that hangs holds up no other.
        """
        due = await self._claim(caller, account_id)
        await self._ask_all(caller, due)
        if len(due) < BATCH:
            return len(due)
        lanes = [self._ask_on(caller, account_id) for _ in range(LANES)]
        return len(due) + sum(await asyncio.gather(*lanes))

    async def _ask_on(self, caller: Caller, account_id: UUID | None) -> int:
        asked = 0
        for _ in range(MOST_BATCHES):
            due = await self._claim(caller, account_id)
            await self._ask_all(caller, due)
            asked += len(due)
            if len(due) < BATCH:
                break
        return asked

    async def _claim(self, caller: Caller, account_id: UUID | None) -> list[Attempt]:
        now = self.clock.now()
        claim = partial(claim_due, now=now, until=now + LEASE, limit=BATCH, account_id=account_id)
        return await self.db.run(caller, claim)

    async def _asked_for(
        self, tx: Tx, order_id: UUID, method: str, wish: Wanted | None, part_minor: int | None
    ) -> tuple[int, tuple[str, ...]]:
        """What is to be charged, and how a card must begin that may pay it.

        What cannot be is refused before anything the buyer has is taken back.
        """
        order = await payable(tx, order_id)
        asked_for = part_of(order, METHODS[method], part_minor, await rails(tx))
        if wish is None:
            return asked_for, ()
        off = await offer_promotion.taken_off(
            tx,
            order,
            method,
            wish.promotion_id,
            months=wish.months,
            shown_minor=wish.shown_minor,
            now=self.clock.now(),
        )
        return asked_for - off, await offer_promotion.only_cards(tx, method, wish.promotion_id)

    async def _routed(
        self, tx: Tx, order_id: UUID, method: str, open_rails: Sequence[Rail], amount_minor: int
    ) -> list[Rail]:
        now = self.clock.now()
        windows = await maintenance_now(tx, ahead=LOWERED_BEFORE, now=now)
        maintained = [
            rail.id
            for rail in open_rails
            for window in windows
            if window.account_id == rail.account_id and (not window.methods or method in window.methods)
        ]
        told = await banner_for(tx, now=now, rails=[rail.id for rail in open_rails])
        return await route_payment(
            tx,
            order_id,
            method,
            open_rails,
            maintained=maintained,
            troubled=[banner.rail_id for banner in told if not banner.maintenance],
            amount_minor=amount_minor,
            now=now,
        )

    async def _offered(
        self, caller: Caller, order_id: UUID, method: str, wish: Wanted | None, part_minor: int | None
    ) -> Attempt | None:
        """What was offered by this method, with this promotion or this part, and can still be paid."""

        async def read(tx: Tx) -> Attempt | None:
            order = await payable(tx, order_id)
            tries = await attempts_of(tx, order_id)
            sound = await sound_rails(tx, method, now=now) if tries else set()
            uses = await of_attempts(tx, [attempt.id for attempt in tries])
            wanted = None if wish is None else (wish.promotion_id, wish.months)
            for attempt in reversed(tries):
                use = uses.get(attempt.id)
                used = None if use is None else (use.promotion_id, use.months)
                covered = use.off_minor if use else 0
                is_it = (attempt.method, used) == (method, wanted)
                amount = order.due_minor - covered if part_minor is None else part_minor
                well = attempt.rail_id in sound or not sound
                if (
                    is_it
                    and well
                    and attempt.amount_minor == amount
                    and can_pay(order, attempt, use, now=now)
                ):
                    return attempt
            return None

        now = self.clock.now()
        return await self.db.run(caller, read)

    async def put_aside(self, caller: Caller, order_id: UUID) -> int:
        """Take back what the buyer was given before, as far as its gateway can; the rest is watched.

        Returns how many tries there are: one more, and somebody else began since.

        Raises:
            AttemptInTheAir: What became of one is not known yet.
        """
        tries = await self.db.run(caller, lambda tx: attempts_of(tx, order_id))
        offered = [attempt for attempt in tries if attempt.state == AttemptState.OFFERED]
        if any(attempt.state in IN_THE_AIR for attempt in tries):
            raise AttemptInTheAir(str(order_id))
        if offered:
            reached = await self._reached(caller, offered)
            answers = [await self._answer(*reached[one.rail_id], one, over=True) for one in offered]
            await self._hear(caller, offered, answers)
        return len(tries)

    async def _over(
        self,
        caller: Caller,
        order_id: UUID,
        rail: Rail,
        phone: str | None,
        wish: Wanted | None,
        *,
        part_minor: int | None = None,
        card_ranges: tuple[str, ...] = (),
        known: int,
    ) -> Attempt:
        async def begin(tx: Tx) -> tuple[Attempt, Gateway, Order]:
            order = await payable(tx, order_id)
            now = self.clock.now()
            asked_for = part_of(order, METHODS[rail.method], part_minor, await rails(tx))
            use = None if wish is None else await _reserved(tx, order, rail.method, wish, now=now)
            ends = now + METHODS[rail.method].lasts
            attempt = await begin_attempt(
                tx,
                order.id,
                rail,
                number=order.number,
                known=known,
                amount_minor=asked_for - (use.off_minor if use else 0),
                due_minor=order.due_minor,
                currency=order.currency,
                expires_at=min(ends, until) if (until := order.pay_until(now)) else ends,
                now=now,
            )
            if use is not None:
                await offer_promotion.attach(tx, use, attempt)
            return attempt, await self.open(tx, rail), order

        attempt, gateway, order = await self.db.run(caller, begin)
        asked = replace(
            self._asked(attempt, rail, order, phone),
            months=wish.months if wish else None,
            card_ranges=card_ranges,
        )
        asked_at = time.monotonic()
        try:
            charged = await gateway.charge(asked)
        except (GatewayRefused, GatewayFailed) as failed:
            reason, blame, took_ms = failed.code, _blamed(failed), _since_ms(asked_at)
            return await self._note(
                caller,
                attempt,
                lambda tx, now: note_failed(tx, attempt, reason, blame=blame, took_ms=took_ms, now=now),
                refused=reason if refuses_us(failed) else None,
            )
        except OutcomeUnknown as lost:
            reason, took_ms = lost.code, _since_ms(asked_at)
            return await self._note(
                caller,
                attempt,
                lambda tx, now: note_unknown(tx, attempt, reason, took_ms=took_ms, now=now),
            )
        took_ms = _since_ms(asked_at)
        return await self._note(
            caller,
            attempt,
            lambda tx, now: note_charged(tx, attempt, charged, took_ms=took_ms, now=now),
            served=True,
        )

    async def _note(
        self,
        caller: Caller,
        attempt: Attempt,
        note: Callable[[Tx, datetime], Awaitable[Noted]],
        *,
        served: bool = False,
        refused: str | None = None,
    ) -> Attempt:
        """Keep what was heard and book what it moves, in one transaction.

        Args:
            served: The gateway made the charge.
            refused: Its word, where it refuses us rather than what we asked.
        """
        call = Call(attempt.rail_id, Asked.CHARGE)

        async def work(tx: Tx) -> Attempt:
            now = self.clock.now()
            await lock_orders(tx, [attempt.order_id])
            noted = await note(tx, now)
            await book_tries(tx, [noted], now=now)
            await note_calls(
                tx, refused={call: refused} if refused else {}, served=[call] if served else [], now=now
            )
            return noted.attempt

        return await self.db.run(caller, work)

    async def _ask_all(self, caller: Caller, attempts: Sequence[Attempt]) -> list[Attempt]:
        if not attempts:
            return []
        reached = await self._reached(caller, attempts)
        over = await self.db.run(caller, lambda tx: _no_longer_payable(tx, attempts))
        ends = await asyncio.gather(
            *(
                to_its_end(self._answer(*reached[one.rail_id], one, over=one.order_id in over))
                for one in attempts
            )
        )
        # An answer that breaks us is none; those of the others are heard before it is told.
        noted = await self._hear(caller, attempts, ends)
        raise_broken("answers", [None if isinstance(end, GatewayTrouble) else end for end in ends])
        return noted

    async def _reached(self, caller: Caller, attempts: Sequence[Attempt]) -> dict[UUID, tuple[UUID, Gateway]]:
        """The account and the client of each try, by its rail."""

        async def opened(tx: Tx) -> dict[UUID, tuple[UUID, Gateway]]:
            found = await rails_by_id(tx, {attempt.rail_id for attempt in attempts})
            return {rail.id: (rail.account_id, await self.open(tx, rail)) for rail in found.values()}

        return await self.db.run(caller, opened)

    async def _answer(
        self, account_id: UUID, gateway: Gateway, attempt: Attempt, *, over: bool
    ) -> Truth | GatewayTrouble:
        """What a gateway says of a try, or why it gives no answer.

        Args:
            over: Nobody shall pay it any more: an offer is taken back on this occasion.
        """
        asking = gateway.cancel if over and attempt.state == AttemptState.OFFERED else gateway.look_up
        async with self._turns[account_id]:
            try:
                return await asking(
                    reference=attempt.reference,
                    gateway_id=attempt.gateway_id,
                    method=attempt.method,
                    since=attempt.began_at,
                )
            except (GatewayFailed, GatewayRefused, OutcomeUnknown) as trouble:
                return trouble

    async def _hear(
        self, caller: Caller, attempts: Sequence[Attempt], answers: Sequence[Truth | Exception]
    ) -> list[Attempt]:
        """Note a batch of answers, and who refuses us; where one of them cannot be booked, each alone."""
        heard = [
            (attempt, answer if isinstance(answer, Truth) else None)
            for attempt, answer in zip(attempts, answers, strict=True)
        ]
        refused = {
            Call(attempt.rail_id, Asked.STATUS): answer.code
            for attempt, answer in zip(attempts, answers, strict=True)
            if isinstance(answer, GatewayTrouble) and refuses_us(answer)
        }
        served = {Call(attempt.rail_id, Asked.STATUS) for attempt, truth in heard if truth is not None}

        async def work(tx: Tx) -> list[Attempt]:
            now = self.clock.now()
            await lock_orders(tx, {attempt.order_id for attempt in attempts})
            noted = await note_truths(tx, heard, now=now)
            await book_tries(tx, noted, cards=_cards_in(heard), now=now)
            await weigh_cards(tx, self.links.keyring, _ranges_in(heard), now=now)
            await note_calls(tx, refused=refused, served=served, now=now)
            return [one.attempt for one in noted]

        try:
            return await self.db.run(caller, work)
        except (Refusal, psycopg.DataError) as fault:
            if len(attempts) > 1:
                pairs = zip(attempts, answers, strict=True)
                return [(await self._hear(caller, [one], [answer]))[0] for one, answer in pairs]
            reason = fault.code if isinstance(fault, Refusal) else NOT_STORABLE
            return await self._unbookable(caller, attempts[0], reason)

    async def _unbookable(self, caller: Caller, attempt: Attempt, reason: str) -> list[Attempt]:
        """The gateway says what the order's money cannot follow: a person looks, and it is asked again later."""

        async def work(tx: Tx) -> list[Attempt]:
            now = self.clock.now()
            await lock_orders(tx, [attempt.order_id])
            await inbox.report(tx, [_cannot_follow(attempt, reason)], now=now)
            # Whatever it said, it answers us.
            await note_calls(tx, refused={}, served=[Call(attempt.rail_id, Asked.STATUS)], now=now)
            return [noted.attempt for noted in await note_truths(tx, [(attempt, None)], now=now)]

        return await self.db.run(caller, work)

    def _asked(self, attempt: Attempt, rail: Rail, order: Order, phone: str | None) -> ChargeAsked:
        what = f"Pesanan {order.number}"
        return ChargeAsked(
            reference=attempt.reference,
            method=attempt.method,
            amount_minor=attempt.amount_minor,
            currency=attempt.currency,
            description=what,
            # A gateway needs a name for its receipt; it is not told who the buyer is.
            payer=Payer(what, phone),
            expires_at=attempt.expires_at,
            return_url=self.links.way_back(order.shop_id, order.id, now=attempt.began_at),
            notify_url=self.links.notifications(order.shop_id, rail.account_id),
            items=(Item(what, attempt.amount_minor, 1),),
        )


def _cards_in(heard: Sequence[tuple[Attempt, Truth | None]]) -> dict[UUID, Card]:
    return {
        attempt.id: Card(first_digits(truth.card_digits))
        for attempt, truth in heard
        if truth is not None and truth.card_digits
    }


def _ranges_in(heard: Sequence[tuple[Attempt, Truth | None]]) -> dict[UUID, str]:
    """How the card of each order begins, of the try that was heard last."""
    return {
        attempt.order_id: truth.card_digits
        for attempt, truth in heard
        if truth is not None and truth.card_digits
    }


async def _reserved(tx: Tx, order: Order, method: str, wish: Wanted, *, now: datetime) -> Redemption:
    return await offer_promotion.reserve(
        tx, order, method, wish.promotion_id, months=wish.months, shown_minor=wish.shown_minor, now=now
    )


async def _rails_for(tx: Tx, method: str) -> Sequence[Rail]:
    found = [rail for rail in await rails(tx) if rail.method == method and rail.state == "open"]
    if not found:
        raise NoRail(method)
    return found


async def _no_longer_payable(tx: Tx, attempts: Sequence[Attempt]) -> set[UUID]:
    """Orders among these that nobody shall pay any more."""
    orders = await orders_by_id(tx, {attempt.order_id for attempt in attempts})
    return {order.id for order in orders.values() if not is_payable(order)}


def _cannot_follow(attempt: Attempt, reason: str) -> Stuck:
    return Stuck(
        kind="payment_differs",
        reason=reason,
        subject_kind="order",
        subject_id=attempt.order_id,
        dedupe_key=f"payment_differs:{attempt.id}",
        payload={"reference": attempt.reference, "gateway": attempt.gateway},
        money_minor=attempt.amount_minor,
        currency=attempt.currency,
        deadline=None,
        next_step=N_("Cocokkan dengan dasbor gateway: uangnya tidak dapat dibukukan pada pesanan ini."),
    )


def _blamed(failed: GatewayRefused | GatewayFailed) -> Blame:
    if isinstance(failed, GatewayRefused):
        return Blame.GATEWAY if failed.of_account else Blame.OURS
    return Blame.BANK if failed.fault is Fault.BANK else Blame.GATEWAY


def _since_ms(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
