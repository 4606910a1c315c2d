"""Wares of a benchmark shop: one product, many skus, one warehouse full of them or three with empty bins."""

from collections.abc import Sequence
from dataclasses import dataclass
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
from orderan.inventory import (
    BinAsked,
    BinKind,
    Location,
    LocationKind,
    Receipt,
    add_location,
    draw_bins,
    receive_stock,
)
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


@dataclass(frozen=True)
class Warehouses:
    """Three of them: skus as (id, code, whether in lots), bins by place."""

    skus: Sequence[tuple[UUID, str, bool]]
    bins: dict[UUID, list[UUID]]


async def three_warehouses(tx: Tx, *, skus: int = 9, bins: int = 8, now: datetime) -> Warehouses:
    """Channel `web`, skus of which a third comes in lots, nothing on the shelves of three places yet."""
    await add_channel(tx, code="web", name="Web", kind=ChannelKind.WEB, now=now)
    places = [
        await _place(tx, LocationKind.WAREHOUSE, now, code=f"G{turn}", village=village, rank=turn)
        for turn, village in enumerate(("31.71.01.1001", "32.73.01.1001", "35.78.01.1001"))
    ]
    for kind in (LocationKind.SUPPLIER, LocationKind.CUSTOMER, LocationKind.LOSS, LocationKind.TRANSIT):
        await _place(tx, kind, now)
    drawn = {}
    for place in places:
        asked = [
            BinAsked(f"A{turn}", BinKind.PICK, "A", 300 * (1 + turn // 4), 120 * (1 + turn % 4))
            for turn in range(bins)
        ]
        drawn[place] = [one.id for one in await draw_bins(tx, place, asked, now=now)]
    product = Product(tx.shop_id, new_id(), "Kopi", "", "", "", "ppn", "active", [], now)
    await insert_products(tx, [product])
    made = [_sku(tx.shop_id, product.id, turn, now, lots=turn % 3 == 1) for turn in range(skus)]
    await insert_skus(tx, made)
    price_list = await insert_price_list(tx, code="umum", name="Umum", currency="IDR", now=now)
    await insert_prices(tx, [(price_list, sku.id, 1, LONG_AGO, None, PRICE_MINOR) for sku in made])
    await insert_tax_rate(tx, "ppn", LONG_AGO.date(), 1200, 11, 12)
    return Warehouses([(sku.id, sku.code, sku.lot_tracked) for sku in made], drawn)


async def _place(
    tx: Tx, kind: LocationKind, now: datetime, *, code: str = "", village: str = VILLAGE, rank: int = 0
) -> UUID:
    location = Location(
        shop_id=tx.shop_id,
        id=new_id(),
        code=code or kind.upper(),
        name=code or kind,
        kind=kind,
        village_code=village if kind is LocationKind.WAREHOUSE else None,
        address="",
        time_zone="Asia/Jakarta",
        sells=kind is LocationKind.WAREHOUSE,
        rank=rank,
        active=True,
    )
    await add_location(tx, location, now=now)
    return location.id


def _sku(shop_id: int, product_id: UUID, number: int, now: datetime, *, lots: bool = False) -> Sku:
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
        lot_tracked=lots,
        state="active",
        created_at=now,
    )
