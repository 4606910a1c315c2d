"""Hear how orders ended, learn what is usual, and forget whose orders they were."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx
from orderan.trust import store, store_forget
from orderan.trust.models import Ended


async def note_ends(tx: Tx, ended: Sequence[tuple[UUID, Ended, datetime]]) -> int:
    """Count how orders ended, each way of each order once; returns how many were new.

    Orders that were never scored say nothing of anybody here.
    """
    if not ended:
        return 0
    fresh = await store.insert_ended(tx, ended)
    if fresh:
        await store.add_to_tallies(tx, fresh)
    return len(fresh)


async def learn_norm(tx: Tx, *, now: datetime) -> int:
    """What is usual in the shop, from the orders of ninety days; learned once an hour, however often it is asked."""
    if await store.norm_is_fresh(tx, now=now):
        return 0
    return await store.save_norm(tx, now=now)


async def forget_keys(tx: Tx, orders: Collection[UUID]) -> None:
    """Take out what ties these orders to a person; what they came to stays in the sums of their area."""
    await store_forget.forget_keys(tx, orders)
