"""When couriers leave, and whether a wave is due. Pure."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from orderan.picking.models import Cutoff

LAST_CALL: Final = timedelta(minutes=20)
"""So long before a courier leaves whatever is there is released, a full trolley or not."""


def next_closing(cutoff: Cutoff, zone: str, now: datetime) -> datetime:
    """The first moment after now at which a courier leaves."""
    local = now.astimezone(ZoneInfo(zone))
    for ahead in range(8):
        day = local.date() + timedelta(days=ahead)
        at = datetime.combine(day, time(*divmod(cutoff.closes_minute, 60)), ZoneInfo(zone))
        if day.isoweekday() in cutoff.days and at > now:
            return at.astimezone(now.tzinfo)
    message = "a cut-off is on one day of the week at least"
    raise AssertionError(message)


def first_for(
    service: str | None, cutoffs: Iterable[Cutoff], zone: str, now: datetime
) -> tuple[datetime, Cutoff] | None:
    """The next courier to leave that takes orders of a service."""
    leaving = [(next_closing(one, zone, now), one) for one in cutoffs if one.takes(service)]
    return min(leaving, key=lambda pair: (pair[0], pair[1].courier), default=None)


def courier_leaves(
    courier: str, cutoffs: Iterable[Cutoff], zone: str, now: datetime
) -> tuple[set[str], datetime | None]:
    """The services of a courier's cut-offs, none being all, and when it leaves next; None where it has no cut-off."""
    own = [one for one in cutoffs if one.courier == courier]
    services = (
        {service for one in own for service in one.services} if all(one.services for one in own) else set()
    )
    return services, min((next_closing(one, zone, now) for one in own), default=None)


def is_due(
    cutoff: Cutoff,
    closes_at: datetime,
    now: datetime,
    *,
    ready: int,
    slots: int,
    waiting: int,
    most_waiting: int,
    released: bool,
) -> bool:
    """Whether the orders of a courier that leaves at `closes_at` are released now.

    Within its lead, the first wave goes as soon as pickers have little waiting for them; later ones when a trolley is
    full; shortly before it closes everything goes.

    Args:
        ready: Orders that could be picked.
        waiting: Lists nobody took yet.
        released: There was a wave for this very departure.
    """
    if not ready or now < closes_at - timedelta(minutes=cutoff.lead_minutes):
        return False
    if closes_at - now <= min(LAST_CALL, timedelta(minutes=cutoff.lead_minutes) / 2):
        return True
    return waiting < most_waiting and (not released or ready >= slots)
