"""Everything that happened to an order, in one list: facts, moves, notes and decisions."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from orderan.kit.db import Tx

TOLD_BY_FACTS = frozenset(
    {"commercial", "hold", "money", "task", "parcel", "return", "refund", "verification"}
)
"""Axes whose moves are each told by a fact too; the fact says more."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened.

    Attributes:
        kind: An event's kind; `move.<axis>`, `note` or `decision.<kind>`.
        facts: What is to be said: an event's payload, a move's states, a note's body, a
            decision's inputs, outcome and reasons.
    """

    at: datetime
    kind: str
    facts: dict[str, Any]
    actor: str
    reason: str | None


async def timeline(tx: Tx, order_id: UUID, *, limit: int = 500) -> list[Moment]:
    """The newest first."""
    asked = {"shop": tx.shop_id, "order": order_id, "limit": limit}
    facts = await tx.all(
        """
        SELECT occurred_at AS at, kind, payload, actor, reason, seq
        FROM event
        WHERE shop_id = %(shop)s AND entity_id = %(order)s
        ORDER BY seq DESC
        LIMIT %(limit)s
        """,
        asked,
    )
    moves = await tx.all(
        """
        SELECT at, axis, from_state, event, to_state, actor, reason
        FROM order_move
        WHERE shop_id = %(shop)s AND order_id = %(order)s
        ORDER BY id DESC
        LIMIT %(limit)s
        """,
        asked,
    )
    notes = await tx.all(
        """
        SELECT at, body, author
        FROM order_note
        WHERE shop_id = %(shop)s AND order_id = %(order)s
        ORDER BY id DESC
        LIMIT %(limit)s
        """,
        asked,
    )
    decided = await tx.all(
        """
        SELECT decided_at AS at, kind, rule, inputs, outcome, reasons
        FROM decision
        WHERE shop_id = %(shop)s AND subject_id = %(order)s
        ORDER BY id DESC
        LIMIT %(limit)s
        """,
        asked,
    )
    # Within one instant: a note last, facts by their own number, a decision before its fact.
    ranked = [((row.at, 3, 0), Moment(row.at, "note", {"body": row.body}, row.author, None)) for row in notes]
    ranked += [
        ((row.at, 2, row.seq), Moment(row.at, row.kind, row.payload, row.actor, row.reason)) for row in facts
    ]
    ranked += [
        (
            (row.at, 1, 0),
            Moment(
                row.at,
                f"move.{row.axis}",
                {"from": row.from_state, "event": row.event, "to": row.to_state},
                row.actor,
                row.reason,
            ),
        )
        for row in moves
        if row.axis not in TOLD_BY_FACTS
    ]
    ranked += [
        (
            (row.at, 0, 0),
            Moment(
                row.at,
                f"decision.{row.kind}",
                {"rule": row.rule, "inputs": row.inputs, "outcome": row.outcome, "reasons": row.reasons},
                "system:rules",
                None,
            ),
        )
        for row in decided
    ]
    ranked.sort(key=lambda pair: pair[0], reverse=True)
    return [moment for _, moment in ranked]
