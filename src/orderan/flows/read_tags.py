"""RFID tags are read into a receipt, a part of a stock-take, or a courier's pick-up.

    open    a session for one of these; several readers may add to it at once
    hear    each tag is kept once; a batch that is sent again changes nothing
    book    once: new units and cartons are received, or tags stand as what was counted, or their parcels are scanned

A tag that was received is not received again by any session, until its unit left in a parcel or somebody says that it
came back. What no sku of the shop has the GTIN of, cartons nobody told of, and what cannot be read count for nothing and
are named.

A carton counts by what its supplier told it holds; goods of it whose own tags were read count by their tags instead.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from orderan.flows.count_stock_take import GoodsCounted, count_goods
from orderan.flows.manifest import manifest_at, scan_labels
from orderan.flows.views_tags import TagHere, parcels_read, tags_of
from orderan.inventory import (
    COUNTED,
    Goods,
    LotNeeded,
    StockedSku,
    UnknownLocation,
    UnknownSku,
    find_or_make_lots,
    list_locations,
    receive_goods,
    stocked_skus,
)
from orderan.kit.db import Tx
from orderan.kit.ids import NIL, to_text
from orderan.stocktake import AreaNotFound, find_area
from orderan.tagging import (
    ContainerLine,
    NothingRead,
    TagClaim,
    TagPurpose,
    TagSession,
    Within,
    book_session,
    claim_units,
    lines_of_containers,
    lock_session,
    open_session,
    take_containers,
    tell_container,
)


@dataclass(frozen=True, slots=True)
class LotOf:
    """The lot of tagged goods, which no tag tells; `sku` is a code or a barcode."""

    sku: str
    lot: str
    expires_on: date | None = None


async def read_tags_for(
    tx: Tx, purpose: TagPurpose, target_id: UUID, *, within: Within = None, now: datetime
) -> TagSession:
    """Open a session for a location, an area of a stock-take, or a pick-up.

    Raises:
        UnknownLocation, AreaNotFound, ManifestNotFound: Not there for this caller.
    """
    if purpose is TagPurpose.RECEIPT:
        there = {place.id for place in await list_locations(tx, kinds=COUNTED) if place.active}
        if target_id not in there or (within is not None and target_id not in within):
            raise UnknownLocation(to_text("loc", target_id))
        location = target_id
    elif purpose is TagPurpose.COUNT:
        found = await find_area(tx, target_id)
        if found is None or (within is not None and found[0].location_id not in within):
            raise AreaNotFound(to_text("opa", target_id))
        location = found[0].location_id
    else:
        location = (await manifest_at(tx, target_id, within=within)).location_id
    return await open_session(tx, purpose, target_id, location, now=now)


async def book_tags(
    tx: Tx,
    session_id: UUID,
    *,
    lots: Sequence[LotOf] = (),
    expected: bool = False,
    again: bool = False,
    within: Within = None,
    now: datetime,
) -> int:
    """Book what was read; the units that came of it, of a pick-up its parcels.

    Args:
        lots: Of goods that are kept by lot and were not received with one before.
        expected: Lessen what is incoming by what arrived.
        again: Receive units, too, that were received before: they came back.

    Raises:
        SessionNotFound, SessionBooked, NothingRead.
        UnknownSku: A lot is of none of the shop's goods.
        LotNeeded: Names every sku that is kept by lot and has none.
        LotExpiryDiffers: A lot is known with another expiry.
        AreaNotFound, AreaOfAnother, NotInTake, IllegalMove: As `count_goods` refuses.
        ManifestNotFound, ManifestOver: As `scan_labels` refuses.
    """
    session = await lock_session(tx, session_id, within=within)
    tags = await tags_of(tx, session_id)
    named = await _lots(tx, lots)
    if session.purpose is TagPurpose.RECEIPT:
        units = await _receive(tx, session, tags, named, expected=expected, again=again, now=now)
    elif session.purpose is TagPurpose.COUNT:
        units = await _count(tx, session, tags, named, within=within, now=now)
    else:
        units = await _dispatch(tx, session, tags, within=within, now=now)
    if not units:
        raise NothingRead
    await book_session(tx, session, units, now=now)
    return units


async def _lots(tx: Tx, lots: Sequence[LotOf]) -> dict[UUID, LotOf]:
    known = await stocked_skus(tx, {one.sku for one in lots})
    if missing := tuple(dict.fromkeys(one.sku for one in lots if one.sku not in known)):
        raise UnknownSku(missing)
    return {known[one.sku].id: one for one in lots}


async def _receive(
    tx: Tx,
    session: TagSession,
    tags: Sequence[TagHere],
    lots: Mapping[UUID, LotOf],
    *,
    expected: bool,
    again: bool,
    now: datetime,
) -> int:
    units = [one for one in tags if one.sku_id and (one.is_new or again)]
    bare = [one.sku or "" for one in units if one.lot_tracked and not (one.sku_id in lots or one.lot)]
    if bare:
        raise LotNeeded(tuple(dict.fromkeys(bare)))
    made = await find_or_make_lots(tx, [(sku, one.lot, one.expires_on) for sku, one in lots.items()], now=now)
    lot_of = {sku: made[sku, one.lot].id for sku, one in lots.items()}
    claims = [
        TagClaim(one.epc, one.sku_id, lot_of.get(one.sku_id, one.lot_id or NIL), one.before)
        for one in units
        if one.sku_id
    ]
    claimed = await claim_units(tx, session, claims, now=now)
    counts = Counter((one.sku or "", _lot(one, lots)) for one in units if one.epc in claimed)
    goods = [Goods(sku, count, lot) for (sku, lot), count in counts.items()]
    goods += await _in_cartons(tx, session, tags, {one.sku_id for one in tags if one.sku_id}, now=now)
    if goods:
        await receive_goods(
            tx, goods, location_id=session.location_id, expected=expected, cause_id=session.id, now=now
        )
    return sum(one.quantity for one in goods)


def _lot(tag: TagHere, lots: Mapping[UUID, LotOf]) -> str | None:
    """The lot somebody says it is of now, else the one it was received with."""
    named = lots.get(tag.sku_id) if tag.sku_id else None
    return named.lot if named else tag.lot


async def _in_cartons(
    tx: Tx, session: TagSession, tags: Sequence[TagHere], tagged: set[UUID], *, now: datetime
) -> list[Goods]:
    """Goods of the cartons that arrived now, without those whose own tags were read."""
    taken = await take_containers(tx, session, [one.sscc for one in tags if one.sscc], now=now)
    lines = [line for held in (await lines_of_containers(tx, taken)).values() for line in held]
    codes = await _codes(tx, {line.sku_id for line in lines})
    return [
        Goods(codes[line.sku_id], line.quantity, line.lot, line.expires_on)
        for line in lines
        if line.sku_id not in tagged
    ]


async def _codes(tx: Tx, skus: set[UUID]) -> dict[UUID, str]:
    rows = await tx.all(
        "SELECT id, code FROM sku WHERE shop_id = %(shop)s AND id = ANY(%(skus)s)",
        {"shop": tx.shop_id, "skus": list(skus)},
    )
    return {row.id: row.code for row in rows}


async def _count(
    tx: Tx,
    session: TagSession,
    tags: Sequence[TagHere],
    lots: Mapping[UUID, LotOf],
    *,
    within: Within,
    now: datetime,
) -> int:
    figures = Counter((one.sku or "", one.lot or _lot(one, lots)) for one in tags if one.sku_id)
    goods = [GoodsCounted(sku, count, lot) for (sku, lot), count in figures.items()]
    if goods:
        await count_goods(tx, session.target_id, goods, add=False, within=within, now=now)
    return sum(figures.values())


async def _dispatch(
    tx: Tx, session: TagSession, tags: Sequence[TagHere], *, within: Within, now: datetime
) -> int:
    parcels, _ = await parcels_read(tx, tags)
    if parcels:
        await scan_labels(tx, session.target_id, parcels, within=within, now=now)
    return len(parcels)


async def told_of_carton(
    tx: Tx, sscc: str, goods: Sequence[Goods], *, now: datetime
) -> tuple[str, list[StockedSku]]:
    """A supplier tells what a carton holds; its eighteen digits, and the goods.

    Raises:
        UnknownSku: Names every sku that is not there or holds no stock.
        LotNeeded: Names every sku that is kept by lot and came without one.
        NotAnSscc, CheckDigitWrong, ContainerReceived.
    """
    known = await stocked_skus(tx, {one.sku for one in goods})
    if missing := tuple(dict.fromkeys(one.sku for one in goods if one.sku not in known)):
        raise UnknownSku(missing)
    bare = [one.sku for one in goods if known[one.sku].lot_tracked and not one.lot_code]
    if bare:
        raise LotNeeded(tuple(dict.fromkeys(bare)))
    lines = [ContainerLine(known[one.sku].id, one.quantity, one.lot_code, one.expires_on) for one in goods]
    return await tell_container(tx, sscc, lines, now=now), [known[one.sku] for one in goods]
