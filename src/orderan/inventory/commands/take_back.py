"""Goods come back from a customer: to stock, to quarantine, or damaged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from orderan.inventory import events, store, views
from orderan.inventory.errors import NotDispatched
from orderan.inventory.models import Bucket, LocationKind, MovementKind, Shortfall, StockKey
from orderan.inventory.store import Movement
from orderan.kit.db import Tx
from orderan.kit.events import record_all
from orderan.kit.ids import NIL


@dataclass(frozen=True, slots=True)
class TakenBack:
    """Units of a holder that arrived at a location.

    Attributes:
        into: FREE is sellable at once; QUARANTINE waits for inspection; DAMAGED is not sold.
    """

    holder_id: UUID
    sku_id: UUID
    location_id: UUID
    quantity: int
    into: Bucket
    owner_id: UUID = NIL
    lot_id: UUID = NIL
    reason: str | None = None


async def take_back(tx: Tx, returned: Sequence[TakenBack], *, now: datetime) -> None:
    """Book returned units in from the customer account.

    The caller has locked the holders' own rows, so the same units cannot come back twice at once.

    Raises:
        NotDispatched: A holder would give back more of a stock row's goods than went out to it.
        UnknownLocation: A place holds no counted stock.
    """
    customer = await views.account(tx, LocationKind.CUSTOMER)
    counted = {one.location_id for one in returned}
    await views.require_counted(tx, counted)
    await _require_dispatched(tx, returned, customer)
    keys = [StockKey(one.sku_id, one.location_id, one.owner_id, one.lot_id) for one in returned]
    await store.ensure_rows(tx, keys)
    await store.lock_rows(tx, keys)
    movements = [
        Movement(
            key=key,
            quantity=one.quantity,
            from_location=customer,
            from_bucket=Bucket.FREE,
            to_location=one.location_id,
            to_bucket=one.into,
            cause_id=one.holder_id,
            reason=one.reason,
        )
        for key, one in zip(keys, returned, strict=True)
    ]
    await store.move(tx, MovementKind.RETURN, movements, counted=counted, now=now)
    await record_all(tx, [events.returned(one) for one in movements], now=now, fresh=True)


async def _require_dispatched(tx: Tx, returned: Sequence[TakenBack], customer: UUID) -> None:
    asked: dict[tuple[UUID, UUID, UUID, UUID], int] = {}
    for one in returned:
        of = (one.holder_id, one.sku_id, one.owner_id, one.lot_id)
        asked[of] = asked.get(of, 0) + one.quantity
    held = await views.held_by_customers(tx, {one.holder_id for one in returned}, customer)
    for holder in {one.holder_id for one in returned}:
        short = tuple(
            Shortfall(of[1], units, held.get(of, 0))
            for of, units in asked.items()
            if of[0] == holder and units > held.get(of, 0)
        )
        if short:
            raise NotDispatched(holder, short)
