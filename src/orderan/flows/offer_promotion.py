"""Payment promotions before a try to pay: offered, and reserved for it.

offer      what a buyer would pay each way, with the best promotion of each and why others do not hold
reserve    before the charge, with the order locked: the charge asks for what is due less what is taken off
attach     when the try begins: the reservation is for it

What becomes of a reservation is in `follow_promotion`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from orderan.flows.fitting_rails import least_of, restricts_cards
from orderan.kit.db import Tx
from orderan.kit.ids import to_text
from orderan.orders import Line, Order
from orderan.orders import lines_of as order_lines
from orderan.payments import IN_THE_AIR, METHODS, Attempt, AttemptState, Group, Rail, attempts_of, rails
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
    find_promotion,
    fits_without_card,
    held_to_ranges,
    promotions_open,
    reserve_use,
    uses_of,
    uses_of_order,
    why_not,
    without_uses,
    worth,
    worth_of,
)
from orderan.shops import shop_by_id


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
    carried = await _open_rails(tx)
    return [_offer(_way(method, carried), promotions, asking) for method in methods]


async def only_cards(tx: Tx, method: str, promotion_id: UUID) -> tuple[str, ...]:
    """How a card must begin that may pay with a promotion, where the page that takes the card has to hold to it."""
    found = await find_promotion(tx, promotion_id)
    if found is None or not held_to_ranges(found.terms, _way(method, await _open_rails(tx))):
        return ()
    return found.terms.card_ranges


async def _open_rails(tx: Tx) -> list[Rail]:
    return [rail for rail in await rails(tx) if rail.state == "open"]


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
    way = _way(method, await _open_rails(tx))
    wish = Wish(promotion_id, order.id, way, lines, months, shown_minor)
    return await reserve_use(tx, wish, asking, instead_of=await waiting_tries(tx, order.id), now=now)


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
    way = _way(method, await _open_rails(tx))
    amount = worth_of(promotion, way, asking, months=months, shown_minor=shown_minor)
    return amount if promotion.terms.kind is PromotionKind.DISCOUNT else 0


async def attach(tx: Tx, redemption: Redemption, attempt: Attempt) -> Redemption:
    """Say which try a reservation is for, in the transaction that begins the try."""
    return await attach_use(tx, redemption, attempt.id)


async def _reserved_by(tx: Tx, order: Order) -> list[Redemption]:
    """What is let go when another way is chosen; what was paid and waits for its card is not."""
    waiting = await waiting_tries(tx, order.id)
    return [
        use
        for use in await uses_of_order(tx, order.id)
        if use.state is RedemptionState.RESERVED and (use.attempt_id is None or use.attempt_id in waiting)
    ]


async def waiting_tries(tx: Tx, order_id: UUID) -> set[UUID]:
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


def _way(method: str, carried: Sequence[Rail]) -> Way:
    """A method as the shop's open rails carry it."""
    known = METHODS[method]
    own = [rail for rail in carried if rail.method == method]
    return Way(
        known.code,
        known.bank,
        is_wallet=known.group is Group.WALLET,
        is_card=known.group is Group.CARD,
        least_minor=min((least_of(rail) for rail in own), default=known.least_minor),
        restricts_cards=any(restricts_cards(rail) for rail in own),
    )


def _weights(lines: Sequence[Line], *, tax_included: bool) -> dict[int, int]:
    """What each line costs the buyer; shipping is shared by the lines."""
    return {
        line.line_no: line.goods_minor - line.discount_minor + (0 if tax_included else line.tax_minor)
        for line in lines
    }
