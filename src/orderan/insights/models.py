"""What a day's page shows; every bare amount is minor units of the shop's currency."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from orderan.kit.money import Money


@dataclass(frozen=True)
class Scope:
    """Whose numbers, on which clock, in which money.

    Attributes:
        zone, currency: The shop's.
        channels, locations: What the reader sees; None is all of them.
    """

    zone: str
    currency: str
    channels: list[UUID] | None = None
    locations: list[UUID] | None = None


@dataclass(frozen=True)
class Today:
    """The tiles.

    Attributes:
        orders, revenue: Placed since the day began by the shop's clock, without those
            cancelled or expired; the ones of `yesterday` are up to the same time of day.
        revenue_yesterday_minor: In the shop's currency only, to compare with.
        waiting, waiting_worth: Orders that wait for payment, and what they come to.
        to_pick: Tasks nobody has begun to pick.
        late: Orders with a task that was planned more than a day ago and has not left.
        low_stock: Skus at or below their reorder point at a location.
        exceptions, at_stake: Open entries of the exception inbox, and the money in them.

    Money is one sum per currency, the shop's own first, which is there even when it is nothing.
    """

    orders: int
    revenue: tuple[Money, ...]
    orders_yesterday: int
    revenue_yesterday_minor: int
    waiting: int
    waiting_worth: tuple[Money, ...]
    to_pick: int
    late: int
    low_stock: int
    exceptions: int
    at_stake: tuple[Money, ...]


@dataclass(frozen=True)
class ByHour:
    """Orders placed per hour of the day, hours 0 to 23; today's hours still to come are None."""

    today: list[int | None]
    week_ago: list[int]


@dataclass(frozen=True)
class ByDay:
    """Revenue per day, oldest first."""

    days: list[date]
    revenue_minor: list[int]
    orders: list[int]


@dataclass(frozen=True)
class AuditFilter:
    """Which part of the audit trail; "" is everything.

    Attributes:
        after: Entries older than this one.
        whole: False leaves out what was said about the inbox's entries, which are about orders.
    """

    actor: str = ""
    action: str = ""
    entity_id: str = ""
    after: UUID | None = None
    whole: bool = True
