"""Some hundred messages through crashes: each told once, and the counts can tell when they are not."""

from datetime import UTC, datetime

import pytest

from orderan.bench import telling
from orderan.bench.ground import Ground
from orderan.bench.telling import PROMISES, Provider, told
from orderan.bench.wares import stock_shop
from orderan.kit.db import ALL_SHOPS, Caller, Database, Tx
from orderan.notifications import Letter
from orderan.shops import Shop, open_shop

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

MESSAGES = 240


@pytest.fixture
async def ground(database_url: str, db: Database) -> Ground:
    now = datetime.now(UTC)

    async def opening(tx: Tx) -> Shop:
        return await open_shop(tx, code="bench", name="Bench", now=now)

    shop = await db.run(Caller(ALL_SHOPS, "system:bench"), opening)
    skus = await db.run(
        Caller(shop.shop_id, "system:bench"), lambda tx: stock_shop(tx, skus=1, units=10_000, now=now)
    )
    return Ground(database_url, shop, "", skus)


async def test_every_fact_is_told_once_through_crashes_tears_and_refusals(
    ground: Ground, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "DIES", 0.02)
    monkeypatch.setattr(telling, "TEARS", 0.1)
    caller = Caller(ground.shop.shop_id, "system:bench")

    figures = await told(ground, db, caller, messages=MESSAGES, seed=3)

    assert all(promise.met(vars(figures)) for promise in PROMISES), figures
    assert figures.messages > MESSAGES
    assert figures.letters > MESSAGES // 2
    assert figures.crashes > 0


async def test_control_a_provider_that_does_not_drop_what_it_has_is_noticed(
    ground: Ground, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def twice(provider: Provider, letter: Letter) -> None:
        provider.out[letter.reference] = letter
        provider.copies[letter.reference] += 2

    monkeypatch.setattr(Provider, "_put", twice)
    caller = Caller(ground.shop.shop_id, "system:bench")

    figures = await told(ground, db, caller, messages=40, seed=3)

    assert figures.told_twice > 0
