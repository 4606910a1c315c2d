"""All SQL of transfers."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from orderan.inventory.errors import UnknownTransfer
from orderan.inventory.models import Transfer, TransferLine, TransferState
from orderan.kit.db import Tx


async def insert(tx: Tx, transfer: Transfer) -> None:
    await tx.run(
        """
        INSERT INTO transfer (shop_id, id, from_location, to_location, state, note, created_by, created_at)
        VALUES (%(shop)s, %(id)s, %(from)s, %(to)s, %(state)s, %(note)s, %(by)s, %(at)s)
        """,
        {
            "shop": transfer.shop_id,
            "id": transfer.id,
            "from": transfer.from_location,
            "to": transfer.to_location,
            "state": transfer.state,
            "note": transfer.note,
            "by": transfer.created_by,
            "at": transfer.created_at,
        },
    )
    await tx.run(
        """
        INSERT INTO transfer_line (shop_id, transfer_id, line_no, sku_id, owner_id, lot_id, quantity, received, lost)
        SELECT %(shop)s, %(id)s, line_no, sku_id, owner_id, lot_id, quantity, 0, 0
        FROM unnest(%(numbers)s::int[], %(skus)s::uuid[], %(owners)s::uuid[], %(lots)s::uuid[],
                    %(quantities)s::bigint[]) AS line (line_no, sku_id, owner_id, lot_id, quantity)
        """,
        {
            "shop": transfer.shop_id,
            "id": transfer.id,
            "numbers": [line.line_no for line in transfer.lines],
            "skus": [line.sku_id for line in transfer.lines],
            "owners": [line.owner_id for line in transfer.lines],
            "lots": [line.lot_id for line in transfer.lines],
            "quantities": [line.quantity for line in transfer.lines],
        },
    )


async def lock(tx: Tx, transfer_id: UUID) -> Transfer:
    """The transfer with its lines, its row locked.

    Raises:
        UnknownTransfer: The shop has none of that id.
    """
    row = await tx.maybe(
        """
        SELECT shop_id, id, from_location, to_location, state, note, created_by, created_at, dispatched_at,
               received_at
        FROM transfer
        WHERE shop_id = %(shop)s AND id = %(id)s
        FOR UPDATE
        """,
        {"shop": tx.shop_id, "id": transfer_id},
    )
    return await _whole(tx, row, transfer_id)


async def read(tx: Tx, transfer_id: UUID) -> Transfer:
    """The transfer with its lines.

    Raises:
        UnknownTransfer: The shop has none of that id.
    """
    row = await tx.maybe(
        """
        SELECT shop_id, id, from_location, to_location, state, note, created_by, created_at, dispatched_at,
               received_at
        FROM transfer
        WHERE shop_id = %(shop)s AND id = %(id)s
        """,
        {"shop": tx.shop_id, "id": transfer_id},
    )
    return await _whole(tx, row, transfer_id)


async def _whole(tx: Tx, row: Any, transfer_id: UUID) -> Transfer:
    if row is None:
        raise UnknownTransfer(transfer_id)
    lines = await tx.all(
        """
        SELECT line_no, sku_id, owner_id, lot_id, quantity, received, lost, loss_reason
        FROM transfer_line
        WHERE shop_id = %(shop)s AND transfer_id = %(id)s
        ORDER BY line_no
        """,
        {"shop": tx.shop_id, "id": transfer_id},
    )
    transfer = Transfer(**row._asdict() | {"state": TransferState(row.state)})
    return replace(transfer, lines=[TransferLine(**line._asdict()) for line in lines])


async def set_state(tx: Tx, transfer: Transfer, *, was: TransferState) -> None:
    moved = await tx.run(
        """
        UPDATE transfer
        SET state = %(state)s, dispatched_at = %(dispatched)s, received_at = %(received)s
        WHERE shop_id = %(shop)s AND id = %(id)s AND state = %(was)s
        """,
        {
            "shop": transfer.shop_id,
            "id": transfer.id,
            "state": transfer.state,
            "dispatched": transfer.dispatched_at,
            "received": transfer.received_at,
            "was": was,
        },
    )
    assert moved == 1, "a transfer changed while it was locked"


async def set_lines(tx: Tx, transfer_id: UUID, lines: list[TransferLine]) -> None:
    """Write what arrived and what was lost."""
    await tx.run(
        """
        UPDATE transfer_line
        SET received = told.received, lost = told.lost, loss_reason = told.reason
        FROM unnest(%(numbers)s::int[], %(received)s::bigint[], %(lost)s::bigint[], %(reasons)s::text[])
             AS told (line_no, received, lost, reason)
        WHERE transfer_line.shop_id = %(shop)s AND transfer_line.transfer_id = %(id)s
          AND transfer_line.line_no = told.line_no
        """,
        {
            "shop": tx.shop_id,
            "id": transfer_id,
            "numbers": [line.line_no for line in lines],
            "received": [line.received for line in lines],
            "lost": [line.lost for line in lines],
            "reasons": [line.loss_reason for line in lines],
        },
    )
