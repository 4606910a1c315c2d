"""Writing tries to deliver messages, and handing them out to whoever sends."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID

from orderan.kit.db import Tx
from orderan.notifications.models import Delivery

DELIVERY_COLUMNS: Final[LiteralString] = """
delivery.id, delivery.message_id, delivery.round, delivery.channel, delivery.state, delivery.due_at, delivery.tries,
delivery.leased_until, delivery.ask_at, delivery.lost_at, delivery.provider_id, delivery.cost_minor, delivery.reason,
delivery.template_version, delivery.made_at, delivery.moved_at, delivery.sent_at, delivery.delivered_at,
delivery.seen_at
"""


def as_delivery(row: Any) -> Delivery:
    return Delivery(*row[:19])


async def insert_deliveries(
    tx: Tx, made: Sequence[tuple[UUID, UUID, int, str, datetime]], *, now: datetime
) -> None:
    """Queue tries: (id, message, round, channel, due).

    Raises:
        psycopg.errors.UniqueViolation: `delivery_one_in_the_air`: another try of the message is not over.
    """
    if not made:
        return
    ids, messages, rounds, channels, dues = (list(column) for column in zip(*made, strict=True))
    await tx.run(
        """
        INSERT INTO delivery (shop_id, id, message_id, round, channel, state, due_at, made_at, moved_at)
        SELECT %(shop)s, id, message_id, round, channel, 'queued', due_at, %(now)s, %(now)s
        FROM unnest(%(ids)s::uuid[], %(messages)s::uuid[], %(rounds)s::int[], %(channels)s::text[],
                    %(dues)s::timestamptz[]) AS made (id, message_id, round, channel, due_at)
        """,
        {
            "shop": tx.shop_id,
            "now": now,
            "ids": ids,
            "messages": messages,
            "rounds": rounds,
            "channels": channels,
            "dues": dues,
        },
    )


async def take_due(tx: Tx, channel: str, *, limit: int, now: datetime) -> list[Delivery]:
    """What is due on a channel, locked; two senders never look at the same."""
    rows = await tx.all(
        "SELECT "
        + DELIVERY_COLUMNS
        + """
        FROM delivery
        WHERE shop_id = %(shop)s AND channel = %(channel)s AND state = 'queued' AND due_at <= %(now)s
        ORDER BY due_at, id
        LIMIT %(limit)s
        FOR UPDATE SKIP LOCKED
        """,
        {"shop": tx.shop_id, "channel": channel, "limit": limit, "now": now},
    )
    return [as_delivery(row) for row in rows]


async def begin(
    tx: Tx, claimed: Sequence[tuple[UUID, int, bytes]], *, leased_until: datetime, now: datetime
) -> None:
    """Locked tries are being sent from now on: (delivery, template version, what is said, sealed)."""
    if not claimed:
        return
    await tx.run(
        """
        UPDATE delivery
        SET state = 'sending', leased_until = %(until)s, tries = tries + 1, moved_at = %(now)s,
            template_version = said.version, words_enc = said.words
        FROM unnest(%(ids)s::uuid[], %(versions)s::int[], %(words)s::bytea[]) AS said (id, version, words)
        WHERE delivery.shop_id = %(shop)s AND delivery.id = said.id AND delivery.state = 'queued'
        """,
        {
            "shop": tx.shop_id,
            "until": leased_until,
            "now": now,
            "ids": [one for one, _, _ in claimed],
            "versions": [version for _, version, _ in claimed],
            "words": [words for _, _, words in claimed],
        },
    )


async def postpone(tx: Tx, later: Sequence[tuple[UUID, datetime]]) -> None:
    """Locked tries wait longer."""
    if not later:
        return
    await tx.run(
        """
        UPDATE delivery SET due_at = later.at
        FROM unnest(%(ids)s::uuid[], %(ats)s::timestamptz[]) AS later (id, at)
        WHERE delivery.shop_id = %(shop)s AND delivery.id = later.id AND delivery.state = 'queued'
        """,
        {"shop": tx.shop_id, "ids": [one for one, _ in later], "ats": [at for _, at in later]},
    )


async def lose_leases(tx: Tx, *, now: datetime, ask_at: datetime, limit: int) -> int:
    """Whoever had these is taken for dead: nobody knows whether they were sent. Returns how many."""
    return await tx.run(
        """
        WITH over AS (
            SELECT id FROM delivery
            WHERE shop_id = %(shop)s AND state = 'sending' AND leased_until <= %(now)s
            ORDER BY id
            LIMIT %(limit)s
            FOR UPDATE SKIP LOCKED
        )
        UPDATE delivery
        SET state = 'unknown', leased_until = NULL, lost_at = %(now)s, ask_at = %(ask)s, moved_at = %(now)s
        FROM over
        WHERE delivery.shop_id = %(shop)s AND delivery.id = over.id
        """,
        {"shop": tx.shop_id, "now": now, "ask": ask_at, "limit": limit},
    )


async def claim_doubts(
    tx: Tx, channel: str, *, again_at: datetime, limit: int, now: datetime
) -> list[Delivery]:
    """Unknown fates of a channel to look into now; nobody else looks before `again_at`."""
    rows = await tx.all(
        """
        WITH due AS (
            SELECT id FROM delivery
            WHERE shop_id = %(shop)s AND channel = %(channel)s AND state = 'unknown' AND ask_at <= %(now)s
            ORDER BY ask_at, id
            LIMIT %(limit)s
            FOR UPDATE SKIP LOCKED
        )
        UPDATE delivery SET ask_at = %(again)s
        FROM due
        WHERE delivery.shop_id = %(shop)s AND delivery.id = due.id
        RETURNING
        """
        + DELIVERY_COLUMNS,
        {"shop": tx.shop_id, "channel": channel, "again": again_at, "limit": limit, "now": now},
    )
    return [as_delivery(row) for row in rows]


async def claim_stranded(tx: Tx, channel: str, *, before: datetime, limit: int) -> list[Delivery]:
    """Queued tries of a channel that is away, due before a moment and with a channel left to try, locked."""
    rows = await tx.all(
        "SELECT "
        + DELIVERY_COLUMNS
        + """
        FROM delivery
        JOIN message ON message.shop_id = delivery.shop_id AND message.id = delivery.message_id
             AND message.round = delivery.round
        WHERE delivery.shop_id = %(shop)s AND delivery.channel = %(channel)s AND delivery.state = 'queued'
          AND delivery.due_at <= %(before)s
          AND EXISTS (SELECT FROM unnest(message.channels) AS other (channel)
                      WHERE NOT EXISTS (SELECT FROM delivery AS tried
                                        WHERE tried.shop_id = %(shop)s AND tried.message_id = message.id
                                          AND tried.round = message.round AND tried.channel = other.channel))
        ORDER BY delivery.due_at, delivery.id
        LIMIT %(limit)s
        FOR UPDATE OF delivery SKIP LOCKED
        """,
        {"shop": tx.shop_id, "channel": channel, "before": before, "limit": limit},
    )
    return [as_delivery(row) for row in rows]


async def lock_deliveries(tx: Tx, ids: Collection[UUID]) -> dict[UUID, Delivery]:
    rows = await tx.all(
        "SELECT "
        + DELIVERY_COLUMNS
        + " FROM delivery WHERE shop_id = %(shop)s AND id = ANY(%(ids)s) ORDER BY id FOR NO KEY UPDATE",
        {"shop": tx.shop_id, "ids": list(ids)},
    )
    return {row.id: as_delivery(row) for row in rows}


async def by_provider(tx: Tx, channel: str, provider_ids: Collection[str]) -> dict[str, UUID]:
    """Deliveries a provider knows by these ids."""
    rows = await tx.all(
        """
        SELECT id, provider_id FROM delivery
        WHERE shop_id = %(shop)s AND channel = %(channel)s AND provider_id = ANY(%(ids)s)
        """,
        {"shop": tx.shop_id, "channel": channel, "ids": list(provider_ids)},
    )
    return {row.provider_id: row.id for row in rows}


async def save_deliveries(tx: Tx, after: Sequence[Delivery]) -> None:
    """Write locked deliveries as they stand now."""
    if not after:
        return
    await tx.send(
        """
        UPDATE delivery
        SET state = now.state, due_at = now.due_at, leased_until = now.leased_until, ask_at = now.ask_at,
            lost_at = now.lost_at, provider_id = now.provider_id, cost_minor = now.cost_minor, reason = now.reason,
            moved_at = now.moved_at, sent_at = now.sent_at, delivered_at = now.delivered_at, seen_at = now.seen_at
        FROM unnest(%(ids)s::uuid[], %(states)s::text[], %(dues)s::timestamptz[], %(leases)s::timestamptz[],
                    %(asks)s::timestamptz[], %(losts)s::timestamptz[], %(providers)s::text[], %(costs)s::bigint[],
                    %(reasons)s::text[], %(moveds)s::timestamptz[], %(sents)s::timestamptz[],
                    %(delivereds)s::timestamptz[], %(seens)s::timestamptz[])
             AS now (id, state, due_at, leased_until, ask_at, lost_at, provider_id, cost_minor, reason, moved_at,
                     sent_at, delivered_at, seen_at)
        WHERE delivery.shop_id = %(shop)s AND delivery.id = now.id
        """,
        {
            "shop": tx.shop_id,
            "ids": [one.id for one in after],
            "states": [one.state for one in after],
            "dues": [one.due_at for one in after],
            "leases": [one.leased_until for one in after],
            "asks": [one.ask_at for one in after],
            "losts": [one.lost_at for one in after],
            "providers": [one.provider_id for one in after],
            "costs": [one.cost_minor for one in after],
            "reasons": [one.reason for one in after],
            "moveds": [one.moved_at for one in after],
            "sents": [one.sent_at for one in after],
            "delivereds": [one.delivered_at for one in after],
            "seens": [one.seen_at for one in after],
        },
        must=(len(after), "a delivery went away while it was locked"),
    )


async def tried_channels(tx: Tx, messages: Collection[UUID]) -> dict[UUID, set[str]]:
    """Channels each message was tried on in its present round."""
    rows = await tx.all(
        """
        SELECT delivery.message_id, delivery.channel
        FROM delivery
        JOIN message ON message.shop_id = delivery.shop_id AND message.id = delivery.message_id
             AND message.round = delivery.round
        WHERE delivery.shop_id = %(shop)s AND delivery.message_id = ANY(%(ids)s)
        """,
        {"shop": tx.shop_id, "ids": list(messages)},
    )
    tried: dict[UUID, set[str]] = {}
    for row in rows:
        tried.setdefault(row.message_id, set()).add(row.channel)
    return tried


async def standing_tries(tx: Tx, messages: Collection[UUID]) -> set[UUID]:
    """Messages of which a try of the present round was sent, or is in the air."""
    rows = await tx.all(
        """
        SELECT DISTINCT delivery.message_id
        FROM delivery
        JOIN message ON message.shop_id = delivery.shop_id AND message.id = delivery.message_id
             AND message.round = delivery.round
        WHERE delivery.shop_id = %(shop)s AND delivery.message_id = ANY(%(ids)s)
          AND delivery.state IN ('queued', 'sending', 'unknown', 'sent', 'delivered', 'seen')
        """,
        {"shop": tx.shop_id, "ids": list(messages)},
    )
    return {row.message_id for row in rows}


async def silence(tx: Tx, messages: Collection[UUID], why: str, *, now: datetime) -> list[UUID]:
    """Take back what of these messages is only queued; the messages it was taken back of."""
    if not messages:
        return []
    rows = await tx.all(
        """
        UPDATE delivery SET state = 'suppressed', reason = %(why)s, moved_at = %(now)s
        WHERE shop_id = %(shop)s AND message_id = ANY(%(ids)s) AND state = 'queued'
        RETURNING message_id
        """,
        {"shop": tx.shop_id, "ids": list(messages), "why": why, "now": now},
    )
    return [row.message_id for row in rows]


async def in_the_air(tx: Tx, message_id: UUID) -> str | None:
    """The channel on which a try of a message is not over; None when none is."""
    row = await tx.maybe(
        """
        SELECT channel FROM delivery
        WHERE shop_id = %(shop)s AND message_id = %(id)s AND state IN ('queued', 'sending', 'unknown')
        """,
        {"shop": tx.shop_id, "id": message_id},
    )
    return None if row is None else str(row.channel)


async def forget_words(tx: Tx, people: Collection[UUID], why: str, *, now: datetime) -> None:
    """What was said to these people goes; what is only queued is not said."""
    await tx.run(
        """
        UPDATE delivery
        SET words_enc = NULL,
            reason = CASE WHEN delivery.state = 'queued' THEN %(why)s ELSE delivery.reason END,
            moved_at = CASE WHEN delivery.state = 'queued' THEN %(now)s ELSE delivery.moved_at END,
            state = CASE WHEN delivery.state = 'queued' THEN 'suppressed' ELSE delivery.state END
        FROM message
        WHERE delivery.shop_id = %(shop)s AND message.shop_id = delivery.shop_id
          AND message.id = delivery.message_id AND message.person_id = ANY(%(people)s)
        """,
        {"shop": tx.shop_id, "people": list(people), "why": why, "now": now},
    )
