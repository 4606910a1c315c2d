"""Take a courier's remittance file in: once by its content, and each of its rows once by what it says."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from orderan.kit.audit import Trace, leave
from orderan.kit.db import Tx
from orderan.kit.ids import new_id, to_text
from orderan.settlements import store_remittances
from orderan.settlements.models import LineKind, ReadSettlement, SettledRow

REMITTANCE_PREFIX = "rmt"
MOST_NAME = 200


async def take_remittance(
    tx: Tx, courier: str, name: str, read: ReadSettlement, *, now: datetime
) -> tuple[UUID, list[SettledRow]]:
    """The file, and those of its rows nobody booked yet: they are taken as booked, see `drop_rows`.

    The file is locked from here on, so that the same one brought twice at once is booked once; of two files with the
    same row the second waits for the first.
    """
    file_id, new = await store_remittances.open_remittance(
        tx, new_id(), courier, name.strip()[:MOST_NAME] or "-", read.digest, now=now
    )
    paid = [row for row in read.lines if row.kind is LineKind.PAYMENT and row.reference]
    fresh = await store_remittances.insert_rows(tx, file_id, courier, paid)
    if new:
        after = {"courier": courier, "name": name[:MOST_NAME], "rows": len(read.lines) + len(read.unread)}
        trace = Trace("remittance.take", "remittance", to_text(REMITTANCE_PREFIX, file_id), after=after)
        await leave(tx, trace, now=now)
    return file_id, [row for row in paid if row.row_no in fresh]


async def drop_rows(tx: Tx, file_id: UUID, rows: Collection[int]) -> None:
    """These rows could not be booked: they are news again when they come again."""
    if rows:
        await store_remittances.delete_rows(tx, file_id, rows)
