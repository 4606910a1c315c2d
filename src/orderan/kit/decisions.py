"""Kenapa? Every automatic choice keeps what it knew, which rule it followed and why."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from orderan.kit.db import Tx
from orderan.kit.ids import new_id


@dataclass(frozen=True)
class Decision:
    """One choice made by a rule.

    Attributes:
        subject_id: What it was about, usually an order.
        kind: Which question, such as `sourcing`.
        rule: Name and version of the rule, such as `cheapest_places@2`; a replay needs it.
        inputs, outcome: Plain values, enough to decide again.
        reasons: Short sentences or codes, the weightiest first.
    """

    subject_id: UUID
    kind: str
    rule: str
    inputs: dict[str, Any]
    outcome: dict[str, Any]
    reasons: Sequence[str]


@dataclass(frozen=True, slots=True)
class Replayed:
    """What today's rule answers to the inputs of an earlier decision.

    Attributes:
        rule: The rule as it is now, with its version.
    """

    rule: str
    outcome: dict[str, Any]
    reasons: Sequence[str]


async def keep(tx: Tx, decisions: Sequence[Decision], *, now: datetime) -> None:
    """Store decisions with the change they led to, in one statement."""
    if not decisions:
        return
    await tx.send(
        """
        INSERT INTO decision (shop_id, id, subject_id, kind, rule, inputs, outcome, reasons, decided_at)
        SELECT %(shop)s, id, subject_id, kind, rule, inputs, outcome, reasons, %(now)s
        FROM unnest(%(ids)s::uuid[], %(subjects)s::uuid[], %(kinds)s::text[], %(rules)s::text[],
                    %(inputs)s::jsonb[], %(outcomes)s::jsonb[], %(reasons)s::jsonb[])
             AS made (id, subject_id, kind, rule, inputs, outcome, reasons)
        """,
        {
            "shop": tx.shop_id,
            "now": now,
            "ids": [new_id() for _ in decisions],
            "subjects": [made.subject_id for made in decisions],
            "kinds": [made.kind for made in decisions],
            "rules": [made.rule for made in decisions],
            "inputs": [Jsonb(made.inputs) for made in decisions],
            "outcomes": [Jsonb(made.outcome) for made in decisions],
            "reasons": [Jsonb(list(made.reasons)) for made in decisions],
        },
    )


async def about(tx: Tx, subject_id: UUID) -> list[Any]:
    """Decisions about one subject, oldest first: kind, rule, inputs, outcome, reasons, decided_at."""
    return await tx.all(
        """
        SELECT kind, rule, inputs, outcome, reasons, decided_at
        FROM decision
        WHERE shop_id = %(shop)s AND subject_id = %(subject)s
        ORDER BY id
        """,
        {"shop": tx.shop_id, "subject": subject_id},
    )


@dataclass(frozen=True, slots=True)
class Past:
    """A decision as it is read again, without its reasons."""

    id: UUID
    subject_id: UUID
    rule: str
    inputs: dict[str, Any]
    outcome: dict[str, Any]
    decided_at: datetime


async def newest(
    tx: Tx, kind: str, *, since: datetime, before: tuple[datetime, UUID] | None, limit: int
) -> tuple[list[Past], tuple[datetime, UUID] | None]:
    """Decisions of a kind since then, the newest first; and where the next ones begin, None at the end.

    Args:
        before: Where the ones before ended.
    """
    rows = await tx.all(
        """
        SELECT id, subject_id, rule, inputs, outcome, decided_at
        FROM decision
        WHERE shop_id = %(shop)s AND kind = %(kind)s AND decided_at >= %(since)s
          AND (%(at)s::timestamptz IS NULL OR (decided_at, id) < (%(at)s, %(id)s))
        ORDER BY decided_at DESC, id DESC
        LIMIT %(limit)s
        """,
        {
            "shop": tx.shop_id,
            "kind": kind,
            "since": since,
            "at": before[0] if before else None,
            "id": before[1] if before else None,
            "limit": limit,
        },
    )
    found = [Past(**row._asdict()) for row in rows]
    return found, (found[-1].decided_at, found[-1].id) if len(found) == limit else None


async def forget_inputs(tx: Tx, subjects: Collection[UUID], members: Sequence[str]) -> None:
    """Take members out of what decisions about these were made from."""
    await tx.run(
        """
        UPDATE decision SET inputs = inputs - %(members)s::text[]
        WHERE shop_id = %(shop)s AND subject_id = ANY(%(ids)s)
        """,
        {"shop": tx.shop_id, "ids": list(subjects), "members": list(members)},
    )


async def forget_input(tx: Tx, subjects: Collection[UUID], kind: str, path: Sequence[str]) -> None:
    """Take one value, however deep it stands, out of what decisions of a kind about these were made from."""
    await tx.run(
        """
        UPDATE decision SET inputs = inputs #- %(path)s::text[]
        WHERE shop_id = %(shop)s AND subject_id = ANY(%(ids)s) AND kind = %(kind)s
        """,
        {"shop": tx.shop_id, "ids": list(subjects), "kind": kind, "path": list(path)},
    )
