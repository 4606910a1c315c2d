"""Reading imports: the runs of a shop, and what became of each line of one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from orderan.importing.errors import RunNotFound
from orderan.importing.store.uploads import Upload
from orderan.kit.db import Tx
from orderan.kit.ids import to_text

RUN_PREFIX = "imr"


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
    day_order_taken: str | None


@dataclass(frozen=True, slots=True)
class ImportShown:
    """A file in the list of imports: brought with a browser, or read by the command line, or both.

    Attributes:
        state: Of the upload while there is no run yet, or where it failed; else of the run.
    """

    upload_id: UUID | None
    run_id: UUID | None
    source: str
    channel: str | None
    state: str
    lines_read: int | None
    waiting: int | None
    by: str
    at: datetime


async def list_imports(tx: Tx, *, limit: int = 50) -> list[ImportShown]:
    """The latest files, newest first."""
    rows = await tx.all(
        """
        WITH run AS (
            SELECT run.id, channel.code AS channel, run.source, run.state, run.lines_read, run.fingerprint,
                   (run.report -> 'lines' ->> 'waiting')::int AS waiting, run.started_by, run.started_at
            FROM import_run AS run
            JOIN channel ON channel.shop_id = run.shop_id AND channel.id = run.channel_id
            WHERE run.shop_id = %(shop)s
        ), upload AS (
            SELECT * FROM import_upload WHERE shop_id = %(shop)s
        )
        SELECT upload.id AS upload_id, run.id AS run_id, coalesce(upload.source, run.source) AS source,
               coalesce(upload.channel, run.channel) AS channel,
               CASE WHEN upload.state IN ('failed', 'chosen') THEN upload.state
                    ELSE coalesce(run.state, upload.state) END AS state,
               run.lines_read, run.waiting, coalesce(upload.uploaded_by, run.started_by) AS by,
               coalesce(upload.uploaded_at, run.started_at) AS at
        FROM run
        FULL JOIN upload ON upload.channel = run.channel AND upload.fingerprint = run.fingerprint
        ORDER BY at DESC, source
        LIMIT %(limit)s
        """,
        {"shop": tx.shop_id, "limit": limit},
    )
    return [ImportShown(**row._asdict()) for row in rows]


async def run_of_upload(tx: Tx, upload: Upload) -> UUID | None:
    """The run that was made of an uploaded file, once it has begun."""
    row = await tx.maybe(
        """
        SELECT run.id FROM import_run AS run
        JOIN channel ON channel.shop_id = run.shop_id AND channel.id = run.channel_id
        WHERE run.shop_id = %(shop)s AND channel.code = %(channel)s AND run.fingerprint = %(fingerprint)s
        """,
        {"shop": tx.shop_id, "channel": upload.channel, "fingerprint": upload.fingerprint},
    )
    return row.id if row is not None else None


async def runs_of_bytes(tx: Tx, digest: str) -> list[RunShown]:
    """Runs of a file by what is in it, past reading, newest first."""
    rows = await tx.all(
        _RUN
        + """
        WHERE run.shop_id = %(shop)s AND run.digest = %(digest)s AND run.state <> 'reading'
        ORDER BY run.started_at DESC, run.id DESC
        """,
        {"shop": tx.shop_id, "digest": digest},
    )
    return [RunShown(**row._asdict()) for row in rows]


async def the_run(tx: Tx, run_id: UUID) -> tuple[RunShown, int]:
    """A run, and how many of its lines have an outcome.

    Raises:
        RunNotFound: The shop has no such run.
    """
    row = await tx.maybe(
        _RUN + " WHERE run.shop_id = %(shop)s AND run.id = %(id)s", {"shop": tx.shop_id, "id": run_id}
    )
    if row is None:
        raise RunNotFound(to_text(RUN_PREFIX, run_id))
    done = await tx.one(
        "SELECT count(*)::int AS done FROM import_outcome WHERE shop_id = %(shop)s AND run_id = %(id)s",
        {"shop": tx.shop_id, "id": run_id},
    )
    return RunShown(**row._asdict()), done.done


@dataclass(frozen=True, slots=True)
class EntryShown:
    """An open inbox entry of a run."""

    id: UUID
    reason: str
    invoice: str
    lines: int
    money_minor: int
    currency: str


async def entries_of_run(
    tx: Tx, run_id: UUID, *, reason: str | None, after: UUID | None, limit: int
) -> list[EntryShown]:
    """Open entries of a run by id, of one reason or of all."""
    rows = await tx.all(
        """
        SELECT id, reason, payload ->> 'invoice' AS invoice, jsonb_array_length(payload -> 'lines') AS lines,
               money_minor, currency
        FROM exception_entry
        WHERE shop_id = %(shop)s AND kind = 'import_lines' AND subject_id = %(run)s AND state = 'open'
          AND (%(reason)s::text IS NULL OR reason = %(reason)s::text)
          AND (%(after)s::uuid IS NULL OR id > %(after)s::uuid)
        ORDER BY id
        LIMIT %(limit)s
        """,
        {"shop": tx.shop_id, "run": run_id, "reason": reason, "after": after, "limit": limit},
    )
    return [EntryShown(**row._asdict()) for row in rows]


async def open_reasons(tx: Tx, run_id: UUID) -> dict[str, tuple[int, int]]:
    """Reason to open entries of a run and lines in them, most lines first."""
    rows = await tx.all(
        """
        SELECT reason, count(*)::int AS entries, sum(jsonb_array_length(payload -> 'lines'))::int AS lines
        FROM exception_entry
        WHERE shop_id = %(shop)s AND kind = 'import_lines' AND subject_id = %(run)s AND state = 'open'
        GROUP BY reason ORDER BY 3 DESC, 1
        """,
        {"shop": tx.shop_id, "run": run_id},
    )
    return {row.reason: (row.entries, row.lines) for row in rows}


async def orders_of_lines(tx: Tx, run_id: UUID, numbers: Sequence[int]) -> list[tuple[UUID, int]]:
    """Id and number of the orders that lines of a run became part of, or took back from."""
    rows = await tx.all(
        """
        SELECT DISTINCT o.id, o.number FROM import_outcome AS became
        JOIN sales_order AS o ON o.shop_id = became.shop_id AND o.id = became.order_id
        WHERE became.shop_id = %(shop)s AND became.run_id = %(run)s AND became.number = ANY(%(numbers)s::int[])
        ORDER BY o.number
        """,
        {"shop": tx.shop_id, "run": run_id, "numbers": list(numbers)},
    )
    return [(row.id, row.number) for row in rows]


async def list_runs(tx: Tx, *, limit: int = 50) -> list[RunShown]:
    """The latest runs of the shop, newest first."""
    rows = await tx.all(
        _RUN + " WHERE run.shop_id = %(shop)s ORDER BY run.started_at DESC, run.id DESC LIMIT %(limit)s",
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


_RUN: LiteralString = """
SELECT run.id, channel.code AS channel, run.source, run.state, run.lines_read, run.lines_total, run.made,
       run.report, run.started_by, run.started_at, run.finished_at, run.day_order_taken
FROM import_run AS run
JOIN channel ON channel.shop_id = run.shop_id AND channel.id = run.channel_id
"""

_FATES: LiteralString = """
COPY (
    SELECT line.number, line.invoice, line.sku, line.quantity, line.day, line.currency, line.minor, line.exact,
           became.outcome, became.reason, became.known, o.number AS order_number, became.line_no, became.repaired_at,
           became.taken_up_by
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
