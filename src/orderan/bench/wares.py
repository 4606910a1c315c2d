"""Wares of a benchmark shop: one product, many skus, one warehouse full of them."""

from datetime import UTC, datetime
from uuid import UUID

from orderan.catalog import (
    Product,
    Sku,
    insert_price_list,
    insert_prices,
    insert_products,
    insert_skus,
    insert_tax_rate,
)
from orderan.inventory import Location, LocationKind, Receipt, add_location, receive_stock
from orderan.kit.db import Tx
from orderan.kit.ids import new_id
from orderan.shops import ChannelKind, add_channel

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
PRICE_MINOR = 10_000
VILLAGE = "31.71.01.1001"


async def stock_shop(tx: Tx, *, skus: int, units: int, now: datetime) -> list[UUID]:
    """Channel `web`, skus `K0` ... with a price and PPN, `units` of each in Jakarta; returns their ids."""
    await add_channel(tx, code="web", name="Web", kind=ChannelKind.WEB, now=now)
    warehouse = await _place(tx, LocationKind.WAREHOUSE, now)
    for kind in (LocationKind.SUPPLIER, LocationKind.CUSTOMER, LocationKind.LOSS, LocationKind.TRANSIT):
        await _place(tx, kind, now)
    product = Product(tx.shop_id, new_id(), "Kopi", "", "", "", "ppn", "active", [], now)
    await insert_products(tx, [product])
    made = [_sku(tx.shop_id, product.id, number, now) for number in range(skus)]
    await insert_skus(tx, made)
    price_list = await insert_price_list(tx, code="umum", name="Umum", currency="IDR", now=now)
    await insert_prices(tx, [(price_list, sku.id, 1, LONG_AGO, None, PRICE_MINOR) for sku in made])
    await insert_tax_rate(tx, "ppn", LONG_AGO.date(), 1200, 11, 12)
    await receive_stock(tx, [Receipt(sku.id, warehouse, units) for sku in made], now=now)
    return [sku.id for sku in made]


async def _place(tx: Tx, kind: LocationKind, now: datetime) -> UUID:
    location = Location(
        shop_id=tx.shop_id,
        id=new_id(),
        code=kind.upper(),
        name=kind,
        kind=kind,
        village_code=VILLAGE if kind is LocationKind.WAREHOUSE else None,
        address="",
        time_zone="Asia/Jakarta",
        sells=kind is LocationKind.WAREHOUSE,
        rank=0,
        active=True,
    )
    await add_location(tx, location, now=now)
    return location.id


def _sku(shop_id: int, product_id: UUID, number: int, now: datetime) -> Sku:
    return Sku(
        shop_id=shop_id,
        id=new_id(),
        product_id=product_id,
        code=f"K{number}",
        name=f"K{number}",
        options={},
        gtin=None,
        unit="pcs",
        weight_g=500,
        length_mm=0,
        width_mm=0,
        height_mm=0,
        is_bundle=False,
        is_stocked=True,
        lot_tracked=False,
        state="active",
        created_at=now,
    )
