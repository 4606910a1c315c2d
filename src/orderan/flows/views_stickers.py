"""What the labels of goods and bins say."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from orderan.kit.db import Tx
from orderan.printing import StickerJob, StickerKind


@dataclass(frozen=True, slots=True)
class PrintedGoods:
    """A sku and one of its lots."""

    sku: str
    title: str
    gtin: str | None
    lot: str | None
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class PrintedBin:
    """A bin and where it is."""

    code: str
    zone: str
    place: str
    location_id: UUID


async def goods_printed(tx: Tx, goods: Sequence[tuple[UUID, UUID]]) -> dict[tuple[UUID, UUID], PrintedGoods]:
    """By (sku, lot); NIL is no lot."""
    rows = await tx.all(
        """
        SELECT asked.sku_id, asked.lot_id, sku.code, sku.gtin, lot.code AS lot, lot.expires_on,
               CASE WHEN sku.name = '' THEN product.name ELSE product.name || ' – ' || sku.name END AS title
        FROM unnest(%(skus)s::uuid[], %(lots)s::uuid[]) AS asked (sku_id, lot_id)
        JOIN sku ON sku.shop_id = %(shop)s AND sku.id = asked.sku_id
        JOIN product ON product.shop_id = sku.shop_id AND product.id = sku.product_id
        LEFT JOIN lot ON lot.shop_id = %(shop)s AND lot.id = asked.lot_id
        """,
        {"shop": tx.shop_id, "skus": [sku for sku, _ in goods], "lots": [lot for _, lot in goods]},
    )
    return {
        (row.sku_id, row.lot_id): PrintedGoods(row.code, row.title, row.gtin, row.lot, row.expires_on)
        for row in rows
    }


async def bins_printed(tx: Tx, bins: Collection[UUID]) -> dict[UUID, PrintedBin]:
    """By id."""
    rows = await tx.all(
        """
        SELECT bin.id, bin.code, bin.zone, location.name AS place, bin.location_id
        FROM bin
        JOIN location ON location.shop_id = bin.shop_id AND location.id = bin.location_id
        WHERE bin.shop_id = %(shop)s AND bin.id = ANY(%(bins)s)
        """,
        {"shop": tx.shop_id, "bins": list(bins)},
    )
    return {row.id: PrintedBin(row.code, row.zone, row.place, row.location_id) for row in rows}


async def within_reach(
    tx: Tx, jobs: Sequence[StickerJob], locations: Collection[UUID] | None
) -> list[StickerJob]:
    """Those of these jobs without a bin at a location outside `locations`; None is that all may be seen."""
    if locations is None:
        return list(jobs)
    bins = {one.subject_id for job in jobs for one in job.prints if one.kind is StickerKind.BIN}
    found = await bins_printed(tx, bins)
    seen = {bin_id for bin_id, one in found.items() if one.location_id in locations}
    return [
        job
        for job in jobs
        if all(one.kind is not StickerKind.BIN or one.subject_id in seen for one in job.prints)
    ]
