"""Cash at the door: due when it ships, collected by the courier, remitted to us.

    collected   somebody says the courier has the buyer's cash
    remitted    the courier's statement says it was paid to us; that implies it was collected

Rows name a parcel by its tracking number, as couriers' statements do. Each row stands alone: one
that cannot be booked is told so and hinders no other, and a statement sent twice books once. What
an order has due lies in its parcels by the worth of their goods; a row without an amount is the
share of its parcel, and the last parcel brings whatever is left.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from orderan.flows.settle_payment import settle_payments
from orderan.kit.db import Tx
from orderan.kit.errors import N_, Kind, Refusal
from orderan.kit.money import split_minor
from orderan.orders import EVERYTHING, Line, Order, Scope, Terms, load_orders, lock_orders, seen_orders
from orderan.payments import MoneyEvent, MoneyKind, Standing, booked, references_of
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


NOT_SHIPPED = ""
"""Stands among an order's parcels for its goods that did not leave yet."""


@dataclass
class Due:
    """What is still to collect of an order, and how it lies in its parcels.

    Attributes:
        weights: Worth of what is not collected yet, per parcel's reference.
    """

    left_minor: int
    weights: dict[str, int]

    def share(self, name: str) -> int:
        """What this parcel brings; the shares of all of them add up to what is left."""
        if name not in self.weights:
            return 0
        parts = split_minor(self.left_minor, list(self.weights.values()))
        return parts[list(self.weights).index(name)]

    def note(self, name: str, amount_minor: int) -> None:
        """This parcel's cash was collected, whatever it was."""
        self.left_minor -= amount_minor
        self.weights.pop(name, None)


async def collect_cod(
    tx: Tx, courier_code: str, cash: Sequence[Cash], scope: Scope = EVERYTHING, *, now: datetime
) -> list[Standing | Refusal]:
    """The courier has the buyers' cash; an answer per line, in order.

    Raises:
        UnknownCourier: No courier has this code.
    """
    found, orders, due, _ = await _look_up(tx, courier_code, cash, scope)
    events: list[MoneyEvent | Refusal] = []
    for line in cash:
        carried = _carried(line, found, orders)
        if isinstance(carried, Refusal):
            events.append(carried)
            continue
        parcel, order = carried
        amount = line.amount_minor or due[order.id].share(_reference(parcel))
        if amount <= 0:
            events.append(NothingDue(line.awb))
            continue
        due[order.id].note(_reference(parcel), amount)
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
    found, orders, due, noted = await _look_up(tx, courier_code, cash, scope)
    collected: list[MoneyEvent | Refusal] = []
    remitted: list[MoneyEvent | Refusal] = []
    for line in cash:
        carried = _carried(line, found, orders)
        if isinstance(carried, Refusal):
            remitted.append(carried)
            continue
        parcel, order = carried
        name = _reference(parcel)
        amount = line.amount_minor or noted.get(name) or due[order.id].share(name)
        if amount <= 0:
            remitted.append(NothingDue(line.awb))
            continue
        if name not in noted:
            collected.append(_event(order, parcel, MoneyKind.COD_COLLECTED, amount))
            noted[name] = amount
            due[order.id].note(name, amount)
        remitted.append(_event(order, parcel, MoneyKind.COD_REMITTED, amount, statement=statement))
    await _settle(tx, collected, now=now)
    return await _settle(tx, remitted, now=now)


async def cash_to_collect(tx: Tx, ticked: Sequence[tuple[str, str]]) -> dict[str, list[Cash]]:
    """Rows for all cash of the orders of these parcels that nobody noted yet, by courier.

    Args:
        ticked: (courier, tracking number) of one parcel per order; one that does not exist stays.
    """
    siblings, missing = await _with_siblings(tx, ticked)
    noted = await booked(
        tx, MoneyKind.COD_COLLECTED, method=COD, references=[_reference(p) for p in siblings]
    )
    loaded = await load_orders(tx, {parcel.order_id for parcel in siblings})
    open_ones = [
        parcel
        for parcel in siblings
        if _reference(parcel) not in noted and not _is_back(parcel, loaded[parcel.order_id][1])
    ]
    return _by_courier([(parcel.courier, parcel.awb) for parcel in open_ones] + missing)


async def cash_to_remit(tx: Tx, ticked: Sequence[tuple[str, str]]) -> dict[str, list[Cash]]:
    """Rows for all cash of the orders of these parcels that couriers have and did not pay us yet."""
    siblings, missing = await _with_siblings(tx, ticked)
    noted = await booked(
        tx, MoneyKind.COD_COLLECTED, method=COD, references=[_reference(p) for p in siblings]
    )
    remitted = await references_of(tx, {parcel.order_id for parcel in siblings}, MoneyKind.COD_REMITTED)
    with_courier = [
        parcel
        for parcel in siblings
        if _reference(parcel) in noted and not any(one.endswith(f":{_reference(parcel)}") for one in remitted)
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
) -> tuple[dict[str, Parcel], dict[UUID, Order], dict[UUID, Due], dict[str, int]]:
    """Parcels by number, their locked orders, what is due of them, and what was noted per parcel."""
    courier(courier_code)
    named = await parcels_with(tx, [line.awb for line in cash], courier=courier_code)
    seen = await seen_orders(tx, scope, {parcel.order_id for parcel in named})
    orders = await lock_orders(tx, seen)
    loaded = await load_orders(tx, orders)
    siblings: dict[UUID, list[Parcel]] = {order_id: [] for order_id in orders}
    for parcel in await parcels_of_orders(tx, orders):
        siblings[parcel.order_id].append(parcel)
    names = [_reference(parcel) for parcels in siblings.values() for parcel in parcels]
    noted = await booked(tx, MoneyKind.COD_COLLECTED, method=COD, references=names)
    due = {
        order_id: Due(order.due_minor, _weights(order, loaded[order_id][1], siblings[order_id], noted))
        for order_id, order in orders.items()
    }
    return {parcel.awb: parcel for parcel in named}, orders, due, noted


def _weights(
    order: Order, lines: Sequence[Line], parcels: Sequence[Parcel], noted: Mapping[str, int]
) -> dict[str, int]:
    """What is worth how much of what is still due: by parcel, and goods that did not leave yet."""
    weights = {
        _reference(parcel): 0
        for parcel in parcels
        if _reference(parcel) not in noted and not _is_back(parcel, lines)
    }
    waiting = 0
    for line in lines:
        bought = line.quantity - line.cancelled
        net = line.goods_minor - line.discount_minor + (0 if order.tax_included else line.tax_minor)
        waiting += net * (bought - line.shipped) // max(bought, 1)
        inside = {_reference(parcel): _units(parcel, line) for parcel in parcels}
        # A bundle travels as its parts: its worth follows them.
        whole = max(sum(inside.values()) * bought, 1)
        for name in weights:
            weights[name] += net * line.shipped * inside[name] // whole
    return weights | ({NOT_SHIPPED: waiting} if waiting else {})


def _units(parcel: Parcel, line: Line) -> int:
    return sum(content.quantity for content in parcel.contents if content.line_no == line.line_no)


def _is_back(parcel: Parcel, lines: Sequence[Line]) -> bool:
    """Whether its goods were received again, so that nothing is asked for them any more."""
    inside = [line for line in lines if _units(parcel, line)]
    return parcel.state == ParcelState.RETURNED and all(line.returned for line in inside)


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
