"""What a policy lets come back. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final

from orderan.orders import Line
from orderan.returns.models_policy import (
    Cause,
    CauseRule,
    Condition,
    Payer,
    Remedy,
    Returnable,
    ReturnPolicy,
    TrustedAt,
    Why,
)

MOST_DAYS: Final = 365
MOST_MINOR: Final = 10**9
MOST_ORDERS: Final = 1_000
MOST_CATEGORIES: Final = 200
LONGEST_CATEGORY: Final = 80


def last_moment(policy: ReturnPolicy, delivered_at: datetime) -> datetime:
    """Until when something may be asked back."""
    return delivered_at + timedelta(days=policy.days)


def returnable(
    policy: ReturnPolicy,
    lines: Iterable[Line],
    *,
    delivered_at: datetime | None,
    coming_back: Mapping[int, int],
    categories: Mapping[str, str],
    now: datetime,
) -> list[Returnable]:
    """What of each line may be sent back now.

    Args:
        coming_back: Units per line in returns that may still bring them.
        categories: By the code of the sku.
    """
    never = {category.casefold().strip() for category in policy.never}
    found = []
    for line in lines:
        left = line.shipped - line.returned - coming_back.get(line.line_no, 0)
        why = _why_not(policy, delivered_at, now, left)
        if why is None and categories.get(line.sku_code, "").casefold().strip() in never:
            why = Why.NEVER
        found.append(Returnable(line.line_no, 0 if why else left, why))
    return found


def _why_not(policy: ReturnPolicy, delivered_at: datetime | None, now: datetime, left: int) -> Why | None:
    if delivered_at is None:
        return Why.NOT_DELIVERED
    if now > last_moment(policy, delivered_at) or not policy.days:
        return Why.TOO_LATE
    return Why.NOTHING_LEFT if left <= 0 else None


def payer(policy: ReturnPolicy, causes: Iterable[Cause]) -> Payer:
    """Who pays the way of a request: the shop, as soon as anything in it is its fault."""
    rules = [policy.rule_of(cause) for cause in causes]
    return Payer.SHOP if any(rule is not None and rule.pays is Payer.SHOP for rule in rules) else Payer.BUYER


def trusts(policy: ReturnPolicy, at: TrustedAt, *, worth_minor: int, delivered: int, broken: int) -> bool:
    """Whether a buyer has their refund at this moment, the goods unseen.

    Args:
        delivered: Orders that reached them.
        broken: Returns of theirs that were, or are, in dispute, or never came after they were paid.
    """
    order = list(TrustedAt)
    early = policy.trusted_at is not TrustedAt.INSPECTION and order.index(at) <= order.index(
        policy.trusted_at
    )
    return (
        early
        and at is not TrustedAt.INSPECTION
        and 0 < worth_minor < policy.trusted_below_minor
        and delivered >= policy.trusted_orders
        and not broken
    )


def faults(policy: ReturnPolicy) -> tuple[str, ...]:
    """What is wrong with a policy, each as `field: fault`."""
    found = []
    if not 0 <= policy.days <= MOST_DAYS:
        found.append("days: out_of_range")
    if not 0 <= policy.agreed_below_minor <= MOST_MINOR:
        found.append("agreed_below_minor: not_an_amount")
    if len(policy.never) > MOST_CATEGORIES or any(
        not 0 < len(one) <= LONGEST_CATEGORY for one in policy.never
    ):
        found.append("never: not_categories")
    causes = [rule.cause for rule in policy.causes]
    if len(set(causes)) < len(causes):
        found.append("causes: twice")
    if policy.days and not causes:
        found.append("causes: none")
    if not 0 <= policy.trusted_below_minor <= MOST_MINOR:
        found.append("trusted_below_minor: not_an_amount")
    if not 1 <= policy.trusted_orders <= MOST_ORDERS:
        found.append("trusted_orders: out_of_range")
    if not 1 <= policy.weight_off_percent <= 100:
        found.append("weight_off_percent: out_of_range")
    if Remedy.REFUND not in policy.ways or len(set(policy.ways)) < len(policy.ways):
        found.append("ways: no_money")
    return tuple(found)


def plain_policy(policy: ReturnPolicy) -> dict[str, Any]:
    """As it is kept."""
    return asdict(policy)


def read_policy(terms: Mapping[str, Any]) -> ReturnPolicy:
    """As it was kept; what is kept was checked before."""
    return ReturnPolicy(
        days=terms["days"],
        never=tuple(terms["never"]),
        causes=tuple(
            CauseRule(Cause(one["cause"]), Payer(one["pays"]), Condition(one["condition"]), one["explained"])
            for one in terms["causes"]
        ),
        agreed_below_minor=terms["agreed_below_minor"],
        trusted_at=TrustedAt(terms.get("trusted_at", TrustedAt.INSPECTION)),
        trusted_below_minor=terms.get("trusted_below_minor", 0),
        trusted_orders=terms.get("trusted_orders", 3),
        weight_off_percent=terms.get("weight_off_percent", 25),
        # Versions from before there was a choice gave money only.
        ways=tuple(Remedy(way) for way in terms.get("ways", [Remedy.REFUND])),
    )
