"""Files, lines, payouts and entries, in SQL that writes or locks."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from orderan.kit.db import Tx
from orderan.kit.ids import new_id
from orderan.settlements.models import (
    BankRow,
    Book,
    Brought,
    Entry,
    Finding,
    SavedMapping,
    SettledRow,
    UnreadRow,
)
from orderan.settlements.rules import (
    TOLERATED_WORD,
    bank_fingerprint,
    fingerprint,
    numbered,
    payout_key,
    tolerated,
)
from orderan.settlements.states import EntryState


async def insert_file(tx: Tx, file: Brought) -> bool:
    """Write a file down unless it is there; another transaction that brings it now is waited for."""
    return (
        await tx.run(
            """
        INSERT INTO settlement_file (shop_id, id, kind, account_id, format, name, digest, rows, lines, known_before,
                                     skipped, unread, brought_by, brought_at)
        VALUES (%(shop)s, %(id)s, %(kind)s, %(account)s, %(format)s, %(name)s, %(digest)s, %(rows)s, %(lines)s,
                %(known)s, %(skipped)s, %(unread)s, %(by)s, %(at)s)
        ON CONFLICT (shop_id, kind, digest) DO NOTHING
        """,
            {
                "shop": tx.shop_id,
                "id": file.id,
                "kind": file.kind,
                "account": file.account_id,
                "format": file.format,
                "name": file.name,
                "digest": file.digest,
                "rows": file.rows,
                "lines": file.lines,
                "known": file.known_before,
                "skipped": file.skipped,
                "unread": file.unread,
                "by": file.brought_by,
                "at": file.brought_at,
            },
        )
        == 1
    )


async def recount_file(tx: Tx, file_id: UUID, *, lines: int, known_before: int) -> None:
    """How many of a file's lines were new, once they are written."""
    await tx.run(
        """
        UPDATE settlement_file SET lines = %(lines)s, known_before = %(known)s
        WHERE shop_id = %(shop)s AND id = %(id)s
        """,
        {"shop": tx.shop_id, "id": file_id, "lines": lines, "known": known_before},
    )


async def file_of_digest(tx: Tx, kind: str, digest: str) -> Brought | None:
    """The file with this content, if it was brought before."""
    row = await tx.maybe(
        """
        SELECT id, kind, account_id, format, name, digest, rows, lines, known_before, skipped, unread, brought_by,
               brought_at
        FROM settlement_file
        WHERE shop_id = %(shop)s AND kind = %(kind)s AND digest = %(digest)s
        """,
        {"shop": tx.shop_id, "kind": kind, "digest": digest},
    )
    return None if row is None else Brought(*row)


async def lock_book(tx: Tx, account_id: UUID) -> Book:
    """The book of an account, made if it has none; whoever else wants it waits."""
    row = await tx.one(
        """
        INSERT INTO settlement_book (shop_id, account_id) VALUES (%(shop)s, %(account)s)
        ON CONFLICT (shop_id, account_id) DO UPDATE SET account_id = excluded.account_id
        RETURNING account_id, covered_from, covered_until, reconciled_at
        """,
        {"shop": tx.shop_id, "account": account_id},
    )
    return Book(*row)


async def cover(tx: Tx, account_id: UUID, days: Collection[date]) -> None:
    """An account's files tell of these settlement days too."""
    await tx.run(
        """
        UPDATE settlement_book
        SET covered_from = least(covered_from, %(first)s::date), covered_until = greatest(covered_until, %(last)s::date)
        WHERE shop_id = %(shop)s AND account_id = %(account)s
        """,
        {"shop": tx.shop_id, "account": account_id, "first": min(days), "last": max(days)},
    )


async def note_reconciled(tx: Tx, account_id: UUID, *, now: datetime) -> None:
    await tx.run(
        """
        UPDATE settlement_book SET reconciled_at = greatest(reconciled_at, %(now)s)
        WHERE shop_id = %(shop)s AND account_id = %(account)s
        """,
        {"shop": tx.shop_id, "account": account_id, "now": now},
    )


