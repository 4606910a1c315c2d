"""Who changed what: before and after, kept in the transaction of the change."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from orderan.kit.db import Tx
from orderan.kit.ids import new_id


@dataclass(frozen=True)
class Trace:
    """One change to one thing; `before` None means it was made, `after` None means it is gone."""

    action: str
    entity_kind: str
    entity_id: str
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None


async def leave(tx: Tx, *traces: Trace, now: datetime) -> None:
    """Write the trail of a command; personal data never belongs in it."""
    if not traces:
        return
    await tx.run(
        """
        INSERT INTO audit_entry (shop_id, id, at, actor, action, entity_kind, entity_id, before, after, request_id)
        SELECT %(shop)s, id, %(now)s, %(actor)s, action, entity_kind, entity_id, before, after, %(request)s
        FROM unnest(%(ids)s::uuid[], %(actions)s::text[], %(kinds)s::text[], %(entities)s::text[],
                    %(befores)s::jsonb[], %(afters)s::jsonb[])
             AS trace (id, action, entity_kind, entity_id, before, after)
        """,
        {
            "shop": tx.shop_id,
            "now": now,
            "actor": tx.actor,
            "request": tx.caller.request_id,
            "ids": [new_id() for _ in traces],
            "actions": [trace.action for trace in traces],
            "kinds": [trace.entity_kind for trace in traces],
            "entities": [trace.entity_id for trace in traces],
            "befores": _each(trace.before for trace in traces),
            "afters": _each(trace.after for trace in traces),
        },
    )


def _each(sides: Any) -> Sequence[Jsonb | None]:
    return [None if side is None else Jsonb(side) for side in sides]


async def forget_words(tx: Tx, entities: Collection[str]) -> None:
    """Keep of changes to these things who made them and when, and no longer what was written."""
    await tx.run(
        """
        UPDATE audit_entry SET before = NULL, after = NULL
        WHERE shop_id = %(shop)s AND entity_id = ANY(%(entities)s)
        """,
        {"shop": tx.shop_id, "entities": list(entities)},
    )
