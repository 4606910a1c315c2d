"""Entries of the reconciliation, in SQL that writes or locks."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from psycopg.types.json import Jsonb

from orderan.kit.db import Tx
from orderan.kit.ids import new_id
from orderan.settlements.models import Entry, Finding, UnreadRow
from orderan.settlements.rules import TOLERATED_WORD, tolerated
from orderan.settlements.states import EntryState


async def insert_unread(
    tx: Tx, file_id: UUID, account_id: UUID | None, rows: Sequence[UnreadRow], *, currency: str, now: datetime
) -> None:
    """Rows that could not be read wait as entries, with what they said."""
    await tx.run(
        """
        INSERT INTO reconciliation_entry (shop_id, id, subject, reason, account_id, file_id, difference_minor, gap_minor,
                                          currency, payload, state, opened_at, moved_at, moved_by)
        SELECT %(shop)s, id, subject, 'row_unreadable', %(account)s, %(file)s, 0, 0, %(currency)s, payload, 'open',
               %(now)s, %(now)s, %(actor)s
        FROM unnest(%(ids)s::uuid[], %(subjects)s::text[], %(payloads)s::jsonb[]) AS made (id, subject, payload)
        """,
        {
            "shop": tx.shop_id,
            "account": account_id,
            "file": file_id,
            "currency": currency,
            "now": now,
            "actor": tx.actor,
            "ids": [new_id() for _ in rows],
            "subjects": [f"row_unreadable:{file_id}:{row.row_no}" for row in rows],
            "payloads": [
                Jsonb({"row": row.row_no, "why": row.reason, "cells": dict(row.payload)}) for row in rows
            ],
        },
    )


async def save_findings(tx: Tx, account_id: UUID, findings: Sequence[Finding], *, now: datetime) -> int:
    """Open an entry per finding, or bring the one that stands up to date; returns how many changed.

    One that was explained stays so while the amount is the explained one. One too small for a person is
    explained as it is written.
    """
    ordered = sorted(findings, key=lambda one: one.subject)
    return await tx.run(
        """
        INSERT INTO reconciliation_entry (shop_id, id, subject, reason, account_id, line_id, attempt_id, order_id,
                                          difference_minor, gap_minor, currency, payload, state, opened_at, moved_at,
                                          moved_by, word)
        SELECT %(shop)s, id, subject, reason, %(account)s, line_id, attempt_id, order_id, difference, gap, currency,
               payload, state, %(now)s, %(now)s, %(actor)s, word
        FROM unnest(%(ids)s::uuid[], %(subjects)s::text[], %(reasons)s::text[], %(lines)s::uuid[], %(attempts)s::uuid[],
                    %(orders)s::uuid[], %(differences)s::bigint[], %(gaps)s::bigint[], %(currencies)s::text[],
                    %(payloads)s::jsonb[], %(states)s::text[], %(words)s::text[])
             AS found (id, subject, reason, line_id, attempt_id, order_id, difference, gap, currency, payload, state,
                       word)
        ON CONFLICT (shop_id, subject) DO UPDATE
        SET line_id = excluded.line_id, difference_minor = excluded.difference_minor, gap_minor = excluded.gap_minor,
            payload = excluded.payload, state = excluded.state, moved_at = excluded.moved_at,
            moved_by = excluded.moved_by, word = excluded.word
        WHERE reconciliation_entry.state = 'gone'
           OR (reconciliation_entry.difference_minor, reconciliation_entry.gap_minor)
              <> (excluded.difference_minor, excluded.gap_minor)
        """,
        {
            "shop": tx.shop_id,
            "account": account_id,
            "now": now,
            "actor": tx.actor,
            "ids": [new_id() for _ in ordered],
            "subjects": [one.subject for one in ordered],
            "reasons": [one.reason for one in ordered],
            "lines": [one.line_id for one in ordered],
            "attempts": [one.attempt_id for one in ordered],
            "orders": [one.order_id for one in ordered],
            "differences": [one.difference_minor for one in ordered],
            "gaps": [one.gap_minor for one in ordered],
            "currencies": [one.currency for one in ordered],
            "payloads": [Jsonb(dict(one.payload)) for one in ordered],
            "states": [EntryState.EXPLAINED if tolerated(one) else EntryState.OPEN for one in ordered],
            "words": [TOLERATED_WORD if tolerated(one) else None for one in ordered],
        },
    )


async def let_vanish(
    tx: Tx,
    *,
    attempts: Collection[UUID],
    lines: Collection[UUID],
    still: Collection[str],
    now: datetime,
) -> int:
    """Entries about these payments and lines whose subject is not found any more; returns how many."""
    return await tx.run(
        """
        UPDATE reconciliation_entry
        SET state = 'gone', moved_at = %(now)s, moved_by = %(actor)s
        WHERE shop_id = %(shop)s AND state IN ('open', 'explained') AND reason <> 'row_unreadable'
          AND (attempt_id = ANY(%(attempts)s) OR (attempt_id IS NULL AND line_id = ANY(%(lines)s)))
          AND NOT (subject = ANY(%(still)s))
        """,
        {
            "shop": tx.shop_id,
            "attempts": list(attempts),
            "lines": list(lines),
            "still": list(still),
            "now": now,
            "actor": tx.actor,
        },
    )


async def lock_entry(tx: Tx, entry_id: UUID) -> Entry | None:
    row = await tx.maybe(
        """
        SELECT id, subject, reason, difference_minor, currency, state, word
        FROM reconciliation_entry
        WHERE shop_id = %(shop)s AND id = %(id)s
        FOR NO KEY UPDATE
        """,
        {"shop": tx.shop_id, "id": entry_id},
    )
    return None if row is None else Entry(*row)


async def move_entry(tx: Tx, entry_id: UUID, state: str, word: str, *, now: datetime) -> None:
    await tx.run(
        """
        UPDATE reconciliation_entry SET state = %(state)s, word = %(word)s, moved_at = %(now)s, moved_by = %(actor)s
        WHERE shop_id = %(shop)s AND id = %(id)s
        """,
        {"shop": tx.shop_id, "id": entry_id, "state": state, "word": word, "now": now, "actor": tx.actor},
    )
