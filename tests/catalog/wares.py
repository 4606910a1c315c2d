"""A small shop's catalogue, made through the commands it has in life."""

from datetime import datetime
from typing import Any

from conftest import ShopFloor
from orderan.catalog import (
    PriceList,
    PriceListFields,
    Product,
    ProductFields,
    Sku,
    SkuFields,
    add_price_list,
    add_product,
    insert_tax_rate,
)
from orderan.kit.db import Tx


async def a_product(
    floor: ShopFloor, now: datetime, *skus: SkuFields, **fields: Any
) -> tuple[Product, dict[str, Sku]]:
    """A product of untaxed coffee with these skus, by code."""

    async def adding(tx: Tx) -> tuple[Product, list[Sku]]:
        said = ProductFields(**{"name": "Kopi Gayo", "tax_class": "none"} | fields)
        return await add_product(tx, said, list(skus) or [SkuFields("KOPI")], now=now)

    product, made = await floor.run(adding)
    return product, {sku.code: sku for sku in made}


async def a_list(floor: ShopFloor, now: datetime, code: str = "umum", **fields: Any) -> PriceList:
    """A price list in rupiah."""

    async def adding(tx: Tx) -> PriceList:
        said = PriceListFields(code, code.title(), **fields)
        return await add_price_list(tx, said, currency="IDR", now=now)

    made: PriceList = await floor.run(adding)
    return made


async def ppn(floor: ShopFloor) -> None:
    """12 % on 11/12 of the price since 2025, and 12 % of luxury goods."""

    async def adding(tx: Tx) -> None:
        await insert_tax_rate(tx, "ppn", datetime(2025, 1, 1).date(), 1200, 11, 12)  # noqa: DTZ001 - a day
        await insert_tax_rate(tx, "ppn_mewah", datetime(2025, 1, 1).date(), 1200, 1, 1)  # noqa: DTZ001

    await floor.run(adding)


async def trail(floor: ShopFloor) -> list[tuple[str, Any, Any]]:
    """(action, before, after) of every trace, oldest first."""
    rows = await floor.all(
        "SELECT action, before, after FROM audit_entry WHERE shop_id = %(shop)s ORDER BY id"
    )
    return [tuple(row) for row in rows]
