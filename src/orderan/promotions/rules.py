"""What a promotion is worth, when it holds, and who bears it. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from orderan.kit.money import round_half_up, split_minor
from orderan.promotions.models import (
    Asking,
    Card,
    Months,
    Payer,
    Promotion,
    PromotionKind,
    Reason,
    Redemption,
    Share,
    Terms,
    Way,
)
from orderan.promotions.states import PromotionState

BASIS: Final = 10_000
MOST_DIGITS: Final = 8
LEAST_DIGITS: Final = 6
LONGEST_PLAN: Final = 60
_RANGE: Final = re.compile(r"[0-9]{6,8}")


def first_digits(told: str | None) -> str | None:
    """The range of a card from whatever a gateway tells of its number; None when that is too little.

    At most eight digits, and only those before anything masked: more of a number never comes in.
    """
    digits = re.match(r"[0-9]*", (told or "").replace(" ", "").replace("-", ""))
    found = digits.group()[:MOST_DIGITS] if digits else ""
    return found if len(found) >= LEAST_DIGITS else None


def wrong_parts(terms: Terms) -> tuple[str, ...]:
    """Every part of the terms that is wrong, as `PromotionTermsWrong` names them."""
    checks = {
        "name": bool(terms.name.strip()),
        "worth": _worth_is_said(terms),
        "months": _months_are_said(terms),
        "payers": _payers_add_up(terms.payers),
        "validity": terms.valid_until is None or terms.valid_from < terms.valid_until,
        "hours": terms.hour_from in range(24) and terms.hour_until in range(1, 25),
        "limits": terms.minimum_minor >= 0
        and all(
            limit is None or limit > 0
            for limit in (terms.per_buyer, terms.quota, terms.budget_minor, terms.cap_minor)
        ),
        "card_ranges": all(_RANGE.fullmatch(one) for one in terms.card_ranges),
    }
    return tuple(name for name, is_right in checks.items() if not is_right)


def _worth_is_said(terms: Terms) -> bool:
    if terms.kind is PromotionKind.INSTALMENT:
        return terms.rate_bp == 0 and terms.fixed_minor == 0
    by_rate = 0 < terms.rate_bp <= BASIS
    by_amount = terms.fixed_minor > 0
    return by_rate != by_amount and min(terms.rate_bp, terms.fixed_minor) == 0


def _months_are_said(terms: Terms) -> bool:
    if terms.kind is not PromotionKind.INSTALMENT:
        return not terms.months
    plans = [plan.months for plan in terms.months]
    sane = all(1 < plan.months <= LONGEST_PLAN and 0 < plan.rate_bp <= BASIS for plan in terms.months)
    return bool(plans) and len(plans) == len(set(plans)) and sane


def _payers_add_up(payers: Sequence[Payer]) -> bool:
    return sum(payer.share_bp for payer in payers) == BASIS and all(payer.share_bp > 0 for payer in payers)


def worth(terms: Terms, due_minor: int, way: Way, *, months: int | None = None) -> int:
    """What a promotion is worth to whoever pays this much this way, and costs its payers.

    A part of the due is rounded half up once. A discount leaves what can be paid this way at all.

    Args:
        months: The plan of an instalment; None is the longest.
    """
    if terms.kind is PromotionKind.INSTALMENT:
        plan = plan_of(terms, months)
        return 0 if plan is None else round_half_up(due_minor * plan.rate_bp, BASIS)
    amount = terms.fixed_minor or round_half_up(due_minor * terms.rate_bp, BASIS)
    if terms.cap_minor is not None:
        amount = min(amount, terms.cap_minor)
    if terms.kind is PromotionKind.DISCOUNT:
        amount = min(amount, due_minor - max(way.least_minor, 1))
    return max(amount, 0)


def plan_of(terms: Terms, months: int | None) -> Months | None:
    """The plan of so many months, the longest for None; None when there is no such plan."""
    plans = [plan for plan in terms.months if months in (None, plan.months)]
    return max(plans, key=lambda plan: plan.months, default=None)


def without_uses(promotion: Promotion, uses: Sequence[Redemption]) -> Promotion:
    """A promotion as it would stand if uses that are only reserved were given back."""
    if not uses:
        return promotion
    spent = promotion.state is PromotionState.EXHAUSTED
    return replace(
        promotion,
        taken_minor=promotion.taken_minor - sum(use.left_minor for use in uses),
        taken_count=promotion.taken_count - len(uses),
        state=PromotionState.RUNNING if spent else promotion.state,
    )


def is_spent(promotion: Promotion) -> bool:
    """Whether budget or quota has no room for even the least use there can be."""
    terms = promotion.terms
    if terms.quota is not None and promotion.taken_count >= terms.quota:
        return True
    return promotion.left_minor is not None and promotion.left_minor < least_worth(terms)


def least_worth(terms: Terms) -> int:
    """The least a use costs, that of an order of just the minimum."""
    if terms.kind is PromotionKind.INSTALMENT:
        amount = round_half_up(
            terms.minimum_minor * min((plan.rate_bp for plan in terms.months), default=0), BASIS
        )
    else:
        amount = terms.fixed_minor or round_half_up(terms.minimum_minor * terms.rate_bp, BASIS)
        if terms.cap_minor is not None:
            amount = min(amount, terms.cap_minor)
    return max(amount, 1)


def why_not(promotion: Promotion, way: Way, asking: Asking, *, months: int | None = None) -> Reason | None:
    """The first reason why a promotion does not hold; None when it does.

    A use is granted whole or not at all: one that is worth more than the budget has left is refused,
    so that nobody pays more in the end than they were shown.
    """
    terms = promotion.terms
    reason = (
        _why_not_now(promotion, asking)
        or (Reason.OTHER_CURRENCY if terms.currency != asking.currency else None)
        or _why_not_this_way(terms, way, asking.card)
        or (Reason.BELOW_MINIMUM if asking.due_minor < terms.minimum_minor else None)
        or _why_not_this_buyer(promotion, asking)
    )
    if reason is not None:
        return reason
    if months is not None and plan_of(terms, months) is None:
        return Reason.OTHER_MONTHS
    amount = worth(terms, asking.due_minor, way, months=months)
    if amount <= 0:
        return Reason.WORTH_NOTHING
    if terms.quota is not None and promotion.taken_count >= terms.quota:
        return Reason.QUOTA_SPENT
    if promotion.left_minor is not None and amount > promotion.left_minor:
        return Reason.BUDGET_SPENT
    return None


def _why_not_now(promotion: Promotion, asking: Asking) -> Reason | None:
    terms = promotion.terms
    if promotion.state is PromotionState.EXHAUSTED:
        by_count = terms.quota is not None and promotion.taken_count >= terms.quota
        return Reason.QUOTA_SPENT if by_count else Reason.BUDGET_SPENT
    if promotion.state is not PromotionState.RUNNING:
        return Reason.NOT_RUNNING
    if asking.now < terms.valid_from:
        return Reason.NOT_YET
    if terms.valid_until is not None and asking.now >= terms.valid_until:
        return Reason.OVER
    return None if in_hours(terms, asking.hour) else Reason.OUTSIDE_HOURS


def in_hours(terms: Terms, hour: int) -> bool:
    """Whether an hour of the day is within the promotion's; they may go over midnight."""
    if terms.hour_from < terms.hour_until:
        return terms.hour_from <= hour < terms.hour_until
    return hour >= terms.hour_from or hour < terms.hour_until


