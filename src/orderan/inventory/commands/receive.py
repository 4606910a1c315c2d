"""Goods arrive from a supplier."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from orderan.inventory import store, views
from orderan.inventory.models import Bucket, LocationKind, MovementKind, StockKey
from orderan.inventory.store import Movement
from orderan.kit.db import Tx
from orderan.kit.ids import NIL


@dataclass(frozen=True, slots=True)
class Receipt:
    """Units that arrived; owner NIL is ourselves, lot NIL is goods without lots."""

    sku_id: UUID
    location_id: UUID
    quantity: int
    owner_id: UUID = NIL
    lot_id: UUID = NIL


async def receive_stock(
    tx: Tx, receipts: Sequence[Receipt], *, cause_id: UUID | None = None, now: datetime
) -> None:
    """Book goods in, free for sale at once.

    Raises:
        UnknownLocation: A receipt names a place that holds no counted stock.
    """
    supplier = await views.account(tx, LocationKind.SUPPLIER)
    await views.require_counted(tx, {receipt.location_id for receipt in receipts})
    keys = [
        StockKey(receipt.sku_id, receipt.location_id, receipt.owner_id, receipt.lot_id)
        for receipt in receipts
    ]
    await store.ensure_rows(tx, keys)
    await store.lock_rows(tx, keys)
    movements = [
        Movement(
            key=key,
            quantity=receipt.quantity,
            from_location=supplier,
            from_bucket=Bucket.FREE,
            to_location=receipt.location_id,
            to_bucket=Bucket.FREE,
            cause_id=cause_id,
        )
        for key, receipt in zip(keys, receipts, strict=True)
    ]
    counted = {receipt.location_id for receipt in receipts}
    await store.move(tx, MovementKind.RECEIVE, movements, counted=counted, now=now)
