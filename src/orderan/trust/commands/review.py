"""Held orders: opened when they are held, and ended by a person, or by what else became of them."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from orderan.kit.db import Tx
from orderan.kit.events import Fact, record_all
from orderan.trust import store_review
from orderan.trust.commands.edit_rules import explained
from orderan.trust.errors import ReviewNotFound
from orderan.trust.events import ReviewMoved
from orderan.trust.models import Assessed
from orderan.trust.states import REVIEW, ReviewEvent, ReviewState
from orderan.trust.store_review import Review

LOOK_WITHIN: Final = timedelta(hours=12)
"""A buyer waits for the goods meanwhile."""


async def open_reviews(tx: Tx, held: Sequence[Assessed], *, now: datetime) -> None:
    """Let a person look at these orders."""
    if not held:
        return
    reviews = [
        Review(
            one.subject.id,
            REVIEW.initial,
            one.subject.amount_minor,
            one.verdict.points,
            now,
            now + LOOK_WITHIN,
            now,
            None,
            None,
        )
        for one in held
    ]
    await store_review.insert_reviews(tx, reviews)


async def end_review(tx: Tx, order_id: UUID, event: ReviewEvent, *, note: str, now: datetime) -> Review:
    """A person looked.

    Raises:
        TrustUnexplained: Nothing says why.
        ReviewNotFound: The order was never held for a look.
        IllegalMove: Somebody looked before.
    """
    why = explained(note)
    review = (await store_review.lock_reviews(tx, [order_id])).get(order_id)
    if review is None:
        raise ReviewNotFound.of(order_id)
    await _end(tx, [order_id], REVIEW.after(review.state, event), note=why, now=now)
    return review


async def lapse_reviews(tx: Tx, orders: Collection[UUID], *, now: datetime) -> int:
    """What is not held any more needs no look; returns how many were open."""
    locked = await store_review.lock_reviews(tx, orders)
    open_ones = [review.id for review in locked.values() if review.state is ReviewState.OPEN]
    if open_ones:
        await _end(tx, open_ones, REVIEW.after(ReviewState.OPEN, ReviewEvent.LAPSE), note=None, now=now)
    return len(open_ones)


async def _end(
    tx: Tx, orders: Collection[UUID], state: ReviewState, *, note: str | None, now: datetime
) -> None:
    await store_review.move_reviews(tx, orders, ReviewState.OPEN, state, note=note, now=now)
    moved = ReviewMoved(str(ReviewState.OPEN), str(state))
    await record_all(tx, [Fact(order_id, moved) for order_id in orders], now=now)
