"""Opening a stock-take: what of a location is counted, cut into what one person counts at once.

here    the location is locked, so that two stock-takes of the same goods are opened one after the other
        bins become areas in the order of their codes; goods in no bin are cut into stretches of skus
later   people count: flows/count_stock_take.py
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from orderan.flows.views_counting import Spot, spots_of, worth_of
from orderan.inventory import (
    UnknownBin,
    UnknownSku,
    has_bins,
    list_bins,
    lock_location,
    require_counted,
    stocked_skus,
)
from orderan.kit.db import Tx
from orderan.stocktake import AreaAsked, Scope, StockTake, Tolerance, open_take

STRETCH: Final = 40
"""Skus in no bin that one person counts at once: half an hour with a scanner."""


@dataclass(frozen=True, slots=True)
class TakeAsked:
    """What somebody wants to be counted.

    Attributes:
        named: Zones, bins or skus, by scope; of the whole location none.
    """

    location_id: UUID
    scope: Scope = Scope.ALL
    named: tuple[str, ...] = ()
    tolerance: Tolerance = field(default=Tolerance())
    note: str = ""


async def open_stock_take(tx: Tx, asked: TakeAsked, *, now: datetime) -> StockTake:
    """Open a stock-take.

    Raises:
        UnknownLocation: The shop has none of that id, or it holds no counted stock.
        UnknownBin, UnknownSku: One that is named is not there.
        NothingToCount: There is nothing of what was asked for.
        CountedElsewhere: An open stock-take counts some of it.
    """
    await lock_location(tx, asked.location_id)
    await require_counted(tx, {asked.location_id})
    areas = await _areas(tx, asked)
    worth = await worth_of(tx, {key.sku_id for area in areas for key in area.keys}, now=now)
    return await open_take(
        tx,
        asked.location_id,
        areas,
        scope=asked.scope,
        tolerance=asked.tolerance,
        note=asked.note,
        worth=worth,
        now=now,
    )


async def _areas(tx: Tx, asked: TakeAsked) -> list[AreaAsked]:
    place = asked.location_id
    if asked.scope is Scope.SKUS:
        found = await stocked_skus(tx, asked.named)
        if missing := tuple(text for text in asked.named if text not in found):
            raise UnknownSku(missing)
        spots = await spots_of(tx, place, skus={sku.id for sku in found.values()})
        return _by_bin(spots) + _stretches(spots)
    spots = await spots_of(tx, place)
    by_bin = {area.bin_id: area for area in _by_bin(spots)}
    bins = await list_bins(tx, place) if await has_bins(tx, [place]) else []
    if asked.scope is Scope.BINS and (unknown := set(asked.named) - {one.code for one in bins}):
        raise UnknownBin(min(unknown))
    chosen = [
        by_bin.get(one.id, AreaAsked(one.id, one.code, ()))
        for one in bins
        if one.active
        and (asked.scope is Scope.ALL or (one.code if asked.scope is Scope.BINS else one.zone) in asked.named)
    ]
    return chosen + (_stretches(spots) if asked.scope is Scope.ALL else [])


def _by_bin(spots: Sequence[Spot]) -> list[AreaAsked]:
    bins: dict[tuple[str, UUID], list[Spot]] = {}
    for spot in spots:
        if spot.bin_id:
            bins.setdefault((spot.bin, spot.bin_id), []).append(spot)
    return [
        AreaAsked(bin_id, code, tuple(spot.key for spot in inside))
        for (code, bin_id), inside in sorted(bins.items())
    ]


def _stretches(spots: Collection[Spot]) -> list[AreaAsked]:
    floor = [spot for spot in spots if spot.bin_id is None]
    codes = list(dict.fromkeys(spot.sku for spot in floor))
    stretches = []
    for start in range(0, len(codes), STRETCH):
        some = codes[start : start + STRETCH]
        label = some[0] if len(some) == 1 else f"{some[0]} – {some[-1]}"
        here = set(some)
        stretches.append(AreaAsked(None, label, tuple(spot.key for spot in floor if spot.sku in here)))
    return stretches
