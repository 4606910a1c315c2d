"""Reading the log of facts for programs outside, inside their scope."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from orderan.kit.db import Tx
from orderan.kit.events import Recorded
from orderan.orders import SEEN_ORDER

LOOKED_THROUGH: Final = 50_000
"""Positions one page looks at; a filter that fits little moves the cursor and returns less."""


@dataclass(frozen=True)
class Feed:
    """A page of the log.

    Attributes:
        position: Up to where was looked; the next page begins after it.
        more: Whether facts wait after it.
    """

    facts: Sequence[Recorded]
    position: int
    more: bool


async def event_feed(
    tx: Tx,
    *,
    after: int,
    limit: int,
    kinds: Sequence[str] | None,
    channels: list[UUID] | None,
    locations: list[UUID] | None,
) -> Feed:
    """Facts after a position, oldest first, at most `limit`; NULL scopes and kinds are all.

    The head is read first: what is sequenced meanwhile has higher positions and waits for the
    next page, so nothing is stepped over.
    """
    head = await tx.maybe("SELECT position FROM event_head WHERE shop_id = %(shop)s", {"shop": tx.shop_id})
    newest = head.position if head is not None else 0
    last = min(newest, after + LOOKED_THROUGH)
    rows = await tx.all(
        """
        SELECT shop_id, entity_id, seq, kind, payload, actor, reason, occurred_at, position
        FROM event
        WHERE event.shop_id = %(shop)s AND position > %(after)s AND position <= %(last)s
          AND (%(kinds)s::text[] IS NULL OR kind = ANY(%(kinds)s))
          AND ((%(channels)s::uuid[] IS NULL AND %(locations)s::uuid[] IS NULL) OR EXISTS (
              SELECT FROM sales_order
              WHERE sales_order.shop_id = %(shop)s AND sales_order.id = event.entity_id
                AND """
        + SEEN_ORDER
        + """
          ))
        ORDER BY position
        LIMIT %(limit)s
        """,
        {
            "shop": tx.shop_id,
            "after": after,
            "last": last,
            "kinds": kinds,
            "channels": channels,
            "locations": locations,
            "limit": limit,
        },
    )
    facts = [Recorded(**row._asdict()) for row in rows]
    position = facts[-1].position if len(facts) == limit else max(after, last)
    return Feed(facts, position, position < newest)
