"""Recordings that are to be deleted at their providers, in SQL."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx
from orderan.verification.models import Deletion


async def want_deletions(tx: Tx, orders: Collection[UUID], *, now: datetime) -> None:
    """Write down every call about these orders that was recorded, or was to be; its address is still known here."""
    await tx.run(
        """
        INSERT INTO recording_deletion (shop_id, attempt_id, recording_url, tries, next_at, wanted_at)
        SELECT called.shop_id, called.attempt_id, attempt.recording_url, 0, %(now)s::timestamptz, %(now)s::timestamptz
        FROM verification_call AS called
        JOIN verification_attempt AS attempt ON attempt.shop_id = called.shop_id AND attempt.id = called.attempt_id
        WHERE called.shop_id = %(shop)s AND called.order_id = ANY(%(orders)s)
          AND (attempt.recording_url IS NOT NULL OR (called.talk ->> 'recorded')::boolean)
        ON CONFLICT (shop_id, attempt_id) DO NOTHING
        """,
        {"shop": tx.shop_id, "orders": list(orders), "now": now},
    )


async def want_late_deletion(tx: Tx, attempt_id: UUID, recording_url: str, *, now: datetime) -> None:
    """A recording was told of; where its buyer was erased before, it is deleted too."""
    await tx.run(
        """
        UPDATE recording_deletion SET recording_url = %(url)s, tries = 0, next_at = %(now)s, gone_at = NULL
        WHERE shop_id = %(shop)s AND attempt_id = %(attempt)s AND recording_url IS NULL
        """,
        {"shop": tx.shop_id, "attempt": attempt_id, "url": recording_url, "now": now},
    )


async def deletions_due(tx: Tx, *, now: datetime, limit: int) -> list[Deletion]:
    """Those whose provider is to be told by now, the longest due first; looked at without a lock."""
    rows = await tx.all(
        """
        SELECT deletion.attempt_id, called.account_id, called.call_id, deletion.recording_url, deletion.tries
        FROM recording_deletion AS deletion
        JOIN verification_call AS called ON called.shop_id = %(shop)s AND called.attempt_id = deletion.attempt_id
        WHERE deletion.shop_id = %(shop)s AND deletion.next_at <= %(now)s
        ORDER BY deletion.next_at, deletion.attempt_id
        LIMIT %(limit)s
        """,
        {"shop": tx.shop_id, "now": now, "limit": limit},
    )
    return [Deletion(*row) for row in rows]


async def end_deletion(tx: Tx, deletion: Deletion, *, gone_at: datetime | None) -> bool:
    """Nothing more is asked of the provider; False where a recording was told of meanwhile, which is to be deleted.

    Args:
        gone_at: When it was deleted; None leaves it to a person.
    """
    ended = await tx.run(
        """
        UPDATE recording_deletion
        SET recording_url = NULL, tries = tries + 1, next_at = NULL, gone_at = %(gone)s::timestamptz
        WHERE shop_id = %(shop)s AND attempt_id = %(attempt)s AND next_at IS NOT NULL
          AND recording_url IS NOT DISTINCT FROM %(url)s::text
        """,
        {
            "shop": tx.shop_id,
            "attempt": deletion.attempt_id,
            "gone": gone_at,
            "url": deletion.recording_url,
        },
    )
    return ended == 1


async def put_off_deletion(tx: Tx, deletion: Deletion, *, until: datetime) -> None:
    """The provider did not do it: it is told again then, unless it was meanwhile."""
    await tx.run(
        """
        UPDATE recording_deletion SET tries = tries + 1, next_at = %(until)s
        WHERE shop_id = %(shop)s AND attempt_id = %(attempt)s AND tries = %(tries)s AND next_at IS NOT NULL
        """,
        {"shop": tx.shop_id, "attempt": deletion.attempt_id, "tries": deletion.tries, "until": until},
    )
