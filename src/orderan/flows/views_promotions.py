"""Uses of promotions beside their orders and tries to pay: lists, settlement, and what was left over."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx


@dataclass(frozen=True, slots=True)
class Used:
    """A use of a promotion, with its order.

    Attributes:
        left_minor: What its payers bear while it stands.
        owed_minor: Of a cashback, what the buyer has not got yet.
    """

    id: UUID
    order_id: UUID
    number: int
    kind: str
    method: str
    state: str
    amount_minor: int
    reversed_minor: int
    paid_out_minor: int
    currency: str
    months: int | None
    card_range: str | None
    reserved_at: datetime
    moved_at: datetime

    @property
    def owed_minor(self) -> int:
        if self.kind != "cashback" or self.state != "confirmed":
            return 0
        return max(self.amount_minor - self.reversed_minor - self.paid_out_minor, 0)


@dataclass(frozen=True, slots=True)
class ShareRow:
    """What a payer bears of a use for an order line, as a settlement sheet tells it."""

    use_id: UUID
    number: int
    state: str
    method: str
    line_no: int
    payer: str
    payer_name: str
    amount_minor: int
    reversed_minor: int
    currency: str
    moved_at: datetime


async def uses_of_promotion(
    tx: Tx, promotion_id: UUID, *, after: UUID | None = None, limit: int = 50
) -> list[Used]:
    """Uses of a promotion, newest first; ids are given in the order of time.

    Args:
        after: The last one of the page before.
    """
    rows = await tx.all(
        """
        SELECT used.id, used.order_id, sales_order.number, used.kind, used.method, used.state, used.amount_minor,
               used.reversed_minor, used.paid_out_minor, used.currency, used.months, used.card_range,
               used.reserved_at, used.moved_at
        FROM promotion_redemption AS used
        JOIN sales_order ON sales_order.shop_id = used.shop_id AND sales_order.id = used.order_id
        WHERE used.shop_id = %(shop)s AND used.promotion_id = %(promotion)s
          AND (%(after)s::uuid IS NULL OR used.id < %(after)s)
        ORDER BY used.id DESC
        LIMIT %(limit)s
        """,
        {"shop": tx.shop_id, "promotion": promotion_id, "after": after, "limit": limit},
    )
    return [Used(*row) for row in rows]


async def settlement_rows(
    tx: Tx, promotion_id: UUID, *, after: UUID | None = None, limit: int = 500
) -> list[ShareRow]:
    """Every share of a promotion's paid uses, whole uses at a time, in the order of the uses.

    Args:
        after: The last use of the rows before.
        limit: Uses, not rows.
    """
    rows = await tx.all(
        """
        SELECT used.id, sales_order.number, used.state, used.method, promotion_share.line_no,
               promotion_share.payer, promotion_share.payer_name, promotion_share.amount_minor,
               promotion_share.reversed_minor, used.currency, used.moved_at
        FROM (SELECT shop_id, id, order_id, state, method, currency, moved_at FROM promotion_redemption
              WHERE shop_id = %(shop)s AND promotion_id = %(promotion)s AND state IN ('confirmed', 'reversed')
                AND (%(after)s::uuid IS NULL OR id > %(after)s)
              ORDER BY id
              LIMIT %(limit)s) AS used
        JOIN promotion_share ON promotion_share.shop_id = used.shop_id AND promotion_share.redemption_id = used.id
        JOIN sales_order ON sales_order.shop_id = used.shop_id AND sales_order.id = used.order_id
        ORDER BY used.id, promotion_share.line_no, promotion_share.payer_no
        """,
        {"shop": tx.shop_id, "promotion": promotion_id, "after": after, "limit": limit},
    )
    return [ShareRow(*row) for row in rows]


async def left_over(tx: Tx, *, unused_since: datetime, untold_since: datetime, limit: int) -> list[UUID]:
    """Lock reservations nobody will come for, oldest first; rows others hold are left to them.

    Those that belong to no try, those whose try ended, and those whose try was paid long ago while nobody
    told which card it was.
    """
    rows = await tx.all(
        """
        SELECT id FROM promotion_redemption
        WHERE shop_id = %(shop)s AND state = 'reserved' AND reserved_at <= %(unused)s
          AND (attempt_id IS NULL
               OR EXISTS (SELECT 1 FROM payment_attempt
                          WHERE payment_attempt.shop_id = promotion_redemption.shop_id
                            AND payment_attempt.id = promotion_redemption.attempt_id
                            AND (payment_attempt.state IN ('declined', 'expired', 'cancelled', 'failed', 'reversed')
                                 OR payment_attempt.state = 'paid' AND payment_attempt.moved_at <= %(untold)s)))
        ORDER BY reserved_at, id
        LIMIT %(limit)s
        FOR NO KEY UPDATE SKIP LOCKED
        """,
        {"shop": tx.shop_id, "unused": unused_since, "untold": untold_since, "limit": limit},
    )
    return [row.id for row in rows]
