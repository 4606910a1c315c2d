"""A file that was read before under another mapping: what became of its lines then, and taking them up.

Two runs of the same bytes speak of the same lines by the same numbers, as long as both cut the file
into lines alike: the same sheets, and as many lines.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import repeat
from typing import Final, NamedTuple
from uuid import UUID

from orderan.importing.cases import KIND
from orderan.importing.models import Outcome, Reason
from orderan.importing.store.arrays import plain
from orderan.importing.store.runs import Run
from orderan.kit.db import Tx

NOTE = "read again under another mapping"


class Before(NamedTuple):
    """What became of a line when its file was read before.

    Attributes:
        run_id: The run that answers for the line.
        entry_id: The open inbox entry it waits in, if it does.
    """

    number: int
    run_id: UUID
    outcome: Outcome
    reason: Reason | None
    order_id: UUID | None
    line_no: int | None
    entry_id: UUID | None


async def runs_of_same_file(tx: Tx, run: Run) -> tuple[UUID, ...]:
    """Finished runs of these very bytes that number the lines alike."""
    rows = await tx.all(
        """
        SELECT other.id FROM import_run AS other
        JOIN import_run AS this ON this.shop_id = other.shop_id AND this.id = %(run)s
        WHERE other.shop_id = %(shop)s AND other.channel_id = %(channel)s AND other.id <> %(run)s
          AND other.state = 'finished' AND other.digest = this.digest AND other.lines_read = this.lines_read
          AND other.mapping -> 'file' -> 'sheet' IS NOT DISTINCT FROM this.mapping -> 'file' -> 'sheet'
        ORDER BY other.id
        """,
        {"shop": tx.shop_id, "run": run.id, "channel": run.channel_id},
    )
    return tuple(row.id for row in rows)


class OpenLines:
    """Which open entry each line waits in, of the runs that read a file before.

    Entries hold their lines in a document. Every batch opening every document is a square; so they are
    opened once, and kept as one number a line. An entry may be closed meanwhile, which `before` sees; none
    comes to a run that is finished.
    """

    def __init__(self) -> None:
        self._entries: list[UUID] = []
        self._places: dict[UUID, array[int]] = {}

    def put(self, run_id: UUID, entry_id: UUID, numbers: Sequence[int]) -> None:
        self._entries.append(entry_id)
        places = self._places.setdefault(run_id, array("l"))
        places.extend(repeat(_NOWHERE, max(numbers) + 1 - len(places)))
        for number in numbers:
            places[number] = len(self._entries) - 1

    def entry_of(self, run_id: UUID, number: int) -> UUID | None:
        places = self._places.get(run_id, _NO_LINES)
        place = places[number] if number < len(places) else _NOWHERE
        return None if place == _NOWHERE else self._entries[place]


_NOWHERE: Final = -1
_NO_LINES: Final[Sequence[int]] = ()
_ENTRIES_AT_ONCE: Final = 10_000


async def open_lines(tx: Tx, run: Run) -> OpenLines:
    """Where the lines of this file wait that earlier runs of it left waiting."""
    waiting = OpenLines()
    after: UUID | None = None
    runs = await runs_of_same_file(tx, run)
    while runs:
        rows = await tx.all(
            """
            SELECT entry.id, entry.subject_id,
                   ARRAY(SELECT (line ->> 'number')::int
                         FROM jsonb_array_elements(entry.payload -> 'lines') AS line) AS numbers
            FROM exception_entry AS entry
            WHERE entry.shop_id = %(shop)s AND entry.kind = %(kind)s AND entry.state = 'open'
              AND entry.subject_id = ANY(%(runs)s::uuid[])
              AND (%(after)s::uuid IS NULL OR entry.id > %(after)s::uuid)
            ORDER BY entry.id
            LIMIT %(limit)s
            """,
            {"shop": tx.shop_id, "kind": KIND, "runs": list(runs), "after": after, "limit": _ENTRIES_AT_ONCE},
        )
        for row in rows:
            waiting.put(row.subject_id, row.id, row.numbers)
        if len(rows) < _ENTRIES_AT_ONCE:
            break
        after = rows[-1].id
    return waiting


async def before(
    tx: Tx, runs: Sequence[UUID], waiting: OpenLines, numbers: Collection[int]
) -> dict[int, Before]:
    """By number, what became of lines of this file in these runs of it."""
    if not runs:
        return {}
    rows = await tx.all(
        """
        SELECT DISTINCT ON (number) number, run_id, outcome, reason, order_id, line_no, known
        FROM import_outcome
        WHERE shop_id = %(shop)s AND run_id = ANY(%(runs)s::uuid[]) AND number = ANY(%(numbers)s::int[])
          AND taken_up_by IS NULL
        ORDER BY number, known, run_id DESC
        """,
        {"shop": tx.shop_id, "runs": list(runs), "numbers": plain(numbers)},
    )
    found = {
        row.number: entry_id
        for row in rows
        if row.outcome == Outcome.WAITING and not row.known
        and (entry_id := waiting.entry_of(row.run_id, row.number)) is not None
    }  # fmt: skip
    still_open = await _still_open(tx, set(found.values()))
    return {
        row.number: Before(
            row.number, row.run_id, Outcome(row.outcome), Reason(row.reason) if row.reason else None,
            row.order_id, row.line_no,
            entry_id if (entry_id := found.get(row.number)) in still_open else None,
        )
        for row in rows
    }  # fmt: skip


async def _still_open(tx: Tx, entries: Collection[UUID]) -> set[UUID | None]:
    rows = await tx.all(
        """
        SELECT id FROM exception_entry
        WHERE shop_id = %(shop)s AND id = ANY(%(entries)s::uuid[]) AND state = 'open'
        """,
        {"shop": tx.shop_id, "entries": list(entries)},
    )
    return {row.id for row in rows}


async def take_up(tx: Tx, run: Run, lines: Sequence[Before], *, now: datetime) -> None:
    """From now on this run answers for these lines; their entries let go of them.

    An entry that loses its last line is closed, and keeps it for whoever looks back. What is at stake is
    not counted anew for one that keeps some: the run takes up every line, so these follow.
    """
    if not lines:
        return
    asked = {
        "shop": tx.shop_id,
        "run": run.id,
        "now": now,
        "actor": tx.actor,
        "note": NOTE,
        "runs": plain([line.run_id for line in lines]),
        "numbers": plain([line.number for line in lines]),
        "entries": plain([line.entry_id for line in lines]),
    }
    await tx.run(
        """
        UPDATE import_outcome SET taken_up_by = %(run)s
        FROM unnest(%(runs)s::uuid[], %(numbers)s::int[]) AS line (run_id, number)
        WHERE import_outcome.shop_id = %(shop)s AND import_outcome.run_id = line.run_id
          AND import_outcome.number = line.number
        """,
        asked,
    )
    await tx.run(
        """
        WITH gone AS (
            SELECT entry_id, array_agg(number) AS numbers
            FROM unnest(%(entries)s::uuid[], %(numbers)s::int[]) AS line (entry_id, number)
            GROUP BY entry_id
        ), left_over AS (
            SELECT entry.id, jsonb_agg(line ORDER BY place) FILTER (
                       WHERE NOT (line ->> 'number')::int = ANY(gone.numbers)) AS lines
            FROM gone
            JOIN exception_entry AS entry ON entry.shop_id = %(shop)s AND entry.id = gone.entry_id
            CROSS JOIN LATERAL jsonb_array_elements(entry.payload -> 'lines') WITH ORDINALITY AS held (line, place)
            GROUP BY entry.id
        )
        UPDATE exception_entry AS entry
        SET payload = CASE WHEN lines IS NULL THEN payload ELSE jsonb_set(payload, '{lines}', lines) END,
            state = CASE WHEN lines IS NULL THEN 'resolved' ELSE state END,
            closed_at = CASE WHEN lines IS NULL THEN %(now)s::timestamptz END,
            closed_by = CASE WHEN lines IS NULL THEN %(actor)s::text END,
            closing_note = CASE WHEN lines IS NULL THEN %(note)s::text END
        FROM left_over
        WHERE entry.shop_id = %(shop)s AND entry.id = left_over.id AND entry.state = 'open'
        """,
        asked,
    )
