"""Agreeing to a stock-take: its differences are booked, as far as nobody was promised what is missing.

in one transaction   bins, counters and ledger take every difference that can be booked
held back            units that are promised to orders stay on the book, and the inbox names the orders; so do
                     units the book has nowhere any more, because they left meanwhile
afterwards           once the orders are served otherwise, booking the rest takes what became free
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from orderan.flows.views_counting import PromisedTo, promised_short
from orderan.inventory import CountOff, StockKey, settle_count
from orderan.kit import inbox
from orderan.kit.db import Tx
from orderan.kit.errors import N_
from orderan.kit.ids import to_text
from orderan.kit.inbox import Stuck
from orderan.stocktake import Off, Within, agree, book, lock_take

REASON: Final = "Stok opname"
NEXT_STEP: Final = N_(
    "Layani pesanan ini dari lokasi lain atau keluarkan barangnya, lalu catat sisa selisihnya di stok opname."
)


async def approve_stock_take(tx: Tx, take_id: UUID, *, within: Within = None, now: datetime) -> int:
    """Book what was counted, or the rest of it; returns the units that are held back.

    Raises:
        TakeNotFound: Not there for this caller.
        ApprovedByCounter: The caller counted something of it.
        IllegalMove: It is not counted to the end, or cancelled.
    """
    take = await lock_take(tx, take_id, within=within)
    asked = await agree(tx, take)
    changes = [CountOff(one.bin_id, one.key, one.change) for one in asked]
    reason = f"{REASON}: {take.note}" if take.note else REASON
    booked = await settle_count(tx, changes, cause_id=take_id, reason=reason, now=now)
    held = await book(tx, take, asked, booked, now=now)
    key = f"stock_take_short:{take_id}"
    if not held:
        await inbox.settle(tx, [key], note="booked to the last unit", now=now)
        return 0
    rest = [
        Off(one.area_id, one.bin_id, one.key, one.change - units)
        for one, units in zip(asked, booked, strict=True)
    ]
    orders = await promised_short(tx, missing_of(rest))
    stuck = Stuck(
        kind="stock_take_short",
        reason="promised" if orders else "moved",
        subject_kind="stock_take",
        subject_id=take_id,
        dedupe_key=key,
        payload={
            "stock_take": to_text("opn", take_id),
            "units": held,
            "orders": [
                {"number": str(one.number), "sku": one.sku, "units": one.units} for one in orders[:20]
            ],
        },
        money_minor=0,
        currency="IDR",
        deadline=None,
        next_step=NEXT_STEP,
    )
    await inbox.report(tx, [stuck], now=now)
    return held


def missing_of(changes: Sequence[Off]) -> dict[StockKey, int]:
    """Units missing of each row, all its bins together; what is found in one makes up for another."""
    sums: dict[StockKey, int] = defaultdict(int)
    for one in changes:
        sums[one.key] -= one.change
    return dict(sums)


async def orders_short(tx: Tx, changes: Sequence[Off]) -> list[PromisedTo]:
    """Orders that would be short if these differences were booked."""
    return await promised_short(tx, missing_of(changes))
