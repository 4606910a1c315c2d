"""Getting an order's money through a gateway, and finding out what became of it.

begin      a try is written down with the order locked; while an earlier one is in the air, none begins
ask        the gateway is called with no transaction open
note       what it said is kept: something to pay with, a failure, or nothing that can be understood
next       a rail that did nothing, and said so, is followed by the next one; the buyer saw nothing yet
truth      whoever hears of news (a notification, the buyer's return, the clock) asks the gateway itself,
           and only its answer moves money

A process that dies between two of these leaves a try that is asked for by the clock: the gateway knows
it by the reference it was given, or never heard of it.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from orderan.flows.settle_payment import settle_payments
from orderan.gateways import (
    ChargeAsked,
    Charged,
    Gateway,
    GatewayFailed,
    GatewayRefused,
    Item,
    OutcomeUnknown,
    Payer,
    Truth,
)
from orderan.kit.clock import Clock
from orderan.kit.crypto import Keyring
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.errors import Refusal
from orderan.orders import Commercial, Order, OrderNotFound, Terms, lock_orders
from orderan.payments import (
    METHODS,
    Attempt,
    AttemptState,
    NoRail,
    Noted,
    NothingToPay,
    Rail,
    attempts_due,
    begin_attempt,
    note_charged,
    note_failed,
    note_truth,
    note_unasked,
    note_unknown,
    rail_of,
    rails,
)

BATCH = 50


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a gateway and a buyer find us; `{reference}` stands for the try's."""

    return_url: str
    notify_url: str


@dataclass
class Cashier:
    """Speaks to gateways for one process.

    Attributes:
        open: An account's client; tests put a simulator here.
    """

    db: Database
    keyring: Keyring
    clock: Clock
    addresses: Addresses
    open: Callable[[Tx, Rail], Awaitable[Gateway]]

    async def charge(self, caller: Caller, order_id: UUID, method: str) -> Attempt:
        """Try to get what an order has due by a method, over its rails in their order.

        The try comes back OFFERED with something to pay with, PAID, UNKNOWN while nobody may try
        anything else, or DECLINED.

        Raises:
            OrderNotFound, NothingToPay: Of the order.
            AttemptInTheAir: What became of an earlier try is not known yet.
            NoRail: The method has no rail, or every one of them failed.
        """
        open_rails = await self.db.run(caller, lambda tx: _rails_for(tx, method))
        for rail in open_rails:
            attempt = await self._over(caller, order_id, rail)
            if attempt.state != AttemptState.FAILED:
                return attempt
        raise NoRail(method)

    async def ask(self, caller: Caller, attempt: Attempt) -> Attempt:
        """Ask the gateway what became of a try, and let the order follow.

        A gateway that does not answer is asked again later.
        """
        rail = await self.db.run(caller, lambda tx: rail_of(tx, attempt.rail_id))
        gateway = await self.db.run(caller, lambda tx: self.open(tx, rail))
        try:
            truth = await gateway.look_up(
                reference=attempt.reference, gateway_id=attempt.gateway_id, method=attempt.method
            )
        except (GatewayFailed, GatewayRefused):
            return await self._note(caller, attempt, lambda tx, now: note_unasked(tx, attempt.id, now=now))
        return await self._hear(caller, attempt, truth)

    async def ask_due(self, caller: Caller) -> int:
        """Ask about every try that is due, one after another; returns how many there were."""
        due = await self.db.run(caller, lambda tx: attempts_due(tx, now=self.clock.now(), limit=BATCH))
        for attempt in due:
            await self.ask(caller, attempt)
        return len(due)

    async def _over(self, caller: Caller, order_id: UUID, rail: Rail) -> Attempt:
        async def begin(tx: Tx) -> tuple[Attempt, Gateway, Order]:
            order = await _payable(tx, order_id)
            now = self.clock.now()
            ends = now + METHODS[rail.method].lasts
            attempt = await begin_attempt(
                tx,
                order.id,
                rail,
                number=order.number,
                amount_minor=order.due_minor,
                currency=order.currency,
                expires_at=min(ends, order.hold_until) if order.hold_until else ends,
                now=now,
            )
            return attempt, await self.open(tx, rail), order

        attempt, gateway, order = await self.db.run(caller, begin)
        try:
            charged = await gateway.charge(self._asked(attempt, order))
        except (GatewayRefused, GatewayFailed) as failed:
            reason = failed.code
            return await self._note(
                caller, attempt, lambda tx, now: note_failed(tx, attempt.id, reason, now=now)
            )
        except OutcomeUnknown as lost:
            reason = lost.code
            return await self._note(
                caller, attempt, lambda tx, now: note_unknown(tx, attempt.id, reason, now=now)
            )
        return await self._taken(caller, attempt, charged)

    async def _taken(self, caller: Caller, attempt: Attempt, charged: Charged) -> Attempt:
        return await self._note(
            caller, attempt, lambda tx, now: note_charged(tx, attempt.id, charged, now=now)
        )

    async def _hear(self, caller: Caller, attempt: Attempt, truth: Truth) -> Attempt:
        return await self._note(caller, attempt, lambda tx, now: note_truth(tx, attempt.id, truth, now=now))

    async def _note(
        self, caller: Caller, attempt: Attempt, note: Callable[[Tx, datetime], Awaitable[Noted]]
    ) -> Attempt:
        """Keep what was heard and book what it moves, in one transaction."""

        async def work(tx: Tx) -> Attempt:
            now = self.clock.now()
            await lock_orders(tx, [attempt.order_id])
            noted = await note(tx, now)
            for answer in await settle_payments(tx, noted.events, now=now):
                if isinstance(answer, Refusal):
                    raise answer
            return noted.attempt

        return await self.db.run(caller, work)

    def _asked(self, attempt: Attempt, order: Order) -> ChargeAsked:
        what = f"Pesanan {order.number}"
        return ChargeAsked(
            reference=attempt.reference,
            method=attempt.method,
            amount_minor=attempt.amount_minor,
            currency=attempt.currency,
            description=what,
            # A gateway needs a name for its receipt; it is not told who the buyer is.
            payer=Payer(what),
            expires_at=attempt.expires_at,
            return_url=self.addresses.return_url.format(reference=attempt.reference),
            notify_url=self.addresses.notify_url.format(reference=attempt.reference),
            items=(Item(what, attempt.amount_minor, 1),),
        )


async def _rails_for(tx: Tx, method: str) -> Sequence[Rail]:
    found = [rail for rail in await rails(tx) if rail.method == method and rail.state == "open"]
    if not found:
        raise NoRail(method)
    return found


async def _payable(tx: Tx, order_id: UUID) -> Order:
    order = (await lock_orders(tx, [order_id])).get(order_id)
    if order is None:
        raise OrderNotFound(str(order_id))
    waits = order.commercial == Commercial.AWAITING_PAYMENT or (
        order.commercial == Commercial.ACCEPTED and order.terms != Terms.COD
    )
    if not waits or order.due_minor <= 0:
        raise NothingToPay(str(order.number))
    return order
