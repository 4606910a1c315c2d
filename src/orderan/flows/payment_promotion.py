"""Payment promotions around a try to pay: offered, reserved, confirmed with the money, let go without it.

offer      what a buyer would pay each way, with the best promotion of each and why others do not hold
reserve    before the charge, with the order locked: the charge asks for what is due less what is taken off
follow     whenever a try was noted: money there confirms, a try that came to nothing lets go, money taken
           back takes the cover back; the answer is what the order's ledger is to book with it
give back  money paid back to the buyer gives back the promotion in proportion, to payers and budget
sweep      what was reserved and belongs to no try any more is let go by the clock

What a discount takes off an order is covered in its ledger by the promotion: settled, and no money. A
cashback is owed to the buyer from the confirmation on; an instalment's interest is its payers'. A use that
holds only for certain cards waits, paid, until the gateway told the card; told another one, it is let go,
and an order that was paid less for it is short of that.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from orderan.flows.views_promotions import left_over
from orderan.kit import inbox
from orderan.kit.db import Tx
from orderan.kit.errors import N_
from orderan.kit.ids import to_text
from orderan.kit.inbox import Stuck
from orderan.kit.money import round_half_up
from orderan.orders import Commercial, Line, Order, orders_by_id
from orderan.orders import lines_of as order_lines
from orderan.payments import (
    IN_THE_AIR,
    METHODS,
    Attempt,
    AttemptState,
    Group,
    MoneyEvent,
    MoneyKind,
    append_money,
    attempts_of,
    cover_back,
    events_of,
)
from orderan.promotions import (
    Asking,
    Card,
    Promotion,
    PromotionKind,
    PromotionNotFound,
    Reason,
    Redemption,
    RedemptionState,
    Way,
    Wish,
    attach_use,
    best,
    confirm_use,
    find_promotion,
    fits_without_card,
    lock_confirmed,
    lock_of_attempt,
    lock_redemption,
    promotions_open,
    range_fits,
    release_use,
    reserve_use,
    reverse_use,
    uses_of,
    uses_of_order,
    why_not,
    without_uses,
    worth,
    worth_of,
)
from orderan.shops import shop_by_id

UNUSED_FOR: Final = timedelta(minutes=15)
"""A reservation that no try follows in so long was left by a process that died, or a buyer who went."""
CARD_TOLD_WITHIN: Final = timedelta(days=2)
"""Gateways tell the card with the payment or in its settlement file."""


@dataclass(frozen=True, slots=True)
class Applied:
    """A promotion that holds.

    Attributes:
        months: Plans a buyer may choose, of an instalment.
        if_card: It holds only if the card turns out to be of the right range.
    """

    promotion: Promotion
    worth_minor: int
    months: tuple[int, ...] = ()
    if_card: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """What a buyer would pay one way.

    Attributes:
        pays_minor: Now; a cashback takes nothing off.
        others: Every promotion that is not the best one, and why not.
    """

    method: str
    due_minor: int
    pays_minor: int
    best: Applied | None
    others: tuple[tuple[Promotion, Reason], ...]


async def offered(
    tx: Tx, order: Order, methods: Collection[str], *, card: Card | None = None, now: datetime
) -> list[Offer]:
    """What a buyer would pay with each of the methods, in the order given; nothing is reserved.

    Args:
        card: What is known of the buyer's card, if anything is.
    """
    # What this order has reserved is given back when another way is chosen.
    mine = await _reserved_by(tx, order)
    promotions = [
        without_uses(one, [use for use in mine if use.promotion_id == one.id])
        for one in await promotions_open(tx)
    ]
    asking = await _asking(tx, order, [one.id for one in promotions], mine=mine, card=card, now=now)
    return [_offer(_way(method), promotions, asking) for method in methods]


def _offer(way: Way, promotions: Sequence[Promotion], asking: Asking) -> Offer:
    reasons = [(one, why_not(one, way, asking)) for one in promotions]
    fitting = [(one, worth(one.terms, asking.due_minor, way)) for one, reason in reasons if reason is None]
    chosen = best(fitting)
    others = tuple((one, reason or Reason.ANOTHER_IS_BETTER) for one, reason in reasons if one is not chosen)
    if chosen is None:
        return Offer(way.method, asking.due_minor, asking.due_minor, None, others)
    amount = worth(chosen.terms, asking.due_minor, way)
    off = amount if chosen.terms.kind is PromotionKind.DISCOUNT else 0
    applied = Applied(
        chosen,
        amount,
        tuple(sorted(plan.months for plan in chosen.terms.months)),
        if_card=_waits_for_card(chosen, way, asking.card),
    )
    return Offer(way.method, asking.due_minor, asking.due_minor - off, applied, others)


def _waits_for_card(promotion: Promotion, way: Way, card: Card | None) -> bool:
    return not fits_without_card(promotion.terms, way) and (card is None or card.range is None)


async def reserve(
    tx: Tx,
    order: Order,
    method: str,
    promotion_id: UUID,
    *,
    months: int | None = None,
    card: Card | None = None,
    shown_minor: int | None = None,
    now: datetime,
) -> Redemption:
    """Take a promotion for a locked order that is about to be paid by a method.

    Its `off_minor` is taken off what is due when the charge is asked for. The same wish again is answered
    with the same reservation; another one replaces it, and a try replaces one that could not be taken back:
    whichever is paid first keeps the promotion.

    Args:
        shown_minor: What the buyer was shown it is worth.

    Raises:
        PromotionNotFound: The shop has none of this id.
        PromotionDoesNotApply, PromotionWorthChanged: Nothing was reserved; what was chosen before stays.
    """
    asking = await _asking(tx, order, [], mine=[], card=card, now=now)
    lines = _weights(await order_lines(tx, order.id), tax_included=order.tax_included)
    wish = Wish(promotion_id, order.id, _way(method), lines, months, shown_minor)
    return await reserve_use(tx, wish, asking, instead_of=await _waiting_tries(tx, order.id), now=now)


async def taken_off(
    tx: Tx,
    order: Order,
    method: str,
    promotion_id: UUID,
    *,
    months: int | None = None,
    shown_minor: int | None = None,
    now: datetime,
) -> int:
    """What a promotion takes off the charge when it is reserved as things stand now; nothing is.

    Raises:
        PromotionNotFound, PromotionDoesNotApply, PromotionWorthChanged: As `reserve` would.
    """
    found = await find_promotion(tx, promotion_id)
    if found is None:
        raise PromotionNotFound(to_text("prm", promotion_id))
    mine = [use for use in await _reserved_by(tx, order) if use.promotion_id == promotion_id]
    promotion = without_uses(found, mine)
    asking = await _asking(tx, order, [promotion_id], mine=mine, card=None, now=now)
    amount = worth_of(promotion, _way(method), asking, months=months, shown_minor=shown_minor)
    return amount if promotion.terms.kind is PromotionKind.DISCOUNT else 0


async def attach(tx: Tx, redemption: Redemption, attempt: Attempt) -> Redemption:
    """Say which try a reservation is for, in the transaction that begins the try."""
    return await attach_use(tx, redemption, attempt.id)


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
    others = await _waiting_tries(tx, use.order_id) - {attempt.id}
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
        await inbox.report(tx, [_beyond(use)], now=now)
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


async def give_back_in_proportion(
    tx: Tx,
    order: Order,
    amount_minor: int,
    sums: dict[MoneyKind, int],
    *,
    lines: Collection[int] = (),
    reference: str,
    now: datetime,
) -> list[MoneyEvent]:
    """Money is paid back to the buyer of a locked order: the promotions it was paid with go back in proportion.

    Args:
        sums: Of the order's ledger, before the money is paid back.
        lines: What it is paid back for; empty is the whole order.
        reference: Of the refund, which is booked once.

    Returns:
        What is to be booked together with the refund.
    """
    uses = await lock_confirmed(tx, order.id)
    if not uses:
        return []
    is_over = order.commercial in (Commercial.CANCELLED, Commercial.EXPIRED)
    over = 0 if is_over else order.owed_back_minor
    covered = cover_back(amount_minor, sums, over_minor=over)
    events = []
    for use in uses:
        if use.kind is PromotionKind.DISCOUNT:
            back = min(covered, use.left_minor)
            covered -= back
        else:
            wanted = _part_back(use, amount_minor - over, sums)
            back = min(wanted, use.free_minor)
            if wanted > back:
                await inbox.report(tx, [_beyond(use)], now=now)
        if back <= 0:
            continue
        await reverse_use(tx, use, back, lines=lines, now=now)
        if use.kind is PromotionKind.DISCOUNT:
            name = f"{reference}:{use.id}"
            events.append(
                MoneyEvent(order.id, MoneyKind.PROMOTION_RETURNED, use.method, back, use.currency, name)
            )
    return events


def _beyond(use: Redemption) -> Stuck:
    """A buyer keeps a cashback for money they got back; nothing takes it from them by itself."""
    return Stuck(
        kind="cashback_beyond",
        reason=str(use.kind),
        subject_kind="order",
        subject_id=use.order_id,
        dedupe_key=f"cashback_beyond:{use.id}",
        payload={"promotion": to_text("prm", use.promotion_id), "use": to_text("rdm", use.id)},
        money_minor=use.paid_out_minor,
        currency=use.currency,
        deadline=None,
        next_step=N_("Cashback sudah dibayarkan, padahal uang pembeli kembali: tagih kembali atau relakan."),
    )


def _part_back(use: Redemption, amount_minor: int, sums: dict[MoneyKind, int]) -> int:
    """What of a cashback or an interest goes back with so much of the money that is left."""
    return cover_back(
        amount_minor,
        {
            **{kind: sums.get(kind, 0) for kind in MoneyKind},
            MoneyKind.PROMOTION_GRANTED: use.left_minor,
            MoneyKind.PROMOTION_RETURNED: 0,
            MoneyKind.PROMOTION_WITHDRAWN: 0,
        },
    )


async def withdraw_in_proportion(
    tx: Tx, order: Order, part_minor: int, whole_minor: int, *, now: datetime
) -> list[MoneyEvent]:
    """A part of what a locked order's promotions were granted for is gone: that part of them goes back.

    Args:
        part_minor, whole_minor: What is gone, of how much.

    Returns:
        What takes the cover back, to be booked.
    """
    events = []
    for use in await lock_confirmed(tx, order.id):
        back = min(round_half_up(use.left_minor * min(part_minor, whole_minor), whole_minor), use.free_minor)
        if back <= 0:
            continue
        await reverse_use(tx, use, back, now=now)
        if use.kind is PromotionKind.DISCOUNT:
            name = f"{to_text('rdm', use.id)}:{use.reversed_minor + back}"
            kind = MoneyKind.PROMOTION_WITHDRAWN
            events.append(MoneyEvent(order.id, kind, use.method, back, use.currency, name))
    return events


async def follow_cut(tx: Tx, order: Order, total_minor: int, *, now: datetime) -> None:
    """A locked order costs less now: its promotions go back in proportion, before its money is looked at anew.

    Args:
        order: As it was before.
    """
    if total_minor < order.total_minor:
        gone = order.total_minor - total_minor
        events = await withdraw_in_proportion(tx, order, gone, order.total_minor, now=now)
        if events:
            await append_money(tx, events, now=now)


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


async def _reserved_by(tx: Tx, order: Order) -> list[Redemption]:
    """What is let go when another way is chosen; what was paid and waits for its card is not."""
    waiting = await _waiting_tries(tx, order.id)
    return [
        use
        for use in await uses_of_order(tx, order.id)
        if use.state is RedemptionState.RESERVED and (use.attempt_id is None or use.attempt_id in waiting)
    ]


async def _waiting_tries(tx: Tx, order_id: UUID) -> set[UUID]:
    """Tries of an order whose money may still come."""
    return {
        attempt.id
        for attempt in await attempts_of(tx, order_id)
        if attempt.state in IN_THE_AIR | {AttemptState.OFFERED}
    }


async def _asking(
    tx: Tx,
    order: Order,
    promotions: Collection[UUID],
    *,
    mine: Sequence[Redemption],
    card: Card | None,
    now: datetime,
) -> Asking:
    """Args:
    mine: Uses that do not count against the buyer.
    """
    shop = await shop_by_id(tx, tx.shop_id)
    used = {}
    if order.customer_id is not None and promotions:
        used = await uses_of(tx, order.customer_id, promotions)
        for use in mine:
            if use.promotion_id in used:
                used[use.promotion_id] -= 1
    hour = now.astimezone(ZoneInfo(shop.time_zone)).hour
    return Asking(order.due_minor, order.currency, now, hour, order.customer_id, used, card)


def _way(method: str) -> Way:
    known = METHODS[method]
    return Way(
        known.code,
        known.bank,
        is_wallet=known.group is Group.WALLET,
        is_card=known.group is Group.CARD,
        least_minor=known.least_minor,
    )


def _weights(lines: Sequence[Line], *, tax_included: bool) -> dict[int, int]:
    """What each line costs the buyer; shipping is shared by the lines."""
    return {
        line.line_no: line.goods_minor - line.discount_minor + (0 if tax_included else line.tax_minor)
        for line in lines
    }
