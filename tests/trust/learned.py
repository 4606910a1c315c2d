"""A model written by hand, and what was found of it: for tests that are not about learning."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from orderan.kit.db import Tx
from orderan.trust import (
    Backtest,
    Model,
    Ranking,
    Training,
    ask_training,
    keep_model,
    training_of,
)
from orderan.trust.rules_model import Trees

FAR = "ip_elsewhere"
MODEL = Model(
    features=("cod", FAR),
    start=-3.0,
    # Paid at the door and asked for from another province: three doublings of the odds and more.
    trees=Trees(
        roots=(0,),
        sign=(0, -1, 1, -1, -1),
        height=(0.5, 0.0, 0.5, 0.0, 0.0),
        left=(1, 0, 3, 0, 0),
        right=(2, 0, 4, 0, 0),
        value=(0.5, 0.0, 1.0, 0.0, 5.0),
    ),
    raws=(-3.0, 2.0),
    chances=(0.1, 0.5),
    base=0.1,
    weights={"cod": 250, FAR: 750},
)
"""32 points to a COD order from another province, none to any other."""

BETTER = Backtest(
    since=datetime(2026, 8, 1, tzinfo=UTC),
    judge_from=datetime(2026, 11, 1, tzinfo=UTC),
    until=datetime(2026, 11, 20, tzinfo=UTC),
    fitted=2_400,
    fitted_bad=240,
    calibrated=600,
    calibrated_bad=60,
    judged=1_000,
    judged_bad=100,
    capacity=20,
    looked_at=380,
    rules=Ranking(0.62, 0.18, 0.15),
    both=Ranking(0.81, 0.47, 0.24),
    z=7.5,
    seen=0.1,
    said=0.11,
)
WORSE = replace(BETTER, both=Ranking(0.61, 0.17, 0.15), z=-0.4)


async def learn(
    tx: Tx, backtest: Backtest, *, now: datetime, rules_version: int = 0, proposes: bool = False
) -> Training:
    """A training with this end, as if the worker had done it."""
    asked = await ask_training(tx, capacity=20, proposes=proposes, now=now)
    await keep_model(tx, asked.id, MODEL, backtest, rules_version=rules_version, now=now)
    made = await training_of(tx, asked.version)
    assert made is not None
    return made


async def model_of(tx: Tx, training_id: UUID) -> object:
    """What is kept of a model."""
    return await tx.value(
        "SELECT model FROM trust_model WHERE shop_id = %(shop)s AND id = %(id)s",
        {"shop": tx.shop_id, "id": training_id},
    )
