"""A refund goes back through the gateways its money came from.

begin      the parts are written down with the order locked; while one is in the air, none begins
ask        each gateway is called with no transaction open, by a key that stays the same
note       what it said is kept and booked: sent, on its way, not sent, or nobody knows
again      what is not final is asked by the clock with the same key, what is done a few times more:
           a bank that could not credit its customer sends the money back, and the refund is owed again

A process that dies between two of these leaves a try the clock asks for: the gateway sends it once
however often it is asked by one key.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from orderan.flows.book_refund import book_part, lock_refund, take_back
from orderan.flows.gateway_refuses import Asked, Call, note_calls
from orderan.flows.refund_vouchers import return_to_vouchers, share_of_vouchers
from orderan.gateways import (
    Gateway,
    GatewayFailed,
    GatewayRefused,
    OutcomeUnknown,
    RefundAsked,
)
from orderan.kit import inbox
from orderan.kit.clock import Clock
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.errors import N_, Refusal
from orderan.kit.ids import to_text
from orderan.kit.inbox import Stuck
from orderan.kit.together import raise_broken, to_its_end
from orderan.payments import (
    Attempt,
    MoneyKind,
    NoWayBack,
    Piece,
    Rail,
    Refund,
    RefundNoted,
    RefundTry,
    Source,
    TryState,
    attempts_of,
    begin_tries,
    captured_tries,
    failed_key,
    money_of_try,
    note_booked,
    note_refund_failed,
    note_refund_refused,
    note_refund_unknown,
    note_refunding,
    rail_of,
    split,
    tries_due,
    understood,
)

BATCH = 50
AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class WayBack:
    """How a refund can go back.

    Attributes:
        left_minor: What of it no gateway can send: somebody pays it out.
        voucher_minor: What goes back onto the vouchers that paid a part of the order.
    """

    pieces: tuple[Piece, ...]
    left_minor: int
    voucher_minor: int = 0


@dataclass
class Refunder:
    """Sends refunds back for one process.

    Attributes:
        open: An account's client; tests put a simulator here.
    """

    db: Database
    clock: Clock
    open: Callable[[Tx, Rail], Awaitable[Gateway]]

    async def way_back(self, tx: Tx, refund: Refund) -> WayBack:
        """How what is left of a refund would go back now."""
        share = await share_of_vouchers(tx, refund)
        sources = await self._sources(tx, refund.order_id)
        pieces, left = split(refund.left_minor - share, sources, now=self.clock.now())
        return WayBack(tuple(pieces), left, share)

    async def send(self, caller: Caller, refund_id: UUID) -> list[RefundTry]:
        """Send back what of a refund is left, as far as gateways can; returns the tries as they stand.

        Raises:
            RefundNotFound, IllegalMove: There is none that waits to be paid.
            ApprovalNeeded: A second person has to agree first.
            RefundInTheAir: What became of an earlier try is not known yet.
            NoWayBack: No gateway can send any of it.
        """
        tries = await self.db.run(caller, lambda tx: self._begin(tx, refund_id))
        return [await self._ask(caller, one, first=True) for one in tries]

    async def ask(self, caller: Caller, one: RefundTry) -> RefundTry:
        """Ask the gateway again what became of a try."""
        return await self._ask(caller, one, first=False)

    async def ask_due(self, caller: Caller) -> int:
        """Ask about every try that is due; returns how many there were.

        One that hangs or breaks holds up no other; what broke is raised once all were asked about.
        """
        due = await self.db.run(caller, lambda tx: tries_due(tx, now=self.clock.now(), limit=BATCH))
        turns = asyncio.Semaphore(AT_ONCE)

        async def in_turn(one: RefundTry) -> RefundTry:
            async with turns:
                return await self.ask(caller, one)

        raise_broken("refunds", await asyncio.gather(*(to_its_end(in_turn(one)) for one in due)))
        return len(due)

    async def _begin(self, tx: Tx, refund_id: UUID) -> list[RefundTry]:
        order, refund = await lock_refund(tx, refund_id)
        now = self.clock.now()
        was = refund.state
        refund = await return_to_vouchers(tx, order, refund, now=now)
        if refund.state != was:
            # Vouchers had paid for all of it.
            return []
        way = await self.way_back(tx, refund)
        tries = await begin_tries(tx, refund, way.pieces, now=now)
        if not tries:
            raise NoWayBack(refund.left_minor, refund.currency)
        await inbox.settle(tx, [failed_key(refund_id)], note="tried again", now=now)
        return tries

    async def _sources(self, tx: Tx, order_id: UUID) -> list[Source]:
        sources = []
        for attempt, paid_at, back_minor in await captured_tries(tx, order_id):
            room = max(attempt.booked_minor - attempt.returned_minor - back_minor, 0)
            source = Source(attempt, paid_at, room)
            gateway = await self.open(tx, await rail_of(tx, attempt.rail_id))
            offer = gateway.offers.get(attempt.method)
            # Without the gateway's own name for the payment there is nothing to refer it to.
            if offer is not None and offer.refundable and attempt.gateway_id is not None:
                until = None if offer.refund_days is None else paid_at + timedelta(days=offer.refund_days)
                source = replace(source, refundable=True, partly=offer.partly, until=until)
            sources.append(source)
        return sources

    async def _ask(self, caller: Caller, one: RefundTry, *, first: bool) -> RefundTry:
        async def opened(tx: Tx) -> tuple[Attempt, Gateway]:
            attempt = await _attempt_of(tx, one)
            return attempt, await self.open(tx, await rail_of(tx, attempt.rail_id))

        attempt, gateway = await self.db.run(caller, opened)
        try:
            told = await gateway.refund(_asked(one, attempt, first=first))
        except GatewayRefused as refused:
            reason = refused.code
            if refused.of_account:
                await self._refuses_us(caller, attempt, reason)
            if not first:
                return await self._refused_again(caller, one, attempt, gateway, reason)
            return await self._note(
                caller, one, lambda tx, now: note_refund_failed(tx, one.id, reason, now=now)
            )
        except (GatewayFailed, OutcomeUnknown) as trouble:
            reason = trouble.code
            # That nothing happened this time says nothing about the time before.
            note = note_refund_failed if first and isinstance(trouble, GatewayFailed) else note_refund_unknown
            return await self._note(caller, one, lambda tx, now: note(tx, one.id, reason, now=now))
        return await self._note(
            caller,
            one,
            lambda tx, now: note_refunding(tx, one.id, told, now=now),
            served=Call(attempt.rail_id, Asked.REFUND),
        )

    async def _refuses_us(self, caller: Caller, attempt: Attempt, reason: str) -> None:
        now, call = self.clock.now(), Call(attempt.rail_id, Asked.REFUND)
        await self.db.run(caller, lambda tx: note_calls(tx, refused={call: reason}, served=(), now=now))

    async def _refused_again(
        self, caller: Caller, one: RefundTry, attempt: Attempt, gateway: Gateway, reason: str
    ) -> RefundTry:
        """A gateway that refuses the second time may do so because it did it the first time."""
        try:
            truth = await gateway.look_up(
                reference=attempt.reference, gateway_id=attempt.gateway_id, method=attempt.method
            )
        except (GatewayFailed, GatewayRefused):
            return await self._note(
                caller, one, lambda tx, now: note_refund_unknown(tx, one.id, reason, now=now)
            )
        told = understood(attempt, truth)
        return await self._note(
            caller, one, lambda tx, now: note_refund_refused(tx, one.id, reason, told, now=now)
        )

    async def _note(
        self,
        caller: Caller,
        one: RefundTry,
        note: Callable[[Tx, datetime], Awaitable[RefundNoted]],
        *,
        served: Call | None = None,
    ) -> RefundTry:
        """Keep what was heard and book what it moves, in one transaction.

        Args:
            served: What the gateway did for us.
        """

        async def work(tx: Tx) -> RefundTry:
            now = self.clock.now()
            order, refund = await lock_refund(tx, one.refund_id)
            await note_calls(tx, refused={}, served=[served] if served else [], now=now)
            noted = await note(tx, now)
            if noted.kind is None:
                return noted.tried
            attempt = await _attempt_of(tx, one)
            part = money_of_try(noted.tried, noted.kind, method=attempt.method, gateway=attempt.gateway)
            if noted.kind is MoneyKind.REFUND_REVERSED:
                await take_back(tx, refund, part, now=now)
                return await note_booked(tx, noted.tried, 0)
            answer = await book_part(tx, order, refund, part, now=now)
            if isinstance(answer, Refusal):
                await inbox.report(tx, [_beyond(noted.tried, answer)], now=now)
                return noted.tried
            return await note_booked(tx, noted.tried, part.amount_minor)

        return await self.db.run(caller, work)


async def _attempt_of(tx: Tx, one: RefundTry) -> Attempt:
    return next(found for found in await attempts_of(tx, one.order_id) if found.id == one.attempt_id)


def _asked(one: RefundTry, attempt: Attempt, *, first: bool) -> RefundAsked:
    return RefundAsked(
        key=one.key,
        reference=attempt.reference,
        gateway_id=attempt.gateway_id or "",
        method=attempt.method,
        amount_minor=one.amount_minor,
        currency=one.currency,
        # Why a buyer is paid back is the shop's and theirs; the gateway needs a word, and gets ours.
        reason=to_text("rfd", one.refund_id),
        again=not first,
        taken=one.state in {TryState.PENDING, TryState.DONE},
    )


def _beyond(one: RefundTry, refusal: Refusal) -> Stuck:
    return Stuck(
        kind="refund_beyond",
        reason=refusal.code,
        subject_kind="order",
        subject_id=one.order_id,
        dedupe_key=f"refund_beyond:{one.id}",
        payload={"refund": to_text("rfd", one.refund_id), "key": one.key, "amount_minor": one.amount_minor},
        money_minor=one.amount_minor,
        currency=one.currency,
        deadline=None,
        next_step=N_(
            "Uang ini dikembalikan gateway, padahal sudah ditarik bank: minta gateway membatalkannya."
        ),
    )
