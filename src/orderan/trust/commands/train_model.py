"""A model of the shop: asked for, kept with what was found of it, and let speak."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from orderan.kit import audit
from orderan.kit.audit import Trace
from orderan.kit.db import Tx
from orderan.kit.errors import Refusal
from orderan.kit.ids import new_id
from orderan.trust import store_model, store_rules
from orderan.trust.commands.edit_rules import followed
from orderan.trust.commands.silence_model import hush, numbered, tell
from orderan.trust.errors import (
    CapacityNotUsable,
    LearningNotInstalled,
    ModelJudgedElsewhere,
    ModelNotBetter,
    NoSuchModel,
    TooLittleHistory,
    TrainingUnderWay,
)
from orderan.trust.rules_backtest import Backtest
from orderan.trust.rules_model import Model
from orderan.trust.states import MODEL, ModelEvent, ModelState
from orderan.trust.store_model import Training, Why

MOST_CAPACITY: Final = 1_000
LOST_AFTER: Final = timedelta(hours=1)
"""A training takes seconds; what nobody finished for so long makes room for another."""


async def ask_training(tx: Tx, *, capacity: int, proposes: bool = False, now: datetime) -> Training:
    """Write down that a model is to be trained; whoever calls sees to it that it is.

    Args:
        capacity: Orders people can look at in a day.
        proposes: Nobody asked: what it makes does not speak by itself, however good it is.

    Raises:
        CapacityNotUsable: Of less than one, or of more than a thousand.
        TrainingUnderWay: One is being trained.
    """
    if not 1 <= capacity <= MOST_CAPACITY:
        raise CapacityNotUsable
    await store_rules.POLICIES.lock(tx)
    before = await store_model.asked_training(tx)
    if before is not None and before.asked_at > now - LOST_AFTER:
        raise TrainingUnderWay(before.version)
    if before is not None:
        await _decline(tx, before, Why.LOST, now=now)
    made = await store_model.insert_training(tx, new_id(), capacity=capacity, proposes=proposes, now=now)
    trace = Trace("trust.train", "trust_model", str(made.version), None, {"capacity": capacity})
    await audit.leave(tx, trace, now=now)
    return made


async def decline_training(tx: Tx, training_id: UUID, refusal: Refusal, *, now: datetime) -> None:
    """It came to nothing, for this reason.

    Raises:
        IllegalMove: It is over already.
    """
    training = await _locked(tx, training_id)
    if isinstance(refusal, TooLittleHistory):
        await _decline(tx, training, Why.TOO_LITTLE, ends=(refusal.bad, refusal.good), now=now)
    elif isinstance(refusal, LearningNotInstalled):
        await _decline(tx, training, Why.NOT_INSTALLED, now=now)
    else:
        raise refusal


async def keep_model(
    tx: Tx, training_id: UUID, model: Model, backtest: Backtest, *, rules_version: int, now: datetime
) -> ModelState:
    """Keep what was learned; it speaks at once where it beat the rules that are followed.

    Not where a person wants models silent, nor where nobody asked for it.

    Args:
        rules_version: Of the rules it was judged beside.

    Raises:
        IllegalMove: The training is over already.
    """
    await store_rules.POLICIES.lock(tx)
    training = await _locked(tx, training_id)
    state = MODEL.after(training.state, ModelEvent.LEARN)
    _, live = await followed(tx)
    held = await store_model.is_kept_silent(tx)
    if not backtest.beats:
        why = Why.NOT_BETTER
    elif live != rules_version:
        why = Why.OTHER_RULES
    elif training.proposes:
        why = Why.PROPOSED
    else:
        # One that may speak is silent for as long as this transaction lasts.
        why = Why.KEPT if held else Why.NEWER
    await store_model.set_learned(
        tx, training_id, model, backtest, rules_version=rules_version, why=why, now=now
    )
    await tell(tx, training, state, why if why is not Why.NEWER else None, now=now)
    if why is not Why.NEWER:
        return state
    return await _speak(tx, await _locked(tx, training_id), now=now)


async def let_speak(tx: Tx, version: int, *, now: datetime) -> None:
    """Its points are added to those of the rules from the next order on.

    Raises:
        NoSuchModel: No training has this number.
        IllegalMove: It speaks already, or nothing was learned.
        ModelNotBetter: It did not beat the rules.
        ModelJudgedElsewhere: It was judged beside other rules.
    """
    training = await numbered(tx, version)
    MODEL.after(training.state, ModelEvent.SPEAK)
    if training.backtest is None or not training.backtest.beats:
        raise ModelNotBetter(version)
    _, live = await followed(tx)
    if training.rules_version != live:
        raise ModelJudgedElsewhere(training.rules_version or 0, live)
    await _speak(tx, training, now=now)
    await audit.leave(tx, Trace("trust.speak", "trust_model", str(version), None, {}), now=now)


async def _speak(tx: Tx, training: Training, *, now: datetime) -> ModelState:
    state = MODEL.after(training.state, ModelEvent.SPEAK)
    before = await store_model.speaking_training(tx)
    if before is not None:
        await hush(tx, before, Why.NEWER, now=now)
    await store_model.set_speaking(tx, training.id, now=now)
    await tell(tx, training, state, None, now=now)
    return state


async def _decline(
    tx: Tx, training: Training, why: Why, *, ends: tuple[int, int] | None = None, now: datetime
) -> None:
    state = MODEL.after(training.state, ModelEvent.DECLINE)
    await store_model.set_declined(tx, training.id, why, ends=ends, now=now)
    await tell(tx, training, state, why, now=now)


async def _locked(tx: Tx, training_id: UUID) -> Training:
    training = await store_model.lock_training(tx, training_id)
    if training is None:
        raise NoSuchModel(0)
    return training
