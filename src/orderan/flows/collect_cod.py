"""Cash at the door: due when it ships, collected by the courier, remitted to us.

    collected   somebody says the courier has the buyer's cash
    remitted    the courier's statement says it was paid to us; that implies it was collected

Rows name a parcel by its tracking number, as couriers' statements do. Each row stands alone: one
that cannot be booked is told so and hinders no other, and a statement sent twice books once. What
an order has due lies in its parcels by the worth of their goods; a row without an amount is the
share of its parcel, and the last parcel brings whatever is left.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from orderan.flows.parcel_cash import OrderCash, reference_of
from orderan.flows.settle_payment import settle_payments
from orderan.flows.views_split_cash import cash_books
from orderan.kit.db import Tx
from orderan.kit.errors import N_, Kind, Refusal
from orderan.orders import (
    EVERYTHING,
    Order,
    Scope,
    Terms,
    lock_orders,
    orders_by_id,
    seen_orders,
)
from orderan.payments import MoneyEvent, MoneyKind, MoreThanThereIs, ReferenceUsed, Standing
from orderan.shipping import Parcel, ParcelState, courier, parcels_of_orders, parcels_with

COD = "cod"


@dataclass(eq=False)
class NotCod(Refusal):
    """The parcel's order is not paid at the door."""

    awb: str

    code = "not_cod"
    kind = Kind.CONFLICT
    sentence = N_("Paket “{awb}” bukan pesanan bayar di tempat.")


@dataclass(eq=False)
class NoSuchAwb(Refusal):
    """No parcel of this courier has the number."""

    awb: str

    code = "no_such_awb"
    kind = Kind.NOT_FOUND
    sentence = N_("Tidak ada paket dengan nomor resi “{awb}”.")


@dataclass(eq=False)
class NothingDue(Refusal):
    """The order has nothing left to collect."""

    awb: str

    code = "nothing_due"
    kind = Kind.CONFLICT
    sentence = N_("Tidak ada lagi yang harus ditagih untuk paket “{awb}”.")


@dataclass(frozen=True, slots=True)
class Cash:
    """A line of a courier's statement.

    `amount_minor` None is what the courier has for this parcel, or else its share of what the order
    still has due.
    """

    awb: str
    amount_minor: int | None = None


async def collect_cod(
    tx: Tx, courier_code: str, cash: Sequence[Cash], scope: Scope = EVERYTHING, *, now: datetime
) -> list[Standing | Refusal]:
    """The courier has the buyers' cash; an answer per line, in order.

    Raises:
        UnknownCourier: No courier has this code.
    """
    found, orders, books = await _look_up(tx, courier_code, cash, scope)
    events: list[MoneyEvent | Refusal] = []
    for line in cash:
        carried = _carried(line, found, orders)
        if isinstance(carried, Refusal):
            events.append(carried)
            continue
        parcel, order = carried
        book, name = books[order.id], reference_of(parcel)
        amount = book.to_collect(name, line.amount_minor)
        if amount <= 0:
            events.append(NothingDue(line.awb))
            continue
        book.collect(name, amount)
        events.append(_event(order, parcel, MoneyKind.COD_COLLECTED, amount))
    return await _settle(tx, events, now=now)


