"""Reading imports: the runs of a shop, and what became of each line of one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from orderan.kit.db import Tx


@dataclass(frozen=True, slots=True)
class RunShown:
    """A run as a list shows it; `done` counts lines with an outcome only once it is finished."""

    id: UUID
    channel: str
    source: str
    state: str
    lines_read: int
    lines_total: int | None
    made: dict[str, int]
    report: dict[str, Any] | None
    started_by: str
    started_at: datetime
    finished_at: datetime | None


async def list_runs(tx: Tx, *, limit: int = 50) -> list[RunShown]:
    """The latest runs of the shop, newest first."""
    rows = await tx.all(
        """
        SELECT run.id, channel.code AS channel, run.source, run.state, run.lines_read, run.lines_total, run.made,
               run.report, run.started_by, run.started_at, run.finished_at
        FROM import_run AS run
        JOIN channel ON channel.shop_id = run.shop_id AND channel.id = run.channel_id
        WHERE run.shop_id = %(shop)s
        ORDER BY run.started_at DESC, run.id DESC
        LIMIT %(limit)s
        """,
        {"shop": tx.shop_id, "limit": limit},
    )
    return [RunShown(**row._asdict()) for row in rows]


async def export_fates(tx: Tx, run_id: UUID, write: Callable[[bytes], object]) -> None:
    """Every line of a run with what became of it, as CSV by number; repairs since the run are in it.

    Args:
        write: Takes the bytes of the file, piece by piece.
    """
    async with (
        tx.connection.cursor() as cursor,
        cursor.copy(_FATES, {"shop": tx.shop_id, "run": run_id}) as pieces,
    ):
        async for piece in pieces:
            write(bytes(piece))


_FATES: LiteralString = """
COPY (
    SELECT line.number, line.invoice, line.sku, line.quantity, line.day, line.currency, line.minor, line.exact,
           became.outcome, became.reason, became.known, o.number AS order_number, became.line_no, became.repaired_at
    FROM import_run AS run
    JOIN import_line AS line
         ON line.shop_id = run.shop_id AND line.channel_id = run.channel_id AND line.run_id = run.id
    LEFT JOIN import_outcome AS became
         ON became.shop_id = run.shop_id AND became.run_id = run.id AND became.number = line.number
    LEFT JOIN sales_order AS o ON o.shop_id = run.shop_id AND o.id = became.order_id
    WHERE run.shop_id = %(shop)s AND run.id = %(run)s
    ORDER BY line.number
) TO STDOUT WITH (FORMAT csv, HEADER)
"""
