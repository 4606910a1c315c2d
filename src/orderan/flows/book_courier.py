"""A courier is booked for a packed task: written down first, asked with no transaction open, never twice.

want      who wants it carried, in one transaction with the order locked; a task has one booking that stands
choose    every account is asked what it costs; the shop's rules choose, or a person did
prepare   the courier's own name for it is kept before it is booked, where the courier has names
book      one call. Refused or never sent is a booking that failed; no answer is one nobody knows the end of
again     what nobody knows is looked up by that name, or by ours, until the courier has it or says that it never had;
          one that cannot be asked is asked to book the same again under the same name, which books nothing twice
number    couriers that give their number later are asked for it, and tell it by letter
back      what is not wanted any more is taken back, after whoever books it has ended

A worker that dies in between holds its booking for a minute and a half, after which another takes it up; what was
being asked then is unknown, and is looked up.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from orderan.couriers import (
    Booked,
    CourierFailed,
    CourierRefused,
    Does,
    Fault,
    NotOffered,
    OutcomeUnknown,
    Status,
)
from orderan.flows.choose_courier import carrier_of, decided, measured, offer_id, to_carry
from orderan.flows.courier_clients import CourierClients, OpenCourier
from orderan.flows.courier_rates import CALM_S, RateFinder
from orderan.flows.packed_right import require_packed_right, weight_packed_g
from orderan.flows.pick_task import Within, lock_work
from orderan.flows.shipments import Shipment, cash_of_tasks, shipments
from orderan.fulfilment import TaskState, lines_of_tasks
from orderan.kit import decisions, inbox
from orderan.kit.clock import Clock
from orderan.kit.crypto import Keyring
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.errors import N_, Refusal
from orderan.kit.ids import to_text
from orderan.kit.inbox import Stuck
from orderan.kit.together import raise_broken, to_its_end
from orderan.orders import Order, lock_orders
from orderan.shipping import (
    BOOKING_PREFIX,
    CARRY_RULES,
    LEASE,
    MOST_TRIES,
    NEVER_HEARD,
    STANDING,
    BookedAlready,
    Booking,
    BookingNotFound,
    BookingNotInDoubt,
    BookingState,
    Carrier,
    Offer,
    Wanted,
    bookings_by_id,
    choose_for_booking,
    insures,
    lock_bookings_of_tasks,
    locked_booking,
    note_accepted,
    note_failed,
    note_kept,
    note_let_go,
    note_lost,
    note_payers,
    note_prepared,
    payers,
    take_booking,
    take_due_bookings,
    want_bookings,
    withdraw_bookings,
)

BATCH: Final = 50
AT_ONCE: Final = 8
NOT_BOOKED: Final = "courier_not_booked"
STILL_THERE: Final = "courier_keeps_booking"


@dataclass(frozen=True, slots=True)
class Wish:
    """A packed task somebody wants carried.

    Attributes:
        carrier: Who a person chose: account, courier and service; None leaves it to the rules.
        weight_g: As weighed; 0 is what the packing table weighed, else what its goods weigh.
        insured: Whatever the rules say.
    """

    task_id: UUID
    carrier: Carrier | None = None
    weight_g: int = 0
    insured: bool = False


async def want_couriers(
    tx: Tx, keyring: Keyring, wishes: Sequence[Wish], *, within: Within = None, now: datetime
) -> list[Booking]:
    """Write down what is to be carried, all or none; the worker books it, or whoever is in a hurry.

    Raises:
        TaskNotFound: One is not the shop's, or is at a location outside `within`.
        NotPacked, SenderMissing, DestinationMissing: Of any of them; nothing is wanted.
        PackedWrong: The packing table has not let go of one.
        BookedAlready: One has a booking that stands.
    """
    by_task = {wish.task_id: wish for wish in wishes}
    orders, tasks = await lock_work(tx, by_task, within=within)
    lines = await lines_of_tasks(tx, list(by_task))
    seen = await require_packed_right(
        tx, orders, [task for task in tasks if task.state == TaskState.PACKED], lines
    )
    weighed = {task_id: weight_packed_g(one.parcels) for task_id, one in seen.items()}
    weights = {wish.task_id: wish.weight_g or weighed.get(wish.task_id, 0) for wish in wishes}
    ready = await shipments(tx, keyring, by_task, weights=weights, now=now)
    wanted = []
    for task in tasks:
        found = ready[task.id]
        if isinstance(found, Refusal):
            raise found
        wish = by_task[task.id]
        wanted.append(
            Wanted(
                task.order_id,
                task.id,
                found.weight_g,
                found.value_minor,
                found.cod_minor,
                wish.carrier,
                wish.insured,
            )
        )
    standing = await lock_bookings_of_tasks(tx, by_task, STANDING)
    if standing:
        there = standing[0]
        number = orders[there.order_id].number
        raise BookedAlready(to_text(BOOKING_PREFIX, there.id), number, there.state)
    made = await want_bookings(tx, wanted, now=now)
    await settle_not_booked(tx, [one.task_id for one in made], note="booked again", now=now)
    return made


async def take_back(
    tx: Tx, booking_id: UUID, *, reason: str, within: Within = None, now: datetime
) -> Booking:
    """A booking is not wanted any more; its courier is told by the worker.

    Raises:
        BookingNotFound: The shop has none of this id, or it is of a location outside `within`.
        IllegalMove: It left already, or is over.
    """
    booking = await _locked_with_order(tx, booking_id, within=within)
    found = await withdraw_bookings(tx, [booking.task_id], reason=reason, now=now, only=booking)
    await settle_not_booked(tx, [booking.task_id], note="taken back", now=now)
    return found[0]


async def settle_booking(
    tx: Tx, booking_id: UUID, awb: str | None, *, within: Within = None, now: datetime
) -> Booking:
    """A person looked at the courier's own books: it has the booking under this number, or does not have it.

    Raises:
        BookingNotFound: The shop has none of this id, or it is of a location outside `within`.
        BookingNotInDoubt: What became of it is known.
    """
    booking = await _locked_with_order(tx, booking_id, within=within)
    state = BookingState(booking.state)
    if state is BookingState.WITHDRAWING:
        await inbox.settle(tx, [f"{STILL_THERE}:{booking.id}"], note="settled by a person", now=now)
        return await note_let_go(tx, booking, now=now)
    if state is not BookingState.UNKNOWN:
        raise BookingNotInDoubt(to_text(BOOKING_PREFIX, booking_id), booking.state)
    if awb is None or not awb.strip():
        return await note_failed(tx, booking, "never_had", now=now)
    return await note_accepted(tx, booking, Booked(booking.prepared or booking.key, awb), now=now)


async def settle_not_booked(tx: Tx, tasks: Sequence[UUID], *, note: str, now: datetime) -> None:
    """Nobody has to look at bookings of these tasks that failed any more."""
    await inbox.settle(tx, [f"{NOT_BOOKED}:{task_id}" for task_id in tasks], note=note, now=now)


@dataclass
class Booker:
    """Books for one process.

    Attributes:
        clients: A shop's accounts; tests put simulators behind them.
    """

    db: Database
    clock: Clock
    keyring: Keyring
    clients: CourierClients

    @property
    def finder(self) -> RateFinder:
        return RateFinder(self.db, self.clock, self.clients)

    async def carry_out(self, caller: Caller, booking_id: UUID) -> Booking:
        """Do what is next of a booking now, unless somebody is at it; returns it as it stands.

        Raises:
            BookingNotFound: The shop has none of this id.
        """
        now = self.clock.now()
        taken = await self.db.run(caller, lambda tx: take_booking(tx, booking_id, until=now + LEASE, now=now))
        if taken is not None:
            await self._carry(caller, taken)
        found = (await self.db.run(caller, lambda tx: bookings_by_id(tx, [booking_id]))).get(booking_id)
        if found is None:
            raise BookingNotFound(to_text(BOOKING_PREFIX, booking_id))
        return found

    async def carry_due(self, caller: Caller) -> int:
        """Do what is next of every booking that is due; returns how many there were.

        One that hangs or breaks holds up no other; what broke is raised once all were taken up.
        """
        now = self.clock.now()
        due = await self.db.run(
            caller, lambda tx: take_due_bookings(tx, until=now + LEASE, limit=BATCH, now=now)
        )
        turns = asyncio.Semaphore(AT_ONCE)

        async def in_turn(one: Booking) -> None:
            async with turns:
                await self._carry(caller, one)

        raise_broken("bookings", await asyncio.gather(*(to_its_end(in_turn(one)) for one in due)))
        return len(due)

    async def _carry(self, caller: Caller, booking: Booking) -> None:
        match BookingState(booking.state):
            case BookingState.WANTED:
                await self._choose(caller, booking)
            case BookingState.ASKING:
                # Whoever asked did not end: what became of it is to be asked.
                lost = await self._note(
                    caller, booking, lambda tx, one, now: note_lost(tx, one, "cut_short", now=now)
                )
                await self._look(caller, lost)
            case BookingState.UNKNOWN | BookingState.BOOKED:
                await self._look(caller, booking)
            case BookingState.WITHDRAWING:
                await self._take_back(caller, booking)
            case _:
                return

    async def _choose(self, caller: Caller, booking: Booking) -> None:
        ready = await self.db.run(caller, lambda tx: self._shipment(tx, booking))
        if not isinstance(ready, Shipment):
            code = ready.code if ready is not None else "task_gone"
            await self._fail(caller, booking, code)
            return
        live = await self.db.run(caller, CARRY_RULES.live)
        policy = CARRY_RULES.rules_of(live)
        query = ready.query(insured=booking.insured)
        if insures(to_carry(query), policy):
            query = replace(query, insured=True)
        offers = await self.finder.offers(caller, query, budget_s=CALM_S)

        async def choose(tx: Tx, one: Booking, now: datetime) -> Booking:
            if one.state != BookingState.WANTED:
                return one
            chosen = one.carrier
            if chosen is not None:
                offer = _offered(chosen, offers)
                if offer is None:
                    return await note_failed(tx, one, "carrier_not_offered", now=now)
            else:
                known = await measured(tx, query, offers, now=now)
                made, choice = decided(
                    one.order_id, one.task_id, to_carry(query), known, policy, live.version if live else 0
                )
                if not choice.ranked:
                    if one.asked + 1 < MOST_TRIES and not offers:
                        return await note_kept(tx, one, "nobody_carries", now=now)
                    await decisions.keep(tx, [made], now=now)
                    return await note_failed(tx, one, "nobody_carries", now=now)
                await decisions.keep(tx, [made], now=now)
                offer = next(found for found in offers if offer_id(found) == choice.ranked[0].id)
            carrier = carrier_of(offer)
            account = await self.clients.of_account(tx, carrier.account_id)
            orders = await lock_orders(tx, [one.order_id])
            cash = await cash_of_tasks(tx, list(orders.values()))
            insurance, subsidy = payers(to_carry(query), policy)
            await note_payers(tx, one.id, insurance=insurance, subsidy=subsidy)
            return await choose_for_booking(
                tx,
                one,
                carrier,
                cod_minor=cash.get(one.task_id, 0),
                insured=query.insured,
                ranged=Does.RANGE in account.client.does,
                now=now,
            )

        after = await self._note(caller, booking, choose)
        if after.state == BookingState.ASKING:
            await self._ask(caller, after, ready, first=True)

    async def _ask(self, caller: Caller, booking: Booking, ready: Shipment, *, first: bool) -> None:
        """Have it booked.

        Args:
            first: Nobody was asked for it before: what was not done now was never done.
        """
        carrier = booking.carrier
        if carrier is None:
            message = f"nobody was chosen for booking {booking.id}"
            raise AssertionError(message)
        courier = await self._courier(caller, carrier.account_id)
        asked = ready.asked(booking, carrier)
        try:
            prepared = booking.prepared or await courier.client.prepare(asked)
            if prepared is not None and prepared != booking.prepared:
                named = prepared
                booking = await self._note(caller, booking, lambda tx, one, _: note_prepared(tx, one, named))
            if first and booking.state != BookingState.ASKING:
                return
            told = await courier.client.book(asked, prepared)
        except OutcomeUnknown as fault:
            code = fault.code
            await self._note(caller, booking, lambda tx, one, now: note_lost(tx, one, code, now=now))
        except (CourierRefused, CourierFailed, NotOffered) as fault:
            code = _code(fault)
            if first:
                await self._fail(caller, booking, code)
            else:
                # That nothing happened this time says nothing about the time before.
                await self._note(caller, booking, lambda tx, one, now: note_kept(tx, one, code, now=now))
        else:
            await self._note(caller, booking, lambda tx, one, now: note_accepted(tx, one, told, now=now))

    async def _look(self, caller: Caller, booking: Booking) -> None:
        if booking.account_id is None:
            return
        courier = await self._courier(caller, booking.account_id)
        try:
            told = await courier.client.look_up(booking.key, booking.prepared)
        except NotOffered:
            await self._ask_again(caller, booking)
            return
        except (CourierFailed, CourierRefused) as fault:
            code = fault.code
            await self._note(caller, booking, lambda tx, one, now: note_kept(tx, one, code, now=now))
            return
        if told is not None and told.status is Status.CANCELLED:
            await self._fail(caller, booking, "cancelled_by_courier")
        elif told is not None:
            await self._note(caller, booking, lambda tx, one, now: note_accepted(tx, one, told, now=now))
        elif booking.state == BookingState.UNKNOWN and booking.asked + 1 >= NEVER_HEARD:
            await self._fail(caller, booking, "never_had")
        else:
            await self._note(
                caller, booking, lambda tx, one, now: note_kept(tx, one, "not_there_yet", now=now)
            )

    async def _ask_again(self, caller: Caller, booking: Booking) -> None:
        """A courier that cannot be asked by our name books the same once, however often it is asked to."""
        ready = await self.db.run(caller, lambda tx: self._shipment(tx, booking))
        if booking.state == BookingState.UNKNOWN and isinstance(ready, Shipment):
            await self._ask(caller, booking, ready, first=False)
            return
        await self._note(caller, booking, lambda tx, one, now: note_kept(tx, one, "cannot_be_asked", now=now))

    async def _take_back(self, caller: Caller, booking: Booking) -> None:
        if booking.account_id is None:
            return
        courier = await self._courier(caller, booking.account_id)
        there = booking
        try:
            if booking.reference is None or booking.awb is None:
                there = await self._found(caller, booking, courier)
                if there.state != BookingState.WITHDRAWING:
                    return
            gone = await courier.client.cancel(there.booked(), there.reason or "tidak jadi dikirim")
        except NotOffered:
            gone = True
        except (CourierRefused, CourierFailed, OutcomeUnknown) as fault:
            code = fault.code
            await self._note(caller, there, lambda tx, one, now: note_kept(tx, one, code, now=now))
            return
        if gone:
            await self._note(caller, there, _let_go)
            return
        await self._note(caller, there, lambda tx, one, now: note_kept(tx, one, "on_its_way", now=now))
        await self.db.run(caller, lambda tx: self._report_kept(tx, there))

    async def _found(self, caller: Caller, booking: Booking, courier: OpenCourier) -> Booking:
        """A booking to be taken back, by the names its courier has for it; let go where the courier never had it."""
        try:
            told = await courier.client.look_up(booking.key, booking.prepared)
        except NotOffered:
            return booking
        if told is not None:
            return await self._note(
                caller, booking, lambda tx, one, now: note_accepted(tx, one, told, now=now)
            )
        if booking.reference is None and booking.asked > 0:
            return await self._note(caller, booking, _let_go)
        raise CourierFailed(courier.client.name, "not_there_yet", fault=Fault.SERVER)

    async def _shipment(self, tx: Tx, booking: Booking) -> Shipment | Refusal | None:
        now = self.clock.now()
        weights = {booking.task_id: booking.weight_g}
        found = await shipments(tx, self.keyring, [booking.task_id], weights=weights, now=now)
        return found.get(booking.task_id)

    async def _courier(self, caller: Caller, account_id: UUID) -> OpenCourier:
        return await self.db.run(caller, lambda tx: self.clients.of_account(tx, account_id))

    async def _fail(self, caller: Caller, booking: Booking, code: str) -> None:
        await self._note(caller, booking, lambda tx, one, now: note_failed(tx, one, code, now=now))

    async def _note(
        self, caller: Caller, booking: Booking, note: Callable[[Tx, Booking, datetime], Awaitable[Booking]]
    ) -> Booking:
        """Keep what was heard, with the order and the booking locked; a booking that failed waits for a person."""

        async def work(tx: Tx) -> Booking:
            now = self.clock.now()
            orders = await lock_orders(tx, [booking.order_id])
            before = await locked_booking(tx, booking.id)
            after = await note(tx, before, now)
            if after.state == BookingState.FAILED and before.state != BookingState.FAILED:
                await inbox.report(tx, [not_booked(after, orders[after.order_id])], now=now)
            if after.state == BookingState.WITHDRAWN:
                await inbox.settle(tx, [f"{STILL_THERE}:{after.id}"], note="taken back", now=now)
            return after

        return await self.db.run(caller, work)

    async def _report_kept(self, tx: Tx, booking: Booking) -> None:
        orders = await lock_orders(tx, [booking.order_id])
        order = orders[booking.order_id]
        entry = Stuck(
            kind=STILL_THERE,
            reason="on_its_way",
            subject_kind="order",
            subject_id=order.id,
            dedupe_key=f"{STILL_THERE}:{booking.id}",
            payload={"number": order.number, "courier": booking.courier, "awb": booking.awb},
            money_minor=booking.expected_minor or 0,
            currency=order.currency,
            deadline=None,
            next_step=N_("Kurir tidak membatalkan resi ini: batalkan di dasbornya, atau minta kembali."),
        )
        await inbox.report(tx, [entry], now=self.clock.now())


def not_booked(booking: Booking, order: Order) -> Stuck:
    """A booking that failed, for a person to book otherwise."""
    return Stuck(
        kind=NOT_BOOKED,
        reason=(booking.reason or "unknown")[:100],
        subject_kind="order",
        subject_id=order.id,
        dedupe_key=f"{NOT_BOOKED}:{booking.task_id}",
        payload={
            "number": order.number,
            "task": to_text("tsk", booking.task_id),
            "courier": booking.courier,
            "awb": booking.awb,
        },
        money_minor=order.total_minor,
        currency=order.currency,
        deadline=None,
        next_step=N_("Pilih kurir lain untuk paket ini, atau pesan lagi."),
    )


def _offered(chosen: Carrier, offers: Sequence[Offer]) -> Offer | None:
    return next(
        (
            one
            for one in offers
            if (one.account_id, one.rate.courier, one.rate.service)
            == (chosen.account_id, chosen.courier, chosen.service)
        ),
        None,
    )


async def _let_go(tx: Tx, booking: Booking, now: datetime) -> Booking:
    if booking.state != BookingState.WITHDRAWING:
        return booking
    return await note_let_go(tx, booking, now=now)


async def _locked_with_order(tx: Tx, booking_id: UUID, *, within: Within) -> Booking:
    """A booking with its order locked before it.

    Raises:
        BookingNotFound: The shop has none of this id, or it is of a location outside `within`.
    """
    found = (await bookings_by_id(tx, [booking_id])).get(booking_id)
    if found is None:
        raise BookingNotFound(to_text(BOOKING_PREFIX, booking_id))
    await lock_work(tx, [found.task_id], within=within)
    return await locked_booking(tx, booking_id)


def _code(fault: Exception) -> str:
    if isinstance(fault, CourierRefused | CourierFailed):
        return f"{fault.code} {fault.detail}".strip()
    return "not_offered"
