"""Writing and reading pick-ups."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from orderan.kit.db import Tx
from orderan.shipping.manifests import Manifest, ManifestScan, ScanVerdict

_COLUMNS: LiteralString = "id, location_id, courier, state, opened_by, opened_at, moved_at, closed_by"


async def insert_manifest(tx: Tx, manifest: Manifest) -> bool:
    """False when the courier has an open one at the location."""
    return bool(
        await tx.run(
            """
            INSERT INTO manifest (shop_id, id, location_id, courier, state, opened_by, opened_at, moved_at)
            VALUES (%(shop)s, %(id)s, %(location)s, %(courier)s, %(state)s, %(actor)s, %(now)s, %(now)s)
            ON CONFLICT (shop_id, location_id, courier) WHERE state = 'open' DO NOTHING
            """,
            {
                "shop": tx.shop_id,
                "id": manifest.id,
                "location": manifest.location_id,
                "courier": manifest.courier,
                "state": manifest.state,
                "actor": manifest.opened_by,
                "now": manifest.opened_at,
            },
        )
    )


async def open_manifest_of(tx: Tx, location_id: UUID, courier: str) -> Manifest | None:
    """The open one of a courier at a location."""
    row = await tx.maybe(
        "SELECT "
        + _COLUMNS
        + """
        FROM manifest
        WHERE shop_id = %(shop)s AND location_id = %(location)s AND courier = %(courier)s AND state = 'open'
        """,
        {"shop": tx.shop_id, "location": location_id, "courier": courier},
    )
    return None if row is None else Manifest(*row)


async def find_manifest(tx: Tx, manifest_id: UUID) -> Manifest | None:
    row = await tx.maybe(
        "SELECT " + _COLUMNS + " FROM manifest WHERE shop_id = %(shop)s AND id = %(id)s",
        {"shop": tx.shop_id, "id": manifest_id},
    )
    return None if row is None else Manifest(*row)


async def lock_manifest(tx: Tx, manifest_id: UUID) -> Manifest | None:
    """Alone, so that nothing is scanned while it is closed and no label is counted by two phones at once."""
    row = await tx.maybe(
        "SELECT " + _COLUMNS + " FROM manifest WHERE shop_id = %(shop)s AND id = %(id)s FOR NO KEY UPDATE",
        {"shop": tx.shop_id, "id": manifest_id},
    )
    return None if row is None else Manifest(*row)


async def list_manifests(
    tx: Tx,
    locations: Collection[UUID] | None,
    *,
    after: tuple[datetime, UUID] | None = None,
    limit: int = 50,
) -> list[tuple[Manifest, int]]:
    """Manifests at these locations with how many parcels went or are to go along, the newest first."""
    rows: list[Any] = await tx.all(
        "SELECT "
        + _COLUMNS
        + """,
               (SELECT count(*)::int FROM manifest_scan
                WHERE manifest_scan.shop_id = manifest.shop_id AND manifest_scan.manifest_id = manifest.id
                  AND manifest_scan.verdict = 'ready') AS parcels
        FROM manifest
        WHERE shop_id = %(shop)s
          AND (%(locations)s::uuid[] IS NULL OR location_id = ANY(%(locations)s::uuid[]))
          AND (%(at)s::timestamptz IS NULL OR (opened_at, id) < (%(at)s::timestamptz, %(last)s::uuid))
        ORDER BY opened_at DESC, id DESC
        LIMIT %(limit)s
        """,
        {
            "shop": tx.shop_id,
            "locations": None if locations is None else list(locations),
            "at": after[0] if after else None,
            "last": after[1] if after else None,
            "limit": limit,
        },
    )
    return [(Manifest(*row[:8]), row.parcels) for row in rows]


async def set_manifest_state(
    tx: Tx, manifest_id: UUID, *, was: str, becomes: str, closed_by: str | None, now: datetime
) -> int:
    return await tx.run(
        """
        UPDATE manifest SET state = %(becomes)s, moved_at = %(now)s, closed_by = %(closed_by)s
        WHERE shop_id = %(shop)s AND id = %(id)s AND state = %(was)s
        """,
        {
            "shop": tx.shop_id,
            "id": manifest_id,
            "was": was,
            "becomes": becomes,
            "closed_by": closed_by,
            "now": now,
        },
    )


async def put_scans(tx: Tx, manifest_id: UUID, scans: Sequence[ManifestScan]) -> None:
    """Keep labels, each once: what one is now counts, whoever scanned it first."""
    await tx.run(
        """
        INSERT INTO manifest_scan (shop_id, manifest_id, awb, verdict, task_id, actor, scanned_at)
        SELECT %(shop)s, %(manifest)s, awb, verdict, task_id, actor, scanned_at
        FROM unnest(%(awbs)s::text[], %(verdicts)s::text[], %(tasks)s::uuid[], %(actors)s::text[], %(ats)s::timestamptz[])
             AS scan (awb, verdict, task_id, actor, scanned_at)
        ON CONFLICT ON CONSTRAINT manifest_scan_pkey
        DO UPDATE SET verdict = excluded.verdict, task_id = excluded.task_id
        """,
        {
            "shop": tx.shop_id,
            "manifest": manifest_id,
            "awbs": [scan.awb for scan in scans],
            "verdicts": [scan.verdict for scan in scans],
            "tasks": [scan.task_id for scan in scans],
            "actors": [scan.actor for scan in scans],
            "ats": [scan.scanned_at for scan in scans],
        },
    )


async def delete_scan(tx: Tx, manifest_id: UUID, awb: str) -> int:
    return await tx.run(
        "DELETE FROM manifest_scan WHERE shop_id = %(shop)s AND manifest_id = %(manifest)s AND awb = %(awb)s",
        {"shop": tx.shop_id, "manifest": manifest_id, "awb": awb},
    )


async def scans_on(tx: Tx, manifest_id: UUID) -> list[ManifestScan]:
    """Labels of a manifest, the latest first."""
    rows = await tx.all(
        """
        SELECT awb, verdict, task_id, actor, scanned_at
        FROM manifest_scan
        WHERE shop_id = %(shop)s AND manifest_id = %(manifest)s
        ORDER BY scanned_at DESC, awb
        """,
        {"shop": tx.shop_id, "manifest": manifest_id},
    )
    return [
        ManifestScan(row.awb, ScanVerdict(row.verdict), row.task_id, row.actor, row.scanned_at)
        for row in rows
    ]
