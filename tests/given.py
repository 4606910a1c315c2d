"""Builders that state only what a test is about; everything else is an ordinary small shop."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from psycopg.types.json import Jsonb

from conftest import ShopFloor
from orderan.catalog import store as catalog_store
from orderan.catalog.models import BundlePart, Product, Sku
from orderan.customers import Buyer, BuyerAddress
from orderan.flows.place_order import Placed, Placement, PlacementLine, place_orders
from orderan.inventory import Location, LocationKind, Receipt, add_location, receive_stock
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.errors import Refusal
from orderan.kit.ids import new_id
from orderan.orders.numbers import take_numbers
from orderan.shops import ChannelKind, add_channel
from orderan.verification import Policy, plain

JAKARTA, BANDUNG, SURABAYA = "31.71.01.1001", "32.73.01.1001", "35.78.01.1001"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
ASKS_NOBODY = Policy(asks=False)


@dataclass(frozen=True)
class World:
    """A shop with places, skus and a channel `web`."""

    floor: ShopFloor
    locations: Mapping[str, UUID]
    skus: Mapping[str, UUID]

    async def stock(self, code: str) -> tuple[int, int, int]:
        """(on_hand, reserved, allocated) of a sku over all places."""
        [row] = await self.floor.all(
            """
            SELECT coalesce(sum(on_hand), 0)::int AS on_hand, coalesce(sum(reserved), 0)::int AS reserved,
                   coalesce(sum(allocated), 0)::int AS allocated
            FROM stock WHERE shop_id = %(shop)s AND sku_id = %(sku)s
            """,
            sku=self.skus[code],
        )
        return (row.on_hand, row.reserved, row.allocated)


async def a_shop(
    floor: ShopFloor,
    now: datetime,
    *,
    stock: Mapping[str, int] | None = None,
    price_minor: int = 10_000,
    prices: Mapping[str, int] | None = None,
    bundles: Mapping[str, Mapping[str, int]] | None = None,
    places: Mapping[str, str] | None = None,
    services: Collection[str] = (),
    policy: Policy | None = ASKS_NOBODY,
) -> World:
    """A shop that sells: skus with stock at the first place, a price, PPN, a channel.

    Args:
        stock: Units per sku code at the first place.
        price_minor, prices: Of every sku, and of those that cost something else.
        bundles: Parts per bundle code.
        places: Village code per warehouse code; default one in Jakarta.
        services: Skus nothing is stocked or picked for.
        policy: Version 1 of how buyers of COD orders are asked; None is a shop that wrote none.
    """
    stock = stock or {}
    bundles = bundles or {}
    places = places or {"JKT": JAKARTA}

    async def build(tx: Tx) -> World:
        await add_channel(tx, code="web", name="Web", kind=ChannelKind.WEB, now=now)
        locations = {}
        for rank, (code, village) in enumerate(places.items()):
            locations[code] = await _place(tx, code, LocationKind.WAREHOUSE, village, rank, now)
        for kind in (LocationKind.SUPPLIER, LocationKind.CUSTOMER, LocationKind.LOSS, LocationKind.TRANSIT):
            locations[kind.upper()] = await _place(tx, kind.upper(), kind, None, 0, now)
        codes = [*stock, *bundles, *services]
        costs = dict.fromkeys(codes, price_minor) | dict(prices or {})
        skus = await _catalogue(tx, codes, bundles, services, costs, now)
        first = locations[next(iter(places))]
        receipts = [Receipt(skus[code], first, units) for code, units in stock.items() if units]
        if receipts:
            await receive_stock(tx, receipts, now=now)
        if policy is not None:
            await _follows(tx, policy)
        return World(floor, locations, skus)

    world: World = await floor.run(build)
    return world


async def _follows(tx: Tx, policy: Policy) -> None:
    """As somebody wrote it long ago: nothing of it is in the trail of a test."""
    await tx.run(
        "INSERT INTO verification_policy VALUES (%(shop)s, 1, %(terms)s, 'system:test', %(at)s)",
        {"shop": tx.shop_id, "terms": Jsonb(plain(policy)), "at": LONG_AGO},
    )


async def _place(
    tx: Tx, code: str, kind: LocationKind, village: str | None, rank: int, now: datetime
) -> UUID:
    location = Location(
        shop_id=tx.shop_id,
        id=new_id(),
        code=code,
        name=code,
        kind=kind,
        village_code=village,
        address="",
        time_zone="Asia/Jakarta",
        sells=kind is LocationKind.WAREHOUSE,
        rank=rank,
        active=True,
    )
    await add_location(tx, location, now=now)
    return location.id


async def _catalogue(
    tx: Tx,
    codes: list[str],
    bundles: Mapping[str, Mapping[str, int]],
    services: Collection[str],
    costs: Mapping[str, int],
    now: datetime,
) -> dict[str, UUID]:
    product = Product(tx.shop_id, new_id(), "Kopi", "", "", "", "ppn", "active", [], now)
    await catalog_store.insert_products(tx, [product])
    skus = [
        Sku(
            shop_id=tx.shop_id,
            id=new_id(),
            product_id=product.id,
            code=code,
            name=code,
            options={},
            gtin=None,
            unit="pcs",
            weight_g=500,
            length_mm=0,
            width_mm=0,
            height_mm=0,
            is_bundle=code in bundles,
            is_stocked=code not in bundles and code not in services,
            lot_tracked=False,
            state="active",
            created_at=now,
        )
        for code in codes
    ]
    await catalog_store.insert_skus(tx, skus)
    ids = {sku.code: sku.id for sku in skus}
    for bundle, parts in bundles.items():
        await catalog_store.set_parts(
            tx, ids[bundle], [BundlePart(ids[part], quantity) for part, quantity in parts.items()]
        )
    price_list = await catalog_store.insert_price_list(tx, code="umum", name="Umum", currency="IDR", now=now)
    await catalog_store.insert_prices(
        tx, [(price_list, sku.id, 1, LONG_AGO, None, costs[sku.code]) for sku in skus]
    )
    await catalog_store.insert_tax_rate(tx, "ppn", LONG_AGO.date(), 1200, 11, 12)
    return ids


def a_buyer(name: str = "Ani Lestari", phone: str = "+6281234567890", village: str = JAKARTA) -> Buyer:
    return Buyer(name, phone, None, BuyerAddress("Jl. Mawar 1", village, "10110", "Gambir, Jakarta Pusat"))


def asked(*lines: tuple[str, int], **others: object) -> Placement:
    """A placement of these (sku, quantity) lines on the channel `web`."""
    wanted = [PlacementLine(code, quantity) for code, quantity in lines]
    return Placement(channel="web", lines=wanted, **others)  # type: ignore[arg-type]


async def place(
    world: World, keyring: Keyring, *placements: Placement, now: datetime
) -> list[Placed | Refusal]:
    """Place a batch."""

    async def command(tx: Tx) -> list[Placed | Refusal]:
        numbers = iter(await take_numbers(tx, len(placements)))
        return await place_orders(
            tx, world.floor.shop, placements, keyring=keyring, next_number=lambda: next(numbers), now=now
        )

    answers: list[Placed | Refusal] = await world.floor.run(command)
    return answers
