"""Facts: written with the change they tell of, put in order once, applied in batches.

    record      in the command's transaction: (entity, seq) is its identity and its order
    sequence    a worker gives each committed fact the next position of its shop's log
    consume     a consumer applies facts past its cursor; cursor and effect commit together

A fact exists if and only if its change was committed. Position is given after the commit,
because numbers taken before it can become visible out of order and a cursor would step over
them (docs/decisions: events are sequenced after commit).
"""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from psycopg.types.json import Jsonb

from orderan.kit.db import Tx


@dataclass(frozen=True)
class Event:
    """A fact in the past tense; subclasses are frozen dataclasses of plain values.

    Attributes:
        kind: `domain.fact.v1`.
    """

    kind: ClassVar[str]

    def payload(self) -> dict[str, Any]:
        # `__dataclass_fields__` would bring the class variable `kind` along.
        return {field.name: getattr(self, field.name) for field in fields(self)}


@dataclass(frozen=True)
class Recorded:
    """A fact as it stands in the log."""

    shop_id: int
    entity_id: UUID
    seq: int
    kind: str
    payload: dict[str, Any]
    actor: str
    reason: str | None
    occurred_at: datetime
    position: int

    @property
    def event_id(self) -> str:
        return f"{self.entity_id.hex}.{self.seq}"


@dataclass(frozen=True)
class Fact:
    """A fact about to be recorded."""

    entity_id: UUID
    event: Event
    reason: str | None = None


async def record(tx: Tx, entity_id: UUID, *events: Event, now: datetime, reason: str | None = None) -> None:
    """Record facts about one entity, whose row the caller has locked."""
    await record_all(tx, [Fact(entity_id, event, reason) for event in events], now=now)


async def record_all(tx: Tx, facts: Iterable[Fact], *, now: datetime, fresh: bool = False) -> None:
    """Record facts about many entities in one statement, in the order given per entity.

    Args:
        fresh: The entities were made in this transaction and have no facts yet; saves the
            look-up of their last sequence number.
    """
    facts = list(facts)
    if not facts:
        return
    turns: dict[UUID, int] = {}
    order = []
    for fact in facts:
        turns[fact.entity_id] = turns.get(fact.entity_id, 0) + 1
        order.append(turns[fact.entity_id])
    last = {} if fresh else await _last_seqs(tx, list(turns))
    await tx.send(
        """
        INSERT INTO event (shop_id, entity_id, seq, kind, payload, actor, reason, request_id, occurred_at)
        SELECT %(shop)s, entity_id, seq, kind, payload, %(actor)s, reason, %(request)s, %(now)s
        FROM unnest(%(entities)s::uuid[], %(seqs)s::int[], %(kinds)s::text[], %(payloads)s::jsonb[],
                    %(reasons)s::text[]) AS fact (entity_id, seq, kind, payload, reason)
        """,
        {
            "shop": tx.shop_id,
            "actor": tx.actor,
            "request": tx.caller.request_id,
            "now": now,
            "entities": [fact.entity_id for fact in facts],
            "seqs": [last.get(fact.entity_id, 0) + turn for fact, turn in zip(facts, order, strict=True)],
            "kinds": [fact.event.kind for fact in facts],
            "payloads": [Jsonb(fact.event.payload()) for fact in facts],
            "reasons": [fact.reason for fact in facts],
        },
    )


async def _last_seqs(tx: Tx, entities: Sequence[UUID]) -> dict[UUID, int]:
    rows = await tx.all(
        """
        SELECT entity_id, max(seq) AS seq
        FROM event
        WHERE shop_id = %(shop)s AND entity_id = ANY(%(entities)s)
        GROUP BY entity_id
        """,
        {"shop": tx.shop_id, "entities": entities},
    )
    return {row.entity_id: row.seq for row in rows}


async def sequence(tx: Tx, *, limit: int = 5_000) -> int:
    """Give committed facts of this shop their positions; returns how many.

    The head row's lock makes one sequencer per shop. Facts of one entity keep their order:
    a later one is written only after the earlier one was committed, so whoever sees the later
    sees both. Clocks may differ, so a fact never stands before an earlier one of its entity
    whatever its instant says, and a batch takes the earlier ones along.
    """
    head = await tx.maybe(
        "SELECT position FROM event_head WHERE shop_id = %(shop)s FOR UPDATE", {"shop": tx.shop_id}
    )
    if head is None:
        return 0
    given = await tx.run(
        """
        WITH oldest AS (
            SELECT entity_id, seq
            FROM event
            WHERE shop_id = %(shop)s AND position IS NULL
            ORDER BY occurred_at
            LIMIT %(limit)s
        ), reached AS (
            SELECT entity_id, max(seq) AS seq FROM oldest GROUP BY entity_id
        ), batch AS (
            SELECT event.entity_id, event.seq,
                   max(event.occurred_at) OVER (PARTITION BY event.entity_id ORDER BY event.seq) AS at
            FROM event
            JOIN reached ON reached.entity_id = event.entity_id AND reached.seq >= event.seq
            WHERE event.shop_id = %(shop)s AND event.position IS NULL
        ), waiting AS (
            SELECT entity_id, seq, row_number() OVER (ORDER BY at, entity_id, seq) AS turn FROM batch
        )
        UPDATE event
        SET position = %(head)s + waiting.turn
        FROM waiting
        WHERE event.shop_id = %(shop)s
          AND event.entity_id = waiting.entity_id
          AND event.seq = waiting.seq
        """,
        {"shop": tx.shop_id, "limit": limit, "head": head.position},
    )
    if given:
        await tx.run(
            "UPDATE event_head SET position = position + %(given)s WHERE shop_id = %(shop)s",
            {"shop": tx.shop_id, "given": given},
        )
    return given


