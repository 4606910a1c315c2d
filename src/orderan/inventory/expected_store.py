"""What suppliers promised, and how much of it came; the stock rows it is counted on are locked."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from orderan.kit.db import Tx
from orderan.kit.ids import new_id

Spot = tuple[UUID, UUID]
"""A sku at a location."""


@dataclass(frozen=True, slots=True)
class Expected:
    """Units a supplier promised that neither came nor were given up."""

    id: UUID
    sku_id: UUID
    sku: str
    title: str
    location_id: UUID
    location: str
    quantity: int
    open: int
    supplier: str
    due_on: date | None
    noted_at: datetime


async def insert_expected(
    tx: Tx, goods: Sequence[tuple[Spot, int]], *, supplier: str, due_on: date | None, now: datetime
) -> None:
    await tx.run(
        """
        INSERT INTO expected_goods (shop_id, id, sku_id, location_id, quantity, supplier, due_on, noted_by,
                                    noted_at)
        SELECT %(shop)s, id, sku_id, location_id, quantity, %(supplier)s, %(due)s, %(actor)s, %(now)s
        FROM unnest(%(ids)s::uuid[], %(skus)s::uuid[], %(locations)s::uuid[], %(quantities)s::bigint[])
             AS promised (id, sku_id, location_id, quantity)
        """,
        {
            "shop": tx.shop_id,
            "ids": [new_id() for _ in goods],
            "skus": [sku for (sku, _), _ in goods],
            "locations": [place for (_, place), _ in goods],
            "quantities": [quantity for _, quantity in goods],
            "supplier": supplier,
            "due": due_on,
            "actor": tx.actor,
            "now": now,
        },
    )


async def settle_expected(tx: Tx, units: Mapping[Spot, int], *, arrived: bool) -> None:
    """Count units as arrived, or as given up, on what was due first."""
    await tx.run(
        """
        UPDATE expected_goods
        SET arrived = arrived + CASE WHEN %(arrived)s THEN share.units ELSE 0 END,
            given_up = given_up + CASE WHEN %(arrived)s THEN 0 ELSE share.units END
        FROM (
            SELECT promised.id,
                   least(promised.open, greatest(asked.units - (promised.upto - promised.open), 0)) AS units
            FROM (
                SELECT id, sku_id, location_id, quantity - arrived - given_up AS open,
                       sum(quantity - arrived - given_up)
                           OVER (PARTITION BY sku_id, location_id ORDER BY due_on, noted_at, id) AS upto
                FROM expected_goods
                WHERE shop_id = %(shop)s AND sku_id = ANY(%(skus)s::uuid[]) AND arrived + given_up < quantity
            ) AS promised
            JOIN unnest(%(skus)s::uuid[], %(locations)s::uuid[], %(units)s::bigint[])
                 AS asked (sku_id, location_id, units) USING (sku_id, location_id)
        ) AS share
        WHERE expected_goods.shop_id = %(shop)s AND expected_goods.id = share.id AND share.units > 0
        """,
        {
            "shop": tx.shop_id,
            "arrived": arrived,
            "skus": [sku for sku, _ in units],
            "locations": [place for _, place in units],
            "units": list(units.values()),
        },
    )


async def expected_goods(
    tx: Tx, *, locations: Collection[UUID] | None = None, limit: int = 200
) -> list[Expected]:
    """What is still to come, what is due first on top."""
    rows = await tx.all(
        """
        SELECT expected_goods.id, expected_goods.sku_id, sku.code AS sku,
               CASE WHEN sku.name = '' THEN product.name ELSE product.name || ' – ' || sku.name END AS title,
               expected_goods.location_id, location.name AS location, expected_goods.quantity,
               expected_goods.quantity - expected_goods.arrived - expected_goods.given_up AS open,
               expected_goods.supplier, expected_goods.due_on, expected_goods.noted_at
        FROM expected_goods
        JOIN sku ON sku.shop_id = expected_goods.shop_id AND sku.id = expected_goods.sku_id
        JOIN product ON product.shop_id = sku.shop_id AND product.id = sku.product_id
        JOIN location ON location.shop_id = expected_goods.shop_id AND location.id = expected_goods.location_id
        WHERE expected_goods.shop_id = %(shop)s
          AND expected_goods.arrived + expected_goods.given_up < expected_goods.quantity
          AND (%(places)s::uuid[] IS NULL OR expected_goods.location_id = ANY(%(places)s::uuid[]))
        ORDER BY expected_goods.due_on, expected_goods.noted_at, expected_goods.id
        LIMIT %(limit)s
        """,
        {"shop": tx.shop_id, "places": None if locations is None else list(locations), "limit": limit},
    )
    return [Expected(**row._asdict()) for row in rows]
