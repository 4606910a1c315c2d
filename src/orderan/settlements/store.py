"""Files, their lines, the books and payouts they make, in SQL that writes or locks."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from psycopg.types.json import Jsonb

from orderan.kit.db import Tx
from orderan.kit.ids import new_id
from orderan.settlements.models import Book, Brought, SavedMapping, SettledRow
from orderan.settlements.rules import fingerprint, numbered, payout_key


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
