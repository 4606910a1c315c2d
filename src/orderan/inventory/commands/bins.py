"""Draw the shelves of a location, block a bin and open it again."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from orderan.inventory import bin_store, bin_views, place_store, views
from orderan.inventory.bin_errors import BinHoldsGoods, UnknownBin
from orderan.inventory.bin_models import Bin, BinAsked
from orderan.kit.audit import Trace, leave
from orderan.kit.db import Tx


async def draw_bins(tx: Tx, location_id: UUID, bins: Sequence[BinAsked], *, now: datetime) -> list[Bin]:
    """Make bins, or change those whose codes are there; of two of one code the last counts.

    Raises:
        UnknownLocation: The shop has none of that id, or it holds no counted stock.
        BinHoldsGoods: One would be closed with goods in it; nothing was changed.
    """
    await place_store.lock_location(tx, location_id)
    await views.require_counted(tx, {location_id})
    asked = {one.code: one for one in bins}
    before = {one.code: one for one in await bin_views.list_bins(tx, location_id, codes=asked)}
    for code, one in asked.items():
        if not one.active and code in before and before[code].units:
            raise BinHoldsGoods(code, before[code].units)
    await bin_store.put_bins(tx, location_id, list(asked.values()), now=now)
    after = await bin_views.list_bins(tx, location_id, codes=asked)
    traces = [
        Trace(
            "bin.draw",
            "bin",
            str(one.id),
            before=_plain(before[one.code]) if one.code in before else None,
            after=_plain(one),
        )
        for one in after
        if one.code not in before or _plain(before[one.code]) != _plain(one)
    ]
    await leave(tx, *traces, now=now)
    return after


async def block_bin(tx: Tx, location_id: UUID, bin_id: UUID, *, why: str | None, now: datetime) -> Bin:
    """Nothing goes in or out until somebody has looked; `why` None opens it again.

    Raises:
        UnknownBin: The location has none of that id.
    """
    found = await bin_views.list_bins(tx, location_id, only=[bin_id])
    if not found:
        raise UnknownBin(str(bin_id))
    await bin_store.set_blocked(tx, bin_id, why, now=now)
    trace = Trace(
        "bin.block" if why else "bin.unblock",
        "bin",
        str(bin_id),
        before={"blocked_why": found[0].blocked_why},
        after={"blocked_why": why},
    )
    await leave(tx, trace, now=now)
    [after] = await bin_views.list_bins(tx, location_id, only=[bin_id])
    return after


def _plain(one: Bin) -> dict[str, object]:
    return {
        "code": one.code,
        "kind": one.kind,
        "zone": one.zone,
        "x_cm": one.x_cm,
        "y_cm": one.y_cm,
        "active": one.active,
    }
