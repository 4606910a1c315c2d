"""Orders a buyer may have paid by a transfer to the shop's own account, as far as the bank's line tells."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from orderan.flows.views_finance import BankMoney
from orderan.kit.db import Tx


@dataclass(frozen=True, slots=True)
class OrderItCouldBe:
    """An order a transfer may have paid.

    Attributes:
        named: Its number stands in the bank's words.
    """

    id: UUID
    number: int
    due_minor: int
    currency: str
    commercial: str
    named: bool


async def orders_it_could_be(tx: Tx, money: BankMoney, *, limit: int = 10) -> list[OrderItCouldBe]:
    """Orders of which as much is due as came in, or whose number the bank's words name; the likeliest first."""
    told = f"{money.words} {money.reference or ''}"
    numbers = [int(found) for found in re.findall(r"(?<!\d)\d{1,12}(?!\d)", told)]
    rows = await tx.all(
        """
        WITH waits AS (
            SELECT id, number, currency, commercial, placed_at, number = ANY(%(numbers)s::bigint[]) AS named,
                   total_minor - forgone_minor - covered_minor - paid_minor AS due_minor,
                   CASE WHEN commercial = 'awaiting_payment'
                        THEN greatest(coalesce(deposit_minor, 0) - paid_minor, 0) ELSE 0 END AS deposit_minor
            FROM sales_order
            WHERE shop_id = %(shop)s AND currency = %(currency)s AND placed_at < %(until)s
              AND (commercial = 'awaiting_payment' OR (commercial = 'accepted' AND terms <> 'cod')
                   OR (commercial = 'expired' AND number = ANY(%(numbers)s::bigint[])))
        )
        SELECT id, number, due_minor, currency, commercial, named
        FROM waits
        WHERE due_minor > 0 AND (named OR due_minor = %(amount)s OR deposit_minor = %(amount)s)
        ORDER BY named AND due_minor = %(amount)s DESC, due_minor = %(amount)s DESC, named DESC, placed_at DESC, id
        LIMIT %(limit)s
        """,
        {
            "shop": tx.shop_id,
            "currency": money.currency,
            "numbers": numbers,
            "amount": money.amount_minor,
            "until": datetime.combine(money.booked_on, time(), UTC) + timedelta(days=2),
            "limit": limit,
        },
    )
    return [OrderItCouldBe(*row) for row in rows]
