"""Take free units off sale, put them back, or write them off: damaged goods and quarantine."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from orderan.inventory import store, views
from orderan.inventory.errors import StockShort
from orderan.inventory.models import Bucket, LocationKind, MovementKind, Shortfall, StockKey
from orderan.inventory.store import Movement
from orderan.kit.audit import Trace, leave
from orderan.kit.db import Tx

_ASIDE = {Bucket.DAMAGED: MovementKind.DAMAGE, Bucket.QUARANTINE: MovementKind.QUARANTINE}


async def set_aside(
    tx: Tx, units: Mapping[StockKey, int], *, into: Bucket, reason: str, now: datetime
) -> None:
    """Move free units into DAMAGED or QUARANTINE of their place.

    Raises:
        StockShort: More than is free; promised units stay sellable to whom they are promised.
    """
    await _shift(tx, _ASIDE[into], units, Bucket.FREE, into, reason=reason, now=now)


async def restore_stock(
    tx: Tx, units: Mapping[StockKey, int], *, out_of: Bucket, reason: str, now: datetime
) -> None:
    """Move inspected units from DAMAGED or QUARANTINE back to free.

    Raises:
        StockShort: More than is set aside there.
    """
    await _shift(tx, MovementKind.RESTORE, units, out_of, Bucket.FREE, reason=reason, now=now)


async def write_off(
    tx: Tx, units: Mapping[StockKey, int], *, out_of: Bucket, reason: str, now: datetime
) -> None:
    """Give up units that were set aside: they go to the loss account.

    Raises:
        StockShort: More than is set aside there.
        UnknownLocation: The shop has no loss account.
    """
    loss = await views.account(tx, LocationKind.LOSS)
    await _shift(tx, MovementKind.ADJUST, units, out_of, Bucket.FREE, account=loss, reason=reason, now=now)


async def _shift(
    tx: Tx,
    kind: MovementKind,
    units: Mapping[StockKey, int],
    out_of: Bucket,
    into: Bucket,
    *,
    account: UUID | None = None,
    reason: str,
    now: datetime,
) -> None:
    await store.lock_rows(tx, units)
    there = await views.counters(tx, units)
    short = tuple(
        Shortfall(key.sku_id, wanted, max(0, there[key].of(out_of)))
        for key, wanted in units.items()
        if wanted > there[key].of(out_of)
    )
    if short:
        raise StockShort(short)
    movements = [
        Movement(key, wanted, key.location_id, out_of, account or key.location_id, into, reason=reason)
        for key, wanted in units.items()
    ]
    await store.move(tx, kind, movements, counted={key.location_id for key in units}, now=now)
    traces = [
        Trace(
            f"stock.{kind}",
            "sku",
            str(key.sku_id),
            after={"location": str(key.location_id), "units": wanted, "from": out_of, "reason": reason},
        )
        for key, wanted in units.items()
    ]
    await leave(tx, *traces, now=now)
