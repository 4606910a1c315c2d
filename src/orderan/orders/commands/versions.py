"""Keep an order exactly as it is before something replaces it."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from orderan.kit.db import Tx
from orderan.orders import store_edits
from orderan.orders.models import Line, Order


async def keep_version(tx: Tx, order: Order, lines: Sequence[Line], *, reason: str, now: datetime) -> None:
    """Store the locked order's present version; the caller writes the next one."""
    await store_edits.insert_version(
        tx, order.id, order.version, snapshot(order, lines), reason=reason, now=now
    )


def snapshot(order: Order, lines: Sequence[Line]) -> dict[str, Any]:
    """Order and lines as plain values, every column of both."""
    return {
        "order": {name: _plain(value) for name, value in asdict(order).items()},
        "lines": [{name: _plain(value) for name, value in asdict(line).items()} for line in lines],
    }


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    return value
