"""Goods are expected from a supplier, and arrive: as told, fewer, or more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from orderan.inventory import events, expected_store, rules, store, views
from orderan.inventory.errors import StockShort
from orderan.inventory.models import Bucket, LocationKind, MovementKind, Shortfall, StockKey
from orderan.inventory.store import Movement
from orderan.kit.db import Tx
from orderan.kit.events import record_all
from orderan.kit.ids import NIL


@dataclass(frozen=True, slots=True)
class Receipt:
    """Units that arrived or are expected; owner NIL is ourselves, lot NIL is goods without lots."""

    sku_id: UUID
    location_id: UUID
    quantity: int
    owner_id: UUID = NIL
    lot_id: UUID = NIL

    @property
    def key(self) -> StockKey:
        return StockKey(self.sku_id, self.location_id, self.owner_id, self.lot_id)


async def expect_stock(
    tx: Tx,
    receipts: Sequence[Receipt],
    *,
    supplier: str = "",
    due_on: date | None = None,
    cause_id: UUID | None = None,
    now: datetime,
) -> None:
    """Note goods a supplier has promised: they count as incoming and cannot be sold yet.

    Args:
        due_on: The day they should arrive, by the calendar of the place; None is not known.

    Raises:
        UnknownLocation: A receipt names a place that holds no counted stock.
    """
    account = await _lock(tx, [receipt.key for receipt in receipts])
    movements = [
        _movement(receipt.key, receipt.quantity, (account, Bucket.FREE), Bucket.INCOMING, cause_id)
        for receipt in receipts
    ]
    await store.move(tx, MovementKind.EXPECT, movements, counted=_places(receipts), now=now)
    goods = [((receipt.sku_id, receipt.location_id), receipt.quantity) for receipt in receipts]
    await expected_store.insert_expected(tx, goods, supplier=supplier, due_on=due_on, now=now)


async def forget_expected(
    tx: Tx, receipts: Sequence[Receipt], *, cause_id: UUID | None = None, now: datetime
) -> None:
    """The supplier will not send these after all.

    Raises:
        StockShort: More than is expected there.
    """
    units = rules.per_key((receipt.key, receipt.quantity) for receipt in receipts)
    supplier = await _lock(tx, list(units))
    there = await views.counters(tx, units)
    short = tuple(
        Shortfall(key.sku_id, wanted, there[key].incoming)
        for key, wanted in units.items()
        if wanted > there[key].incoming
    )
    if short:
        raise StockShort(short)
    movements = [_given_up(key, wanted, supplier, cause_id) for key, wanted in units.items()]
    await store.move(tx, MovementKind.EXPECT, movements, counted=_places(receipts), now=now)
    await expected_store.settle_expected(tx, _per_spot(units), arrived=False)


async def receive_stock(
    tx: Tx,
    receipts: Sequence[Receipt],
    *,
    expected: bool = False,
    cause_id: UUID | None = None,
    now: datetime,
) -> None:
    """Book goods in, free for sale at once.

    Args:
        expected: Lessen what is incoming by as much of it as arrived, first of the same lot, then
            of no lot; what is left stays incoming, what is over is received all the same.

    Raises:
        UnknownLocation: A receipt names a place that holds no counted stock.
    """
    no_lot = [receipt.key._replace(lot_id=NIL) for receipt in receipts] if expected else []
    supplier = await _lock(tx, [receipt.key for receipt in receipts] + no_lot)
    if expected:
        await _lessen_incoming(tx, receipts, supplier, cause_id, now=now)
    movements = [
        _movement(receipt.key, receipt.quantity, (supplier, Bucket.FREE), Bucket.FREE, cause_id)
        for receipt in receipts
    ]
    await store.move(tx, MovementKind.RECEIVE, movements, counted=_places(receipts), now=now)
    await record_all(tx, [events.received(movements, cause_id=cause_id)], now=now, fresh=True)


async def _lessen_incoming(
    tx: Tx, receipts: Sequence[Receipt], supplier: UUID, cause_id: UUID | None, *, now: datetime
) -> None:
    # A promise without a lot is kept by goods with one, and a movement has one lot: so the promise
    # is given back to the supplier and the goods are received from there.
    keys = [key for receipt in receipts for key in (receipt.key, receipt.key._replace(lot_id=NIL))]
    incoming = {key: found.incoming for key, found in (await views.counters(tx, keys)).items()}
    kept: dict[StockKey, int] = {}
    for receipt in receipts:
        left = receipt.quantity
        for key in (receipt.key, receipt.key._replace(lot_id=NIL)):
            units = min(left, incoming[key])
            incoming[key] -= units
            left -= units
            kept[key] = kept.get(key, 0) + units
    movements = [_given_up(key, units, supplier, cause_id) for key, units in kept.items() if units]
    await store.move(tx, MovementKind.EXPECT, movements, counted=_places(receipts), now=now)
    await expected_store.settle_expected(tx, _per_spot(kept), arrived=True)


def _per_spot(units: Mapping[StockKey, int]) -> dict[expected_store.Spot, int]:
    sums: dict[expected_store.Spot, int] = {}
    for key, quantity in units.items():
        spot = (key.sku_id, key.location_id)
        sums[spot] = sums.get(spot, 0) + quantity
    return sums


async def _lock(tx: Tx, keys: Sequence[StockKey]) -> UUID:
    supplier = await views.account(tx, LocationKind.SUPPLIER)
    await views.require_counted(tx, {key.location_id for key in keys})
    await store.ensure_rows(tx, keys)
    await store.lock_rows(tx, keys)
    return supplier


def _movement(
    key: StockKey, quantity: int, source: tuple[UUID, Bucket], into: Bucket, cause_id: UUID | None
) -> Movement:
    return Movement(key, quantity, source[0], source[1], key.location_id, into, cause_id=cause_id)


def _given_up(key: StockKey, quantity: int, supplier: UUID, cause_id: UUID | None) -> Movement:
    return Movement(key, quantity, key.location_id, Bucket.INCOMING, supplier, Bucket.FREE, cause_id=cause_id)


def _places(receipts: Sequence[Receipt]) -> set[UUID]:
    return {receipt.location_id for receipt in receipts}
