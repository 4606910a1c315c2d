"""Score a batch: lock what orders share, look everything up in one statement, decide, keep."""

from collections.abc import Sequence
from datetime import datetime

from orderan.kit.db import Tx
from orderan.trust import store, store_spoken
from orderan.trust.models import Assessed, Subject
from orderan.trust.rules_measure import assess


async def score(tx: Tx, subjects: Sequence[Subject], *, now: datetime) -> list[Assessed]:
    """Score subjects in the order they came; each sees those before it. Nothing is kept yet.

    Orders that share a phone, a house, a device or a card are scored one after another, in this transaction
    and in every other. A model that speaks adds to the rules; one that cannot be read stops nothing.
    """
    if not subjects:
        return []
    policy, version, norm, speaking = await store.standing(tx)
    model = await store_spoken.spoken_model(tx, *speaking) if speaking else None
    await store.lock_keys(tx, subjects)
    known = await store.seen(tx, subjects, now=now)
    # Nobody saw a key that nothing is known of; those of this batch are still to be seen by the next.
    return assess(subjects, known, norm, policy, version=version, model=model)


async def keep_scores(tx: Tx, assessed: Sequence[Assessed]) -> None:
    """Keep the scores of what was placed, and remember what ties it to others."""
    await store.insert_scores(tx, assessed)