async def insert_payouts(tx: Tx, account_id: UUID, lines: Sequence[SettledRow]) -> dict[str, UUID]:
    """The payouts of lines, made where there are none; by key."""
    by_key: dict[str, SettledRow] = {}
    for line in sorted(lines, key=lambda one: one.settled_on):
        by_key[payout_key(line)] = line
    keys = sorted(by_key)
    rows = await tx.all(
        """
        INSERT INTO payout (shop_id, id, account_id, key, reference, paid_on, net_minor, lines, currency)
        SELECT %(shop)s, made.id, %(account)s, key, reference, paid_on, 0, 0, currency
        FROM unnest(%(ids)s::uuid[], %(keys)s::text[], %(references)s::text[], %(days)s::date[],
                    %(currencies)s::text[]) AS made (id, key, reference, paid_on, currency)
        ORDER BY key
        ON CONFLICT (shop_id, account_id, key) DO UPDATE SET paid_on = greatest(payout.paid_on, excluded.paid_on)
        RETURNING key, id
        """,
        {
            "shop": tx.shop_id,
            "account": account_id,
            "ids": [new_id() for _ in keys],
            "keys": keys,
            "references": [by_key[key].payout_reference for key in keys],
            "days": [by_key[key].settled_on for key in keys],
            "currencies": [by_key[key].currency for key in keys],
        },
    )
    return {row.key: row.id for row in rows}


async def insert_lines(
    tx: Tx, file_id: UUID, account_id: UUID, lines: Sequence[SettledRow], payouts: Mapping[str, UUID]
) -> int:
    """Write lines no other file told of; returns how many."""
    prints = numbered(fingerprint(line) for line in lines)
    return await tx.run(
        """
        INSERT INTO settlement_line (shop_id, id, file_id, row_no, account_id, payout_id, kind, reference, gateway_id,
                                     method, gross_minor, fee_minor, tax_minor, net_minor, currency, settled_on,
                                     fingerprint, nth)
        SELECT %(shop)s, id, %(file)s, row_no, %(account)s, payout_id, kind, reference, gateway_id, method, gross, fee,
               tax, net, currency, settled_on, fingerprint, nth
        FROM unnest(%(ids)s::uuid[], %(rows)s::int[], %(payouts)s::uuid[], %(kinds)s::text[], %(references)s::text[],
                    %(gateway_ids)s::text[], %(methods)s::text[], %(gross)s::bigint[], %(fees)s::bigint[],
                    %(taxes)s::bigint[], %(nets)s::bigint[], %(currencies)s::text[], %(days)s::date[],
                    %(prints)s::text[], %(nths)s::int[])
             AS made (id, row_no, payout_id, kind, reference, gateway_id, method, gross, fee, tax, net, currency,
                      settled_on, fingerprint, nth)
        ORDER BY fingerprint, nth
        ON CONFLICT (shop_id, account_id, fingerprint, nth) DO NOTHING
        """,
        {
            "shop": tx.shop_id,
            "file": file_id,
            "account": account_id,
            "ids": [new_id() for _ in lines],
            "rows": [line.row_no for line in lines],
            "payouts": [payouts[payout_key(line)] for line in lines],
            "kinds": [line.kind for line in lines],
            "references": [line.reference for line in lines],
            "gateway_ids": [line.gateway_id for line in lines],
            "methods": [line.method for line in lines],
            "gross": [line.gross_minor for line in lines],
            "fees": [line.fee_minor for line in lines],
            "taxes": [line.tax_minor for line in lines],
            "nets": [line.net_minor for line in lines],
            "currencies": [line.currency for line in lines],
            "days": [line.settled_on for line in lines],
            "prints": [one for one, _ in prints],
            "nths": [nth for _, nth in prints],
        },
    )


async def sum_payouts(tx: Tx, payouts: Collection[UUID]) -> None:
    """What each payout comes to by its lines."""
    await tx.run(
        """
        UPDATE payout SET net_minor = summed.net, lines = summed.lines
        FROM (
            SELECT payout_id, sum(net_minor)::bigint AS net, count(*)::int AS lines
            FROM settlement_line
            WHERE shop_id = %(shop)s AND payout_id = ANY(%(ids)s)
            GROUP BY payout_id
        ) AS summed
        WHERE payout.shop_id = %(shop)s AND payout.id = summed.payout_id
        """,
        {"shop": tx.shop_id, "ids": list(payouts)},
    )


