"""Vouchers in SQL: one function writes balances and what changed them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final, LiteralString
from uuid import UUID

from orderan.kit.db import Tx
from orderan.payments.vouchers import Voucher, VoucherMove

COLUMNS: Final[
    LiteralString
] = """id, customer_id, code_end, currency, amount_minor, balance_minor, state, reason, valid_until, refund_id,
               issued_by, issued_at, judged_by, judged_at, moved_at"""

SURVIVOR: Final[LiteralString] = """(SELECT coalesce(record.merged_into, record.id) FROM customer AS record
                 WHERE record.shop_id = %(shop)s AND record.id = %(customer)s)"""
"""Whoever a record of a person stands for now."""


async def insert_voucher(tx: Tx, made: Voucher, *, code_hash: bytes | None) -> None:
    """Write a voucher with nothing on it yet."""
    await tx.run(
        """
        INSERT INTO voucher (shop_id, id, customer_id, code_hash, code_end, currency, amount_minor, balance_minor,
                             state, reason, valid_until, refund_id, issued_by, issued_at, moved_at)
        VALUES (%(shop)s, %(id)s, %(customer)s, %(hash)s, %(end)s, %(currency)s, %(amount)s, 0, %(state)s,
                %(reason)s, %(until)s, %(refund)s, %(by)s, %(now)s, %(now)s)
        """,
        {
            "shop": tx.shop_id,
            "id": made.id,
            "customer": made.customer_id,
            "hash": code_hash,
            "end": made.code_end,
            "currency": made.currency,
            "amount": made.amount_minor,
            "state": made.state,
            "reason": made.reason,
            "until": made.valid_until,
            "refund": made.refund_id,
            "by": made.issued_by,
            "now": made.issued_at,
        },
    )


async def lock_voucher(tx: Tx, voucher_id: UUID) -> Voucher | None:
    row = await tx.maybe(
        f"SELECT {COLUMNS} FROM voucher WHERE shop_id = %(shop)s AND id = %(id)s FOR NO KEY UPDATE",
        {"shop": tx.shop_id, "id": voucher_id},
    )
    return None if row is None else Voucher(*row)


async def lock_by_code(tx: Tx, code_hash: bytes) -> Voucher | None:
    """The voucher of a code, locked."""
    row = await tx.maybe(
        f"SELECT {COLUMNS} FROM voucher WHERE shop_id = %(shop)s AND code_hash = %(hash)s FOR NO KEY UPDATE",
        {"shop": tx.shop_id, "hash": code_hash},
    )
    return None if row is None else Voucher(*row)


async def lock_those_of(tx: Tx, customer_id: UUID, *, now: datetime) -> list[Voucher]:
    """What a customer, under whatever record, can pay with now, locked in the order of their ids."""
    rows = await tx.all(
        f"""
        SELECT {COLUMNS} FROM voucher
        WHERE shop_id = %(shop)s AND state = 'active' AND balance_minor > 0 AND valid_until > %(now)s
          AND customer_id IN (SELECT id FROM customer
                              WHERE shop_id = %(shop)s AND coalesce(merged_into, id) = {SURVIVOR})
        ORDER BY id
        FOR NO KEY UPDATE
        """,
        {"shop": tx.shop_id, "customer": customer_id, "now": now},
    )
    return [Voucher(*row) for row in rows]


async def move_voucher(
    tx: Tx, one: Voucher, state: str, *, judged_by: str | None, now: datetime
) -> Voucher | None:
    """Write where a voucher stands now; None when it no longer stands as it was read."""
    row = await tx.maybe(
        f"""
        UPDATE voucher
        SET state = %(state)s, moved_at = %(now)s,
            judged_by = coalesce(%(judged)s::text, judged_by),
            judged_at = CASE WHEN %(judged)s::text IS NULL THEN judged_at ELSE %(now)s END
        WHERE shop_id = %(shop)s AND id = %(id)s AND state = %(was)s
        RETURNING {COLUMNS}
        """,
        {
            "shop": tx.shop_id,
            "id": one.id,
            "state": state,
            "was": one.state,
            "judged": judged_by,
            "now": now,
        },
    )
    return None if row is None else Voucher(*row)


async def book_moves(tx: Tx, moves: Sequence[VoucherMove], *, valid_until: datetime | None = None) -> None:
    """Change the balances of locked vouchers, and write why.

    Args:
        valid_until: They are good at least until then.

    Raises:
        psycopg.errors.CheckViolation: `voucher_never_overspent`.
        psycopg.errors.UniqueViolation: `voucher_move_once_a_refund`.
    """
    values = {
        "shop": tx.shop_id,
        "ids": [one.id for one in moves],
        "vouchers": [one.voucher_id for one in moves],
        "kinds": [one.kind for one in moves],
        "changes": [one.change_minor for one in moves],
        "orders": [one.order_id for one in moves],
        "refunds": [one.refund_id for one in moves],
        "actors": [one.actor for one in moves],
        "ats": [one.at for one in moves],
        "until": valid_until,
    }
    await tx.run(
        """
        INSERT INTO voucher_move (shop_id, voucher_id, id, kind, change_minor, order_id, refund_id, actor, at)
        SELECT %(shop)s, made.*
        FROM unnest(%(vouchers)s::uuid[], %(ids)s::uuid[], %(kinds)s::text[], %(changes)s::bigint[],
                    %(orders)s::uuid[], %(refunds)s::uuid[], %(actors)s::text[], %(ats)s::timestamptz[]) AS made
        """,
        values,
    )
    await tx.run(
        """
        UPDATE voucher
        SET balance_minor = balance_minor + summed.change, moved_at = summed.at,
            valid_until = greatest(valid_until, %(until)s::timestamptz)
        FROM (SELECT voucher_id, sum(change)::bigint AS change, max(at) AS at
              FROM unnest(%(vouchers)s::uuid[], %(changes)s::bigint[], %(ats)s::timestamptz[])
                   AS made (voucher_id, change, at)
              GROUP BY voucher_id) AS summed
        WHERE voucher.shop_id = %(shop)s AND voucher.id = summed.voucher_id
        """,
        values,
    )


async def spent_on(tx: Tx, order_ids: Collection[UUID]) -> dict[UUID, list[tuple[UUID, int]]]:
    """What each voucher paid for each of these orders and did not get back, the one used last first.

    Orders no voucher pays for are missing.
    """
    rows = await tx.all(
        """
        SELECT order_id, voucher_id, -sum(change_minor)::bigint AS left_minor
        FROM voucher_move
        WHERE shop_id = %(shop)s AND order_id = ANY(%(orders)s) AND kind IN ('spent', 'taken_off', 'returned')
        GROUP BY order_id, voucher_id
        HAVING sum(change_minor) <> 0
        ORDER BY order_id, max(at) FILTER (WHERE kind = 'spent') DESC, voucher_id
        """,
        {"shop": tx.shop_id, "orders": list(order_ids)},
    )
    found: dict[UUID, list[tuple[UUID, int]]] = {}
    for row in rows:
        found.setdefault(row.order_id, []).append((row.voucher_id, row.left_minor))
    return found


async def returned_onto(tx: Tx, refund_id: UUID) -> dict[UUID, int]:
    """What a refund put back onto each voucher of its order."""
    rows = await tx.all(
        """
        SELECT voucher_id, sum(change_minor)::bigint AS back_minor FROM voucher_move
        WHERE shop_id = %(shop)s AND refund_id = %(refund)s AND kind = 'returned'
        GROUP BY voucher_id
        ORDER BY voucher_id
        """,
        {"shop": tx.shop_id, "refund": refund_id},
    )
    return {row.voucher_id: row.back_minor for row in rows}


async def returned_by(tx: Tx, refund_id: UUID) -> int:
    """What a refund put back onto vouchers of its order."""
    return int(
        await tx.value(
            """
            SELECT coalesce(sum(change_minor), 0)::bigint FROM voucher_move
            WHERE shop_id = %(shop)s AND refund_id = %(refund)s AND kind = 'returned'
            """,
            {"shop": tx.shop_id, "refund": refund_id},
        )
    )


async def unjudged_of(tx: Tx, *, since: datetime) -> int:
    """What the caller issued since a moment that nobody else agreed to and no refund stands behind."""
    return int(
        await tx.value(
            """
            SELECT coalesce(sum(amount_minor), 0)::bigint FROM voucher
            WHERE shop_id = %(shop)s AND issued_by = %(actor)s AND issued_at > %(since)s
              AND judged_by IS NULL AND refund_id IS NULL
            """,
            {"shop": tx.shop_id, "actor": tx.actor, "since": since},
        )
    )
