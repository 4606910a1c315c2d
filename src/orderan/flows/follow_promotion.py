"""Payment promotions after a try to pay: confirmed with the money, let go without it.

follow     whenever a try was noted: money there confirms, a try that came to nothing lets go, money taken
           back takes the cover back; the answer is what the order's ledger is to book with it
sweep      what was reserved and belongs to no try any more is let go by the clock

What a discount takes off an order is covered in its ledger by the promotion: settled, and no money. A
cashback is owed to the buyer from the confirmation on; an instalment's interest is its payers'. A use that
holds only for certain cards waits, paid, until the gateway told the card; told another one, it is let go,
and an order that was paid less for it is short of that.
"""

from datetime import datetime, timedelta
from typing import Final

from orderan.flows.offer_promotion import waiting_tries
from orderan.flows.return_promotion import beyond
from orderan.flows.views_promotions import left_over
from orderan.kit import inbox
from orderan.kit.db import Tx
from orderan.orders import orders_by_id
from orderan.payments import Attempt, AttemptState, MoneyEvent, MoneyKind, events_of
from orderan.promotions import (
    Card,
    PromotionKind,
    Redemption,
    RedemptionState,
    confirm_use,
    find_promotion,
    lock_of_attempt,
    lock_redemption,
    range_fits,
    release_use,
    reverse_use,
)

UNUSED_FOR: Final = timedelta(minutes=15)
"""A reservation that no try follows in so long was left by a process that died, or a buyer who went."""
CARD_TOLD_WITHIN: Final = timedelta(days=2)
"""Gateways tell the card with the payment or in its settlement file."""
_OVER: Final = frozenset(
    {
        AttemptState.DECLINED,
        AttemptState.EXPIRED,
        AttemptState.CANCELLED,
        AttemptState.FAILED,
        AttemptState.REVERSED,
        AttemptState.DISPUTED,
    }
)
_TAKEN: Final = frozenset({AttemptState.REVERSED, AttemptState.DISPUTED})


async def follow_attempt(
    tx: Tx, attempt: Attempt, *, card: Card | None = None, now: datetime
) -> list[MoneyEvent]:
    """Let a try's promotion follow it, as the try stands now; the caller has locked the order.

    Called after every noting, with the same news as often as it comes: only the first time moves anything.

    Args:
        card: What the gateway told of the card, once it did.

    Returns:
        What is to be booked together with the try's own events, so that the order is seen paid at once.
    """
    use = await lock_of_attempt(tx, attempt.id)
    if use is None:
        return []
    if attempt.state == AttemptState.PAID and _is_whole(attempt):
        return await confirm(tx, use, attempt, card=card, now=now)
    # What a bank took a part of was paid all the same: its end says what becomes of the promotion.
    partly = attempt.state in _TAKEN and attempt.booked_minor > attempt.returned_minor
    if attempt.state in _OVER and not partly:
        return await release(tx, use, attempt, now=now)
    return []


def _is_whole(attempt: Attempt) -> bool:
    return attempt.booked_minor - attempt.returned_minor >= attempt.amount_minor


async def confirm(
    tx: Tx, use: Redemption, attempt: Attempt, *, card: Card | None = None, now: datetime
) -> list[MoneyEvent]:
    """The money is there. Of a use that was let go before, as far as the budget still has it.

    Returns:
        The cover to be booked, of a discount; nothing when it was confirmed before.
    """
    if use.state not in {RedemptionState.RESERVED, RedemptionState.RELEASED}:
        return []
    if not await _is_asked_for(tx, use, attempt):
        return await release(tx, use, attempt, now=now)
    if use.by_card:
        fits = await _card_fits(tx, use, card)
        if fits is None:
            return []
        if not fits:
            return await release(tx, use, attempt, now=now)
    told = None if card is None else card.range
    others = await waiting_tries(tx, use.order_id) - {attempt.id}
    confirmed = await confirm_use(tx, use, card_range=told, instead_of=others, now=now)
    if confirmed is None or confirmed.kind is not PromotionKind.DISCOUNT:
        return []
    return [_booking(confirmed, attempt, MoneyKind.PROMOTION_GRANTED, confirmed.left_minor)]


async def _is_asked_for(tx: Tx, use: Redemption, attempt: Attempt) -> bool:
    """Whether the order still asks for this try's money and what its promotion takes off.

    Of two payments of one order only the first is promoted: the second is money too much.
    """
    order = (await orders_by_id(tx, [attempt.order_id]))[attempt.order_id]
    booked = sum(
        row.amount_minor
        for row in await events_of(tx, [attempt.order_id], [MoneyKind.CAPTURED])
        if (row.reference or "").partition(":")[0] == attempt.reference
    )
    return bool(order.due_minor - (attempt.booked_minor - booked) >= use.off_minor)


async def _card_fits(tx: Tx, use: Redemption, card: Card | None) -> bool | None:
    """Whether the card is one the promotion holds for; None while nobody knows."""
    known = card or (Card(use.card_range) if use.card_range else None)
    if known is None:
        return None
    promotion = await find_promotion(tx, use.promotion_id)
    return promotion is not None and range_fits(promotion.terms, known)


async def release(tx: Tx, use: Redemption, attempt: Attempt, *, now: datetime) -> list[MoneyEvent]:
    """The try came to nothing, or its money was taken back: the budget has it again.

    Returns:
        What takes the cover back, of a discount that was confirmed; nothing when it was let go before.
    """
    if use.state not in {RedemptionState.RESERVED, RedemptionState.CONFIRMED}:
        return []
    if use.paid_out_minor:
        # The buyer has the cashback already: it is spent, whatever became of their money.
        if use.free_minor > 0:
            await reverse_use(tx, use, use.free_minor, now=now)
        await inbox.report(tx, [beyond(use)], now=now)
        return []
    released = await release_use(tx, use, now=now)
    covered = use.state is RedemptionState.CONFIRMED and use.kind is PromotionKind.DISCOUNT
    if not covered or use.left_minor == 0:
        return []
    return [_booking(released, attempt, MoneyKind.PROMOTION_WITHDRAWN, use.left_minor)]


def _booking(use: Redemption, attempt: Attempt, kind: MoneyKind, amount_minor: int) -> MoneyEvent:
    # A try whose money came, went and came again covers each time.
    reference = f"{attempt.reference}:{use.turn}"
    return MoneyEvent(use.order_id, kind, use.method, amount_minor, use.currency, reference)


async def sweep_reserved(tx: Tx, *, now: datetime, limit: int = 200) -> int:
    """Let go of what was reserved and nobody will come for; returns how many.

    What belongs to no try, since the process died between reserving and charging or the buyer went; what
    belongs to a try that ended; and what was paid by a card that nobody told.
    """
    ids = await left_over(tx, unused_since=now - UNUSED_FOR, untold_since=now - CARD_TOLD_WITHIN, limit=limit)
    for use_id in ids:
        use = await lock_redemption(tx, use_id)
        if use is not None:
            await release_use(tx, use, now=now)
    return len(ids)