async def set_attempts(tx: Tx, matches: Mapping[UUID, tuple[UUID, UUID]]) -> None:
    """Whose payment each line is: try and order by line."""
    lines = sorted(matches)
    await tx.run(
        """
        UPDATE settlement_line SET attempt_id = told.attempt_id, order_id = told.order_id
        FROM unnest(%(lines)s::uuid[], %(attempts)s::uuid[], %(orders)s::uuid[])
             AS told (line_id, attempt_id, order_id)
        WHERE settlement_line.shop_id = %(shop)s AND settlement_line.id = told.line_id
          AND settlement_line.attempt_id IS NULL
        """,
        {
            "shop": tx.shop_id,
            "lines": lines,
            "attempts": [matches[line][0] for line in lines],
            "orders": [matches[line][1] for line in lines],
        },
    )


async def insert_bank_lines(tx: Tx, file_id: UUID, lines: Sequence[BankRow]) -> int:
    """Write lines no other statement told of; returns how many."""
    prints = numbered(f"{line.bank_account}\x1f{bank_fingerprint(line)}" for line in lines)
    return await tx.run(
        """
        INSERT INTO bank_line (shop_id, id, file_id, row_no, bank_account, booked_on, amount_minor, currency, words,
                               reference, fingerprint, nth)
        SELECT %(shop)s, id, %(file)s, row_no, bank_account, booked_on, amount, currency, words, reference,
               fingerprint, nth
        FROM unnest(%(ids)s::uuid[], %(rows)s::int[], %(accounts)s::text[], %(days)s::date[], %(amounts)s::bigint[],
                    %(currencies)s::text[], %(words)s::text[], %(references)s::text[], %(prints)s::text[],
                    %(nths)s::int[])
             AS made (id, row_no, bank_account, booked_on, amount, currency, words, reference, fingerprint, nth)
        ORDER BY bank_account, fingerprint, nth
        ON CONFLICT (shop_id, bank_account, fingerprint, nth) DO NOTHING
        """,
        {
            "shop": tx.shop_id,
            "file": file_id,
            "ids": [new_id() for _ in lines],
            "rows": [line.row_no for line in lines],
            "accounts": [line.bank_account for line in lines],
            "days": [line.booked_on for line in lines],
            "amounts": [line.amount_minor for line in lines],
            "currencies": [line.currency for line in lines],
            "words": [line.words for line in lines],
            "references": [line.reference for line in lines],
            "prints": [one.partition("\x1f")[2] for one, _ in prints],
            "nths": [nth for _, nth in prints],
        },
    )


async def lock_matching(tx: Tx) -> None:
    """One at a time brings files in or says what money is: both sides of a match are looked at whole.

    Taken before any row, so that two never wait for each other.
    """
    await tx.run(
        "SELECT pg_advisory_xact_lock(hashtextextended('settlement_matching', %(shop)s))",
        {"shop": tx.shop_id},
    )


async def lock_unmatched_bank_lines(tx: Tx) -> list[Any]:
    """Money that came and is no payout yet. Columns: id, booked_on, amount_minor, currency, words, reference."""
    return await tx.all(
        """
        SELECT id, booked_on, amount_minor, currency, words, reference
        FROM bank_line
        WHERE shop_id = %(shop)s AND matched_by IS NULL
        ORDER BY id
        FOR NO KEY UPDATE
        """,
        {"shop": tx.shop_id},
    )


async def unmatched_payouts(tx: Tx, amounts: Collection[int]) -> list[Any]:
    """Payouts of these amounts the bank has not shown. Columns: id, reference, paid_on, net_minor, currency."""
    return await tx.all(
        """
        SELECT payout.id, payout.reference, payout.paid_on, payout.net_minor, payout.currency
        FROM payout
        WHERE payout.shop_id = %(shop)s AND payout.net_minor = ANY(%(amounts)s)
          AND NOT EXISTS (SELECT FROM bank_line
                          WHERE bank_line.shop_id = payout.shop_id AND bank_line.payout_id = payout.id)
        ORDER BY payout.id
        """,
        {"shop": tx.shop_id, "amounts": list(amounts)},
    )


