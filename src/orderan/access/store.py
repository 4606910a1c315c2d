"""Writing keys."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx


async def insert_key(
    tx: Tx,
    *,
    key_id: UUID,
    name: str,
    secret_hash: bytes,
    permissions: Collection[str],
    location_ids: Collection[UUID] | None,
    channel_ids: Collection[UUID] | None,
    now: datetime,
) -> None:
    await tx.run(
        """
        INSERT INTO api_key (shop_id, id, name, secret_hash, permissions, location_ids, channel_ids, created_by,
                             created_at)
        VALUES (%(shop)s, %(id)s, %(name)s, %(hash)s, %(permissions)s, %(locations)s, %(channels)s, %(actor)s,
                %(now)s)
        """,
        {
            "shop": tx.shop_id,
            "id": key_id,
            "name": name,
            "hash": secret_hash,
            "permissions": sorted(permissions),
            "locations": None if location_ids is None else list(location_ids),
            "channels": None if channel_ids is None else list(channel_ids),
            "actor": tx.actor,
            "now": now,
        },
    )


async def touch_keys(tx: Tx, key_ids: Collection[UUID], *, now: datetime) -> None:
    """Remember that these keys were used."""
    await tx.run(
        "UPDATE api_key SET last_used_at = %(now)s WHERE shop_id = %(shop)s AND id = ANY(%(ids)s)",
        {"shop": tx.shop_id, "ids": list(key_ids), "now": now},
    )
