"""Training a model of scoring on the shop's own past: what people type or press, and the job that does it.

    asked    a row says that one is wanted, and a job does it; the page may be closed
    read     orders that ended, the newest first, a batch at a time, in a transaction that writes nothing
    learned  in a thread, with no transaction open: the shop goes on meanwhile
    kept     the model with what was found of it; it speaks only where it beat the rules
    again    every month one is trained that nobody asked for, where enough orders ended since: it is proposed, and
             a person lets it speak

A worker that dies in the middle begins again: whatever is not kept was never there, and what is kept is kept once.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from orderan.kit import jobs
from orderan.kit.clock import Clock
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.errors import Refusal
from orderan.kit.states import IllegalMove
from orderan.trust import (
    EVERY,
    Backtest,
    Lived,
    Model,
    Policy,
    Training,
    TrainingUnderWay,
    ask_training,
    backtest,
    decline_training,
    ends_known,
    fit,
    followed,
    is_asked,
    keep_model,
    lived_orders,
    parted,
    speaking_training,
    spoken_model,
    trainings,
)

SINCE: Final = timedelta(days=365)
"""Older orders are of another shop."""
MOST: Final = 20_000
"""Orders that are learned from and judged on, the newest."""
BATCH: Final = 1_000
CAPACITY: Final = 20
"""Orders people can look at in a day, unless somebody says otherwise."""


async def begin_training(tx: Tx, *, capacity: int, proposes: bool = False, now: datetime) -> Training:
    """Ask for a model, and leave a job that trains it.

    Args:
        proposes: Nobody asked: it is not to speak by itself.

    Raises:
        CapacityNotUsable: Of less than one order a day, or of more than a thousand.
        TrainingUnderWay: One is being trained.
    """
    made = await ask_training(tx, capacity=capacity, proposes=proposes, now=now)
    await jobs.defer(
        tx,
        train_job,
        lock=f"trust:{tx.shop_id}",
        training_id=str(made.id),
        capacity=capacity,
        actor=tx.actor,
    )
    return made


async def train_again(tx: Tx, *, now: datetime) -> int:
    """Have a model trained to be proposed, where a month went by and enough orders ended; how many that is."""
    last = next(iter(await trainings(tx, limit=1)), None)
    if last is not None and now - last.asked_at < EVERY:
        return 0
    since = now - SINCE
    known = await ends_known(tx, since=since, learned_at=last.asked_at if last else since)
    if not known.teaches:
        return 0
    capacity = last.capacity if last else CAPACITY
    try:
        await begin_training(tx, capacity=capacity, proposes=True, now=now)
    except TrainingUnderWay:
        # Somebody asked for one at the same moment.
        return 0
    return 1


async def train(
    db: Database, caller: Caller, training_id: UUID, *, capacity: int, clock: Clock, most: int = MOST
) -> Refusal | None:
    """Do a training that was asked for; why nothing was learned, None when something was.

    One that is over already, by a run before this one, stays as it is.
    """
    if not await db.run(caller, lambda tx: is_asked(tx, training_id)):
        return None
    lived, policy, version = await _past(db, caller, clock=clock, most=most)
    spoken = await db.run(caller, _spoken)
    now = clock.now()
    try:
        model, found = await asyncio.to_thread(_learn, lived, policy, spoken, capacity, now)
    except Refusal as refusal:
        await _end(db, caller, partial(decline_training, training_id=training_id, refusal=refusal, now=now))
        return refusal
    keep = partial(
        keep_model,
        training_id=training_id,
        model=model,
        backtest=found,
        rules_version=version,
        now=now,
    )
    await _end(db, caller, keep)
    return None


async def _end(db: Database, caller: Caller, command: Callable[[Tx], Awaitable[object]]) -> None:
    """Keep what came of a training, unless somebody kept it meanwhile."""
    with suppress(IllegalMove):
        await db.run(caller, command)


async def _past(db: Database, caller: Caller, *, clock: Clock, most: int) -> tuple[list[Lived], Policy, int]:
    """Orders that ended, and the rules a model has to beat."""
    since = clock.now() - SINCE
    policy, version = await db.run(caller, followed)
    lived: list[Lived] = []
    before = None
    while len(lived) < most:
        look = partial(lived_orders, since=since, before=before, limit=min(BATCH, most - len(lived)))
        found, before = await db.run(caller, look)
        lived += found
        if before is None:
            break
    return lived, policy, version


async def _spoken(tx: Tx) -> Model | None:
    """The model that speaks; None where none does, or it cannot be read."""
    training = await speaking_training(tx)
    speaking = None if training is None else await spoken_model(tx, training.id, training.version)
    return None if speaking is None else speaking.model


def _learn(
    lived: list[Lived], policy: Policy, spoken: Model | None, capacity: int, now: datetime
) -> tuple[Model, Backtest]:
    parts = parted(lived, now=now)
    model = fit(parts)
    return model, backtest(parts, model, policy, capacity=capacity, spoken=spoken)


@jobs.job("trust.train")
async def train_job(tools: jobs.Tools, *, shop_id: int, training_id: str, capacity: int, actor: str) -> None:
    """Train a model on behalf of who asked for it."""
    await train(tools.db, Caller(shop_id, actor), UUID(training_id), capacity=capacity, clock=tools.clock)
