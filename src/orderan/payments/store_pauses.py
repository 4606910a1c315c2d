"""Rails taken out of use by hand, in SQL."""

from collections.abc import Collection
from datetime import datetime
from typing import Final, LiteralString
from uuid import UUID

from orderan.kit.db import Tx
from orderan.payments.pauses import Pause

_PAUSE: Final[LiteralString] = "id, rail_id, paused_at, paused_by, reason, until, opened_at, opened_by"


async def insert_pause(tx: Tx, pause: Pause) -> None:
    await tx.run(
        """
        INSERT INTO rail_pause (shop_id, id, rail_id, paused_at, paused_by, reason, until)
        VALUES (%(shop)s, %(id)s, %(rail)s, %(at)s, %(by)s, %(reason)s, %(until)s)
        """,
        {
            "shop": tx.shop_id,
            "id": pause.id,
            "rail": pause.rail_id,
            "at": pause.paused_at,
            "by": pause.paused_by,
            "reason": pause.reason,
            "until": pause.until,
        },
    )


async def end_pause(tx: Tx, rail_id: UUID, *, now: datetime) -> Pause | None:
    """The pause of a rail is over; None when it had none."""
    row = await tx.maybe(
        f"""
        UPDATE rail_pause SET opened_at = %(now)s, opened_by = %(actor)s
        WHERE shop_id = %(shop)s AND rail_id = %(rail)s AND opened_at IS NULL
        RETURNING {_PAUSE}
        """,
        {"shop": tx.shop_id, "rail": rail_id, "now": now, "actor": tx.actor},
    )
    return None if row is None else Pause(*row)


async def pauses_over(tx: Tx, *, now: datetime) -> list[UUID]:
    """Rails whose pause was to last until now."""
    rows = await tx.all(
        """
        SELECT rail_id FROM rail_pause
        WHERE shop_id = %(shop)s AND opened_at IS NULL AND until <= %(now)s
        ORDER BY rail_id
        """,
        {"shop": tx.shop_id, "now": now},
    )
    return [row.rail_id for row in rows]


async def pauses_under_way(tx: Tx) -> dict[UUID, Pause]:
    """Pauses that last, by their rail."""
    rows = await tx.all(
        f"SELECT {_PAUSE} FROM rail_pause WHERE shop_id = %(shop)s AND opened_at IS NULL",
        {"shop": tx.shop_id},
    )
    return {row.rail_id: Pause(*row) for row in rows}


async def pauses_of(tx: Tx, rail_ids: Collection[UUID], *, since: datetime) -> list[Pause]:
    """Pauses of rails that lasted after a moment, the newest first."""
    rows = await tx.all(
        f"""
        SELECT {_PAUSE} FROM rail_pause
        WHERE shop_id = %(shop)s AND rail_id = ANY(%(rails)s)
          AND (opened_at IS NULL OR opened_at > %(since)s)
        ORDER BY paused_at DESC, id DESC
        """,
        {"shop": tx.shop_id, "rails": list(rail_ids), "since": since},
    )
    return [Pause(*row) for row in rows]


async def hold_rail(tx: Tx, rail_id: UUID) -> str | None:
    """How a rail stands, which it does until this transaction ends; None where there is no such rail."""
    row = await tx.maybe(
        "SELECT state FROM rail WHERE shop_id = %(shop)s AND id = %(id)s FOR SHARE",
        {"shop": tx.shop_id, "id": rail_id},
    )
    return None if row is None else str(row.state)
