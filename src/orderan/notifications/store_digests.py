"""Who of the staff wants a letter a day, in SQL."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from orderan.kit.db import Tx


async def digest_hour(tx: Tx, staff_id: UUID) -> int | None:
    """At which hour of the shop's day somebody wants the letter; None for never."""
    row = await tx.maybe(
        "SELECT hour FROM staff_digest WHERE shop_id = %(shop)s AND staff_id = %(staff)s",
        {"shop": tx.shop_id, "staff": staff_id},
    )
    return None if row is None else int(row.hour)


async def keep_digest(tx: Tx, staff_id: UUID, hour: int, *, begins: date) -> None:
    """Want the letter from a day on; whoever has it already only moves its hour."""
    await tx.run(
        """
        INSERT INTO staff_digest (shop_id, staff_id, hour, last_day)
        VALUES (%(shop)s, %(staff)s, %(hour)s, %(begins)s::date - 1)
        ON CONFLICT (shop_id, staff_id) DO UPDATE SET hour = excluded.hour
        """,
        {"shop": tx.shop_id, "staff": staff_id, "hour": hour, "begins": begins},
    )


async def drop_digest(tx: Tx, staff_id: UUID) -> None:
    """Want it no more."""
    await tx.run(
        "DELETE FROM staff_digest WHERE shop_id = %(shop)s AND staff_id = %(staff)s",
        {"shop": tx.shop_id, "staff": staff_id},
    )


async def claim_digests(tx: Tx, *, day: date, hour: int, limit: int, now: datetime) -> list[UUID]:
    """People whose letter of a day is due and not begun; it is from now on."""
    rows = await tx.all(
        """
        WITH due AS MATERIALIZED (
            SELECT staff_id FROM staff_digest
            WHERE shop_id = %(shop)s AND hour <= %(hour)s AND (last_day IS NULL OR last_day < %(day)s)
              AND (again_at IS NULL OR again_at <= %(now)s)
            ORDER BY staff_id
            LIMIT %(limit)s
            FOR NO KEY UPDATE SKIP LOCKED
        )
        UPDATE staff_digest SET last_day = %(day)s, again_at = NULL
        FROM due
        WHERE staff_digest.shop_id = %(shop)s AND staff_digest.staff_id = due.staff_id
        RETURNING staff_digest.staff_id
        """,
        {"shop": tx.shop_id, "day": day, "hour": hour, "limit": limit, "now": now},
    )
    return sorted(row.staff_id for row in rows)


async def note_digests(tx: Tx, sent: Collection[UUID]) -> None:
    """These letters went out, or nobody will try again today."""
    await tx.run(
        "UPDATE staff_digest SET tries = 0 WHERE shop_id = %(shop)s AND staff_id = ANY(%(staff)s)",
        {"shop": tx.shop_id, "staff": list(sent)},
    )


async def put_back_digests(
    tx: Tx, unsent: Collection[UUID], *, day: date, again_at: datetime, most: int
) -> None:
    """Letters of a day that were surely not sent are tried again later, so many times at most."""
    await tx.run(
        """
        UPDATE staff_digest SET last_day = %(day)s::date - 1, tries = tries + 1, again_at = %(again)s
        WHERE shop_id = %(shop)s AND staff_id = ANY(%(staff)s) AND last_day = %(day)s AND tries < %(most)s
        """,
        {"shop": tx.shop_id, "staff": list(unsent), "day": day, "again": again_at, "most": most},
    )
