"""Returns of parcels their couriers bring back, in SQL."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx


async def note_sent_back(tx: Tx, return_id: UUID, parcel_id: UUID, *, now: datetime) -> None:
    """A return stands for a parcel, whose order the caller has locked and which has none."""
    await tx.run(
        """
        INSERT INTO return_to_sender (shop_id, return_id, parcel_id, expected_at)
        VALUES (%(shop)s, %(return)s, %(parcel)s, %(now)s)
        """,
        {"shop": tx.shop_id, "return": return_id, "parcel": parcel_id, "now": now},
    )


async def parcel_sent_back(tx: Tx, return_id: UUID) -> UUID | None:
    """The parcel a return stands for; None of one that its buyer sends."""
    row = await tx.maybe(
        "SELECT parcel_id FROM return_to_sender WHERE shop_id = %(shop)s AND return_id = %(return)s",
        {"shop": tx.shop_id, "return": return_id},
    )
    return None if row is None else row.parcel_id


async def returns_sent_back(tx: Tx, parcels: Collection[UUID]) -> dict[UUID, UUID]:
    """The returns that stand for these parcels; by parcel."""
    rows = await tx.all(
        "SELECT parcel_id, return_id FROM return_to_sender WHERE shop_id = %(shop)s AND parcel_id = ANY(%(parcels)s)",
        {"shop": tx.shop_id, "parcels": list(parcels)},
    )
    return {row.parcel_id: row.return_id for row in rows}
