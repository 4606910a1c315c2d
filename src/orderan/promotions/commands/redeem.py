"""One use of a promotion, from the choice of a way to pay to the money and back. The caller has locked the order.

Locks are taken in one order everywhere: the order, its uses, then promotions by id.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from orderan.kit.audit import Trace, leave
from orderan.kit.db import Tx
from orderan.kit.events import record
from orderan.kit.ids import new_id, to_text
from orderan.promotions import rules, store
from orderan.promotions.commands.keep import follow_room
from orderan.promotions.errors import (
    NothingOwed,
    PromotionDoesNotApply,
    PromotionNotFound,
    PromotionWorthChanged,
    RedemptionNotFound,
)
from orderan.promotions.events import RedemptionMoved
from orderan.promotions.models import Asking, Promotion, PromotionKind, Reason, Redemption, Way
from orderan.promotions.states import (
    REDEMPTION,
    PromotionState,
    RedemptionEvent,
    RedemptionState,
)

PROMISED = frozenset(
    {PromotionState.RUNNING, PromotionState.PAUSED, PromotionState.EXHAUSTED, PromotionState.ENDED}
)
"""What was promised is kept even after a promotion stopped, as long as the budget has it."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a buyer wants to use.

    Attributes:
        shown_minor: What they were shown that it is worth; None asks nothing of it.
        lines: What each order line costs them, by which the payers' shares are told.
    """

    promotion_id: UUID
    order_id: UUID
    way: Way
    lines: Mapping[int, int]
    months: int | None = None
    shown_minor: int | None = None


async def reserve_use(
    tx: Tx, wish: Wish, asking: Asking, *, instead_of: Collection[UUID] = (), now: datetime
) -> Redemption:
    """Take a use out of the budget for an order, until its money comes or the try is over.

    An order has one chosen use at a time: asked again for the same one it is answered with it, and another
    one takes its place.

    Args:
        asking: `used` is looked up here, behind the lock.
        instead_of: Tries of this order that wait for money: what they reserved is let go for this one, and
            taken again only if their money comes after all.

    Raises:
        PromotionNotFound: The shop has none of this id.
        PromotionDoesNotApply: Tells the first reason; nothing was reserved, and what was chosen before stays.
        PromotionWorthChanged: It is worth something else than was shown; the same.
    """
    reserved = await store.lock_reserved(tx, wish.order_id, instead_of)
    wanted = {wish.promotion_id} | {use.promotion_id for use in reserved}
    promotions = await store.lock_promotions(tx, wanted)
    if wish.promotion_id not in promotions:
        raise PromotionNotFound(to_text("prm", wish.promotion_id))
    promotion = promotions[wish.promotion_id]
    same = [use for use in reserved if use.attempt_id is None and _is_the_same(use, promotion, wish, asking)]
    released = [use for use in reserved if use not in same]
    async with tx.savepoint():
        for use in released:
            await release_use(tx, use, now=now)
        if same:
            return same[0]
        if released:
            promotions = await store.lock_promotions(tx, wanted)
        return await _take(tx, promotions[wish.promotion_id], wish, asking, now=now)


def _is_the_same(chosen: Redemption, promotion: Promotion, wish: Wish, asking: Asking) -> bool:
    amount = rules.worth(promotion.terms, asking.due_minor, wish.way, months=wish.months)
    told = (wish.promotion_id, wish.way.method, wish.months, amount)
    return told == (chosen.promotion_id, chosen.method, chosen.months, chosen.amount_minor)


async def _take(tx: Tx, promotion: Promotion, wish: Wish, asking: Asking, *, now: datetime) -> Redemption:
    terms = promotion.terms
    if asking.buyer_id is not None and terms.per_buyer is not None:
        asking = replace(asking, used=await store.uses_of(tx, asking.buyer_id, [promotion.id]))
    amount = worth_of(promotion, wish.way, asking, months=wish.months, shown_minor=wish.shown_minor)
    taken = await store.take(tx, promotion.id, amount, states=[PromotionState.RUNNING])
    if taken is None:
        raise _does_not_apply(promotion, Reason.BUDGET_SPENT)
    made = Redemption(
        id=new_id(),
        promotion_id=promotion.id,
        order_id=wish.order_id,
        buyer_id=asking.buyer_id,
        kind=terms.kind,
        method=wish.way.method,
        state=REDEMPTION.initial,
        amount_minor=amount,
        currency=terms.currency,
        reversed_minor=0,
        paid_out_minor=0,
        months=wish.months,
        by_card=not (rules.fits_without_card(terms, wish.way) or rules.held_to_ranges(terms, wish.way)),
        card_range=None if asking.card is None else asking.card.range,
        attempt_id=None,
        turn=0,
        reserved_at=now,
        moved_at=now,
    )
    await store.insert_redemption(tx, made, rules.shares(amount, terms.payers, wish.lines))
    await _tell(tx, made, "reserve", amount, now=now)
    await follow_room(tx, taken, now=now)
    return made


def worth_of(
    promotion: Promotion,
    way: Way,
    asking: Asking,
    *,
    months: int | None = None,
    shown_minor: int | None = None,
) -> int:
    """What a promotion is worth to whoever asks.

    Raises:
        PromotionDoesNotApply: Tells the first reason.
        PromotionWorthChanged: It is worth something else than was shown.
    """
    reason = rules.why_not(promotion, way, asking, months=months)
    if reason is not None:
        raise _does_not_apply(promotion, reason)
    amount = rules.worth(promotion.terms, asking.due_minor, way, months=months)
    if shown_minor is not None and shown_minor != amount:
        raise PromotionWorthChanged(promotion.terms.name, shown_minor, amount)
    return amount


def _does_not_apply(promotion: Promotion, reason: Reason) -> PromotionDoesNotApply:
    left = promotion.left_minor if reason is Reason.BUDGET_SPENT else None
    return PromotionDoesNotApply(promotion.terms.name, str(reason), left)


async def attach_use(tx: Tx, redemption: Redemption, attempt_id: UUID) -> Redemption:
    """Say which try a reserved use is for; saying it again changes nothing."""
    if redemption.attempt_id == attempt_id:
        return redemption
    attached = replace(redemption, attempt_id=attempt_id)
    await store.save_redemption(tx, attached, was=RedemptionState.RESERVED)
    return attached


async def confirm_use(
    tx: Tx,
    redemption: Redemption,
    *,
    card_range: str | None = None,
    instead_of: Collection[UUID] = (),
    now: datetime,
) -> Redemption | None:
    """The money is there. A use that was let go takes its room again; None when there is none any more.

    Args:
        instead_of: Other tries of this order that wait for money: where the use has to be taken again, what
            they reserved makes room for it, so that an order keeps one.

    Raises:
        IllegalMove: Not from its state; nothing changed.
    """
    was = redemption.state
    becomes = REDEMPTION.after(was, RedemptionEvent.CONFIRM)
    if was is RedemptionState.RELEASED:
        reserved = await store.lock_reserved(tx, redemption.order_id, instead_of)
        wanted = {redemption.promotion_id} | {use.promotion_id for use in reserved}
        await store.lock_promotions(tx, wanted)
        for use in reserved:
            await release_use(tx, use, now=now)
        taken = await store.take(tx, redemption.promotion_id, redemption.left_minor, states=PROMISED)
        if taken is None:
            return None
        await follow_room(tx, taken, now=now)
    after = replace(
        redemption,
        state=becomes,
        turn=redemption.turn + 1,
        card_range=card_range or redemption.card_range,
        moved_at=now,
    )
    await _save(tx, after, was, "confirm", after.left_minor, now=now)
    return after


async def release_use(tx: Tx, redemption: Redemption, *, now: datetime) -> Redemption:
    """The try came to nothing, or its money was taken back: budget and quota have it back.

    Raises:
        IllegalMove: Not from its state; nothing changed.
    """
    was = redemption.state
    after = replace(redemption, state=REDEMPTION.after(was, RedemptionEvent.RELEASE), moved_at=now)
    await _save(tx, after, was, "release", after.left_minor, now=now)
    await _give_back(tx, redemption.promotion_id, redemption.left_minor, uses=1, now=now)
    return after


async def reverse_use(
    tx: Tx, redemption: Redemption, amount_minor: int, *, lines: Iterable[int] = (), now: datetime
) -> Redemption:
    """A part of it goes back to its payers and the budget, since the buyer got money back.

    Args:
        amount_minor: At most what is left of it; all of it reverses the use.
        lines: What the money was given back for; empty is the whole order.

    Raises:
        IllegalMove: It is not confirmed; nothing changed.
    """
    was = redemption.state
    becomes = REDEMPTION.after(was, RedemptionEvent.REVERSE)
    amount = min(amount_minor, redemption.left_minor)
    if amount < redemption.left_minor:
        becomes = was
    after = replace(
        redemption, state=becomes, reversed_minor=redemption.reversed_minor + amount, moved_at=now
    )
    shares = await store.shares_of(tx, redemption.id)
    parts = rules.given_back(shares, amount, lines)
    back = {(share.line_no, share.payer_no): part for share, part in zip(shares, parts, strict=True) if part}
    await store.reverse_shares(tx, redemption.id, back)
    await _save(tx, after, was, "reverse", amount, now=now)
    uses = 1 if becomes is RedemptionState.REVERSED else 0
    await _give_back(tx, redemption.promotion_id, amount, uses=uses, now=now)
    return after


async def pay_out(
    tx: Tx, redemption_id: UUID, *, promotion_id: UUID | None = None, now: datetime
) -> Redemption:
    """The buyer got the cashback they are owed.

    Args:
        promotion_id: Of this promotion only.

    Raises:
        RedemptionNotFound: The shop, or the promotion, has no such use.
        NothingOwed: It is no cashback, not paid for yet, or paid out already; nothing changed.
    """
    found = await store.lock_redemption(tx, redemption_id)
    if found is None or promotion_id not in {None, found.promotion_id}:
        raise RedemptionNotFound(to_text("rdm", redemption_id))
    owed = found.left_minor - found.paid_out_minor
    if found.kind is not PromotionKind.CASHBACK or found.state is not RedemptionState.CONFIRMED or owed <= 0:
        raise NothingOwed(to_text("rdm", redemption_id))
    after = replace(found, paid_out_minor=found.paid_out_minor + owed, moved_at=now)
    await store.save_redemption(tx, after, was=found.state)
    before, told = {"paid_out_minor": found.paid_out_minor}, {"paid_out_minor": after.paid_out_minor}
    trace = Trace("promotion.paid_out", "promotion_redemption", str(found.id), before=before, after=told)
    await leave(tx, trace, now=now)
    return after


async def _save(
    tx: Tx, after: Redemption, was: RedemptionState, what: str, amount_minor: int, *, now: datetime
) -> None:
    if not await store.save_redemption(tx, after, was=was):
        message = f"a use moved while it was locked: {after.id}"
        raise AssertionError(message)
    await _tell(tx, after, what, amount_minor, now=now)


async def _tell(tx: Tx, redemption: Redemption, what: str, amount_minor: int, *, now: datetime) -> None:
    fact = RedemptionMoved(
        redemption.id,
        redemption.promotion_id,
        what,
        str(redemption.state),
        amount_minor,
        redemption.currency,
    )
    await record(tx, redemption.order_id, fact, now=now)


async def _give_back(tx: Tx, promotion_id: UUID, amount_minor: int, *, uses: int, now: datetime) -> None:
    await store.lock_promotions(tx, [promotion_id])
    await follow_room(tx, await store.give_back(tx, promotion_id, amount_minor, uses=uses), now=now)
