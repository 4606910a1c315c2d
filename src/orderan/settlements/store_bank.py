"""Lines of bank statements and the payouts they are, in SQL that writes or locks."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from orderan.kit.db import Tx
from orderan.kit.ids import new_id
from orderan.settlements.models import BankRow
from orderan.settlements.rules import bank_fingerprint, numbered


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