async def remit_cod(
    tx: Tx,
    courier_code: str,
    statement: str,
    cash: Sequence[Cash],
    scope: Scope = EVERYTHING,
    *,
    now: datetime,
) -> list[Standing | Refusal]:
    """The courier paid us; an answer per line, in order.

    Cash of a parcel that nobody noted as collected is noted now.

    Args:
        statement: Their reference; a line of it counts once.

    Raises:
        UnknownCourier: No courier has this code.
    """
    found, orders, books = await _look_up(tx, courier_code, cash, scope)
    collected: list[MoneyEvent | Refusal] = []
    remitted: list[MoneyEvent | Refusal] = []
    for line in cash:
        carried = _carried(line, found, orders)
        if isinstance(carried, Refusal):
            remitted.append(carried)
            continue
        parcel, order = carried
        book, name = books[order.id], reference_of(parcel)
        if f"{statement}:{name}" in book.statements:
            remitted.append(ReferenceUsed(COD, f"{statement}:{name}"))
            continue
        amount = line.amount_minor or book.to_remit(name)
        if amount <= 0:
            remitted.append(NothingDue(line.awb))
            continue
        known = frozenset(book.collected)
        unheard, beyond = book.remit(name, amount)
        if beyond:
            remitted.append(MoreThanThereIs(MoneyKind.COD_REMITTED, amount, amount - beyond, order.currency))
            continue
        if unheard:
            # Collected before, and less: the ledger has that under the parcel's name alone.
            more = statement if name in known else None
            collected.append(_event(order, parcel, MoneyKind.COD_COLLECTED, unheard, statement=more))
        remitted.append(_event(order, parcel, MoneyKind.COD_REMITTED, amount, statement=statement))
    await _settle(tx, collected, now=now)
    return await _settle(tx, remitted, now=now)


async def owed_for(
    tx: Tx, courier_code: str, awbs: Collection[str], scope: Scope = EVERYTHING, *, now: datetime
) -> dict[str, int]:
    """What a courier has of the cash of each of these parcels and did not pay us; what it delivered it collected.

    Cash of a delivered parcel that nobody noted as collected is noted now, so that what is paid short stays owed.

    Raises:
        UnknownCourier: No courier has this code.
    """
    found, orders, books = await _look_up(tx, courier_code, [Cash(awb) for awb in awbs], scope)
    owed: dict[str, int] = {}
    collected: list[MoneyEvent | Refusal] = []
    for awb in awbs:
        carried = _carried(Cash(awb), found, orders)
        if isinstance(carried, Refusal) or carried[0].state != ParcelState.DELIVERED:
            continue
        parcel, order = carried
        book, name = books[order.id], reference_of(parcel)
        amount = book.to_collect(name, None)
        if amount > 0:
            book.collect(name, amount)
            collected.append(_event(order, parcel, MoneyKind.COD_COLLECTED, amount))
        owed[awb] = book.to_remit(name)
    await _settle(tx, collected, now=now)
    return owed


async def lacking_for(
    tx: Tx, courier_code: str, paid: Mapping[str, int], scope: Scope = EVERYTHING
) -> dict[str, tuple[Parcel, Order, int]]:
    """What a courier lacks of the cash of delivered parcels, of each that alone brings all its order has due and of
    which nobody noted any.

    Args:
        paid: By tracking number, what the courier brings now.

    Raises:
        UnknownCourier: No courier has this code.
    """
    found, orders, books = await _look_up(tx, courier_code, [Cash(awb) for awb in paid], scope)
    lacking = {}
    for awb, amount in paid.items():
        carried = _carried(Cash(awb), found, orders)
        if isinstance(carried, Refusal) or carried[0].state != ParcelState.DELIVERED:
            continue
        parcel, order = carried
        book = books[order.id]
        if set(book.weights) == {reference_of(parcel)} and 0 < amount < book.due_minor:
            lacking[awb] = (parcel, order, book.due_minor - amount)
    return lacking


async def is_due(tx: Tx, order: Order, parcel: Parcel) -> bool:
    """Whether something is left to collect of a COD order for this parcel of it."""
    return (await _books(tx, [order.id]))[order.id].is_open(reference_of(parcel))


async def cash_to_collect(tx: Tx, ticked: Sequence[tuple[str, str]]) -> dict[str, list[Cash]]:
    """Rows for all cash of the orders of these parcels that nobody noted yet, by courier.

    Args:
        ticked: (courier, tracking number) of one parcel per order; one that does not exist stays.
    """
    siblings, missing = await _with_siblings(tx, ticked)
    books = await _books(tx, {parcel.order_id for parcel in siblings})
    open_ones = [parcel for parcel in siblings if reference_of(parcel) in books[parcel.order_id].weights]
    return _by_courier([(parcel.courier, parcel.awb) for parcel in open_ones] + missing)


