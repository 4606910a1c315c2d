"""Know a phone, and hear what it says in order, each thing once."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx
from orderan.kit.ids import new_id, to_text
from orderan.picking import store_scans
from orderan.picking.errors import DeviceNotFound, ScanForged, ScanOutOfTurn
from orderan.picking.models import Device, Heard, Scan
from orderan.picking.rules_scan import is_signed

Deed = Callable[[Tx, Scan], Awaitable[Heard]]


async def open_device(tx: Tx, *, now: datetime) -> UUID:
    """A phone of the caller that nothing was heard of yet."""
    device_id = new_id()
    await store_scans.insert_device(tx, device_id, now=now)
    return device_id


async def hear(tx: Tx, device_id: UUID, scan: Scan, deed: Deed, *, key: str, now: datetime) -> Heard:
    """Do what a scan says, if it is the next of its phone; tell again what became of one that was heard.

    Args:
        deed: Does it; what it raises is raised, and then nothing was heard.
        key: The phone's, hex.

    Raises:
        DeviceNotFound: The shop has none of that id, or it is another person's.
        ScanForged: Its signature is not the phone's, or another scan had its number.
        ScanOutOfTurn: One before it is missing.
    """
    device = await _mine(tx, device_id)
    if not is_signed(key, device_id, scan):
        raise ScanForged(scan.seq)
    if scan.seq <= device.seq:
        before = await store_scans.heard_before(tx, device_id, scan.seq)
        if before is None or before[0] != scan.signature:
            raise ScanForged(scan.seq)
        return before[1]
    if scan.seq > device.seq + 1:
        raise ScanOutOfTurn(scan.seq, device.seq + 1)
    heard = await deed(tx, scan)
    await store_scans.insert_scan(tx, device_id, scan, heard, happened_at=happened(scan, now), now=now)
    return heard


async def _mine(tx: Tx, device_id: UUID) -> Device:
    device = await store_scans.lock_device(tx, device_id)
    if device is None or device.actor != tx.actor:
        raise DeviceNotFound(to_text("dev", device_id))
    return device


def happened(scan: Scan, now: datetime) -> datetime:
    """When a scan happened; what a phone's clock says of the future, or cannot say, is now."""
    try:
        at = datetime.fromisoformat(scan.happened_at)
    except ValueError:
        return now
    return min(at, now) if at.tzinfo else now
