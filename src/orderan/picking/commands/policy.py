"""Say how a location picks, and when couriers leave it."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from orderan.kit.audit import Trace, leave
from orderan.kit.db import Tx
from orderan.picking import store, views
from orderan.picking.errors import CutoffTwice, NotAPolicy
from orderan.picking.models import Cutoff, PickingPolicy

DAY_MINUTES = 24 * 60
MOST_SLOTS = 60


async def set_policy(tx: Tx, location_id: UUID, policy: PickingPolicy, *, now: datetime) -> None:
    """Say how a location gives work to its pickers, from the next wave on.

    Raises:
        NotAPolicy: No orders, units or lists at all, or more than a trolley has slots.
    """
    for name, most in (("slots", MOST_SLOTS), ("most_units", 1_000_000), ("waiting_lists", 1_000)):
        if not 1 <= getattr(policy, name) <= most:
            raise NotAPolicy(name)
    before = await views.policy_of(tx, location_id)
    await store.put_policy(tx, location_id, policy)
    if before != policy:
        trace = Trace(
            "picking.set", "location", str(location_id), before=asdict(before), after=asdict(policy)
        )
        await leave(tx, trace, now=now)


async def add_cutoff(tx: Tx, cutoff: Cutoff, *, now: datetime) -> None:
    """Say when a courier leaves a location.

    Raises:
        NotAPolicy: No day, no minute of a day, or no lead.
        CutoffTwice: There is one of this courier at this minute.
    """
    if not 0 <= cutoff.closes_minute < DAY_MINUTES:
        raise NotAPolicy("closes")
    if not 1 <= cutoff.lead_minutes < DAY_MINUTES:
        raise NotAPolicy("lead")
    if not cutoff.days or not set(cutoff.days) <= set(range(1, 8)):
        raise NotAPolicy("days")
    if not await store.insert_cutoff(tx, cutoff):
        raise CutoffTwice(cutoff.courier)
    await leave(tx, Trace("cutoff.add", "location", str(cutoff.location_id), after=_plain(cutoff)), now=now)


async def drop_cutoff(tx: Tx, location_id: UUID, cutoff_id: UUID, *, now: datetime) -> None:
    """A courier does not leave then any more; nothing happens where that was said before."""
    before = [one for one in await views.cutoffs_of(tx, location_id) if one.id == cutoff_id]
    if await store.delete_cutoff(tx, location_id, cutoff_id):
        trace = Trace("cutoff.drop", "location", str(location_id), before=_plain(before[0]))
        await leave(tx, trace, now=now)


def _plain(cutoff: Cutoff) -> dict[str, object]:
    return {
        "courier": cutoff.courier,
        "services": list(cutoff.services),
        "closes_minute": cutoff.closes_minute,
        "lead_minutes": cutoff.lead_minutes,
        "days": list(cutoff.days),
    }