async def set_payouts(tx: Tx, matches: Mapping[UUID, tuple[UUID, str]]) -> None:
    """Which payout each bank line is, and by what it was known."""
    lines = sorted(matches)
    await tx.run(
        """
        UPDATE bank_line SET payout_id = told.payout_id, matched_by = told.matched_by
        FROM unnest(%(lines)s::uuid[], %(payouts)s::uuid[], %(hows)s::text[]) AS told (line_id, payout_id, matched_by)
        WHERE bank_line.shop_id = %(shop)s AND bank_line.id = told.line_id
        """,
        {
            "shop": tx.shop_id,
            "lines": lines,
            "payouts": [matches[line][0] for line in lines],
            "hows": [matches[line][1] for line in lines],
        },
    )


async def part_payouts(tx: Tx, payouts: Collection[UUID]) -> None:
    """A payout that came to another sum by a later file is no longer what the bank showed."""
    await tx.run(
        """
        UPDATE bank_line SET payout_id = NULL, matched_by = NULL
        FROM payout
        WHERE bank_line.shop_id = %(shop)s AND bank_line.payout_id = ANY(%(ids)s)
          AND payout.shop_id = %(shop)s AND payout.id = bank_line.payout_id
          AND payout.net_minor <> bank_line.amount_minor AND bank_line.matched_by <> 'hand'
        """,
        {"shop": tx.shop_id, "ids": list(payouts)},
    )


async def lock_bank_line(tx: Tx, line_id: UUID) -> Any:
    """Columns: id, amount_minor, currency, matched_by; None when there is none."""
    return await tx.maybe(
        """
        SELECT id, amount_minor, currency, matched_by
        FROM bank_line
        WHERE shop_id = %(shop)s AND id = %(id)s
        FOR NO KEY UPDATE
        """,
        {"shop": tx.shop_id, "id": line_id},
    )


async def waiting_payout(tx: Tx, payout_id: UUID) -> Any:
    """A payout the bank has not shown. Columns: id, net_minor, currency; None when there is none."""
    return await tx.maybe(
        """
        SELECT payout.id, payout.net_minor, payout.currency
        FROM payout
        WHERE payout.shop_id = %(shop)s AND payout.id = %(id)s
          AND NOT EXISTS (SELECT FROM bank_line
                          WHERE bank_line.shop_id = payout.shop_id AND bank_line.payout_id = payout.id)
        """,
        {"shop": tx.shop_id, "id": payout_id},
    )


async def place_bank_line(tx: Tx, line_id: UUID, payout_id: UUID | None, how: str, word: str) -> None:
    """Write down what a person says a locked line is."""
    await tx.run(
        """
        UPDATE bank_line SET payout_id = %(payout)s, matched_by = %(how)s, word = %(word)s
        WHERE shop_id = %(shop)s AND id = %(id)s
        """,
        {"shop": tx.shop_id, "id": line_id, "payout": payout_id, "how": how, "word": word},
    )


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


async def save_mapping(tx: Tx, mapping: SavedMapping, *, now: datetime) -> None:
    """Keep a mapping under its name; one of that name is replaced."""
    await tx.run(
        """
        INSERT INTO settlement_mapping (shop_id, id, kind, name, columns, decimal_sign, made_at)
        VALUES (%(shop)s, %(id)s, %(kind)s, %(name)s, %(columns)s, %(sign)s, %(now)s)
        ON CONFLICT (shop_id, kind, name) DO UPDATE
        SET columns = excluded.columns, decimal_sign = excluded.decimal_sign, made_at = excluded.made_at
        """,
        {
            "shop": tx.shop_id,
            "id": mapping.id,
            "kind": mapping.kind,
            "name": mapping.name,
            "columns": Jsonb(dict(mapping.columns)),
            "sign": mapping.decimal_sign,
            "now": now,
        },
    )
