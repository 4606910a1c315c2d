"""Cash at the door: due when it ships, collected by the courier, remitted to us.

    collected   somebody says the courier has the buyer's cash
    remitted    the courier's statement says it was paid to us; that implies it was collected

Rows name a parcel by its tracking number, as couriers' statements do. Each row stands alone: one
that cannot be booked is told so and hinders no other, and a statement sent twice books once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from orderan.flows.settle_payment import settle_payments
from orderan.flows.views_sight import seen_orders
from orderan.kit.db import Tx
from orderan.kit.errors import N_, Kind, Refusal
from orderan.orders import EVERYTHING, Order, Scope, Terms, lock_orders
from orderan.payments import MoneyEvent, MoneyKind, Standing, booked
from orderan.shipping import Parcel, courier, parcels_with

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

    `amount_minor` None is what the courier has for this parcel, or else whatever the order still
    has due: of an order in several parcels the first one named takes it.
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
    found, orders = await _look_up(tx, courier_code, cash, scope)
    due = {order.id: order.due_minor for order in orders.values()}
    events: list[MoneyEvent | Refusal] = []
    for line in cash:
        carried = _carried(line, found, orders)
        if isinstance(carried, Refusal):
            events.append(carried)
            continue
        parcel, order = carried
        amount = line.amount_minor or due[order.id]
        due[order.id] -= amount
        events.append(
            _event(order, parcel, MoneyKind.COD_COLLECTED, amount) if amount > 0 else NothingDue(line.awb)
        )
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
    found, orders = await _look_up(tx, courier_code, cash, scope)
    due = {order.id: order.due_minor for order in orders.values()}
    names = [_reference(parcel) for parcel in found.values()]
    noted = await booked(tx, MoneyKind.COD_COLLECTED, method=COD, references=names)
    collected: list[MoneyEvent | Refusal] = []
    remitted: list[MoneyEvent | Refusal] = []
    for line in cash:
        carried = _carried(line, found, orders)
        if isinstance(carried, Refusal):
            remitted.append(carried)
            continue
        parcel, order = carried
        name = _reference(parcel)
        amount = line.amount_minor or noted.get(name) or due[order.id]
        if amount <= 0:
            remitted.append(NothingDue(line.awb))
            continue
        if name not in noted:
            collected.append(_event(order, parcel, MoneyKind.COD_COLLECTED, amount))
            noted[name] = amount
            due[order.id] -= amount
        remitted.append(_event(order, parcel, MoneyKind.COD_REMITTED, amount, statement=statement))
    await _settle(tx, collected, now=now)
    return await _settle(tx, remitted, now=now)


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
) -> tuple[dict[str, Parcel], dict[UUID, Order]]:
    courier(courier_code)
    parcels = await parcels_with(tx, [line.awb for line in cash], courier=courier_code)
    seen = await seen_orders(tx, scope, {parcel.order_id for parcel in parcels})
    orders = await lock_orders(tx, seen)
    return {parcel.awb: parcel for parcel in parcels}, orders


def _event(
    order: Order, parcel: Parcel, kind: MoneyKind, amount: int, *, statement: str | None = None
) -> MoneyEvent:
    reference = _reference(parcel)
    return MoneyEvent(
        order_id=order.id,
        kind=kind,
        method=COD,
        amount_minor=amount,
        currency=order.currency,
        reference=f"{statement}:{reference}" if statement else reference,
    )


def _reference(parcel: Parcel) -> str:
    return f"{parcel.courier}:{parcel.awb}"


async def _settle(
    tx: Tx, events: Sequence[MoneyEvent | Refusal], *, now: datetime
) -> list[Standing | Refusal]:
    booked = [event for event in events if isinstance(event, MoneyEvent)]
    answers = iter(await settle_payments(tx, booked, now=now))
    return [next(answers) if isinstance(event, MoneyEvent) else event for event in events]
