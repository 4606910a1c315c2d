"""A benchmark's shop in a database of the tests."""

from datetime import UTC, datetime

import pytest

from orderan.bench.ground import Ground
from orderan.bench.wares import stock_shop
from orderan.kit.db import ALL_SHOPS, Caller, Database, Tx
from orderan.shops import Shop, open_shop


@pytest.fixture
async def bench_ground(database_url: str, db: Database) -> Ground:
    now = datetime.now(UTC)

    async def opening(tx: Tx) -> Shop:
        return await open_shop(tx, code="bench", name="Bench", now=now)

    shop = await db.run(Caller(ALL_SHOPS, "system:bench"), opening)
    skus = await db.run(
        Caller(shop.shop_id, "system:bench"), lambda tx: stock_shop(tx, skus=1, units=10_000, now=now)
    )
    return Ground(database_url, shop, "", skus)