def _why_not_this_way(terms: Terms, way: Way, card: Card | None) -> Reason | None:
    if fits_without_card(terms, way) or (way.is_card and _bank_fits(terms, card)):
        return None
    if not (terms.card_ranges and way.is_card):
        return Reason.OTHER_METHOD
    if card is not None and card.range is not None:
        return None if range_fits(terms, card) else Reason.OTHER_CARD
    # What is taken off must be certain before the gateway is asked; the rest may wait for the card.
    waits = terms.kind is not PromotionKind.DISCOUNT
    return None if waits or held_to_ranges(terms, way) else Reason.CARD_UNKNOWN


def held_to_ranges(terms: Terms, way: Way) -> bool:
    """Whether a discount for certain cards is held to by the page that takes the card: it takes no other."""
    by_range = terms.kind is PromotionKind.DISCOUNT and bool(terms.card_ranges)
    return by_range and way.is_card and way.restricts_cards and not fits_without_card(terms, way)


def fits_without_card(terms: Terms, way: Way) -> bool:
    """Whether the way alone is enough, whatever card it turns out to be."""
    everywhere = not (terms.methods or terms.banks or terms.wallets or terms.card_ranges)
    return (
        everywhere
        or way.method in terms.methods
        or (way.bank is not None and way.bank in terms.banks)
        or (way.is_wallet and way.method in terms.wallets)
    )


