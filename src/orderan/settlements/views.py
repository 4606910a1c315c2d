"""Reading settlements: files, mappings, lines, entries, payouts and what the bank shows of them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from orderan.kit.db import Tx
from orderan.settlements.models import Book, Brought, Line, SavedMapping
from orderan.settlements.rules import ARRIVES_WITHIN

Place = tuple[datetime, UUID]


async def files(tx: Tx, *, limit: int = 20) -> list[Brought]:
    """Files that were brought in, newest first."""
    rows = await tx.all(
        """
        SELECT id, kind, account_id, format, name, digest, rows, lines, known_before, skipped, unread, brought_by,
               brought_at
        FROM settlement_file
        WHERE shop_id = %(shop)s
        ORDER BY brought_at DESC, id DESC
        LIMIT %(limit)s
        """,
        {"shop": tx.shop_id, "limit": limit},
    )
    return [Brought(*row) for row in rows]


async def file_by_id(tx: Tx, file_id: UUID) -> Brought | None:
    row = await tx.maybe(
        """
        SELECT id, kind, account_id, format, name, digest, rows, lines, known_before, skipped, unread, brought_by,
               brought_at
        FROM settlement_file
        WHERE shop_id = %(shop)s AND id = %(id)s
        """,
        {"shop": tx.shop_id, "id": file_id},
    )
    return None if row is None else Brought(*row)


async def mappings(tx: Tx, kind: str) -> list[SavedMapping]:
    """Mappings kept for files of a kind, by name."""
    rows = await tx.all(
        """
        SELECT id, kind, name, columns, decimal_sign
        FROM settlement_mapping
        WHERE shop_id = %(shop)s AND kind = %(kind)s
        ORDER BY name
        """,
        {"shop": tx.shop_id, "kind": kind},
    )
    return [SavedMapping(*row) for row in rows]


async def books(tx: Tx) -> list[Book]:
    """Accounts files told of."""
    rows = await tx.all(
        """
        SELECT account_id, covered_from, covered_until, reconciled_at
        FROM settlement_book
        WHERE shop_id = %(shop)s
        ORDER BY account_id
        """,
        {"shop": tx.shop_id},
    )
    return [Book(*row) for row in rows]


async def unmatched_lines(tx: Tx, account_id: UUID) -> list[Line]:
    """Lines of an account that are of no payment we know."""
    rows = await tx.all(
        """
        SELECT id, row_no, kind, reference, gateway_id, gross_minor, fee_minor, tax_minor, net_minor, currency,
               settled_on, attempt_id, order_id
        FROM settlement_line
        WHERE shop_id = %(shop)s AND account_id = %(account)s AND attempt_id IS NULL
        ORDER BY id
        """,
        {"shop": tx.shop_id, "account": account_id},
    )
    return [Line(*row) for row in rows]


async def lines_of_attempts(tx: Tx, attempts: Collection[UUID]) -> dict[UUID, list[Line]]:
    """Lines by payment, in the order they were settled; a payment without one is missing."""
    rows = await tx.all(
        """
        SELECT id, row_no, kind, reference, gateway_id, gross_minor, fee_minor, tax_minor, net_minor, currency,
               settled_on, attempt_id, order_id
        FROM settlement_line
        WHERE shop_id = %(shop)s AND attempt_id = ANY(%(attempts)s)
        ORDER BY settled_on, id
        """,
        {"shop": tx.shop_id, "attempts": list(attempts)},
    )
    found: dict[UUID, list[Line]] = {}
    for row in rows:
        found.setdefault(row.attempt_id, []).append(Line(*row))
    return found


async def attempts_of_file(tx: Tx, file_id: UUID) -> set[UUID]:
    """Payments a file's new lines are of."""
    rows = await tx.all(
        """
        SELECT DISTINCT attempt_id
        FROM settlement_line
        WHERE shop_id = %(shop)s AND file_id = %(file)s AND attempt_id IS NOT NULL
        """,
        {"shop": tx.shop_id, "file": file_id},
    )
    return {row.attempt_id for row in rows}


async def attempts_with_entries(tx: Tx, account_id: UUID) -> set[UUID]:
    """Payments of an account about which an entry is open."""
    rows = await tx.all(
        """
        SELECT DISTINCT attempt_id
        FROM reconciliation_entry
        WHERE shop_id = %(shop)s AND account_id = %(account)s AND state = 'open' AND attempt_id IS NOT NULL
        """,
        {"shop": tx.shop_id, "account": account_id},
    )
    return {row.attempt_id for row in rows}


async def entries_waiting(tx: Tx, befores: Mapping[str, datetime]) -> list[Any]:
    """Accounts, and statements without one, with differences open since before the moment given for that state.

    One row however many there are: they are worked through as a list.

    Columns: id, state, since, differences, money_minor, currency.
    """
    return await tx.all(
        """
        SELECT coalesce(account_id, file_id) AS id, allowed.state, min(opened_at) AS since,
               count(*)::int AS differences, sum(abs(difference_minor))::bigint AS money_minor, min(currency) AS currency
        FROM unnest(%(states)s::text[], %(befores)s::timestamptz[]) AS allowed (state, before)
        JOIN reconciliation_entry ON reconciliation_entry.shop_id = %(shop)s
             AND reconciliation_entry.state = allowed.state AND reconciliation_entry.opened_at <= allowed.before
        GROUP BY coalesce(account_id, file_id), allowed.state
        """,
        {"shop": tx.shop_id, "states": list(befores), "befores": list(befores.values())},
    )


