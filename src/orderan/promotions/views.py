"""Reading promotions: those that are open, one with its uses, and what they cost whom."""

from dataclasses import dataclass
from uuid import UUID

from orderan.kit.db import Tx
from orderan.promotions.models import Promotion, Redemption
from orderan.promotions.store import PROMOTION, REDEMPTION, as_promotion, as_redemption


@dataclass(frozen=True, slots=True)
class Cost:
    """What a payer bears of a promotion's confirmed uses, and what of that went back to them."""

    payer: str
    payer_name: str
    amount_minor: int
    reversed_minor: int

    @property
    def left_minor(self) -> int:
        """What they still bear."""
        return self.amount_minor - self.reversed_minor


async def promotions_open(tx: Tx) -> list[Promotion]:
    """Promotions that run, or would if their budget had room."""
    rows = await tx.all(
        f"""
        SELECT {PROMOTION} FROM payment_promotion
        WHERE shop_id = %(shop)s AND state IN ('running', 'exhausted')
        ORDER BY made_at, id
        """,
        {"shop": tx.shop_id},
    )
    return [as_promotion(row) for row in rows]


async def promotions_page(
    tx: Tx, *, state: str | None = None, after: UUID | None = None, limit: int = 50
) -> list[Promotion]:
    """Promotions, newest first; ids are given in the order of time.

    Args:
        after: The last one of the page before.
    """
    rows = await tx.all(
        f"""
        SELECT {PROMOTION} FROM payment_promotion
        WHERE shop_id = %(shop)s AND (%(state)s::text IS NULL OR state = %(state)s)
          AND (%(after)s::uuid IS NULL OR id < %(after)s)
        ORDER BY id DESC
        LIMIT %(limit)s
        """,
        {"shop": tx.shop_id, "state": state, "after": after, "limit": limit},
    )
    return [as_promotion(row) for row in rows]


async def find_promotion(tx: Tx, promotion_id: UUID) -> Promotion | None:
    row = await tx.maybe(
        f"SELECT {PROMOTION} FROM payment_promotion WHERE shop_id = %(shop)s AND id = %(id)s",
        {"shop": tx.shop_id, "id": promotion_id},
    )
    return None if row is None else as_promotion(row)


async def uses_of_order(tx: Tx, order_id: UUID) -> list[Redemption]:
    """Every use of any promotion for an order, oldest first."""
    rows = await tx.all(
        f"""
        SELECT {REDEMPTION} FROM promotion_redemption
        WHERE shop_id = %(shop)s AND order_id = %(order)s
        ORDER BY reserved_at, id
        """,
        {"shop": tx.shop_id, "order": order_id},
    )
    return [as_redemption(row) for row in rows]


async def costs_of(tx: Tx, promotion_id: UUID) -> list[Cost]:
    """What each payer bears of the uses that were paid."""
    rows = await tx.all(
        """
        SELECT promotion_share.payer, promotion_share.payer_name,
               sum(promotion_share.amount_minor)::bigint AS amount,
               sum(promotion_share.reversed_minor)::bigint AS reversed
        FROM promotion_share
        JOIN promotion_redemption AS used
             ON used.shop_id = promotion_share.shop_id AND used.id = promotion_share.redemption_id
        WHERE promotion_share.shop_id = %(shop)s AND used.promotion_id = %(promotion)s
          AND used.state IN ('confirmed', 'reversed')
        GROUP BY promotion_share.payer, promotion_share.payer_name
        ORDER BY promotion_share.payer, promotion_share.payer_name
        """,
        {"shop": tx.shop_id, "promotion": promotion_id},
    )
    return [Cost(*row) for row in rows]
