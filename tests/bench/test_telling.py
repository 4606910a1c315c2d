"""Some hundred messages through crashes: each told once, and the counts can tell when they are not."""

import pytest

from orderan.bench import telling
from orderan.bench.ground import Ground
from orderan.bench.telling import PROMISES, Provider, told
from orderan.kit.clock import SetClock
from orderan.kit.db import Caller, Database
from orderan.notifications import Letter

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

MESSAGES = 240


async def test_every_fact_is_told_once_through_crashes_tears_and_refusals(
    bench_ground: Ground, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "DIES", 0.02)
    monkeypatch.setattr(telling, "TEARS", 0.1)
    caller = Caller(bench_ground.shop.shop_id, "system:bench")

    figures = await told(bench_ground, db, caller, messages=MESSAGES, seed=3)

    assert all(promise.met(vars(figures)) for promise in PROMISES), figures
    assert figures.messages > MESSAGES
    assert figures.letters > MESSAGES // 2
    assert figures.crashes > 0
    assert figures.messages_in_doubt > 0


async def test_control_a_message_nobody_sends_and_nobody_knows_of_is_counted_as_lost(
    bench_ground: Ground, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "DIES", 0)
    follow = telling._follow

    async def forgetful(db: Database, caller: Caller, clock: SetClock) -> None:
        await follow(db, caller, clock)
        await db.run(
            caller,
            lambda tx: tx.run(
                """
                DELETE FROM delivery
                WHERE shop_id = %(shop)s AND id = (
                    SELECT delivery.id FROM delivery
                    JOIN message ON message.shop_id = %(shop)s AND message.id = delivery.message_id
                    WHERE delivery.shop_id = %(shop)s AND message.kind = 'cancelled' ORDER BY delivery.id LIMIT 1)
                """,
                {"shop": tx.shop_id},
            ),
        )

    monkeypatch.setattr(telling, "_follow", forgetful)
    caller = Caller(bench_ground.shop.shop_id, "system:bench")

    figures = await told(bench_ground, db, caller, messages=40, seed=3)

    assert (figures.messages_lost, figures.told_never) == (1, 0)


async def test_control_a_provider_that_does_not_drop_what_it_has_is_noticed(
    bench_ground: Ground, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def twice(provider: Provider, letter: Letter) -> None:
        provider.out[letter.reference] = letter
        provider.copies[letter.reference] += 2

    monkeypatch.setattr(Provider, "_put", twice)
    caller = Caller(bench_ground.shop.shop_id, "system:bench")

    figures = await told(bench_ground, db, caller, messages=40, seed=3)

    assert figures.told_twice > 0