async def payouts_unseen(tx: Tx, befores: Mapping[str, datetime]) -> list[Any]:
    """Accounts with payouts that should have been in the bank's statements since before the moment given.

    A payout is missed once a statement tells of a day after it should have arrived, of a bank account payouts of
    that gateway account arrive on; while none ever did, of any. What was paid out before the first of those
    statements is not looked for, and a shop that brings no statements misses nothing.

    Columns: id, state, since, payouts, gateway_account, money_minor, currency.
    """
    return await tx.all(
        """
        WITH told AS (
            SELECT bank_account, min(booked_on) AS first_on, max(booked_on) AS last_on
            FROM bank_line WHERE shop_id = %(shop)s GROUP BY bank_account
        ), arrives AS (
            SELECT DISTINCT payout.account_id, bank_line.bank_account
            FROM bank_line
            JOIN payout ON payout.shop_id = bank_line.shop_id AND payout.id = bank_line.payout_id
            WHERE bank_line.shop_id = %(shop)s AND bank_line.payout_id IS NOT NULL
        ), covered AS (
            SELECT gateway_account.id, gateway_account.name, min(told.first_on) AS first_on,
                   max(told.last_on) AS last_on
            FROM gateway_account
            JOIN told ON EXISTS (SELECT FROM arrives WHERE arrives.account_id = gateway_account.id
                                   AND arrives.bank_account = told.bank_account)
                OR NOT EXISTS (SELECT FROM arrives WHERE arrives.account_id = gateway_account.id)
            WHERE gateway_account.shop_id = %(shop)s
            GROUP BY gateway_account.id, gateway_account.name
        )
        SELECT covered.id, allowed.state, (min(payout.paid_on) + %(days)s::int)::timestamptz AS since,
               count(*)::int AS payouts, covered.name AS gateway_account, sum(payout.net_minor)::bigint AS money_minor,
               min(payout.currency) AS currency
        FROM unnest(%(states)s::text[], %(befores)s::timestamptz[]) AS allowed (state, before)
        CROSS JOIN covered
        JOIN payout ON payout.shop_id = %(shop)s AND payout.account_id = covered.id AND payout.net_minor > 0
             AND payout.paid_on >= covered.first_on AND payout.paid_on + %(days)s::int < covered.last_on
             AND (payout.paid_on + %(days)s::int)::timestamptz <= allowed.before
        WHERE NOT EXISTS (SELECT FROM bank_line
                          WHERE bank_line.shop_id = %(shop)s AND bank_line.payout_id = payout.id)
        GROUP BY covered.id, covered.name, allowed.state
        """,
        {
            "shop": tx.shop_id,
            "days": ARRIVES_WITHIN.days,
            "states": list(befores),
            "befores": list(befores.values()),
        },
    )


@dataclass(frozen=True, slots=True)
class SettledPayment:
    """What a payment came to, by every line of it.

    Attributes:
        paid_out_on: The last payout it is part of.
        arrived: Whether the bank showed that payout.
    """

    attempt_id: UUID
    reference: str
    method: str
    gross_minor: int
    fee_minor: int
    tax_minor: int
    net_minor: int
    currency: str
    paid_out_on: date
    payout_reference: str | None
    arrived: bool


async def settled_of_order(tx: Tx, order_id: UUID) -> list[SettledPayment]:
    """What the payments of an order came to, each once."""
    rows = await tx.all(
        """
        SELECT line.attempt_id, min(line.reference) AS reference, min(line.method) AS method,
               sum(line.gross_minor)::bigint AS gross, sum(line.fee_minor)::bigint AS fee,
               sum(line.tax_minor)::bigint AS tax, sum(line.net_minor)::bigint AS net, min(line.currency) AS currency,
               max(payout.paid_on) AS paid_on,
               (array_agg(payout.reference ORDER BY payout.paid_on DESC, payout.id))[1] AS payout_reference,
               bool_and(bank_line.id IS NOT NULL) AS arrived
        FROM settlement_line AS line
        JOIN payout ON payout.shop_id = line.shop_id AND payout.id = line.payout_id
        LEFT JOIN bank_line ON bank_line.shop_id = payout.shop_id AND bank_line.payout_id = payout.id
        WHERE line.shop_id = %(shop)s AND line.order_id = %(order)s AND line.attempt_id IS NOT NULL
        GROUP BY line.attempt_id
        ORDER BY paid_on, line.attempt_id
        """,
        {"shop": tx.shop_id, "order": order_id},
    )
    return [SettledPayment(row[0], row[1] or "", row[2] or "", *row[3:]) for row in rows]