async def cash_at_doors(tx: Tx, parcels: Collection[Parcel]) -> dict[UUID, int]:
    """What is to be collected for each of these parcels when it is handed over; 0 where nothing is."""
    orders = await orders_by_id(tx, {parcel.order_id for parcel in parcels})
    cod = {order_id for order_id, order in orders.items() if order.terms == Terms.COD}
    books = await _books(tx, cod)
    return {
        parcel.id: max(books[parcel.order_id].to_collect(reference_of(parcel), None), 0)
        if parcel.order_id in books
        else 0
        for parcel in parcels
    }


async def cash_to_remit(tx: Tx, ticked: Sequence[tuple[str, str]]) -> dict[str, list[Cash]]:
    """Rows for all cash of the orders of these parcels that couriers have and did not pay us yet."""
    siblings, missing = await _with_siblings(tx, ticked)
    books = await _books(tx, {parcel.order_id for parcel in siblings})
    with_courier = [
        parcel for parcel in siblings if books[parcel.order_id].is_with_courier(reference_of(parcel))
    ]
    return _by_courier([(parcel.courier, parcel.awb) for parcel in with_courier] + missing)


async def _with_siblings(
    tx: Tx, ticked: Sequence[tuple[str, str]]
) -> tuple[list[Parcel], list[tuple[str, str]]]:
    named = [
        parcel
        for parcel in await parcels_with(tx, [awb for _, awb in ticked])
        if (parcel.courier, parcel.awb) in set(ticked)
    ]
    known = {(parcel.courier, parcel.awb) for parcel in named}
    siblings = await parcels_of_orders(tx, {parcel.order_id for parcel in named})
    return siblings, [one for one in ticked if one not in known]


def _by_courier(parcels: Sequence[tuple[str, str]]) -> dict[str, list[Cash]]:
    rows: dict[str, list[Cash]] = {}
    for carrier, awb in parcels:
        rows.setdefault(carrier, []).append(Cash(awb))
    return rows


def _carried(
    line: Cash, found: Mapping[str, Parcel], orders: Mapping[UUID, Order]
) -> tuple[Parcel, Order] | Refusal:
    """The parcel a line names and its order, if cash is taken for it."""
    parcel = found.get(line.awb)
    order = orders.get(parcel.order_id) if parcel else None
    if parcel is None or order is None:
        return NoSuchAwb(line.awb)
    return (parcel, order) if order.terms == Terms.COD else NotCod(line.awb)


async def _look_up(
    tx: Tx, courier_code: str, cash: Sequence[Cash], scope: Scope
) -> tuple[dict[str, Parcel], dict[UUID, Order], dict[UUID, OrderCash]]:
    """Parcels by number, their locked orders, and the cash of each of these."""
    courier(courier_code)
    named = await parcels_with(tx, [line.awb for line in cash], courier=courier_code)
    seen = await seen_orders(tx, scope, {parcel.order_id for parcel in named})
    orders = await lock_orders(tx, seen)
    return {parcel.awb: parcel for parcel in named}, orders, await _books(tx, orders)


async def _books(tx: Tx, orders: Collection[UUID]) -> dict[UUID, OrderCash]:
    return {order_id: cash for order_id, (_, cash) in (await cash_books(tx, orders)).items()}


def _event(
    order: Order, parcel: Parcel, kind: MoneyKind, amount: int, *, statement: str | None = None
) -> MoneyEvent:
    reference = reference_of(parcel)
    return MoneyEvent(
        order_id=order.id,
        kind=kind,
        method=COD,
        amount_minor=amount,
        currency=order.currency,
        reference=f"{statement}:{reference}" if statement else reference,
    )


async def _settle(
    tx: Tx, events: Sequence[MoneyEvent | Refusal], *, now: datetime
) -> list[Standing | Refusal]:
    booked = [event for event in events if isinstance(event, MoneyEvent)]
    answers = iter(await settle_payments(tx, booked, now=now))
    return [next(answers) if isinstance(event, MoneyEvent) else event for event in events]