Handler = Callable[[Tx, Sequence[Recorded]], Awaitable[None]]


@dataclass(frozen=True)
class Consumer:
    """Somebody who reacts to facts: a name that owns a cursor, the kinds wanted, what to do."""

    name: str
    kinds: frozenset[str]
    handler: Handler


async def consume(tx: Tx, consumer: Consumer, *, limit: int = 500) -> int:
    """Apply the next facts to one consumer; returns how many positions were passed.

    The cursor row is locked, so a second worker waits; cursor and effect commit together, so a
    fact is applied once however often this is tried.
    """
    await tx.run(
        """
        INSERT INTO event_cursor (shop_id, consumer, position)
        VALUES (%(shop)s, %(consumer)s, 0)
        ON CONFLICT DO NOTHING
        """,
        {"shop": tx.shop_id, "consumer": consumer.name},
    )
    cursor = await tx.one(
        "SELECT position FROM event_cursor WHERE shop_id = %(shop)s AND consumer = %(consumer)s FOR UPDATE",
        {"shop": tx.shop_id, "consumer": consumer.name},
    )
    facts = await read_log(tx, after=cursor.position, limit=limit)
    if not facts:
        return 0
    if wanted := [fact for fact in facts if fact.kind in consumer.kinds]:
        await consumer.handler(tx, wanted)
    await tx.run(
        """
        UPDATE event_cursor SET position = %(position)s
        WHERE shop_id = %(shop)s AND consumer = %(consumer)s
        """,
        {"shop": tx.shop_id, "consumer": consumer.name, "position": facts[-1].position},
    )
    return len(facts)


async def read_log(tx: Tx, *, after: int, limit: int) -> list[Recorded]:
    """Facts with a position above `after`, in log order."""
    rows = await tx.all(
        """
        SELECT shop_id, entity_id, seq, kind, payload, actor, reason, occurred_at, position
        FROM event
        WHERE shop_id = %(shop)s AND position > %(after)s
        ORDER BY position
        LIMIT %(limit)s
        """,
        {"shop": tx.shop_id, "after": after, "limit": limit},
    )
    return [Recorded(**row._asdict()) for row in rows]


async def last_position(tx: Tx) -> int:
    """The last position given in the shop's log; 0 where none was."""
    row = await tx.maybe("SELECT position FROM event_head WHERE shop_id = %(shop)s", {"shop": tx.shop_id})
    return 0 if row is None else int(row.position)


async def history(tx: Tx, entity_id: UUID) -> list[Recorded]:
    """Every fact about one entity, oldest first; positions not given yet read as zero."""
    rows = await tx.all(
        """
        SELECT shop_id, entity_id, seq, kind, payload, actor, reason, occurred_at,
               coalesce(position, 0) AS position
        FROM event
        WHERE shop_id = %(shop)s AND entity_id = %(entity)s
        ORDER BY seq
        """,
        {"shop": tx.shop_id, "entity": entity_id},
    )
    return [Recorded(**row._asdict()) for row in rows]


async def waiting_since(tx: Tx) -> datetime | None:
    """Instant of this shop's oldest fact that has no position yet; None when all have theirs."""
    row = await tx.maybe(
        """
        SELECT occurred_at
        FROM event
        WHERE shop_id = %(shop)s AND position IS NULL
        ORDER BY occurred_at
        LIMIT 1
        """,
        {"shop": tx.shop_id},
    )
    return None if row is None else row.occurred_at


async def forget_words(tx: Tx, entities: Collection[UUID], emptied: Mapping[str, Sequence[str]]) -> None:
    """Take out of facts what people wrote freely: their reasons, and lists of words in some payloads.

    Args:
        emptied: Per kind, the members of its payload that become an empty list.
    """
    await tx.run(
        "UPDATE event SET reason = NULL WHERE shop_id = %(shop)s AND entity_id = ANY(%(ids)s) AND reason IS NOT NULL",
        {"shop": tx.shop_id, "ids": list(entities)},
    )
    for kind, members in emptied.items():
        await tx.run(
            """
            UPDATE event
            SET payload = payload || (SELECT jsonb_object_agg(member, '[]'::jsonb)
                                      FROM unnest(%(members)s::text[]) AS member)
            WHERE shop_id = %(shop)s AND entity_id = ANY(%(ids)s) AND kind = %(kind)s
            """,
            {"shop": tx.shop_id, "ids": list(entities), "kind": kind, "members": list(members)},
        )
