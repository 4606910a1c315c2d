"""SQL that reads sessions and notices."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final, Literal, LiteralString
from uuid import UUID

from orderan.kit.db import Tx
from orderan.tagging.models import ContainerLine, TagPurpose, TagSession, Within

_SESSION: Final[LiteralString] = """
    SELECT id, purpose, target_id, location_id, opened_by, opened_at, booked_by, booked_at, booked_units
    FROM tag_session
    WHERE shop_id = %(shop)s
"""


def _session(row: Any) -> TagSession:
    return TagSession(**row._asdict() | {"purpose": TagPurpose(row.purpose)})


async def find_session(
    tx: Tx, session_id: UUID, *, lock: Literal["", "FOR SHARE", "FOR UPDATE"] = ""
) -> TagSession | None:
    row = await tx.maybe(_SESSION + "AND id = %(id)s\n" + lock, {"shop": tx.shop_id, "id": session_id})
    return _session(row) if row else None


async def list_sessions(
    tx: Tx, *, within: Within = None, after: tuple[datetime, UUID] | None = None, limit: int = 50
) -> list[TagSession]:
    """Newest first."""
    rows = await tx.all(
        _SESSION
        + """
          AND (%(within)s::uuid[] IS NULL OR location_id = ANY(%(within)s))
          AND (%(at)s::timestamptz IS NULL OR (opened_at, id) < (%(at)s, %(last)s::uuid))
        ORDER BY opened_at DESC, id DESC
        LIMIT %(limit)s
        """,
        {
            "shop": tx.shop_id,
            "within": None if within is None else list(within),
            "at": after[0] if after else None,
            "last": after[1] if after else None,
            "limit": limit,
        },
    )
    return [_session(row) for row in rows]


async def lines_of_containers(tx: Tx, ssccs: Collection[str]) -> dict[str, list[ContainerLine]]:
    """What cartons hold, by SSCC, as their suppliers told."""
    rows = await tx.all(
        """
        SELECT sscc, sku_id, quantity, lot, expires_on
        FROM container_notice_line
        WHERE shop_id = %(shop)s AND sscc = ANY(%(ssccs)s)
        ORDER BY sscc, line_no
        """,
        {"shop": tx.shop_id, "ssccs": list(ssccs)},
    )
    found: dict[str, list[ContainerLine]] = {}
    for row in rows:
        found.setdefault(row.sscc, []).append(
            ContainerLine(row.sku_id, row.quantity, row.lot, row.expires_on)
        )
    return found
