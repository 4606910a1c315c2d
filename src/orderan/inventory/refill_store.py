"""Writing pick faces."""

from uuid import UUID

from orderan.kit.db import Tx


async def put_pick_face(tx: Tx, bin_id: UUID, sku_id: UUID, *, least: int, most: int) -> None:
    """Write what a bin holds ready of a sku; `most` 0 forgets it."""
    params = {"shop": tx.shop_id, "bin": bin_id, "sku": sku_id, "least": least, "most": most}
    if not most:
        await tx.run(
            "DELETE FROM pick_face WHERE shop_id = %(shop)s AND bin_id = %(bin)s AND sku_id = %(sku)s", params
        )
        return
    await tx.run(
        """
        INSERT INTO pick_face (shop_id, bin_id, sku_id, least, most)
        VALUES (%(shop)s, %(bin)s, %(sku)s, %(least)s, %(most)s)
        ON CONFLICT ON CONSTRAINT pick_face_pkey DO UPDATE SET least = excluded.least, most = excluded.most
        """,
        params,
    )
