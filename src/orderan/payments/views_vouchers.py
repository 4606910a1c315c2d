"""Vouchers as pages ask for them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from orderan.kit.db import Tx
from orderan.payments.store_vouchers import COLUMNS, SURVIVOR
from orderan.payments.vouchers import Voucher, VoucherMove


@dataclass(frozen=True, slots=True)
class Owed:
    """What the shop owes on vouchers.

    Attributes:
        good_minor: Of those that can be spent.
        stuck_minor: Of those that are blocked or over.
    """

    vouchers: int
    good_minor: int
    stuck_minor: int
    waiting: int


async def voucher_by_id(tx: Tx, voucher_id: UUID) -> Voucher | None:
    row = await tx.maybe(
        f"SELECT {COLUMNS} FROM voucher WHERE shop_id = %(shop)s AND id = %(id)s",
        {"shop": tx.shop_id, "id": voucher_id},
    )
    return None if row is None else Voucher(*row)


async def vouchers_in(
    tx: Tx, states: Collection[str], *, limit: int, after: tuple[datetime, UUID] | None = None
) -> list[Voucher]:
    """Vouchers that stand so, the newest first."""
    at, last = after or (None, None)
    rows = await tx.all(
        f"""
        SELECT {COLUMNS} FROM voucher
        WHERE shop_id = %(shop)s AND state = ANY(%(states)s)
          AND (%(at)s::timestamptz IS NULL OR (issued_at, id) < (%(at)s::timestamptz, %(last)s::uuid))
        ORDER BY issued_at DESC, id DESC
        LIMIT %(limit)s
        """,
        {"shop": tx.shop_id, "states": list(states), "at": at, "last": last, "limit": limit},
    )
    return [Voucher(*row) for row in rows]


async def vouchers_of(tx: Tx, customer_id: UUID) -> list[Voucher]:
    """A customer's vouchers, under whatever record of theirs, the newest first."""
    rows = await tx.all(
        f"""
        SELECT {COLUMNS} FROM voucher
        WHERE shop_id = %(shop)s
          AND customer_id IN (SELECT id FROM customer
                              WHERE shop_id = %(shop)s AND coalesce(merged_into, id) = {SURVIVOR})
        ORDER BY issued_at DESC, id DESC
        """,
        {"shop": tx.shop_id, "customer": customer_id},
    )
    return [Voucher(*row) for row in rows]


async def moves_of_voucher(tx: Tx, voucher_id: UUID) -> list[VoucherMove]:
    """What came onto a voucher and went off it, the newest first."""
    rows = await tx.all(
        """
        SELECT id, voucher_id, kind, change_minor, order_id, refund_id, actor, at FROM voucher_move
        WHERE shop_id = %(shop)s AND voucher_id = %(id)s
        ORDER BY at DESC, id DESC
        """,
        {"shop": tx.shop_id, "id": voucher_id},
    )
    return [VoucherMove(*row) for row in rows]


async def owed_on_vouchers(tx: Tx, *, now: datetime) -> Owed:
    """What stands on all of them."""
    row = await tx.one(
        """
        SELECT count(*) FILTER (WHERE balance_minor > 0)::int AS vouchers,
               coalesce(sum(balance_minor) FILTER (WHERE state = 'active' AND valid_until > %(now)s), 0)::bigint AS good,
               coalesce(sum(balance_minor) FILTER (WHERE state <> 'active' OR valid_until <= %(now)s), 0)::bigint
                   AS stuck,
               count(*) FILTER (WHERE state = 'waiting')::int AS waiting
        FROM voucher
        WHERE shop_id = %(shop)s
        """,
        {"shop": tx.shop_id, "now": now},
    )
    return Owed(*row)


async def vouchers_waiting(tx: Tx, befores: Mapping[str, datetime]) -> list[Any]:
    """Vouchers that have been in a state since before the moment given for it.

    Columns: id, state, since.
    """
    return await tx.all(
        """
        SELECT voucher.id, voucher.state, voucher.issued_at AS since
        FROM unnest(%(states)s::text[], %(befores)s::timestamptz[]) AS allowed (state, before)
        JOIN voucher ON voucher.shop_id = %(shop)s AND voucher.state = allowed.state
             AND voucher.state = 'waiting' AND voucher.issued_at <= allowed.before
        """,
        {"shop": tx.shop_id, "states": list(befores), "befores": list(befores.values())},
    )
