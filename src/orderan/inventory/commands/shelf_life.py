"""How long goods must keep, and what becomes of those that did not."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from orderan.inventory import shelf_life_views, store, views
from orderan.inventory.commands.set_aside import set_aside
from orderan.inventory.models import Bucket
from orderan.inventory.shelf_life_store import put_shelf_life
from orderan.kit.audit import Trace, leave
from orderan.kit.db import Tx
from orderan.kit.errors import N_, Kind, Refusal

EXPIRED: Final = "Kedaluwarsa"
MOST_AT_ONCE: Final = 500
MOST_DAYS: Final = 3650


@dataclass(eq=False)
class NotAShelfLife(Refusal):
    """Days are 0 to 3650 and percent 0 to 100; nothing changed."""

    code = "not_a_shelf_life"
    kind = Kind.INVALID
    sentence = N_("Hari diisi 0 sampai 3650, persen 0 sampai 100.")


async def set_shelf_life(
    tx: Tx, channel_id: UUID, sku_id: UUID | None, *, least_days: int, least_percent: int = 0, now: datetime
) -> None:
    """What a lot must have left for a channel, of one sku or (None) of all; nothing of both takes the rule away.

    Orders that come from now on follow it; what is promised stays promised.

    Raises:
        NotAShelfLife: Out of range.
    """
    if not (0 <= least_days <= MOST_DAYS and 0 <= least_percent <= 100):
        raise NotAShelfLife
    await put_shelf_life(tx, channel_id, sku_id, least_days, least_percent)
    after = {"sku": sku_id and str(sku_id), "days": least_days, "percent": least_percent}
    await leave(tx, Trace("stock.shelf_life", "channel", str(channel_id), after=after), now=now)


async def quarantine_expired(tx: Tx, *, now: datetime) -> int:
    """Set free units of expired lots aside; returns how many rows were.

    They are not sold from the day they expire on, whether this was run or not. Units that are promised stay until
    whoever holds them was told otherwise.
    """
    found = await shelf_life_views.expired_free(tx, now=now, limit=MOST_AT_ONCE)
    await store.lock_rows(tx, found)
    counted = await views.counters(tx, found)
    units = {key: counted[key].free for key in found if counted[key].free > 0}
    await set_aside(tx, units, into=Bucket.QUARANTINE, reason=EXPIRED, now=now)
    return len(units)
