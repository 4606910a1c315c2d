"""Letters of providers as a page lists them: when they came and what was made of them, not what they say."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx
from orderan.reach.models import Verdict


@dataclass(frozen=True, slots=True)
class LetterSeen:
    """A letter, without its words; it came so many times."""

    received_at: datetime
    verdict: Verdict
    times: int
    heard_at: datetime | None


async def letters_of(tx: Tx, account_id: UUID, *, limit: int = 20) -> list[LetterSeen]:
    """The latest letters of an account, the newest first."""
    rows = await tx.all(
        """
        SELECT received_at, verdict, times, heard_at
        FROM reach_news
        WHERE shop_id = %(shop)s AND account_id = %(account)s
        ORDER BY received_at DESC, id DESC
        LIMIT %(limit)s
        """,
        {"shop": tx.shop_id, "account": account_id, "limit": limit},
    )
    return [LetterSeen(row.received_at, Verdict(row.verdict), row.times, row.heard_at) for row in rows]
