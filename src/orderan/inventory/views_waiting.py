"""Transfers that have stood still since before the moment given for their state."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from orderan.kit.db import Tx


async def transfers_waiting(tx: Tx, befores: Mapping[str, datetime]) -> list[Any]:
    """One statement for every state. Columns: id, state, since.

    The states are named so that the index of transfers under way is used.
    """
    return await tx.all(
        """
        SELECT transfer.id, transfer.state, coalesce(transfer.dispatched_at, transfer.created_at) AS since
        FROM unnest(%(states)s::text[], %(befores)s::timestamptz[]) AS allowed (state, before)
        JOIN transfer ON transfer.shop_id = %(shop)s AND transfer.state = allowed.state
             AND transfer.state IN ('draft', 'in_transit')
             AND coalesce(transfer.dispatched_at, transfer.created_at) <= allowed.before
        """,
        {"shop": tx.shop_id, "states": list(befores), "befores": list(befores.values())},
    )
