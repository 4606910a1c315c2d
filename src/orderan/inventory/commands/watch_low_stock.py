"""Tell a person where stock ran low, and stop telling when it is there again."""

from datetime import datetime, timedelta

from orderan.inventory import events, low_stock_views
from orderan.inventory.low_stock_views import Low
from orderan.kit import inbox
from orderan.kit.db import Tx
from orderan.kit.errors import N_
from orderan.kit.events import Fact, record_all
from orderan.kit.ids import new_id
from orderan.kit.inbox import Stuck

KIND = "low_stock"
DISMISSED_FOR = timedelta(days=7)
NEXT_STEP = N_("Pesan ke pemasok, atau pindahkan dari lokasi lain.")
REFILLED = "stock is above its reorder point again"


async def watch_low_stock(tx: Tx, now: datetime) -> tuple[int, int]:
    """Open an entry per sku and location at or below its reorder point; settle those above it.

    A sku without a reorder point is not watched. An entry a person dismissed stays away for a
    week. Safe to run at any time and by several workers: one open entry per sku and location.

    Returns:
        How many entries were opened, and how many settled.
    """
    low = await low_stock_views.running_low(tx, now=now)
    known = await low_stock_views.entries(tx, kind=KIND, dismissed_since=now - DISMISSED_FOR)
    fresh = [one for one in low if dedupe_key(one) not in known.open | known.dismissed]
    opened = await inbox.report(tx, [_stuck(one) for one in fresh], now=now)
    over = known.open - {dedupe_key(one) for one in low}
    settled = await inbox.settle(tx, sorted(over), note=REFILLED, now=now) if over else 0
    facts = [
        Fact(new_id(), events.StockRanLow(one.sku_id, one.location_id, one.free, one.reorder_point))
        for one in fresh
    ]
    await record_all(tx, facts, now=now, fresh=True)
    return opened, settled


def dedupe_key(low: Low) -> str:
    return f"{KIND}:{low.sku_id}:{low.location_id}"


def _stuck(low: Low) -> Stuck:
    return Stuck(
        kind=KIND,
        reason="out_of_stock" if low.free <= 0 else "below_reorder_point",
        subject_kind="sku",
        subject_id=low.sku_id,
        dedupe_key=dedupe_key(low),
        payload={
            "sku": low.code,
            "title": low.title,
            "location_id": str(low.location_id),
            "location": low.location,
            "free": low.free,
            "incoming": low.incoming,
            "reorder_point": low.reorder_point,
        },
        money_minor=0,
        currency=low.currency,
        deadline=None,
        next_step=NEXT_STEP,
    )
