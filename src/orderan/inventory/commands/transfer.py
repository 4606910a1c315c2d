"""Goods travel between two of our locations: drafted, dispatched into transit, received.

dispatch   free at the sender  ->  the transit account
receive    transit             ->  free at the receiver; what is missing goes to the loss account
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from orderan.inventory import events, rules, store, transfer_store, views
from orderan.inventory.errors import LossNeedsReason, MoreThanSent, StockShort, TransferEmpty
from orderan.inventory.models import (
    Bucket,
    LocationKind,
    MovementKind,
    Shortfall,
    StockKey,
    Transfer,
    TransferLine,
    TransferState,
)
from orderan.inventory.states import TRANSFER, TransferEvent
from orderan.inventory.store import Movement
from orderan.kit.audit import Trace, leave
from orderan.kit.db import Tx
from orderan.kit.events import record
from orderan.kit.ids import NIL, new_id


@dataclass(frozen=True, slots=True)
class Travel:
    """Units to send; owner NIL is ourselves, lot NIL is goods without lots."""

    sku_id: UUID
    quantity: int
    owner_id: UUID = NIL
    lot_id: UUID = NIL


@dataclass(frozen=True, slots=True)
class Arrival:
    """What became of a line: units that arrived now, units found missing and why."""

    line_no: int
    received: int
    lost: int = 0
    loss_reason: str | None = None


async def open_transfer(
    tx: Tx, *, from_location: UUID, to_location: UUID, goods: Sequence[Travel], note: str = "", now: datetime
) -> Transfer:
    """Draft a transfer; no stock moves yet.

    Raises:
        TransferEmpty: Nothing to send, or both ends are the same place.
        UnknownLocation: An end holds no counted stock.
    """
    if not goods or from_location == to_location:
        raise TransferEmpty
    await views.require_counted(tx, {from_location, to_location})
    transfer = Transfer(
        shop_id=tx.shop_id,
        id=new_id(),
        from_location=from_location,
        to_location=to_location,
        state=TRANSFER.initial,
        note=note,
        created_by=tx.actor,
        created_at=now,
        dispatched_at=None,
        received_at=None,
        lines=[
            TransferLine(number, one.sku_id, one.owner_id, one.lot_id, one.quantity)
            for number, one in enumerate(goods, 1)
        ],
    )
    await transfer_store.insert(tx, transfer)
    await _trace(tx, transfer, "open", now=now)
    return transfer


async def cancel_transfer(tx: Tx, transfer_id: UUID, *, now: datetime) -> Transfer:
    """Drop a draft.

    Raises:
        UnknownTransfer, IllegalMove: It is not there, or not a draft any more.
    """
    transfer = await transfer_store.lock(tx, transfer_id)
    return await _advance(tx, transfer, TransferEvent.CANCEL, now=now)


async def dispatch_transfer(tx: Tx, transfer_id: UUID, *, now: datetime) -> Transfer:
    """Send a draft on its way: its units leave the sender's free stock.

    Raises:
        UnknownTransfer, IllegalMove: It is not there, or not a draft any more.
        StockShort: The sender has fewer free units; nothing left.
        UnknownLocation: The shop has no transit account.
    """
    transfer = await transfer_store.lock(tx, transfer_id)
    sent = await _advance(tx, transfer, TransferEvent.DISPATCH, now=now)
    transit = await views.account(tx, LocationKind.TRANSIT)
    units = rules.per_key((_key(line, transfer.from_location), line.quantity) for line in transfer.lines)
    await store.lock_rows(tx, units)
    there = await views.counters(tx, units)
    short = tuple(
        Shortfall(key.sku_id, wanted, max(0, there[key].free))
        for key, wanted in units.items()
        if wanted > there[key].free
    )
    if short:
        raise StockShort(short)
    movements = [
        Movement(key, wanted, key.location_id, Bucket.FREE, transit, Bucket.FREE, cause_id=transfer.id)
        for key, wanted in units.items()
    ]
    await store.move(tx, MovementKind.TRANSFER_OUT, movements, counted={transfer.from_location}, now=now)
    left = events.TransferDispatched(
        from_location=transfer.from_location,
        to_location=transfer.to_location,
        skus=tuple(line.sku_id for line in transfer.lines),
        quantities=tuple(line.quantity for line in transfer.lines),
    )
    await record(tx, transfer.id, left, now=now)
    return sent


async def receive_transfer(
    tx: Tx, transfer_id: UUID, arrivals: Sequence[Arrival], *, now: datetime
) -> Transfer:
    """Book in what arrived and write off what did not; the rest stays under way.

    Raises:
        UnknownTransfer, IllegalMove: It is not there, or not in transit.
        MoreThanSent: A line would account for more than is under way.
        LossNeedsReason: Units are lost and nobody says why.
    """
    transfer = await transfer_store.lock(tx, transfer_id)
    TRANSFER.after(transfer.state, TransferEvent.ARRIVE)
    told = _told(transfer, arrivals)
    await _book(tx, transfer, told, now=now)
    lines = [_after(line, told.get(line.line_no)) for line in transfer.lines]
    await transfer_store.set_lines(tx, transfer.id, lines)
    whole = not any(line.under_way for line in lines)
    event = TransferEvent.COMPLETE if whole else TransferEvent.ARRIVE
    arrived = await _advance(tx, replace(transfer, lines=lines), event, now=now)
    by_line = {line.line_no: line for line in lines}
    fact = events.TransferArrived(
        to_location=transfer.to_location,
        skus=tuple(by_line[number].sku_id for number in told),
        received=tuple(arrival.received for arrival in told.values()),
        lost=tuple(arrival.lost for arrival in told.values()),
        complete=whole,
    )
    await record(tx, transfer.id, fact, now=now)
    return arrived


def _told(transfer: Transfer, arrivals: Sequence[Arrival]) -> dict[int, Arrival]:
    lines = {line.line_no: line for line in transfer.lines}
    told: dict[int, Arrival] = {}
    for arrival in arrivals:
        if arrival.lost and not (arrival.loss_reason or "").strip():
            raise LossNeedsReason
        before = told.get(arrival.line_no, Arrival(arrival.line_no, 0))
        told[arrival.line_no] = Arrival(
            arrival.line_no,
            before.received + arrival.received,
            before.lost + arrival.lost,
            arrival.loss_reason or before.loss_reason,
        )
    for number, arrival in told.items():
        under_way = lines[number].under_way if number in lines else 0
        if arrival.received + arrival.lost > under_way:
            raise MoreThanSent(number, under_way, arrival.received + arrival.lost)
    return told


async def _book(tx: Tx, transfer: Transfer, told: dict[int, Arrival], *, now: datetime) -> None:
    transit = await views.account(tx, LocationKind.TRANSIT)
    loss = await views.account(tx, LocationKind.LOSS)
    arrived, missing = [], []
    for line in transfer.lines:
        key = _key(line, transfer.to_location)
        arrival = told.get(line.line_no, Arrival(line.line_no, 0))
        if arrival.received:
            arrived.append(
                Movement(
                    key,
                    arrival.received,
                    transit,
                    Bucket.FREE,
                    transfer.to_location,
                    Bucket.FREE,
                    cause_id=transfer.id,
                )
            )
        if arrival.lost:
            missing.append(
                Movement(
                    key,
                    arrival.lost,
                    transit,
                    Bucket.FREE,
                    loss,
                    Bucket.FREE,
                    cause_id=transfer.id,
                    reason=arrival.loss_reason,
                )
            )
    await store.ensure_rows(tx, [movement.key for movement in arrived])
    await store.lock_rows(tx, [movement.key for movement in arrived])
    await store.move(tx, MovementKind.TRANSFER_IN, arrived, counted={transfer.to_location}, now=now)
    await store.move(tx, MovementKind.ADJUST, missing, counted=set(), now=now)


def _after(line: TransferLine, arrival: Arrival | None) -> TransferLine:
    if arrival is None:
        return line
    return replace(
        line,
        received=line.received + arrival.received,
        lost=line.lost + arrival.lost,
        loss_reason=arrival.loss_reason or line.loss_reason,
    )


async def _advance(tx: Tx, transfer: Transfer, event: TransferEvent, *, now: datetime) -> Transfer:
    state = TRANSFER.after(transfer.state, event)
    moved = replace(
        transfer,
        state=state,
        dispatched_at=now if event is TransferEvent.DISPATCH else transfer.dispatched_at,
        received_at=now if state is TransferState.RECEIVED else None,
    )
    await transfer_store.set_state(tx, moved, was=transfer.state)
    await _trace(tx, moved, event, before=transfer.state, now=now)
    return moved


async def _trace(
    tx: Tx, transfer: Transfer, verb: str, *, before: TransferState | None = None, now: datetime
) -> None:
    trace = Trace(
        f"transfer.{verb}",
        "transfer",
        str(transfer.id),
        before={"state": before} if before else None,
        after={"state": transfer.state},
    )
    await leave(tx, trace, now=now)


def _key(line: TransferLine, location: UUID) -> StockKey:
    return StockKey(line.sku_id, location, line.owner_id, line.lot_id)
