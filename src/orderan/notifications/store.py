"""Writing messages. Whoever locks messages and their deliveries locks deliveries first."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID

from orderan.kit.db import Tx
from orderan.notifications.kinds import OVERTAKEN_BY, OVERTAKEN_ON_SUBJECT
from orderan.notifications.models import Message, Why

MESSAGE_COLUMNS: Final[LiteralString] = """
message.id, message.kind, message.topic_id, message.subject_id, message.person_id, message.state, message.locale,
message.channels, message.round, message.zone, message.made_at, message.due_at, message.useful_until,
message.moved_at, message.reason, message.fact_seq
"""


def as_message(row: Any) -> Message:
    columns = list(row[:16])
    columns[7] = tuple(columns[7])
    return Message(*columns)


async def insert_messages(tx: Tx, made: Sequence[tuple[Message, UUID]]) -> set[UUID]:
    """Write messages, each with the fact it comes from; one that was made before is left out.

    Returns:
        Ids of those that are new.
    """
    messages = [one for one, _ in made]
    rows = await tx.all(
        """
        INSERT INTO message (shop_id, id, kind, topic_id, subject_id, person_id, state, fact_entity, fact_seq, locale,
                             zone, channels, made_at, due_at, useful_until, moved_at, reason)
        SELECT %(shop)s, id, kind, topic_id, subject_id, person_id, state, fact_entity, fact_seq, locale, zone,
               string_to_array(channels, ','), made_at, due_at, useful_until, made_at, reason
        FROM unnest(%(ids)s::uuid[], %(kinds)s::text[], %(topics)s::uuid[], %(subjects)s::uuid[], %(people)s::uuid[],
                    %(states)s::text[], %(entities)s::uuid[], %(seqs)s::int[], %(locales)s::text[], %(zones)s::text[],
                    %(channels)s::text[], %(made)s::timestamptz[], %(dues)s::timestamptz[],
                    %(untils)s::timestamptz[], %(reasons)s::text[])
             AS made (id, kind, topic_id, subject_id, person_id, state, fact_entity, fact_seq, locale, zone, channels,
                      made_at, due_at, useful_until, reason)
        ON CONFLICT DO NOTHING
        RETURNING id
        """,
        {
            "shop": tx.shop_id,
            "ids": [one.id for one in messages],
            "kinds": [one.kind for one in messages],
            "topics": [one.topic_id for one in messages],
            "subjects": [one.subject_id for one in messages],
            "people": [one.person_id for one in messages],
            "states": [one.state for one in messages],
            "entities": [entity for _, entity in made],
            "seqs": [one.fact_seq for one in messages],
            "locales": [one.locale for one in messages],
            "zones": [one.zone for one in messages],
            "channels": [",".join(one.channels) for one in messages],
            "made": [one.made_at for one in messages],
            "dues": [one.due_at for one in messages],
            "untils": [one.useful_until for one in messages],
            "reasons": [one.reason for one in messages],
        },
    )
    return {row.id for row in rows}


_PAIRS: Final = [
    (kind.value, by.value, same)
    for table, same in ((OVERTAKEN_BY, False), (OVERTAKEN_ON_SUBJECT, True))
    for kind, overtakers in table.items()
    for by in sorted(overtakers)
]


async def suppress_overtaken(tx: Tx, topics: Collection[UUID], *, now: datetime) -> int:
    """Silence what was overtaken about these topics and is not on its way yet; returns how much.

    It asks what there is and not what came last, so that the order of arrival makes no difference.
    """
    return await tx.run(
        """
        WITH overtaken AS (
            SELECT DISTINCT message.id
            FROM message
            JOIN unnest(%(kinds)s::text[], %(bys)s::text[], %(same)s::boolean[]) AS rule (kind, overtaker, same)
                 ON rule.kind = message.kind
            JOIN message AS other ON other.shop_id = message.shop_id AND other.topic_id = message.topic_id
                 AND other.kind = rule.overtaker AND (NOT rule.same OR other.subject_id = message.subject_id)
            WHERE message.shop_id = %(shop)s AND message.topic_id = ANY(%(topics)s) AND message.state = 'waiting'
        ), silenced AS (
            UPDATE delivery SET state = 'suppressed', reason = %(why)s, moved_at = %(now)s
            FROM overtaken
            WHERE delivery.shop_id = %(shop)s AND delivery.message_id = overtaken.id AND delivery.state = 'queued'
            RETURNING delivery.message_id
        )
        UPDATE message SET state = 'suppressed', reason = %(why)s, moved_at = %(now)s
        FROM silenced
        WHERE message.shop_id = %(shop)s AND message.id = silenced.message_id AND message.state = 'waiting'
        """,
        {
            "shop": tx.shop_id,
            "topics": list(topics),
            "kinds": [kind for kind, _, _ in _PAIRS],
            "bys": [by for _, by, _ in _PAIRS],
            "same": [same for _, _, same in _PAIRS],
            "why": Why.OVERTAKEN,
            "now": now,
        },
    )


async def lock_messages(tx: Tx, ids: Collection[UUID]) -> dict[UUID, Message]:
    rows = await tx.all(
        "SELECT "
        + MESSAGE_COLUMNS
        + " FROM message WHERE shop_id = %(shop)s AND id = ANY(%(ids)s) ORDER BY id FOR NO KEY UPDATE",
        {"shop": tx.shop_id, "ids": list(ids)},
    )
    return {row.id: as_message(row) for row in rows}


async def save_messages(tx: Tx, after: Sequence[Message]) -> None:
    """Write locked messages as they stand now."""
    if not after:
        return
    await tx.send(
        """
        UPDATE message
        SET state = now.state, channels = string_to_array(now.channels, ','), round = now.round,
            due_at = now.due_at, moved_at = now.moved_at, reason = now.reason
        FROM unnest(%(ids)s::uuid[], %(states)s::text[], %(channels)s::text[], %(rounds)s::int[],
                    %(dues)s::timestamptz[], %(moveds)s::timestamptz[], %(reasons)s::text[])
             AS now (id, state, channels, round, due_at, moved_at, reason)
        WHERE message.shop_id = %(shop)s AND message.id = now.id
        """,
        {
            "shop": tx.shop_id,
            "ids": [one.id for one in after],
            "states": [one.state for one in after],
            "channels": [",".join(one.channels) for one in after],
            "rounds": [one.round for one in after],
            "dues": [one.due_at for one in after],
            "moveds": [one.moved_at for one in after],
            "reasons": [one.reason for one in after],
        },
        must=(len(after), "a message went away while it was locked"),
    )


async def messages_by_id(tx: Tx, ids: Collection[UUID]) -> dict[UUID, Message]:
    rows = await tx.all(
        "SELECT " + MESSAGE_COLUMNS + " FROM message WHERE shop_id = %(shop)s AND id = ANY(%(ids)s)",
        {"shop": tx.shop_id, "ids": list(ids)},
    )
    return {row.id: as_message(row) for row in rows}


async def suppress_of(tx: Tx, people: Collection[UUID], why: str, *, now: datetime) -> None:
    """Silence what waits to be told to these people and has no try that may be on its way."""
    await tx.run(
        """
        UPDATE message SET state = 'suppressed', reason = %(why)s, moved_at = %(now)s
        WHERE shop_id = %(shop)s AND person_id = ANY(%(people)s) AND state = 'waiting'
          AND NOT EXISTS (SELECT FROM delivery
                          WHERE delivery.shop_id = %(shop)s AND delivery.message_id = message.id
                            AND delivery.state IN ('queued', 'sending', 'unknown'))
        """,
        {"shop": tx.shop_id, "people": list(people), "why": why, "now": now},
    )
