"""Runs: how far a file has come. The position moves in the transaction of what it counts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from orderan.importing.errors import RunTaken
from orderan.importing.report import UNKNOWN, FileSums, Key, Tally
from orderan.kit.db import Tx


@dataclass(frozen=True, slots=True)
class Run:
    """One file read under one mapping.

    Attributes:
        state: `reading` the file, `ordering` its invoices, `matching` its cancellations, `finished`.
        lines_read: Lines stored so far.
        last_invoice, last_number: Invoices are done up to this line of this invoice.
        last_customer: Cancellations are matched up to this customer.
        made: What the run added to the shop, word to count.
        digest: Of the file's bytes alone; None for runs of a release that did not keep it.
        day_order_taken: The order of day and month the file was read by without showing one.
    """

    shop_id: int
    id: UUID
    channel_id: UUID
    source: str
    fingerprint: str
    mapping: dict[str, Any]
    state: str
    lines_total: int | None
    lines_read: int
    last_invoice: str
    last_number: int
    last_customer: str
    made: dict[str, int]
    report: dict[str, Any] | None
    started_by: str
    started_at: datetime
    finished_at: datetime | None
    digest: str | None
    day_order_taken: str | None


async def lock_channel(tx: Tx, channel_id: UUID) -> None:
    """Make the steps of all imports of one channel wait for each other."""
    await tx.one(
        "SELECT 1 FROM channel WHERE shop_id = %(shop)s AND id = %(channel)s FOR NO KEY UPDATE",
        {"shop": tx.shop_id, "channel": channel_id},
    )


async def insert_run(tx: Tx, run: Run) -> None:
    await tx.run(
        """
        INSERT INTO import_run (shop_id, id, channel_id, source, fingerprint, mapping, state, lines_total, lines_read,
                                last_invoice, last_number, last_customer, made, started_by, started_at, digest,
                                day_order_taken)
        VALUES (%(shop)s, %(id)s, %(channel)s, %(source)s, %(fingerprint)s, %(mapping)s, 'reading', %(total)s, 0,
                '', 0, '', '{}', %(actor)s, %(now)s, %(digest)s, %(day_order_taken)s)
        """,
        {
            "shop": tx.shop_id,
            "id": run.id,
            "channel": run.channel_id,
            "source": run.source,
            "fingerprint": run.fingerprint,
            "mapping": Jsonb(run.mapping),
            "total": run.lines_total,
            "actor": tx.actor,
            "now": run.started_at,
            "digest": run.digest,
            "day_order_taken": run.day_order_taken,
        },
    )


async def run_of_file(tx: Tx, channel_id: UUID, fingerprint: str) -> Run | None:
    """The run of this very file under this very mapping, if there was one."""
    row = await tx.maybe(
        """
        SELECT * FROM import_run
        WHERE shop_id = %(shop)s AND channel_id = %(channel)s AND fingerprint = %(fingerprint)s
        """,
        {"shop": tx.shop_id, "channel": channel_id, "fingerprint": fingerprint},
    )
    return Run(**row._asdict()) if row is not None else None


async def unfinished(tx: Tx, channel_id: UUID) -> list[Run]:
    """Runs of a channel that were begun and not finished, oldest first."""
    rows = await tx.all(
        """
        SELECT * FROM import_run
        WHERE shop_id = %(shop)s AND channel_id = %(channel)s AND state <> 'finished'
        ORDER BY started_at, id
        """,
        {"shop": tx.shop_id, "channel": channel_id},
    )
    return [Run(**row._asdict()) for row in rows]


async def get_run(tx: Tx, run_id: UUID) -> Run:
    row = await tx.one(
        "SELECT * FROM import_run WHERE shop_id = %(shop)s AND id = %(id)s",
        {"shop": tx.shop_id, "id": run_id},
    )
    return Run(**row._asdict())


async def drop_unmade(tx: Tx, run: Run) -> None:
    """Forget a run that was still reading: nothing has come of its lines.

    Raises:
        RunTaken: It has gone past reading meanwhile.
    """
    dropped = await tx.run(
        "DELETE FROM import_run WHERE shop_id = %(shop)s AND id = %(id)s AND state = 'reading'",
        {"shop": tx.shop_id, "id": run.id},
    )
    if not dropped:
        raise RunTaken(run.source)
    await tx.run(
        "DELETE FROM import_line WHERE shop_id = %(shop)s AND channel_id = %(channel)s AND run_id = %(id)s",
        {"shop": tx.shop_id, "channel": run.channel_id, "id": run.id},
    )


async def move_on(
    tx: Tx,
    run: Run,
    *,
    state: str | None = None,
    lines_read: int | None = None,
    last_invoice: str | None = None,
    last_number: int | None = None,
    last_customer: str | None = None,
    made: Mapping[str, int] | None = None,
) -> Run:
    """Move a run from exactly where `run` says it is; what is not given stays.

    Raises:
        RunTaken: It is not there any more: another process is working on it.
    """
    total = dict(run.made)
    for word, count in (made or {}).items():
        total[word] = total.get(word, 0) + count
    moved = await tx.maybe(
        """
        UPDATE import_run
        SET state = %(state)s, lines_read = %(lines_read)s, last_invoice = %(last_invoice)s,
            last_number = %(last_number)s, last_customer = %(last_customer)s, made = %(made)s
        WHERE shop_id = %(shop)s AND id = %(id)s AND state = %(was_state)s AND lines_read = %(was_read)s
          AND last_invoice = %(was_invoice)s AND last_number = %(was_number)s AND last_customer = %(was_customer)s
        RETURNING *
        """,
        {
            "shop": tx.shop_id,
            "id": run.id,
            "state": run.state if state is None else state,
            "lines_read": run.lines_read if lines_read is None else lines_read,
            "last_invoice": run.last_invoice if last_invoice is None else last_invoice,
            "last_number": run.last_number if last_number is None else last_number,
            "last_customer": run.last_customer if last_customer is None else last_customer,
            "made": Jsonb(total),
            "was_state": run.state,
            "was_read": run.lines_read,
            "was_invoice": run.last_invoice,
            "was_number": run.last_number,
            "was_customer": run.last_customer,
        },
    )
    if moved is None:
        raise RunTaken(run.source)
    return Run(**moved._asdict())


async def finish(tx: Tx, run: Run, report: Mapping[str, Any], *, now: datetime) -> None:
    """Close a run with its report.

    Raises:
        RunTaken: Another process closed it.
    """
    closed = await tx.run(
        """
        UPDATE import_run SET state = 'finished', report = %(report)s, finished_at = %(now)s
        WHERE shop_id = %(shop)s AND id = %(id)s AND state = 'matching'
        """,
        {"shop": tx.shop_id, "id": run.id, "report": Jsonb(dict(report), dumps=json.dumps), "now": now},
    )
    if not closed:
        raise RunTaken(run.source)


async def add_file_sums(tx: Tx, run: Run, sums: FileSums) -> None:
    """Add what a chunk of the file says to what the chunks before it said."""
    rows = list(sums.rows.items())
    await tx.run(
        """
        INSERT INTO import_file_sum AS kept (shop_id, run_id, day, currency, lines, exact, minor)
        SELECT %(shop)s, %(run)s, day, currency, lines, exact, minor
        FROM unnest(%(days)s::text[], %(currencies)s::text[], %(lines)s::bigint[], %(exact)s::numeric[],
                    %(minor)s::bigint[]) AS said (day, currency, lines, exact, minor)
        ON CONFLICT (shop_id, run_id, day, currency) DO UPDATE
        SET lines = kept.lines + excluded.lines, exact = kept.exact + excluded.exact, minor = kept.minor + excluded.minor
        """,
        {
            "shop": tx.shop_id,
            "run": run.id,
            "days": [key.day.isoformat() if key.day else UNKNOWN for key, _ in rows],
            "currencies": [key.currency or UNKNOWN for key, _ in rows],
            "lines": [tally.lines for _, tally in rows],
            "exact": [tally.exact for _, tally in rows],
            "minor": [tally.minor for _, tally in rows],
        },
    )


async def file_sums(tx: Tx, run: Run) -> FileSums:
    """What the whole file says."""
    rows = await tx.all(
        "SELECT day, currency, lines, exact, minor FROM import_file_sum WHERE shop_id = %(shop)s AND run_id = %(run)s",
        {"shop": tx.shop_id, "run": run.id},
    )
    sums = FileSums()
    for row in rows:
        sums.put(key_from(row.day, row.currency), Tally(row.lines, Decimal(row.exact), row.minor))
    return sums


def key_from(day: str, currency: str) -> Key:
    """A row of the books from its stored words."""
    return Key(
        None if day == UNKNOWN else datetime.fromisoformat(day).date(),
        None if currency == UNKNOWN else currency,
    )
