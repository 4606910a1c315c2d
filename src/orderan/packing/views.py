"""Reading packings, cartons and what the shop asks for."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx
from orderan.packing.models import Carton, PackedParcel, PackedUnit, Packing, PackingPolicy


async def packing_policy(tx: Tx) -> PackingPolicy:
    """What the shop asks for; the usual where nobody said otherwise."""
    row = await tx.maybe(
        "SELECT required, weigh, photo, tolerance_g, tolerance_bp FROM packing_policy WHERE shop_id = %(shop)s",
        {"shop": tx.shop_id},
    )
    return PackingPolicy() if row is None else PackingPolicy(*row)


async def cartons(tx: Tx) -> list[Carton]:
    """All of them, the smallest first."""
    rows = await tx.all(
        """
        SELECT id, code, length_mm, width_mm, height_mm, weight_g, carries_g, cost_minor, active
        FROM carton
        WHERE shop_id = %(shop)s
        ORDER BY length_mm::bigint * width_mm * height_mm, code
        """,
        {"shop": tx.shop_id},
    )
    return [Carton(*row) for row in rows]


async def packings_of(tx: Tx, tasks: Collection[UUID]) -> dict[UUID, Packing]:
    """The packing of each of these tasks that has one."""
    rows = await tx.all(
        """
        SELECT id, task_id, order_id, location_id, state, opened_by, opened_at, moved_at, closed_by, override_why
        FROM packing
        WHERE shop_id = %(shop)s AND task_id = ANY(%(tasks)s) AND state <> 'dropped'
        """,
        {"shop": tx.shop_id, "tasks": list(tasks)},
    )
    return {row.task_id: Packing(*row) for row in rows}


async def parcels_in(tx: Tx, packings: Collection[UUID]) -> list[PackedParcel]:
    """Parcels of these packings, by their numbers."""
    rows = await tx.all(
        """
        SELECT packing_id, no, carton_id, weight_g, photo_enc IS NOT NULL AS has_photo
        FROM packing_parcel
        WHERE shop_id = %(shop)s AND packing_id = ANY(%(packings)s)
        ORDER BY packing_id, no
        """,
        {"shop": tx.shop_id, "packings": list(packings)},
    )
    return [PackedParcel(*row) for row in rows]


async def units_inside(tx: Tx, packings: Collection[UUID]) -> list[PackedUnit]:
    """What is in the parcels of these packings."""
    rows = await tx.all(
        """
        SELECT packing_id, parcel_no, line_no, sku_id, owner_id, lot_id, quantity
        FROM packing_unit
        WHERE shop_id = %(shop)s AND packing_id = ANY(%(packings)s)
        ORDER BY packing_id, parcel_no, line_no, sku_id, owner_id, lot_id
        """,
        {"shop": tx.shop_id, "packings": list(packings)},
    )
    return [PackedUnit(*row) for row in rows]


async def serials_inside(tx: Tx, packing_id: UUID) -> set[tuple[UUID, str]]:
    """Serial numbers of units that are in, by sku."""
    rows = await tx.all(
        """
        SELECT sku_id, serial FROM packing_scan
        WHERE shop_id = %(shop)s AND packing_id = %(packing)s AND outcome = 'right' AND serial IS NOT NULL
        """,
        {"shop": tx.shop_id, "packing": packing_id},
    )
    return {(row.sku_id, row.serial) for row in rows}


async def photo_of(tx: Tx, packing_id: UUID, no: int) -> bytes | None:
    """The sealed picture of an opened parcel."""
    row = await tx.maybe(
        "SELECT photo_enc FROM packing_parcel WHERE shop_id = %(shop)s AND packing_id = %(packing)s AND no = %(no)s",
        {"shop": tx.shop_id, "packing": packing_id, "no": no},
    )
    return None if row is None or row.photo_enc is None else bytes(row.photo_enc)


@dataclass(frozen=True, slots=True)
class ScanRow:
    """A scan as it was kept."""

    parcel_no: int
    scanned: str
    outcome: str
    quantity: int
    actor: str
    happened_at: datetime


async def scans_of(tx: Tx, packing_id: UUID, *, refused: bool, limit: int = 50) -> list[ScanRow]:
    """The latest scans of a packing; only refused ones, or all."""
    rows = await tx.all(
        """
        SELECT parcel_no, scanned, outcome, quantity, actor, happened_at
        FROM packing_scan
        WHERE shop_id = %(shop)s AND packing_id = %(packing)s
          AND (NOT %(refused)s OR outcome NOT IN ('right', 'taken_out'))
        ORDER BY id DESC
        LIMIT %(limit)s
        """,
        {"shop": tx.shop_id, "packing": packing_id, "refused": refused, "limit": limit},
    )
    return [ScanRow(*row) for row in rows]
