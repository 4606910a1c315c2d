"""Past choices of a rail, in SQL."""

from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx
from orderan.routing.rules_trial import PastPayment, read_candidates, read_to_pay


async def past_payments(
    tx: Tx, rule: str, *, since: datetime, before: tuple[datetime, UUID] | None, limit: int
) -> tuple[list[PastPayment], tuple[datetime, UUID] | None]:
    """Payments whose rail was chosen since, the newest first; and where the next ones begin.

    Args:
        rule: The name and version of the way to choose: another kept other things.
        before: Where the ones before ended.
    """
    rows = await tx.all(
        """
        SELECT id, subject_id, decided_at, inputs -> 'to_pay' AS to_pay, inputs -> 'rails' AS rails,
               outcome -> 'rails' -> 0 ->> 'id' AS chosen
        FROM decision
        WHERE shop_id = %(shop)s AND kind = 'routing' AND rule = %(rule)s AND decided_at >= %(since)s
          AND (%(at)s::timestamptz IS NULL OR (decided_at, id) < (%(at)s, %(id)s))
        ORDER BY decided_at DESC, id DESC
        LIMIT %(limit)s
        """,
        {
            "shop": tx.shop_id,
            "rule": rule,
            "since": since,
            "at": before[0] if before else None,
            "id": before[1] if before else None,
            "limit": limit,
        },
    )
    found = [
        PastPayment(
            row.subject_id, row.decided_at, read_to_pay(row.to_pay), read_candidates(row.rails), row.chosen
        )
        for row in rows
    ]
    return found, (rows[-1].decided_at, rows[-1].id) if len(rows) == limit else None
