"""Cases and attempts, in SQL that writes or locks."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID

from orderan.kit.db import Tx
from orderan.verification.models import Attempt, Case, Failure, Way
from orderan.verification.states import OPEN, AttemptState

CASE: Final[LiteralString] = (
    """order_id, policy_version, step, tries, next_at, opened_at, deadline, closed_at, taken_by, taken_at"""
)
ATTEMPT: Final[
    LiteralString
] = """id, order_id, way, state, provider, provider_id, token_digest, answer, note, cost_minor, recording_url,
       began_at, until, moved_at, moved_by, day_id, failure, failure_code"""
_OPEN: Final = [str(state) for state in OPEN]


def as_attempt(row: Any) -> Attempt:
    """A row of the attempt table."""
    columns = row._asdict()
    typed = {
        "way": Way(row.way),
        "state": AttemptState(row.state),
        "failure": None if row.failure is None else Failure(row.failure),
    }
    return Attempt(**columns | typed)


async def insert_cases(tx: Tx, cases: Sequence[Case]) -> None:
    await tx.run(
        """
        INSERT INTO verification_case (shop_id, order_id, policy_version, step, tries, next_at, opened_at, deadline)
        SELECT %(shop)s, made.*
        FROM unnest(%(orders)s::uuid[], %(versions)s::int[], %(steps)s::int[], %(tries)s::int[],
                    %(nexts)s::timestamptz[], %(opened)s::timestamptz[], %(deadlines)s::timestamptz[]) AS made
        ON CONFLICT (shop_id, order_id) DO UPDATE
        SET policy_version = excluded.policy_version, step = excluded.step, tries = excluded.tries,
            next_at = excluded.next_at, deadline = excluded.deadline, closed_at = NULL, taken_by = NULL, taken_at = NULL
        """,
        {
            "shop": tx.shop_id,
            "orders": [case.order_id for case in cases],
            "versions": [case.policy_version for case in cases],
            "steps": [case.step for case in cases],
            "tries": [case.tries for case in cases],
            "nexts": [case.next_at for case in cases],
            "opened": [case.opened_at for case in cases],
            "deadlines": [case.deadline for case in cases],
        },
    )


async def cases_due(tx: Tx, *, now: datetime, limit: int) -> list[UUID]:
    """Orders of cases with something due, the longest due first; looked at without a lock."""
    rows = await tx.all(
        """
        SELECT order_id FROM verification_case
        WHERE shop_id = %(shop)s AND next_at <= %(now)s
        ORDER BY next_at, order_id
        LIMIT %(limit)s
        """,
        {"shop": tx.shop_id, "now": now, "limit": limit},
    )
    return [row.order_id for row in rows]


async def lock_cases(tx: Tx, orders: Collection[UUID]) -> dict[UUID, Case]:
    """Lock cases in the order of their orders, whose rows the caller locked before."""
    rows = await tx.all(
        f"""
        SELECT {CASE} FROM verification_case
        WHERE shop_id = %(shop)s AND order_id = ANY(%(orders)s)
        ORDER BY order_id
        FOR NO KEY UPDATE
        """,
        {"shop": tx.shop_id, "orders": list(orders)},
    )
    return {row.order_id: Case(*row) for row in rows}


async def save_cases(tx: Tx, cases: Sequence[Case]) -> None:
    """Write locked cases as they stand now."""
    await tx.run(
        """
        UPDATE verification_case AS kept
        SET step = made.step, tries = made.tries, next_at = made.next_at, deadline = made.deadline,
            closed_at = made.closed_at, taken_by = made.taken_by, taken_at = made.taken_at
        FROM unnest(%(orders)s::uuid[], %(steps)s::int[], %(tries)s::int[], %(nexts)s::timestamptz[],
                    %(deadlines)s::timestamptz[], %(closed)s::timestamptz[], %(takers)s::text[],
                    %(taken)s::timestamptz[])
             AS made (order_id, step, tries, next_at, deadline, closed_at, taken_by, taken_at)
        WHERE kept.shop_id = %(shop)s AND kept.order_id = made.order_id
        """,
        {
            "shop": tx.shop_id,
            "orders": [case.order_id for case in cases],
            "steps": [case.step for case in cases],
            "tries": [case.tries for case in cases],
            "nexts": [case.next_at for case in cases],
            "deadlines": [case.deadline for case in cases],
            "closed": [case.closed_at for case in cases],
            "takers": [case.taken_by for case in cases],
            "taken": [case.taken_at for case in cases],
        },
    )


async def insert_attempts(tx: Tx, attempts: Sequence[Attempt]) -> None:
    await tx.run(
        """
        INSERT INTO verification_attempt (shop_id, id, order_id, way, state, token_digest, answer, note, began_at,
                                          until, moved_at, moved_by, day_id)
        SELECT %(shop)s, made.*
        FROM unnest(%(ids)s::uuid[], %(orders)s::uuid[], %(ways)s::text[], %(states)s::text[],
                    %(digests)s::bytea[], %(answers)s::text[], %(notes)s::text[], %(began)s::timestamptz[],
                    %(untils)s::timestamptz[], %(moved)s::timestamptz[], %(movers)s::text[],
                    %(days)s::uuid[]) AS made
        """,
        {
            "shop": tx.shop_id,
            "ids": [one.id for one in attempts],
            "orders": [one.order_id for one in attempts],
            "ways": [str(one.way) for one in attempts],
            "states": [str(one.state) for one in attempts],
            "digests": [one.token_digest for one in attempts],
            "answers": [one.answer for one in attempts],
            "notes": [one.note for one in attempts],
            "began": [one.began_at for one in attempts],
            "untils": [one.until for one in attempts],
            "moved": [one.moved_at for one in attempts],
            "movers": [one.moved_by for one in attempts],
            "days": [one.day_id for one in attempts],
        },
    )


async def lock_open_attempts(tx: Tx, orders: Collection[UUID]) -> dict[UUID, Attempt]:
    """Lock the attempt of each order that is not over, of those that ask whether it is meant; at most one is."""
    rows = await tx.all(
        f"""
        SELECT {ATTEMPT} FROM verification_attempt
        WHERE shop_id = %(shop)s AND order_id = ANY(%(orders)s) AND state = ANY(%(open)s)
          AND day_id IS NULL
        ORDER BY id
        FOR NO KEY UPDATE
        """,
        {"shop": tx.shop_id, "orders": list(orders), "open": _OPEN},
    )
    return {row.order_id: as_attempt(row) for row in rows}


async def lock_attempt(tx: Tx, attempt_id: UUID) -> Attempt | None:
    row = await tx.maybe(
        f"""
        SELECT {ATTEMPT} FROM verification_attempt
        WHERE shop_id = %(shop)s AND id = %(id)s
        FOR NO KEY UPDATE
        """,
        {"shop": tx.shop_id, "id": attempt_id},
    )
    return None if row is None else as_attempt(row)


async def attempt_by_digest(tx: Tx, digest: bytes) -> Attempt | None:
    """The attempt that gave out a token; not locked."""
    row = await tx.maybe(
        f"SELECT {ATTEMPT} FROM verification_attempt WHERE shop_id = %(shop)s AND token_digest = %(digest)s",
        {"shop": tx.shop_id, "digest": digest},
    )
    return None if row is None else as_attempt(row)


async def attempts_of_provider(tx: Tx, way: Way, provider_ids: Collection[str]) -> dict[str, Attempt]:
    """The attempts a provider names so; not locked."""
    rows = await tx.all(
        f"""
        SELECT {ATTEMPT} FROM verification_attempt
        WHERE shop_id = %(shop)s AND provider IS NOT NULL AND provider_id = ANY(%(ids)s) AND way = %(way)s
        """,
        {"shop": tx.shop_id, "ids": list(provider_ids), "way": way},
    )
    return {row.provider_id: as_attempt(row) for row in rows}


async def attempts_named(tx: Tx, way: Way, ids: Collection[UUID]) -> dict[UUID, Attempt]:
    """Attempts of a way by the name we gave them; not locked."""
    rows = await tx.all(
        f"""
        SELECT {ATTEMPT} FROM verification_attempt
        WHERE shop_id = %(shop)s AND id = ANY(%(ids)s) AND way = %(way)s
        """,
        {"shop": tx.shop_id, "ids": list(ids), "way": way},
    )
    return {row.id: as_attempt(row) for row in rows}


async def take_unexplained(tx: Tx, *, since: datetime, now: datetime, limit: int) -> list[Attempt]:
    """Attempts by WhatsApp that were answered with a no since then, and whose buyer was not asked why.

    They count as asked from now on, and are given to one caller only.
    """
    rows = await tx.all(
        f"""
        WITH due AS (
            SELECT id AS found
            FROM verification_attempt
            WHERE shop_id = %(shop)s AND state = 'refused' AND way = 'whatsapp' AND day_id IS NULL
              AND why_asked_at IS NULL AND moved_at > %(since)s
            ORDER BY moved_at, id
            LIMIT %(limit)s
            FOR NO KEY UPDATE SKIP LOCKED
        )
        UPDATE verification_attempt
        SET why_asked_at = %(now)s
        FROM due
        WHERE shop_id = %(shop)s AND id = found
        RETURNING {ATTEMPT}
        """,
        {"shop": tx.shop_id, "since": since, "now": now, "limit": limit},
    )
    return [as_attempt(row) for row in rows]


async def save_attempt(tx: Tx, attempt: Attempt, *, was: AttemptState) -> bool:
    """Write a locked attempt as it stands now; False when it is no longer in the state it had to be in."""
    return (
        await tx.run(
            """
            UPDATE verification_attempt
            SET state = %(state)s, provider = %(provider)s, provider_id = %(provider_id)s, answer = %(answer)s,
                note = %(note)s, cost_minor = %(cost)s, recording_url = %(recording)s, moved_at = %(moved)s,
                moved_by = %(by)s, failure = %(failure)s, failure_code = %(code)s
            WHERE shop_id = %(shop)s AND id = %(id)s AND state = %(was)s
            """,
            {
                "shop": tx.shop_id,
                "id": attempt.id,
                "state": attempt.state,
                "was": was,
                "provider": attempt.provider,
                "provider_id": attempt.provider_id,
                "answer": attempt.answer,
                "note": attempt.note,
                "cost": attempt.cost_minor,
                "recording": attempt.recording_url,
                "moved": attempt.moved_at,
                "by": attempt.moved_by,
                "failure": attempt.failure,
                "code": attempt.failure_code,
            },
        )
        == 1
    )


async def forget_words(tx: Tx, orders: Collection[UUID], gone: str) -> None:
    """Take out what was written down of what buyers said, where they can be heard, and which telephone was asked."""
    await tx.run(
        """
        UPDATE verification_attempt
        SET note = CASE WHEN note <> '' THEN %(gone)s ELSE note END, recording_url = NULL, phone_index = NULL
        WHERE shop_id = %(shop)s AND order_id = ANY(%(orders)s)
          AND (note <> '' OR recording_url IS NOT NULL OR phone_index IS NOT NULL)
        """,
        {"shop": tx.shop_id, "orders": list(orders), "gone": gone},
    )


async def note_phone(tx: Tx, attempt_id: UUID, index: bytes) -> None:
    """Keep which telephone is about to be asked, as its blind index."""
    await tx.run(
        "UPDATE verification_attempt SET phone_index = %(index)s WHERE shop_id = %(shop)s AND id = %(id)s",
        {"shop": tx.shop_id, "id": attempt_id, "index": index},
    )
