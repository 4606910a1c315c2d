"""One of eight words people and channels see, computed from the axes.

Stored on the order only as an index for lists; this function is the truth.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum, auto

from orderan.orders.states import Commercial


class Headline(StrEnum):
    """The eight words."""

    AWAITING_PAYMENT = auto()
    ACCEPTED = auto()
    PROCESSING = auto()
    PACKED = auto()
    SHIPPED = auto()
    COMPLETED = auto()
    CANCELLED = auto()
    RETURNED = auto()


@dataclass(frozen=True, slots=True)
class Tally:
    """Quantities over all lines of an order."""

    ordered: int
    cancelled: int
    shipped: int
    delivered: int
    returned: int


UNDER_WAY = frozenset({"released", "picking", "short", "picked"})


def headline(commercial: Commercial, units: Tally, tasks: Collection[str]) -> Headline:
    """The word for an order.

    Args:
        tasks: States of its fulfilment tasks that are not cancelled.

    Everything returned is `returned`; everything shipped is `shipped`, or `completed` once the
    order is; the least advanced open task decides between processing and packed.
    """
    if commercial in (Commercial.CANCELLED, Commercial.EXPIRED):
        return Headline.CANCELLED
    if commercial in (Commercial.DRAFT, Commercial.AWAITING_PAYMENT):
        return Headline.AWAITING_PAYMENT
    if units.shipped and units.returned >= units.shipped:
        return Headline.RETURNED
    if commercial is Commercial.COMPLETED:
        return Headline.COMPLETED
    if units.shipped and units.shipped >= units.ordered - units.cancelled:
        return Headline.SHIPPED
    open_tasks = set(tasks) - {"handed_over"}
    if open_tasks & UNDER_WAY:
        return Headline.PROCESSING
    if "packed" in open_tasks:
        return Headline.PROCESSING if "planned" in open_tasks else Headline.PACKED
    return Headline.PROCESSING if units.shipped else Headline.ACCEPTED
