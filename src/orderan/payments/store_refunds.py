"""Agreement to refunds and tries to send them back, in SQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID

from orderan.kit.db import Tx
from orderan.payments.attempts import Attempt
from orderan.payments.models import Refund
from orderan.payments.refund_tries import RefundTry
from orderan.payments.store import as_refund
from orderan.payments.store_attempts import attempts_of

_TRY: Final[
    LiteralString
] = """id, refund_id, order_id, attempt_id, key, amount_minor, currency, state, gateway_id, reason, booked_minor,
               began_by, began_at, moved_at, ask_at, asked"""


async def approve_above(tx: Tx) -> int | None:
    """Above which amount a second person approves; None: never."""
    row = await tx.maybe(
        "SELECT approve_above_minor FROM refund_rule WHERE shop_id = %(shop)s", {"shop": tx.shop_id}
    )
    return None if row is None else row.approve_above_minor


async def set_rule(tx: Tx, approve_above_minor: int | None, *, now: datetime) -> None:
    await tx.run(
        """
        INSERT INTO refund_rule (shop_id, approve_above_minor, set_by, set_at)
        VALUES (%(shop)s, %(above)s, %(actor)s, %(now)s)
        ON CONFLICT (shop_id) DO UPDATE
        SET approve_above_minor = excluded.approve_above_minor, set_by = excluded.set_by, set_at = excluded.set_at
        """,
        {"shop": tx.shop_id, "above": approve_above_minor, "actor": tx.actor, "now": now},
    )


async def unjudged(tx: Tx, order_id: UUID) -> int:
    """What the caller promised for an order and nobody else agreed to, paid or not."""
    return int(
        await tx.value(
            """
            SELECT coalesce(sum(amount_minor), 0)::bigint
            FROM refund
            WHERE shop_id = %(shop)s AND order_id = %(order)s AND granted_by = %(actor)s
              AND state <> 'withdrawn' AND approval = 'not_needed'
            """,
            {"shop": tx.shop_id, "order": order_id, "actor": tx.actor},
        )
    )


async def set_approval(tx: Tx, refund: Refund, approval: str, *, now: datetime) -> bool:
    """Write a second person's word; False when somebody said theirs first."""
    return (
        await tx.run(
            """
            UPDATE refund SET approval = %(approval)s, judged_by = %(actor)s, judged_at = %(now)s
            WHERE shop_id = %(shop)s AND id = %(id)s AND state = 'granted' AND approval = %(was)s
            """,
            {
                "shop": tx.shop_id,
                "id": refund.id,
                "approval": approval,
                "was": refund.approval,
                "actor": tx.actor,
                "now": now,
            },
        )
        == 1
    )


async def set_paid(
    tx: Tx,
    refund: Refund,
    *,
    paid_minor: int,
    state: str,
    method: str | None,
    reference: str | None,
    now: datetime,
) -> Refund:
    """Write what of a refund left the shop; its order is locked by whoever calls."""
    row = await tx.one(
        """
        UPDATE refund
        SET paid_minor = %(paid)s, state = %(state)s,
            method = CASE WHEN %(state)s = 'executed' THEN %(method)s::text END,
            reference = CASE WHEN %(state)s = 'executed' THEN %(reference)s::text END,
            closed_by = CASE WHEN %(state)s = 'executed' THEN %(actor)s::text END,
            closed_at = CASE WHEN %(state)s = 'executed' THEN %(now)s::timestamptz END
        WHERE shop_id = %(shop)s AND id = %(id)s
        RETURNING *
        """,
        {
            "shop": tx.shop_id,
            "id": refund.id,
            "paid": paid_minor,
            "state": state,
            "method": method,
            "reference": reference,
            "actor": tx.actor,
            "now": now,
        },
    )
    return as_refund(row)


async def captured_tries(tx: Tx, order_id: UUID) -> list[tuple[Attempt, datetime, int]]:
    """Buyer's tries whose money is with us: since when, and what of it is on its way back or went back.

    A try whose refund failed gives its room back.
    """
    rows = await tx.all(
        """
        SELECT payment_attempt.id,
               (SELECT min(payment_event.at) FROM payment_event
                WHERE payment_event.shop_id = payment_attempt.shop_id
                  AND payment_event.order_id = payment_attempt.order_id
                  AND payment_event.kind = 'captured'
                  AND split_part(payment_event.reference, ':', 1) = payment_attempt.reference) AS paid_at,
               (SELECT coalesce(sum(refund_try.amount_minor), 0)::bigint FROM refund_try
                WHERE refund_try.shop_id = payment_attempt.shop_id
                  AND refund_try.attempt_id = payment_attempt.id AND refund_try.state <> 'failed') AS back
        FROM payment_attempt
        WHERE payment_attempt.shop_id = %(shop)s AND payment_attempt.order_id = %(order)s
          AND payment_attempt.state IN ('paid', 'refunded')
        """,
        {"shop": tx.shop_id, "order": order_id},
    )
    by_id = {attempt.id: attempt for attempt in await attempts_of(tx, order_id)}
    return [(by_id[row.id], row.paid_at, row.back) for row in rows if row.paid_at is not None]


async def in_the_air(tx: Tx, refund_id: UUID) -> bool:
    """Whether what became of a try is not known, or known and not in the ledger."""
    return bool(
        await tx.value(
            """
            SELECT EXISTS (SELECT FROM refund_try
                           WHERE shop_id = %(shop)s AND refund_id = %(refund)s
                             AND (state IN ('asking', 'unknown', 'waiting', 'pending')
                                  OR (state = 'done' AND booked_minor = 0)))
            """,
            {"shop": tx.shop_id, "refund": refund_id},
        )
    )


