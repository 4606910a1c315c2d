"""How a phone signs what it says. Pure.

A phone gets its key once, over a session of the person who picks with it. The key is derived from the
installation's own secret and the phone's id, so none is kept.
"""

import hashlib
import hmac
from uuid import UUID

from orderan.picking.models import Scan


def device_key(secret: str, shop_id: int, device_id: UUID) -> str:
    """A phone's key, hex.

    Args:
        secret: The installation's, for this purpose alone.
    """
    return hmac.digest(bytes.fromhex(secret), f"{shop_id}|{device_id}".encode(), "sha256").hex()


def said(device_id: UUID, scan: Scan) -> str:
    """What of a scan is signed: every field on a line of its own, "" for what it has not."""
    fields = (
        device_id,
        scan.seq,
        scan.kind,
        scan.list_id,
        scan.task_id,
        scan.line_no,
        scan.sku_id,
        scan.owner_id,
        scan.lot_id,
        scan.bin_id,
        scan.quantity,
        scan.scanned,
        scan.happened_at,
    )
    return "\n".join("" if field is None else str(field) for field in fields)


def signed(key: str, device_id: UUID, scan: Scan) -> str:
    """The signature a phone with this key gives a scan: HMAC-SHA-256 (RFC 2104) of `said`, hex."""
    return hmac.new(bytes.fromhex(key), said(device_id, scan).encode(), hashlib.sha256).hexdigest()


def is_signed(key: str, device_id: UUID, scan: Scan) -> bool:
    return hmac.compare_digest(signed(key, device_id, scan), scan.signature)
