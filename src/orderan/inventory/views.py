"""Reading stock."""

from collections.abc import Collection
from uuid import UUID

from orderan.inventory.errors import UnknownLocation
from orderan.inventory.models import COUNTED, LocationKind, StockKey
from orderan.kit.db import Tx


async def account(tx: Tx, kind: LocationKind) -> UUID:
    """The shop's account of a kind (supplier, customer, loss, transit): the first one made.

    Raises:
        UnknownLocation: The shop has none.
    """
    row = await tx.maybe(
        "SELECT id FROM location WHERE shop_id = %(shop)s AND kind = %(kind)s ORDER BY created_at, id LIMIT 1",
        {"shop": tx.shop_id, "kind": kind},
    )
    if row is None:
        raise UnknownLocation(kind)
    found: UUID = row.id
    return found


async def require_counted(tx: Tx, locations: Collection[UUID]) -> None:
    """Raises UnknownLocation unless each of these is a place of the shop that holds counted stock."""
    rows = await tx.all(
        "SELECT id FROM location WHERE shop_id = %(shop)s AND id = ANY(%(ids)s) AND kind = ANY(%(kinds)s)",
        {"shop": tx.shop_id, "ids": list(locations), "kinds": [str(kind) for kind in COUNTED]},
    )
    if missing := set(locations) - {row.id for row in rows}:
        raise UnknownLocation(str(min(missing)))


async def free_units(tx: Tx, keys: Collection[StockKey]) -> dict[StockKey, int]:
    """Physically free units of these rows: on hand, neither reserved nor allocated."""
    rows = await tx.all(
        """
        SELECT sku_id, location_id, owner_id, lot_id, on_hand - reserved - allocated AS free
        FROM stock
        WHERE shop_id = %(shop)s AND sku_id = ANY(%(skus)s)
        """,
        {"shop": tx.shop_id, "skus": [key.sku_id for key in keys]},
    )
    found = {StockKey(row.sku_id, row.location_id, row.owner_id, row.lot_id): row.free for row in rows}
    return {key: found.get(key, 0) for key in keys}
