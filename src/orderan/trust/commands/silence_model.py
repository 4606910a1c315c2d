"""A model that speaks falls silent: a person wants it, a newer one takes its place, or other rules are followed."""

from datetime import datetime

from orderan.kit import audit
from orderan.kit.audit import Trace
from orderan.kit.db import Tx
from orderan.kit.events import record
from orderan.trust import store_model, store_rules
from orderan.trust.errors import NoSuchModel
from orderan.trust.events import ModelMoved
from orderan.trust.states import MODEL, ModelEvent, ModelState
from orderan.trust.store_model import Training, Why


async def silence(tx: Tx, version: int, *, now: datetime) -> None:
    """Rules score alone, until a person lets a model speak again.

    Raises:
        NoSuchModel: No training has this number.
        IllegalMove: It does not speak.
    """
    await hush(tx, await numbered(tx, version), Why.PERSON, now=now)
    await audit.leave(tx, Trace("trust.silence", "trust_model", str(version), None, {}), now=now)


async def silence_for_rules(tx: Tx, *, now: datetime) -> None:
    """Other rules are followed: whatever speaks was judged beside the ones before."""
    speaking = await store_model.speaking_training(tx)
    if speaking is not None:
        await hush(tx, speaking, Why.OTHER_RULES, now=now)
    await store_model.withdraw_proposals(tx)


async def hush(tx: Tx, training: Training, why: Why, *, now: datetime) -> None:
    """Silence one; the rules of the shop are locked."""
    state = MODEL.after(training.state, ModelEvent.SILENCE)
    await store_model.set_silent(tx, training.id, why, now=now)
    await tell(tx, training, state, None if why is Why.PERSON else why, now=now)


async def tell(tx: Tx, training: Training, state: ModelState, why: Why | None, *, now: datetime) -> None:
    """Record that it moved."""
    told = None if why is None else str(why)
    fact = ModelMoved(training.version, str(training.state), str(state), told)
    await record(tx, training.id, fact, now=now)


async def numbered(tx: Tx, version: int) -> Training:
    """One training by its number, with the rules of the shop locked.

    Raises:
        NoSuchModel: None has it.
    """
    await store_rules.POLICIES.lock(tx)
    training = await store_model.training_of(tx, version)
    if training is None:
        raise NoSuchModel(version)
    return training
