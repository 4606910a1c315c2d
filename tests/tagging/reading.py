"""Tags for tests, and a shop whose kopi has a barcode."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from given import World
from orderan.marks import Read, tag_of_container, tag_of_unit, to_hex

GTIN = "08991234567891"
OTHER = "08991234567907"
SSCC = "106141412345678908"


def unit(serial: int, gtin: str = GTIN) -> str:
    """The tag of one unit, hexadecimal."""
    return to_hex(tag_of_unit(gtin, str(serial), company_digits=7))


def carton(sscc: str = SSCC) -> str:
    return to_hex(tag_of_container(sscc, company_digits=7))


def heard(epcs: Iterable[str], at: datetime, *, antenna: int = 1) -> list[Read]:
    return [Read(epc, antenna, at) for epc in epcs]


async def with_barcode(world: World, sku: str = "kopi", gtin: str = GTIN, *, lots: bool = False) -> None:
    await world.floor.all(
        """
        UPDATE sku SET gtin = %(gtin)s, lot_tracked = %(lots)s WHERE shop_id = %(shop)s AND id = %(sku)s RETURNING id
        """,
        gtin=gtin,
        lots=lots,
        sku=world.skus[sku],
    )


def goods_of(told: dict[str, Any]) -> dict[str, tuple[int, int]]:
    """Units and those received before, by sku."""
    return {one["sku"]: (one["units"], one["received_before"]) for one in told["goods"]}