def _bank_fits(terms: Terms, card: Card | None) -> bool:
    return card is not None and card.bank is not None and card.bank in terms.banks


def range_fits(terms: Terms, card: Card) -> bool:
    """Whether a card begins as one of the ranges does, or is of one of the banks."""
    begins = card.range is not None and card.range.startswith(terms.card_ranges)
    return begins or _bank_fits(terms, card)


def _why_not_this_buyer(promotion: Promotion, asking: Asking) -> Reason | None:
    if promotion.terms.per_buyer is None:
        return None
    if asking.buyer_id is None:
        return Reason.BUYER_UNKNOWN
    used = asking.used.get(promotion.id, 0)
    return Reason.BUYER_LIMIT if used >= promotion.terms.per_buyer else None


_DEAREST: Final = (PromotionKind.INSTALMENT, PromotionKind.CASHBACK, PromotionKind.DISCOUNT)


def best(fitting: Iterable[tuple[Promotion, int]]) -> Promotion | None:
    """The promotion a buyer is best off with: of the greatest worth; among equals money off now comes
    before money later, and the older promotion first.
    """
    ranked = sorted(
        fitting, key=lambda one: (-one[1], -_DEAREST.index(one[0].terms.kind), one[0].made_at, one[0].id)
    )
    return ranked[0][0] if ranked else None


def shares(amount_minor: int, payers: Sequence[Payer], lines: Mapping[int, int]) -> list[Share]:
    """Who bears what of an amount, per order line.

    Every payer bears their part of the whole to the minor unit and every line has its part by worth to
    the minor unit: what is left of each payer is what the next line is split by.

    Args:
        lines: What each line costs the buyer; at least one.
    """
    of_lines = split_minor(amount_minor, list(lines.values()))
    left = split_minor(amount_minor, [payer.share_bp for payer in payers])
    found = []
    for line_no, of_line in zip(lines, of_lines, strict=True):
        parts = split_minor(of_line, left) if of_line else [0] * len(left)
        left = [was - part for was, part in zip(left, parts, strict=True)]
        found += [
            Share(line_no, payer_no, payer.kind, payer.name, part)
            for payer_no, (payer, part) in enumerate(zip(payers, parts, strict=True), 1)
            if part
        ]
    return found


def given_back(shares_now: Sequence[Share], amount_minor: int, lines: Iterable[int] = ()) -> list[int]:
    """How much of each share goes back, together the amount, each at most what is left of it.

    Args:
        amount_minor: At most what is left of all shares.
        lines: What the money is given back for; other lines give only what these do not have.
    """
    named = set(lines)
    left = [share.amount_minor - share.reversed_minor for share in shares_now]
    of_named = [part if share.line_no in named else 0 for share, part in zip(shares_now, left, strict=True)]
    first = min(amount_minor, sum(of_named))
    taken = split_minor(first, of_named) if first else [0] * len(left)
    rest = [was - part for was, part in zip(left, taken, strict=True)]
    more = amount_minor - first
    then = split_minor(more, rest) if more else [0] * len(left)
    return [one + other for one, other in zip(taken, then, strict=True)]
