"""Messages as pages, limits and other parts ask for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from orderan.kit.db import Tx
from orderan.notifications.models import Channel, Delivery, Message
from orderan.notifications.store import MESSAGE_COLUMNS, as_message
from orderan.notifications.store_deliveries import DELIVERY_COLUMNS, as_delivery


@dataclass(frozen=True, slots=True)
class Row:
    """A message in a list, with how its latest try stands and what all its tries cost."""

    message: Message
    channel: str | None
    delivery: str | None
    reason: str | None
    cost_minor: int


@dataclass(frozen=True, slots=True)
class Spent:
    """What a channel did since a moment; cost in rupiah, of what says its cost."""

    channel: str
    tries: int
    sent: int
    delivered: int
    seen: int
    failed: int
    unknown: int
    cost_minor: int


@dataclass(frozen=True, slots=True)
class Filter:
    """Which messages a list shows; None is all."""

    state: str | None = None
    kind: str | None = None
    channel: str | None = None
    topic_id: UUID | None = None
    people: tuple[UUID, ...] | None = None


async def list_messages(
    tx: Tx, shown: Filter, *, limit: int, after: tuple[datetime, UUID] | None = None
) -> list[Row]:
    """Messages, the newest first.

    Args:
        after: Where a page begins: made when, and which.
    """
    rows = await tx.all(
        "SELECT "
        + MESSAGE_COLUMNS
        + """
               , latest.channel AS on_channel, latest.state AS delivery_state, latest.reason AS delivery_reason,
               coalesce(spent.cost_minor, 0)::bigint AS cost_minor
        FROM message
        LEFT JOIN LATERAL (
            SELECT delivery.channel, delivery.state, delivery.reason FROM delivery
            WHERE delivery.shop_id = %(shop)s AND delivery.message_id = message.id
            ORDER BY delivery.made_at DESC, delivery.id DESC
            LIMIT 1
        ) AS latest ON true
        LEFT JOIN LATERAL (
            SELECT sum(delivery.cost_minor) AS cost_minor FROM delivery
            WHERE delivery.shop_id = %(shop)s AND delivery.message_id = message.id
        ) AS spent ON true
        WHERE message.shop_id = %(shop)s
          AND (%(state)s::text IS NULL OR message.state = %(state)s)
          AND (%(kind)s::text IS NULL OR message.kind = %(kind)s)
          AND (%(channel)s::text IS NULL OR latest.channel = %(channel)s)
          AND (%(topic)s::uuid IS NULL OR message.topic_id = %(topic)s)
          AND (%(people)s::uuid[] IS NULL OR message.person_id = ANY(%(people)s))
          AND (%(at)s::timestamptz IS NULL OR (message.made_at, message.id) < (%(at)s, %(last)s::uuid))
        ORDER BY message.made_at DESC, message.id DESC
        LIMIT %(limit)s
        """,
        {
            "shop": tx.shop_id,
            "state": shown.state,
            "kind": shown.kind,
            "channel": shown.channel,
            "topic": shown.topic_id,
            "people": None if shown.people is None else list(shown.people),
            "at": after[0] if after else None,
            "last": after[1] if after else None,
            "limit": limit,
        },
    )
    return [
        Row(as_message(row), row.on_channel, row.delivery_state, row.delivery_reason, row.cost_minor)
        for row in rows
    ]


async def message_by_id(tx: Tx, message_id: UUID) -> Message | None:
    row = await tx.maybe(
        "SELECT " + MESSAGE_COLUMNS + " FROM message WHERE shop_id = %(shop)s AND id = %(id)s",
        {"shop": tx.shop_id, "id": message_id},
    )
    return None if row is None else as_message(row)


async def deliveries_of(tx: Tx, message_id: UUID) -> list[tuple[Delivery, bytes | None]]:
    """Tries of a message, oldest first, each with what was said, sealed."""
    rows = await tx.all(
        "SELECT "
        + DELIVERY_COLUMNS
        + """, delivery.words_enc
        FROM delivery
        WHERE shop_id = %(shop)s AND message_id = %(id)s
        ORDER BY made_at, id
        """,
        {"shop": tx.shop_id, "id": message_id},
    )
    return [(as_delivery(row), None if row.words_enc is None else bytes(row.words_enc)) for row in rows]


async def channels_in_use(tx: Tx) -> tuple[str, ...]:
    """Channels the shop tells by, in its order, and after them those it does not use any more on which a try is not
    over.
    """
    row = await tx.one(
        """
        SELECT coalesce((SELECT channels FROM message_policy WHERE shop_id = %(shop)s), '{}') AS wanted,
               ARRAY(SELECT every.channel FROM unnest(%(every)s::text[]) AS every (channel)
                     WHERE EXISTS (SELECT FROM delivery WHERE shop_id = %(shop)s AND delivery.channel = every.channel
                                                          AND state = 'queued')
                        OR EXISTS (SELECT FROM delivery WHERE shop_id = %(shop)s AND delivery.channel = every.channel
                                                          AND state = 'sending')
                        OR EXISTS (SELECT FROM delivery WHERE shop_id = %(shop)s AND delivery.channel = every.channel
                                                          AND state = 'unknown')) AS hanging
        """,
        {"shop": tx.shop_id, "every": [str(channel) for channel in Channel]},
    )
    return tuple(dict.fromkeys([*row.wanted, *row.hanging]))


async def spent_since(tx: Tx, since: datetime) -> list[Spent]:
    """What each channel did since a moment."""
    rows = await tx.all(
        """
        SELECT channel, count(*)::int AS tries,
               count(*) FILTER (WHERE sent_at IS NOT NULL)::int AS sent,
               count(*) FILTER (WHERE delivered_at IS NOT NULL)::int AS delivered,
               count(*) FILTER (WHERE seen_at IS NOT NULL)::int AS seen,
               count(*) FILTER (WHERE state = 'failed')::int AS failed,
               count(*) FILTER (WHERE state = 'unknown')::int AS unknown,
               coalesce(sum(cost_minor), 0)::bigint AS cost_minor
        FROM delivery
        WHERE shop_id = %(shop)s AND made_at >= %(since)s
        GROUP BY channel
        ORDER BY channel
        """,
        {"shop": tx.shop_id, "since": since},
    )
    return [Spent(*row) for row in rows]


async def deliveries_waiting(tx: Tx, befores: Mapping[str, datetime]) -> list[Any]:
    """Channels on which tries stand in the air for too long: the oldest of each state, and how many there are."""
    return await tx.all(
        """
        SELECT DISTINCT ON (stood.state, stood.channel) stood.id, stood.state, stood.since, stood.channel,
               count(*) OVER (PARTITION BY stood.state, stood.channel)::int AS many
        FROM (
            SELECT id, state, due_at AS since, channel FROM delivery
            WHERE shop_id = %(shop)s AND state = 'queued' AND due_at <= %(queued)s
            UNION ALL
            SELECT id, state, moved_at, channel FROM delivery
            WHERE shop_id = %(shop)s AND state = 'sending' AND moved_at <= %(sending)s
            UNION ALL
            SELECT id, state, lost_at, channel FROM delivery
            WHERE shop_id = %(shop)s AND state = 'unknown' AND lost_at <= %(unknown)s
        ) AS stood
        ORDER BY stood.state, stood.channel, stood.since, stood.id
        """,
        {"shop": tx.shop_id} | {state: befores[state] for state in ("queued", "sending", "unknown")},
    )
