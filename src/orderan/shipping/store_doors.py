"""Doors at which nobody took a parcel, in SQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID

from orderan.kit.db import Tx
from orderan.shipping.doors import MissedDoor

_COLUMNS: Final[
    LiteralString
] = """id, order_id, parcel_id, state, wish, deliver_on, words_enc, missed_at, wished_at,
       moved_at, moved_by"""


def _as_door(row: Any) -> MissedDoor:
    columns = row._asdict()
    words = columns["words_enc"]
    return MissedDoor(**columns | {"words_enc": None if words is None else bytes(words)})


async def insert_doors(tx: Tx, doors: Sequence[MissedDoor]) -> None:
    """Write doors; the caller has locked their orders and ended what was open of their parcels."""
    await tx.run(
        """
        INSERT INTO missed_door (shop_id, id, order_id, parcel_id, state, missed_at, moved_at, moved_by)
        SELECT %(shop)s, made.id, made.order_id, made.parcel_id, made.state, made.at, made.at, %(actor)s
        FROM unnest(%(ids)s::uuid[], %(orders)s::uuid[], %(parcels)s::uuid[], %(states)s::text[], %(ats)s::timestamptz[])
             AS made (id, order_id, parcel_id, state, at)
        """,
        {
            "shop": tx.shop_id,
            "actor": tx.actor,
            "ids": [one.id for one in doors],
            "orders": [one.order_id for one in doors],
            "parcels": [one.parcel_id for one in doors],
            "states": [one.state for one in doors],
            "ats": [one.missed_at for one in doors],
        },
    )


async def end_doors(tx: Tx, parcels: Collection[UUID], *, becomes: str, now: datetime) -> list[UUID]:
    """End what is open of these parcels' doors; returns which doors."""
    rows = await tx.all(
        """
        UPDATE missed_door
        SET state = %(becomes)s, moved_at = %(now)s, moved_by = %(actor)s
        WHERE shop_id = %(shop)s AND parcel_id = ANY(%(parcels)s) AND state IN ('waiting', 'wished')
        RETURNING id
        """,
        {
            "shop": tx.shop_id,
            "actor": tx.actor,
            "parcels": list(parcels),
            "becomes": becomes,
            "now": now,
        },
    )
    return [row.id for row in rows]


async def save_door(tx: Tx, door: MissedDoor, *, was: str) -> int:
    """Write a door that stands where it did; returns how many were written."""
    return await tx.run(
        """
        UPDATE missed_door
        SET state = %(state)s, wish = %(wish)s, deliver_on = %(deliver_on)s, words_enc = %(words)s,
            wished_at = %(wished_at)s, moved_at = %(moved_at)s, moved_by = %(moved_by)s
        WHERE shop_id = %(shop)s AND id = %(id)s AND state = %(was)s
        """,
        {
            "shop": tx.shop_id,
            "id": door.id,
            "was": was,
            "state": door.state,
            "wish": door.wish,
            "deliver_on": door.deliver_on,
            "words": door.words_enc,
            "wished_at": door.wished_at,
            "moved_at": door.moved_at,
            "moved_by": door.moved_by,
        },
    )


async def door_with_id(tx: Tx, door_id: UUID, *, lock: bool = False) -> MissedDoor | None:
    """A door."""
    held: LiteralString = "FOR NO KEY UPDATE" if lock else ""
    row = await tx.maybe(
        f"SELECT {_COLUMNS} FROM missed_door WHERE shop_id = %(shop)s AND id = %(id)s {held}",
        {"shop": tx.shop_id, "id": door_id},
    )
    return None if row is None else _as_door(row)


async def last_door(tx: Tx, parcel_id: UUID) -> MissedDoor | None:
    """The last door of a parcel."""
    row = await tx.maybe(
        f"""
        SELECT {_COLUMNS} FROM missed_door
        WHERE shop_id = %(shop)s AND parcel_id = %(parcel)s
        ORDER BY missed_at DESC, id DESC
        LIMIT 1
        """,
        {"shop": tx.shop_id, "parcel": parcel_id},
    )
    return None if row is None else _as_door(row)


async def waiting_doors(tx: Tx, order_id: UUID) -> dict[UUID, UUID]:
    """Of an order's parcels, the doors whose buyer may still say what is to be done; by parcel."""
    rows = await tx.all(
        "SELECT parcel_id, id FROM missed_door WHERE shop_id = %(shop)s AND order_id = %(order)s AND state = 'waiting'",
        {"shop": tx.shop_id, "order": order_id},
    )
    return {row.parcel_id: row.id for row in rows}