async def insert_tries(tx: Tx, tries: Sequence[RefundTry]) -> None:
    """Write tries before their gateways are asked."""
    await tx.run(
        """
        INSERT INTO refund_try (shop_id, id, refund_id, order_id, attempt_id, key, amount_minor, currency, state,
                                began_by, began_at, moved_at, ask_at)
        SELECT %(shop)s, made.id, %(refund)s, %(order)s, made.attempt_id, made.key, made.amount_minor, %(currency)s,
               %(state)s, %(actor)s, %(began)s, %(began)s, %(ask)s
        FROM unnest(%(ids)s::uuid[], %(attempts)s::uuid[], %(keys)s::text[], %(amounts)s::bigint[])
             AS made (id, attempt_id, key, amount_minor)
        """,
        {
            "shop": tx.shop_id,
            "refund": tries[0].refund_id,
            "order": tries[0].order_id,
            "currency": tries[0].currency,
            "state": tries[0].state,
            "actor": tries[0].began_by,
            "began": tries[0].began_at,
            "ask": tries[0].ask_at,
            "ids": [one.id for one in tries],
            "attempts": [one.attempt_id for one in tries],
            "keys": [one.key for one in tries],
            "amounts": [one.amount_minor for one in tries],
        },
    )


async def tries_begun(tx: Tx, attempts: Collection[UUID]) -> dict[UUID, int]:
    """How many tries to send back were begun over each of these buyer's tries; one without any is missing."""
    rows = await tx.all(
        """
        SELECT attempt_id, count(*)::int AS begun FROM refund_try
        WHERE shop_id = %(shop)s AND attempt_id = ANY(%(attempts)s)
        GROUP BY attempt_id
        """,
        {"shop": tx.shop_id, "attempts": list(attempts)},
    )
    return {row.attempt_id: row.begun for row in rows}


async def sent_over(tx: Tx, attempt_id: UUID, *, but: UUID) -> tuple[int, int]:
    """What went back over a buyer's try, and what may be on its way, one try to send it left out."""
    row = await tx.one(
        """
        SELECT coalesce(sum(amount_minor) FILTER (WHERE state = 'done'), 0)::bigint AS done,
               coalesce(sum(amount_minor) FILTER (WHERE state IN ('asking', 'unknown', 'waiting', 'pending')),
                        0)::bigint AS in_the_air
        FROM refund_try
        WHERE shop_id = %(shop)s AND attempt_id = %(attempt)s AND id <> %(but)s
        """,
        {"shop": tx.shop_id, "attempt": attempt_id, "but": but},
    )
    return row.done, row.in_the_air


async def lock_try(tx: Tx, try_id: UUID) -> RefundTry | None:
    """Lock a try; its order is locked first, by whoever calls."""
    row = await tx.maybe(
        f"SELECT {_TRY} FROM refund_try WHERE shop_id = %(shop)s AND id = %(id)s FOR NO KEY UPDATE",
        {"shop": tx.shop_id, "id": try_id},
    )
    return None if row is None else RefundTry(*row)


async def save_try(tx: Tx, one: RefundTry) -> None:
    """Write a locked try as it stands now."""
    values: dict[str, Any] = {
        "shop": tx.shop_id,
        "id": one.id,
        "state": one.state,
        "gateway_id": one.gateway_id,
        "reason": one.reason,
        "booked": one.booked_minor,
        "moved": one.moved_at,
        "ask": one.ask_at,
        "asked": one.asked,
    }
    await tx.run(
        """
        UPDATE refund_try
        SET state = %(state)s, gateway_id = %(gateway_id)s, reason = %(reason)s, booked_minor = %(booked)s,
            moved_at = %(moved)s, ask_at = %(ask)s, asked = %(asked)s
        WHERE shop_id = %(shop)s AND id = %(id)s
        """,
        values,
    )


async def tries_of(tx: Tx, refund_id: UUID) -> list[RefundTry]:
    """Tries to send a refund back, oldest first."""
    rows = await tx.all(
        f"""
        SELECT {_TRY} FROM refund_try
        WHERE shop_id = %(shop)s AND refund_id = %(refund)s
        ORDER BY began_at, id
        """,
        {"shop": tx.shop_id, "refund": refund_id},
    )
    return [RefundTry(*row) for row in rows]


async def tries_due(tx: Tx, *, now: datetime, limit: int) -> list[RefundTry]:
    """Tries whose gateway is to be asked by now, the longest due first; nothing is locked."""
    rows = await tx.all(
        f"""
        SELECT {_TRY} FROM refund_try
        WHERE shop_id = %(shop)s AND ask_at <= %(now)s
        ORDER BY ask_at
        LIMIT %(limit)s
        """,
        {"shop": tx.shop_id, "now": now, "limit": limit},
    )
    return [RefundTry(*row) for row in rows]


async def open_back(tx: Tx, order_ids: Collection[UUID]) -> dict[UUID, int]:
    """What of each order is on its way back through a gateway and not in the ledger yet."""
    rows = await tx.all(
        """
        SELECT order_id, sum(amount_minor)::bigint AS amount_minor
        FROM refund_try
        WHERE shop_id = %(shop)s AND order_id = ANY(%(orders)s) AND state <> 'failed' AND booked_minor = 0
        GROUP BY order_id
        """,
        {"shop": tx.shop_id, "orders": list(order_ids)},
    )
    return {row.order_id: row.amount_minor for row in rows}


async def set_held(tx: Tx, refund_id: UUID, why: str | None) -> None:
    """Write why a refund does not leave for now; one that is over is left alone."""
    await tx.run(
        "UPDATE refund SET held_for = %(why)s WHERE shop_id = %(shop)s AND id = %(id)s AND state = 'granted'",
        {"shop": tx.shop_id, "id": refund_id, "why": why},
    )
