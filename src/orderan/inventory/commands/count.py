"""Stock-take: what was counted on the shelf becomes what is on hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from orderan.inventory import store, views
from orderan.inventory.commands.adjust import adjust_stock
from orderan.inventory.commands.arrive import find_or_make_lots
from orderan.inventory.errors import LotExpiryDiffers, LotNeeded, StockShort, UnknownLocation, UnknownSku
from orderan.inventory.models import COUNTED, Lot, Shortfall, StockKey
from orderan.kit.db import Tx
from orderan.kit.errors import N_, Kind, Refusal
from orderan.kit.ids import NIL


@dataclass(frozen=True, slots=True)
class Counted:
    """A row of a count sheet: units on the shelf, promised ones included."""

    sku: str
    location: str
    on_hand: int
    lot_code: str | None = None
    expires_on: date | None = None


@dataclass(eq=False)
class CountedTwice(Refusal):
    """The sheet counts the same sku, location and lot in two rows."""

    sku: str
    location: str

    code = "counted_twice"
    kind = Kind.INVALID
    sentence = N_("{sku} di {location} ada di dua baris; jumlahkan dulu.")


@dataclass(frozen=True, slots=True)
class CountResult:
    """What a row did: the change made to on hand, or why it was refused."""

    change: int
    refusal: Refusal | None = None


async def count_stock(tx: Tx, counts: Sequence[Counted], *, reason: str, now: datetime) -> list[CountResult]:
    """Set on hand to what was counted, row by row; an answer per row, in order.

    A row that is refused changes nothing and hinders no other.

    Refusals: UnknownSku, UnknownLocation, LotNeeded, LotExpiryDiffers, CountedTwice, and StockShort
        when fewer were counted than are promised (wanted: promised units, free: counted).
    """
    results: list[CountResult | None] = [None] * len(counts)
    keys: dict[int, StockKey] = {}
    seen: set[StockKey] = set()
    skus = await views.stocked_skus(tx, {row.sku for row in counts})
    places = {place.code: place.id for place in await views.list_locations(tx, kinds=COUNTED)}
    lots = await _lots(tx, counts, skus, places, now=now)
    for index, row in enumerate(counts):
        try:
            key = await _key(tx, row, skus, places, lots, now=now)
            if key in seen:
                raise CountedTwice(row.sku, row.location)
            seen.add(key)
            keys[index] = key
        except Refusal as refusal:
            results[index] = CountResult(0, refusal)
    await store.ensure_rows(tx, list(keys.values()))
    await store.lock_rows(tx, list(keys.values()))
    there = await views.counters(tx, list(keys.values()))
    changes = {}
    for index, key in keys.items():
        counted, now_there = counts[index].on_hand, there[key]
        promised = now_there.reserved + now_there.allocated
        if counted < promised and counted < now_there.on_hand:
            results[index] = CountResult(0, StockShort((Shortfall(key.sku_id, promised, counted),)))
        else:
            changes[index] = counted - now_there.on_hand
            results[index] = CountResult(changes[index])
    await adjust_stock(
        tx, [(keys[index], change) for index, change in changes.items()], reason=reason, now=now
    )
    return [result for result in results if result is not None]


async def _lots(
    tx: Tx,
    counts: Sequence[Counted],
    skus: dict[str, views.StockedSku],
    places: dict[str, UUID],
    *,
    now: datetime,
) -> dict[tuple[UUID, str], Lot]:
    """Lots of all rows in one go; none when any row contradicts another or what is known, row by row then."""
    wanted = [
        (skus[row.sku].id, row.lot_code, row.expires_on)
        for row in counts
        if row.lot_code and row.sku in skus and row.location in places
    ]
    try:
        async with tx.savepoint():
            return await find_or_make_lots(tx, wanted, now=now)
    except LotExpiryDiffers:
        return {}


async def _key(
    tx: Tx,
    row: Counted,
    skus: dict[str, views.StockedSku],
    places: dict[str, UUID],
    lots: dict[tuple[UUID, str], Lot],
    *,
    now: datetime,
) -> StockKey:
    sku = skus.get(row.sku)
    if sku is None:
        raise UnknownSku((row.sku,))
    if row.location not in places:
        raise UnknownLocation(row.location)
    if sku.lot_tracked and not row.lot_code:
        raise LotNeeded((row.sku,))
    lot_id = NIL
    if row.lot_code:
        if (sku.id, row.lot_code) not in lots:
            async with tx.savepoint():
                lots = await find_or_make_lots(tx, [(sku.id, row.lot_code, row.expires_on)], now=now)
        lot_id = lots[sku.id, row.lot_code].id
    return StockKey(sku.id, places[row.location], NIL, lot_id)
