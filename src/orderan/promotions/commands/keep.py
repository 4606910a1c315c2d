"""Promotions: written, changed, started, paused and ended by people; ended by the clock."""

from dataclasses import asdict
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from orderan.kit.audit import Trace, leave
from orderan.kit.db import Tx
from orderan.kit.ids import new_id, to_text
from orderan.promotions import rules, store
from orderan.promotions.errors import (
    LimitBelowTaken,
    PromotionChanged,
    PromotionEnded,
    PromotionNotFound,
    PromotionTermsWrong,
)
from orderan.promotions.models import Promotion, Terms
from orderan.promotions.states import PROMOTION, PromotionEvent, PromotionState

ENTITY: Final = "payment_promotion"
"""What the trail calls a promotion."""


async def make_promotion(tx: Tx, terms: Terms, *, now: datetime) -> Promotion:
    """Write a promotion down; nobody gets it before it is started.

    Raises:
        PromotionTermsWrong: Names every part that is wrong.
    """
    _require_right(terms)
    made = Promotion(new_id(), terms, PROMOTION.initial, 0, 0, tx.actor, now, now)
    await store.insert_promotion(tx, made)
    await leave(tx, Trace("promotion.set", ENTITY, str(made.id), after=told(terms)), now=now)
    return made


async def change_promotion(
    tx: Tx, promotion_id: UUID, terms: Terms, *, seen: str | None = None, now: datetime
) -> Promotion:
    """Write its terms anew. What was reserved before keeps what it was promised.

    One that was exhausted runs on when there is room again, and one that runs stops when there is none.

    Args:
        seen: The digest of the terms the change was made on; whoever does not say writes over what stands.

    Raises:
        PromotionNotFound: The shop has none of this id.
        PromotionEnded: It is over.
        PromotionChanged: It has other terms by now than those that were seen.
        PromotionTermsWrong: Names every part that is wrong.
        LimitBelowTaken: The new budget or quota is below what was taken.
    """
    before = await _locked(tx, promotion_id)
    if before.state is PromotionState.ENDED:
        raise PromotionEnded(before.terms.name)
    _require_right(terms)
    if seen is not None and terms != before.terms and seen != before.terms.digest:
        raise PromotionChanged(before.terms.name)
    over_budget = terms.budget_minor is not None and terms.budget_minor < before.taken_minor
    over_quota = terms.quota is not None and terms.quota < before.taken_count
    if over_budget or over_quota:
        raise LimitBelowTaken(before.taken_minor, before.taken_count)
    if terms != before.terms:
        await store.update_terms(tx, promotion_id, terms)
        await leave(
            tx,
            Trace("promotion.set", ENTITY, str(promotion_id), before=told(before.terms), after=told(terms)),
            now=now,
        )
    return await follow_room(tx, (await store.lock_promotions(tx, [promotion_id]))[promotion_id], now=now)


async def move_promotion(tx: Tx, promotion_id: UUID, event: PromotionEvent, *, now: datetime) -> Promotion:
    """Start, pause or end a promotion. What was reserved before is still confirmed when its money comes.

    Raises:
        PromotionNotFound: The shop has none of this id.
        IllegalMove: Not from its state; nothing changed.
    """
    return await _move(tx, await _locked(tx, promotion_id), event, now=now)


async def follow_room(tx: Tx, promotion: Promotion, *, now: datetime) -> Promotion:
    """Let a locked promotion stop when it has no room for another use, and run on when it has."""
    spent = rules.is_spent(promotion)
    if promotion.state is PromotionState.RUNNING and spent:
        return await _move(tx, promotion, PromotionEvent.EXHAUST, now=now)
    if promotion.state is PromotionState.EXHAUSTED and not spent:
        return await _move(tx, promotion, PromotionEvent.REFILL, now=now)
    return promotion


async def end_over(tx: Tx, *, now: datetime, limit: int = 100) -> int:
    """End promotions whose time is over; returns how many."""
    over = await store.lock_over(tx, now=now, limit=limit)
    for promotion in over:
        await _move(tx, promotion, PromotionEvent.END, now=now)
    return len(over)


async def _locked(tx: Tx, promotion_id: UUID) -> Promotion:
    found = (await store.lock_promotions(tx, [promotion_id])).get(promotion_id)
    if found is None:
        raise PromotionNotFound(to_text("prm", promotion_id))
    return found


async def _move(tx: Tx, promotion: Promotion, event: PromotionEvent, *, now: datetime) -> Promotion:
    becomes = PROMOTION.after(promotion.state, event)
    if not await store.set_promotion_state(tx, promotion.id, was=promotion.state, becomes=becomes, now=now):
        PROMOTION.after(becomes, event)
    before, after = {"state": str(promotion.state)}, {"state": str(becomes)}
    await leave(tx, Trace("promotion.moved", ENTITY, str(promotion.id), before=before, after=after), now=now)
    return (await store.lock_promotions(tx, [promotion.id]))[promotion.id]


def _require_right(terms: Terms) -> None:
    if wrong := rules.wrong_parts(terms):
        raise PromotionTermsWrong(wrong)


def told(terms: Terms) -> dict[str, Any]:
    """Terms as plain values, for the trail."""
    plain = asdict(terms)
    for name in ("valid_from", "valid_until"):
        plain[name] = None if plain[name] is None else plain[name].isoformat()
    return plain
