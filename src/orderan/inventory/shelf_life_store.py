"""Writing how long goods must keep."""

from uuid import UUID

from orderan.kit.db import Tx
from orderan.kit.ids import NIL


async def put_shelf_life(tx: Tx, channel_id: UUID, sku_id: UUID | None, days: int, percent: int) -> None:
    """Write a rule; one that asks for nothing is taken away, unless it frees a sku of the rule for all."""
    params = {
        "shop": tx.shop_id,
        "channel": channel_id,
        "sku": sku_id or NIL,
        "days": days,
        "percent": percent,
    }
    if sku_id is None and not days and not percent:
        await tx.run(
            "DELETE FROM shelf_life WHERE shop_id = %(shop)s AND channel_id = %(channel)s AND sku_id = %(sku)s",
            params,
        )
        return
    await tx.run(
        """
        INSERT INTO shelf_life (shop_id, channel_id, sku_id, least_days, least_percent)
        VALUES (%(shop)s, %(channel)s, %(sku)s, %(days)s, %(percent)s)
        ON CONFLICT ON CONSTRAINT shelf_life_pkey DO UPDATE
        SET least_days = excluded.least_days, least_percent = excluded.least_percent
        """,
        params,
    )
