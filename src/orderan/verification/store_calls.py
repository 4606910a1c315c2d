"""Threads of calls, and what attempts cost, in SQL."""

from datetime import datetime
from typing import Final, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb

from orderan.kit.db import Tx
from orderan.verification.models import CallThread

THREAD: Final[LiteralString] = "attempt_id, order_id, account_id, call_id, talk, state, looks, look_at"


async def begin_thread(tx: Tx, thread: CallThread, *, now: datetime) -> None:
    """Write down that an account is about to be asked for a call; another one before it placed none."""
    await tx.run(
        """
        INSERT INTO verification_call (shop_id, attempt_id, order_id, account_id, talk, state, look_at, made_at)
        VALUES (%(shop)s, %(attempt)s, %(order)s, %(account)s, %(talk)s, %(state)s, %(look)s, %(now)s)
        ON CONFLICT (shop_id, attempt_id) DO UPDATE
        SET account_id = excluded.account_id, look_at = excluded.look_at
        WHERE verification_call.call_id IS NULL
        """,
        {
            "shop": tx.shop_id,
            "attempt": thread.attempt_id,
            "order": thread.order_id,
            "account": thread.account_id,
            "talk": Jsonb(dict(thread.talk)),
            "state": thread.state,
            "look": thread.look_at,
            "now": now,
        },
    )


async def lock_thread(tx: Tx, attempt_id: UUID) -> CallThread | None:
    """Lock the thread of an attempt, whose order the caller locked before."""
    row = await tx.maybe(
        f"""
        SELECT {THREAD} FROM verification_call
        WHERE shop_id = %(shop)s AND attempt_id = %(attempt)s
        FOR NO KEY UPDATE
        """,
        {"shop": tx.shop_id, "attempt": attempt_id},
    )
    return None if row is None else CallThread(*row)


async def thread_of_call(
    tx: Tx, account_id: UUID, call_id: str | None, attempt_id: UUID | None
) -> CallThread | None:
    """The thread a provider means by its own name for a call, or by ours; not locked."""
    row = await tx.maybe(
        f"""
        SELECT {THREAD} FROM verification_call
        WHERE shop_id = %(shop)s AND account_id = %(account)s
          AND (call_id = %(call)s OR (attempt_id = %(attempt)s AND (call_id IS NULL OR %(call)s::text IS NULL)))
        ORDER BY call_id = %(call)s DESC NULLS LAST
        LIMIT 1
        """,
        {"shop": tx.shop_id, "account": account_id, "call": call_id, "attempt": attempt_id},
    )
    return None if row is None else CallThread(*row)


async def threads_to_look_up(tx: Tx, *, now: datetime, limit: int) -> list[CallThread]:
    """Calls whose provider is to be asked by now, the longest due first; looked at without a lock."""
    rows = await tx.all(
        f"""
        SELECT {THREAD} FROM verification_call
        WHERE shop_id = %(shop)s AND look_at <= %(now)s
        ORDER BY look_at, attempt_id
        LIMIT %(limit)s
        """,
        {"shop": tx.shop_id, "now": now, "limit": limit},
    )
    return [CallThread(*row) for row in rows]


async def save_thread(tx: Tx, thread: CallThread) -> None:
    """Write a locked thread as it stands now."""
    await tx.run(
        """
        UPDATE verification_call
        SET call_id = %(call)s, talk = %(talk)s, state = %(state)s, looks = %(looks)s, look_at = %(look)s
        WHERE shop_id = %(shop)s AND attempt_id = %(attempt)s
        """,
        {
            "shop": tx.shop_id,
            "attempt": thread.attempt_id,
            "call": thread.call_id,
            "talk": Jsonb(dict(thread.talk)),
            "state": thread.state,
            "looks": thread.looks,
            "look": thread.look_at,
        },
    )


async def note_costs(tx: Tx, attempt_id: UUID, *, cost_minor: int | None, recording_url: str | None) -> None:
    """Keep what an attempt cost and where its recording is, once that is known; what was known stays.

    Of a buyer who was forgotten meanwhile no recording is kept: which telephone was asked is forgotten with them.
    """
    await tx.run(
        """
        UPDATE verification_attempt
        SET cost_minor = coalesce(%(cost)s, cost_minor),
            recording_url = CASE WHEN phone_index IS NOT NULL THEN coalesce(%(recording)s, recording_url) END
        WHERE shop_id = %(shop)s AND id = %(attempt)s
        """,
        {"shop": tx.shop_id, "attempt": attempt_id, "cost": cost_minor, "recording": recording_url},
    )
