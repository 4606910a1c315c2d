"""Reading shops and channels."""

from collections.abc import Collection

from orderan.kit.db import Tx
from orderan.shops.errors import UnknownShop
from orderan.shops.models import Channel, ChannelKind, Shop


async def all_shops(tx: Tx) -> list[Shop]:
    """Every shop of the installation, by number."""
    return [Shop(**row._asdict()) for row in await tx.all("SELECT * FROM shop ORDER BY shop_id")]


async def shop_by_id(tx: Tx, shop_id: int) -> Shop:
    """Raises UnknownShop."""
    row = await tx.maybe("SELECT * FROM shop WHERE shop_id = %(shop)s", {"shop": shop_id})
    if row is None:
        raise UnknownShop(str(shop_id))
    return Shop(**row._asdict())


async def shop_by_code(tx: Tx, code: str) -> Shop:
    """Raises UnknownShop."""
    row = await tx.maybe("SELECT * FROM shop WHERE code = %(code)s", {"code": code})
    if row is None:
        raise UnknownShop(code)
    return Shop(**row._asdict())


async def channels_by_code(tx: Tx, codes: Collection[str]) -> dict[str, Channel]:
    """Active channels among these codes."""
    rows = await tx.all(
        """
        SELECT shop_id, id, code, name, kind, payment_hold_minutes, active
        FROM channel
        WHERE shop_id = %(shop)s AND code = ANY(%(codes)s) AND active
        """,
        {"shop": tx.shop_id, "codes": list(codes)},
    )
    return {row.code: Channel(**row._asdict() | {"kind": ChannelKind(row.kind)}) for row in rows}


async def list_channels(tx: Tx) -> list[Channel]:
    """Every channel of the shop, by name."""
    rows = await tx.all(
        """
        SELECT shop_id, id, code, name, kind, payment_hold_minutes, active
        FROM channel
        WHERE shop_id = %(shop)s
        ORDER BY name
        """,
        {"shop": tx.shop_id},
    )
    return [Channel(**row._asdict() | {"kind": ChannelKind(row.kind)}) for row in rows]
