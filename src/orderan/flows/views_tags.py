"""What was read in a session, and what is known of it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from orderan.kit.db import Tx

MOST_TOLD: Final = 200
"""Of tags that count for nothing, so many are listed."""


@dataclass(frozen=True, slots=True)
class TagHere:
    """A tag of a session.

    Attributes:
        gtin, serial: Of a unit.
        sscc: Of a carton.
        fault: Why it is none of these.
        sku_id, sku, title, lot_tracked: Of the goods its GTIN belongs to; None where the shop has none of it.
        lot_id, lot: Of the unit, where it was received before.
        before: The session that received it last.
        left: It was packed and handed over since, so that it may come again.
        told: A carton whose supplier said what it holds.
        arrived_at: When that carton was received.
    """

    epc: str
    gtin: str | None
    serial: str | None
    sscc: str | None
    fault: str | None
    sku_id: UUID | None
    sku: str | None
    title: str | None
    lot_tracked: bool
    lot_id: UUID | None
    lot: str | None
    before: UUID | None
    left: bool
    told: bool
    arrived_at: datetime | None

    @property
    def is_new(self) -> bool:
        """A unit of known goods that is not here as far as anybody knows."""
        return self.sku_id is not None and (self.before is None or self.left)


async def tags_of(tx: Tx, session_id: UUID) -> list[TagHere]:
    """Every tag of a session, once, by goods and EPC."""
    rows = await tx.all(
        """
        SELECT tag_seen.epc, tag_seen.gtin, tag_seen.serial, tag_seen.sscc, tag_seen.fault, sku.id AS sku_id,
               sku.code AS sku,
               CASE WHEN sku.name = '' THEN product.name ELSE product.name || ' – ' || sku.name END AS title,
               coalesce(sku.lot_tracked, false) AS lot_tracked, tag_unit.lot_id, lot.code AS lot,
               tag_unit.session_id AS before,
               tag_unit.epc IS NOT NULL AND EXISTS (
                   SELECT FROM packing_scan
                   JOIN packing ON packing.shop_id = packing_scan.shop_id AND packing.id = packing_scan.packing_id
                   JOIN task ON task.shop_id = packing.shop_id AND task.id = packing.task_id
                   WHERE packing_scan.shop_id = tag_seen.shop_id AND packing_scan.sku_id = tag_unit.sku_id
                     AND packing_scan.serial = tag_seen.serial AND packing_scan.outcome = 'right'
                     AND packing_scan.happened_at >= tag_unit.received_at AND task.state = 'handed_over') AS left,
               container_notice.sscc IS NOT NULL AS told, container_notice.received_at AS arrived_at
        FROM tag_seen
        LEFT JOIN sku ON sku.shop_id = tag_seen.shop_id AND lpad(sku.gtin, 14, '0') = tag_seen.gtin
             AND sku.is_stocked AND sku.state = 'active'
        LEFT JOIN product ON product.shop_id = sku.shop_id AND product.id = sku.product_id
        LEFT JOIN tag_unit ON tag_unit.shop_id = tag_seen.shop_id AND tag_unit.epc = tag_seen.epc
        LEFT JOIN lot ON lot.shop_id = tag_unit.shop_id AND lot.id = tag_unit.lot_id
        LEFT JOIN container_notice ON container_notice.shop_id = tag_seen.shop_id
             AND container_notice.sscc = tag_seen.sscc
        WHERE tag_seen.shop_id = %(shop)s AND tag_seen.session_id = %(session)s
        ORDER BY sku.code, tag_seen.epc
        """,
        {"shop": tx.shop_id, "session": session_id},
    )
    return [TagHere(*row) for row in rows]


async def parcels_read(tx: Tx, tags: Collection[TagHere]) -> tuple[list[str], list[str]]:
    """Labels of the booked parcels these units were packed into, by their serial numbers; EPCs that are in none."""
    units = {(one.sku_id, one.serial): one.epc for one in tags if one.sku_id and one.serial}
    rows = await tx.all(
        """
        SELECT DISTINCT asked.sku_id, asked.serial, courier_booking.awb
        FROM unnest(%(skus)s::uuid[], %(serials)s::text[]) AS asked (sku_id, serial)
        JOIN packing_scan ON packing_scan.shop_id = %(shop)s AND packing_scan.sku_id = asked.sku_id
             AND packing_scan.serial = asked.serial AND packing_scan.outcome = 'right'
        JOIN packing ON packing.shop_id = packing_scan.shop_id AND packing.id = packing_scan.packing_id
             AND packing.state = 'closed'
        JOIN courier_booking ON courier_booking.shop_id = packing.shop_id
             AND courier_booking.task_id = packing.task_id AND courier_booking.awb IS NOT NULL
             AND courier_booking.state = 'booked'
        ORDER BY courier_booking.awb
        """,
        {
            "shop": tx.shop_id,
            "skus": [sku for sku, _ in units],
            "serials": [serial for _, serial in units],
        },
    )
    packed = {(row.sku_id, row.serial) for row in rows}
    loose = [epc for unit, epc in units.items() if unit not in packed]
    return list(dict.fromkeys(row.awb for row in rows)), loose
